package parquetfile

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// Bounds of Huffman codes in zstd frames (RFC 8878 section 4.2.1).
const (
	octets       = 256
	longestCode  = 11 // bits
	shortestMost = 5  // the least bits that the longest code is allowed
)

// huffman is a prefix code for the octets of a block: short codes for those that come often. Whatever the octets are, it
// is the code that the zstd library would make: its lengths are Huffman's, and where these are longer than allowed, some
// others become longer by one in their place.
type huffman struct {
	counts   [octets]uint32 // how often each comes
	greatest int            // octet that comes
	order    []octetCount   // the octets that come, the most frequent first, of equally frequent ones the least
	lengths  [octets]uint8  // of codes in bits, 0 of octets that do not come
	longest  int            // length
	codes    [octets]uint32 // the length in the lowest octet, the code above it

	nodes  []treeNode
	parent [octets]int16 // of the octets in their order, which node is above it
	table  tableCoder
	pairs  []uint32 // codes of two octets at once, as codes has them
}

// octetCount is an octet and how often it comes.
type octetCount struct {
	count uint32
	octet uint8
}

// treeNode is what joins two octets or nodes.
type treeNode struct {
	count  uint32
	parent int16
	depth  uint8
}

// count counts the octets of a block, which must have some, and gives how often the most frequent one comes.
func (h *huffman) count(block []byte) (most int) {
	h.counts = [octets]uint32{}
	var second, third, fourth [octets]uint32 // so that octets do not wait for the same ones before them
	rest := block
	for ; len(rest) >= stepOctets; rest = rest[stepOctets:] {
		v := binary.LittleEndian.Uint32(rest)
		h.counts[uint8(v)]++
		second[uint8(v>>8)]++
		third[uint8(v>>16)]++
		fourth[v>>24]++
	}
	for _, octet := range rest {
		h.counts[octet]++
	}
	for i := range h.counts {
		n := h.counts[i] + second[i] + third[i] + fourth[i]
		h.counts[i] = n
		if n > 0 {
			h.greatest = i
		}
		most = max(most, int(n))
	}
	return most
}

// one tells whether all of so many octets that count has counted are the same.
func (h *huffman) one(size int) bool { return int(h.counts[h.greatest]) == size }

// build makes the code for a block of so many octets that count has counted, which are not all the same.
func (h *huffman) build(size int) {
	h.order = h.order[:0]
	for i, n := range h.counts[:h.greatest+1] {
		if n > 0 {
			h.order = append(h.order, octetCount{n, uint8(i)})
		}
	}
	slices.SortFunc(h.order, func(a, b octetCount) int {
		if a.count != b.count {
			return int(b.count) - int(a.count)
		}
		return int(a.octet) - int(b.octet)
	})
	h.lengths = [octets]uint8{}
	h.join()
	h.limit(mostBits(size, h.greatest))
	h.assign()
}

// mostBits gives how long codes may be: as long as the format allows, but of short blocks shorter, as far as all octets up
// to the greatest could have one.
func mostBits(size, greatest int) int {
	enough := min(bits.Len(uint(size)), bits.Len(uint(greatest))+1)
	return min(max(min(longestCode, bits.Len(uint(size-1))-2), enough, shortestMost), longestCode)
}

// join makes Huffman's tree: the two least frequent octets or nodes become a node, until all are one. An octet is as long
// as it is deep.
func (h *huffman) join() {
	leaves := len(h.order)
	h.nodes = slices.Grow(h.nodes[:0], leaves)
	leaf, node := leaves-1, 0 // the least frequent ones that are not joined yet
	take := func() (count uint32) {
		above := int16(len(h.nodes))
		if leaf >= 0 && (node == len(h.nodes) || h.order[leaf].count < h.nodes[node].count) {
			h.parent[leaf] = above
			leaf--
			return h.order[leaf+1].count
		}
		h.nodes[node].parent = above
		node++
		return h.nodes[node-1].count
	}
	for range leaves - 1 {
		count := take()
		count += take()
		h.nodes = append(h.nodes, treeNode{count: count})
	}
	for i := len(h.nodes) - 2; i >= 0; i-- {
		h.nodes[i].depth = h.nodes[h.nodes[i].parent].depth + 1
	}
	for i := range h.order {
		*h.length(i) = h.nodes[h.parent[i]].depth + 1
	}
	h.longest = int(*h.length(leaves - 1))
}

// length gives the length of the code of an octet by its place in the order.
func (h *huffman) length(place int) *uint8 { return &h.lengths[h.order[place].octet] }

// none is no place in the order.
const none = -1

// limit makes codes no longer than most. Those that are become that long; as what they take from the others (by Kraft's
// inequality, in parts of 2^-most) must come from somewhere, others that are shorter become longer by one bit.
func (h *huffman) limit(most int) {
	if h.longest <= most {
		return
	}
	place, debt := len(h.order)-1, 0
	for ; int(*h.length(place)) > most; place-- {
		debt += 1<<(h.longest-most) - 1<<(h.longest-int(*h.length(place)))
		*h.length(place) = uint8(most)
	}
	debt >>= h.longest - most
	h.longest = most
	for int(*h.length(place)) == most {
		place--
	}
	// By how many bits they are shorter than most, the least frequent octets of each length. One that becomes longer
	// by a bit pays 2^(shorter-1).
	var last [longestCode + 2]int
	for i := range last {
		last[i] = none
	}
	for i, length := place, most; i >= 0; i-- {
		if l := int(*h.length(i)); l < length {
			length = l
			last[most-l] = i
		}
	}
	for debt > 0 {
		shorter := h.cheapest(&last, bits.Len(uint(debt)))
		debt -= 1 << (shorter - 1)
		i := last[shorter]
		if last[shorter-1] == none {
			last[shorter-1] = i
		}
		*h.length(i)++
		if last[shorter] = none; i > 0 && int(*h.length(i - 1)) == most-shorter {
			last[shorter] = i - 1
		}
	}
	h.giveBack(-debt, place, most, last[1])
}

// cheapest gives by how many bits the code is shorter than the longest that is to become longer by one: shorter if there
// is one and it comes no more often than two that pay half as much each, else less.
func (h *huffman) cheapest(last *[longestCode + 2]int, shorter int) int {
	for ; shorter > 1; shorter-- {
		high, low := last[shorter], last[shorter-1]
		if high == none {
			continue
		}
		if low == none || h.order[high].count <= 2*h.order[low].count {
			break
		}
	}
	for last[shorter] == none {
		shorter++
	}
	return shorter
}

// giveBack makes so many codes shorter by one bit that are as long as allowed: those of the octets that come most often.
// first is the last octet with a code that is one bit shorter, if there is any; that at place was shorter before.
func (h *huffman) giveBack(credit, place, most, first int) {
	for ; credit > 0; credit-- {
		if first == none {
			for int(*h.length(place)) == most {
				place--
			}
			first = place
		}
		first++
		*h.length(first)--
	}
}

// assign gives each octet its code: they ascend from the longest to the shortest, and of one length with the octets.
func (h *huffman) assign() {
	var next [longestCode + 2]uint32
	for i := range h.order {
		next[*h.length(i)]++
	}
	first := uint32(0)
	for length := h.longest; length > 0; length-- {
		next[length], first = first, (first+next[length])>>1
	}
	for i, length := range h.lengths {
		if length > 0 {
			h.codes[i] = next[length]<<8 | uint32(length)
			next[length]++
		}
	}
}
