package finished

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path"
	"slices"

	"netstream/writer/csvfile"
	"netstream/writer/manifest"
	"netstream/writer/readback"
	"netstream/writer/table"
)

// Column is a column of a finished table.
type Column struct {
	Name string
	Kind table.Kind
}

// Table is a finished table.
type Table struct {
	Name    string
	Rows    uint64
	Columns []Column
	run     *Run
	file    string
}

// Tables gives the names of the tables of a run, in the order in which run.json has
// them, as flows, intervals and accounting/as.
func (r *Run) Tables() []string {
	var names []string
	for _, output := range r.Manifest.Outputs {
		if output.Table != "" && !slices.Contains(names, output.Table) {
			names = append(names, output.Table)
		}
	}
	return names
}

// Columns gives the columns of a table of the run, none if it has no file since it has no
// row. It does not check the table's digest.
func (r *Run) Columns(name string) ([]Column, error) {
	for i := range r.Manifest.Outputs {
		if output := &r.Manifest.Outputs[i]; output.Table == name {
			t, err := r.describe(output)
			if err != nil {
				return nil, err
			}
			return t.Columns, nil
		}
	}
	return nil, r.missing(name)
}

// Table opens a table by its name and checks its digest: one element, or of a table that
// is split by time one for each partition, in the order of their rows, and none if it has
// no row. The error is [ErrDamaged] if a file is not what was written.
func (r *Run) Table(name string) ([]*Table, error) {
	var parts []*Table
	for i := range r.Manifest.Outputs {
		output := &r.Manifest.Outputs[i]
		if output.Table != name {
			continue
		}
		if err := r.verify(output.Name); err != nil {
			return nil, err
		}
		t, err := r.describe(output)
		if err != nil {
			return nil, err
		}
		parts = append(parts, t)
	}
	if partition := r.Manifest.Parameters["partition"]; len(parts) == 0 && (partition == "" || partition == "none") {
		return nil, r.missing(name)
	}
	return parts, nil
}

func (r *Run) missing(name string) error { return fmt.Errorf("%s has no table %s", r.Path, name) }

func (r *Run) describe(output *manifest.Output) (*Table, error) {
	t := &Table{Name: output.Table, Rows: output.Rows, run: r, file: output.Name}
	var err error
	switch path.Ext(t.file) {
	case ".parquet":
		err = t.describeParquet()
	case ".csv":
		err = t.describeCSV()
	default:
		err = fmt.Errorf("it is neither Parquet nor CSV")
	}
	if err != nil {
		return nil, r.damaged(t.file, err.Error())
	}
	return t, nil
}

// describeParquet takes the columns from the metadata of the file.
func (t *Table) describeParquet() error {
	metadata, err := readback.Metadata(t.run.file(t.file))
	if err != nil {
		return err
	}
	var columns []table.Description
	if err := json.Unmarshal([]byte(metadata[table.MetadataSchema]), &columns); err != nil {
		return fmt.Errorf("its schema cannot be read: %w", err)
	}
	for _, c := range columns {
		kind, ok := table.KindOf(c.Type)
		if !ok {
			return fmt.Errorf("column %s is of an unknown type %q", c.Name, c.Type)
		}
		t.Columns = append(t.Columns, Column{c.Name, kind})
	}
	return nil
}

// describeCSV takes the names of the columns from the header, and what they are from
// the declarations. Columns that are not declared are texts: labels and the like.
func (t *Table) describeCSV() error {
	f, err := os.Open(t.run.file(t.file))
	if err != nil {
		return err
	}
	defer f.Close() // it was only read
	names, err := csvfile.Header(f)
	if err != nil {
		return err
	}
	declared := table.Declared(t.run.Manifest.Parameters["time_unit"] == "ns")
	for _, name := range names {
		kind, ok := declared[name]
		if !ok {
			kind = table.Text
		}
		t.Columns = append(t.Columns, Column{name, kind})
	}
	return nil
}

// Column gives a column by its name.
func (t *Table) Column(name string) (Column, bool) {
	i := slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == name })
	if i < 0 {
		return Column{}, false
	}
	return t.Columns[i], true
}

// Cell is one cell of a table: Int is what table.Kind says of the column's kind, and
// Text the text of columns of kind Text.
type Cell struct {
	Null bool
	Int  int64
	Text string
}

// Each hands the named columns to yield row by row, in the order of the names. It holds
// a bounded number of rows. The row is valid until yield returns. An error of yield
// ends it and is given as it is.
func (t *Table) Each(names []string, yield func(row []Cell) error) error {
	row := make([]Cell, len(names))
	rows := uint64(0)
	var err, ended error
	if path.Ext(t.file) == ".parquet" {
		err = readback.Each(t.run.file(t.file), names, func(cells []readback.Cell) error {
			for i := range cells {
				row[i] = Cell(cells[i])
			}
			rows++
			ended = yield(row)
			return ended
		})
	} else {
		err = t.eachCSV(names, func(cells []csvfile.Cell) error {
			for i := range cells {
				row[i] = Cell(cells[i])
			}
			rows++
			ended = yield(row)
			return ended
		})
	}
	switch {
	case ended != nil:
		return ended
	case err != nil:
		return t.run.damaged(t.file, err.Error())
	case rows != t.Rows:
		return t.run.damaged(t.file, fmt.Sprintf("it has %d rows, run.json says %d", rows, t.Rows))
	}
	return nil
}

func (t *Table) eachCSV(names []string, yield func(row []csvfile.Cell) error) error {
	kinds := make([]table.Kind, len(names))
	for i, name := range names {
		c, ok := t.Column(name)
		if !ok {
			return fmt.Errorf("it has no column %s", name)
		}
		kinds[i] = c.Kind
	}
	f, err := os.Open(t.run.file(t.file))
	if err != nil {
		return err
	}
	defer f.Close() // it was only read
	return csvfile.Each(f, names, kinds, yield)
}

// Nanoseconds gives a time stamp of a column in nanoseconds since the Unix epoch. What
// is beyond their range is its end.
func (c Column) Nanoseconds(v int64) int64 {
	const micro = 1000
	switch {
	case c.Kind != table.TimestampMicro:
		return v
	case v > math.MaxInt64/micro:
		return math.MaxInt64
	case v < math.MinInt64/micro:
		return math.MinInt64
	}
	return v * micro
}

// RunPath gives the directory that the table is in.
func (t *Table) RunPath() string { return t.run.Path }
