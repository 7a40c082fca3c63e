package netflow

import (
	"encoding/binary"
	"math/bits"
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
	a.readInto(&h.octets, record, spans)
	h.version = a.version
	if a.version == 4 {
		h.zero = binary.BigEndian.Uint32(h.octets[12:]) == 0
	} else {
		h.zero = h.octets == [16]byte{}
	}
	return h
}

// readInto writes the octets of an address to their place.
func (a *address) readInto(to *[16]byte, record []byte, spans []span) {
	octets := a.value(record, spans)
	if a.version == 4 {
		setMapped(to, binary.BigEndian.Uint32(octets))
		return
	}
	*to = [16]byte(octets)
}

// setMapped writes an IPv4 address in the form of [flow.MappedIPv4], in stores as wide
// as loads are: a copy of a half-written array stalls the processor. The sum keeps the
// compiler from storing what is constant apart from the rest.
func setMapped(to *[16]byte, address uint32) {
	binary.LittleEndian.PutUint64(to[:8], 0)
	binary.LittleEndian.PutUint64(to[8:], uint64(bits.ReverseBytes32(address))<<32+0xffff0000)
}

// addresses fills the addresses of the key. two is whether the record tells of two
// IP headers: it has two sources that are not zero. A zero address beside another
// one is not used: exporters have templates with fields of both IP versions.
func (d *Decoder) addresses(r *flow.Record, p *plan, record []byte) (two bool) {
	k := &r.Key
	if len(p.sources) == 1 && len(p.destinations) == 1 && p.sources[0].version == p.destinations[0].version {
		p.sources[0].readInto(&k.Source, record, d.spans)
		p.destinations[0].readInto(&k.Destination, record, d.spans)
		k.Version = p.sources[0].version
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

// either sets the address of a slot or of a wide value, whichever is there and not
// zero, and says whether there is one.
func (d *Decoder) either(to *[16]byte, p *slotSet, s slot, w wide) bool {
	if v := uint32(d.values[s]); p.has(s) && v != 0 {
		setMapped(to, v)
		return true
	}
	if value := d.wideValue(w); len(value) == 16 && !zero(value) {
		*to = [16]byte(value)
		return true
	}
	return false
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
	e := r.Export
	if d.either(&e.NextHop, p, slotNextHop4, wideNextHop) {
		e.Has |= flow.FieldNextHop
	}
	if d.either(&e.BGPNextHop, p, slotBGPNextHop4, wideBGPNextHop) {
		e.Has |= flow.FieldBGPNextHop
	}
}

// translation takes what NAT makes of the flow; a zero address is none.
func (d *Decoder) translation(r *flow.Record, p *slotSet) {
	e := r.Export
	if d.either(&e.NATSource, p, slotNATSource4, wideNATSource) {
		e.Has |= flow.FieldNATSource
	}
	if d.either(&e.NATDestination, p, slotNATDestination4, wideNATDestination) {
		e.Has |= flow.FieldNATDestination
	}
	e.NATSourcePort, e.NATDestinationPort = uint16(d.values[slotNATSourcePort]), uint16(d.values[slotNATDestinationPort])
}

// ownPoint gives the record the observation point that it tells itself: a mediator
// passes on the records of other exporters (RFC 7011 section 3.1, RFC 6183).
func (d *Decoder) ownPoint(r *flow.Record, present *slotSet) {
	point := pointKey{d.stream.key.origin.Exporter, d.header.domain}
	var octets [16]byte
	if d.either(&octets, present, slotOriginalExporter4, wideOriginalExporter) || d.either(&octets, present, slotExporter4, wideExporter) {
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
