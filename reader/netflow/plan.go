package netflow

import (
	"netstream/aggregate/flow"
	"netstream/reader/element"
)

// place says where a record has a value: at a number of octets behind the start of
// the record or behind a value of variable length, or as such a value.
type place struct {
	base   uint16 // 0: the start of the record; k: the k-th value of variable length
	offset uint16 // octets behind it
	length uint16 // octets; element.Variable if the value is the base-th of variable length itself
}

// value gives the octets at a place. spans is what layout.walk gave.
func (p place) value(record []byte, spans []span) []byte {
	s := spans[p.base]
	if p.length == element.Variable {
		return record[s.at:][:s.length]
	}
	return record[s.at+s.length+uint32(p.offset):][:p.length]
}

// step reads one number into its slot.
type step struct {
	place
	slot slot
}

// wide is a place for a value longer than eight octets, or of any length.
type wide uint8

const (
	wideNextHop wide = iota
	wideBGPNextHop
	wideNATSource
	wideNATDestination
	wideExporter
	wideOriginalExporter
	wideApplication
	wideApplicationName
	wideCount
)

// wideStep finds one such value.
type wideStep struct {
	place
	wide wide
}

// address is where a record has an address of its key.
type address struct {
	place
	version uint8
}

// request is a value that the user asked for by number.
type request struct {
	place
	index int // in the list of requests
	kind  element.Type
}

// group is a set of kinds of members that need more than a copy of a slot. Most
// plans have few of them.
type group uint16

const (
	groupNextHop group = 1 << iota
	groupNAT
	groupVLAN
	groupMAC
	groupLabels
	groupApplication
	groupVRF
	groupRate
	groupSampler
	groupPoint
	groupRequests
	groupICMP
	groupProtocolPorts // ports by protocol: 180 to 183
)

// plan is what a template is compiled into. Numbers of records of fixed length are
// read by width in loops without decisions; others, and numbers of odd widths, by
// odd.
type plan struct {
	ones, twos, fours, eights []step
	odd                       []step
	wides                     []wideStep
	sources, destinations     []address
	requests                  []request
	times                     []timePair

	present slotSet
	has     flow.Fields // what follows from present
	groups  group

	total         bool // counters are totals of the flow
	egress        bool // nothing but post counters: metered at egress
	probability32 bool // samplingProbability (311) has four octets

	inner   *plan // for records of two headers: the numbers of the inner one
	reverse *plan // for biflows: the reverse direction
	forward *plan // of reverse: the plan it belongs to

	direct *direct // the shorter way for records of the usual kind; nil if they are not
}

// compiler makes plans.
type compiler struct {
	fields   []element.Field
	places   []place
	variable bool
	requests []element.Request
}

// compile makes the plan of a template.
func compile(fields []element.Field, l *layout, requests []element.Request) *plan {
	c := compiler{fields: fields, places: placesOf(fields), variable: l.variable(), requests: requests}
	p := c.direction()
	if reversed, ok := reverseFields(fields); ok {
		c.fields = reversed
		p.reverse = c.direction()
		p.reverse.forward = p
	}
	p.direct = c.directOf(p)
	return p
}

// direction makes the plan of one direction, for records of one header and of two.
func (c *compiler) direction() *plan {
	p := c.plan(false)
	if len(p.sources) > 1 {
		p.inner = c.plan(true)
	}
	return p
}

// placesOf gives the places of the fields of a template.
func placesOf(fields []element.Field) []place {
	places := make([]place, len(fields))
	var at place
	for i, f := range fields {
		at.length = f.Length
		if f.Length == element.Variable {
			at.base, at.offset = at.base+1, 0
			places[i] = at
			continue
		}
		places[i] = at
		at.offset += f.Length
	}
	return places
}

