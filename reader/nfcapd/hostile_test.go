package nfcapd

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"reflect"
	"testing"

	"netstream/aggregate/flow"
	"netstream/reader/damage"
	"netstream/reader/nfcapd/nfcapdtest"
)

func TestNoFile(t *testing.T) {
	file2 := nfcapdtest.File(nil, nfcapdtest.Options{})
	change := func(at int, v byte) []byte {
		b := bytes.Clone(file2)
		b[at] = v
		return b
	}
	flags := nfcapdtest.File(nil, nfcapdtest.Options{Layout1: true})
	flags[4] = 0x11
	for _, test := range []struct {
		name  string
		input []byte
	}{
		{"empty", nil},
		{"too short", file2[:3]},
		{"short header of layout 2", file2[:39]},
		{"short header of layout 1", nfcapdtest.File(nil, nfcapdtest.Options{Layout1: true})[:275]},
		{"magic", change(0, 0)},
		{"big endian", []byte{0xa5, 0x0c, 0, 2}},
		{"layout 3", change(2, 3)},
		{"compression", change(16, 5)},
		{"encrypted", change(17, 1)},
		{"two compressions", flags},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := NewReader(bytes.NewReader(test.input), Options{})
			var format *FormatError
			if !errors.As(err, &format) {
				t.Fatalf("%v, want a *FormatError", err)
			}
		})
	}
}

// TestDamage has one kind of damage in the second of three blocks, or at the end.
func TestDamage(t *testing.T) {
	s := newSample(3, true)
	want := s.records(t, 30)
	write := func(c nfcapdtest.Compression) []byte {
		return nfcapdtest.File(want, nfcapdtest.Options{Points: s.points, BlockRecords: 10, Repeat: true, Compression: c})
	}
	second := func(file []byte) []byte { return file[nextBlock(file, header2Octets):] }
	for _, test := range []struct {
		name        string
		compression nfcapdtest.Compression
		change      func(file []byte) []byte
		kind        damage.Kind
		lost        int // the first row that is lost
		behind      int // the first row that is read again
	}{
		{"size of a block", nfcapdtest.None, func(f []byte) []byte { second(f)[7] = 1; return f }, damage.BadLength, 10, 30},
		{"no size of a record", nfcapdtest.None, func(f []byte) []byte { copy(second(f)[14:], "\x00\x00"); return f }, damage.BadBlock, 10, 20},
		{"size of a record beyond the block", nfcapdtest.None, func(f []byte) []byte { copy(second(f)[14:], "\xff\xff"); return f }, damage.BadBlock, 10, 20},
		{"LZO", nfcapdtest.LZO, func(f []byte) []byte { copy(second(f)[12:], "\x11\xff\xff"); return f }, damage.BadStream, 10, 20},
		{"LZ4", nfcapdtest.LZ4, func(f []byte) []byte { copy(second(f)[12:], "\x0f\xff\xff"); return f }, damage.BadStream, 10, 20},
		{"zstd", nfcapdtest.Zstd, func(f []byte) []byte { second(f)[12] = 0; return f }, damage.BadStream, 10, 20},
		{"cut in a header", nfcapdtest.None, func(f []byte) []byte { return f[:nextBlock(f, header2Octets)+11] }, damage.Truncated, 10, 30},
		{"cut behind a header", nfcapdtest.None, func(f []byte) []byte { return f[:nextBlock(f, header2Octets)+12] }, damage.Truncated, 10, 30},
		{"cut in a compressed block", nfcapdtest.LZO, func(f []byte) []byte { return f[:nextBlock(f, header2Octets)+99] }, damage.Truncated, 10, 30},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := test.change(write(test.compression))
			got := readAll(t, file)
			checkOctets(t, got.reader.Tally(), len(file))
			if len(got.damage) != 1 || got.damage[0].Kind != test.kind {
				t.Fatalf("damage %v, want %v", got.damage, test.kind)
			}
			if at := int64(nextBlock(write(test.compression), header2Octets)); got.damage[0].Offset != at || got.damage[0].Number != 10 {
				t.Errorf("%v, want offset %d and packet 10", got.damage[0], at)
			}
			got.compare(t, append(want[:test.lost:test.lost], want[test.behind:]...), s)
		})
	}
}

// nextBlock gives where the block behind the one at an offset begins.
func nextBlock(file []byte, at int) int {
	return at + blockHeaderOctets + int(binary.LittleEndian.Uint32(file[at+4:]))
}

