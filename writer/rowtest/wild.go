package rowtest

import (
	"encoding/binary"
	"math"
	"math/rand/v2"

	"netstream/aggregate/flow"
)

// Wild gives n flow records whose fields are drawn from everything that their
// types allow, the ends of the ranges above all, in no order: flows metered from
// packets and exported ones. Points, names and elements are those of Options.
func Wild(n int, seed uint64) []flow.Record {
	r := rand.New(rand.NewPCG(seed, 2))
	rows := make([]flow.Record, n)
	for i := range rows {
		f := &rows[i]
		f.Key = wildKey(r)
		f.Ordinal = r.Uint32N(3)
		f.Start, f.End = wildTime(r), wildTime(r)
		f.Counters = flow.Counters{Packets: wild(r), Octets: wild(r), WireOctets: wild(r), PayloadOctets: wild(r)}
		f.FirstNumber, f.Fragments, f.LatePackets = wild(r), wild(r), wild(r)
		f.TCPFlags = uint16(r.IntN(1 << 16))
		for bit := range f.TCPFlagCounts {
			f.TCPFlagCounts[bit] = wild(r)
		}
		f.Marks = flow.Mark(r.IntN(1 << 16))
		f.MinOctets, f.MaxOctets = wild(r), wild(r)
		f.MinTTL, f.MaxTTL = uint8(r.IntN(256)), uint8(r.IntN(256))
		f.VLAN, f.InnerVLAN = uint16(r.IntN(1<<16)), uint16(r.IntN(1<<16))
		f.MPLSTop = []uint32{0, 1, 1<<20 - 1, math.MaxUint32, r.Uint32()}[r.IntN(5)]
		binary.BigEndian.PutUint32(f.SourceMAC[:], r.Uint32())
		f.DestinationMAC[5] = byte(r.IntN(256))
		f.EndReason = flow.EndReason(1 + r.IntN(5))
		if r.IntN(2) == 0 {
			f.Export = wildExport(r)
			exportKey(r, &f.Key)
		}
	}
	return rows
}

// exportKey makes a key into one of an exporter that leaves out what it likes.
func exportKey(r *rand.Rand, k *flow.Key) {
	k.Point = firstExporter + r.Uint32N(behindPoints-firstExporter)
	k.Shape = flow.Shape(r.IntN(1 << 7))
	if k.Shape&(flow.NoSource|flow.NoDestination) == flow.NoSource|flow.NoDestination {
		k.Version = 0
	}
}

// wildExport draws what an exporter says of a flow.
func wildExport(r *rand.Rand) *flow.Export {
	e := &flow.Export{
		Has:  flow.Fields(r.Uint64()) &^ flow.FieldFirstPacket,
		InIf: r.Uint32(), OutIf: r.Uint32N(3), Direction: uint8(r.IntN(3)),
		ForwardingStatus: uint8(r.IntN(256)), NATEvent: uint8(r.IntN(256)), FirewallEvent: uint8(r.IntN(256)),
		SourceMask: uint8(r.IntN(129)), DestinationMask: uint8(r.IntN(129)),
		TimeSource: flow.TimeSource(r.IntN(int(flow.TimeReceived) + 1)), SamplingSource: flow.SamplingSource(r.IntN(5)),
		NextHop: wildAddress(r), BGPNextHop: wildAddress(r), NATSource: wildAddress(r), NATDestination: wildAddress(r),
		OuterSource: wildAddress(r), OuterDestination: wildAddress(r),
		NATSourcePort: uint16(r.Uint32()), NATDestinationPort: uint16(r.Uint32()),
		SourceAS: r.Uint32(), DestinationAS: r.Uint32N(70000), IngressVRF: r.Uint32(), EgressVRF: r.Uint32N(3),
		InIfName: r.Uint32N(KnownNames + 1), OutIfName: r.Uint32N(KnownNames + 1), IngressVRFName: r.Uint32N(KnownNames + 1),
		EgressVRFName: r.Uint32N(KnownNames + 1), ApplicationName: r.Uint32N(KnownNames + 1),
		Application: wild(r), Flows: wild(r), Population: max(1, wild(r)), Sample: max(1, wild(r)),
		LabelCount: uint8(r.IntN(flow.MaxLabels + 1)),
	}
	for i := range e.Labels {
		e.Labels[i] = r.Uint32N(1 << 20)
	}
	for i, text := range Hostile(3, r.Uint64()) {
		if r.IntN(2) == 0 {
			e.Elements, _ = flow.AppendElement(e.Elements, i, []byte(text))
		}
	}
	return e
}

