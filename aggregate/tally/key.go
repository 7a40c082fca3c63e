package tally

import (
	"encoding/binary"
	"errors"
)

// A key is its cells, one behind the other: 0 for NULL; 1 and a number of 64 bits, its
// sign turned, so that octets compare as numbers do; or 2 and a text, which ends with
// two octets 0 and in which an octet 0 is followed by 1. So no key is the begin of
// another with as many cells.
const (
	cellNull   = 0
	cellNumber = 1
	cellText   = 2
)

// Cell is one cell of a key.
type Cell struct {
	Null   bool
	IsText bool
	Number int64
	Text   string
}

// AppendCell appends a cell to a key and returns the result.
func AppendCell(dst []byte, c Cell) []byte {
	switch {
	case c.Null:
		return append(dst, cellNull)
	case c.IsText:
		dst = append(dst, cellText)
		for i := range len(c.Text) {
			if dst = append(dst, c.Text[i]); c.Text[i] == 0 {
				dst = append(dst, 1)
			}
		}
		return append(dst, 0, 0)
	}
	return binary.BigEndian.AppendUint64(append(dst, cellNumber), uint64(c.Number)^1<<63)
}

var errKey = errors.New("a key is damaged")

// CutCell reads the first cell of a key and gives what is behind it.
func CutCell(key []byte) (c Cell, rest []byte, err error) {
	if len(key) == 0 {
		return c, nil, errKey
	}
	switch kind := key[0]; {
	case kind == cellNull:
		return Cell{Null: true}, key[1:], nil
	case kind == cellNumber && len(key) >= 9:
		return Cell{Number: int64(binary.BigEndian.Uint64(key[1:]) ^ 1<<63)}, key[9:], nil
	case kind == cellText:
		var text []byte
		for i := 1; i+1 < len(key); i++ {
			if key[i] != 0 {
				text = append(text, key[i])
				continue
			}
			if i++; key[i] == 0 {
				return Cell{IsText: true, Text: string(text)}, key[i+1:], nil
			}
			text = append(text, 0)
		}
	}
	return c, nil, errKey
}

// Cells reads a key of n cells.
func Cells(key []byte, n int) ([]Cell, error) {
	cells := make([]Cell, n)
	for i := range cells {
		var err error
		if cells[i], key, err = CutCell(key); err != nil {
			return nil, err
		}
	}
	if len(key) > 0 {
		return nil, errKey
	}
	return cells, nil
}
