package netflow

import "netstream/aggregate/flow"

// Protocol numbers of IANA's registry.
const (
	protocolICMP    = 1
	protocolTCP     = 6
	protocolUDP     = 17
	protocolDCCP    = 33
	protocolICMPv6  = 58
	protocolSCTP    = 132
	protocolUDPLite = 136
)

func icmp(protocol uint8) bool { return protocol == protocolICMP || protocol == protocolICMPv6 }

// hasPorts says whether a protocol has ports, or what stands in their place.
func hasPorts(protocol uint8) bool {
	switch protocol {
	case protocolICMP, protocolTCP, protocolUDP, protocolDCCP, protocolICMPv6, protocolSCTP, protocolUDPLite:
		return true
	}
	return false
}

// controlBits are those of tcpControlBits that flow.Record.TCPFlags has.
const controlBits = 0x1ff

// transport fills protocol, class of service, ports and TCP control bits.
func (d *Decoder) transport(r *flow.Record, p *plan, present *slotSet) {
	k, v := &r.Key, &d.values
	k.Protocol, k.ClassOfService = uint8(v[slotProtocol]), uint8(v[slotClassOfService])
	knownProtocol := present.has(slotProtocol)
	if !knownProtocol {
		k.Shape |= flow.NoProtocol
	}
	if !present.has(slotClassOfService) {
		k.Shape |= flow.NoClassOfService
	}
	if present.has(slotTCPFlags) {
		r.TCPFlags = uint16(v[slotTCPFlags]) & controlBits
		if r.TCPFlags != 0 || k.Protocol == protocolTCP || !knownProtocol {
			r.Marks |= flow.MarkTCP
		}
	}
	source, destination := slotSourcePort, slotDestinationPort
	if p.groups&groupProtocolPorts != 0 {
		source = d.portSlot(present, slotSourcePort, slotTCPSourcePort, slotUDPSourcePort)
		destination = d.portSlot(present, slotDestinationPort, slotTCPDestinationPort, slotUDPDestinationPort)
	}
	hasSource, hasDestination := present.has(source), present.has(destination)
	if p.groups&groupICMP != 0 && (icmp(k.Protocol) || !knownProtocol && !hasSource && !hasDestination) {
		if typeCode, ok := d.typeCode(k.Protocol, present); ok {
			k.DestinationPort = typeCode
			k.Shape |= flow.Ports
			return
		}
	}
	if !hasSource && !hasDestination {
		return
	}
	k.SourcePort, k.DestinationPort = uint16(v[source]), uint16(v[destination])
	if knownProtocol && !hasPorts(k.Protocol) && k.SourcePort|k.DestinationPort == 0 {
		return
	}
	k.Shape |= flow.Ports
	if !hasSource {
		k.Shape |= flow.NoSourcePort
	}
	if !hasDestination {
		k.Shape |= flow.NoDestinationPort
	}
}

// portSlot says which of the port elements counts: that of any protocol, else that
// of the record's protocol, else the one that is there.
func (d *Decoder) portSlot(present *slotSet, general, tcp, udp slot) slot {
	switch {
	case present.has(general):
		return general
	case present.has(udp) && (d.values[slotProtocol] == protocolUDP || !present.has(tcp)):
		return udp
	}
	return tcp
}

// typeCode gives type * 256 + code of ICMP or ICMPv6. The elements of the other
// protocol serve if those of its own are not there: version 9 has one for both.
func (d *Decoder) typeCode(protocol uint8, present *slotSet) (typeCode uint16, ok bool) {
	v := &d.values
	four := func() (uint16, bool) {
		if present.has(slotICMPv4) {
			return uint16(v[slotICMPv4]), true
		}
		return uint16(v[slotICMPv4Type]<<8 | v[slotICMPv4Code]), present.has(slotICMPv4Type)
	}
	six := func() (uint16, bool) {
		if present.has(slotICMPv6) {
			return uint16(v[slotICMPv6]), true
		}
		return uint16(v[slotICMPv6Type]<<8 | v[slotICMPv6Code]), present.has(slotICMPv6Type)
	}
	if protocol == protocolICMPv6 {
		four, six = six, four
	}
	if typeCode, ok = four(); ok {
		return typeCode, true
	}
	return six()
}
