package nfcapd

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"testing"

	"netstream/reader/damage"
	"netstream/reader/nfcapd/nfcapdtest"
)

// unknownRecords are records of a type that nobody knows, of so many octets in all.
func unknownRecords(octets int) []byte {
	b := make([]byte, 0, octets)
	for left := octets; left > 0; left = octets - len(b) {
		size := min(left, 0xff00)
		if rest := left - size; rest > 0 && rest < recordHeader {
			size -= recordHeader
		}
		b = append(b, nfcapdtest.Record(77, make([]byte, size-recordHeader))...)
	}
	return b
}

// TestN11BlockSizes: a block is as long as nfdump's buffers at most, compressed or not. One
// that would be longer is not decompressed further than that, and the blocks behind it are
// read.
func TestN11BlockSizes(t *testing.T) {
	s := newSample(30, true)
	want := s.records(t, 4)
	blocks := 0
	for _, c := range []nfcapdtest.Compression{nfcapdtest.None, nfcapdtest.LZO, nfcapdtest.Bzip2, nfcapdtest.LZ4, nfcapdtest.Zstd} {
		for _, test := range []struct {
			octets int
			sound  bool
		}{{4, true}, {MaxBlock - 1, true}, {MaxBlock, true}, {MaxBlock + 1, false}, {2 * MaxBlock, false}} {
			blocks++
			t.Run(fmt.Sprintf("%s, %d octets", Compression(c), test.octets), func(t *testing.T) {
				file := nfcapdtest.File(want, nfcapdtest.Options{Points: s.points, Repeat: true, Compression: c})
				long := nfcapdtest.Block(c, blockOfRecords2, 0, 0, unknownRecords(test.octets))
				if c == nfcapdtest.Bzip2 { // of several streams: one has a block at most
					long = bzip2Block(unknownRecords(test.octets))
				}
				file = append(file[:header2Octets:header2Octets], append(long, file[header2Octets:]...)...)
				appendix := binary.LittleEndian.Uint64(file[24:]) + uint64(len(long))
				binary.LittleEndian.PutUint64(file[24:], appendix)
				got := readAll(t, file)
				checkOctets(t, got.reader.Tally(), len(file))
				if n := len(got.reader.blocks.expander.out); n > MaxBlock {
					t.Errorf("%d octets decompressed", n)
				}
				switch kind := damage.BadStream; {
				case test.sound && len(got.damage) != 0:
					t.Errorf("damage %v", got.damage)
				case !test.sound && c == nfcapdtest.None:
					if kind = damage.BadLength; len(got.damage) != 1 || got.damage[0].Kind != kind || len(got.rows) != 0 {
						t.Errorf("damage %v, %d rows", got.damage, len(got.rows)) // where the next block is cannot be known
					}
					return
				case !test.sound && (len(got.damage) != 1 || got.damage[0].Kind != kind):
					t.Errorf("damage %v, want %v", got.damage, kind)
				}
				got.compare(t, want, s)
			})
		}
	}
	t.Logf("assertion N11: %d blocks of sizes about the limit of %d octets, by compression", blocks, MaxBlock)
}

// bzip2Block gives a block that is compressed in parts, which are alike but for the last.
func bzip2Block(records []byte) []byte {
	const part = 2 * 0xff00
	block := nfcapdtest.Block(nfcapdtest.None, blockOfRecords2, 0, 0, nil)
	var like, compressed []byte
	for len(records) > 0 {
		n := min(len(records), part)
		if !bytes.Equal(records[:n], like) {
			like, compressed = records[:n], nfcapdtest.AppendBzip2(nil, records[:n])
		}
		block = append(block, compressed...)
		records = records[n:]
	}
	binary.LittleEndian.PutUint32(block[4:], uint32(len(block)-blockHeaderOctets))
	return block
}

// TestN11Headers: whatever the header says of blocks and of the appendix, blocks are read one
// behind the other, each once.
func TestN11Headers(t *testing.T) {
	s := newSample(31, true)
	want := s.records(t, 6)
	options := nfcapdtest.Options{Points: s.points, BlockRecords: 2, Repeat: true}
	file := nfcapdtest.File(want, options)
	second := nextBlock(file, header2Octets)
	type lie struct {
		name  string
		write func(file []byte)
	}
	var lies []lie
	for _, at := range []int{0, 1, header2Octets, second, second + 5, len(file) - 1, len(file), len(file) + 1, math.MaxInt64} {
		lies = append(lies, lie{fmt.Sprint("appendix at ", at), func(b []byte) { binary.LittleEndian.PutUint64(b[24:], uint64(at)) }})
	}
	for _, n := range []uint16{0, 2, 9, math.MaxUint16} {
		lies = append(lies, lie{fmt.Sprint(n, " blocks of appendix"), func(b []byte) { binary.LittleEndian.PutUint16(b[18:], n) }})
	}
	for _, n := range []uint32{0, 1, 99, math.MaxUint32} {
		lies = append(lies, lie{fmt.Sprint(n, " blocks"), func(b []byte) { binary.LittleEndian.PutUint32(b[36:], n) }},
			lie{fmt.Sprint("blocks of ", n), func(b []byte) { binary.LittleEndian.PutUint32(b[32:], n) }},
			lie{fmt.Sprint(n, " records in a block"), func(b []byte) { binary.LittleEndian.PutUint32(b[second:], n) }})
	}
	for _, l := range lies {
		t.Run(l.name, func(t *testing.T) {
			b := bytes.Clone(file)
			l.write(b)
			got := readAll(t, b)
			checkOctets(t, got.reader.Tally(), len(b))
			if len(got.damage) != 0 {
				t.Errorf("damage %v", got.damage)
			}
			got.compare(t, want, s)
		})
	}
	s = newSample(32, false)
	want = s.records(t, 6)
	first := nfcapdtest.File(want, nfcapdtest.Options{Points: s.points, BlockRecords: 2, Repeat: true, Layout1: true})
	copy(first[12:header1Octets], bytes.Repeat([]byte{'x'}, 128)) // an ident that does not end
	got := readAll(t, first)
	if ident := got.reader.Info().Ident; len(ident) != 128 {
		t.Errorf("ident of %d octets", len(ident))
	}
	got.compare(t, want, s)
	t.Logf("assertion N11: %d headers that lie", len(lies)+1)
}
