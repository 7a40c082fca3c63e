package rowtest

import (
	"encoding/binary"
	"math/rand/v2"

	"netstream/aggregate/flow"
)

// Fields of the rows that Exported and ExportedRich make.
const (
	NetFlow5Fields = flow.FieldPackets | flow.FieldOctets | flow.FieldInIf | flow.FieldOutIf | flow.FieldNextHop |
		flow.FieldSourceAS | flow.FieldDestinationAS | flow.FieldSourceMask | flow.FieldDestinationMask
	RichFields = NetFlow5Fields | flow.FieldDirection | flow.FieldBGPNextHop | flow.FieldForwardingStatus |
		flow.FieldMinTTL | flow.FieldMaxTTL | flow.FieldMinOctets | flow.FieldMaxOctets | flow.FieldEndReason |
		flow.FieldSampling | flow.FieldNames | flow.FieldApplication | flow.FieldIngressVRF | flow.FieldEgressVRF |
		flow.FieldLabels | flow.FieldSourceMAC | flow.FieldDestinationMAC | flow.FieldElements
)

// Exported gives n flow records as routers export them in NetFlow version 5:
// sorted by start, times in milliseconds, autonomous systems and masks by the
// addresses, a few interfaces.
func Exported(n int, seed uint64) []flow.Record {
	rows := Flows(n, seed)
	exports := make([]flow.Export, n)
	for i := range rows {
		f, e := &rows[i], &exports[i]
		f.Export = e
		f.Start -= f.Start % 1_000_000
		f.End -= f.End % 1_000_000
		f.Key.Point = firstExporter
		f.FirstNumber = uint64(i + 1)
		f.TCPFlagCounts, f.Fragments = [flow.TCPFlagCount]uint64{}, 0
		if f.Key.Version == 6 {
			f.Key.Version, f.Key.Source, f.Key.Destination = 4, mapped(f.Key.Source), mapped(f.Key.Destination)
			f.Key.Protocol = min(f.Key.Protocol, 17)
		}
		source, destination := binary.BigEndian.Uint32(f.Key.Source[12:]), binary.BigEndian.Uint32(f.Key.Destination[12:])
		e.Has, e.TimeSource = NetFlow5Fields, flow.TimeUptime
		e.InIf, e.OutIf = 1+source>>24%12, 1+destination>>24%12
		e.NextHop = flow.MappedIPv4([4]byte{10, 255, 0, byte(e.OutIf)})
		e.SourceAS, e.DestinationAS = 64512+source>>20%1000, 64512+destination>>20%1000
		e.SourceMask, e.DestinationMask = uint8(16+source>>16%9), uint8(16+destination>>16%9)
	}
	return rows
}

// mapped makes an IPv4-mapped address of the last octets of an IPv6 address.
func mapped(a [16]byte) [16]byte { return flow.MappedIPv4([4]byte(a[12:])) }

// ExportedRich gives n flow records as routers export them in NetStream version 9
// or IPFIX, with everything that these usually know: Exported and sampling, names,
// labels, applications, routing tables, hardware addresses and elements on request.
func ExportedRich(n int, seed uint64) []flow.Record {
	rows := Exported(n, seed)
	r := rand.New(rand.NewPCG(seed, 7))
	for i := range rows {
		f, e := &rows[i], rows[i].Export
		f.Key.Point = firstExporter + 1
		e.Has, e.TimeSource = RichFields, flow.TimeMilliseconds
		e.Direction = uint8(r.IntN(2))
		e.BGPNextHop = flow.MappedIPv4([4]byte{10, 255, 1, byte(e.OutIf)})
		e.ForwardingStatus = 64
		e.Population, e.Sample, e.SamplingSource = 1000, 1, flow.SamplingSampler
		e.InIfName, e.OutIfName, e.ApplicationName = e.InIf, e.OutIf, 20+r.Uint32N(10)
		e.Application = 3<<56 | uint64(f.Key.DestinationPort)
		e.IngressVRF, e.EgressVRF, e.IngressVRFName, e.EgressVRFName = 1, 1+e.OutIf%4, 31, 32+e.OutIf%4
		e.LabelCount = 2
		e.Labels[0], e.Labels[1] = 16+e.DestinationAS%500, 3
		binary.BigEndian.PutUint32(f.SourceMAC[2:], e.InIf)
		binary.BigEndian.PutUint32(f.DestinationMAC[2:], e.OutIf)
		e.Elements, _ = flow.AppendElement(nil, 1, []byte("policy-7"))
	}
	return rows
}

// ExportedIntervals gives n interval records, sorted by interval, of rows as
// Exported or ExportedRich make them.
func ExportedIntervals(rows []flow.Record) []flow.IntervalRecord {
	intervals := make([]flow.IntervalRecord, len(rows))
	for i := range rows {
		f := &rows[i]
		e := f.Export
		start := f.Start.Interval(Width)
		intervals[i] = flow.IntervalRecord{
			Key: f.Key, Start: start, End: start + flow.Timestamp(Width), First: f.Start, Last: f.End, Counters: f.Counters,
			FlowsActive: 1, FlowsStarted: 1, FlowsEnded: f.Counters.Packets % 2, TCPFlags: f.TCPFlags, Marks: f.Marks,
			Has: e.Has, InIf: e.InIf, OutIf: e.OutIf, Direction: e.Direction, InIfName: e.InIfName, OutIfName: e.OutIfName,
			Distribution: flow.DistributionProportional,
		}
		intervals[i].Scaled.Packets, _ = e.Scaled(f.Counters.Packets)
		intervals[i].Scaled.Octets, _ = e.Scaled(f.Counters.Octets)
	}
	return intervals
}
