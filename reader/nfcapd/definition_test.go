package nfcapd

import (
	"bytes"
	"net/netip"
	"slices"
	"testing"

	"netstream/aggregate/flow"
	"netstream/reader/nfcapd/nfcapdtest"
)

// TestLateDefinitions has all that a record refers to behind it, as the threads of
// nfcapd can write it. Later definitions of the same do not reach back.
func TestLateDefinitions(t *testing.T) {
	application := append([]byte{1, 0, 20, 0, 4, 0, 10, 0, 0, 0}, ("\x03\x00\x01\xbbhttps" + string(make([]byte, 11)))...)
	record := record2(
		nfcapdtest.Record(1, genericBody(t, firstMs, lastMs, receivedMs, 5, 600)),
		nfcapdtest.Record(2, []byte{1, 0, 0, 10, 2, 0, 0, 10}),
		nfcapdtest.Record(4, body(t, uint32(11), uint32(12), [4]uint8{})),
		nfcapdtest.Record(27, []byte{3, 0, 1, 0xbb}),
		nfcapdtest.Record(36, body(t, uint32(8), uint32(7))),
	)
	got := readAll(t, file2(record,
		nfcapdtest.Record(typeExporter, nfcapdtest.Exporter(1, 9, netip.MustParseAddr("2001:db8::1"), 3)),
		nfcapdtest.Record(typeInterfaceNames, nfcapdtest.Name(11, "uplink")),
		nfcapdtest.Record(typeVRFNames, nfcapdtest.Name(7, "blue")),
		nfcapdtest.Record(typeVRFNames, nfcapdtest.Name(8, "red")),
		nfcapdtest.Record(typeApplicationNames, application),
		record,
		nfcapdtest.Record(typeExporter, nfcapdtest.Exporter(1, 10, netip.MustParseAddr("192.0.2.9"), 4)),
		nfcapdtest.Record(typeInterfaceNames, nfcapdtest.Name(11, "downlink")),
		record,
	))
	var text []string
	for _, r := range got.rows {
		point := got.points.Point(r.record.Key.Point)
		for _, n := range []uint32{r.export.InIfName, r.export.OutIfName, r.export.IngressVRFName, r.export.EgressVRFName, r.export.ApplicationName} {
			text = append(text, got.names.Name(n))
		}
		text = append(text, point.Exporter.String())
		if r.export.Application != 3<<56|443 {
			t.Errorf("application %#x", r.export.Application)
		}
	}
	early := []string{"uplink", "", "blue", "red", "https", "2001:db8::1"}
	late := []string{"downlink", "", "blue", "red", "https", "192.0.2.9"}
	if want := slices.Concat(early, early, late); !slices.Equal(text, want) {
		t.Errorf("%q, want %q", text, want)
	}
	want := RecordTally{Flow: 3, Exporter: 2, InterfaceNames: 2, VRFNames: 2, ApplicationNames: 1}
	if tally := got.reader.Tally(); tally.Records != want {
		t.Errorf("%+v, want %+v", tally.Records, want)
	}
}

// TestSurvey says what a first reading finds without making rows.
func TestSurvey(t *testing.T) {
	for _, layout1 := range []bool{false, true} {
		s := newSample(9, !layout1)
		records := s.records(t, 20)
		file := nfcapdtest.File(records, nfcapdtest.Options{Points: s.points, Layout1: layout1, Ident: "edge"})
		r, err := NewReader(bytes.NewReader(file), Options{Points: flow.NewPoints(), Names: flow.NewNames()})
		if err != nil {
			t.Fatal(err)
		}
		survey, err := r.Survey()
		if err != nil {
			t.Fatal(err)
		}
		earliest := slices.MinFunc(records, func(a, b flow.Record) int { return int(a.Start - b.Start) }).Start
		if !survey.Any || survey.First != records[0].Start || survey.Earliest != earliest || survey.Info.FirstSeen != earliest || survey.Info.Ident != "edge" {
			t.Errorf("%+v, want %d and %d", survey, records[0].Start, earliest)
		}
		if _, err := r.Survey(); err == nil {
			t.Error("a second survey of one reader is an error")
		}
	}
}

