package readback

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/xitongsys/parquet-go/parquet"
)

// Summary is what a table holds.
type Summary struct {
	Rows      int64
	RowGroups int
	Metadata  map[string]string // key-value metadata of the file
	Columns   []Column          // those that were read, in the order of the table
}

// Column gives the summary of a column by its name.
func (s *Summary) Column(name string) (*Column, bool) {
	i := slices.IndexFunc(s.Columns, func(c Column) bool { return c.Name == name })
	if i < 0 {
		return nil, false
	}
	return &s.Columns[i], true
}

// Column summarises one column.
type Column struct {
	Name    string
	Nulls   int64 // cells that are NULL
	Integer bool  // whether the column holds integers; time stamps are integers in their unit
	Float   bool  // whether it holds floating-point numbers
	Bool    bool  // whether it holds truth values, which are 0 and 1

	// Sum is of columns of integers only.
	Sum Sum

	// Of columns of integers and truth values, and of floating-point numbers by their bits, as
	// table.Float64 has them; zero if all cells are NULL.
	Min, Max  int64
	Ascending bool // no value is below the one before it; true if there are none
}

// Rows gives the number of rows of a table from its footer alone.
func Rows(path string) (int64, error) {
	t, err := open(path)
	if err != nil {
		return 0, err
	}
	defer t.Close()
	return t.parquet.Footer.NumRows, nil
}

// Summarize reads the named columns of a table, or all of them if none is named,
// and compares them with the footer. Every value is decoded, those of texts at
// far more cost than writing them: name the columns that matter.
func Summarize(path string, names ...string) (Summary, error) {
	t, err := open(path)
	if err != nil {
		return Summary{}, err
	}
	defer t.Close()
	footer := t.parquet.Footer
	s := Summary{Rows: footer.NumRows, RowGroups: len(footer.RowGroups), Metadata: map[string]string{}}
	for _, pair := range footer.KeyValueMetadata {
		s.Metadata[pair.Key] = pair.GetValue()
	}
	for i := range t.parquet.SchemaHandler.ValueColumns {
		name, _ := t.element(i)
		if len(names) > 0 && !slices.Contains(names, name) {
			continue
		}
		column, err := t.summarize(i)
		if err != nil {
			return Summary{}, fmt.Errorf("cannot read back table %s, column %s: %w", path, name, err)
		}
		s.Columns = append(s.Columns, column)
	}
	for _, name := range names {
		if _, ok := s.Column(name); !ok {
			return Summary{}, fmt.Errorf("cannot read back table %s: it has no column %s", path, name)
		}
	}
	return s, nil
}

// summarize reads a column.
func (t *tableReader) summarize(index int) (Column, error) {
	name, element := t.element(index)
	c := Column{Name: name, Integer: isInteger(element), Float: isFloat(element), Bool: element.GetType() == parquet.Type_BOOLEAN, Min: math.MaxInt64, Max: math.MinInt64, Ascending: true}
	var err error
	if c.number() {
		err = t.summarizeNumbers(index, &c)
	} else {
		err = t.read(index, t.parquet.Footer.NumRows, func(values []interface{}) error {
			for _, value := range values {
				if value == nil {
					c.Nulls++
				}
			}
			return nil
		})
	}
	if err != nil {
		return Column{}, err
	}
	if !c.number() || c.Nulls == t.parquet.Footer.NumRows {
		c.Min, c.Max = 0, 0
	}
	return c, t.compare(index, &c)
}

// summarizeNumbers reads a column of numbers. parquet-go reads its first values as
// well, and must find the same.
func (t *tableReader) summarizeNumbers(index int, c *Column) error {
	first, err := t.first(index)
	if err != nil {
		return err
	}
	last := int64(math.MinInt64)
	err = t.numbers(index, func(values []int64, nulls int64) error {
		n := min(len(first), len(values))
		if !slices.Equal(first[:n], values[:n]) {
			return errReaders
		}
		first = first[n:]
		c.Nulls += nulls
		if len(values) > 0 {
			last = c.include(values, last)
		}
		return nil
	})
	if err == nil && len(first) > 0 {
		err = errReaders
	}
	return err
}

var errReaders = errors.New("two readers find different values")

// firstRows is the number of rows of a column of numbers that parquet-go reads too: those of the writer's first page, but
// for the last, since it would go on to the second page for that.
const firstRows = batchRows - oneMore

// first reads the first rows of a column of numbers with parquet-go, as many as
// firstRows, and gives the values that are not NULL.
func (t *tableReader) first(index int) ([]int64, error) {
	_, element := t.element(index)
	rows := min(firstRows, t.parquet.Footer.NumRows)
	first := make([]int64, 0, max(rows, 0))
	err := t.read(index, rows, func(values []interface{}) error {
		for _, value := range values {
			if value == nil {
				continue
			}
			v, err := integer(value, element)
			if err != nil {
				return err
			}
			first = append(first, v)
		}
		return nil
	})
	return first, err
}

