package engine

import (
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
	"netstream/aggregate/runs"
)

// allFields are all fields that an exported record can have.
const allFields = flow.FieldOuterDestination<<1 - 1

// knownOnly clears the members of an exported record whose fields are not set.
func knownOnly(r *flow.Record) {
	e := r.Export
	clear := func(fields flow.Fields, members ...any) {
		if e.Has&fields != 0 {
			return
		}
		for _, m := range members {
			reflect.ValueOf(m).Elem().SetZero()
		}
	}
	clear(flow.FieldFlows, &e.Flows)
	clear(flow.FieldInIf, &e.InIf)
	clear(flow.FieldOutIf, &e.OutIf)
	clear(flow.FieldDirection, &e.Direction)
	clear(flow.FieldNextHop, &e.NextHop)
	clear(flow.FieldBGPNextHop, &e.BGPNextHop)
	clear(flow.FieldSourceAS, &e.SourceAS)
	clear(flow.FieldDestinationAS, &e.DestinationAS)
	clear(flow.FieldSourceMask, &e.SourceMask)
	clear(flow.FieldDestinationMask, &e.DestinationMask)
	clear(flow.FieldForwardingStatus, &e.ForwardingStatus)
	clear(flow.FieldNATSource, &e.NATSource)
	clear(flow.FieldNATDestination, &e.NATDestination)
	clear(flow.FieldNATSourcePort, &e.NATSourcePort)
	clear(flow.FieldNATDestinationPort, &e.NATDestinationPort)
	clear(flow.FieldNATEvent, &e.NATEvent)
	clear(flow.FieldFirewallEvent, &e.FirewallEvent)
	clear(flow.FieldApplication, &e.Application)
	clear(flow.FieldIngressVRF, &e.IngressVRF)
	clear(flow.FieldEgressVRF, &e.EgressVRF)
	clear(flow.FieldLabels, &e.Labels, &e.LabelCount)
	clear(flow.FieldSampling, &e.Population, &e.Sample, &e.SamplingSource)
	clear(flow.FieldNames, &e.InIfName, &e.OutIfName, &e.IngressVRFName, &e.EgressVRFName, &e.ApplicationName)
	clear(flow.FieldElements, &e.Elements)
	clear(flow.FieldSourceMAC, &r.SourceMAC)
	clear(flow.FieldDestinationMAC, &r.DestinationMAC)
	clear(flow.FieldOuterSource, &e.OuterSource)
	clear(flow.FieldOuterDestination, &e.OuterDestination)
}

// fullExport gives a record with the largest values everywhere.
func fullExport() flow.Record {
	address := [16]byte{15: 1}
	for i := range address {
		address[i] |= 0xf0
	}
	e := &flow.Export{
		Has: allFields, InIf: math.MaxUint32, OutIf: math.MaxUint32, Direction: 255, ForwardingStatus: 255, NATEvent: 255, FirewallEvent: 255,
		SourceMask: 255, DestinationMask: 255, TimeSource: flow.TimeReceived, SamplingSource: flow.SamplingHeader,
		NextHop: address, BGPNextHop: address, NATSource: address, NATDestination: address, OuterSource: address, OuterDestination: address,
		NATSourcePort: math.MaxUint16, NATDestinationPort: math.MaxUint16, SourceAS: math.MaxUint32, DestinationAS: math.MaxUint32,
		IngressVRF: math.MaxUint32, EgressVRF: math.MaxUint32, InIfName: math.MaxUint32, OutIfName: math.MaxUint32,
		IngressVRFName: math.MaxUint32, EgressVRFName: math.MaxUint32, ApplicationName: math.MaxUint32,
		Application: math.MaxUint64, Flows: math.MaxUint64, Population: math.MaxUint64, Sample: math.MaxUint64,
		LabelCount: flow.MaxLabels, Total: true, Elements: []byte(strings.Repeat("e", flow.MaxElements)),
	}
	for i := range e.Labels {
		e.Labels[i] = math.MaxUint32
	}
	r := flow.Record{
		Export: e, Ordinal: math.MaxUint32, Start: flow.MaxTimestamp, End: flow.MaxTimestamp,
		Counters:    flow.Counters{Packets: math.MaxUint64, Octets: math.MaxUint64, WireOctets: math.MaxUint64, PayloadOctets: math.MaxUint64},
		FirstNumber: math.MaxUint64, FirstInput: math.MaxUint32, Fragments: math.MaxUint64, LatePackets: math.MaxUint64,
		TCPFlags: math.MaxUint16, Marks: math.MaxUint16 &^ (markBiflow | markStatistics), MinOctets: math.MaxUint64, MaxOctets: math.MaxUint64, MinTTL: 255, MaxTTL: 255,
		VLAN: math.MaxUint16, InnerVLAN: math.MaxUint16, MPLSTop: math.MaxUint32,
		SourceMAC: [6]byte{1, 2, 3, 4, 5, 6}, DestinationMAC: [6]byte{6, 5, 4, 3, 2, 1}, EndReason: 255,
		Key: flow.Key{Source: address, Destination: address, SourcePort: math.MaxUint16, DestinationPort: math.MaxUint16,
			Point: flow.MaxPoints - 1, Protocol: 255, ClassOfService: 255, Version: 255, Shape: 255},
	}
	for i := range r.TCPFlagCounts {
		r.TCPFlagCounts[i] = math.MaxUint64
	}
	return r
}