func TestExporterStatistics(t *testing.T) {
	exporter := nfcapdtest.Record(typeExporter, nfcapdtest.Exporter(7, 5, netip.MustParseAddr("192.0.2.1"), 0x102))
	statistics := nfcapdtest.Record(typeExporterStatistics, body(t, uint32(1), uint32(7), uint32(3), uint64(100), uint64(2900)))
	got := readAll(t, file2(exporter, statistics, statistics))
	want := []ExporterInfo{{ID: 7, Address: netip.MustParseAddr("192.0.2.1"), Version: 5, Domain: 0x102, Packets: 200, Flows: 5800, SequenceFailures: 6}}
	if exporters := got.reader.Exporters(); !slices.Equal(exporters, want) {
		t.Errorf("%+v, want %+v", exporters, want)
	}
}

// TestUnsoundRecords has records that are too short for what they should have. They
// cost themselves only.
func TestUnsoundRecords(t *testing.T) {
	sound := record2(nfcapdtest.Record(1, genericBody(t, firstMs, lastMs, receivedMs, 5, 600)))
	short1 := nfcapdtest.Record(typeFlow1, make([]byte, 28))
	for _, test := range []struct {
		name   string
		record []byte
		want   RecordTally
	}{
		{"flow without its fixed part", nfcapdtest.Record(typeFlow2, make([]byte, 7)), RecordTally{Malformed: 1}},
		{"flow with fewer elements than it says", nfcapdtest.Record(typeFlow2, []byte{1, 0, 0, 0, 0, 0, 0, 0}), RecordTally{Malformed: 1}},
		{"element shorter than its header", record2([]byte{1, 0, 3, 0}), RecordTally{Malformed: 1}},
		{"element beyond its record", record2([]byte{1, 0, 99, 0}), RecordTally{Malformed: 1}},
		{"element shorter than its kind", record2(nfcapdtest.Record(1, make([]byte, 47))), RecordTally{Malformed: 1}},
		{"flow of layout 1 without its map", short1, RecordTally{Malformed: 1}},
		{"flow of layout 1 without addresses", append(nfcapdtest.Record(typeExtensionMap, make([]byte, 8)), short1...), RecordTally{Malformed: 1, ExtensionMap: 1}},
		{"exporter", nfcapdtest.Record(typeExporter, make([]byte, 27)), RecordTally{Exporter: 1, Unsound: 1}},
		{"exporter statistics", nfcapdtest.Record(typeExporterStatistics, []byte{255, 255, 255, 255, 0}), RecordTally{ExporterStatistics: 1, Unsound: 1}},
		{"extension map", nfcapdtest.Record(typeExtensionMap, make([]byte, 3)), RecordTally{ExtensionMap: 1, Unsound: 1}},
		{"extension map without end", nfcapdtest.Record(typeExtensionMap, bytes.Repeat([]byte{1}, 4+2*MaxExtensions+2)), RecordTally{ExtensionMap: 1, Unsound: 1}},
		{"names of no length", nfcapdtest.Record(typeInterfaceNames, []byte{255, 255, 0, 0}), RecordTally{InterfaceNames: 1, Unsound: 1}},
		{"more names than there are", nfcapdtest.Record(typeVRFNames, []byte{2, 0, 9, 0, 0, 0, 0, 0}), RecordTally{VRFNames: 1, Unsound: 1}},
		{"application names beyond their element", nfcapdtest.Record(typeApplicationNames, []byte{1, 0, 4, 0, 9, 0, 9, 0, 1, 2, 3, 4}), RecordTally{ApplicationNames: 1, Unsound: 1}},
		{"statistics", nfcapdtest.Record(typeStatistics, make([]byte, 143)), RecordTally{Statistics: 1, Unsound: 1}},
		{"unknown", nfcapdtest.Record(77, nil), RecordTally{Unknown: 1}},
		{"samplers", append(nfcapdtest.Record(typeSampler1, nil), nfcapdtest.Record(typeSampler2, nil)...), RecordTally{Sampler: 2}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := readAll(t, file2(test.record, sound))
			test.want.Flow = 1
			if tally := got.reader.Tally(); tally.Records != test.want || len(got.rows) != 1 || len(got.damage) != 0 {
				t.Errorf("%+v, want %+v; damage %v", tally.Records, test.want, got.damage)
			}
		})
	}
}

