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
	at     *presence[R]

	ints    []int64        // of the rows that were taken; anything where they are NULL
	symbols []table.Symbol // likewise
	spelled cells          // used for columns with symbols only
	times   calendar       // used for times only
}

func newPart[R any](c *table.Column[R], commas string, at *presence[R]) part[R] {
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
		p.take(w.taken)
	}
	for i := range w.parts {
		p := &w.parts[i]
		switch {
		case p.at.none || p.form == ofTexts:
		case p.form == ofSymbols:
			p.symbols = gather(p.at, p.symbols, w.taken, p.Symbol, p.Symbols)
		default:
			p.ints = gather(p.at, p.ints, w.taken, p.Int, p.Ints)
		}
	}
}

// gather gives a cell for each row, anything where it is NULL, in dst, which is reused. many is nil, or gives the same as one.
func gather[R, T any](at *presence[R], dst []T, rows *table.Rows[R], one func(*R) T, many func([]T, *table.Rows[R])) []T {
	dst = slices.Grow(dst[:0], len(rows.All))[:len(rows.All)]
	if many != nil {
		many(dst, rows)
		return dst
	}
	for i := range rows.All {
		if !at.isNull(i) {
			dst[i] = one(&rows.All[i])
		}
	}
	return dst
}

// presence says which rows have a cell, for all columns that are NULL in the same rows.
type presence[R any] struct {
	same func(rows *table.Rows[R]) (null, same bool) // whether all rows are NULL, or none; nil if nothing tells
	mark func(null []bool, rows *table.Rows[R])

	none bool   // no row that was taken has one
	all  bool   // all have
	null []bool // which have none, if neither is so
}

// isNull says whether a row that was taken has no cell.
func (p *presence[R]) isNull(row int) bool { return p.none || !p.all && p.null[row] }

// take asks for rows.
func (p *presence[R]) take(rows *table.Rows[R]) {
	if p.same != nil {
		if null, same := p.same(rows); same {
			p.none, p.all = null, !null
			return
		}
	}
	p.null = slices.Grow(p.null[:0], len(rows.All))[:len(rows.All)]
	p.mark(p.null, rows)
	p.none, p.all = !slices.Contains(p.null, false), !slices.Contains(p.null, true)
}

// presences are those of the columns of a table. Columns have one in common that share the test.
type presences[R any] struct {
	all   []*presence[R] // that are to be asked
	known map[*table.Nulls[R]]*presence[R]
}

// of gives the presence of a column.
func (p *presences[R]) of(c *table.Column[R]) *presence[R] {
	null := c.NullTest()
	if null == nil {
		return &presence[R]{all: true}
	}
	if known := p.known[c.Nulls]; known != nil && c.Nulls != nil {
		return known
	}
	each := &presence[R]{mark: func(dst []bool, rows *table.Rows[R]) {
		for i := range rows.All {
			dst[i] = null(&rows.All[i])
		}
	}}
	if c.Nulls != nil {
		each.same, each.mark = c.Nulls.Same, c.Nulls.Mark
		if p.known == nil {
			p.known = make(map[*table.Nulls[R]]*presence[R])
		}
		p.known[c.Nulls] = each
	}
	p.all = append(p.all, each)
	return each
}
