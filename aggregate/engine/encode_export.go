package engine

import "netstream/aggregate/flow"

// What an exporter told of a flow comes last in a row: the set of fields, and of
// each field that is set its value. A member that is not set comes back as 0.

// appendKnown appends a number if its field is set.
func appendKnown(dst []byte, has, field flow.Fields, v uint64) []byte {
	if has&field == 0 {
		return dst
	}
	return appendUint(dst, v)
}

func (d *decoder) known(has, field flow.Fields) uint64 {
	if has&field == 0 {
		return 0
	}
	return d.uint()
}

func appendExport(dst []byte, r *flow.Record) []byte {
	e := r.Export
	has := e.Has &^ pointFields
	dst = appendUint(dst, uint64(has))
	dst = append(dst, timeAndTotal(e))
	dst = appendKnown(dst, has, flow.FieldFlows, e.Flows)
	dst = appendKnown(dst, has, flow.FieldForwardingStatus, uint64(e.ForwardingStatus))
	dst = appendKnown(dst, has, flow.FieldNATEvent, uint64(e.NATEvent))
	dst = appendKnown(dst, has, flow.FieldFirewallEvent, uint64(e.FirewallEvent))
	dst = appendKnown(dst, has, flow.FieldSourceMask, uint64(e.SourceMask))
	dst = appendKnown(dst, has, flow.FieldDestinationMask, uint64(e.DestinationMask))
	dst = appendKnown(dst, has, flow.FieldSourceAS, uint64(e.SourceAS))
	dst = appendKnown(dst, has, flow.FieldDestinationAS, uint64(e.DestinationAS))
	dst = appendKnown(dst, has, flow.FieldNATSourcePort, uint64(e.NATSourcePort))
	dst = appendKnown(dst, has, flow.FieldNATDestinationPort, uint64(e.NATDestinationPort))
	dst = appendKnown(dst, has, flow.FieldIngressVRF, uint64(e.IngressVRF))
	dst = appendKnown(dst, has, flow.FieldEgressVRF, uint64(e.EgressVRF))
	dst = appendKnown(dst, has, flow.FieldApplication, e.Application)
	dst = appendAddresses(dst, has, e)
	if has&flow.FieldSampling != 0 {
		dst = append(dst, byte(e.SamplingSource))
		dst = appendUint(dst, e.Population)
		dst = appendUint(dst, e.Sample)
	}
	if has&flow.FieldSourceMAC != 0 {
		dst = append(dst, r.SourceMAC[:]...)
	}
	if has&flow.FieldDestinationMAC != 0 {
		dst = append(dst, r.DestinationMAC[:]...)
	}
	if has&(flow.FieldLabels|flow.FieldNames|flow.FieldElements) != 0 {
		dst = appendLists(dst, has, e)
	}
	return dst
}

// timeAndTotal packs two small members into an octet.
func timeAndTotal(e *flow.Export) byte {
	if e.Total {
		return byte(e.TimeSource)<<1 | 1
	}
	return byte(e.TimeSource) << 1
}

func appendAddresses(dst []byte, has flow.Fields, e *flow.Export) []byte {
	dst = appendAddress(dst, has, flow.FieldNextHop, &e.NextHop)
	dst = appendAddress(dst, has, flow.FieldBGPNextHop, &e.BGPNextHop)
	dst = appendAddress(dst, has, flow.FieldNATSource, &e.NATSource)
	dst = appendAddress(dst, has, flow.FieldNATDestination, &e.NATDestination)
	dst = appendAddress(dst, has, flow.FieldOuterSource, &e.OuterSource)
	return appendAddress(dst, has, flow.FieldOuterDestination, &e.OuterDestination)
}

// mappedOctets are those of an IPv4-mapped address that are the same in all.
const mappedOctets = 12

// appendAddress appends the length of an address and its octets: 4 for an
// IPv4-mapped one, else 16.
func appendAddress(dst []byte, has, field flow.Fields, a *[16]byte) []byte {
	if has&field == 0 {
		return dst
	}
	if *a == flow.MappedIPv4([4]byte(a[mappedOctets:])) {
		return append(append(dst, 4), a[mappedOctets:]...)
	}
	return append(append(dst, 16), a[:]...)
}

