package nfcapd

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"testing"

	"netstream/aggregate/flow"
	"netstream/reader/nfcapd/nfcapdtest"
)

// body gives numbers in the order and width of the file.
func body(t testing.TB, values ...any) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, v := range values {
		if err := binary.Write(&b, binary.LittleEndian, v); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// stamps of the flows below, in milliseconds.
const (
	firstMs, lastMs, receivedMs, eventMs uint64 = 1_700_000_000_123, 1_700_000_005_456, 1_700_000_060_000, 1_700_000_001_999
)

// genericBody gives the element that every flow has, of a TCP flow.
func genericBody(t testing.TB, first, last, received, packets, octets uint64) []byte {
	return body(t, first, last, received, packets, octets, uint16(1234), uint16(443), [4]uint8{6, 0x1b, 0, 0x20})
}

// record2 gives a flow record of layout 2 with elements.
func record2(elements ...[]byte) []byte {
	head := []byte{byte(len(elements)), 0, 1, 2, 1, 0, 0, 9} // engine 1, 2; exporter 1
	return nfcapdtest.Record(typeFlow2, append(head, bytes.Join(elements, nil)...))
}

// file2 gives a file of layout 2 with one block.
func file2(records ...[]byte) []byte {
	file := nfcapdtest.File(nil, nfcapdtest.Options{})[:header2Octets]
	file[18] = 0 // no appendix
	file[36] = 1
	return append(file, nfcapdtest.Block(nfcapdtest.None, blockOfRecords2, 0, uint32(len(records)), bytes.Join(records, nil))...)
}

// ms gives a time in milliseconds as rows have it.
func ms(v uint64) flow.Timestamp { return flow.Timestamp(v) * 1e6 }

// timesElement gives the element that every flow has, with times of its own.
func timesElement(t *testing.T, first, last, received uint64) []byte {
	return nfcapdtest.Record(1, genericBody(t, first, last, received, 5, 600))
}

// quirk is a flow record of layout 2 and what must come of it.
type quirk struct {
	name     string
	elements [][]byte
	ok       func(rows []row) bool
	remark   string // the only one
}

// quirks has one record for each rule that is not just copying.
func quirks(t *testing.T) []quirk {
	generic := nfcapdtest.Record(1, genericBody(t, firstMs, lastMs, receivedMs, 5, 600))
	ipv4 := nfcapdtest.Record(2, []byte{1, 0, 0, 10, 2, 0, 0, 10})
	noIPv4 := nfcapdtest.Record(2, make([]byte, 8))
	ipv6 := nfcapdtest.Record(3, body(t, uint64(0x20010db800000000), uint64(1), uint64(0x20010db800000000), uint64(2)))
	noIPv6 := nfcapdtest.Record(3, make([]byte, 32))
	outs := nfcapdtest.Record(5, body(t, uint64(0), uint64(7), uint64(800)))
	event := nfcapdtest.Record(19, body(t, eventMs, uint32(0), uint16(0), uint8(2), uint8(0)))
	return []quirk{
		{"no addresses", [][]byte{generic}, func(rows []row) bool {
			return rows[0].record.Key.Version == 0 && rows[0].record.Key.Shape == flow.NoSource|flow.NoDestination|flow.Ports
		}, ""},
		{"both IP versions, version 4 used", [][]byte{generic, ipv4, noIPv6}, func(rows []row) bool {
			return rows[0].record.Key.SourceAddr() == netip.MustParseAddr("10.0.0.1") && rows[0].export.Has&flow.FieldOuterSource == 0
		}, ""},
		{"both IP versions, version 6 used", [][]byte{generic, noIPv4, ipv6}, func(rows []row) bool {
			return rows[0].record.Key.DestinationAddr() == netip.MustParseAddr("2001:db8::2") && rows[0].export.Has&flow.FieldOuterSource == 0
		}, ""},
		{"both IP versions, both used", [][]byte{generic, ipv4, ipv6}, func(rows []row) bool {
			return rows[0].record.Key.Version == 6 && rows[0].export.OuterSource == flow.MappedIPv4([4]byte{10, 0, 0, 1})
		}, ""},
		{"end before start", [][]byte{timesElement(t, lastMs, firstMs, 0), ipv4}, func(rows []row) bool {
			return rows[0].record.Start == ms(lastMs) && rows[0].record.End == ms(lastMs)
		}, "time_inverted"},
		{"no end", [][]byte{timesElement(t, firstMs, 0, receivedMs), ipv4}, func(rows []row) bool {
			return rows[0].record.End == ms(firstMs) && rows[0].export.TimeSource == flow.TimeMilliseconds
		}, ""},
		{"start beyond the range", [][]byte{timesElement(t, 1<<63, lastMs, receivedMs), ipv4}, func(rows []row) bool {
			return rows[0].record.Start == ms(lastMs) && rows[0].record.End == ms(lastMs)
		}, ""},
		{"only the time of the event", [][]byte{timesElement(t, 0, 0, receivedMs), ipv4, event}, func(rows []row) bool {
			return rows[0].record.Start == ms(eventMs) && rows[0].export.TimeSource == flow.TimeEvent
		}, ""},
		{"only the time of reception", [][]byte{timesElement(t, 0, 0, receivedMs), ipv4}, func(rows []row) bool {
			return rows[0].record.End == ms(receivedMs) && rows[0].export.TimeSource == flow.TimeReceived
		}, ""},
		{"no time", [][]byte{timesElement(t, 0, 0, 0), ipv4}, func(rows []row) bool {
			return rows[0].record.Start == 0 && rows[0].export.TimeSource == flow.TimeNone
		}, ""},
		{"out counters beside others", [][]byte{generic, ipv4, outs}, func(rows []row) bool {
			return len(rows) == 1 && rows[0].record.Counters.Octets == 600
		}, "out_counters"},
		{"out counters alone", [][]byte{nfcapdtest.Record(1, genericBody(t, firstMs, lastMs, 0, 0, 0)), ipv4, outs}, func(rows []row) bool {
			return len(rows) == 1 && rows[0].record.Counters.Packets == 7 && rows[0].export.Direction == 1
		}, ""},
		{"counters of an event that are 0", [][]byte{nfcapdtest.Record(1, genericBody(t, firstMs, lastMs, 0, 0, 9)), ipv4, event}, func(rows []row) bool {
			return rows[0].export.Has&(flow.FieldPackets|flow.FieldOctets) == flow.FieldOctets
		}, ""},
		{"an element that is not known", [][]byte{nfcapdtest.Record(999, []byte("who knows")), generic, ipv4}, func(rows []row) bool {
			return rows[0].record.Counters.Octets == 600
		}, ""},
		{"direction that is neither", [][]byte{generic, ipv4, nfcapdtest.Record(4, body(t, uint32(1), uint32(2), [4]uint8{0, 0, 255, 0}))}, func(rows []row) bool {
			return rows[0].export.Has&flow.FieldDirection == 0 && rows[0].export.InIf == 1
		}, ""},
		{"MAC addresses behind the exporter", [][]byte{generic, ipv4, nfcapdtest.Record(15, body(t, uint64(0), uint64(0x020000000007), uint64(0), uint64(0x020000000008)))}, func(rows []row) bool {
			return rows[0].record.SourceMAC[5] == 8 && rows[0].record.DestinationMAC[5] == 7
		}, ""},
	}
}

func TestQuirks(t *testing.T) {
	for _, test := range quirks(t) {
		t.Run(test.name, func(t *testing.T) {
			input := file2(nfcapdtest.Record(typeExporter, nfcapdtest.Exporter(1, 9, netip.MustParseAddr("192.0.2.1"), 3)), record2(test.elements...))
			got := readAll(t, input)
			if len(got.damage) > 0 || len(got.rows) == 0 || !test.ok(got.rows) {
				t.Fatalf("%v, rows %+v", got.damage, got.rows)
			}
			remarks := got.reader.Tally().Remarks
			delete(remarks, "no_statistics")
			if n := len(remarks); test.remark == "" && n != 0 || test.remark != "" && (n != 1 || remarks[test.remark] != 1) {
				t.Errorf("remarks %v, want %q", remarks, test.remark)
			}
		})
	}
}

// TestBiflow has an NSEL record with volume in both directions.
func TestBiflow(t *testing.T) {
	got := readAll(t, file2(record2(
		nfcapdtest.Record(1, genericBody(t, firstMs, lastMs, receivedMs, 5, 600)),
		nfcapdtest.Record(2, []byte{1, 0, 0, 10, 2, 0, 0, 10}),
		nfcapdtest.Record(4, body(t, uint32(11), uint32(12), [4]uint8{8, 24, 1, 0})),
		nfcapdtest.Record(5, body(t, uint64(1), uint64(7), uint64(800))),
		nfcapdtest.Record(7, body(t, uint32(64500), uint32(64501))),
		nfcapdtest.Record(10, []byte{9, 0, 0, 10}),
		nfcapdtest.Record(19, body(t, eventMs, uint32(0), uint16(0), uint8(2), uint8(0))),
		nfcapdtest.Record(20, []byte{3, 0, 0, 10, 0, 0, 0, 0}),
		nfcapdtest.Record(22, body(t, uint16(4000), uint16(0))),
	)))
	if tally := got.reader.Tally(); len(got.rows) != 2 || tally.Records.Flow != 1 || tally.Rows != 2 || tally.Remarks["unknown_exporter"] != 1 {
		t.Fatalf("%d rows, %+v", len(got.rows), tally)
	}
	a, b := got.rows[0], got.rows[1]
	if a.record.Counters != (flow.Counters{Packets: 5, Octets: 600}) || b.record.Counters != (flow.Counters{Packets: 7, Octets: 800}) {
		t.Errorf("counters %+v and %+v", a.record.Counters, b.record.Counters)
	}
	if b.record.Key.Source != a.record.Key.Destination || b.record.Key.DestinationPort != 1234 || b.record.Key.SourcePort != 443 {
		t.Errorf("key %+v", b.record.Key)
	}
	e := b.export
	if e.InIf != 12 || e.SourceMask != 24 || e.SourceAS != 64501 || e.NATDestinationPort != 4000 || e.NATDestination != flow.MappedIPv4([4]byte{10, 0, 0, 3}) {
		t.Errorf("export %+v", e)
	}
	const gone = flow.FieldNextHop | flow.FieldDirection | flow.FieldNATSource | flow.FieldNATSourcePort
	if e.Has&gone != 0 || b.record.Marks&flow.MarkTCP != 0 || a.export.Has&gone != gone {
		t.Errorf("fields %b and %b", a.export.Has, e.Has)
	}
	if point := got.points.Point(a.record.Key.Point); point != (flow.Point{Exported: true, Domain: 0x102}) {
		t.Errorf("point %+v, want that of the engine", point)
	}
}
