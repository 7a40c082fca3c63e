package parquetfile

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/xitongsys/parquet-go/encoding"
)

// FuzzHybrid decodes what appendHybrid encodes with parquet-go.
func FuzzHybrid(f *testing.F) {
	f.Add([]byte{}, uint8(1))
	f.Add([]byte{1, 1, 1, 1, 1, 1, 1, 1, 0}, uint8(1))
	f.Add(bytes.Repeat([]byte{1, 1, 1, 0}, 9), uint8(1))
	f.Add(append([]byte{3, 5}, make([]byte, 100)...), uint8(7))
	f.Fuzz(func(t *testing.T, octets []byte, width uint8) {
		width = 1 + width%24
		values := make([]uint32, len(octets))
		for i, o := range octets {
			values[i] = uint32(o) * 0x010101 & (1<<width - 1)
		}
		checkHybrid(t, values, int(width))
	})
}

func checkHybrid(t *testing.T, values []uint32, width int) {
	t.Helper()
	coded := appendHybrid(nil, values, width)
	got, err := encoding.ReadRLEBitPackedHybrid(bytes.NewReader(coded), uint64(width), uint64(len(coded)))
	if len(values) == 0 {
		if len(coded) != 0 {
			t.Fatalf("no values give %d octets", len(coded))
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if len(got) < len(values) || len(got) >= len(values)+8 {
		t.Fatalf("%d values come back as %d", len(values), len(got))
	}
	for i, v := range values {
		if got[i] != int64(v) {
			t.Fatalf("value %d of width %d is %d, want %d", i, width, got[i], v)
		}
	}
}

// TestHybridRuns has runs of all lengths around the limits, at all places within
// a group.
func TestHybridRuns(t *testing.T) {
	for before := range 18 {
		for length := range 34 {
			for behind := range 10 {
				var values []uint32
				for i := range before {
					values = append(values, uint32(i%2))
				}
				for range length {
					values = append(values, 2)
				}
				for i := range behind {
					values = append(values, uint32(i%2))
				}
				checkHybrid(t, values, 2)
			}
		}
	}
}

// wholeSections gives values in the encoding of appendHybrid by one section after the other: up to a group of equal values
// what is in front of it, then the run.
func wholeSections(values []uint32, width int) (dst []byte) {
	for len(values) > 0 {
		begin := 0
		for begin+shortestRun <= len(values) && !equalGroup((*[shortestRun]uint32)(values[begin:])) {
			begin += shortestRun
		}
		if begin+shortestRun > len(values) {
			return appendGroups(dst, values, width)
		}
		length := runLength(values[begin:])
		dst = appendGroups(dst, values[:begin], width)
		dst = appendRun(dst, values[begin], length, width)
		values = values[begin+length:]
	}
	return dst
}

// TestHybridSections has packed groups as many as headers of one, two and three octets can tell, and runs of any length
// between them.
func TestHybridSections(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, groups := range []int{1, 2, 62, 63, 64, 65, 300, 8191, 8192} {
		for width := 1; width <= 10; width++ {
			var values []uint32
			for range 3 {
				for range groups * packedGroup {
					values = append(values, uint32(len(values)&1)+random.Uint32N(1<<width-1)&^1)
				}
				for range random.IntN(40) {
					values = append(values, 1<<width-1)
				}
			}
			for _, v := range [][]uint32{values, values[:groups*packedGroup], values[:groups*packedGroup-3]} {
				if !bytes.Equal(appendHybrid([]byte("front"), v, width), append([]byte("front"), wholeSections(v, width)...)) {
					t.Fatalf("%d groups of width %d are encoded otherwise than one after the other", groups, width)
				}
			}
			if groups < 100 {
				checkHybrid(t, values, width)
			}
		}
	}
}

// TestHybridShort has a long run within other values cost a few octets only.
func TestHybridShort(t *testing.T) {
	values := make([]uint32, 16384)
	values[0], values[16383] = 1, 1
	if n := len(appendHybrid(nil, values, 17)); n > 50 {
		t.Errorf("%d octets", n)
	}
}

// FuzzDelta decodes what appendDelta encodes with parquet-go.
func FuzzDelta(f *testing.F) {
	f.Add([]byte{})
	f.Add(make([]byte, 8*300))
	f.Add(bytes.Repeat([]byte{0xff, 0, 0x80}, 1000))
	f.Fuzz(func(t *testing.T, octets []byte) {
		values := make([]int64, len(octets)/8)
		for i := range values {
			values[i] = int64(binary.LittleEndian.Uint64(octets[8*i:]))
		}
		checkDelta(t, values)
	})
}

func checkDelta(t *testing.T, values []int64) {
	t.Helper()
	if len(values) == 0 {
		return // there is no such page: parquet-go then gives one value
	}
	coded := appendDelta(nil, values)
	for _, some := range []int{1, 7, deltaBlock, 512} { // the same, some at a time
		var d deltas
		var cells []int64
		for rest := values; len(rest) > 0; rest = rest[min(some, len(rest)):] {
			added := min(some, len(rest))
			cells = d.take(append(cells, rest[:added]...), added)
		}
		front, blocks := d.end(nil, cells)
		if !bytes.Equal(append(front, blocks...), coded) {
			t.Fatalf("%d values are coded otherwise if they come %d at a time", len(values), some)
		}
	}
	got, err := encoding.ReadDeltaBinaryPackedINT64(bytes.NewReader(coded))
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(values) {
		t.Fatalf("%d values come back as %d", len(values), len(got))
	}
	for i, v := range values {
		if got[i] != v {
			t.Fatalf("value %d is %d, want %d", i, got[i], v)
		}
	}
}

func TestDelta(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{1, 2, 31, 32, 33, 34, 127, 128, 129, 130, 160, 161, 257, 1000} {
		ascending, extreme, random, small := make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n)
		for i := range n {
			ascending[i] = 1_700_000_000_000_000 + int64(i)*1000
			extreme[i] = []int64{math.MinInt64, math.MaxInt64, 0, -1}[r.IntN(4)]
			random[i] = int64(r.Uint64())
			small[i] = r.Int64N(100) - 50
		}
		for _, values := range [][]int64{ascending, extreme, random, small} {
			checkDelta(t, values)
		}
	}
}

func TestPacked(t *testing.T) {
	for width := range 65 {
		values := make([]uint64, 32)
		want := new(bytes.Buffer)
		var bit int
		octets := make([]byte, (32*width+7)/8)
		r := rand.New(rand.NewPCG(1, uint64(width)))
		for i := range values {
			if width > 0 {
				values[i] = r.Uint64() >> (64 - width)
			}
			for b := range width {
				octets[bit/8] |= byte(values[i]>>b&1) << (bit % 8)
				bit++
			}
		}
		want.Write(octets)
		base := r.Uint64()
		for i := range values {
			values[i] += base
		}
		if got := appendPacked(nil, values, base, width); !bytes.Equal(got, want.Bytes()) {
			t.Errorf("width %d: got %x, want %x", width, got, want.Bytes())
		}
	}
}
