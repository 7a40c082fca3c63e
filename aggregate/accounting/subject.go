package accounting

import (
	"encoding/binary"
	"math"

	"netstream/aggregate/flow"
)

// Attributes is what tables of the user know of a flow beside its key. A member is
// valid if Has has its field.
type Attributes struct {
	Has                         flow.Fields // of FieldSourceAS, FieldDestinationAS, FieldSourceMask, FieldDestinationMask
	SourceAS, DestinationAS     uint32
	SourceMask, DestinationMask uint8 // prefix lengths of the routes, in bits

	// Labels are texts by the places of their names in what Parse was given; empty for
	// a label that the flow does not have.
	Labels []string
}

// Lookup gives the attributes of a flow, by its key and, of an exported one, by what
// its record tells; nil if there are none. What it knows goes before what the record
// tells. It must give the same for the same flow each time, and may be called by
// several workers at a time. What it gives is only read.
type Lookup func(key *flow.Key, export *flow.Export) *Attributes

// subject is a flow whose group is looked for. What it does not have is zero, not nil.
type subject struct {
	exported   bool
	key        *flow.Key
	point      *flow.Point
	record     *flow.Record
	export     *flow.Export
	attributes *Attributes

	source, destination route
}

// route is the length of the prefix that an address is of, in bits, and where it is
// from.
type route struct {
	length uint8
	from   flow.RouteSources // 0 if no route is known
}

// find looks the routes of both addresses up.
func (s *subject) find() {
	a, e := s.attributes, s.export
	s.source, s.destination = route{}, route{}
	if e.Has&flow.FieldSourceMask != 0 {
		s.source = route{e.SourceMask, flow.RouteFromRecord}
	}
	if e.Has&flow.FieldDestinationMask != 0 {
		s.destination = route{e.DestinationMask, flow.RouteFromRecord}
	}
	if a.Has&flow.FieldSourceMask != 0 {
		s.source = route{a.SourceMask, flow.RouteFromTable}
	}
	if a.Has&flow.FieldDestinationMask != 0 {
		s.destination = route{a.DestinationMask, flow.RouteFromTable}
	}
}

// effective gives how many bits of an address are in the key of a scheme of prefixes:
// those of its route, but no less than the minimum that is asked for. That is also the
// length of addresses without a known route. The flow key may have fewer: held.
func (r route) effective(c *Config, version, held uint8) route {
	least := c.minimum(version)
	switch {
	case r.from == 0:
		r = route{least, flow.RouteFromMinimum}
	case c.MinimumGiven:
		r.length = max(r.length, least)
	}
	if r.length = min(r.length, bitsOf(version)); held < r.length {
		r = route{held, flow.RouteFromKey}
	}
	return r
}

// held gives how many bits of the addresses the flow key has.
func (s *subject) held() (source, destination uint8) {
	source, destination = bitsOf(s.key.Version), bitsOf(s.key.Version)
	if s.point.Flexible.Has&flow.KeySourceMask != 0 {
		source = s.point.Flexible.SourceMask
	}
	if s.point.Flexible.Has&flow.KeyDestinationMask != 0 {
		destination = s.point.Flexible.DestinationMask
	}
	return source, destination
}

// bitsOf gives the length of an address.
func bitsOf(version uint8) uint8 {
	if version == 4 {
		return 32
	}
	return 128
}

// masked gives the first bits of an address in the form of keys, as two numbers. length
// is at most bitsOf the version.
func masked(address *[16]byte, version, length uint8) (high, low uint64) {
	bits := uint(length)
	if version == 4 {
		bits += 96
	}
	high, low = binary.BigEndian.Uint64(address[:8]), binary.BigEndian.Uint64(address[8:])
	if bits <= 64 {
		return high &^ (math.MaxUint64 >> bits), 0
	}
	return high, low &^ (math.MaxUint64 >> (bits - 64))
}
