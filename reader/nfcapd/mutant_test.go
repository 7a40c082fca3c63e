package nfcapd

import (
	"bytes"
	"compress/bzip2"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"testing"

	"netstream/reader/damage"
	"netstream/reader/nfcapd/nfcapdtest"
)

// TestBzip2RoundTrip holds the writer of bzip2 that tests use against Go's reader.
func TestBzip2RoundTrip(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 2))
	for i := range 60 {
		data := make([]byte, random.IntN(3000))
		for j := range data {
			data[j] = byte(random.IntN(1 + i*5))
		}
		if i%3 == 0 {
			data = append(data, make([]byte, random.IntN(2000))...)
		}
		got, err := io.ReadAll(bzip2.NewReader(bytes.NewReader(nfcapdtest.AppendBzip2(nil, data))))
		if err != nil || !bytes.Equal(got, data) {
			t.Fatalf("case %d: %d octets, %v; want %d", i, len(got), err, len(data))
		}
	}
}

// original is an nfcapd file in parts, with the records of its blocks as they are before
// they are compressed.
type original struct {
	head        []byte
	blocks      [][]byte
	kinds       []uint16
	stated      []uint32
	compression nfcapdtest.Compression
	layout1     bool
}

// originals gives files of both layouts, with all compressions that they have.
func originals(t *testing.T) (all []*original) {
	for _, layout1 := range []bool{false, true} {
		for _, c := range []nfcapdtest.Compression{nfcapdtest.None, nfcapdtest.LZO, nfcapdtest.Bzip2, nfcapdtest.LZ4, nfcapdtest.Zstd} {
			if layout1 && c == nfcapdtest.Zstd {
				continue
			}
			s := newSample(uint64(20+c), !layout1)
			options := nfcapdtest.Options{Points: s.points, BlockRecords: 3, Repeat: true, Layout1: layout1, Ident: "a source"}
			file := nfcapdtest.File(s.records(t, 9), options)
			o := &original{compression: c, layout1: layout1}
			at := header2Octets
			if layout1 {
				at = header1Octets + statistics1Octets
				file[4] = map[nfcapdtest.Compression]byte{nfcapdtest.LZO: 1, nfcapdtest.Bzip2: 8, nfcapdtest.LZ4: 16}[c]
			} else {
				file[16] = byte(c)
			}
			for o.head = file[:at:at]; at < len(file); at = nextBlock(file, at) {
				o.blocks = append(o.blocks, file[at+blockHeaderOctets:nextBlock(file, at)])
				o.kinds = append(o.kinds, binary.LittleEndian.Uint16(file[at+8:]))
				o.stated = append(o.stated, binary.LittleEndian.Uint32(file[at:]))
			}
			all = append(all, o)
		}
	}
	return all
}

// file puts the parts together. mutate may change the records of a block first.
func (o *original) file(mutate func(records []byte) []byte) []byte {
	file := bytes.Clone(o.head)
	for i, records := range o.blocks {
		if i+1 == len(o.blocks) && !o.layout1 {
			binary.LittleEndian.PutUint64(file[24:], uint64(len(file))) // where the appendix is
		}
		file = append(file, nfcapdtest.Block(o.compression, o.kinds[i], 0, o.stated[i], mutate(records))...)
	}
	return file
}

// hostileSizes are what lengths, numbers and places are changed to.
var hostileSizes = []uint64{0, 1, 3, 4, 11, 12, 0x7fff, 0x8001, 0xffff, MaxBlock - 1, MaxBlock, MaxBlock + 1, 1 << 31, math.MaxUint32, 1 << 62, math.MaxUint64}

// mutant damages the records of blocks, the headers of blocks, the header of the file, or
// all that is there.
func (o *original) mutant(random *rand.Rand) []byte {
	sound := func(records []byte) []byte { return records }
	within := func(records []byte) []byte {
		if random.IntN(2) == 0 {
			return records
		}
		records = bytes.Clone(records)
		if random.IntN(2) == 0 {
			noise(random, records, 50)
		}
		if random.IntN(2) == 0 {
			recordSizes(random, records)
		}
		return records[:len(records)-random.IntN(2)*random.IntN(len(records)+1)]
	}
	var file []byte
	switch random.IntN(4) {
	case 0:
		file = o.file(within)
	case 1:
		file = o.file(sound)
		blockHeaders(random, file, len(o.head))
	case 2:
		file = o.file(sound)
		fileHeader(random, file)
	default:
		file = o.file(within)
		noise(random, file, 50)
	}
	return resized(random, file)
}

// noise changes one of so many octets.
func noise(random *rand.Rand, b []byte, one int) {
	for range 1 + len(b)/one {
		if len(b) > 0 {
			b[random.IntN(len(b))] = byte(random.Uint32())
		}
	}
}

// recordSizes changes kinds and lengths of records, and numbers within.
func recordSizes(random *rand.Rand, records []byte) {
	for at := 0; at+recordHeader <= len(records); {
		size := int(binary.LittleEndian.Uint16(records[at+2:]))
		switch random.IntN(8) {
		case 0:
			binary.LittleEndian.PutUint16(records[at:], uint16(random.IntN(20)))
		case 1:
			binary.LittleEndian.PutUint16(records[at+2:], uint16(hostileSizes[random.IntN(len(hostileSizes))]))
		case 2:
			if size > recordHeader+2 && at+size <= len(records) {
				inside := at + recordHeader + random.IntN(size-recordHeader-1)
				binary.LittleEndian.PutUint16(records[inside:], uint16(hostileSizes[random.IntN(len(hostileSizes))]))
			}
		}
		at += max(size, recordHeader)
	}
}

