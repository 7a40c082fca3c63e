package parquetfile

import (
	"slices"

	"netstream/writer/table"
)

// presence is a table.Presence with the definition levels that follow from it, which columns have in common, too.
type presence[R any] struct {
	*table.Presence[R]
	levels levels
}

// presences gives each column its presence, and all of them.
func presences[R any](columns []table.Column[R]) (each, all []*presence[R]) {
	known := make(map[*table.Presence[R]]*presence[R])
	for _, p := range table.Presences(columns) {
		if known[p] == nil {
			known[p] = &presence[R]{Presence: p}
			all = append(all, known[p])
		}
		each = append(each, known[p])
	}
	return each, all
}

// take asks for rows that are being added.
func (p *presence[R]) take(rows *table.Rows[R]) {
	switch p.Take(rows); {
	case p.Never():
	case p.Nulls == 0 || p.None():
		p.levels.addSame(p.Rows, p.None())
	default:
		p.levels.add(p.Null, p.Nulls)
	}
}

// ask takes rows that are being added, if it has not done so for all columns.
func (p *presence[R]) ask(rows *table.Rows[R]) {
	if !p.Shared {
		p.take(rows)
	}
}

// only gives a row with a cell if same knows that all cells of the rows are the same, else
// nil. The rows must have been taken.
func (p *presence[R]) only(rows *table.Rows[R], same func(*table.Rows[R]) bool) *R {
	switch {
	case same == nil || p.None() || !same(rows):
		return nil
	case p.Nulls == 0:
		return &rows.All[0]
	}
	return &rows.All[slices.Index(p.Null, false)]
}

// gather appends the cells of rows that are not NULL to dst, once their presence is
// known. many is nil, or gives the same as one and anything for rows that are NULL.
func gather[R, T any](at *presence[R], dst []T, rows *table.Rows[R], one func(*R) T, many func([]T, *table.Rows[R])) []T {
	count := len(rows.All)
	before := len(dst)
	switch {
	case at.None():
		return dst
	case many != nil:
		dst = slices.Grow(dst, count)[:before+count]
		many(dst[before:], rows)
		if at.Nulls > 0 {
			return dst[:before+compact(dst[before:], at.Null)]
		}
	case at.Nulls == 0:
		for i := range rows.All {
			dst = append(dst, one(&rows.All[i]))
		}
	default:
		for i := range rows.All {
			if !at.Null[i] {
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
