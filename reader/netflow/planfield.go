package netflow

import (
	"netstream/aggregate/flow"
	"netstream/reader/element"
)

// addWides finds the values that do not fit into slots.
func (c *compiler) addWides(p *plan) {
	var done [wideCount]bool
	for i, f := range c.fields {
		w, g := wideOf(f)
		if w == wideCount || done[w] {
			continue
		}
		done[w] = true
		p.wides = append(p.wides, wideStep{place: c.places[i], wide: w})
		p.groups |= g
	}
}

// wideOf says which value longer than a slot a field has; wideCount if none.
func wideOf(f element.Field) (wide, group) {
	if f.ID.Enterprise != element.EnterpriseIANA {
		return wideCount, 0
	}
	switch f.ID.Number {
	case applicationID:
		return wideApplication, groupApplication
	case applicationName:
		return wideApplicationName, groupApplication
	}
	if f.Length != 16 {
		return wideCount, 0
	}
	switch f.ID.Number {
	case ipNextHopIPv6Address:
		return wideNextHop, groupNextHop
	case bgpNextHopIPv6Address:
		return wideBGPNextHop, groupNextHop
	case postNATSourceIPv6Address:
		return wideNATSource, groupNAT
	case postNATDestinationIPv6Address:
		return wideNATDestination, groupNAT
	case exporterIPv6Address:
		return wideExporter, groupPoint
	case originalExporterIPv6Address:
		return wideOriginalExporter, groupPoint
	}
	return wideCount, 0
}

// maxHeaders bounds the addresses of one side that a record can have; what comes
// behind is not looked at.
const maxHeaders = 8

// addAddresses finds the addresses of the key. Prefixes serve where there are no
// addresses.
func (c *compiler) addAddresses(p *plan) {
	p.sources = c.addresses(sourceIPv4Address, sourceIPv6Address)
	if len(p.sources) == 0 {
		p.sources = c.addresses(sourceIPv4Prefix, sourceIPv6Prefix)
	}
	p.destinations = c.addresses(destinationIPv4Address, destinationIPv6Address)
	if len(p.destinations) == 0 {
		p.destinations = c.addresses(destinationIPv4Prefix, destinationIPv6Prefix)
	}
}

// addresses finds the fields of two elements, in the order of the record. Addresses
// cannot be shortened (RFC 7011 section 6.2).
func (c *compiler) addresses(version4, version6 uint16) (found []address) {
	for i, f := range c.fields {
		switch {
		case len(found) == maxHeaders:
			return found
		case f.ID == element.IANA(version4) && f.Length == 4:
			found = append(found, address{place: c.places[i], version: 4})
		case f.ID == element.IANA(version6) && f.Length == 16:
			found = append(found, address{place: c.places[i], version: 6})
		}
	}
	return found
}

// addRequests finds the values that the user asked for.
func (c *compiler) addRequests(p *plan) {
	for index, r := range c.requests {
		occurrence := 0
		for i, f := range c.fields {
			if f.ID != r.ID {
				continue
			}
			if occurrence++; occurrence < r.Occurrence {
				continue
			}
			known, _ := element.Lookup(f.ID)
			p.requests = append(p.requests, request{place: c.places[i], index: index, kind: known.Type})
			p.groups |= groupRequests
			break
		}
	}
}

// fieldsOf gives the fields that are known because their slot is filled.
func fieldsOf(present *slotSet) (has flow.Fields) {
	for s := range noSlot {
		if present.has(s) {
			has |= fieldOf(s)
		}
	}
	return has
}

func fieldOf(s slot) flow.Fields {
	switch s {
	case slotPackets:
		return flow.FieldPackets
	case slotOctets:
		return flow.FieldOctets
	case slotWireOctets:
		return flow.FieldWireOctets
	case slotPayloadOctets:
		return flow.FieldPayloadOctets
	case slotFlows:
		return flow.FieldFlows
	case slotInIf:
		return flow.FieldInIf
	case slotOutIf:
		return flow.FieldOutIf
	case slotDirection:
		return flow.FieldDirection
	case slotStatus:
		return flow.FieldForwardingStatus
	case slotNATEvent:
		return flow.FieldNATEvent
	case slotFirewallEvent:
		return flow.FieldFirewallEvent
	case slotMinTTL:
		return flow.FieldMinTTL
	case slotMaxTTL:
		return flow.FieldMaxTTL
	case slotMinOctets:
		return flow.FieldMinOctets
	case slotMaxOctets:
		return flow.FieldMaxOctets
	case slotSourceAS:
		return flow.FieldSourceAS
	case slotDestinationAS:
		return flow.FieldDestinationAS
	case slotNATSourcePort:
		return flow.FieldNATSourcePort
	case slotNATDestinationPort:
		return flow.FieldNATDestinationPort
	case slotIngressVRF:
		return flow.FieldIngressVRF
	case slotEgressVRF:
		return flow.FieldEgressVRF
	}
	return 0
}

// groupsOf gives the groups that are needed because a slot is filled.
func groupsOf(present *slotSet) (g group) {
	for s := range noSlot {
		if present.has(s) {
			g |= groupOf(s)
		}
	}
	return g
}

func groupOf(s slot) group {
	switch s {
	case slotNextHop4, slotBGPNextHop4:
		return groupNextHop
	case slotNATSource4, slotNATDestination4, slotNATSourcePort, slotNATDestinationPort:
		return groupNAT
	case slotVLAN, slotInnerVLAN:
		return groupVLAN
	case slotSourceMAC, slotDestinationMAC:
		return groupMAC
	case slotIngressVRF, slotEgressVRF:
		return groupVRF
	case slotSampler:
		return groupSampler
	case slotExporter4, slotOriginalExporter4, slotOriginalDomain:
		return groupPoint
	case slotICMPv4, slotICMPv4Type, slotICMPv6, slotICMPv6Type:
		return groupICMP
	case slotUDPSourcePort, slotUDPDestinationPort, slotTCPSourcePort, slotTCPDestinationPort:
		return groupProtocolPorts
	}
	switch {
	case s >= slotLabel && s <= slotLabelLast:
		return groupLabels
	case s >= slotRate && s <= slotRateLast:
		return groupRate
	}
	return 0
}
