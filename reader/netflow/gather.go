package netflow

import "encoding/binary"

// gather reads the numbers of a record into their slots. Slots that the plan does
// not fill are 0.
func (d *Decoder) gather(p *plan, record []byte) {
	if d.gathered != p {
		d.values = [slotCount]uint64{}
		d.gathered = p
	}
	v := &d.values
	for i := range p.fours {
		s := &p.fours[i]
		v[s.slot] = uint64(binary.BigEndian.Uint32(record[s.offset:]))
	}
	for i := range p.twos {
		s := &p.twos[i]
		v[s.slot] = uint64(binary.BigEndian.Uint16(record[s.offset:]))
	}
	for i := range p.ones {
		s := &p.ones[i]
		v[s.slot] = uint64(record[s.offset])
	}
	for i := range p.eights {
		s := &p.eights[i]
		v[s.slot] = binary.BigEndian.Uint64(record[s.offset:])
	}
	d.missing = slotSet{}
	if len(p.odd) > 0 {
		d.gatherOdd(p, record)
	}
	for i := range p.wides {
		s := &p.wides[i]
		d.wides[s.wide] = s.value(record, d.spans)
	}
}

// gatherOdd reads the numbers that are not of a common width or not at a fixed
// place. One that does not fit its member is missing: an exporter may use more
// octets than needed, but not for more than the element can say.
func (d *Decoder) gatherOdd(p *plan, record []byte) {
	for i := range p.odd {
		s := &p.odd[i]
		octets := s.value(record, d.spans)
		value, ok := unsigned(octets)
		room, exact := widest(s.slot)
		switch {
		case s.slot >= slotLabel && s.slot <= slotLabelLast:
			// Three octets are label, traffic class and bottom of stack; a fourth
			// one is the TTL.
			value >>= 8 * (len(octets) - 3)
		case exact != 0:
			ok = ok && len(octets) == exact
		case s.slot == slotStatus:
			value &= 0xff
		case room < 8:
			ok = ok && value>>(8*room) == 0
		}
		if !ok {
			value = 0
			d.missing.add(s.slot)
		}
		d.values[s.slot] = value
	}
}

// unsigned reads a number of any length in network byte order. ok is false if it
// has no octets, or does not fit into 64 bits.
func unsigned(octets []byte) (value uint64, ok bool) {
	if len(octets) > 8 {
		if !zero(octets[:len(octets)-8]) {
			return 0, false
		}
		octets = octets[len(octets)-8:]
	}
	for _, o := range octets {
		value = value<<8 | uint64(o)
	}
	return value, len(octets) > 0
}
