package netflow

import (
	"netstream/aggregate/flow"
	"netstream/reader/element"
)

// slot is a place for one unsigned number of a record: all that the rows need of
// it but octets longer than eight. A plan says which field fills which slot.
type slot uint8

const (
	slotPackets slot = iota
	slotOctets
	slotWireOctets
	slotPayloadOctets
	slotFlows
	slotInIf
	slotOutIf
	slotDirection
	slotStatus
	slotNATEvent
	slotFirewallEvent
	slotEndReason
	slotProtocol
	slotClassOfService
	slotIPVersion
	slotTCPFlags
	slotSourcePort
	slotDestinationPort
	slotUDPSourcePort
	slotUDPDestinationPort
	slotTCPSourcePort
	slotTCPDestinationPort
	slotICMPv4
	slotICMPv4Type
	slotICMPv4Code
	slotICMPv6
	slotICMPv6Type
	slotICMPv6Code
	slotMinTTL
	slotMaxTTL
	slotMinOctets
	slotMaxOctets
	slotSourceAS
	slotDestinationAS
	slotSourceMask4
	slotDestinationMask4
	slotSourceMask6
	slotDestinationMask6
	slotNextHop4
	slotBGPNextHop4
	slotNATSource4
	slotNATDestination4
	slotNATSourcePort
	slotNATDestinationPort
	slotIngressVRF
	slotEgressVRF
	slotVLAN
	slotInnerVLAN
	slotSourceMAC
	slotDestinationMAC
	slotExporter4
	slotOriginalExporter4
	slotOriginalDomain
	slotSampler

	slotLabel     // mplsTopLabelStackSection, and the others behind it
	slotLabelLast = slotLabel + flow.MaxLabels - 1

	slotRate     = slotLabelLast + 1 // the first of those that sampling rates follow from
	slotRateLast = slotRate + 10

	slotTime     = slotRateLast + 1 // the first of those that times follow from
	slotTimeLast = slotTime + 19

	slotCount = slotTimeLast + 1
	noSlot    = slotCount
)

const slotWords = (int(slotCount) + 63) / 64

// slotSet is a set of slots.
type slotSet [slotWords]uint64

func (s *slotSet) add(i slot)      { s[i/64] |= 1 << (i % 64) }
func (s *slotSet) has(i slot) bool { return s[i/64]&(1<<(i%64)) != 0 }
func (s *slotSet) any() bool {
	for _, w := range s {
		if w != 0 {
			return true
		}
	}
	return false
}

// without gives the slots of s that are not in other.
func (s slotSet) without(other *slotSet) slotSet {
	for i := range s {
		s[i] &^= other[i]
	}
	return s
}

// slotOf gives the slot that an element fills and its rank there: where several
// elements of a template fill one slot, that of the lowest rank does.
func slotOf(id element.ID) (s slot, rank uint8) {
	if id.Enterprise != element.EnterpriseIANA {
		return noSlot, 0
	}
	switch n := id.Number; {
	case n >= mplsTopLabelStackSection && n <= mplsLabelStackSection10:
		return slotLabel + slot(n-mplsTopLabelStackSection), 0
	case n >= flowStartSeconds && n <= flowDurationMicroseconds, n == flowStartSysUpTime, n == flowEndSysUpTime,
		n >= observationTimeSeconds && n <= observationTimeNanoseconds, n == collectionTimeMilliseconds:
		return timeSlot(n), 0
	}
	if s, rank = counterSlot(id.Number); s != noSlot {
		return s, rank
	}
	if s, rank = headerSlot(id.Number); s != noSlot {
		return s, rank
	}
	if s, rank = routeSlot(id.Number); s != noSlot {
		return s, rank
	}
	return rateSlot(id.Number), 0
}

