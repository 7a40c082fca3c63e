package netflow

import (
	"encoding/binary"
	"net/netip"

	"netstream/aggregate/flow"
)

// headerAddress is an address of the key as a record has it.
type headerAddress struct {
	octets  [16]byte
	version uint8
	zero    bool
}

func (a *address) read(record []byte, spans []span) (h headerAddress) {
	octets := a.value(record, spans)
	h.version = a.version
	if a.version == 4 {
		h.octets = flow.MappedIPv4([4]byte(octets))
		h.zero = binary.BigEndian.Uint32(octets) == 0
		return h
	}
	h.octets = [16]byte(octets)
	h.zero = h.octets == [16]byte{}
	return h
}

// addresses fills the addresses of the key. two is whether the record tells of two
// IP headers: it has two sources that are not zero. A zero address beside another
// one is not used: exporters have templates with fields of both IP versions.
func (d *Decoder) addresses(r *flow.Record, p *plan, record []byte) (two bool) {
	k := &r.Key
	if len(p.sources) == 1 && len(p.destinations) == 1 && p.sources[0].version == p.destinations[0].version {
		source, destination := p.sources[0].read(record, d.spans), p.destinations[0].read(record, d.spans)
		k.Source, k.Destination, k.Version = source.octets, destination.octets, source.version
		return false
	}
	source, sources := d.pick(p.sources, record, 0)
	two = sources > 1
	if two {
		source, _ = d.pickLast(p.sources, record)
	}
	version := source.version
	if source.zero {
		version = 0
	}
	destination, destinations := d.pick(p.destinations, record, version)
	if two && destinations > 1 {
		destination, _ = d.pickLast(p.destinations, record)
	}
	if source.zero && !destination.zero && destination.version != source.version {
		source, _ = d.pick(p.sources, record, destination.version)
	}
	if source.zero && destination.zero {
		version = uint8(d.values[slotIPVersion])
		source, _ = d.pick(p.sources, record, version)
		if source.version != 0 {
			version = source.version
		}
		destination, _ = d.pick(p.destinations, record, version)
	}
	k.Source, k.Destination, k.Version = source.octets, destination.octets, source.version
	if len(p.sources) == 0 {
		k.Shape |= flow.NoSource
		k.Version = destination.version
	} else if source.zero && !destination.zero {
		k.Version = destination.version
	}
	if len(p.destinations) == 0 {
		k.Shape |= flow.NoDestination
	}
	if v := uint8(d.values[slotIPVersion]); k.Version == 0 && (v == 4 || v == 6) {
		k.Version = v
	}
	if two {
		d.outer(r, p, record)
	}
	return two
}

// pick gives the first address that is not zero, of the version wanted if there is
// one, and how many are not zero. Of zeros the first of the version wanted is given.
func (d *Decoder) pick(from []address, record []byte, version uint8) (picked headerAddress, used int) {
	picked.zero = true
	for i := range from {
		a := from[i].read(record, d.spans)
		if !a.zero {
			used++
		}
		better := !a.zero && picked.zero || a.zero == picked.zero && a.version == version && picked.version != version
		if i == 0 || better {
			picked = a
		}
	}
	return picked, used
}

// pickLast gives the last address that is not zero.
func (d *Decoder) pickLast(from []address, record []byte) (picked headerAddress, ok bool) {
	for i := len(from) - 1; i >= 0; i-- {
		if a := from[i].read(record, d.spans); !a.zero {
			return a, true
		}
	}
	return headerAddress{zero: true}, false
}

// outer fills the addresses of the outer header. It has a destination of its own
// only if the record has two of those, too.
func (d *Decoder) outer(r *flow.Record, p *plan, record []byte) {
	e := r.Export
	source, _ := d.pick(p.sources, record, 0)
	e.OuterSource = source.octets
	e.Has |= flow.FieldOuterSource
	if destination, used := d.pick(p.destinations, record, source.version); used > 1 {
		e.OuterDestination = destination.octets
		e.Has |= flow.FieldOuterDestination
	}
}

// either gives the address of a slot or of a wide value, whichever is there and not
// zero; ok is false if there is none.
func (d *Decoder) either(p *slotSet, s slot, w wide) (octets [16]byte, ok bool) {
	if v := uint32(d.values[s]); p.has(s) && v != 0 {
		return flow.MappedIPv4([4]byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)}), true
	}
	if value := d.wideValue(w); len(value) == 16 && !zero(value) {
		return [16]byte(value), true
	}
	return octets, false
}

// wideValue gives a value that the plan in use has found; nil if it has not.
func (d *Decoder) wideValue(w wide) []byte {
	for i := range d.gathered.wides {
		if d.gathered.wides[i].wide == w {
			return d.wides[w]
		}
	}
	return nil
}

// nextHops takes the next hops, of which a zero address is none.
func (d *Decoder) nextHops(r *flow.Record, p *slotSet) {
	e, ok := r.Export, false
	if e.NextHop, ok = d.either(p, slotNextHop4, wideNextHop); ok {
		e.Has |= flow.FieldNextHop
	}
	if e.BGPNextHop, ok = d.either(p, slotBGPNextHop4, wideBGPNextHop); ok {
		e.Has |= flow.FieldBGPNextHop
	}
}

// translation takes what NAT makes of the flow; a zero address is none.
func (d *Decoder) translation(r *flow.Record, p *slotSet) {
	e, ok := r.Export, false
	if e.NATSource, ok = d.either(p, slotNATSource4, wideNATSource); ok {
		e.Has |= flow.FieldNATSource
	}
	if e.NATDestination, ok = d.either(p, slotNATDestination4, wideNATDestination); ok {
		e.Has |= flow.FieldNATDestination
	}
	e.NATSourcePort, e.NATDestinationPort = uint16(d.values[slotNATSourcePort]), uint16(d.values[slotNATDestinationPort])
}

// ownPoint gives the record the observation point that it tells itself: a mediator
// passes on the records of other exporters (RFC 7011 section 3.1, RFC 6183).
func (d *Decoder) ownPoint(r *flow.Record, present *slotSet) {
	point := pointKey{d.stream.key.origin.Exporter, d.header.domain}
	if octets, ok := d.either(present, slotOriginalExporter4, wideOriginalExporter); ok {
		point.exporter = addressOf(octets)
	} else if octets, ok := d.either(present, slotExporter4, wideExporter); ok {
		point.exporter = addressOf(octets)
	}
	if present.has(slotOriginalDomain) {
		point.domain = uint32(d.values[slotOriginalDomain])
	}
	if number, ok := d.pointNumber(point); ok {
		r.Key.Point = number
	} else {
		d.summary.Remarks[PointLimit]++ // the record keeps the point of the message
	}
}

func addressOf(octets [16]byte) netip.Addr { return netip.AddrFrom16(octets).Unmap() }