// blockHeaders changes members of the headers of blocks.
func blockHeaders(random *rand.Rand, file []byte, at int) {
	for at+blockHeaderOctets <= len(file) {
		next := nextBlock(file, at)
		value := hostileSizes[random.IntN(len(hostileSizes))]
		switch random.IntN(6) {
		case 0:
			binary.LittleEndian.PutUint32(file[at:], uint32(value))
		case 1:
			binary.LittleEndian.PutUint32(file[at+4:], uint32(value))
		case 2:
			binary.LittleEndian.PutUint16(file[at+8:], uint16(random.IntN(6)))
		case 3:
			binary.LittleEndian.PutUint16(file[at+10:], uint16(random.IntN(4)))
		}
		at = next
	}
}

// fileHeader changes the header of the file: its flags, its counts, the ident of layout 1,
// which then may not end, and where the appendix of layout 2 is: in a loop, too.
func fileHeader(random *rand.Rand, file []byte) {
	switch random.IntN(6) {
	case 0:
		file[2] = byte(random.IntN(4))
	case 1:
		copy(file[12:min(len(file), header1Octets)], bytes.Repeat([]byte{0xff}, 128))
	case 2:
		file[16] = byte(random.IntN(7))
	case 3:
		binary.LittleEndian.PutUint32(file[4:], 1<<random.IntN(6))
	case 4:
		places := append([]uint64{header2Octets, uint64(random.IntN(len(file))), uint64(len(file))}, hostileSizes...)
		binary.LittleEndian.PutUint64(file[24:], places[random.IntN(len(places))])
		binary.LittleEndian.PutUint16(file[18:], uint16(hostileSizes[random.IntN(len(hostileSizes))]))
	default:
		noise(random, file[:header2Octets], 10)
	}
}

// resized cuts a file, has a part of it twice, or puts something into it.
func resized(random *rand.Rand, file []byte) []byte {
	at := random.IntN(len(file))
	other := at + random.IntN(len(file)-at)
	switch random.IntN(8) {
	case 0:
		return file[:at]
	case 1:
		return append(bytes.Clone(file[:other]), file[at:]...)
	case 2:
		return append(bytes.Clone(file[:at]), file[other:]...)
	case 3:
		return append(file, make([]byte, random.IntN(40))...)
	}
	return file
}

// TestN11MutatedFiles reads damaged files of all layouts and compressions: none makes the
// reader panic, loop or take more than a block is long, and of each all octets are
// accounted. NETSTREAM_TORTURE asks for 100,000 of them.
func TestN11MutatedFiles(t *testing.T) {
	files := 500
	if os.Getenv("NETSTREAM_TORTURE") != "" {
		files = 100_000
	}
	random := rand.New(rand.NewPCG(11, 11))
	list := originals(t)
	refused, sound, rows := 0, 0, 0
	var damages [damage.EmptyInput + 1]int
	for i := range files {
		o := list[i%len(list)]
		file := o.mutant(random)
		if _, err := NewReader(bytes.NewReader(file), Options{}); err != nil {
			var format *FormatError
			if !errors.As(err, &format) {
				t.Fatalf("mutant %d: %v", i, err)
			}
			refused++
			continue
		}
		got := readAll(t, file)
		checkMutant(t, &got, file)
		if i%50 == 0 {
			if again := readAll(t, file); !reflect.DeepEqual(got.rows, again.rows) || !reflect.DeepEqual(got.reader.Tally(), again.reader.Tally()) {
				t.Errorf("mutant %d: a second reading differs", i)
			}
		}
		if t.Failed() {
			t.Fatalf("mutant %d of %s, layout 1 %v", i, Compression(o.compression), o.layout1)
		}
		rows += len(got.rows)
		if len(got.damage) == 0 {
			sound++
		}
		for _, d := range got.damage {
			damages[d.Kind]++
		}
	}
	for _, kind := range []damage.Kind{damage.Truncated, damage.BadLength, damage.BadBlock, damage.BadStream} {
		if damages[kind] == 0 {
			t.Errorf("no mutant has damage of kind %v", kind)
		}
	}
	t.Logf("assertion N11: %d mutated files, 0 panics: %d refused as a whole, %d without damage to a block, %d damaged blocks (%d of a wrong length, %d with records that contradict it, %d that do not decompress, %d cut), %d rows",
		files, refused, sound, damages[damage.BadLength]+damages[damage.BadBlock]+damages[damage.BadStream]+damages[damage.Truncated],
		damages[damage.BadLength], damages[damage.BadBlock], damages[damage.BadStream], damages[damage.Truncated], rows)
}

// checkMutant checks what was read of a damaged file.
func checkMutant(t *testing.T, got *reading, file []byte) {
	t.Helper()
	tally := got.reader.Tally()
	checkOctets(t, tally, len(file))
	if records := tally.Records.Flow; uint64(len(got.rows)) < records || uint64(len(got.rows)) > 2*records || tally.Rows != uint64(len(got.rows)) {
		t.Errorf("%d rows of %d records, %d in the account", len(got.rows), records, tally.Rows)
	}
	for i := range got.rows {
		if r := &got.rows[i].record; r.End < r.Start || r.Start < 0 {
			t.Errorf("row %d is from %d to %d", i, r.Start, r.End)
		}
	}
	const slack = 128 << 10 // by how much buffers that grow may be larger, and what bzip2 gives beyond the limit before that is noticed
	if in := got.reader.blocks; cap(in.payload) > MaxBlock+slack || len(in.expander.out) > MaxBlock+slack || len(file) < 1<<16 && cap(in.payload) > 4*slack {
		t.Errorf("buffers of %d and %d octets", cap(in.payload), cap(in.expander.out))
	}
}
