package reader

import "netstream/aggregate/flow"

// pairs gives the packets of both directions of a conversation one key: that of the
// direction that leads (flow.Key.Leads).
type pairs struct {
	points   *flow.Points
	reversed []uint32 // by the number of an observation point: that of its reverse plus 1; 0 if it was not asked for
}

// pair numbers the reverse of an observation point.
func (p *Packets) pair(number uint32) error {
	if p.keys.pairs == nil {
		return nil
	}
	known := &p.keys.pairs.reversed
	for uint64(len(*known)) <= uint64(number) {
		*known = append(*known, 0)
	}
	reverse, err := p.options.Points.Reversed(number)
	if err != nil {
		return p.tooManyPoints(err, "take fields with fewer values into the key, or meter without --biflow: each tunnel counts for both directions")
	}
	(*known)[number] = reverse + 1
	return nil
}

// shared gives the key that both directions have, and whether it was turned around. The
// reverse of the key's observation point must have a number.
func (s *pairs) shared(key flow.Key) (shared flow.Key, turned bool) {
	if key.OneWay() {
		return key, false
	}
	reverse := key.Reversed()
	reverse.Point = s.reversed[key.Point] - 1
	if reverse.Leads(&key, s.points) {
		return reverse, true
	}
	return key, false
}
