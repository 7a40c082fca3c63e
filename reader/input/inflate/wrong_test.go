package inflate

import (
	"errors"
	"io"
	"slices"
	"testing"
)

// Streams that RFC 1951 does not allow, or only just, bit by bit.
func TestWrongStreams(t *testing.T) {
	fixed := func(write func(w *bitWriter)) []byte {
		var w bitWriter
		w.begin(true, 1)
		w.code(0x30+'a', 8)
		write(&w)
		w.number(0, 40)
		return w.octets
	}
	dynamic := func(literals, distances []int, write func(w *bitWriter)) []byte {
		var w bitWriter
		w.header(true, literals, distances)
		write(&w)
		w.number(0, 40)
		return w.octets
	}
	few := make([]int, 258) // 'a', 'b', end of block, a length of 3
	few['a'], few['b'], few[endOfBlock], few[endOfBlock+1] = 2, 2, 2, 2
	with := func(lengths []int, symbol, length int) []int {
		lengths = slices.Clone(lengths)
		lengths[symbol] = length
		return lengths
	}
	text := func(symbols ...int) func(w *bitWriter) { // a and b, 2 the end, 3 a length of 3
		return func(w *bitWriter) {
			for _, symbol := range symbols {
				w.code(symbol, 2)
			}
		}
	}
	for name, c := range map[string]struct {
		stream  []byte
		content string
		err     error
	}{
		"nothing":                            {nil, "", io.ErrUnexpectedEOF},
		"reserved type":                      {[]byte{7, 0}, "", ErrBlockType},
		"stored, wrong complement":           {[]byte{1, 2, 0, 0xFD, 0xFE, 1, 2}, "", ErrStored},
		"stored, cut":                        {[]byte{1, 2, 0, 0xFD, 0xFF, 'a'}, "a", io.ErrUnexpectedEOF},
		"stored, empty":                      {[]byte{1, 0, 0, 0xFF, 0xFF}, "", nil},
		"length 286":                         {fixed(func(w *bitWriter) { w.code(0xC6, 8) }), "a", ErrSymbol},
		"length 287":                         {fixed(func(w *bitWriter) { w.code(0xC7, 8) }), "a", ErrSymbol},
		"distance 30":                        {fixed(func(w *bitWriter) { w.code(1, 7); w.code(30, 5) }), "a", ErrSymbol},
		"distance 31":                        {fixed(func(w *bitWriter) { w.code(1, 7); w.code(31, 5) }), "a", ErrSymbol},
		"distance 1 of 1":                    {fixed(func(w *bitWriter) { w.code(1, 7); w.code(0, 5); w.code(0, 7) }), "aaaa", nil},
		"distance 2 of 1":                    {fixed(func(w *bitWriter) { w.code(1, 7); w.code(1, 5) }), "a", ErrDistance},
		"distance code of one bit":           {dynamic(few, []int{1}, func(w *bitWriter) { text(0, 1, 3)(w); w.number(0, 1); text(2)(w) }), "abbbb", nil},
		"beside a distance code of one bit":  {dynamic(few, []int{1}, func(w *bitWriter) { text(0, 1, 3)(w); w.number(1, 1) }), "ab", ErrSymbol},
		"no distance codes":                  {dynamic(few, []int{0}, text(0, 1, 2)), "ab", nil},
		"no distance codes, but a length":    {dynamic(few, []int{0}, text(0, 1, 3)), "ab", ErrSymbol},
		"distance code of two bits alone":    {dynamic(few, []int{2}, text(0)), "", ErrCodes},
		"distance codes, one too many":       {dynamic(few, []int{1, 1, 1}, text(0)), "", ErrCodes},
		"literal codes leave some bits":      {dynamic(with(few, endOfBlock+1, 3), []int{1}, text(0)), "", ErrCodes},
		"literal codes, one too many":        {dynamic(with(few, 'c', 15), []int{1}, text(0)), "", ErrCodes},
		"end of block alone":                 {dynamic(with(make([]int, 257), endOfBlock, 1), []int{0}, func(*bitWriter) {}), "", nil},
		"beside an end of block alone":       {dynamic(with(make([]int, 257), endOfBlock, 1), []int{0}, func(w *bitWriter) { w.number(1, 1) }), "", ErrSymbol},
		"no codes":                           {dynamic(make([]int, 257), []int{0}, func(*bitWriter) {}), "", ErrSymbol},
		"287 literals and lengths":           {dynamic(make([]int, 287), []int{0}, func(*bitWriter) {}), "", ErrCodes},
		"31 distances":                       {dynamic(few, make([]int, 31), func(*bitWriter) {}), "", ErrCodes},
		"code lengths leave some bits":       {lengthsOf(map[int]int{1: 1, 2: 2}, nil), "", ErrCodes},
		"code lengths, one too many":         {lengthsOf(map[int]int{1: 1, 2: 1, 3: 1}, nil), "", ErrCodes},
		"code lengths repeat the one before": {lengthsOf(map[int]int{1: 1, 16: 1}, func(w *bitWriter) { w.number(1, 1) }), "", ErrCodes},
		"code lengths repeat too many":       {lengthsOf(map[int]int{1: 1, 18: 1}, func(w *bitWriter) { w.number(1, 1); w.number(127, 7); w.number(1, 1); w.number(127, 7) }), "", ErrCodes},
	} {
		for _, buffer := range []int{16, 4 << 10} {
			if o := read(t, c.stream, buffer, 10); !errors.Is(o.err, c.err) || string(o.content) != c.content {
				t.Errorf("%s, buffer of %d: error %v behind %q, want %v behind %q", name, buffer, o.err, o.content, c.err, c.content)
			}
		}
		compare(t, c.stream)
	}
}

// lengthsOf gives a block of 257 and 1 codes whose code lengths have codes of the given lengths themselves.
func lengthsOf(lengths map[int]int, write func(w *bitWriter)) []byte {
	var w bitWriter
	w.begin(true, 2)
	w.number(0, 5)
	w.number(0, 5)
	w.number(19-4, 4)
	for _, symbol := range codeLengthOrder {
		w.number(lengths[int(symbol)], 3)
	}
	if write != nil {
		write(&w)
	}
	w.number(0, 100)
	return w.octets
}
