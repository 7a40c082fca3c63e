package tally

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"math/big"
	"math/bits"

	"netstream/aggregate/runs"
)

// Operation says how the numbers of a key become one.
type Operation uint8

// The operations.
const (
	Sum Operation = iota
	Min
	Max
)

// Number is a number of 128 bits, two's complement, which sums of 2^63 values of 64 bits
// cannot overflow.
type Number struct {
	High int64
	Low  uint64
}

// Of gives a number of 64 bits as one of 128.
func Of(v int64) Number { return Number{v >> 63, uint64(v)} }

// Int64 gives the number, and whether it is in the range of int64.
func (n Number) Int64() (int64, bool) { return int64(n.Low), n.High == int64(n.Low)>>63 }

// Big gives the number as one of any size.
func (n Number) Big() *big.Int {
	v := new(big.Int).Lsh(big.NewInt(n.High), 64)
	return v.Add(v, new(big.Int).SetUint64(n.Low))
}

// Compare gives -1, 0 or +1 as n is less than, equal to or greater than m.
func (n Number) Compare(m Number) int {
	return cmp.Or(cmp.Compare(n.High, m.High), cmp.Compare(n.Low, m.Low))
}

func (n *Number) merge(op Operation, m Number) {
	switch op {
	case Sum:
		var carry uint64
		n.Low, carry = bits.Add64(n.Low, m.Low, 0)
		n.High += m.High + int64(carry)
	case Min:
		if m.Compare(*n) < 0 {
			*n = m
		}
	case Max:
		if m.Compare(*n) > 0 {
			*n = m
		}
	}
}

// DefaultMemory is the default bound of octets of a book.
const DefaultMemory = 64 << 20

// maxKey is the most octets of a key, such that a row fits into [runs.MaxRow].
const maxKey = 3500

var (
	errRow = errors.New("a row of a sorted run is damaged")

	// ErrKey says that a key has too many octets.
	ErrKey = errors.New("key of more than 3,500 octets")
)

// Book adds up numbers by key.
type Book struct {
	operations []Operation
	memory     int
	numbers    map[string]int // place of the key's numbers in totals
	totals     []Number
	octets     int // of the keys
	sorter     *runs.Sorter[row]
}

// row is what is sorted.
type row struct {
	key    []byte
	totals []Number
}

// New begins a book in which each key has a number for each operation, at most 16. It
// asks create for files when keys do not fit into memory, of which 0 is the default.
func New(operations []Operation, memory int, create func() (runs.File, error)) *Book {
	memory = cmp.Or(memory, DefaultMemory)
	return &Book{
		operations: operations, memory: memory / 2, numbers: make(map[string]int),
		sorter: runs.NewSorter(order(len(operations)), runs.Limits{Octets: memory / 2, Runs: 16}, create),
	}
}

// keyCost is about what a key costs beside its octets.
const keyCost = 64

// Add adds numbers to those of a key, one for each operation.
func (b *Book) Add(key []byte, values []Number) error {
	at, known := b.numbers[string(key)]
	if !known {
		if len(key) > maxKey {
			return ErrKey
		}
		if b.octets+len(b.totals)*16 >= b.memory {
			if err := b.flush(); err != nil {
				return err
			}
		}
		b.numbers[string(key)] = len(b.totals)
		b.octets += len(key) + keyCost
		b.totals = append(b.totals, values...)
		return nil
	}
	totals := b.totals[at : at+len(b.operations)]
	for i := range totals {
		totals[i].merge(b.operations[i], values[i])
	}
	return nil
}

// flush hands all keys to the sorter.
func (b *Book) flush() error {
	for key, at := range b.numbers {
		b.sorter.Add(&row{[]byte(key), b.totals[at : at+len(b.operations)]})
	}
	clear(b.numbers)
	b.totals, b.octets = b.totals[:0], 0
	return b.sorter.Err()
}

// Close gives back the memory and the files of a book that was not read.
func (b *Book) Close() error { return b.sorter.Close() }

// Each gives all keys in the order of their octets, once. yield must keep neither key
// nor totals.
func (b *Book) Each(yield func(key []byte, totals []Number) error) error {
	if err := b.flush(); err != nil {
		return err
	}
	if err := b.sorter.Finish(); err != nil {
		return err
	}
	var key []byte
	totals := make([]Number, len(b.operations))
	begun := false
	err := runs.Merge([]*runs.Sorter[row]{b.sorter}, func(r *row) error {
		if begun && bytes.Equal(key, r.key) {
			for i := range totals {
				totals[i].merge(b.operations[i], r.totals[i])
			}
			return nil
		}
		if begun {
			if err := yield(key, totals); err != nil {
				return err
			}
		}
		begun = true
		key = append(key[:0], r.key...)
		copy(totals, r.totals)
		return nil
	})
	if err == nil && begun {
		err = yield(key, totals)
	}
	return err
}

// order is that of keys as octets, and of totals where keys are the same. Rows are the
// length of the key, 16 bits big endian, the key, and the totals.
func order(width int) runs.Order[row] {
	return runs.Order[row]{
		Append: func(dst []byte, r *row) []byte {
			dst = binary.BigEndian.AppendUint16(dst, uint16(len(r.key)))
			dst = append(dst, r.key...)
			for _, n := range r.totals {
				dst = binary.BigEndian.AppendUint64(dst, uint64(n.High))
				dst = binary.BigEndian.AppendUint64(dst, n.Low)
			}
			return dst
		},
		Decode: func(src []byte, r *row) error {
			key, rest, ok := cutKey(src)
			if !ok || len(rest) != 16*width {
				return errRow
			}
			r.key, r.totals = key, make([]Number, width)
			for i := range r.totals {
				r.totals[i] = Number{int64(binary.BigEndian.Uint64(rest[16*i:])), binary.BigEndian.Uint64(rest[16*i+8:])}
			}
			return nil
		},
		Prefix: func(encoded []byte) (first, second, third uint64) {
			key, _, _ := cutKey(encoded)
			var octets [24]byte
			copy(octets[:], key)
			return binary.BigEndian.Uint64(octets[:]), binary.BigEndian.Uint64(octets[8:]), binary.BigEndian.Uint64(octets[16:])
		},
		Compare: func(a, b []byte) int {
			x, restX, _ := cutKey(a)
			y, restY, _ := cutKey(b)
			return cmp.Or(bytes.Compare(x, y), bytes.Compare(restX, restY))
		},
	}
}

func cutKey(encoded []byte) (key, rest []byte, ok bool) {
	if len(encoded) < 2 {
		return nil, nil, false
	}
	end := 2 + int(binary.BigEndian.Uint16(encoded))
	if end > len(encoded) {
		return nil, nil, false
	}
	return encoded[2:end], encoded[end:], true
}

// Plus gives the sum of two numbers.
func Plus(a, b Number) Number {
	a.merge(Sum, b)
	return a
}

// Product gives the product of two numbers that are not negative.
func Product(a, b int64) Number {
	high, low := bits.Mul64(uint64(a), uint64(b))
	return Number{int64(high), low}
}
