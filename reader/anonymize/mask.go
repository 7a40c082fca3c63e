package anonymize

import (
	"encoding/binary"

	"netstream/aggregate/flow"
)

// Mask replaces the addresses of packets and flow records, and remembers the latest
// replacements, since a few addresses have most of the packets. It is not safe for
// concurrent use.
type Mask struct {
	key    *Key
	room   scratch
	ips    []ipAnswer // each in the place that its address gives; the length is a power of two
	misses int        // of ips, since it has its length
	macs   [leastRemembered]macAnswer
}

// Bounds of how many addresses are remembered: there may be a thousand inputs, each with a
// Mask, and an answer takes 33 octets.
const (
	leastRemembered = 1 << 8
	mostRemembered  = 1 << 16
)

type ipAnswer struct {
	version           uint8 // 0: none
	address, replaced [16]byte
}

type macAnswer struct {
	known             bool
	address, replaced [6]byte
}

// NewMask gives nil for a nil key: there is nothing to replace then, and nobody should ask.
func NewMask(key *Key) *Mask {
	if key == nil {
		return nil
	}
	return &Mask{key: key, ips: make([]ipAnswer, leastRemembered)}
}

// Packet replaces the addresses of a packet: those of its key, which must not be hashed
// yet, and of its frame.
func (m *Mask) Packet(p *flow.Packet) {
	if v := p.Key.Version; v != 0 { // else it is no IP packet
		m.address(&p.Key.Source, v)
		m.address(&p.Key.Destination, v)
	}
	if p.Meta.Marks&flow.MarkMAC != 0 {
		m.mac(&p.Meta.SourceMAC)
		m.mac(&p.Meta.DestinationMAC)
	}
}

// Encapsulation replaces the addresses of the header that carries a tunnel.
func (m *Mask) Encapsulation(e *flow.Encapsulation) {
	if e.OuterVersion != 0 {
		m.address(&e.OuterSource, e.OuterVersion)
		m.address(&e.OuterDestination, e.OuterVersion)
	}
}

// Record replaces the addresses of an exported flow record. Values of elements that were
// asked for by number are left alone.
func (m *Mask) Record(r *flow.Record) {
	k, e := &r.Key, r.Export
	if k.Shape&flow.NoSource == 0 {
		m.told(&k.Source, k.Version)
	}
	if k.Shape&flow.NoDestination == 0 {
		m.told(&k.Destination, k.Version)
	}
	for _, told := range [...]struct {
		field   flow.Fields
		address *[16]byte
	}{
		{flow.FieldNextHop, &e.NextHop}, {flow.FieldBGPNextHop, &e.BGPNextHop},
		{flow.FieldNATSource, &e.NATSource}, {flow.FieldNATDestination, &e.NATDestination},
		{flow.FieldOuterSource, &e.OuterSource}, {flow.FieldOuterDestination, &e.OuterDestination},
	} {
		if e.Has&told.field != 0 {
			m.told(told.address, 0)
		}
	}
	if e.Has&flow.FieldSourceMAC != 0 {
		m.mac(&r.SourceMAC)
	}
	if e.Has&flow.FieldDestinationMAC != 0 {
		m.mac(&r.DestinationMAC)
	}
}

// told replaces an address that is there.
func (m *Mask) told(address *[16]byte, version uint8) {
	if version = versionOf(address, version); version != 0 {
		m.address(address, version)
	}
}

// versionOf gives the IP version of an address also where the exporter has not told it: then
// its form tells, and zeros are no address.
func versionOf(address *[16]byte, version uint8) uint8 {
	switch {
	case version != 0:
		return version
	case *address == [16]byte{}:
		return 0
	case [12]byte(address[:12]) == [12]byte{10: 0xff, 11: 0xff}:
		return 4
	}
	return 6
}

// address replaces an address in the form of [flow.Key].
func (m *Mask) address(address *[16]byte, version uint8) {
	i := slot(binary.LittleEndian.Uint64(address[:8]) ^ binary.LittleEndian.Uint64(address[8:]))
	answer := &m.ips[i&uint64(len(m.ips)-1)]
	if answer.version != version || answer.address != *address {
		answer.version, answer.address, answer.replaced = version, *address, *address
		if version == 4 {
			low := m.key.ipv4(&m.room, binary.BigEndian.Uint32(address[12:]))
			binary.BigEndian.PutUint32(answer.replaced[12:], low)
		} else {
			m.key.ipv6(&m.room, &answer.replaced)
		}
		m.missed()
	}
	*address = answer.replaced
}

// missed makes room for more answers if there were many addresses without one. Those that
// are known are asked for again soon, if they matter.
func (m *Mask) missed() {
	if m.misses++; m.misses > 4*len(m.ips) && len(m.ips) < mostRemembered {
		m.ips, m.misses = make([]ipAnswer, 4*len(m.ips)), 0
	}
}

func (m *Mask) mac(address *[6]byte) {
	i := slot(uint64(binary.LittleEndian.Uint32(address[:4]))<<16 | uint64(binary.LittleEndian.Uint16(address[4:])))
	answer := &m.macs[i%leastRemembered]
	if !answer.known || answer.address != *address {
		*answer = macAnswer{true, *address, *address}
		m.key.mac(&m.room, &answer.replaced)
	}
	*address = answer.replaced
}

// slot spreads addresses over the places of their answers. It is no secret: who chooses
// addresses that share one loses time only, his own addresses' share of it.
func slot(v uint64) uint64 {
	v *= 0x9e3779b97f4a7c15
	return v >> 40
}
