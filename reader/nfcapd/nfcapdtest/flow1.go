package nfcapdtest

import (
	"encoding/binary"
	"math"

	"netstream/aggregate/flow"
)

// extensions are the extensions of a flow record of layout 1.
type extensions struct {
	ids    []uint16
	octets []byte
}

func (e *extensions) add(id uint16, body []byte) {
	e.ids = append(e.ids, id)
	e.octets = append(e.octets, body...)
}

func (e *extensions) numbers32(id uint16, numbers ...uint32) {
	var b []byte
	for _, n := range numbers {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	e.add(id, b)
}

// flow1 writes a flow record of layout 1, and its extension map if it is new.
func (w *writer) flow1(r *flow.Record, exporter uint16) {
	var e extensions
	common1(&e, r)
	w.rare1(&e, r)
	flags, required := required1(r)
	b := binary.LittleEndian.AppendUint16(nil, flags)
	b = binary.LittleEndian.AppendUint16(b, w.extensionMap(e.ids, len(e.octets)))
	first, last := milliseconds(r.Start), milliseconds(r.End)
	b = binary.LittleEndian.AppendUint16(b, uint16(first%1000))
	b = binary.LittleEndian.AppendUint16(b, uint16(last%1000))
	b = binary.LittleEndian.AppendUint32(b, uint32(first/1000))
	b = binary.LittleEndian.AppendUint32(b, uint32(last/1000))
	b = append(b, r.Export.ForwardingStatus, byte(r.TCPFlags), r.Key.Protocol, r.Key.ClassOfService)
	b = binary.LittleEndian.AppendUint16(b, r.Key.SourcePort)
	b = binary.LittleEndian.AppendUint16(b, r.Key.DestinationPort)
	b = binary.LittleEndian.AppendUint16(b, exporter)
	b = append(b, 0, byte(r.EndReason))
	w.record(10, append(append(b, required...), e.octets...))
}

// required1 gives flags, addresses and counters.
func required1(r *flow.Record) (flags uint16, b []byte) {
	if r.Key.Version == 6 {
		flags |= 1
		b = address6(address6(b, r.Key.Source), r.Key.Destination)
	} else {
		b = address4(address4(b, r.Key.Source), r.Key.Destination)
	}
	for i, v := range []uint64{r.Counters.Packets, r.Counters.Octets} {
		if v > math.MaxUint32 {
			flags |= 2 << i
			b = binary.LittleEndian.AppendUint64(b, v)
		} else {
			b = binary.LittleEndian.AppendUint32(b, uint32(v))
		}
	}
	return flags, b
}

// extensionMap gives the id of a list of extensions.
func (w *writer) extensionMap(ids []uint16, octets int) uint16 {
	var list []byte
	for _, id := range ids {
		list = binary.LittleEndian.AppendUint16(list, id)
	}
	if id, ok := w.maps[string(list)]; ok {
		return id
	}
	id := uint16(len(w.maps))
	w.maps[string(list)] = id
	b := binary.LittleEndian.AppendUint16(nil, id)
	b = binary.LittleEndian.AppendUint16(b, uint16(octets))
	b = append(append(b, list...), 0, 0)
	if len(b)%4 != 0 {
		b = append(b, 0, 0)
	}
	w.record(2, b)
	return id
}

func common1(e *extensions, r *flow.Record) {
	x, has := r.Export, r.Export.Has
	if has&(flow.FieldInIf|flow.FieldOutIf) != 0 {
		if x.InIf <= math.MaxUint16 && x.OutIf <= math.MaxUint16 {
			e.numbers32(4, x.InIf|x.OutIf<<16)
		} else {
			e.numbers32(5, x.InIf, x.OutIf)
		}
	}
	if has&(flow.FieldSourceAS|flow.FieldDestinationAS) != 0 {
		if x.SourceAS <= math.MaxUint16 && x.DestinationAS <= math.MaxUint16 {
			e.numbers32(6, x.SourceAS|x.DestinationAS<<16)
		} else {
			e.numbers32(7, x.SourceAS, x.DestinationAS)
		}
	}
	if has&(flow.FieldSourceMask|flow.FieldDestinationMask|flow.FieldDirection) != 0 {
		e.add(8, []byte{0, x.Direction, x.SourceMask, x.DestinationMask})
	}
	for _, hop := range []struct {
		field  flow.Fields
		id4    uint16
		octets [16]byte
	}{{flow.FieldNextHop, 9, x.NextHop}, {flow.FieldBGPNextHop, 11, x.BGPNextHop}} {
		switch {
		case has&hop.field == 0:
		case is4(hop.octets):
			e.add(hop.id4, address4(nil, hop.octets))
		default:
			e.add(hop.id4+1, address6(nil, hop.octets))
		}
	}
	if r.Marks&flow.MarkVLAN != 0 {
		e.numbers32(13, uint32(r.VLAN))
	}
	if has&flow.FieldFlows != 0 {
		e.add(19, binary.LittleEndian.AppendUint64(nil, x.Flows))
	}
}

func (w *writer) rare1(e *extensions, r *flow.Record) {
	x, has := r.Export, r.Export.Has
	if has&flow.FieldSourceMAC != 0 {
		e.add(20, append(binary.LittleEndian.AppendUint64(nil, macNumber(r.SourceMAC)), make([]byte, 8)...))
	}
	if has&flow.FieldDestinationMAC != 0 {
		e.add(21, append(binary.LittleEndian.AppendUint64(nil, macNumber(r.DestinationMAC)), make([]byte, 8)...))
	}
	if has&flow.FieldLabels != 0 {
		var labels [flow.MaxLabels]uint32
		for i := range x.LabelCount {
			labels[i] = x.Labels[i] << 4
		}
		labels[x.LabelCount-1] |= 1 // bottom of stack
		e.numbers32(22, labels[:]...)
	}
	if w.options.Points != nil {
		switch from := w.options.Points.Point(r.Key.Point).Exporter; {
		case from.Is4():
			e.add(23, address4(nil, from.As16()))
		case from.Is6():
			e.add(24, address6(nil, from.As16()))
		}
	}
	if has&flow.FieldFirewallEvent != 0 {
		b := binary.LittleEndian.AppendUint64(nil, milliseconds(r.Start))
		e.add(37, append(b, 0, 0, 0, 0, 0, 0, x.FirewallEvent, 0, 0, 0, 0, 0))
	}
	if has&(flow.FieldNATSourcePort|flow.FieldNATDestinationPort) != 0 {
		e.numbers32(38, uint32(x.NATSourcePort)|uint32(x.NATDestinationPort)<<16)
	}
	if has&(flow.FieldNATSource|flow.FieldNATDestination) != 0 {
		e.add(39, address4(address4(nil, x.NATSource), x.NATDestination))
	}
	if has&(flow.FieldNATEvent|flow.FieldIngressVRF|flow.FieldEgressVRF) != 0 {
		e.numbers32(46, uint32(x.NATEvent), x.EgressVRF, x.IngressVRF)
	}
}
