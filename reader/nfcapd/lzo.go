package nfcapd

import "errors"

// The ways in which LZO1X data are unsound.
var (
	errLZOInput   = errors.New("the LZO data end too early")
	errLZOOutput  = errors.New("the LZO data give more than a block can hold")
	errLZOMatch   = errors.New("a match of the LZO data begins before their start")
	errLZOTrailer = errors.New("octets follow the end of the LZO data")
)

// The distances at which the ranges of matches begin, in octets.
const (
	lzoFar   = 16384 // matches of instructions 16 to 31; at just that distance: the end
	lzoAfter = 2049  // matches of instructions 0 to 15 after a run of literals
)

// lzo is LZO1X data that are being decompressed. The instructions are those of
// "LZO stream format as understood by Linux's LZO decompressor" (Linux,
// Documentation/staging/lzo.rst), without its run-length extension.
type lzo struct {
	in    []byte
	at    int    // of the next octet of in
	out   []byte // appended to
	start int    // of out
	limit int    // of out
}

// appendLZO decompresses LZO1X data and appends them to dst, at most limit octets.
func appendLZO(dst, src []byte, limit int) ([]byte, error) {
	z := lzo{in: src, out: dst, start: len(dst), limit: len(dst) + limit}
	literals, err := z.first()
	for err == nil {
		var done bool
		if literals, done, err = z.instruction(literals); done {
			break
		}
	}
	if err == nil && z.at != len(z.in) {
		err = errLZOTrailer
	}
	return z.out, err
}

// first does the first octet, which is a run of literals if it is above 17. It
// gives the number of literals that were just copied, at most 4, on which the
// meaning of small instructions depends.
func (z *lzo) first() (literals int, err error) {
	if len(z.in) == 0 {
		return 0, errLZOInput
	}
	n := int(z.in[0]) - 17
	if n <= 0 {
		return 0, nil
	}
	z.at = 1
	return min(n, 4), z.literals(n)
}

// instruction does one instruction and the literals that belong to it.
func (z *lzo) instruction(before int) (literals int, done bool, err error) {
	t, err := z.octet()
	if err != nil {
		return 0, false, err
	}
	var distance, length, low int
	switch {
	case t >= 64: // LLLDDDSS, then 8 bits of the distance
		low = t
		length = t>>5 + 1
		distance, err = z.octet()
		distance = distance<<3 + t>>2&7 + 1
	case t >= 32: // 001LLLLL, then DDDDDDSS and 8 bits
		length, err = z.length(t&31, 31)
		if err == nil {
			low, err = z.pair()
		}
		distance = low>>2 + 1
	case t >= 16: // 0001HLLL, likewise
		length, err = z.length(t&7, 7)
		if err == nil {
			low, err = z.pair()
		}
		distance = lzoFar + t&8<<11 + low>>2
		if err == nil && distance == lzoFar {
			return 0, true, nil
		}
	case before == 0: // 0000LLLL: a run of literals
		length, err = z.length(t, 15)
		if err != nil {
			return 0, false, err
		}
		return 4, false, z.literals(length + 1)
	default: // 0000DDSS, then 8 bits of the distance
		low = t
		length = 2
		distance, err = z.octet()
		distance = distance<<2 + t>>2 + 1
		if before == 4 {
			length, distance = 3, distance+lzoAfter-1
		}
	}
	if err == nil {
		err = z.match(distance, length)
	}
	if err == nil {
		err = z.literals(low & 3)
	}
	return low & 3, false, err
}

func (z *lzo) octet() (int, error) {
	if z.at == len(z.in) {
		return 0, errLZOInput
	}
	z.at++
	return int(z.in[z.at-1]), nil
}

// pair gives a little-endian number of 16 bits.
func (z *lzo) pair() (int, error) {
	if len(z.in)-z.at < 2 {
		return 0, errLZOInput
	}
	z.at += 2
	return int(z.in[z.at-2]) | int(z.in[z.at-1])<<8, nil
}

// length gives the length of a match whose instruction has n in the bits for it,
// where 0 says that it is more than most: 255 for each zero octet that follows, and
// the first other octet.
func (z *lzo) length(n, most int) (int, error) {
	if n != 0 {
		return n + 2, nil
	}
	for n = most; ; n += 255 {
		v, err := z.octet()
		if err != nil {
			return 0, err
		}
		if v != 0 {
			return n + v + 2, nil
		}
	}
}

func (z *lzo) literals(n int) error {
	if len(z.in)-z.at < n {
		return errLZOInput
	}
	if z.limit-len(z.out) < n {
		return errLZOOutput
	}
	z.out = append(z.out, z.in[z.at:z.at+n]...)
	z.at += n
	return nil
}

// match copies octets from those that were written before. A match longer than its
// distance repeats itself.
func (z *lzo) match(distance, length int) error {
	if distance > len(z.out)-z.start {
		return errLZOMatch
	}
	if z.limit-len(z.out) < length {
		return errLZOOutput
	}
	for length > 0 {
		n := min(distance, length)
		from := len(z.out) - distance
		z.out = append(z.out, z.out[from:from+n]...)
		length -= n
	}
	return nil
}
