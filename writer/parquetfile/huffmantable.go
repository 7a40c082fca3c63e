package parquetfile

import "github.com/klauspost/compress/fse"

// A Huffman code is described by the weights of all octets up to the greatest one, which has what is left: 0 for those
// that do not come, for others the more the shorter their code is (RFC 8878 section 4.2.1.1).
const (
	weightStates   = 6   // bits of the states that weights are coded with at most
	weightKinds    = 16  // weights are less
	directWeights  = 127 // what the first octet is more than the number of weights, if they have 4 bits each
	mostDirect     = 128 // weights that can be told so
	fewestForCodes = 2   // weights from which codes can be tried
)

// tableCoder writes descriptions of Huffman codes.
type tableCoder struct {
	weights [octets]byte
	scratch fse.Scratch
}

// appendTable appends the description of the code and returns the result. Not every code has one.
func (h *huffman) appendTable(dst []byte) (result []byte, ok bool) {
	t := &h.table
	all := h.greatest // the last one has none
	counts := t.scratch.Histogram()[:octets]
	clear(counts[:weightKinds])
	for i, length := range h.lengths[:all] {
		t.weights[i] = 0
		if length > 0 {
			t.weights[i] = uint8(h.longest) + 1 - length
		}
		counts[t.weights[i]]++
	}
	t.weights[all] = 0
	if all >= fewestForCodes {
		if coded, ok := t.code(all, counts); ok && len(coded) < (all+1)/2 {
			return append(append(dst, uint8(len(coded))), coded...), true
		}
	}
	if all > mostDirect {
		return dst, false
	}
	dst = append(dst, uint8(directWeights+all))
	for i := 0; i < all; i += 2 {
		dst = append(dst, t.weights[i]<<4|t.weights[i+1])
	}
	return dst, true
}

// code codes the weights, which have been counted, by how often each comes, if that can be done.
func (t *tableCoder) code(all int, counts []uint32) (coded []byte, ok bool) {
	greatest, most := 0, uint32(0)
	for weight, n := range counts[:weightKinds] {
		if n > 0 {
			greatest = weight
		}
		most = max(most, n)
	}
	t.scratch.HistogramFinished(uint8(greatest), int(most))
	t.scratch.TableLog = weightStates
	coded, err := fse.Compress(t.weights[:all], &t.scratch)
	return coded, err == nil
}
