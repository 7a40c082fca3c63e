package nfcapd

import (
	"encoding/binary"

	"netstream/aggregate/flow"
)

// record1 reads a flow record of layout 1: after type and octets the flags (u8 and
// exporter u8 if short, else u16), extension map u16, milliseconds of first and
// last u16 each, first and last u32 in seconds, forwarding status, TCP flags,
// protocol and class of service u8 each, ports u16 each; unless short exporter u16,
// biflow direction u8 and end reason u8; then addresses, packets and octets as the
// flags say, and the extensions of the map. ok is false if it contradicts itself or
// its map is not known.
func (s *stored) record1(b []byte, short bool, extensions func(id uint16) ([]uint16, bool)) (ok bool) {
	const (
		fixed       = 24
		flagSampled = 128
	)
	if len(b) < fixed {
		return false
	}
	flags := b[0]
	list, ok := extensions(binary.LittleEndian.Uint16(b[2:]))
	if !ok {
		return false
	}
	s.sampled = flags&flagSampled != 0
	s.first = uint64(binary.LittleEndian.Uint32(b[8:]))*1000 + uint64(binary.LittleEndian.Uint16(b[4:]))
	s.last = uint64(binary.LittleEndian.Uint32(b[12:]))*1000 + uint64(binary.LittleEndian.Uint16(b[6:]))
	s.forwarding(b[16])
	s.tcpFlags, s.protocol, s.tos = b[17], b[18], b[19]
	s.sourcePort, s.destPort = binary.LittleEndian.Uint16(b[20:]), binary.LittleEndian.Uint16(b[22:])
	if short {
		s.exporter = uint16(b[1])
		b = b[fixed:]
	} else {
		if len(b) < fixed+4 {
			return false
		}
		s.exporter = binary.LittleEndian.Uint16(b[24:])
		s.biflow, s.endReason = b[26], b[27]
		b = b[fixed+4:]
	}
	if b, ok = s.required(b, flags); !ok {
		return false
	}
	return s.extensions(b, list)
}

// required reads addresses and counters, whose sizes are in the flags.
func (s *stored) required(b []byte, flags uint8) (rest []byte, ok bool) {
	const (
		flagIPv6      = 1
		flagPackets64 = 2
		flagOctets64  = 4
	)
	size := 8
	if flags&flagIPv6 != 0 {
		size = 32
	}
	if len(b) < size {
		return nil, false
	}
	if size == 32 {
		s.addresses6(b)
	} else {
		s.addresses4(b)
	}
	b = b[size:]
	if s.packets, b, ok = counter(b, flags&flagPackets64 != 0); !ok {
		return nil, false
	}
	s.hasCounters = true
	s.octets, b, ok = counter(b, flags&flagOctets64 != 0)
	return b, ok
}

func counter(b []byte, wide bool) (v uint64, rest []byte, ok bool) {
	switch {
	case wide && len(b) >= 8:
		return binary.LittleEndian.Uint64(b), b[8:], true
	case !wide && len(b) >= 4:
		return uint64(binary.LittleEndian.Uint32(b)), b[4:], true
	}
	return 0, nil, false
}

// extensions reads the extensions that the map lists. One that is not known has no
// known length, so it hides those behind it.
func (s *stored) extensions(b []byte, list []uint16) (ok bool) {
	for _, id := range list {
		size := extensionOctets(id)
		if size < 0 {
			s.unknownExtension = true
			return true
		}
		if size > len(b) {
			return false
		}
		s.extension(id, b[:size])
		b = b[size:]
	}
	return true
}

// extensionOctets gives the octets of an extension, -1 if it is not known.
func extensionOctets(id uint16) int {
	switch id {
	case 0, 1, 2, 3: // what every record has, without flags
		return 0
	case 4, 6, 8, 9, 11, 13, 14, 16, 18, 23, 25, 38:
		return 4
	case 5, 7, 15, 17, 19, 26, 27, 39, 47, 48:
		return 8
	case 46:
		return 12
	case 10, 12, 20, 21, 24:
		return 16
	case 37:
		return 20
	case 41, 42, 45:
		return 24
	case 40:
		return 32
	case 22:
		return 40
	case 43:
		return 72
	}
	return -1
}

