package table

import "slices"

// Presence says which of the rows that are being written have a cell, for all columns that are NULL in the same ones. It is
// not safe for concurrent use.
type Presence[R any] struct {
	Shared bool   // several columns may have it
	Rows   int    // that were taken last
	Nulls  int    // how many of them are NULL
	Null   []bool // which are; says nothing if none or all are

	same func(rows *Rows[R]) (null, same bool) // whether all rows are NULL, or none; nil if nothing tells
	mark func(null []bool, rows *Rows[R])      // nil if no row is NULL
}

// Presences gives each column its Presence. Columns have one in common that share their Nulls, and so have those whose cells are
// NULL in no row, or Absent: writers do without the cells of these.
func Presences[R any](columns []Column[R]) []*Presence[R] {
	never := &Presence[R]{Shared: true}
	known := make(map[*Nulls[R]]*Presence[R])
	each := make([]*Presence[R], len(columns))
	for i := range columns {
		c := &columns[i]
		switch null := c.NullTest(); {
		case null == nil || c.Absent:
			each[i] = never
		case c.Nulls == nil:
			each[i] = &Presence[R]{mark: func(dst []bool, rows *Rows[R]) {
				for i := range rows.All {
					dst[i] = null(&rows.All[i])
				}
			}}
		default:
			if known[c.Nulls] == nil {
				known[c.Nulls] = &Presence[R]{Shared: true, same: c.Nulls.Same, mark: c.Nulls.Mark}
			}
			each[i] = known[c.Nulls]
		}
	}
	return each
}

// Take asks for rows that are being written.
func (p *Presence[R]) Take(rows *Rows[R]) {
	p.Rows, p.Nulls = len(rows.All), 0
	if p.mark == nil {
		return
	}
	if p.same != nil {
		if null, same := p.same(rows); same {
			if null {
				p.Nulls = p.Rows
			}
			return
		}
	}
	p.Null = slices.Grow(p.Null[:0], p.Rows)[:p.Rows]
	p.mark(p.Null, rows)
	nulls := 0
	for _, null := range p.Null {
		one := 0 // without a branch, which where there are both would often be wrong
		if null {
			one = 1
		}
		nulls += one
	}
	p.Nulls = nulls
}

// Never says that no row of the table is NULL, or that all are, of columns that are Absent: nothing is asked for these.
func (p *Presence[R]) Never() bool { return p.mark == nil }

// None says that no row that was taken has a cell, as far as anything is asked.
func (p *Presence[R]) None() bool { return p.Nulls == p.Rows }

// IsNull says whether a row that was taken has no cell, as far as anything is asked.
func (p *Presence[R]) IsNull(row int) bool { return p.Nulls > 0 && (p.None() || p.Null[row]) }
