package netflowtest

import (
	"bytes"
	"encoding/binary"
	"net/netip"

	"netstream/aggregate/flow"
)

// Concatenate gives messages one behind the other: a file of raw messages, and of
// IPFIX ones an IPFIX file (RFC 5655 section 5).
func Concatenate(messages ...[]byte) []byte { return bytes.Join(messages, nil) }

// Frame is an Ethernet frame and when it was captured.
type Frame struct {
	Time   flow.Timestamp
	Octets []byte
}

// Pcap gives a pcap file of Ethernet frames: big-endian, nanoseconds, snapshot length
// 262,144 (draft-ietf-opsawg-pcap).
func Pcap(frames ...Frame) []byte {
	const second, ethernet = 1_000_000_000, 1
	b := binary.BigEndian.AppendUint32(nil, 0xa1b23c4d)
	b = short(b, 2, 4)
	b = append(b, make([]byte, 8)...)
	b = binary.BigEndian.AppendUint32(b, 262_144)
	b = binary.BigEndian.AppendUint32(b, ethernet)
	for _, f := range frames {
		for _, v := range [...]uint32{uint32(f.Time / second), uint32(f.Time % second), uint32(len(f.Octets)), uint32(len(f.Octets))} {
			b = binary.BigEndian.AppendUint32(b, v)
		}
		b = append(b, f.Octets...)
	}
	return b
}

// Path is the way from an exporter to its collector. Both have addresses of the same IP
// version.
type Path struct {
	Exporter, Collector netip.AddrPort

	// MTU is the longest IP packet in octets; longer ones are fragmented (RFC 791
	// section 2.3, RFC 8200 section 4.5). 0 means no limit. It is at least 68.
	MTU int

	// LastFragmentFirst sends fragments in reverse order.
	LastFragmentFirst bool

	packets uint32 // sent so far, for the identification of IP packets
	octets  uint32 // of the TCP stream so far
}

// IP protocols.
const (
	protocolTCP        = 6
	protocolUDP        = 17
	protocolFragmented = 44 // the fragment header of IPv6
)

// Datagram gives the frames that carry a message over UDP (RFC 768).
func (p *Path) Datagram(at flow.Timestamp, message []byte) []Frame {
	const header = 8
	b := short(nil, uint32(p.Exporter.Port()), uint32(p.Collector.Port()), uint32(header+len(message)), 0)
	b = append(b, message...)
	sum := p.checksum(protocolUDP, b)
	if sum == 0 {
		sum = 0xffff // 0 says that there is no checksum
	}
	binary.BigEndian.PutUint16(b[6:], sum)
	return p.packet(at, protocolUDP, b)
}

// Segments gives the frames that carry octets over TCP (RFC 9293) in segments of at
// most size octets. The first call opens the connection with a SYN.
func (p *Path) Segments(at flow.Timestamp, octets []byte, size int) []Frame {
	const syn, acknowledge, push = 2, 16, 8
	const initial = 4_294_967_000 // so that numbers wrap soon
	var frames []Frame
	if p.octets == 0 {
		frames = p.segment(at, initial, syn, nil)
		p.octets = 1
	}
	for len(octets) > 0 {
		n := min(size, len(octets))
		frames = append(frames, p.segment(at, initial+p.octets, acknowledge|push, octets[:n])...)
		p.octets += uint32(n)
		octets = octets[n:]
	}
	return frames
}

func (p *Path) segment(at flow.Timestamp, number uint32, control byte, payload []byte) []Frame {
	const words, window = 5, 65535
	b := short(nil, uint32(p.Exporter.Port()), uint32(p.Collector.Port()))
	b = binary.BigEndian.AppendUint32(b, number)
	b = binary.BigEndian.AppendUint32(b, 1)
	b = append(b, words<<4, control)
	b = short(b, window, 0, 0)
	b = append(b, payload...)
	binary.BigEndian.PutUint16(b[16:], p.checksum(protocolTCP, b))
	return p.packet(at, protocolTCP, b)
}

// checksum gives the checksum of a transport segment with its pseudo-header.
func (p *Path) checksum(protocol byte, segment []byte) uint16 {
	b := append(p.Exporter.Addr().AsSlice(), p.Collector.Addr().AsSlice()...)
	b = append(b, 0, protocol)
	b = binary.BigEndian.AppendUint16(b, uint16(len(segment)))
	return checksum(append(b, segment...))
}

// checksum is that of the Internet protocols (RFC 1071).
func checksum(b []byte) uint16 {
	sum := uint32(0)
	for i, octet := range b {
		if i%2 == 0 {
			sum += uint32(octet) << 8
		} else {
			sum += uint32(octet)
		}
		sum = sum&0xffff + sum>>16
	}
	return ^uint16(sum)
}
