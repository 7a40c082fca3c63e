package nfcapdtest

import (
	"cmp"
	"math/bits"
	"slices"
)

// AppendBzip2 appends a bzip2 stream of one block to dst. src has at most 100,000 octets
// besides runs. The code of symbols is of one or two lengths, whatever their frequency:
// the stream is sound, but not short.
func AppendBzip2(dst, src []byte) []byte {
	w := bitWriter{out: append(dst, "BZh9"...)} // the header's bits need not be counted
	crc := crcBzip2(src)
	if len(src) > 0 {
		w.put(0x314159265359, 48)
		w.put(uint64(crc), 32)
		w.put(0, 1) // not randomised
		last, origin := burrowsWheeler(shortRuns(src))
		w.put(uint64(origin), 24)
		w.symbols(last)
	} else {
		crc = 0
	}
	w.put(0x177245385090, 48)
	w.put(uint64(crc), 32) // of one block, that of all
	w.put(0, -w.bits&7)
	return w.out
}

// bitWriter appends bits, the most significant first.
type bitWriter struct {
	out  []byte
	bits int // written in all
}

func (w *bitWriter) put(value uint64, count int) {
	for i := count - 1; i >= 0; i-- {
		if w.bits%8 == 0 {
			w.out = append(w.out, 0)
		}
		w.out[len(w.out)-1] |= byte(value>>i&1) << (7 - w.bits%8)
		w.bits++
	}
}

// crcBzip2 is CRC-32 with its bits in the order in which they are sent.
func crcBzip2(b []byte) uint32 {
	crc := uint32(0xffffffff)
	for _, octet := range b {
		crc ^= uint32(octet) << 24
		for range 8 {
			carry := crc >> 31
			crc = crc<<1 ^ carry*0x04c11db7
		}
	}
	return ^crc
}

// shortRuns has a count of the others behind four equal octets.
func shortRuns(b []byte) (out []byte) {
	for len(b) > 0 {
		n := 1
		for n < len(b) && n < 259 && b[n] == b[0] {
			n++
		}
		for range min(n, 4) {
			out = append(out, b[0])
		}
		if n >= 4 {
			out = append(out, byte(n-4))
		}
		b = b[n:]
	}
	return out
}

// burrowsWheeler gives the last octets of all rotations in their order, and which of them
// is the original. Ranks by the first 1, 2, 4, ... octets make the order.
func burrowsWheeler(b []byte) (last []byte, origin int) {
	n := len(b)
	order, rank, next := make([]int, n), make([]int, n), make([]int, n)
	for i := range order {
		order[i], rank[i] = i, int(b[i])
	}
	for known := 1; ; known *= 2 {
		compare := func(i, j int) int {
			return cmp.Or(cmp.Compare(rank[i], rank[j]), cmp.Compare(rank[(i+known)%n], rank[(j+known)%n]))
		}
		slices.SortFunc(order, compare)
		next[order[0]] = 0
		for i := 1; i < n; i++ {
			next[order[i]] = next[order[i-1]]
			if compare(order[i-1], order[i]) != 0 {
				next[order[i]]++
			}
		}
		copy(rank, next)
		if known >= n || rank[order[n-1]] == n-1 {
			break
		}
	}
	for i, start := range order {
		last = append(last, b[(start+n-1)%n])
		if start == 0 {
			origin = i
		}
	}
	return last, origin
}

// symbols writes octets as their places in a list of those used lately, runs of the first
// place as numbers of their own.
func (w *bitWriter) symbols(b []byte) {
	used := slices.Compact(slices.Sorted(slices.Values(b)))
	var groups uint64
	var members [16]uint64
	for _, octet := range used {
		groups |= 1 << (15 - octet>>4)
		members[octet>>4] |= 1 << (15 - octet&15)
	}
	w.put(groups, 16)
	for _, m := range members {
		if m != 0 {
			w.put(m, 16)
		}
	}
	var all []int
	run := 0
	flush := func() {
		for ; run > 0; run = (run - 1) / 2 {
			all = append(all, (run-1)%2)
		}
	}
	lately := slices.Clone(used)
	for _, octet := range b {
		place := slices.Index(lately, octet)
		if place == 0 {
			run++
			continue
		}
		flush()
		all = append(all, place+1)
		copy(lately[1:], lately[:place])
		lately[0] = octet
	}
	flush()
	w.huffman(append(all, len(used)+1), len(used)+2)
}

// huffman writes symbols, of which there are so many kinds, with two tables that are alike.
func (w *bitWriter) huffman(symbols []int, kinds int) {
	const tables, together = 2, 50
	w.put(tables, 3)
	selectors := (len(symbols) + together - 1) / together
	w.put(uint64(selectors), 15)
	w.put(0, selectors) // the first table each time
	long := bits.Len(uint(kinds - 1))
	short := 1<<long - kinds // kinds with a bit less, so that all codes are used
	for range tables {
		length := long
		if short > 0 {
			length--
		}
		w.put(uint64(length), 5)
		for kind := range kinds {
			if kind == short && short > 0 {
				w.put(0b10, 2) // one more
			}
			w.put(0, 1)
		}
	}
	for _, symbol := range symbols {
		if symbol < short {
			w.put(uint64(symbol), long-1)
		} else {
			w.put(uint64(symbol+short), long)
		}
	}
}
