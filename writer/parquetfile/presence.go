package parquetfile

import (
	"slices"

	"netstream/writer/table"
)

// presence says which rows have a cell, for all columns that are NULL in the same rows.
type presence[R any] struct {
	same   func(rows *table.Rows[R]) (null, same bool) // whether all rows are NULL, or none; nil if nothing tells
	mark   func(null []bool, rows *table.Rows[R])      // nil if no row is NULL
	shared bool                                        // several columns may have it, so the writer takes the rows
	levels levels

	null  []bool // of the rows being added, whether they are NULL; says nothing if none or all are
	nulls int    // how many of them are
}

// presences gives each column its presence. Columns have one in common that share the
// test, or are never NULL or always.
func presences[R any](columns []table.Column[R]) []*presence[R] {
	never := &presence[R]{shared: true}
	known := make(map[*table.Nulls[R]]*presence[R])
	each := make([]*presence[R], len(columns))
	for i := range columns {
		c := &columns[i]
		switch null := c.NullTest(); {
		case null == nil || c.Absent:
			each[i] = never
		case c.Nulls == nil:
			each[i] = &presence[R]{mark: func(dst []bool, rows *table.Rows[R]) {
				for i := range rows.All {
					dst[i] = null(&rows.All[i])
				}
			}}
		default:
			if known[c.Nulls] == nil {
				known[c.Nulls] = &presence[R]{same: c.Nulls.Same, mark: c.Nulls.Mark, shared: true}
			}
			each[i] = known[c.Nulls]
		}
	}
	return each
}

// take asks for rows that are being added.
func (p *presence[R]) take(rows *table.Rows[R]) {
	if p.mark == nil {
		return
	}
	if p.same != nil {
		if null, same := p.same(rows); same {
			p.nulls = 0
			if null {
				p.nulls = len(rows.All)
			}
			p.levels.addSame(len(rows.All), null)
			return
		}
	}
	p.null = slices.Grow(p.null[:0], len(rows.All))[:len(rows.All)]
	p.mark(p.null, rows)
	nulls := 0
	for _, null := range p.null {
		one := 0 // without a branch, which where there are both would often be wrong
		if null {
			one = 1
		}
		nulls += one
	}
	p.nulls = nulls
	p.levels.add(p.null, p.nulls)
}

// ask takes rows that are being added, if it has not done so for all columns.
func (p *presence[R]) ask(rows *table.Rows[R]) {
	if !p.shared {
		p.take(rows)
	}
}

// only gives a row with a cell if same knows that all cells of the rows are the same, else
// nil. The rows must have been taken.
func (p *presence[R]) only(rows *table.Rows[R], same func(*table.Rows[R]) bool) *R {
	switch {
	case same == nil || p.nulls == len(rows.All) || !same(rows):
		return nil
	case p.nulls == 0:
		return &rows.All[0]
	}
	return &rows.All[slices.Index(p.null, false)]
}

// gather appends the cells of rows that are not NULL to dst, once their presence is
// known. many is nil, or gives the same as one and anything for rows that are NULL.
func gather[R, T any](at *presence[R], dst []T, rows *table.Rows[R], one func(*R) T, many func([]T, *table.Rows[R])) []T {
	count := len(rows.All)
	before := len(dst)
	switch {
	case at.nulls == count:
		return dst
	case many != nil:
		dst = slices.Grow(dst, count)[:before+count]
		many(dst[before:], rows)
		if at.nulls > 0 {
			return dst[:before+compact(dst[before:], at.null)]
		}
	case at.nulls == 0:
		for i := range rows.All {
			dst = append(dst, one(&rows.All[i]))
		}
	default:
		for i := range rows.All {
			if !at.null[i] {
				dst = append(dst, one(&rows.All[i]))
			}
		}
	}
	return dst
}

// compact moves the cells that are not NULL to the front and gives how many they are.
func compact[T any](cells []T, null []bool) (values int) {
	for i, n := range null {
		cells[values] = cells[i]
		if !n {
			values++
		}
	}
	return values
}
