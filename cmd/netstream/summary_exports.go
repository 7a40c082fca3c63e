package main

import "fmt"

// exportSums are the sums over the exporter inputs of a run.
type exportSums struct {
	inputs                  int
	messages, rejected      uint64
	read, accounted, late   uint64
	streams                 int
	lost, duplicates        uint64
	undecodable, undecodedB uint64
}

func (j *job) exportSums() (s exportSums) {
	for _, a := range j.accounts {
		e := a.Exports
		if e == nil {
			continue
		}
		s.inputs++
		s.messages += e.MessagesRead()
		s.read += e.DataRecords
		s.accounted += e.FlowRecords
		if n := e.Nfcapd; n != nil {
			s.read += n.Records.Flow + n.Records.Malformed
			s.accounted += n.Records.Flow
		}
		s.late += e.DecodedLate
		s.undecodable += e.UndecodableSets
		s.undecodedB += e.UndecodableOctets
		s.streams += len(e.Streams)
		for i := range e.Streams {
			stream := &e.Streams[i]
			s.rejected += stream.Rejected
			s.lost += stream.Sequence.Lost
			s.duplicates += stream.Sequence.Duplicates
		}
	}
	return s
}

// exportLines words what is worth knowing of exporters.
func (j *job) exportLines() []string {
	s := j.exportSums()
	if s.inputs == 0 {
		return nil
	}
	lines := []string{fmt.Sprintf("exports  %s of %s, %s rejected, %s, %s lost",
		counted(s.messages, "message"), counted(uint64(s.streams), "stream"),
		count(s.rejected), counted(s.duplicates, "duplicate"), counted(s.lost, "unit"))}
	if s.late > 0 {
		lines = append(lines, fmt.Sprintf("         %s decoded with a template that came later", counted(s.late, "record")))
	}
	if s.undecodable > 0 {
		lines = append(lines, fmt.Sprintf("         %s (%s octets) without template", counted(s.undecodable, "set"), count(s.undecodedB)))
	}
	if n := j.exported.Stitched; n > 0 {
		lines = append(lines, fmt.Sprintf("         %s joined to the one before", counted(n, "record")))
	}
	if n := j.exported.Differenced; n > 0 {
		lines = append(lines, fmt.Sprintf("         %s of running totals differenced", counted(n, "record")))
	}
	if n := j.exported.Unspread; n > 0 {
		lines = append(lines, fmt.Sprintf("         %s too long to be spread over intervals", counted(n, "record")))
	}
	return lines
}

// counted words a number of things.
func counted(n uint64, noun string) string { return count(n) + " " + plural(n, noun) }
