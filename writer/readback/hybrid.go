package readback

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
)

// hybrid walks through values in the RLE/bit-packed hybrid encoding, which must fill src.
type hybrid struct {
	src   []byte
	width int // of the values in bits, from 0 to 32
	left  int // values that are still to come
}

// run is some values in a row.
type run struct {
	values int    // how many
	value  uint64 // each of them, if they are not packed
	packed []byte // whole groups, the last filled up; nil if all values are the same
}

// next gives the next values. It must not be called when none are left.
func (h *hybrid) next() (r run, err error) {
	header, n := binary.Uvarint(h.src)
	if n <= 0 || header>>1 == 0 {
		return run{}, errCut
	}
	src, count := h.src[n:], header>>1
	if header&1 == 1 {
		if count > uint64(len(src)) || count*uint64(h.width) > uint64(len(src)) || h.width == 0 {
			return run{}, errCut
		}
		packed := int(count) * h.width
		r = run{values: min(h.left, int(count)*groupValues), packed: src[:packed]}
		h.src = src[packed:]
	} else {
		octets := (h.width + 7) / 8
		if count > uint64(h.left) || len(src) < octets {
			return run{}, errCut
		}
		r = run{values: int(count), value: little(src[:octets])}
		h.src = src[octets:]
	}
	if h.left -= r.values; h.left == 0 && len(h.src) > 0 {
		return run{}, errBehind
	}
	return r, nil
}

// empty gives the error of values that are none, if there is something nevertheless.
func (h *hybrid) empty() error {
	if h.left == 0 && len(h.src) > 0 {
		return errBehind
	}
	return nil
}

// check checks that all values are there.
func (h *hybrid) check() error {
	if err := h.empty(); err != nil {
		return err
	}
	for h.left > 0 {
		if _, err := h.next(); err != nil {
			return err
		}
	}
	return nil
}

// cutLevels gives how many of count values are not NULL by the definition levels that src begins with, behind their length
// of 4 octets, and what is behind them.
func cutLevels(src []byte, count int) (values int, behind []byte, err error) {
	if len(src) < 4 || uint64(binary.LittleEndian.Uint32(src)) > uint64(len(src)-4) {
		return 0, nil, errors.New("definition levels are cut off")
	}
	end := 4 + int(binary.LittleEndian.Uint32(src))
	if values, err = countLevels(src[4:end], count); err != nil {
		return 0, nil, fmt.Errorf("definition levels: %w", err)
	}
	return values, src[end:], nil
}

// countLevels adds levels up: 1 for a value, 0 for NULL.
func countLevels(src []byte, count int) (values int, err error) {
	levels := hybrid{src: src, width: 1, left: count}
	if err := levels.empty(); err != nil {
		return 0, err
	}
	for levels.left > 0 {
		r, err := levels.next()
		if err != nil {
			return 0, err
		}
		if r.packed != nil {
			values += ones(r.packed, r.values)
			continue
		}
		if r.value > 1 {
			return 0, fmt.Errorf("level %d of columns that have 0 and 1", r.value)
		}
		values += r.values * int(r.value)
	}
	return values, nil
}

// ones gives how many of the first bits are 1.
func ones(src []byte, count int) (n int) {
	for ; count >= 64; count -= 64 {
		n += bits.OnesCount64(binary.LittleEndian.Uint64(src))
		src = src[word:]
	}
	if count > 0 {
		n += bits.OnesCount64(little(src) << (64 - count))
	}
	return n
}
