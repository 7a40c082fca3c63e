package netflow

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"runtime"
	"strings"
	"testing"

	"netstream/aggregate/flow"
)

// heapGrowth gives by how many octets the live heap has grown.
func heapGrowth(work func()) int64 {
	live := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before := live()
	work()
	return live() - before
}

// exporterOf gives the n-th of many exporters.
func exporterOf(n int) netip.Addr {
	return netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, 10<<24+uint32(n))))
}

// TestStreamsAreCheap: a stream and a domain that have said nothing take next to
// nothing, neither in the survey nor behind it.
func TestStreamsAreCheap(t *testing.T) {
	const streams, domains = 2048, 8
	origins := make([]Origin, streams)
	for i := range origins {
		origins[i] = Origin{exporterOf(i), uint16(i)}
	}
	d := NewDecoder(Options{})
	survey := heapGrowth(func() {
		for domain := range uint32(domains) {
			for _, origin := range origins {
				d.Survey(origin, message9(domain, 0))
			}
		}
	})
	d.Rewind()
	if len(d.findings.streams) != 0 {
		t.Errorf("got %d streams that have taught nothing", len(d.findings.streams))
	}
	batch := flow.NewBatch()
	decoding := heapGrowth(func() {
		for domain := range uint32(domains) {
			for _, origin := range origins {
				if err := d.Begin(origin, 0, false, message9(domain, 0)); err != nil {
					t.Fatal(err)
				}
				d.Read(batch)
			}
		}
	})
	if survey/streams > 600 || decoding/streams > 600 {
		t.Errorf("got %d and %d octets for each stream, want at most 600", survey/streams, decoding/streams)
	}
	if len(d.streams) != streams || len(d.domains) != 0 || len(d.points.numbers) != 0 {
		t.Errorf("got %d streams, %d domains, %d points", len(d.streams), len(d.domains), len(d.points.numbers))
	}
}

// TestDomainsAreForgotten: the domains of all streams together are bounded.
func TestDomainsAreForgotten(t *testing.T) {
	d := NewDecoder(Options{})
	d.Rewind()
	record := record5("192.0.2.1", "192.0.2.2", 1, 100, 1, 1, 6)
	for i := range maxDomains + 10 {
		rows, _ := readAll(t, d, Origin{exporterOf(0), uint16(i)}, message5(0, record))
		if len(rows) != 1 || rows[0].Key.Point != 1 {
			t.Fatalf("stream %d: got %+v", i, rows)
		}
	}
	if len(d.domains) != 10 {
		t.Errorf("got %d domains", len(d.domains))
	}
}

// TestStreamLimit goes one stream beyond.
func TestStreamLimit(t *testing.T) {
	d := NewDecoder(Options{})
	d.Rewind()
	for i := range MaxStreams {
		if err := d.Begin(Origin{exporterOf(i), 1}, 0, false, message9(0, 0)); err != nil {
			t.Fatal(err)
		}
	}
	refused(t, d, Origin{exporterOf(MaxStreams), 1}, message9(0, 0), "at most 16384 streams in an input")
	readAll(t, d, Origin{exporterOf(0), 1}, message9(0, 0))
}

// TestPortOfNobody: without an exporter a port tells no streams apart.
func TestPortOfNobody(t *testing.T) {
	d := NewDecoder(Options{})
	d.Rewind()
	readAll(t, d, Origin{Port: 1}, message9(0, 0))
	readAll(t, d, Origin{Port: 2}, message9(0, 0))
	if len(d.streams) != 1 {
		t.Errorf("got %d streams", len(d.streams))
	}
}

// refused checks that a message is refused because there are too many streams.
func refused(t *testing.T, d *Decoder, origin Origin, message []byte, text string) {
	t.Helper()
	var failure *Error
	if err := d.Begin(origin, 0, false, message); !errors.As(err, &failure) || failure.Reason != TooManyStreams || !strings.Contains(err.Error(), text) {
		t.Errorf("got %v, want %s", err, text)
	}
	if rows := drain(d); len(rows) != 0 {
		t.Errorf("got %d rows of a message that was refused", len(rows))
	}
}

// TestPointLimit: an input numbers points for its rows only, and only so many.
func TestPointLimit(t *testing.T) {
	points := flow.NewPoints()
	used := func() uint32 {
		next, err := points.Number(flow.Point{Interface: "next"})
		if err != nil {
			t.Fatal(err)
		}
		return next
	}
	d := NewDecoder(Options{Points: points})
	define := setOf(2, definitionOf(256, spec{number: 2, length: 4}), definitionOf(257, spec{number: 405, length: 4}))
	row := setOf(256, u32(1))
	for domain := range uint32(100) {
		d.Survey(Origin{}, messageIPFIX(domain, define, row))
	}
	d.Rewind()
	readAll(t, d, Origin{}, messageIPFIX(99, define), messageIPFIX(98, setOf(256)))
	if len(d.points.numbers) != 0 {
		t.Fatalf("got %d points before there was a row", len(d.points.numbers))
	}
	for domain := range uint32(MaxPointsPerInput) {
		if rows, _ := readAll(t, d, Origin{}, messageIPFIX(domain, define, row)); len(rows) != 1 {
			t.Fatalf("domain %d: got %d rows", domain, len(rows))
		}
	}
	refused(t, d, Origin{}, messageIPFIX(MaxPointsPerInput, define, row), "at most 16384 observation points in an input")
	readAll(t, d, Origin{}, messageIPFIX(MaxPointsPerInput, define)) // no row, no point
	rows, s := readAll(t, d, Origin{}, messageIPFIX(7, setOf(257, u32(9), u32(1<<20))))
	if len(rows) != 2 || points.Point(rows[0].Key.Point).Domain != 9 || points.Point(rows[1].Key.Point).Domain != 7 || s[0].Remarks[PointLimit] != 1 {
		t.Errorf("got %+v, %d remarks", rows, s[0].Remarks[PointLimit])
	}
	if got := used(); got != MaxPointsPerInput+1 {
		t.Errorf("got %d points of the run, want %d", got-1, MaxPointsPerInput)
	}
}

