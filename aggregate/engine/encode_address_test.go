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

// TestOrderedAddresses: addresses come back, and their octets are in the order of their
// 128 bits.
func TestOrderedAddresses(t *testing.T) {
	all := orderedAddresses()
	for _, a := range all {
		x := appendOrderedAddress(nil, &a)
		d := decoder{src: x}
		if got := d.orderedAddress(); got != a || d.finish() != nil {
			t.Errorf("%x comes back as %x", a, got)
		}
		for _, b := range all {
			y := appendOrderedAddress(nil, &b)
			want := bytes.Compare(a[:], b[:])
			if got := bytes.Compare(x, y); got != want {
				t.Errorf("%x and %x: order %d, want %d", a, b, got, want)
			}
		}
	}
}

// TestKeyNumbers: the numbers of keys order them as far as they differ.
func TestKeyNumbers(t *testing.T) {
	all := orderedAddresses()
	random := rand.New(rand.NewPCG(5, 6))
	key := func() flow.Key {
		any := func() uint16 { return uint16(random.IntN(3) * random.IntN(1<<15)) }
		k := flow.Key{Source: all[random.IntN(len(all))], Destination: all[random.IntN(len(all))], SourcePort: any(), DestinationPort: any(),
			Protocol: uint8(any()), ClassOfService: uint8(any()), Version: uint8(any()), Shape: flow.Shape(any())}
		if random.IntN(2) == 0 { // as most are
			k.Version, k.Shape = 4, k.Shape&flow.Ports
		}
		return k
	}
	row := func(k *flow.Key) []byte { // with what follows it
		return append(appendKey(nil, k), byte(random.IntN(256)), byte(random.IntN(256)))
	}
	points, further := flow.NewPoints(), 0
	for range 300000 {
		a, b := key(), key()
		if random.IntN(2) == 0 {
			b.Source = a.Source
		}
		if random.IntN(2) == 0 {
			b.Destination = a.Destination
		}
		x, y := row(&a), row(&b)
		want := a.Compare(&b, points)
		if got := compareKeyOctets(x[:keyLength(x)], y[:keyLength(y)]); got != want {
			t.Fatalf("%x and %x: order of octets %d, want %d", x, y, got, want)
		}
		p, q := keyNumbers(x)
		r, s := keyNumbers(y)
		if got := cmp.Or(cmp.Compare(p, r), cmp.Compare(q, s)); got != want && got != 0 {
			t.Fatalf("%x and %x: order of numbers %d, want %d", x, y, got, want)
		} else if got == 0 {
			p, q = furtherNumbers(x)
			r, s = furtherNumbers(y)
			if got = cmp.Or(cmp.Compare(p, r), cmp.Compare(q, s)); got != want && got != 0 {
				t.Fatalf("%x and %x: order of further numbers %d, want %d", x, y, got, want)
			}
			if got != 0 {
				further++
			}
		}
	}
	if further < 1000 {
		t.Errorf("further numbers told %d pairs apart: the test tests little", further)
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
		keyNumbers(row)
		furtherNumbers(row)
		d := decoder{src: row}
		var got flow.Key
		if d.key(&got); d.finish() == nil {
			t.Errorf("a key cut to %d octets was read", n)
		}
	}
}
