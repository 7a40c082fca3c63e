package nfcapd

import (
	"encoding/binary"

	"netstream/aggregate/flow"
)

// record2 reads a flow record of layout 2: after type and octets the number of
// elements u16, engine type u8, engine id u8, exporter u16, flags u8, version of
// the messages u8, and then the elements, each with type u16 and octets u16, which
// count these four. ok is false if it contradicts itself.
func (s *stored) record2(b []byte) (ok bool) {
	const (
		fixed       = 8
		flagEvent   = 1
		flagSampled = 2
	)
	if len(b) < fixed {
		return false
	}
	elements := int(binary.LittleEndian.Uint16(b))
	s.engine = uint16(b[2])<<8 | uint16(b[3])
	s.exporter = binary.LittleEndian.Uint16(b[4:])
	s.event = b[6]&flagEvent != 0
	s.sampled = b[6]&flagSampled != 0
	for b = b[fixed:]; elements > 0; elements-- {
		if len(b) < recordHeader {
			return false
		}
		kind, length := binary.LittleEndian.Uint16(b), int(binary.LittleEndian.Uint16(b[2:]))
		if length < recordHeader || length > len(b) {
			return false
		}
		body := b[recordHeader:length]
		if len(body) < minElement(kind) {
			return false
		}
		s.element(kind, body)
		b = b[length:]
	}
	return true
}

// minElement gives the octets that are read of an element. Elements have grown at
// their ends over the versions of nfdump.
func minElement(kind uint16) int {
	switch kind {
	case 8, 10, 12, 22, 42:
		return 4
	case 2, 6, 7, 20, 31, 36, 38:
		return 8
	case 4:
		return 12
	case 9, 11, 13, 19, 25:
		return 16
	case 5:
		return 24
	case 3, 15, 21, 32:
		return 32
	case 14:
		return 40
	case 1:
		return 48
	}
	return 0
}

// element reads an element, of which all octets of minElement are there.
func (s *stored) element(kind uint16, b []byte) {
	e := s.export
	switch kind {
	case 1: // times, counters, ports, protocol
		s.generic(b)
	case 2:
		s.addresses4(b)
	case 3:
		s.addresses6(b)
	case 4: // interfaces, masks, direction
		s.miscellaneous(b)
	case 5: // flows, out packets, out octets
		s.flows(binary.LittleEndian.Uint64(b))
		s.outPackets, s.outOctets = binary.LittleEndian.Uint64(b[8:]), binary.LittleEndian.Uint64(b[16:])
	case 6: // vlanId (58) and postVlanId (59)
		s.vlan = uint16(binary.LittleEndian.Uint32(b) & 0xfff)
	case 7:
		s.systems(binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:]))
	case 8:
		s.address(&e.BGPNextHop, flow.FieldBGPNextHop, address4(b))
	case 9:
		s.address(&e.BGPNextHop, flow.FieldBGPNextHop, address6(b))
	case 10:
		s.address(&e.NextHop, flow.FieldNextHop, address4(b))
	case 11:
		s.address(&e.NextHop, flow.FieldNextHop, address6(b))
	case 12:
		s.receivedFrom, s.hasReceivedFrom = address4(b), true
	case 13:
		s.receivedFrom, s.hasReceivedFrom = address6(b), true
	case 14:
		s.labels(b)
	case 15: // in source, out destination, in destination, out source
		s.inMAC = macs{binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[16:])}
		s.outMAC = macs{binary.LittleEndian.Uint64(b[24:]), binary.LittleEndian.Uint64(b[8:])}
	default:
		s.rareElement(kind, b)
	}
}

// rareElement reads the elements of events, of tunnels and of the second layer.
func (s *stored) rareElement(kind uint16, b []byte) {
	switch kind {
	case 19: // NSEL: time u64, connection u32, extended event u16, event u8
		s.happened = binary.LittleEndian.Uint64(b)
		s.firewallEvent(b[14])
	case 20:
		s.natAddresses(address4(b), address4(b[4:]))
	case 21:
		s.natAddresses(address6(b), address6(b[16:]))
	case 22:
		s.natPorts(binary.LittleEndian.Uint16(b), binary.LittleEndian.Uint16(b[2:]))
	case 25: // NEL: time u64, pool u32, event u8
		if s.happened == 0 {
			s.happened = binary.LittleEndian.Uint64(b)
		}
		if len(b) < 24 {
			s.natEvent(b[12])
		} else { // before 1.7.1 VRFs came in front of the pool
			s.vrfs(binary.LittleEndian.Uint32(b[12:]), binary.LittleEndian.Uint32(b[8:]))
			s.natEvent(b[20])
		}
	case 27:
		if application, ok := application(b); ok {
			s.export.Application = application
			s.export.Has |= flow.FieldApplication
		}
	case 31:
		s.tunnel(address4(b), address4(b[4:]))
	case 32:
		s.tunnel(address6(b), address6(b[16:]))
	case 36: // egress before ingress
		s.vrfs(binary.LittleEndian.Uint32(b[4:]), binary.LittleEndian.Uint32(b))
	case 38: // dot1q: vlanId (243), customer (245), their post values
		if s.vlan == 0 {
			s.vlan = binary.LittleEndian.Uint16(b) & 0xfff
		}
		s.innerVLAN = binary.LittleEndian.Uint16(b[2:]) & 0xfff
	case 42: // fill u8, fragment flags u8, TTLs
		s.minTTL, s.maxTTL = b[2], b[3]
	default:
		s.skippedElements++
	}
}

// generic reads what every flow has: first, last and received u64 in milliseconds,
// packets u64, octets u64, ports u16 each, protocol, TCP flags, forwarding status
// and class of service u8 each.
func (s *stored) generic(b []byte) {
	s.first, s.last = binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])
	s.received = binary.LittleEndian.Uint64(b[16:])
	s.packets, s.octets = binary.LittleEndian.Uint64(b[24:]), binary.LittleEndian.Uint64(b[32:])
	s.hasCounters = true
	s.sourcePort, s.destPort = binary.LittleEndian.Uint16(b[40:]), binary.LittleEndian.Uint16(b[42:])
	s.protocol, s.tcpFlags, s.tos = b[44], b[45], b[47]
	s.forwarding(b[46])
}

// miscellaneous reads interfaces u32 each, masks, direction and class of service
// behind the exporter u8 each; since 1.7.1 biflow direction and end reason.
func (s *stored) miscellaneous(b []byte) {
	s.interfaces(binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:]))
	s.masks(b[8], b[9])
	s.direction(b[10])
	if len(b) >= 14 {
		s.biflow, s.endReason = b[12], b[13]
	}
}
