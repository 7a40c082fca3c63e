package engine

import "netstream/aggregate/flow"

// What an exporter told of a flow comes last in a row: the set of fields, and of
// each field that is set its value. A member that is not set comes back as 0.

// knownOf gives a number if its field is set, else 0.
func knownOf[N uint8 | uint16 | uint32 | uint64](has, field flow.Fields, v N) uint64 {
	if has&field == 0 {
		return 0
	}
	return uint64(v)
}

// usualOfFields is how many of the numbers that an exporter told are not nearly always 0.
const usualOfFields = 3

// appendExport appends the numbers as those of metered rows are laid out, small ones in one of them.
func appendExport(dst []byte, r *flow.Record) []byte {
	e := r.Export
	has := e.Has &^ pointFields
	dst = appendNumbers(dst, []uint64{
		uint64(has),
		timeAndTotal(e) | knownOf(has, flow.FieldSourceMask, e.SourceMask)<<8 | knownOf(has, flow.FieldDestinationMask, e.DestinationMask)<<16 |
			knownOf(has, flow.FieldForwardingStatus, e.ForwardingStatus)<<24 | knownOf(has, flow.FieldNATEvent, e.NATEvent)<<32 |
			knownOf(has, flow.FieldFirewallEvent, e.FirewallEvent)<<40,
		knownOf(has, flow.FieldSourceAS, e.SourceAS) | knownOf(has, flow.FieldDestinationAS, e.DestinationAS)<<32,
		knownOf(has, flow.FieldFlows, e.Flows),
		knownOf(has, flow.FieldNATSourcePort, e.NATSourcePort) | knownOf(has, flow.FieldNATDestinationPort, e.NATDestinationPort)<<16,
		knownOf(has, flow.FieldIngressVRF, e.IngressVRF) | knownOf(has, flow.FieldEgressVRF, e.EgressVRF)<<32,
		knownOf(has, flow.FieldApplication, e.Application),
	})
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

// timeAndTotal packs two small members into 8 bits.
func timeAndTotal(e *flow.Export) uint64 {
	if e.Total {
		return uint64(e.TimeSource)<<1&0xff | 1
	}
	return uint64(e.TimeSource) << 1 & 0xff
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
	var v [meteredNumbers]uint64
	d.numbers(&v, usualOfFields)
	has := flow.Fields(v[0])
	e.Has |= has
	e.TimeSource, e.Total = flow.TimeSource(v[1]>>1&0x7f), v[1]&1 != 0
	e.SourceMask, e.DestinationMask, e.ForwardingStatus = uint8(v[1]>>8), uint8(v[1]>>16), uint8(v[1]>>24)
	e.NATEvent, e.FirewallEvent = uint8(v[1]>>32), uint8(v[1]>>40)
	e.SourceAS, e.DestinationAS, e.Flows = uint32(v[2]), uint32(v[2]>>32), v[3]
	e.NATSourcePort, e.NATDestinationPort = uint16(v[4]), uint16(v[4]>>16)
	e.IngressVRF, e.EgressVRF, e.Application = uint32(v[5]), uint32(v[5]>>32), v[6]
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