// randomExport gives a record of an exporter, one of few keys and interfaces.
func randomExport(rng *rand.Rand) flow.Record {
	r := randomRecord(rng)
	r.Marks &^= flow.MarkMAC
	r.Export = fullExport().Export
	e := r.Export
	r.SourceMAC, r.DestinationMAC = [6]byte{1}, [6]byte{2}
	e.Has = flow.Fields(rng.Uint64()&rng.Uint64()) & allFields
	e.InIf, e.OutIf, e.Direction = uint32(rng.IntN(2)), uint32(rng.IntN(2)), uint8(rng.IntN(2))
	e.TimeSource, e.Total = flow.TimeSource(rng.IntN(10)), rng.IntN(8) == 0
	e.NextHop, e.NATSource = flow.MappedIPv4([4]byte{192, 0, 2, 1}), [16]byte{}
	e.SourceAS, e.Flows = rng.Uint32(), rng.Uint64N(3)
	e.Population, e.Sample = 1+rng.Uint64N(1000), 1
	e.LabelCount = uint8(1 + rng.IntN(flow.MaxLabels))
	clear(e.Labels[e.LabelCount:])
	e.Elements = e.Elements[:1+rng.IntN(40)]
	knownOnly(&r)
	return r
}

func randomSpread(rng *rand.Rand) meter.Slice {
	s := randomSlice(rng)
	s.Has = flow.Fields(rng.Uint64()) & (spreadCounters | flow.FieldSampling | pointFields)
	s.Distribution = flow.Distribution(1 + rng.IntN(5))
	s.InIfName = uint32(rng.IntN(3) * rng.IntN(1000))
	if s.Has&flow.FieldInIf != 0 {
		s.InIf = uint32(rng.IntN(2))
	}
	if s.Has&flow.FieldOutIf != 0 {
		s.OutIf = uint32(rng.IntN(2))
	}
	if s.Has&flow.FieldDirection != 0 {
		s.Direction = uint8(rng.IntN(2))
	}
	if s.Has&flow.FieldSampling != 0 {
		s.Scaled = flow.Scaled{Packets: rng.Uint64(), Octets: 1}
	}
	return s
}

func TestExportedRowsSurviveEncoding(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	to := new(behind)
	check := func(record flow.Record) {
		t.Helper()
		for name, got := range map[string]func(*flow.Record) error{
			"record": func(r *flow.Record) error { return decodeRecord(appendRecord(nil, &record), r, to) },
			"report": func(r *flow.Record) error { return decodeReport(appendReport(nil, &record), r, to) },
		} {
			var r flow.Record
			if err := got(&r); err != nil || !reflect.DeepEqual(r, record) {
				t.Fatalf("%s: got %+v, %+v, %v, want %+v, %+v", name, r, r.Export, err, record, record.Export)
			}
		}
	}
	check(fullExport())
	for range 5000 {
		check(randomExport(rng))
		slice := randomSpread(rng)
		var gotSlice meter.Slice
		if err := decodeSlice(appendSlice(nil, &slice), &gotSlice); err != nil || gotSlice != slice {
			t.Fatalf("slice: got %+v, %v, want %+v", gotSlice, err, slice)
		}
	}
}

// TestExportedRowsInUsedPlaces: what was in the place of a record before does not show, nor does what lies behind the row in
// memory. Rows of which some octets were changed give an error or another record.
func TestExportedRowsInUsedPlaces(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	to := new(behind)
	failed := 0
	for range 5000 {
		record := randomExport(rng)
		record.EndReason = flow.EndReason(rng.IntN(256))
		record.MinTTL, record.MaxTTL = uint8(rng.IntN(256)), uint8(rng.IntN(256))
		row := appendRecord(make([]byte, 0, rng.IntN(2)*runs.MaxRow), &record)
		for at := range row[len(row):cap(row)] {
			row[:cap(row)][len(row)+at] = 0xff
		}
		got := used()
		if err := decodeRecord(row, &got, to); err != nil || !reflect.DeepEqual(got, record) {
			t.Fatalf("got %+v, %+v, %v, want %+v, %+v", got, got.Export, err, record, record.Export)
		}
		for range 1 + rng.IntN(8) {
			row[startOctets+1+rng.IntN(len(row)-startOctets-1)] = byte(rng.IntN(256))
		}
		if decodeRecord(row, &got, to) != nil {
			failed++
		}
		recordPrefix(row)
	}
	if failed < 1000 {
		t.Errorf("only %d rows were told to be damaged", failed)
	}
}

