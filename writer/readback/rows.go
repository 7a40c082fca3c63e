package readback

import (
	"fmt"
	"slices"
)

// Metadata gives the key-value metadata of a table from its footer alone.
func Metadata(path string) (map[string]string, error) {
	t, err := open(path)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	pairs := make(map[string]string)
	for _, pair := range t.parquet.Footer.KeyValueMetadata {
		pairs[pair.Key] = pair.GetValue()
	}
	return pairs, nil
}

// Each hands the named columns of a table to yield row by row, in the order of the
// names. It holds one batch of rows at a time. The row is valid until yield returns.
// An error of yield ends it and is given as it is. The number of values and of NULLs
// is compared with the footer.
func Each(path string, names []string, yield func(row []Cell) error) error {
	t, err := open(path)
	if err != nil {
		return err
	}
	defer t.Close()
	columns := make([]int, len(names))
	for i, name := range names {
		if columns[i] = t.index(name); columns[i] < 0 {
			return fmt.Errorf("cannot read table %s: it has no column %s", path, name)
		}
	}
	for i, column := range columns {
		if err := t.checkPages(column, t.parquet.Footer.NumRows); err != nil {
			return fmt.Errorf("cannot read table %s: column %s: %w", path, names[i], err)
		}
	}
	r := &rowReader{table: t, columns: columns, nulls: make([]int64, len(columns))}
	for left := t.parquet.Footer.NumRows; left > 0; {
		n := min(batchRows, left)
		if err := r.load(n); err != nil {
			return fmt.Errorf("cannot read table %s: %w", path, err)
		}
		for i := range int(n) {
			if err := yield(r.cells[i*len(columns) : (i+1)*len(columns)]); err != nil {
				return err
			}
		}
		left -= n
	}
	if err := r.compare(); err != nil {
		return fmt.Errorf("cannot read table %s: %w", path, err)
	}
	return nil
}

// index gives the place of a column, -1 if there is none of that name.
func (t *tableReader) index(name string) int {
	for i := range t.parquet.SchemaHandler.ValueColumns {
		if column, _ := t.element(i); column == name {
			return i
		}
	}
	return -1
}

// rowReader reads some columns of a table side by side.
type rowReader struct {
	table   *tableReader
	columns []int
	cells   []Cell  // of the batch, row by row
	nulls   []int64 // so far, of each column
}

// load reads the next n rows.
func (r *rowReader) load(n int64) error {
	width := len(r.columns)
	r.cells = slices.Grow(r.cells[:0], int(n)*width)[:int(n)*width]
	for i, column := range r.columns {
		name, _ := r.table.element(column)
		at := i
		err := r.table.next(column, n, func(values []interface{}) error {
			for _, value := range values {
				cell, err := r.table.cell(column, value)
				if err != nil {
					return err
				}
				if cell.Null {
					r.nulls[i]++
				}
				r.cells[at] = cell
				at += width
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("column %s: %w", name, err)
		}
	}
	return nil
}

// compare compares the number of NULLs with the footer: parquet-go makes NULLs of
// pages that it cannot decode.
func (r *rowReader) compare() error {
	for i, column := range r.columns {
		var want int64
		for group, g := range r.table.parquet.Footer.RowGroups {
			statistics := g.Columns[column].MetaData.Statistics
			if statistics == nil || statistics.NullCount == nil {
				return fmt.Errorf("row group %d has no statistics", group)
			}
			want += *statistics.NullCount
		}
		if r.nulls[i] != want {
			name, _ := r.table.element(column)
			return fmt.Errorf("column %s has %d NULLs, the footer says %d", name, r.nulls[i], want)
		}
	}
	return nil
}
