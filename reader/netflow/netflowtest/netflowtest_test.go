package netflowtest

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"testing"

	"netstream/aggregate/flow"
)

const (
	second = flow.Timestamp(1_000_000_000)
	boot   = 1_700_000_000 * second
	export = boot + 3600*second + 250_000_000
)

func octets(t *testing.T, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func check(t *testing.T, got []byte, want string) {
	t.Helper()
	if w := octets(t, want); !bytes.Equal(got, w) {
		t.Errorf("\n got %x\nwant %x", got, w)
	}
}

// counted are the three flow records of RFC 7011 appendix A.3.
func counted() []flow.Record {
	records := make([]flow.Record, 3)
	for i, v := range [...]struct {
		source, destination, hop byte
		packets, octets          uint64
	}{{12, 254, 1, 5009, 5344385}, {27, 23, 2, 748, 388934}, {56, 65, 3, 5, 6534}} {
		r := &records[i]
		r.Key.Source, r.Key.Destination = flow.MappedIPv4([4]byte{192, 0, 2, v.source}), flow.MappedIPv4([4]byte{192, 0, 2, v.destination})
		r.Export = &flow.Export{NextHop: flow.MappedIPv4([4]byte{192, 0, 2, v.hop})}
		r.Counters = flow.Counters{Packets: v.packets, Octets: v.octets}
	}
	return records
}

// TestRFC7011 writes the message of RFC 7011 appendix A.1: the sets of A.2.1, A.3,
// A.4.1 and A.4.3.
func TestRFC7011(t *testing.T) {
	e := Exporter{Version: 10, Align: 4, Domain: 0x01020304, Sequence: 7}
	template := Template{ID: 256, Fields: Fields(8, 4, 12, 4, 15, 4, 2, 4, 1, 4)}
	options := Options{ID: 258, Scopes: 1, Fields: Fields(141, 4, 41, 2, 42, 2)}
	got := e.Message(export, e.Templates(template), e.Data(export, &template, counted()), e.OptionsTemplates(options),
		Rows(&options, [][]byte{Number(1, 4), Number(345, 2), Number(10201, 2)}, [][]byte{Number(2, 4), Number(690, 2), Number(20402, 2)}))
	check(t, got, `
		000a 0098 6553ff10 00000007 01020304
		0002 001c 0100 0005 0008 0004 000c 0004 000f 0004 0002 0004 0001 0004
		0100 0040 c000020c c00002fe c0000201 00001391 00518c81
		          c000021b c0000217 c0000202 000002ec 0005ef46
		          c0000238 c0000241 c0000203 00000005 00001986
		0003 0018 0102 0003 0001 008d 0004 0029 0002 002a 0002 0000
		0102 0014 00000001 0159 27d9 00000002 02b2 4fb2`)
	if e.Sequence != 12 {
		t.Errorf("sequence is %d, want 7 and five data records", e.Sequence)
	}
}

// TestEnterprise writes the templates of RFC 7011 appendix A.2.2 (an element of an
// enterprise) and A.5.1 (variable length).
func TestEnterprise(t *testing.T) {
	e := Exporter{Version: 10}
	template := Template{ID: 257, Fields: []Field{{Number: 8, Length: 4}, {Number: 15, Length: Variable, Enterprise: 32473}}}
	check(t, e.Message(export, e.Templates(template)), `
		000a 0024 6553ff10 00000000 00000000
		0002 0014 0101 0002 0008 0004 800f ffff 00007ed9`)
	check(t, e.Message(export, Withdrawal(false, 257, 258), Withdrawal(true, 3)), `
		000a 0024 6553ff10 00000000 00000000
		0002 000c 0101 0000 0102 0000
		0003 0008 0003 0000`)
}

// TestRFC3954 writes what section 9 of RFC 3954 has for examples, in one packet.
func TestRFC3954(t *testing.T) {
	e := Exporter{Version: 9, Boot: boot, Domain: 5, Sequence: 1<<32 - 1}
	template := Template{ID: 256, Fields: Fields(8, 4, 12, 4, 15, 4, 2, 4, 1, 4)}
	options := Options{ID: 257, Scopes: 1, Fields: Fields(3, 2, 41, 2, 42, 2)}
	got := e.Message(export, e.Templates(template), e.Data(export, &template, counted()[:1]), e.OptionsTemplates(options),
		Rows(&options, [][]byte{Number(1, 2), Number(345, 2), Number(10201, 2)}))
	check(t, got, `
		0009 0004 0036ef7a 6553ff10 ffffffff 00000005
		0000 001c 0100 0005 0008 0004 000c 0004 000f 0004 0002 0004 0001 0004
		0100 0018 c000020c c00002fe c0000201 00001391 00518c81
		0001 0018 0101 0004 0008 0003 0002 0029 0002 002a 0002 0000
		0101 000c 0001 0159 27d9 0000`)
	if e.Sequence != 0 {
		t.Errorf("sequence is %d, want one message more than 2^32-1", e.Sequence)
	}
}

// TestVersion5 writes a message whose octets were put together by hand from the
// layout.
func TestVersion5(t *testing.T) {
	e := Exporter{Version: 5, Boot: boot, Domain: 0x0102, Sequence: 9, Sampling: 1<<14 | 100}
	check(t, e.Fixed(export, Traffic(1, 4, boot+60*second))[0], `
		0005 0001 0036ef7a 6553ff10 0ee6b280 00000009 01 02 4064
		c0000201 c6336401 cb007102 0001 000b 0000000a 000003e8 0000ea60 0000eb5a
		9c40 01bb 00 13 06 00 fbf0 fbf4 18 19 0000`)
	if e.Sequence != 10 {
		t.Errorf("sequence is %d, want 9 and a record", e.Sequence)
	}
}

func TestFixedSizes(t *testing.T) {
	for _, c := range []struct{ version, scheme, header, record, limit int }{
		{1, 0, 16, 48, 24}, {5, 0, 24, 48, 30}, {6, 0, 24, 52, 27}, {7, 0, 24, 52, 27},
		{8, 1, 28, 28, 51}, {8, 2, 28, 28, 51}, {8, 3, 28, 32, 44}, {8, 4, 28, 32, 44}, {8, 5, 28, 40, 35},
		{8, 6, 28, 32, 44}, {8, 7, 28, 40, 35}, {8, 8, 28, 44, 32}, {8, 9, 28, 32, 44}, {8, 10, 28, 32, 44},
		{8, 11, 28, 32, 44}, {8, 12, 28, 32, 44}, {8, 13, 28, 40, 35}, {8, 14, 28, 40, 35},
	} {
		e := Exporter{Version: uint16(c.version), Scheme: uint8(c.scheme), Boot: boot}
		messages := e.Fixed(export, Traffic(c.limit+2, 4, boot))
		if len(messages) != 2 || len(messages[0]) != c.header+c.limit*c.record || len(messages[1]) != c.header+2*c.record {
			t.Errorf("version %d scheme %d: got %d messages, the first of %d octets; want %d records of %d octets behind %d",
				c.version, c.scheme, len(messages), len(messages[0]), c.limit, c.record, c.header)
		}
		if c.version > 1 && e.Sequence != uint32(c.limit+2) {
			t.Errorf("version %d: sequence is %d, want %d records", c.version, e.Sequence, c.limit+2)
		}
	}
}

// TestVersion8 looks for the members of each scheme at the offsets that flow-tools has
// them at.
func TestVersion8(t *testing.T) {
	r := Traffic(1, 4, boot)[0]
	x, k := r.Export, &r.Key
	k.ClassOfService = 0x28
	type place struct {
		offset, size int
		value        uint32
	}
	common := func(more ...place) []place {
		return append([]place{{0, 4, uint32(x.Flows)}, {4, 4, 10}, {8, 4, 1000}, {12, 4, 0}, {16, 4, 250}}, more...)
	}
	source, destination := binary.BigEndian.Uint32(k.Source[12:]), binary.BigEndian.Uint32(k.Destination[12:])
	as := []place{{20, 2, x.SourceAS}, {22, 2, x.DestinationAS}, {24, 2, x.InIf}, {26, 2, x.OutIf}}
	prefixes := []place{{20, 4, source}, {24, 4, destination}, {28, 1, 25}, {29, 1, 24}}
	devices := []place{{32, 2, x.SourceAS}, {34, 2, x.DestinationAS}, {36, 2, x.InIf}, {38, 2, x.OutIf}}
	ports := []place{{24, 2, 40000}, {26, 2, 443}}
	for scheme, places := range [15][]place{
		1:  common(as...),
		2:  common(append(ports, place{20, 1, 6})...),
		3:  common(place{20, 4, source}, place{24, 1, 24}, place{25, 1, 0}, place{26, 2, x.SourceAS}, place{28, 2, x.InIf}),
		4:  common(place{20, 4, destination}, place{24, 1, 25}, place{25, 1, 0}, place{26, 2, x.DestinationAS}, place{28, 2, x.OutIf}),
		5:  common(append(prefixes, devices...)...),
		6:  {{0, 4, destination}, {4, 4, 10}, {8, 4, 1000}, {12, 4, 0}, {16, 4, 250}, {20, 2, x.OutIf}, {22, 1, 0x28}, {28, 4, 0x01020304}},
		7:  {{0, 4, destination}, {4, 4, source}, {8, 4, 10}, {12, 4, 1000}, {20, 4, 250}, {24, 2, x.OutIf}, {26, 2, x.InIf}, {28, 1, 0x28}, {36, 4, 0x01020304}},
		8:  {{0, 4, destination}, {4, 4, source}, {8, 2, 443}, {10, 2, 40000}, {12, 4, 10}, {16, 4, 1000}, {24, 4, 250}, {28, 2, x.OutIf}, {30, 2, x.InIf}, {32, 1, 0x28}, {33, 1, 6}, {40, 4, 0x01020304}},
		9:  common(append(as, place{28, 1, 0x28})...),
		10: common(append(ports, place{20, 1, 6}, place{21, 1, 0x28}, place{28, 2, x.InIf}, place{30, 2, x.OutIf})...),
		11: common(place{20, 4, source}, place{24, 1, 24}, place{25, 1, 0x28}, place{26, 2, x.SourceAS}, place{28, 2, x.InIf}),
		12: common(place{20, 4, destination}, place{24, 1, 25}, place{25, 1, 0x28}, place{26, 2, x.DestinationAS}, place{28, 2, x.OutIf}),
		13: common(append(append(prefixes, place{30, 1, 0x28}), devices...)...),
		14: common(append(prefixes, place{30, 1, 0x28}, place{31, 1, 6}, place{32, 2, 40000}, place{34, 2, 443}, place{36, 2, x.InIf}, place{38, 2, x.OutIf})...),
	} {
		if scheme == 0 {
			continue
		}
		e := Exporter{Version: 8, Scheme: uint8(scheme), Boot: boot, Router: [4]byte{1, 2, 3, 4}}
		b := e.Fixed(export, []flow.Record{r})[0]
		if b[22] != byte(scheme) || b[23] != 2 {
			t.Errorf("scheme %d: header has scheme %d, version %d", scheme, b[22], b[23])
		}
		for _, p := range places {
			var wide [4]byte
			copy(wide[4-p.size:], b[28+p.offset:][:p.size])
			if got := binary.BigEndian.Uint32(wide[:]); got != p.value {
				t.Errorf("scheme %d: at %d is %#x, want %#x", scheme, p.offset, got, p.value)
			}
		}
	}
}
