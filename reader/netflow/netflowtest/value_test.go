package netflowtest

import (
	"bytes"
	"reflect"
	"testing"

	"netstream/aggregate/flow"
)

// TestValues writes one element a time, as the registry of IPFIX has them.
func TestValues(t *testing.T) {
	r := Traffic(1, 4, boot+second/2)[0]
	r.Key.SourcePort, r.Key.DestinationPort = 0, 0x0305
	e := Exporter{Version: 10, Boot: boot - (1<<32-1000)*1_000_000} // the uptime wraps at boot + 1 s
	for _, c := range []struct {
		name  string
		field Field
		want  string
	}{
		{"counter of 8 octets", Field{Number: 1, Length: 8}, "00000000000003e8"},
		{"counter of 3 octets", Field{Number: 1, Length: 3}, "0003e8"},
		{"counter that is cut", Field{Number: 1, Length: 1}, "e8"},
		{"counter of 16 octets", Field{Number: 2, Length: 16}, "0000000000000000000000000000000a"},
		{"counter of variable length", Field{Number: 2, Length: Variable}, "08000000000000000a"},
		{"length of three octets", Field{Number: 4, Length: Variable, LongLength: true}, "ff00080000000000000006"},
		{"octets of a fixed length", Field{Number: 96, Length: 6, Octets: []byte("dns")}, "646e73000000"},
		{"octets that are cut", Field{Number: 96, Length: 2, Octets: []byte("dns")}, "646e"},
		{"octets of variable length", Field{Number: 96, Length: Variable, Octets: []byte("dns")}, "03646e73"},
		{"nothing, of variable length", Field{Number: 96, Length: Variable, Octets: []byte{}}, "00"},
		{"unknown element of an enterprise", Field{Enterprise: 9, Number: 1, Length: 2}, "0000"},
		{"source", Field{Number: 8, Length: 4}, "c0000201"},
		{"source of the outer header", Field{Number: 27, Length: 16, Outer: true}, "20010db80001000000000000000000c9"},
		{"port", Field{Number: 11, Length: 2}, "0305"},
		{"type and code of ICMP", Field{Number: 32, Length: 2}, "0305"},
		{"type of ICMP", Field{Number: 176, Length: 1}, "03"},
		{"code of ICMP", Field{Number: 177, Length: 1}, "05"},
		{"start by uptime", Field{Number: 22, Length: 4}, "fffffe0c"},
		{"end by uptime, which has wrapped by then", Field{Number: 21, Length: 4}, "ffffff06"},
		{"start in seconds", Field{Number: 150, Length: 4}, "6553f100"},
		{"start in milliseconds", Field{Number: 152, Length: 8}, "0000018bcfe569f4"},
		{"start in microseconds", Field{Number: 154, Length: 8}, "e8fe6f8080000000"},
		{"end in nanoseconds", Field{Number: 157, Length: 8}, "e8fe6f80c0000000"},
		{"microseconds before the export", Field{Number: 158, Length: 4}, "d68fd370"},
		{"duration in milliseconds", Field{Number: 161, Length: 4}, "000000fa"},
		{"label, not the last", Field{Number: 70, Length: 3}, "000100"},
		{"last label", Field{Number: 71, Length: 3}, "003e81"},
		{"label that there is not", Field{Number: 72, Length: 3}, "000000"},
		{"application", Field{Number: 95, Length: 4}, "0d000064"},
		{"source MAC", Field{Number: 56, Length: 6}, "00005e005300"},
		{"TCP flags", Field{Number: 6, Length: 2}, "0013"},
	} {
		t.Run(c.name, func(t *testing.T) {
			check(t, c.field.append(nil, e.value(&c.field, &r, export)), c.want)
		})
	}
}

// TestNTP goes through the fractions of a second: a nanosecond must come back by
// cutting.
func TestNTP(t *testing.T) {
	for ns := flow.Timestamp(0); ns < second; ns += 999_983 {
		v := ntp(boot + ns)
		back := flow.Timestamp((v & 0xffff_ffff) * uint64(second) >> 32)
		if back != ns || v>>32-2_208_988_800 != uint64(boot/second) {
			t.Fatalf("%d ns become %#x", ns, v)
		}
	}
}

