package engine

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"netstream/aggregate/flow"
)

// orderedAddresses are the edges of the parts that addresses are laid out by, and any.
func orderedAddresses() [][16]byte {
	var all [][16]byte
	for _, high := range []uint64{0, 1, 1 << 63, 1<<64 - 1} {
		for _, low := range []uint64{0, 1, mappedPrefix<<32 - 1, mappedPrefix << 32, mappedPrefix<<32 | 0xffffffff, (mappedPrefix + 1) << 32, 1<<63 - 1, 1 << 63, 1<<64 - 1} {
			var a [16]byte
			binary.BigEndian.PutUint64(a[:], high)
			binary.BigEndian.PutUint64(a[8:], low)
			all = append(all, a)
		}
	}
	random := rand.New(rand.NewPCG(3, 4))
	for range 60 {
		var a [16]byte
		binary.BigEndian.PutUint64(a[:], random.Uint64())
		binary.BigEndian.PutUint64(a[8:], random.Uint64())
		all = append(all, a, flow.MappedIPv4([4]byte(a[:])))
	}
	return all
}

// TestOrderedAddresses: addresses come back, and their octets and prefixes are in the
// order of their 128 bits.
func TestOrderedAddresses(t *testing.T) {
	all := orderedAddresses()
	for _, a := range all {
		x := appendOrderedAddress(nil, &a)
		d := decoder{src: x}
		if got := d.orderedAddress(); got != a || d.finish() != nil {
			t.Errorf("%x comes back as %x", a, got)
		}
		p, whole, end := addressPrefix(x)
		if end != len(x) {
			t.Errorf("%x: ends at %d, want %d", a, end, len(x))
		}
		for _, b := range all {
			y := appendOrderedAddress(nil, &b)
			want := bytes.Compare(a[:], b[:])
			if got := bytes.Compare(x, y); got != want {
				t.Errorf("%x and %x: order %d, want %d", a, b, got, want)
			}
			q, _, _ := addressPrefix(y)
			if got := cmp.Compare(p, q); got != want && (got != 0 || whole) {
				t.Errorf("%x and %x: order of prefixes %d, want %d", a, b, got, want)
			}
		}
	}
}

// TestDamagedKeys: a key that is cut off is told by the decoder, and by nothing else
// before that.
func TestDamagedKeys(t *testing.T) {
	k := flow.Key{Source: [16]byte{0x20, 1}, Destination: flow.MappedIPv4([4]byte{10, 0, 0, 1})}
	whole := appendKey(nil, &k)
	if n := keyLength(whole); n != len(whole) {
		t.Errorf("%d octets, want %d", n, len(whole))
	}
	for n := range whole {
		row := whole[:n]
		if keyLength(row) > n {
			t.Errorf("a key cut to %d octets has %d", n, keyLength(row))
		}
		addressPrefix(row)
		d := decoder{src: row}
		var got flow.Key
		if d.key(&got); d.finish() == nil {
			t.Errorf("a key cut to %d octets was read", n)
		}
	}
}