// TestShortRecordsOfLayout1 has the first record type of nfdump 1.6, and one with an
// extension that nobody knows.
func TestShortRecordsOfLayout1(t *testing.T) {
	const unknown = 4711
	flags := [2]uint8{2 | 4 | 128, 9} // 64 bit counters, sampled; exporter 9
	record := func(extensions uint16) []byte {
		return nfcapdtest.Record(typeFlowShort, body(t, flags, extensions, uint16(123), uint16(456), uint32(1_700_000_000), uint32(1_700_000_005),
			[4]uint8{64, 0, 17, 0}, uint16(53), uint16(1053), [8]uint8{1, 0, 0, 10, 2, 0, 0, 10}, uint64(1<<40), uint64(1<<50), uint16(4), uint16(5)))
	}
	got := readAll(t, file2(
		nfcapdtest.Record(typeExtensionMap, body(t, uint16(1), uint16(4), uint16(4), uint16(0))),
		nfcapdtest.Record(typeExtensionMap, body(t, uint16(2), uint16(4), uint16(unknown), uint16(4), uint16(0), uint16(0))),
		nfcapdtest.Record(typeExporter, nfcapdtest.Exporter(9, 5, netip.MustParseAddr("192.0.2.1"), 1)),
		record(1), record(2)))
	if len(got.rows) != 2 {
		t.Fatalf("%d rows, %v", len(got.rows), got.damage)
	}
	a, b := got.rows[0], got.rows[1]
	if a.record.Counters != (flow.Counters{Packets: 1 << 40, Octets: 1 << 50}) || a.record.Start != flow.Timestamp(firstMs)*1e6 ||
		a.export.OutIf != 5 || a.export.ForwardingStatus != 64 || a.record.Key.DestinationPort != 1053 {
		t.Errorf("%+v %+v", a.record, a.export)
	}
	if b.record.Counters != a.record.Counters || b.export.Has&flow.FieldInIf != 0 {
		t.Errorf("%+v %+v", b.record, b.export)
	}
	remarks := got.reader.Tally().Remarks
	if remarks["sampled"] != 2 || remarks["unknown_extension"] != 1 {
		t.Errorf("remarks %v", remarks)
	}
}

// TestOtherBlocks passes over blocks without flow records.
func TestOtherBlocks(t *testing.T) {
	file := file2(record2(nfcapdtest.Record(1, genericBody(t, firstMs, lastMs, receivedMs, 5, 600))))
	file = append(file, nfcapdtest.Block(nfcapdtest.None, 4, 0, 9, []byte("an array of something"))...)
	got := readAll(t, file)
	tally := got.reader.Tally()
	checkOctets(t, tally, len(file))
	if tally.Blocks != 1 || tally.OtherBlocks != 1 || tally.Remarks["block_count_mismatch"] != 1 || len(got.damage) != 0 {
		t.Errorf("%+v, %v", tally, got.damage)
	}
}

// TestUncompressedBlock has a block that its own flag calls uncompressed in a file
// of compressed ones.
func TestUncompressedBlock(t *testing.T) {
	file := file2()
	file[16] = byte(LZO)
	records := record2(nfcapdtest.Record(1, genericBody(t, firstMs, lastMs, receivedMs, 5, 600)))
	file = append(file[:header2Octets], nfcapdtest.Block(nfcapdtest.None, blockOfRecords2, blockUncompressed, 1, records)...)
	if got := readAll(t, file); len(got.rows) != 1 || len(got.damage) != 0 {
		t.Errorf("%d rows, %v", len(got.rows), got.damage)
	}
}