// TestLongestRow: no record is longer than a sorted run takes.
func TestLongestRow(t *testing.T) {
	r := fullExport()
	if n := len(appendRecord(nil, &r)); n > runs.MaxRow {
		t.Errorf("a row has %d octets, want at most %d", n, runs.MaxRow)
	}
	r.Export.Elements = make([]byte, 2*runs.MaxRow) // more than the vocabulary allows
	if n := len(appendRecord(nil, &r)); n > runs.MaxRow {
		t.Errorf("a row of too many elements has %d octets, want at most %d", n, runs.MaxRow)
	}
}

// TestDamagedExportedRows cuts encoded rows at every octet.
func TestDamagedExportedRows(t *testing.T) {
	record := fullExport()
	record.Export.Elements = record.Export.Elements[:9]
	slice := randomSpread(rand.New(rand.NewPCG(1, 1)))
	row, report, part := appendRecord(nil, &record), appendReport(nil, &record), appendSlice(nil, &slice)
	decode := func(name string, row []byte, decode func([]byte) error) {
		for n := range row {
			if decode(row[:n]) == nil {
				t.Errorf("%s cut to %d of %d octets was decoded", name, n, len(row))
			}
		}
		if decode(append(row, 0)) == nil {
			t.Errorf("%s with an octet too many was decoded", name)
		}
	}
	decode("record", row, func(b []byte) error { return decodeRecord(b, new(flow.Record), new(behind)) })
	decode("report", report, func(b []byte) error { return decodeReport(b, new(flow.Record), new(behind)) })
	decode("slice", part, func(b []byte) error { return decodeSlice(b, new(meter.Slice)) })
}

// placeOf gives interfaces and direction as numbers of their order.
func placeOf(has flow.Fields, inIf, outIf uint32, direction uint8) [3]uint64 {
	var place [3]uint64
	for i, v := range [3]uint64{uint64(inIf), uint64(outIf), uint64(direction)} {
		if has&[3]flow.Fields{flow.FieldInIf, flow.FieldOutIf, flow.FieldDirection}[i] != 0 {
			place[i] = v + 1
		}
	}
	return place
}

// TestExportedOrder compares the orders of encoded rows with those that
// docs/metering.md gives, field by field.
func TestExportedOrder(t *testing.T) {
	points := flow.NewPoints()
	for _, domain := range []uint32{7, 3} { // numbers 1, 2: against their order by domain
		if _, err := points.Number(flow.Point{Exported: true, Domain: domain}); err != nil {
			t.Fatal(err)
		}
	}
	records, reports, slices := recordOrder(points), reportOrder(points), sliceOrder(points)
	rng := rand.New(rand.NewPCG(15, 16))
	for range 50000 {
		a, b := randomExport(rng), randomExport(rng)
		if rng.IntN(2) == 0 {
			b.Key, b.Start, b.End = a.Key, a.Start, a.End
		}
		p, q := placeOf(a.Export.Has, a.Export.InIf, a.Export.OutIf, a.Export.Direction), placeOf(b.Export.Has, b.Export.InIf, b.Export.OutIf, b.Export.Direction)
		times := compareFields(compare(a.Start, b.Start), compare(a.End, b.End))
		places := compareFields(compare(p[0], q[0]), compare(p[1], q[1]), compare(p[2], q[2]))
		numbers := compareFields(compare(a.Ordinal, b.Ordinal), compare(a.FirstInput, b.FirstInput), compare(a.FirstNumber, b.FirstNumber))
		keys := a.Key.Compare(&b.Key, points)
		want := compareFields(times, keys, places, numbers)
		if got := byOrder(records.Prefix, records.Compare, appendRecord(nil, &a), appendRecord(nil, &b)); got != want {
			t.Fatalf("records: got %d, want %d for\n%+v\n%+v", got, want, a, b)
		}
		want = compareFields(keys, places, times, numbers)
		if got := byOrder(reports.Prefix, reports.Compare, appendReport(nil, &a), appendReport(nil, &b)); got != want {
			t.Fatalf("reports: got %d, want %d for\n%+v\n%+v", got, want, a, b)
		}

		x, y := randomSpread(rng), randomSpread(rng)
		if rng.IntN(2) == 0 {
			y.Key, y.Start = x.Key, x.Start
		}
		p, q = placeOf(x.Has, x.InIf, x.OutIf, x.Direction), placeOf(y.Has, y.InIf, y.OutIf, y.Direction)
		want = compareFields(compare(x.Start, y.Start), x.Key.Compare(&y.Key, points), compare(p[0], q[0]), compare(p[1], q[1]), compare(p[2], q[2]),
			compare(x.FirstInput, y.FirstInput), compare(x.FirstNumber, y.FirstNumber))
		if got := byOrder(slices.Prefix, slices.Compare, appendSlice(nil, &x), appendSlice(nil, &y)); got != want {
			t.Fatalf("slices: got %d, want %d for\n%+v\n%+v", got, want, x, y)
		}
	}
}