// extension reads an extension, of which all octets are there.
func (s *stored) extension(id uint16, b []byte) {
	e := s.export
	switch id {
	case 0, 1, 2, 3:
	case 4:
		s.interfaces(uint32(binary.LittleEndian.Uint16(b)), uint32(binary.LittleEndian.Uint16(b[2:])))
	case 5:
		s.interfaces(binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:]))
	case 6:
		s.systems(uint32(binary.LittleEndian.Uint16(b)), uint32(binary.LittleEndian.Uint16(b[2:])))
	case 7:
		s.systems(binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:]))
	case 8: // class of service behind the exporter, direction, masks
		s.direction(b[1])
		s.masks(b[2], b[3])
	case 9:
		s.address(&e.NextHop, flow.FieldNextHop, address4(b))
	case 10:
		s.address(&e.NextHop, flow.FieldNextHop, address6(b))
	case 11:
		s.address(&e.BGPNextHop, flow.FieldBGPNextHop, address4(b))
	case 12:
		s.address(&e.BGPNextHop, flow.FieldBGPNextHop, address6(b))
	case 13:
		s.vlan = binary.LittleEndian.Uint16(b) & 0xfff
	case 14:
		s.outPackets = uint64(binary.LittleEndian.Uint32(b))
	case 15:
		s.outPackets = binary.LittleEndian.Uint64(b)
	case 16:
		s.outOctets = uint64(binary.LittleEndian.Uint32(b))
	case 17:
		s.outOctets = binary.LittleEndian.Uint64(b)
	case 18:
		s.flows(uint64(binary.LittleEndian.Uint32(b)))
	case 19:
		s.flows(binary.LittleEndian.Uint64(b))
	case 20: // in source, out destination
		s.inMAC.source, s.outMAC.destination = binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])
	case 21: // in destination, out source
		s.inMAC.destination, s.outMAC.source = binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])
	case 22:
		s.labels(b)
	case 23:
		s.receivedFrom, s.hasReceivedFrom = address4(b), true
	case 24:
		s.receivedFrom, s.hasReceivedFrom = address6(b), true
	default:
		s.rareExtension(id, b)
	}
}

// rareExtension reads the extensions of the exporter's engine and of events.
func (s *stored) rareExtension(id uint16, b []byte) {
	switch id {
	case 25:
		s.engine = uint16(b[2])<<8 | uint16(b[3])
	case 27:
		s.received = binary.LittleEndian.Uint64(b)
	case 37: // NSEL: time u64, connection u32, ICMP type and code u16, event u8
		s.happened = binary.LittleEndian.Uint64(b)
		if typeCode := binary.LittleEndian.Uint16(b[12:]); isICMP(s.protocol) && typeCode != 0 {
			s.destPort = typeCode
		}
		s.firewallEvent(b[14])
	case 38:
		s.natPorts(binary.LittleEndian.Uint16(b), binary.LittleEndian.Uint16(b[2:]))
	case 39, 47:
		s.natAddresses(address4(b), address4(b[4:]))
	case 40:
		s.natAddresses(address6(b), address6(b[16:]))
	case 46: // NEL: event u8, flags u8, fill u16, egress VRF u32, ingress VRF u32
		s.natEvent(b[0])
		s.vrfs(binary.LittleEndian.Uint32(b[8:]), binary.LittleEndian.Uint32(b[4:]))
	default: // 26, 41, 42, 43, 45, 48: adjacent systems, access lists, users, latencies, port blocks
		s.skippedElements++
	}
}

func isICMP(protocol uint8) bool { return protocol == 1 || protocol == 58 }