// TestCutAnywhere cuts files at every octet. All records in front of the cut are
// read if their block is not compressed, and the cut is noticed unless it is
// between two blocks, where the account tells.
func TestCutAnywhere(t *testing.T) {
	for _, layout1 := range []bool{false, true} {
		s := newSample(4, !layout1)
		want := s.records(t, 12)
		file := nfcapdtest.File(want, nfcapdtest.Options{Points: s.points, BlockRecords: 6, Repeat: true, Layout1: layout1})
		header, rows := header2Octets, 0
		if layout1 {
			header = header1Octets + statistics1Octets
		}
		for cut := header; cut <= len(file); cut++ {
			got := readAll(t, file[:cut])
			tally := got.reader.Tally()
			checkOctets(t, tally, cut)
			if len(got.rows) < rows {
				t.Fatalf("%d rows at %d, %d before", len(got.rows), cut, rows)
			}
			rows = len(got.rows)
			if noticed := len(got.damage) > 0 || len(tally.Remarks) > 0; noticed == (cut == len(file)) {
				t.Fatalf("the cut at %d of %d: %v, %+v", cut, len(file), got.damage, tally)
			}
			got.compare(t, want[:rows], s)
		}
		if rows != len(want) {
			t.Errorf("%d rows of the whole file, want %d", rows, len(want))
		}
	}
}

// TestDamageStaysInItsBlock changes octets of one block at random. The rows of the
// others stay as they are, whatever becomes of that block.
func TestDamageStaysInItsBlock(t *testing.T) {
	const size = 8
	random := rand.New(rand.NewPCG(5, 5))
	for _, c := range []nfcapdtest.Compression{nfcapdtest.None, nfcapdtest.LZO, nfcapdtest.LZ4, nfcapdtest.Zstd} {
		for _, layout1 := range []bool{false, true} {
			if layout1 && c == nfcapdtest.Zstd {
				continue
			}
			s := newSample(6, !layout1)
			want := s.records(t, 3*size)
			file := nfcapdtest.File(want, nfcapdtest.Options{Points: s.points, BlockRecords: size, Repeat: true, Compression: c, Layout1: layout1})
			first := header2Octets
			if layout1 {
				first = header1Octets + statistics1Octets
			}
			second := nextBlock(file, first)
			third := nextBlock(file, second)
			for range 400 {
				bad := bytes.Clone(file)
				for range 1 + random.IntN(5) {
					bad[second+blockHeaderOctets+random.IntN(third-second-blockHeaderOctets)] = byte(random.IntN(256))
				}
				got := readAll(t, bad)
				checkOctets(t, got.reader.Tally(), len(bad))
				front := reading{rows: got.rows[:size], points: got.points}
				front.compare(t, want[:size], s)
				behind := reading{rows: got.rows[len(got.rows)-size:], points: got.points}
				behind.compare(t, want[2*size:], s)
			}
		}
	}
}

// TestErrorsOfTheInput are passed on, and repeat.
func TestErrorsOfTheInput(t *testing.T) {
	s := newSample(7, false)
	file := nfcapdtest.File(s.records(t, 5), nfcapdtest.Options{Points: s.points})
	broken := errors.New("the disk is gone")
	in := io.MultiReader(bytes.NewReader(file[:len(file)-60]), failing{broken})
	r, err := NewReader(in, Options{Points: flow.NewPoints(), Names: flow.NewNames()})
	if err != nil {
		t.Fatal(err)
	}
	batch := flow.NewBatch()
	for range 2 {
		if err := r.Read(batch); !errors.Is(err, broken) {
			t.Fatalf("%v, want %v", err, broken)
		}
	}
	if len(batch.Records) != 5 {
		t.Errorf("%d records, want 5", len(batch.Records))
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// FuzzNfcapd reads whatever there is. The account must balance, and a survey or a
// second reading must not change the result.
func FuzzNfcapd(f *testing.F) {
	for _, layout1 := range []bool{false, true} {
		for _, c := range []nfcapdtest.Compression{nfcapdtest.None, nfcapdtest.LZO, nfcapdtest.LZ4} {
			s := newSample(8, !layout1)
			f.Add(nfcapdtest.File(s.records(f, 4), nfcapdtest.Options{Points: s.points, Compression: c, Layout1: layout1, BlockRecords: 2}))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := NewReader(bytes.NewReader(data), Options{}); err != nil {
			var format *FormatError
			if !errors.As(err, &format) {
				t.Fatal(err)
			}
			return
		}
		a, b := readAll(t, data), readAll(t, data)
		tally := a.reader.Tally()
		checkOctets(t, tally, len(data))
		if tally.Rows != uint64(len(a.rows)) || tally.Rows < tally.Records.Flow {
			t.Fatalf("%d rows, the tally is %+v", len(a.rows), tally)
		}
		if !reflect.DeepEqual(tally, b.reader.Tally()) || !reflect.DeepEqual(a.rows, b.rows) {
			t.Fatal("a second reading differs")
		}
		for i := range a.rows {
			if r := &a.rows[i].record; r.End < r.Start || r.Start < 0 {
				t.Fatalf("row %d is from %d to %d", i, r.Start, r.End)
			}
		}
	})
}
