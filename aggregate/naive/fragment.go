package naive

import (
	"cmp"
	"slices"
	"time"
)

// nameFragments gives the later fragments of one file, whose packets have their
// clocks, first ones, whose keys they have: docs/metering.md section 3.
func nameFragments(packets []*packet, window time.Duration) {
	for _, p := range packets {
		if !p.Later {
			continue
		}
		var before, behind *packet
		for _, f := range firstFragmentsAbout(p, packets) {
			switch {
			case precedence(f, p) < 0:
				if !exceeds(p.clock, f.clock, 30*time.Second) && (before == nil || precedence(before, f) < 0) {
					before = f
				}
			case f.number < p.number || !exceeds(f.high, p.clock, window):
				if behind == nil || precedence(f, behind) < 0 {
					behind = f
				}
			}
		}
		if first := cmp.Or(before, behind); first != nil {
			p.named = first
		}
	}
}

// firstFragmentsAbout gives the first fragments of a datagram's identity that can name
// a later one: the last four in front of it in the file, and the first four behind it.
func firstFragmentsAbout(p *packet, packets []*packet) []*packet {
	var front, rear []*packet
	for _, f := range packets {
		if !f.Fragment || f.Later || !sameDatagram(f, p) {
			continue
		}
		if f.number <= p.number {
			front = append(front, f)
		} else {
			rear = append(rear, f)
		}
	}
	byNumber := func(a, b *packet) int { return cmp.Compare(a.number, b.number) }
	slices.SortFunc(front, byNumber)
	slices.SortFunc(rear, byNumber)
	return append(front[max(0, len(front)-4):], rear[:min(len(rear), 4)]...)
}

// precedence compares packets of one file by their order.
func precedence(a, b *packet) int {
	return cmp.Or(cmp.Compare(a.clock, b.clock), cmp.Compare(a.number, b.number))
}

func sameDatagram(a, b *packet) bool {
	return a.place == b.place && a.Inside == b.Inside && a.Key.Version == b.Key.Version && a.Key.Source == b.Key.Source && a.Key.Destination == b.Key.Destination &&
		a.FragmentID == b.FragmentID && (a.Key.Version == 6 || a.Key.Protocol == b.Key.Protocol)
}