// TestPointsOfTheRunAreFull: a message whose point has no room among all inputs is
// refused, those of known points are not.
func TestPointsOfTheRunAreFull(t *testing.T) {
	points := flow.NewPoints()
	for domain := range uint32(flow.MaxPoints - 1) {
		if _, err := points.Number(flow.Point{Exported: true, Domain: domain}); err != nil {
			t.Fatal(err)
		}
	}
	d := NewDecoder(Options{Points: points})
	d.Rewind()
	define := setOf(2, definitionOf(256, spec{number: 2, length: 4}), definitionOf(257, spec{number: 405, length: 4}))
	refused(t, d, Origin{}, messageIPFIX(1<<20, define, setOf(256, u32(1))), "at most 65536 observation points in all inputs")
	rows, s := readAll(t, d, Origin{}, messageIPFIX(5, define, setOf(257, u32(1<<20))))
	if len(rows) != 1 || points.Point(rows[0].Key.Point).Domain != 5 || s[0].Remarks[PointLimit] != 1 {
		t.Errorf("got %+v", rows)
	}
}

// TestOptionStreams: the streams whose options are kept are bounded in the survey
// and, from zero again, in the decoding.
func TestOptionStreams(t *testing.T) {
	define := setOf(3, optionsIPFIX(300, spec{number: 149, length: 4}, spec{number: 34, length: 4}))
	m := messageIPFIX(1, define, setOf(300, u32(1), u32(100)))
	d := NewDecoder(Options{})
	for i := range MaxOptionStreams + 5 {
		d.Survey(Origin{exporterOf(i), 1}, m)
		if limited := d.summary.Remarks[OptionLimit] != 0; limited != (i >= MaxOptionStreams) {
			t.Fatalf("stream %d of the survey: limited %t", i, limited)
		}
	}
	if len(d.OptionData()) != MaxOptionStreams {
		t.Errorf("got options of %d streams", len(d.OptionData()))
	}
	d.Rewind()
	for i := range MaxOptionStreams + 5 {
		_, s := readAll(t, d, Origin{exporterOf(i), 1}, m, m)
		if limited := s[1].Remarks[OptionLimit] != 0; limited != (i >= MaxOptionStreams) {
			t.Fatalf("stream %d: limited %t", i, limited)
		}
	}
}

// TestRepeatedOptionsAllocateNothing: options that say what they said before do not
// make the decoder forget what it knows of a domain, neither of the stream that
// tells them nor of its siblings.
func TestRepeatedOptionsAllocateNothing(t *testing.T) {
	teller, sibling := Origin{exporterOf(0), 1}, Origin{exporterOf(0), 2}
	options := messageIPFIX(1, setOf(3, optionsIPFIX(300, spec{number: 10, length: 4}, spec{number: 34, length: 4})), setOf(300, u32(7), u32(100)))
	flows := messageIPFIX(1, setOf(2, definitionOf(256, spec{number: 10, length: 4})), setOf(256, u32(7)))
	d := NewDecoder(Options{})
	d.Rewind()
	batch := flow.NewBatch()
	read := func(origin Origin, message []byte) {
		if err := d.Begin(origin, 0, false, message); err != nil {
			t.Fatal(err)
		}
		batch.Reset()
		d.Read(batch)
	}
	read(teller, options)
	for _, origin := range []Origin{teller, sibling} {
		read(origin, flows)
	}
	for _, k := range d.domains {
		a, asked := k.interfaces.find(7)
		if !asked {
			t.Fatal("there is no answer")
		}
		a.rate.Population = 200 // tells the answer that is kept from a new one
	}
	if allocations := testing.AllocsPerRun(100, func() {
		read(teller, options)
		read(sibling, flows)
		if e := batch.Records[0].Export; e.Population != 200 {
			t.Fatalf("got a rate of %d", e.Population)
		}
		read(teller, flows)
	}); allocations != 0 {
		t.Errorf("got %v allocations, want none", allocations)
	}
}

// TestTable compares the answers that are kept with a map, for numbers that meet.
func TestTable(t *testing.T) {
	var kept table[uint64]
	for round := range uint64(3) {
		for _, id := range []uint64{0, 1, 4, 5, 64, 65, 3, 1 << 40, 0, 7, 64} {
			place, asked := kept.find(id)
			switch {
			case asked && *place != id+1:
				t.Fatalf("round %d: number %d has the answer %d", round, id, *place)
			case !asked && *place != 0:
				t.Fatalf("round %d: number %d is new and has the answer %d", round, id, *place)
			}
			*place = id + 1
			if place, asked = kept.find(id); !asked || *place != id+1 {
				t.Fatalf("round %d: number %d has no answer", round, id)
			}
		}
	}
	if len(kept) != mostAnswers {
		t.Errorf("got a table of %d", len(kept))
	}
	var grown table[uint64]
	grown.find(0)
	grown.find(leastAnswers)
	for _, id := range []uint64{0, leastAnswers} {
		if _, asked := grown.find(id); !asked {
			t.Errorf("the answer to %d is lost where there was room for it", id)
		}
	}
	var few table[uint64]
	for id := range uint64(leastAnswers) {
		few.find(id)
	}
	if len(few) != leastAnswers {
		t.Errorf("got a table of %d for as many numbers as it has places", len(few))
	}
}
