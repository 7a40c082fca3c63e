package nfcapd

import (
	"math/rand/v2"
	"net/netip"
	"reflect"
	"testing"

	"netstream/aggregate/flow"
	"netstream/reader/nfcapd/nfcapdtest"
)

// sample makes records that use everything that both layouts can hold, and what
// layout 2 alone can if wide.
type sample struct {
	random *rand.Rand
	points *flow.Points
	wide   bool
}

func newSample(seed uint64, wide bool) *sample {
	return &sample{rand.New(rand.NewPCG(seed, 2)), flow.NewPoints(), wide}
}

func (s *sample) records(t testing.TB, n int) []flow.Record {
	t.Helper()
	records := make([]flow.Record, n)
	for i := range records {
		r := &records[i]
		r.Export = &flow.Export{Has: flow.FieldPackets | flow.FieldOctets, TimeSource: flow.TimeMilliseconds}
		exporter := netip.AddrFrom4([4]byte{192, 0, 2, byte(s.random.IntN(3))})
		if s.random.IntN(4) == 0 {
			exporter = netip.MustParseAddr("2001:db8::7")
		}
		var err error
		if r.Key.Point, err = s.points.Number(flow.Point{Exported: true, Exporter: exporter, Domain: s.random.Uint32N(2)}); err != nil {
			t.Fatal(err)
		}
		s.key(&r.Key)
		r.Start = flow.Timestamp(1_700_000_000_000+s.random.Int64N(1e9)) * 1e6
		r.End = r.Start + flow.Timestamp(s.random.Int64N(1e5))*1e6
		r.Counters = flow.Counters{Packets: 1 + s.random.Uint64()>>s.random.IntN(64), Octets: 1 + s.random.Uint64()>>s.random.IntN(64)}
		if r.Key.Protocol == 6 {
			r.TCPFlags, r.Marks = uint16(s.random.IntN(256)), flow.MarkTCP
		}
		s.fields(r)
		if s.wide {
			s.wideFields(r)
		}
	}
	return records
}

func (s *sample) address(version uint8) (a [16]byte) {
	if version == 4 {
		return flow.MappedIPv4([4]byte{10, byte(s.random.IntN(256)), byte(s.random.IntN(256)), byte(1 + s.random.IntN(255))})
	}
	for i := range a {
		a[i] = byte(1 + s.random.IntN(255))
	}
	return a
}

func (s *sample) key(k *flow.Key) {
	k.Version = []uint8{4, 4, 6}[s.random.IntN(3)]
	k.Source, k.Destination = s.address(k.Version), s.address(k.Version)
	k.Protocol, k.ClassOfService = []uint8{1, 6, 17, 47, 58, 132}[s.random.IntN(6)], uint8(s.random.IntN(256))
	if hasPorts(k.Protocol) {
		k.Shape = flow.Ports
		k.SourcePort, k.DestinationPort = uint16(s.random.IntN(65536)), uint16(s.random.IntN(65536))
	}
}

// chance adds fields to a record one time of three.
func (s *sample) chance(e *flow.Export, fields flow.Fields, set func()) {
	if s.random.IntN(3) == 0 {
		e.Has |= fields
		set()
	}
}

func (s *sample) fields(r *flow.Record) {
	e, n := r.Export, s.random
	s.chance(e, flow.FieldInIf|flow.FieldOutIf, func() {
		e.InIf, e.OutIf = n.Uint32()>>n.IntN(32), n.Uint32N(20)
		if s.wide {
			e.Has |= flow.FieldSourceMask | flow.FieldDestinationMask // of the same element
		}
	})
	s.chance(e, flow.FieldSourceMask|flow.FieldDestinationMask, func() {
		e.SourceMask, e.DestinationMask = uint8(n.IntN(33)), uint8(n.IntN(129))
		if s.wide {
			e.Has |= flow.FieldInIf | flow.FieldOutIf
		}
		if n.IntN(2) == 0 {
			e.Direction = 1
			e.Has |= flow.FieldDirection
		}
	})
	s.chance(e, flow.FieldSourceAS|flow.FieldDestinationAS, func() { e.SourceAS, e.DestinationAS = n.Uint32()>>n.IntN(32), n.Uint32N(70000) })
	s.chance(e, flow.FieldNextHop, func() { e.NextHop = s.address(4) })
	s.chance(e, flow.FieldBGPNextHop, func() { e.BGPNextHop = s.address(6) })
	s.chance(e, flow.FieldFlows, func() { e.Flows = 1 + n.Uint64N(100) })
	s.chance(e, flow.FieldForwardingStatus, func() { e.ForwardingStatus = uint8(1 + n.IntN(255)) })
	s.chance(e, flow.FieldSourceMAC, func() { r.SourceMAC = [6]byte{2, 1, 2, 3, 4, byte(n.IntN(256))} })
	s.chance(e, flow.FieldDestinationMAC, func() { r.DestinationMAC = [6]byte{2, 9, 8, 7, 6, byte(n.IntN(256))} })
	s.chance(e, flow.FieldNATSource|flow.FieldNATDestination, func() { e.NATSource, e.NATDestination = s.address(4), s.address(4) })
	s.chance(e, flow.FieldNATSourcePort|flow.FieldNATDestinationPort, func() { e.NATSourcePort, e.NATDestinationPort = 4000, 80 })
	s.chance(e, flow.FieldIngressVRF|flow.FieldEgressVRF|flow.FieldNATEvent, func() {
		e.IngressVRF, e.EgressVRF, e.NATEvent = n.Uint32(), n.Uint32N(9), uint8(1+n.IntN(11))
	})
	s.chance(e, flow.FieldFirewallEvent, func() { e.FirewallEvent = uint8(1 + n.IntN(5)) })
	s.chance(e, flow.FieldLabels, func() {
		e.LabelCount = uint8(1 + n.IntN(flow.MaxLabels))
		for i := range e.LabelCount {
			e.Labels[i] = 1 + n.Uint32N(1<<20-1)
		}
		r.MPLSTop = e.Labels[0]
		r.Marks |= flow.MarkMPLS
	})
	s.chance(e, 0, func() { r.VLAN, r.Marks = uint16(1+n.IntN(4094)), r.Marks|flow.MarkVLAN })
	s.chance(e, flow.FieldEndReason, func() { r.EndReason = flow.EndReason(1 + n.IntN(5)) })
	if s.wide && e.Has&flow.FieldEndReason != 0 {
		e.Has |= flow.FieldInIf | flow.FieldOutIf | flow.FieldSourceMask | flow.FieldDestinationMask
	}
}