func TestLists(t *testing.T) {
	check(t, BasicList(3, 82, Variable, []byte("a"), []byte("bc")), "03 0052 ffff 01 61 02 6263")
	check(t, BasicList(4, 2, 4, Number(1, 4), Number(2, 4)), "04 0002 0004 00000001 00000002")
	check(t, SubTemplateList(0, 257, []byte{1, 2}, []byte{3, 4}), "00 0101 01020304")
	check(t, SubTemplateMultiList(255,
		SubTemplates{Template: 256, Records: [][]byte{{1, 2, 3}}}, SubTemplates{Template: 257}), "ff 0100 0007 010203 0101 0004")
	check(t, Text("eth0", 8), "6574683000000000")
}

// TestPadding never writes padding that could be a record.
func TestPadding(t *testing.T) {
	records := Traffic(3, 4, boot)
	for _, c := range []struct {
		name   string
		align  int
		length uint16 // of records
		want   int    // of the set
	}{
		{"version 9 pads to 4", 0, 5, 4 + 15 + 1},
		{"longer than a record", 4, 1, 4 + 3},
		{"as long as a record", 8, 1, 4 + 3},
		{"to 8", 8, 3, 4 + 9},
		{"to 16", 16, 5, 4 + 15},
		{"nothing to do", 4, 4, 4 + 12},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := Exporter{Version: 9, Align: c.align}
			template := Template{ID: 300, Fields: Fields(1, c.length)}
			s := e.Data(export, &template, records)
			if got := len(e.appendSet(nil, &s)); got != c.want {
				t.Errorf("set has %d octets, want %d", got, c.want)
			}
		})
	}
}

func TestBiflow(t *testing.T) {
	e := Exporter{Version: 10}
	template := Biflow(256)
	records := Traffic(4, 4, boot)
	s := e.Data(export, &template, records)
	if s.Records != 2 {
		t.Fatalf("got %d records of 4 flow records, want 2", s.Records)
	}
	const forward, counter = 4 + 4 + 2 + 2 + 1 + 8 + 8 + 1 + 8 + 8, 8
	if got := s.Octets[forward:][:counter]; !bytes.Equal(got, Number(records[1].Counters.Packets, counter)) {
		t.Errorf("reverse packets are %x, want those of the second record", got)
	}
	e.PerMessage = 1
	if got := len(e.Flows(export, &template, records)); got != 2 {
		t.Errorf("got %d messages, want one for each record and its reverse", got)
	}
}

// TestCounting checks the sequence numbers of templates, data and both.
func TestCounting(t *testing.T) {
	template := IPv4(256)
	for _, c := range []struct {
		version  uint16
		counting Counting
		want     [4]uint32
	}{
		{9, Standard, [4]uint32{5, 6, 7, 8}},
		{9, CountRecords, [4]uint32{5, 5, 8, 11}},
		{10, Standard, [4]uint32{5, 5, 8, 11}},
		{10, CountMessages, [4]uint32{5, 6, 7, 8}},
		{10, CountDataMessages, [4]uint32{5, 5, 6, 7}},
		{10, CountNothing, [4]uint32{5, 5, 5, 5}},
	} {
		e := Exporter{Version: c.version, Counting: c.counting, Sequence: 5}
		got := [4]uint32{e.Sequence}
		data := func() Set { return e.Data(export, &template, Traffic(3, 4, boot)) }
		e.Message(export, e.Templates(template))
		got[1] = e.Sequence
		e.Message(export, data())
		got[2] = e.Sequence
		e.Message(export, e.Templates(template), data())
		got[3] = e.Sequence
		if got != c.want {
			t.Errorf("version %d, counting %d: got %v, want %v", c.version, c.counting, got, c.want)
		}
	}
}

func TestTraffic(t *testing.T) {
	for _, version := range []uint8{4, 6} {
		a, b := Traffic(200, version, boot), Traffic(200, version, boot)
		keys := map[flow.Key]bool{}
		for i := range a {
			if !reflect.DeepEqual(a[i], b[i]) {
				t.Fatalf("record %d is not the same twice", i)
			}
			keys[a[i].Key] = true
		}
		if len(keys) != len(a) {
			t.Errorf("%d records have %d keys", len(a), len(keys))
		}
		cut := Cut(a)
		if cut[3].Key.Source == a[3].Key.Source || a[3].Key.Source != b[3].Key.Source {
			t.Error("cutting leaves the copy whole or cuts the original")
		}
		if want := prefix(a[3].Key.Source, 128); want != a[3].Key.Source {
			t.Errorf("a prefix of all bits is %x, want %x", want, a[3].Key.Source)
		}
	}
}