func wildAddress(r *rand.Rand) [16]byte {
	if r.IntN(2) == 0 {
		return flow.MappedIPv4([4]byte{10, 0, 0, byte(r.IntN(256))})
	}
	return [16]byte{0: 0x20, 1: 1, 14: byte(r.IntN(256)), 15: byte(r.IntN(2))}
}

// WildIntervals is Wild for interval records.
func WildIntervals(n int, seed uint64) []flow.IntervalRecord {
	r := rand.New(rand.NewPCG(seed, 3))
	rows := make([]flow.IntervalRecord, n)
	for i := range rows {
		rows[i] = flow.IntervalRecord{
			Key: wildKey(r), Start: wildTime(r).Interval(Width), First: wildTime(r), Last: wildTime(r),
			Counters:    flow.Counters{Packets: wild(r), Octets: wild(r), WireOctets: wild(r), PayloadOctets: wild(r)},
			FlowsActive: wild(r), FlowsStarted: wild(r), FlowsEnded: wild(r),
			TCPFlags: uint16(r.IntN(1 << 16)), Marks: flow.Mark(r.IntN(1 << 16)), Complete: r.IntN(2) == 0, End: wildTime(r),
			Has: flow.MeteredFields, Distribution: flow.DistributionDirect,
		}
		if r.IntN(2) == 0 {
			exportInterval(r, &rows[i])
		}
	}
	return rows
}

// exportInterval makes an interval record into one of exported flows.
func exportInterval(r *rand.Rand, i *flow.IntervalRecord) {
	exportKey(r, &i.Key)
	i.Has = flow.Fields(r.Uint64())
	i.InIf, i.OutIf, i.Direction = r.Uint32(), r.Uint32N(3), uint8(r.IntN(3))
	i.InIfName, i.OutIfName = r.Uint32N(KnownNames+1), r.Uint32N(KnownNames+1)
	i.Scaled = flow.Scaled{Packets: wild(r), Octets: wild(r)}
	i.Distribution = flow.Distribution(r.IntN(6))
}

func wildKey(r *rand.Rand) flow.Key {
	k := flow.Key{
		SourcePort: uint16(r.IntN(1 << 16)), DestinationPort: []uint16{0, 1, math.MaxUint16, uint16(r.IntN(1 << 16))}[r.IntN(4)],
		Protocol: uint8(r.IntN(256)), ClassOfService: uint8(r.IntN(256)),
		Version: []uint8{4, 6}[r.IntN(2)], Shape: flow.Shape(r.IntN(2)), Point: r.Uint32N(7),
	}
	k.Source, k.Destination = flow.MappedIPv4([4]byte{byte(r.IntN(256)), 0, 0, byte(r.IntN(3))}), flow.MappedIPv4([4]byte{})
	if k.Version == 6 && r.IntN(4) != 0 {
		binary.BigEndian.PutUint64(k.Source[:], r.Uint64())
		k.Destination = [16]byte{15: byte(r.IntN(2))}
	}
	if k.Shape == 0 {
		k.SourcePort, k.DestinationPort = 0, 0
	}
	return k
}

func wild(r *rand.Rand) uint64 {
	return []uint64{0, 1, 255, 256, 1 << 32, math.MaxInt64, r.Uint64(), r.Uint64N(1000)}[r.IntN(8)]
}

func wildTime(r *rand.Rand) flow.Timestamp {
	switch r.IntN(6) {
	case 0:
		return flow.MinTimestamp
	case 1:
		return flow.MaxTimestamp
	case 2:
		return -flow.Timestamp(r.Int64N(5000))
	case 3:
		return flow.Timestamp(r.Uint64())
	}
	return flow.Timestamp(1_700_000_000_000_000_000 + r.Int64N(1_000_000_000_000))
}