// compare compares a column with its statistics in the footer.
func (t *tableReader) compare(index int, c *Column) error {
	_, element := t.element(index)
	var nulls int64
	least, greatest := int64(math.MaxInt64), int64(math.MinInt64)
	for i, group := range t.parquet.Footer.RowGroups {
		statistics := group.Columns[index].MetaData.Statistics
		if statistics == nil || statistics.NullCount == nil {
			return fmt.Errorf("row group %d has no statistics", i)
		}
		nulls += *statistics.NullCount
		if !c.number() || *statistics.NullCount == group.NumRows {
			continue
		}
		low, err := bound(statistics.MinValue, element)
		if err != nil {
			return fmt.Errorf("row group %d: %w", i, err)
		}
		high, err := bound(statistics.MaxValue, element)
		if err != nil {
			return fmt.Errorf("row group %d: %w", i, err)
		}
		least, greatest = min(least, low), max(greatest, high)
	}
	if nulls != c.Nulls {
		return fmt.Errorf("%d NULLs, the footer says %d", c.Nulls, nulls)
	}
	if c.number() && c.Nulls < t.parquet.Footer.NumRows && (least != c.Min || greatest != c.Max) {
		return fmt.Errorf("values from %d to %d, the footer says %d to %d", c.Min, c.Max, least, greatest)
	}
	return nil
}

// number tells whether the column holds numbers.
func (c *Column) number() bool { return c.Integer || c.Float || c.Bool }

func isFloat(e *parquet.SchemaElement) bool { return e.GetType() == parquet.Type_DOUBLE }

func isInteger(e *parquet.SchemaElement) bool {
	return e.GetType() == parquet.Type_INT32 || e.GetType() == parquet.Type_INT64
}

// integer gives a value as its column means it: parquet-go has unsigned numbers
// of 32 bits and less as int32. Floating-point numbers are given by their bits.
func integer(value interface{}, e *parquet.SchemaElement) (int64, error) {
	switch v := value.(type) {
	case int64:
		return v, nil
	case int32:
		if unsigned(e) {
			return int64(uint32(v)), nil
		}
		return int64(v), nil
	case bool:
		if v {
			return 1, nil
		}
		return 0, nil
	case float64:
		return int64(math.Float64bits(v)), nil
	}
	return 0, fmt.Errorf("value of type %T in a column of type %s", value, e.GetType())
}

// bound decodes a least or greatest value, which is little endian.
func bound(b []byte, e *parquet.SchemaElement) (int64, error) {
	switch {
	case e.GetType() == parquet.Type_INT32 && len(b) == 4:
		return integer(int32(binary.LittleEndian.Uint32(b)), e)
	case (e.GetType() == parquet.Type_INT64 || isFloat(e)) && len(b) == 8:
		return int64(binary.LittleEndian.Uint64(b)), nil
	case e.GetType() == parquet.Type_BOOLEAN && len(b) == 1:
		return int64(b[0]), nil
	}
	return 0, fmt.Errorf("statistics of %d octets in a column of type %s", len(b), e.GetType())
}

func unsigned(e *parquet.SchemaElement) bool {
	switch e.GetConvertedType() {
	case parquet.ConvertedType_UINT_8, parquet.ConvertedType_UINT_16, parquet.ConvertedType_UINT_32:
		return e.ConvertedType != nil
	}
	return false
}

// Cell is one cell of a table.
type Cell struct {
	Null bool
	Int  int64  // of columns of numbers; floating-point numbers by their bits
	Text string // of the others
}

// Cells reads one column whole.
func Cells(path, name string) ([]Cell, error) {
	t, err := open(path)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	for i := range t.parquet.SchemaHandler.ValueColumns {
		if column, _ := t.element(i); column != name {
			continue
		}
		cells, err := t.cells(i)
		if err != nil {
			return nil, fmt.Errorf("cannot read back table %s, column %s: %w", path, name, err)
		}
		return cells, nil
	}
	return nil, fmt.Errorf("cannot read back table %s: it has no column %s", path, name)
}

func (t *tableReader) cells(index int) ([]Cell, error) {
	var cells []Cell
	err := t.read(index, t.parquet.Footer.NumRows, func(values []interface{}) error {
		for _, value := range values {
			cell, err := t.cell(index, value)
			if err != nil {
				return err
			}
			cells = append(cells, cell)
		}
		return nil
	})
	return cells, err
}

// cell gives a value of a column as a cell.
func (t *tableReader) cell(index int, value interface{}) (Cell, error) {
	if value == nil {
		return Cell{Null: true}, nil
	}
	if text, ok := value.(string); ok {
		return Cell{Text: text}, nil
	}
	_, element := t.element(index)
	v, err := integer(value, element)
	return Cell{Int: v}, err
}