// plan makes the plan of one header. last says that of repeated elements that
// belong to a packet header the last one counts, the innermost header's (RFC 7011
// section 8), instead of the first.
func (c *compiler) plan(last bool) *plan {
	p := &plan{}
	var fields [slotCount]int // index + 1 of the field that fills the slot
	var ranks [slotCount]uint8
	for i, f := range c.fields {
		s, rank := slotOf(f.ID)
		if s == noSlot || !acceptable(s, f.Length) {
			continue
		}
		again := fields[s] != 0 && rank == ranks[s] && last && ofHeader(f.ID.Number)
		if fields[s] == 0 || rank < ranks[s] || again {
			fields[s], ranks[s] = i+1, rank
		}
	}
	c.fillTTL(&fields, last)
	for s := range noSlot {
		if fields[s] != 0 {
			p.add(s, c.places[fields[s]-1], c.variable)
		}
	}
	p.total, p.egress = counterKind(&fields, &ranks)
	if s := rateSlot(samplingProbability); fields[s] != 0 {
		p.probability32 = c.fields[fields[s]-1].Length == 4
	}
	c.addWides(p)
	c.addAddresses(p)
	c.addRequests(p)
	p.has = fieldsOf(&p.present)
	if p.egress && !p.present.has(slotDirection) {
		p.has |= flow.FieldDirection
	} else {
		p.egress = false
	}
	p.times = timePairs(&p.present)
	p.groups |= groupsOf(&p.present)
	return p
}

// acceptable says whether a field of the length can fill the slot.
func acceptable(s slot, length uint16) bool {
	_, exact := widest(s)
	switch {
	case s >= slotLabel && s <= slotLabelLast:
		return length == 3 || length == 4
	case s == rateSlot(samplingProbability):
		return length == 4 || length == 8
	case exact != 0:
		return int(length) == exact
	}
	return length != 0
}

// ofHeader says whether an element tells what a packet header says, so that of two
// headers in one record each has its own.
func ofHeader(number uint16) bool {
	s, _ := headerSlot(number)
	return s != noSlot || number == ipTTL || number == minimumIPTotalLength || number == maximumIPTotalLength
}

// fillTTL lets ipTTL (192) stand for the least and the greatest TTL if it is alone.
func (c *compiler) fillTTL(fields *[slotCount]int, last bool) {
	if fields[slotMinTTL] != 0 || fields[slotMaxTTL] != 0 {
		return
	}
	for i, f := range c.fields {
		if f.ID == element.IANA(ipTTL) && acceptable(slotMinTTL, f.Length) {
			fields[slotMinTTL], fields[slotMaxTTL] = i+1, i+1
			if !last {
				return
			}
		}
	}
}

// add lets the value at a place fill a slot.
func (p *plan) add(s slot, at place, variable bool) {
	p.present.add(s)
	entry := step{place: at, slot: s}
	room, exact := widest(s)
	label := s >= slotLabel && s <= slotLabelLast
	if variable || label || int(at.length) > room || exact == 6 {
		p.odd = append(p.odd, entry)
		return
	}
	switch at.length {
	case 1:
		p.ones = append(p.ones, entry)
	case 2:
		p.twos = append(p.twos, entry)
	case 4:
		p.fours = append(p.fours, entry)
	case 8:
		p.eights = append(p.eights, entry)
	default:
		p.odd = append(p.odd, entry)
	}
}

// counterKind says whether the counters chosen are totals, and whether they are
// those of packets after the device has treated them, which are what leaves it.
func counterKind(fields *[slotCount]int, ranks *[slotCount]uint8) (total, egress bool) {
	for _, s := range []slot{slotPackets, slotOctets} {
		if fields[s] == 0 {
			continue
		}
		switch ranks[s] {
		case 0, 4:
			return false, false
		case 1:
			total = true
		case 2:
			egress = true
		case 3:
			total, egress = true, true
		}
	}
	if fields[slotPackets] == 0 && fields[slotOctets] == 0 && fields[slotWireOctets] != 0 {
		total = ranks[slotWireOctets] == 1
	}
	return total, egress
}
