package main

// difference is a known difference between tshark and docs/metering.md. It is
// told by what tshark shows of a packet, never by the name of a file, and corrects
// the packet's reading.
type difference struct {
	name    string
	reason  string
	applies func(*packet, *reading) bool
	correct func(*packet, *reading)
}

// differences are all known differences, in the order in which they are looked
// for; the first that applies to a packet is used.
func differences() []difference {
	return nil
}

// explain corrects the reading of a packet by the known difference that applies
// to it and gives its name, empty if there is none.
func explain(known []difference, p *packet, r *reading) string {
	for _, d := range known {
		if d.applies(p, r) {
			d.correct(p, r)
			return d.name
		}
	}
	return ""
}