func (s *sample) wideFields(r *flow.Record) {
	e, n := r.Export, s.random
	s.chance(e, flow.FieldApplication, func() { e.Application = 3<<56 | n.Uint64N(1<<16) })
	s.chance(e, flow.FieldOuterSource|flow.FieldOuterDestination, func() { e.OuterSource, e.OuterDestination = s.address(6), s.address(6) })
	s.chance(e, 0, func() { r.InnerVLAN, r.Marks = uint16(1+n.IntN(4094)), r.Marks|flow.MarkInnerVLAN })
	s.chance(e, flow.FieldMinTTL|flow.FieldMaxTTL, func() { r.MinTTL, r.MaxTTL = uint8(1+n.IntN(255)), uint8(1+n.IntN(255)) })
}

// TestWrittenFiles reads back what was written, for both layouts and all
// compressions.
func TestWrittenFiles(t *testing.T) {
	for _, test := range []struct {
		name    string
		options nfcapdtest.Options
	}{
		{"layout 1", nfcapdtest.Options{Layout1: true}},
		{"layout 1 LZO", nfcapdtest.Options{Layout1: true, Compression: nfcapdtest.LZO, BlockRecords: 100}},
		{"layout 1 LZ4", nfcapdtest.Options{Layout1: true, Compression: nfcapdtest.LZ4, BlockRecords: 7}},
		{"layout 2", nfcapdtest.Options{}},
		{"layout 2 LZO", nfcapdtest.Options{Compression: nfcapdtest.LZO}},
		{"layout 2 LZ4", nfcapdtest.Options{Compression: nfcapdtest.LZ4, BlockRecords: 1}},
		{"layout 2 zstd", nfcapdtest.Options{Compression: nfcapdtest.Zstd, BlockRecords: 300, Ident: "edge"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newSample(1, !test.options.Layout1)
			want := s.records(t, 1000)
			test.options.Points = s.points
			file := nfcapdtest.File(want, test.options)
			got := readAll(t, file)
			if len(got.damage) > 0 {
				t.Fatal(got.damage)
			}
			tally := got.reader.Tally()
			checkOctets(t, tally, len(file))
			if len(tally.Remarks) > 0 {
				t.Errorf("remarks %v", tally.Remarks)
			}
			if ident := test.options.Ident; ident != "" && got.reader.Info().Ident != ident {
				t.Errorf("ident %q, want %q", got.reader.Info().Ident, ident)
			}
			got.compare(t, want, s)
		})
	}
}

// compare compares rows with records whose points are those of a sample.
func (got *reading) compare(t *testing.T, want []flow.Record, s *sample) {
	t.Helper()
	if len(got.rows) != len(want) {
		t.Fatalf("%d rows, want %d", len(got.rows), len(want))
	}
	for i := range want {
		g, w := got.rows[i].record, want[i]
		ge, we := got.rows[i].export, *w.Export
		if a, b := got.points.Point(g.Key.Point), s.points.Point(w.Key.Point); a != b {
			t.Fatalf("row %d is of %+v, want %+v", i, a, b)
		}
		g.Key.Point, w.Key.Point, g.Export, w.Export = 0, 0, nil, nil
		if !reflect.DeepEqual(g, w) || !reflect.DeepEqual(ge, we) {
			t.Fatalf("row %d\n got %+v\n     %+v\nwant %+v\n     %+v", i, g, ge, w, we)
		}
	}
}
