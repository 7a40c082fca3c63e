package header

import (
	"encoding/binary"

	"netstream/aggregate/flow"
)

// usual reads an IPv4 packet as [internet] does, if it is like most of all packets:
// without options, no fragment, TCP or UDP, with headers that are there and agree with the
// lengths. If it says false, it has set nothing that internet does not set. Read in one
// piece they cost half of what they cost header by header.
func usual(p *flow.Packet, b []byte) bool {
	const (
		withoutOptions = 4<<4 | ipv4FixedLength/4
		fragment       = 0x3fff // more fragments, and the offset
		usualTCP       = ipv4FixedLength + tcpFixedLength
		usualUDP       = ipv4FixedLength + udpLength
	)
	if len(b) < usualUDP {
		return false
	}
	h := (*[usualUDP]byte)(b)
	octets := uint32(binary.BigEndian.Uint16(h[2:]))
	if h[0] != withoutOptions || binary.BigEndian.Uint16(h[6:])&fragment != 0 || octets < usualUDP {
		return false
	}
	m := &p.Meta
	switch h[9] {
	case protocolTCP:
		if len(b) < usualTCP || octets < usualTCP {
			return false
		}
		t := (*[usualTCP]byte)(b)
		length := uint32(t[ipv4FixedLength+12]>>4) * 4
		if length < tcpFixedLength || length > octets-ipv4FixedLength {
			return false
		}
		m.TCPFlags = binary.BigEndian.Uint16(t[ipv4FixedLength+12:]) & (1<<flow.TCPFlagCount - 1)
		m.Sequence, m.Acknowledgment = binary.BigEndian.Uint32(t[ipv4FixedLength+4:]), binary.BigEndian.Uint32(t[ipv4FixedLength+8:])
		m.Window, m.HasSegment = binary.BigEndian.Uint16(t[ipv4FixedLength+14:]), true
		m.Marks |= flow.MarkTCP
		m.PayloadOctets = octets - ipv4FixedLength - length
	case protocolUDP:
		if binary.BigEndian.Uint16(h[ipv4FixedLength+4:]) < udpLength {
			return false
		}
		m.PayloadOctets = octets - usualUDP
	default:
		return false
	}
	// Without a branch: with a short snapshot length about half of all packets are cut.
	m.Marks |= flow.Mark((uint64(len(b))-uint64(octets))>>63) * flow.MarkTruncated
	m.Octets, m.TTL = uint64(octets), h[8]
	key := &p.Key
	setMapped(&key.Source, h[12:16])
	setMapped(&key.Destination, h[16:20])
	key.SourcePort, key.DestinationPort = binary.BigEndian.Uint16(h[ipv4FixedLength:]), binary.BigEndian.Uint16(h[ipv4FixedLength+2:])
	key.Protocol, key.ClassOfService, key.Version, key.Shape = h[9], h[1], 4, flow.Ports
	return true
}

// internetAt says where the IP header of a frame begins, if it follows the header of an Ethernet frame and at most one
// VLAN tag, or one that network knows. So nothing in front of it can be a tunnel.
func (d *Decoder) internetAt(frame []byte) (at int, ok bool) {
	if d.first != linkEthernet {
		return d.network(frame)
	}
	if len(frame) < ethernetLength {
		return 0, false
	}
	t, at := protocol(binary.BigEndian.Uint16(frame[12:])), ethernetLength
	if t == etherTypeVLAN && len(frame) >= ethernetLength+vlanLength {
		t, at = protocol(binary.BigEndian.Uint16(frame[16:])), ethernetLength+vlanLength
	}
	return at, t == etherTypeIPv4 || t == etherTypeIPv6
}

// network says where the IP header of a frame begins, if its link header is as those of cooked captures usually are, or if
// there is none.
func (d *Decoder) network(frame []byte) (at int, ok bool) {
	switch d.first {
	case linkLinuxSLL:
		if len(frame) < cookedLength {
			return 0, false
		}
		b := (*[cookedLength]byte)(frame)
		return cookedLength, isUsualCooked(binary.BigEndian.Uint16(b[2:]), binary.BigEndian.Uint16(b[14:]))
	case linkLinuxSLL2:
		if len(frame) < cooked2Length {
			return 0, false
		}
		b := (*[cooked2Length]byte)(frame)
		return cooked2Length, isUsualCooked(binary.BigEndian.Uint16(b[8:]), binary.BigEndian.Uint16(b[0:]))
	case linkRaw, linkRaw12, linkRaw14, linkIPv4, linkIPv6:
		return 0, true
	}
	return 0, false
}

// isUsualCooked says whether an IP header follows a cooked header with the given fields.
func isUsualCooked(hardware, field uint16) bool {
	switch hardware {
	case hardwareFrameRelay, hardwareRadiotap, hardwareNetlink: // whose field is no EtherType
		return false
	}
	return protocol(field) == etherTypeIPv4 || protocol(field) == etherTypeIPv6
}
