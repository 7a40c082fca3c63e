package nfcapdtest

import (
	"encoding/binary"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

func compress(c Compression, b []byte) []byte {
	switch c {
	case LZO:
		return AppendLZO(nil, b)
	case Bzip2:
		return AppendBzip2(nil, b)
	case LZ4:
		out := make([]byte, lz4.CompressBlockBound(len(b)))
		n, err := lz4.CompressBlock(b, out, nil)
		if err != nil || n == 0 {
			return literalsLZ4(b)
		}
		return out[:n]
	case Zstd:
		w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
		if err != nil {
			panic(err) // the options are constant
		}
		return w.EncodeAll(b, nil)
	}
	return b
}

// literalsLZ4 gives LZ4 data without a match, which the library does not write.
func literalsLZ4(b []byte) []byte {
	out := []byte{byte(min(len(b), 15)) << 4}
	if n := len(b) - 15; n >= 0 {
		for ; n >= 255; n -= 255 {
			out = append(out, 255)
		}
		out = append(out, byte(n))
	}
	return append(out, b...)
}

// AppendLZO appends LZO1X data to dst. It looks for matches of four octets and more
// through a table of where they were last, and uses all kinds of instructions.
func AppendLZO(dst, src []byte) []byte {
	w := lzoWriter{out: dst, empty: len(dst), last: -1}
	last := make(map[uint32]int)
	literals := 0 // where those that are not written begin
	for i := 0; i+4 <= len(src); {
		key := binary.LittleEndian.Uint32(src[i:])
		from, ok := last[key]
		last[key] = i
		if !ok || i-from > 0xbfff {
			i++
			continue
		}
		n := 4
		for i+n < len(src) && src[from+n] == src[i+n] {
			n++
		}
		w.literals(src[literals:i])
		w.match(i-from, n)
		i += n
		literals = i
	}
	w.literals(src[literals:])
	return append(w.out, 0x11, 0, 0)
}

type lzoWriter struct {
	out   []byte
	empty int // length of out without data
	last  int // where the last match has its two bits for literals; -1: no match yet
}

func (w *lzoWriter) literals(b []byte) {
	n := len(b)
	switch {
	case n == 0:
		return
	case len(w.out) == w.empty && n <= 238:
		w.out = append(w.out, byte(n+17))
	case w.last >= 0 && n <= 3:
		w.out[w.last] |= byte(n)
	case n <= 3: // cannot be at the start, where the case above has it
		panic("literals without an instruction")
	case n <= 18:
		w.out = append(w.out, byte(n-3))
	default:
		w.out = append(w.out, 0)
		w.long(n - 18)
	}
	w.out = append(w.out, b...)
	w.last = -1
}

func (w *lzoWriter) long(n int) {
	for ; n > 255; n -= 255 {
		w.out = append(w.out, 0)
	}
	w.out = append(w.out, byte(n))
}

func (w *lzoWriter) match(distance, n int) {
	switch d := distance - 1; {
	case n <= 8 && distance <= 2048:
		w.out = append(w.out, byte((n-1)<<5|d&7<<2), byte(d>>3))
		w.last = len(w.out) - 2
	case distance <= 16384:
		w.instruction(0x20, n, 31)
		w.out = append(w.out, byte(d<<2), byte(d>>6))
		w.last = len(w.out) - 2
	default:
		d = distance - 16384
		w.instruction(0x10|byte(d>>14<<3), n, 7)
		w.out = append(w.out, byte(d<<2), byte(d>>6))
		w.last = len(w.out) - 2
	}
}

func (w *lzoWriter) instruction(code byte, n, most int) {
	if n-2 <= most {
		w.out = append(w.out, code|byte(n-2))
		return
	}
	w.out = append(w.out, code)
	w.long(n - 2 - most)
}