func (d *decoder) address(has, field flow.Fields) [16]byte {
	if has&field == 0 {
		return [16]byte{}
	}
	switch d.octets(1)[0] {
	case 4:
		return flow.MappedIPv4([4]byte(d.octets(4)))
	case 16:
		return [16]byte(d.octets(16))
	}
	d.failed = true
	return [16]byte{}
}

// appendLists appends what few exporters tell.
func appendLists(dst []byte, has flow.Fields, e *flow.Export) []byte {
	if has&flow.FieldLabels != 0 {
		labels := e.Labels[:min(e.LabelCount, flow.MaxLabels)]
		dst = append(dst, byte(len(labels)))
		for _, label := range labels {
			dst = appendUint(dst, uint64(label))
		}
	}
	if has&flow.FieldNames != 0 {
		for _, name := range [...]uint32{e.InIfName, e.OutIfName, e.IngressVRFName, e.EgressVRFName, e.ApplicationName} {
			dst = appendUint(dst, uint64(name))
		}
	}
	if has&flow.FieldElements != 0 {
		elements := e.Elements[:min(len(e.Elements), flow.MaxElements)]
		dst = appendUint(dst, uint64(len(elements)))
		dst = append(dst, elements...)
	}
	return dst
}

// export reads what appendExport wrote; r.Export has the point's fields already.
func (d *decoder) export(r *flow.Record) {
	e := r.Export
	has := flow.Fields(d.uint())
	e.Has |= has
	packed := d.octets(1)[0]
	e.TimeSource, e.Total = flow.TimeSource(packed>>1), packed&1 != 0
	e.Flows = d.known(has, flow.FieldFlows)
	e.ForwardingStatus = uint8(d.known(has, flow.FieldForwardingStatus))
	e.NATEvent = uint8(d.known(has, flow.FieldNATEvent))
	e.FirewallEvent = uint8(d.known(has, flow.FieldFirewallEvent))
	e.SourceMask = uint8(d.known(has, flow.FieldSourceMask))
	e.DestinationMask = uint8(d.known(has, flow.FieldDestinationMask))
	e.SourceAS = uint32(d.known(has, flow.FieldSourceAS))
	e.DestinationAS = uint32(d.known(has, flow.FieldDestinationAS))
	e.NATSourcePort = uint16(d.known(has, flow.FieldNATSourcePort))
	e.NATDestinationPort = uint16(d.known(has, flow.FieldNATDestinationPort))
	e.IngressVRF = uint32(d.known(has, flow.FieldIngressVRF))
	e.EgressVRF = uint32(d.known(has, flow.FieldEgressVRF))
	e.Application = d.known(has, flow.FieldApplication)
	e.NextHop = d.address(has, flow.FieldNextHop)
	e.BGPNextHop = d.address(has, flow.FieldBGPNextHop)
	e.NATSource = d.address(has, flow.FieldNATSource)
	e.NATDestination = d.address(has, flow.FieldNATDestination)
	e.OuterSource = d.address(has, flow.FieldOuterSource)
	e.OuterDestination = d.address(has, flow.FieldOuterDestination)
	if has&flow.FieldSampling != 0 {
		e.SamplingSource = flow.SamplingSource(d.octets(1)[0])
		e.Population, e.Sample = d.uint(), d.uint()
	}
	if has&flow.FieldSourceMAC != 0 {
		r.SourceMAC = [6]byte(d.octets(6))
	}
	if has&flow.FieldDestinationMAC != 0 {
		r.DestinationMAC = [6]byte(d.octets(6))
	}
	if has&(flow.FieldLabels|flow.FieldNames|flow.FieldElements) != 0 {
		d.lists(has, e)
	}
}

func (d *decoder) lists(has flow.Fields, e *flow.Export) {
	if has&flow.FieldLabels != 0 {
		if e.LabelCount = d.octets(1)[0]; e.LabelCount > flow.MaxLabels {
			d.failed, e.LabelCount = true, 0
		}
		for i := range e.Labels[:e.LabelCount] {
			e.Labels[i] = uint32(d.uint())
		}
	}
	if has&flow.FieldNames != 0 {
		for _, name := range [...]*uint32{&e.InIfName, &e.OutIfName, &e.IngressVRFName, &e.EgressVRFName, &e.ApplicationName} {
			*name = uint32(d.uint())
		}
	}
	if has&flow.FieldElements != 0 {
		length := d.uint()
		if length > uint64(len(d.src)-d.at) {
			d.failed, length = true, 0
		}
		e.Elements = d.octets(int(length))
	}
}
