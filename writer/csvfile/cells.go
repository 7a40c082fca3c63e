package csvfile

import (
	"math"
	"slices"
	"strconv"

	"netstream/writer/table"
)

// What the cells of a column are written from.
const (
	ofSymbols = iota
	ofTexts
	ofIntegers
	ofOtherNumbers
)

// part is a column some cells of which may have a value.
type part[R any] struct {
	table.Column[R]
	commas string // in front of it, with those of cells that are NULL throughout
	form   int
	at     *table.Presence[R]

	ints    []int64        // of the rows that were taken; anything where they are NULL
	symbols []table.Symbol // likewise
	spelled cells          // used for columns with symbols only
	times   calendar       // used for times only
}

func newPart[R any](c *table.Column[R], commas string, at *table.Presence[R]) part[R] {
	p := part[R]{Column: *c, commas: commas, at: at, form: ofIntegers}
	switch {
	case c.Symbol != nil:
		p.form = ofSymbols
	case c.Text != nil:
		p.form = ofTexts
	case c.Kind == table.Bool || c.Kind == table.Float64:
		p.form = ofOtherNumbers
	case c.Kind == table.TimestampMicro || c.Kind == table.TimestampNano:
		p.form, p.times = ofOtherNumbers, newCalendar()
	}
	return p
}

// appendValue appends a cell of a column of times, truth values or fractions.
func (p *part[R]) appendValue(dst []byte, v int64) []byte {
	switch p.Kind {
	case table.TimestampMicro:
		return p.times.append(dst, v, microDigits)
	case table.TimestampNano:
		return p.times.append(dst, v, nanoDigits)
	case table.Bool:
		return strconv.AppendBool(dst, v != 0)
	}
	return strconv.AppendFloat(dst, math.Float64frombits(uint64(v)), 'g', -1, 64)
}

// take takes the cells of rows.
func (w *Writer[R]) take(rows []R) {
	w.taken.Take(rows)
	for _, p := range w.presences {
		p.Take(w.taken)
	}
	for i := range w.parts {
		p := &w.parts[i]
		switch {
		case p.at.None() || p.form == ofTexts:
		case p.form == ofSymbols:
			p.symbols = gather(p.at, p.symbols, w.taken, p.Symbol, p.Symbols)
		default:
			p.ints = gather(p.at, p.ints, w.taken, p.Int, p.Ints)
		}
	}
}

// gather gives a cell for each row, anything where it is NULL, in dst, which is reused. many is nil, or gives the same as one.
func gather[R, T any](at *table.Presence[R], dst []T, rows *table.Rows[R], one func(*R) T, many func([]T, *table.Rows[R])) []T {
	dst = slices.Grow(dst[:0], len(rows.All))[:len(rows.All)]
	if many != nil {
		many(dst, rows)
		return dst
	}
	for i := range rows.All {
		if !at.IsNull(i) {
			dst[i] = one(&rows.All[i])
		}
	}
	return dst
}
