package nfcapdtest

import (
	"encoding/binary"

	"netstream/aggregate/flow"
)

// elements are the elements of a flow record of layout 2.
type elements struct {
	octets []byte
	count  uint16
}

func (e *elements) add(kind uint16, body []byte) {
	e.octets = append(e.octets, Record(kind, body)...)
	e.count++
}

// hop adds an address to one of two elements, by its IP version.
func (e *elements) hop(kind4, kind6 uint16, a [16]byte) {
	if is4(a) {
		e.add(kind4, address4(nil, a))
	} else {
		e.add(kind6, address6(nil, a))
	}
}

// pair adds two addresses of one IP version, likewise.
func (e *elements) pair(kind4, kind6 uint16, a, b [16]byte) {
	if (is4(a) || a == [16]byte{}) && (is4(b) || b == [16]byte{}) {
		e.add(kind4, address4(address4(nil, a), b))
	} else {
		e.add(kind6, address6(address6(nil, a), b))
	}
}

// numbers32 and numbers16 add numbers of these widths.
func (e *elements) numbers32(kind uint16, numbers ...uint32) {
	var b []byte
	for _, n := range numbers {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	e.add(kind, b)
}

func (e *elements) numbers16(kind uint16, numbers ...uint16) {
	var b []byte
	for _, n := range numbers {
		b = binary.LittleEndian.AppendUint16(b, n)
	}
	e.add(kind, b)
}

// flow2 writes a flow record of layout 2.
func (w *writer) flow2(r *flow.Record, exporter uint16) {
	x, has := r.Export, r.Export.Has
	e := &elements{}
	e.add(1, generic(r))
	if r.Key.Shape&flow.NoSource == 0 || r.Key.Shape&flow.NoDestination == 0 {
		if r.Key.Version == 4 {
			e.add(2, address4(address4(nil, r.Key.Source), r.Key.Destination))
		} else {
			e.add(3, address6(address6(nil, r.Key.Source), r.Key.Destination))
		}
	}
	if has&(flow.FieldInIf|flow.FieldOutIf|flow.FieldSourceMask|flow.FieldDestinationMask|flow.FieldDirection|flow.FieldEndReason) != 0 {
		b := binary.LittleEndian.AppendUint32(nil, x.InIf)
		b = binary.LittleEndian.AppendUint32(b, x.OutIf)
		e.add(4, append(b, x.SourceMask, x.DestinationMask, x.Direction, 0, 0, byte(r.EndReason), 0, 0))
	}
	if has&flow.FieldFlows != 0 {
		e.add(5, append(binary.LittleEndian.AppendUint64(nil, x.Flows), make([]byte, 16)...))
	}
	if r.Marks&flow.MarkVLAN != 0 {
		e.numbers32(6, uint32(r.VLAN), 0)
	}
	if has&(flow.FieldSourceAS|flow.FieldDestinationAS) != 0 {
		e.numbers32(7, x.SourceAS, x.DestinationAS)
	}
	if has&flow.FieldBGPNextHop != 0 {
		e.hop(8, 9, x.BGPNextHop)
	}
	if has&flow.FieldNextHop != 0 {
		e.hop(10, 11, x.NextHop)
	}
	if has&flow.FieldLabels != 0 {
		var labels [flow.MaxLabels]uint32
		for i := range x.LabelCount {
			labels[i] = x.Labels[i] << 4
		}
		labels[x.LabelCount-1] |= 1 // bottom of stack
		e.numbers32(14, labels[:]...)
	}
	if has&(flow.FieldSourceMAC|flow.FieldDestinationMAC) != 0 {
		b := binary.LittleEndian.AppendUint64(nil, macNumber(r.SourceMAC))
		b = binary.LittleEndian.AppendUint64(b, 0)
		b = binary.LittleEndian.AppendUint64(b, macNumber(r.DestinationMAC))
		e.add(15, binary.LittleEndian.AppendUint64(b, 0))
	}
	w.rare2(e, r)
	b := binary.LittleEndian.AppendUint16(nil, e.count)
	b = append(b, 0, 0)
	b = binary.LittleEndian.AppendUint16(b, exporter)
	b = append(b, 0, byte(w.options.Version))
	w.record(11, append(b, e.octets...))
}

// rare2 adds the elements of events, tunnels and what nfdump added later.
func (w *writer) rare2(e *elements, r *flow.Record) {
	x, has := r.Export, r.Export.Has
	if w.options.Points != nil {
		if from := w.options.Points.Point(r.Key.Point).Exporter; from.IsValid() {
			e.hop(12, 13, from.As16())
		}
	}
	if has&flow.FieldFirewallEvent != 0 {
		b := binary.LittleEndian.AppendUint64(nil, milliseconds(r.Start))
		e.add(19, append(b, 0, 0, 0, 0, 0, 0, x.FirewallEvent, 0))
	}
	if has&(flow.FieldNATSource|flow.FieldNATDestination) != 0 {
		e.pair(20, 21, x.NATSource, x.NATDestination)
	}
	if has&(flow.FieldNATSourcePort|flow.FieldNATDestinationPort) != 0 {
		e.numbers16(22, x.NATSourcePort, x.NATDestinationPort)
	}
	if has&flow.FieldNATEvent != 0 {
		b := binary.LittleEndian.AppendUint64(nil, milliseconds(r.Start))
		e.add(25, append(b, 0, 0, 0, 0, x.NATEvent, 0, 0, 0))
	}
	if has&flow.FieldApplication != 0 {
		e.add(27, binary.BigEndian.AppendUint64(nil, x.Application))
	}
	if has&(flow.FieldOuterSource|flow.FieldOuterDestination) != 0 {
		e.pair(31, 32, x.OuterSource, x.OuterDestination)
	}
	if has&(flow.FieldIngressVRF|flow.FieldEgressVRF) != 0 {
		e.numbers32(36, x.EgressVRF, x.IngressVRF)
	}
	if r.Marks&flow.MarkInnerVLAN != 0 {
		b := make([]byte, 32)
		binary.LittleEndian.PutUint16(b, r.VLAN)
		binary.LittleEndian.PutUint16(b[2:], r.InnerVLAN)
		e.add(38, b)
	}
	if has&(flow.FieldMinTTL|flow.FieldMaxTTL) != 0 {
		e.add(42, []byte{0, 0, r.MinTTL, r.MaxTTL})
	}
}

// generic gives the body of the element that every flow has.
func generic(r *flow.Record) []byte {
	var b []byte
	for _, v := range []uint64{milliseconds(r.Start), milliseconds(r.End), milliseconds(r.End), r.Counters.Packets, r.Counters.Octets} {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	b = binary.LittleEndian.AppendUint16(b, r.Key.SourcePort)
	b = binary.LittleEndian.AppendUint16(b, r.Key.DestinationPort)
	return append(b, r.Key.Protocol, byte(r.TCPFlags), r.Export.ForwardingStatus, r.Key.ClassOfService)
}

func macNumber(a [6]byte) (n uint64) {
	for _, v := range a {
		n = n<<8 | uint64(v)
	}
	return n
}