// counterSlot is slotOf for volumes and what goes with them. Post counters stand
// in where there is no other of their quantity; totals of the flow where there
// are no deltas.
func counterSlot(number uint16) (s slot, rank uint8) {
	switch number {
	case packetDeltaCount:
		return slotPackets, 0
	case packetTotalCount:
		return slotPackets, 1
	case postPacketDeltaCount:
		return slotPackets, 2
	case postPacketTotalCount:
		return slotPackets, 3
	case initiatorPackets:
		return slotPackets, 4
	case octetDeltaCount:
		return slotOctets, 0
	case octetTotalCount:
		return slotOctets, 1
	case postOctetDeltaCount:
		return slotOctets, 2
	case postOctetTotalCount:
		return slotOctets, 3
	case initiatorOctets:
		return slotOctets, 4
	case layer2OctetDeltaCount:
		return slotWireOctets, 0
	case layer2OctetTotalCount:
		return slotWireOctets, 1
	case transportOctetDeltaCount:
		return slotPayloadOctets, 0
	case deltaFlowCount:
		return slotFlows, 0
	case flowEndReason:
		return slotEndReason, 0
	case minimumIPTotalLength:
		return slotMinOctets, 0
	case maximumIPTotalLength:
		return slotMaxOctets, 0
	}
	return noSlot, 0
}

// headerSlot is slotOf for what packet headers say.
func headerSlot(number uint16) (s slot, rank uint8) {
	switch number {
	case protocolIdentifier:
		return slotProtocol, 0
	case ipClassOfService:
		return slotClassOfService, 0
	case ipVersion:
		return slotIPVersion, 0
	case tcpControlBits:
		return slotTCPFlags, 0
	case sourceTransportPort:
		return slotSourcePort, 0
	case destinationTransportPort:
		return slotDestinationPort, 0
	case udpSourcePort:
		return slotUDPSourcePort, 0
	case udpDestinationPort:
		return slotUDPDestinationPort, 0
	case tcpSourcePort:
		return slotTCPSourcePort, 0
	case tcpDestinationPort:
		return slotTCPDestinationPort, 0
	case icmpTypeCodeIPv4:
		return slotICMPv4, 0
	case icmpTypeIPv4:
		return slotICMPv4Type, 0
	case icmpCodeIPv4:
		return slotICMPv4Code, 0
	case icmpTypeCodeIPv6:
		return slotICMPv6, 0
	case icmpTypeIPv6:
		return slotICMPv6Type, 0
	case icmpCodeIPv6:
		return slotICMPv6Code, 0
	case minimumTTL:
		return slotMinTTL, 0
	case maximumTTL:
		return slotMaxTTL, 0
	case sourceIPv4PrefixLength:
		return slotSourceMask4, 0
	case destinationIPv4PrefixLength:
		return slotDestinationMask4, 0
	case sourceIPv6PrefixLength:
		return slotSourceMask6, 0
	case destinationIPv6PrefixLength:
		return slotDestinationMask6, 0
	}
	return noSlot, 0
}

