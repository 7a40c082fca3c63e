package header

import (
	"encoding/hex"
	"strings"
	"testing"

	"netstream/aggregate/flow"
)

// octets gives the octets that a text spells in hexadecimal; white space is free.
func octets(spelled string) []byte {
	b, err := hex.DecodeString(strings.Join(strings.Fields(spelled), ""))
	if err != nil {
		panic("bad octets in a test: " + err.Error())
	}
	return b
}

// dirty is a packet no field of which is as a decoder leaves it, so that a field
// that was forgotten shows.
func dirty() flow.Packet {
	return flow.Packet{
		Time: -1, Clock: -2, Number: 3, Hash: 4,
		Key: flow.Key{
			Source: [16]byte{0xee, 15: 0xee}, Destination: [16]byte{0xee, 15: 0xee},
			SourcePort: 0xeeee, DestinationPort: 0xeeee, Point: 5,
			Protocol: 0xee, ClassOfService: 0xee, Version: 0xee, Shape: 0xee,
		},
		Meta: flow.Meta{
			Octets: 1 << 60, WireOctets: 1 << 30, PayloadOctets: 1 << 30, Input: 6, MPLSTop: 1 << 30,
			TCPFlags: 0xeeee, Marks: 0xffff, VLAN: 0xeeee, InnerVLAN: 0xeeee,
			SourceMAC: [6]byte{0xee}, DestinationMAC: [6]byte{0xee}, TTL: 0xee,
			Sequence: 0xeeee, Acknowledgment: 0xeeee, Window: 0xeeee, HasSegment: true,
		},
	}
}

// read decodes one frame into a dirty packet and gives what was read, with the
// fields that are the caller's checked and cleared.
func read(t testing.TB, linkType uint16, opts Options, frame []byte, length int) (flow.Packet, flow.Reason, uint32) {
	t.Helper()
	p, before := dirty(), dirty()
	d := NewDecoder(linkType, opts)
	reason, detail := d.Decode(&p, frame, uint32(length))
	if p.Time != before.Time || p.Clock != before.Clock || p.Number != before.Number || p.Hash != before.Hash ||
		p.Key.Point != before.Key.Point || p.Meta.Input != before.Meta.Input {
		t.Fatalf("fields of the caller changed: got %+v, want those of %+v", p, before)
	}
	p.Time, p.Clock, p.Number, p.Hash, p.Key.Point, p.Meta.Input = 0, 0, 0, 0, 0, 0
	return p, reason, detail
}

// A packet of 40 octets from 10.0.0.1 port 4660 to 10.0.0.2 port 80, and what is
// to be read of it.
const spelledTCP = `
	4500 0028 0001 0000 4006 0000 0a000001 0a000002
	1234 0050 00000001 00000000 5012 ffff 0000 0000`

func wantTCP(wire int, meta flow.Meta) flow.Packet {
	meta.Octets = 40
	meta.WireOctets = uint32(wire)
	meta.TCPFlags = flow.TCPSyn | flow.TCPAck
	meta.Sequence, meta.Window, meta.HasSegment = 1, 0xffff, true
	meta.TTL = 64
	meta.Marks |= flow.MarkTCP
	return flow.Packet{
		Key: flow.Key{
			Source:      flow.MappedIPv4([4]byte{10, 0, 0, 1}),
			Destination: flow.MappedIPv4([4]byte{10, 0, 0, 2}),
			SourcePort:  0x1234, DestinationPort: 80, Protocol: 6, Version: 4, Shape: 1,
		},
		Meta: meta,
	}
}

// The same for IPv6: UDP with traffic class 0xb8, four octets of payload.
const spelledUDP6 = `
	6b8a bcde 000c 11 3f
	2001 0db8 0000 0000 0000 0000 0000 0001
	2001 0db8 0000 0000 0000 0000 0000 0002
	0035 d431 000c 0000 70617970`

func wantUDP6(wire int, meta flow.Meta) flow.Packet {
	meta.Octets = 52
	meta.WireOctets = uint32(wire)
	meta.PayloadOctets = 4
	meta.TTL = 63
	return flow.Packet{
		Key: flow.Key{
			Source:      [16]byte{0x20, 0x01, 0x0d, 0xb8, 15: 1},
			Destination: [16]byte{0x20, 0x01, 0x0d, 0xb8, 15: 2},
			SourcePort:  53, DestinationPort: 0xd431, Protocol: 17, ClassOfService: 0xb8, Version: 6, Shape: 1,
		},
		Meta: meta,
	}
}
