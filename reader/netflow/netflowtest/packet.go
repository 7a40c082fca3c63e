package netflowtest

import (
	"encoding/binary"
	"slices"

	"netstream/aggregate/flow"
)

// packet gives the frames of an IP packet: one, or one for each fragment.
func (p *Path) packet(at flow.Timestamp, protocol byte, payload []byte) []Frame {
	p.packets++
	header := 20
	if p.Exporter.Addr().Is6() {
		header = 40
	}
	if p.MTU == 0 || header+len(payload) <= p.MTU {
		return []Frame{p.frame(at, protocol, payload, fragment{})}
	}
	const fragmentHeader = 8
	room := p.MTU - header
	if header == 40 {
		room -= fragmentHeader
	}
	room -= room % 8 // offsets are in units of 8 octets
	var frames []Frame
	for offset := 0; offset < len(payload); offset += room {
		end := min(offset+room, len(payload))
		part := fragment{is: true, offset: offset, more: end < len(payload)}
		frames = append(frames, p.frame(at, protocol, payload[offset:end], part))
	}
	if p.LastFragmentFirst {
		slices.Reverse(frames)
	}
	return frames
}

// fragment is the place of a fragment in its packet.
type fragment struct {
	is     bool
	offset int // octets
	more   bool
}

// frame gives the Ethernet frame of a packet or fragment, with MAC addresses for
// documentation (RFC 7042 section 2.1.1).
func (p *Path) frame(at flow.Timestamp, protocol byte, payload []byte, part fragment) Frame {
	b := []byte{0x00, 0x00, 0x5e, 0x00, 0x53, 0x02, 0x00, 0x00, 0x5e, 0x00, 0x53, 0x01}
	if p.Exporter.Addr().Is6() {
		b = p.version6(b, protocol, payload, part)
	} else {
		b = p.version4(b, protocol, payload, part)
	}
	return Frame{Time: at, Octets: append(b, payload...)}
}

// hops is the TTL and hop limit of all packets.
const hops = 64

func (p *Path) version4(b []byte, protocol byte, payload []byte, part fragment) []byte {
	const etherType, length, moreFragments = 0x0800, 20, 0x2000
	b = binary.BigEndian.AppendUint16(b, etherType)
	place := uint32(part.offset / 8)
	if part.more {
		place |= moreFragments
	}
	h := short([]byte{0x45, 0}, uint32(length+len(payload)), p.packets, place)
	h = append(h, hops, protocol, 0, 0)
	h = append(h, p.Exporter.Addr().AsSlice()...)
	h = append(h, p.Collector.Addr().AsSlice()...)
	binary.BigEndian.PutUint16(h[10:], checksum(h))
	return append(b, h...)
}

func (p *Path) version6(b []byte, protocol byte, payload []byte, part fragment) []byte {
	const etherType, fragmentHeader, moreFragments = 0x86dd, 8, 1
	b = binary.BigEndian.AppendUint16(b, etherType)
	next, length := protocol, len(payload)
	if part.is {
		next, length = protocolFragmented, length+fragmentHeader
	}
	b = append(b, 0x60, 0, 0, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(length))
	b = append(b, next, hops)
	b = append(b, p.Exporter.Addr().AsSlice()...)
	b = append(b, p.Collector.Addr().AsSlice()...)
	if part.is {
		place := uint16(part.offset)
		if part.more {
			place |= moreFragments
		}
		b = append(b, protocol, 0)
		b = binary.BigEndian.AppendUint16(b, place)
		b = binary.BigEndian.AppendUint32(b, p.packets)
	}
	return b
}