// routeSlot is slotOf for what the device knows of the flow: interfaces, routing,
// translation, link layer, and who exports.
func routeSlot(number uint16) (s slot, rank uint8) {
	switch number {
	case ingressInterface:
		return slotInIf, 0
	case egressInterface:
		return slotOutIf, 0
	case flowDirection:
		return slotDirection, 0
	case forwardingStatus:
		return slotStatus, 0
	case natEvent:
		return slotNATEvent, 0
	case firewallEvent, asaFirewallEvent:
		return slotFirewallEvent, 0
	case bgpSourceAsNumber:
		return slotSourceAS, 0
	case bgpDestinationAsNumber:
		return slotDestinationAS, 0
	case ipNextHopIPv4Address:
		return slotNextHop4, 0
	case bgpNextHopIPv4Address:
		return slotBGPNextHop4, 0
	case postNATSourceIPv4Address, asaTranslatedSource:
		return slotNATSource4, 0
	case postNATDestinationIPv4Address, asaTranslatedDestination:
		return slotNATDestination4, 0
	case postNAPTSourcePort, asaTranslatedSourcePort:
		return slotNATSourcePort, 0
	case postNAPTDestinationPort, asaTranslatedDestinationPort:
		return slotNATDestinationPort, 0
	case ingressVRFID:
		return slotIngressVRF, 0
	case egressVRFID:
		return slotEgressVRF, 0
	case vlanID:
		return slotVLAN, 0
	case dot1qVlanID:
		return slotVLAN, 1
	case dot1qCustomerVlanID:
		return slotInnerVLAN, 0
	case sourceMacAddress:
		return slotSourceMAC, 0
	case postSourceMacAddress:
		return slotSourceMAC, 1
	case destinationMacAddress:
		return slotDestinationMAC, 0
	case postDestinationMacAddress:
		return slotDestinationMAC, 1
	case exporterIPv4Address:
		return slotExporter4, 0
	case originalExporterIPv4Address:
		return slotOriginalExporter4, 0
	case originalObservationDomainID:
		return slotOriginalDomain, 0
	case samplerID:
		return slotSampler, 0
	case selectorID:
		return slotSampler, 1
	}
	return noSlot, 0
}

// rateSlot gives the slot of an element that sampling rates follow from.
func rateSlot(number uint16) slot {
	switch number {
	case samplingInterval:
		return slotRate
	case samplerRandomInterval:
		return slotRate + 1
	case samplingPacketInterval, samplingPacketSpace, samplingTimeInterval, samplingTimeSpace,
		samplingSize, samplingPopulation, samplingProbability:
		return slotRate + 2 + slot(number-samplingPacketInterval)
	case selectorIDTotalPktsObserved, selectorIDTotalPktsSelected:
		return slotRate + 9 + slot(number-selectorIDTotalPktsObserved)
	}
	return noSlot
}

// timeSlot gives the slot of an element that times follow from.
func timeSlot(number uint16) slot {
	switch {
	case number >= flowStartSeconds && number <= flowDurationMicroseconds:
		return slotTime + slot(number-flowStartSeconds)
	case number >= observationTimeSeconds && number <= observationTimeNanoseconds:
		return slotTime + 13 + slot(number-observationTimeSeconds)
	}
	switch number {
	case collectionTimeMilliseconds:
		return slotTime + 17
	case flowStartSysUpTime:
		return slotTime + 18
	case flowEndSysUpTime:
		return slotTime + 19
	}
	return noSlot
}

// widest gives the octets that the member behind a slot has room for, and exact
// those that a value must have: 0 if it may be shortened (RFC 7011 section 6.2).
func widest(s slot) (octets, exact int) {
	switch s {
	case slotDirection, slotNATEvent, slotFirewallEvent, slotEndReason, slotProtocol, slotClassOfService, slotIPVersion,
		slotICMPv4Type, slotICMPv4Code, slotICMPv6Type, slotICMPv6Code, slotMinTTL, slotMaxTTL,
		slotSourceMask4, slotDestinationMask4, slotSourceMask6, slotDestinationMask6:
		return 1, 0
	case slotSourcePort, slotDestinationPort, slotUDPSourcePort, slotUDPDestinationPort, slotTCPSourcePort,
		slotTCPDestinationPort, slotICMPv4, slotICMPv6, slotNATSourcePort, slotNATDestinationPort, slotVLAN, slotInnerVLAN:
		return 2, 0
	case slotInIf, slotOutIf, slotSourceAS, slotDestinationAS, slotIngressVRF, slotEgressVRF, slotOriginalDomain:
		return 4, 0
	case slotNextHop4, slotBGPNextHop4, slotNATSource4, slotNATDestination4, slotExporter4, slotOriginalExporter4:
		return 4, 4
	case slotSourceMAC, slotDestinationMAC:
		return 8, 6
	}
	return 8, 0
}
