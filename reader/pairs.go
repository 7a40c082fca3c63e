package reader

import (
	"encoding/binary"
	"math/bits"

	"netstream/aggregate/flow"
)

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

// turn makes a key that of both directions, and says whether it was turned around for that. The
// reverse of the key's observation point must have a number.
func (s *pairs) turn(key *flow.Key) (turned bool) {
	if key.OneWay() {
		return false
	}
	reverse := s.reversed[key.Point] - 1
	high, low := addressNumbers(&key.Source)
	otherHigh, otherLow := addressNumbers(&key.Destination)
	if high == otherHigh && low == otherLow {
		reversed := key.Reversed()
		reversed.Point = reverse
		turned = reversed.Leads(key, s.points)
	} else { // the lower address leads
		_, borrow := bits.Sub64(low, otherLow, 0)
		_, borrow = bits.Sub64(high, otherHigh, borrow)
		turned = borrow == 0
	}
	if turned {
		*key = key.Reversed()
		key.Point = reverse
	}
	return turned
}

// addressNumbers gives an address as a number of 128 bits.
func addressNumbers(address *[16]byte) (high, low uint64) {
	return binary.BigEndian.Uint64(address[:8]), binary.BigEndian.Uint64(address[8:])
}
