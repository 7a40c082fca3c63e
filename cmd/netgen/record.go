package main

import "encoding/binary"

// flowRecord is one exported flow. IPv6 addresses are made from the same numbers
// as IPv4 ones.
type flowRecord struct {
	source, destination, nextHop    uint32
	input, output                   uint32 // interfaces
	sourceAS, destinationAS         uint32
	packets, octets                 uint64
	first, last                     uint32 // exporter's uptime in milliseconds
	sourcePort, destinationPort     uint16
	control, protocol, service      uint8
	sourcePrefix, destinationPrefix uint8
}

// newFlowRecord draws a flow that ended one to two seconds before now, which is
// in milliseconds of uptime. The order of the draws is part of the workload's
// law.
func newFlowRecord(r *random, now uint64) flowRecord {
	var f flowRecord
	a, b, c := r.below(65536), r.below(65536), r.below(65536)
	f.source = 0xc6120000 + min(a, b, c) // 198.18.0.0/15; low addresses are more frequent
	f.destination = 0x0a000000 + r.below(1<<20)
	f.nextHop = 0xc0000201 + r.below(8)
	f.input, f.output = 1+r.below(32), 1+r.below(32)
	f.sourceAS, f.destinationAS = 64512+r.below(500), 64512+r.below(500)
	switch k := r.below(100); {
	case k < 70:
		f.protocol, f.control = protocolTCP, fin|syn|psh|ack
	case k < 95:
		f.protocol = protocolUDP
	default:
		f.protocol = protocolICMP
	}
	f.packets = 1 + uint64(r.below(1<<r.below(12)))
	f.octets = f.packets * uint64(40+r.below(1460))
	duration := uint32(0)
	if f.packets > 1 {
		duration = r.below(60000)
	}
	f.last = uint32(now) - r.below(1000) - 1000
	f.first = f.last - duration
	f.drawPorts(r)
	if r.below(8) == 0 {
		f.service = 0xb8 // expedited forwarding
	}
	f.sourcePrefix, f.destinationPrefix = uint8(16+r.below(9)), uint8(16+r.below(9))
	return f
}

func (f *flowRecord) drawPorts(r *random) {
	if f.protocol == protocolICMP {
		f.destinationPort = 8 << 8 // echo request
		return
	}
	f.sourcePort = uint16(1024 + r.below(64000))
	switch {
	case r.below(4) == 0:
		f.destinationPort = uint16(1 + r.below(1000))
	case r.below(2) == 0:
		f.destinationPort = portDNS
	default:
		f.destinationPort = 443
	}
}

// append5 appends the record of NetFlow 5, 48 octets.
func (f *flowRecord) append5(b []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, f.source)
	b = binary.BigEndian.AppendUint32(b, f.destination)
	b = binary.BigEndian.AppendUint32(b, f.nextHop)
	b = binary.BigEndian.AppendUint16(b, uint16(f.input))
	b = binary.BigEndian.AppendUint16(b, uint16(f.output))
	b = binary.BigEndian.AppendUint32(b, uint32(f.packets))
	b = binary.BigEndian.AppendUint32(b, uint32(f.octets))
	b = binary.BigEndian.AppendUint32(b, f.first)
	b = binary.BigEndian.AppendUint32(b, f.last)
	b = binary.BigEndian.AppendUint16(b, f.sourcePort)
	b = binary.BigEndian.AppendUint16(b, f.destinationPort)
	b = append(b, 0, f.control, f.protocol, f.service)
	b = binary.BigEndian.AppendUint16(b, uint16(f.sourceAS))
	b = binary.BigEndian.AppendUint16(b, uint16(f.destinationAS))
	return append(b, f.sourcePrefix, f.destinationPrefix, 0, 0)
}

// append appends the record of NetFlow 9 or IPFIX, laid out as export.templates
// has it.
func (f *flowRecord) append(b []byte, version int, ipv6 bool) []byte {
	b = appendAddress(b, 1, f.source, ipv6)
	b = appendAddress(b, 2, f.destination, ipv6)
	if version == versionNetFlow9 {
		b = appendAddress(b, 3, f.nextHop, ipv6)
	}
	b = binary.BigEndian.AppendUint32(b, f.input)
	b = binary.BigEndian.AppendUint32(b, f.output)
	b = binary.BigEndian.AppendUint64(b, f.packets)
	b = binary.BigEndian.AppendUint64(b, f.octets)
	if version == versionNetFlow9 {
		b = binary.BigEndian.AppendUint32(b, f.first)
		b = binary.BigEndian.AppendUint32(b, f.last)
	} else {
		const boot = beginning*1000 - uptime
		b = binary.BigEndian.AppendUint64(b, boot+uint64(f.first))
		b = binary.BigEndian.AppendUint64(b, boot+uint64(f.last))
	}
	b = binary.BigEndian.AppendUint16(b, f.sourcePort)
	b = binary.BigEndian.AppendUint16(b, f.destinationPort)
	b = append(b, f.control, f.protocol, f.service, 0)
	b = binary.BigEndian.AppendUint32(b, f.sourceAS)
	b = binary.BigEndian.AppendUint32(b, f.destinationAS)
	return append(b, f.sourcePrefix, f.destinationPrefix)
}

// appendAddress appends an IPv4 address, or 2001:db8:0:NETWORK::/64 with the same
// last four octets.
func appendAddress(b []byte, network uint32, address uint32, ipv6 bool) []byte {
	if ipv6 {
		b = binary.BigEndian.AppendUint32(b, 0x20010db8)
		b = binary.BigEndian.AppendUint32(b, network)
		b = append(b, 0, 0, 0, 0)
	}
	return binary.BigEndian.AppendUint32(b, address)
}
