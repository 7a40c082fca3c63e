package inflate

import (
	"math/rand/v2"
	"slices"
)

// bitWriter packs bits as RFC 1951 section 3.1.1 says.
type bitWriter struct {
	octets []byte
	free   int // bits of the last octet
}

// number writes n bits, the least significant first.
func (w *bitWriter) number(value, n int) {
	for i := range n {
		if w.free == 0 {
			w.octets, w.free = append(w.octets, 0), 8
		}
		w.octets[len(w.octets)-1] |= byte(value>>i&1) << (8 - w.free)
		w.free--
	}
}

// code writes a Huffman code, its first bit first.
func (w *bitWriter) code(code, n int) {
	for i := n - 1; i >= 0; i-- {
		w.number(code>>i, 1)
	}
}

// codes are the Huffman codes of an alphabet.
type codes struct{ lengths, codes []int }

// codesOf assigns codes as RFC 1951 section 3.2.2 does, from code to code.
func codesOf(lengths []int) codes {
	c := codes{lengths, make([]int, len(lengths))}
	code := 0
	for length := 1; length <= longestCode; length++ {
		for symbol, l := range lengths {
			if l == length {
				c.codes[symbol] = code
				code++
			}
		}
		code <<= 1
	}
	return c
}

func (w *bitWriter) symbol(c codes, symbol int) { w.code(c.codes[symbol], c.lengths[symbol]) }

// randomCode gives the lengths of a complete code for n symbols, none longer than most bits: leaves of a tree
// that is split at random, the deepest one mostly.
func randomCode(random *rand.Rand, n, most int) []int {
	leaves := []int{0}
	for len(leaves) < n {
		i := random.IntN(len(leaves))
		if random.IntN(2) == 0 {
			i = slices.Index(leaves, slices.Max(leaves))
		}
		if leaves[i] < most {
			leaves[i]++
			leaves = append(leaves, leaves[i])
		}
	}
	random.Shuffle(n, func(i, j int) { leaves[i], leaves[j] = leaves[j], leaves[i] })
	return leaves
}

// header writes the header of a block of dynamic codes, each length in four bits.
func (w *bitWriter) header(last bool, literals, distances []int) {
	w.begin(last, 2)
	w.number(len(literals)-257, 5)
	w.number(len(distances)-1, 5)
	w.number(19-4, 4)
	for _, symbol := range codeLengthOrder {
		if symbol < 16 {
			w.number(4, 3)
		} else {
			w.number(0, 3)
		}
	}
	for _, length := range slices.Concat(literals, distances) {
		w.code(length, 4)
	}
}

func (w *bitWriter) begin(last bool, kind int) {
	if last {
		w.number(1, 1)
	} else {
		w.number(0, 1)
	}
	w.number(kind, 2)
}

// match writes a match, length from 3 to 258 and distance from 1 to 32768.
func (w *bitWriter) match(literals, distances codes, length, distance int) {
	n := len(lengthBase) - 1
	for int(lengthBase[n]) > length {
		n--
	}
	w.symbol(literals, endOfBlock+1+n)
	w.number(length-int(lengthBase[n]), int(lengthExtra[n]))
	n = len(distanceBase) - 1
	for int(distanceBase[n]) > distance {
		n--
	}
	w.symbol(distances, n)
	w.number(distance-int(distanceBase[n]), int(distanceExtra[n]))
}

// randomStream gives a stream of blocks whose codes, literals and matches are random, and what it stands for.
func randomStream(random *rand.Rand) (stream, content []byte) {
	var w bitWriter
	blocks := 1 + random.IntN(4)
	for block := range blocks {
		literals, distances := randomCode(random, 286, 9+random.IntN(7)), randomCode(random, 30, 5+random.IntN(11))
		w.header(block == blocks-1, literals, distances)
		l, d := codesOf(literals), codesOf(distances)
		for range random.IntN(3000) {
			if len(content) == 0 || random.IntN(3) > 0 {
				octet := random.IntN(256)
				w.symbol(l, octet)
				content = append(content, byte(octet))
				continue
			}
			length, distance := 3+random.IntN(1+random.IntN(256)), 1+random.IntN(1+random.IntN(min(len(content), history)))
			w.match(l, d, length, distance)
			for range length {
				content = append(content, content[len(content)-distance])
			}
		}
		w.symbol(l, endOfBlock)
	}
	return w.octets, content
}
