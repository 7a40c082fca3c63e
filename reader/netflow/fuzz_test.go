package netflow

import (
	"reflect"
	"testing"

	"netstream/aggregate/flow"
	"netstream/reader/element"
)

func FuzzFixed(f *testing.F) {
	f.Add(message5(2, record5("192.0.2.1", "192.0.2.2", 1, 100, 4000, 4500, 17)))
	for _, version := range []uint16{1, 5, 6, 7} {
		f.Add(cat(headerFixed(version, 2, 5000, nil), make([]byte, 2*recordOctets(version, 0))))
	}
	for scheme := range uint8(schemes + 2) {
		f.Add(cat(headerFixed(8, 1, 5000, cat(u32(1), []byte{0, 0, scheme, 2})), make([]byte, 48)))
	}
	f.Fuzz(func(t *testing.T, message []byte) { checkMessage(t, message) })
}

func FuzzVersion9(f *testing.F) {
	f.Add(message9(1, 2, setOf(0, definitionOf(256, plain()...)), setOf(256, plainRecord("192.0.2.1", 1))))
	f.Add(message9(1, 2, setOf(1, options9(257, spec{number: 1, length: 4}, spec{number: 48, length: 1}, spec{number: 50, length: 2})),
		setOf(257, u32(0), []byte{5}, u16(100))))
	f.Add(message9(1, 2, setOf(0, definitionOf(256, spec{number: 96, length: 65535}, spec{number: 48, length: 1})), setOf(256, []byte{2, 'a', 'b', 5})))
	f.Add(message9(1, 2, setOf(256, make([]byte, 60)), setOf(0, definitionOf(256, plain()...))))
	f.Fuzz(func(t *testing.T, message []byte) { checkMessage(t, message) })
}

func FuzzIPFIX(f *testing.F) {
	f.Add(messageIPFIX(1, setOf(2, definitionOf(256, plain()...)), setOf(256, plainRecord("192.0.2.1", 1))))
	f.Add(messageIPFIX(1, setOf(2, definitionOf(256, spec{number: 1, length: 4}, spec{number: 1, length: 4, enterprise: element.EnterpriseReverse})),
		setOf(256, u32(1), u32(2)), setOf(2, u16(256), u16(0)), setOf(256, u32(1), u32(2)), setOf(2, u16(2), u16(0))))
	f.Add(messageIPFIX(1, setOf(3, optionsIPFIX(257, spec{number: 149, length: 4}, spec{number: 160, length: 8})), setOf(257, u32(1), u64(5))))
	f.Add(messageIPFIX(1, setOf(2, definitionOf(256, spec{number: 291, length: 65535}, spec{number: 8, length: 4}, spec{number: 27, length: 16})),
		setOf(256, []byte{255, 0, 7, 3, 0, 7, 0, 2, 0, 80}, make([]byte, 20))))
	f.Fuzz(func(t *testing.T, message []byte) { checkMessage(t, message) })
}

// checkMessage checks what holds for any message: nothing panics, rows are bounded
// by octets, each octet of a data set is accounted for, and a second decoding gives
// the same, without direct plans.
func checkMessage(t *testing.T, message []byte) {
	request := []element.Request{{ID: element.IANA(291), Occurrence: 1}, {ID: element.IANA(7), Occurrence: 2}}
	run := func(direct bool) (rows []row, summary Summary, text string) {
		d := NewDecoder(Options{Elements: request})
		d.Survey(Origin{}, message)
		d.Rewind()
		if err := d.Begin(Origin{}, 0, false, message); err != nil {
			return nil, Summary{}, err.Error()
		}
		if !direct {
			throughSlots(d)
		}
		rows = drain(d)
		return rows, *d.Summary(), ""
	}
	rows, s, text := run(true)
	again, s2, text2 := run(false)
	if text != text2 || s != s2 || !reflect.DeepEqual(rows, again) {
		t.Fatal("two decodings differ")
	}
	if s.Rows != uint64(len(rows)) || s.Rows > 2*uint64(len(message)) || s.FlowRecords > s.Rows || s.FlowRecords+s.OptionRecords != s.DataRecords {
		t.Fatalf("%d rows of %d octets: %+v", len(rows), len(message), s)
	}
	for i := range rows {
		if rows[i].End < rows[i].Start {
			t.Fatalf("row %d ends before it starts", i)
		}
		if e := &rows[i].Export; e.Has&flow.FieldSampling != 0 && (e.Population == 0 || e.Sample == 0) {
			t.Fatalf("row %d has a sampling rate of %d / %d", i, e.Population, e.Sample)
		}
	}
	if text == "" && s.RecordOctets+s.PaddingOctets+s.UndecodableOctets != dataOctets(message) {
		t.Fatalf("%d + %d + %d octets of %d in data sets", s.RecordOctets, s.PaddingOctets, s.UndecodableOctets, dataOctets(message))
	}
}

// dataOctets counts the octets of data sets in a message that is well formed, as
// plainly as can be.
func dataOctets(m []byte) (octets uint64) {
	version := int(m[0])<<8 | int(m[1])
	count := int(m[2])<<8 | int(m[3])
	if version < 9 {
		head := headerOctets(uint16(version))
		size := recordOctets(uint16(version), schemeAt(uint16(version), m))
		return uint64(min(count, (len(m)-head)/size) * size)
	}
	at := 20
	if version == 10 {
		at, m = 16, m[:count]
	}
	for at+4 <= len(m) {
		id, length := int(m[at])<<8|int(m[at+1]), int(m[at+2])<<8|int(m[at+3])
		if id >= 256 {
			octets += uint64(length - 4)
		}
		at += max(length, 1)
	}
	return octets
}

func FuzzLength(f *testing.F) {
	nine := message9(1, 2, setOf(0, definitionOf(256, plain()...)), setOf(256, plainRecord("192.0.2.1", 1)))
	five := message5(0, record5("192.0.2.1", "192.0.2.2", 1, 100, 4000, 4500, 17))
	f.Add(cat(nine, nine))
	f.Add(cat(nine, five))
	f.Add(cat(five, nine)[:100])
	f.Add(messageIPFIX(1, setOf(2, definitionOf(256, plain()...))))
	f.Fuzz(func(t *testing.T, prefix []byte) {
		n, whole, err := Length(prefix)
		switch {
		case err != nil:
			if n != 0 || whole {
				t.Fatalf("got %d, %v beside %v", n, whole, err)
			}
		case n <= 0 || n > MaxMessage+headerSet:
			t.Fatalf("got %d octets", n)
		case whole && n > len(prefix), !whole && n < len(prefix):
			t.Fatalf("got %d, %v of %d octets", n, whole, len(prefix))
		case whole:
			if m, again, err := Length(prefix[:n]); err != nil || m != n || !again && prefix[1] != 9 {
				t.Fatalf("the message alone: got %d, %v, %v; want %d", m, again, err, n)
			}
		}
	})
}
