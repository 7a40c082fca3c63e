package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path"
	"unicode/utf8"

	"netstream/writer/csvfile"
	"netstream/writer/manifest"
	"netstream/writer/readback"
	"netstream/writer/table"
	"netstream/writer/tabledigest"
)

// column is a column of a file and what was found in it.
type column struct {
	name     string
	kind     table.Kind
	nullable bool

	sum   readback.Sum // of columns of integers
	nulls uint64
	wrong uint64 // cells that the kind cannot have
}

// cell is one cell of a table: number is what table.Kind says of the column's kind, and
// text the text of columns of kind Text.
type cell struct {
	null   bool
	number int64
	text   string
}

// content is what the files of a table hold.
type content struct {
	name    string
	rows    uint64
	sums    map[string]*readback.Sum
	nulls   map[string]uint64
	seals   seals
	metered metered             // of the flow table
	books   books               // of the ledger
	digest  *tabledigest.Digest // nil unless it is asked for
}

func newContent(name string) *content {
	return &content{name: name, sums: make(map[string]*readback.Sum), nulls: make(map[string]uint64), books: newBooks()}
}

// content decodes all tables, file by file as run.json lists them.
func (a *auditor) content(ctx context.Context) error {
	if a.report.Manifest == nil {
		return nil
	}
	known := make(map[string]*Columns)
	for i := range a.report.Manifest.Outputs {
		output := &a.report.Manifest.Outputs[i]
		if output.Table == "" { // what a run hands over to the next one is no table
			continue
		}
		if _, asked := known[output.Table]; !asked {
			known[output.Table] = nil
			if a.options.Columns != nil {
				known[output.Table] = a.options.Columns(a.report.Manifest, output.Table)
			}
			if known[output.Table] == nil {
				a.report.Unknown = append(a.report.Unknown, output.Table)
			}
		}
		if !a.intact(output) {
			a.report.Unread = append(a.report.Unread, output.Name)
			a.broken[output.Table] = true
			continue
		}
		if err := a.decode(ctx, output, known[output.Table]); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			a.defect(output.Name, "reading", err, "a table")
			a.broken[output.Table] = true
		}
	}
	a.addEmpty()
	a.addDigests()
	return nil
}

// addDigests gives the digests of the tables that were decoded.
func (a *auditor) addDigests() {
	given := make(map[string]bool)
	for i := range a.report.Manifest.Outputs {
		name := a.report.Manifest.Outputs[i].Table
		if t := a.whole(name); t != nil && t.digest != nil && !given[name] {
			given[name] = true
			a.report.Digests = append(a.report.Digests, TableDigest{name, t.rows, t.digest.Hex()})
		}
	}
}

// addEmpty adds the tables that are split by time and have no file, since they have no
// row.
func (a *auditor) addEmpty() {
	if partition := a.report.Manifest.Parameters["partition"]; partition == "" || partition == "none" {
		return
	}
	for _, name := range [...]string{table.FlowTable, table.IntervalTable} {
		if a.tables[name] == nil && !a.broken[name] {
			a.tables[name] = newContent(name)
		}
	}
}

// decode reads one file of a table.
func (a *auditor) decode(ctx context.Context, output *manifest.Output, want *Columns) error {
	name := a.local(output.Name)
	var columns []column
	var err error
	parquet := path.Ext(output.Name) == ".parquet"
	switch {
	case parquet:
		columns, err = a.describeParquet(output, want)
	case path.Ext(output.Name) == ".csv":
		columns, err = a.describeCSV(output, want)
	default:
		err = fmt.Errorf("it is neither Parquet nor CSV")
	}
	if err != nil {
		return err
	}
	t := a.tables[output.Table]
	if t == nil {
		t = newContent(output.Table)
		a.tables[output.Table] = t
	}
	r := newRowCheck(a, output, t, columns)
	names := make([]string, len(columns))
	for i := range columns {
		names[i] = columns[i].name
	}
	if a.options.Digests && t.digest == nil {
		t.digest = tabledigest.New(names)
	}
	if parquet {
		if err = a.summarize(name, columns); err == nil {
			err = readback.Each(name, names, func(cells []readback.Cell) error {
				for i := range cells {
					r.row[i] = cell{cells[i].Null, cells[i].Int, cells[i].Text}
				}
				return r.add(ctx)
			})
		}
	} else {
		err = eachCSV(name, names, columns, func(cells []csvfile.Cell) error {
			for i := range cells {
				r.row[i] = cell{cells[i].Null, cells[i].Int, cells[i].Text}
			}
			return r.add(ctx)
		})
	}
	if err != nil {
		return err
	}
	r.finish()
	a.report.Tables++
	a.report.Rows += r.rows
	return nil
}

// summarize reads the columns of numbers with their checksums and statistics, which is
// done for its errors alone.
func (a *auditor) summarize(name string, columns []column) error {
	var numbers []string
	for i := range columns {
		if columns[i].kind != table.Text {
			numbers = append(numbers, columns[i].name)
		}
	}
	if len(numbers) == 0 {
		return nil
	}
	_, err := readback.Summarize(name, numbers...)
	return err
}

func eachCSV(name string, names []string, columns []column, yield func([]csvfile.Cell) error) error {
	kinds := make([]table.Kind, len(columns))
	for i := range columns {
		kinds[i] = columns[i].kind
	}
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close() // it was only read
	return csvfile.Each(f, names, kinds, yield)
}

// describeParquet compares the columns of a file, those that its metadata describe, and
// those that it must have.
func (a *auditor) describeParquet(output *manifest.Output, want *Columns) ([]column, error) {
	fields, err := readback.Fields(a.local(output.Name))
	if err != nil {
		return nil, err
	}
	metadata, err := readback.Metadata(a.local(output.Name))
	if err != nil {
		return nil, err
	}
	compare(a, output.Name, "metadata "+table.MetadataTable, metadata[table.MetadataTable], output.Table)
	compare(a, output.Name, "metadata "+table.MetadataVersion, metadata[table.MetadataVersion], table.SchemaVersion)
	var described []table.Description
	if err := json.Unmarshal([]byte(metadata[table.MetadataSchema]), &described); err != nil {
		a.defect(output.Name, "metadata "+table.MetadataSchema, err, "a description of the columns")
	}
	columns := make([]column, len(fields))
	for i, f := range fields {
		kind, known := table.KindOf(f.Type)
		if !known {
			return nil, fmt.Errorf("column %s is of the type %s, which no column has", f.Name, f.Type)
		}
		columns[i] = column{name: f.Name, kind: kind, nullable: f.Nullable}
		if i < len(described) {
			d := &described[i]
			compare(a, output.Name, fmt.Sprintf("column %d, by its metadata", i+1), typed(f.Name, f.Type, f.Nullable), typed(d.Name, d.Type, d.Nullable))
		}
	}
	if len(described) != len(fields) {
		a.defect(output.Name, "number of columns, by its metadata", len(fields), len(described))
	}
	a.compareColumns(output.Name, described, want)
	return columns, nil
}

func typed(name, kind string, nullable bool) string {
	if nullable {
		return name + " " + kind + " NULL"
	}
	return name + " " + kind
}

// compareColumns compares descriptions with those that a table must have.
func (a *auditor) compareColumns(file string, got []table.Description, want *Columns) {
	if want == nil {
		return
	}
	got = want.withoutLabels(got)
	for i := 0; i < max(len(got), len(want.Descriptions)); i++ {
		place := fmt.Sprintf("column %d", i+1)
		switch {
		case i >= len(got):
			a.defect(file, place, "none", want.Descriptions[i].Name)
		case i >= len(want.Descriptions):
			a.defect(file, place, got[i].Name, "none")
		default:
			g, w := &got[i], &want.Descriptions[i]
			compare(a, file, place, typed(g.Name, g.Type, g.Nullable), typed(w.Name, w.Type, w.Nullable))
			if g.Name == w.Name && (g.Unit != w.Unit || g.Definition != w.Definition || fmt.Sprint(g.Elements) != fmt.Sprint(w.Elements)) {
				a.defect(file, "description of column "+g.Name, fmt.Sprintf("%s %v %q", g.Unit, g.Elements, g.Definition), fmt.Sprintf("%s %v %q", w.Unit, w.Elements, w.Definition))
			}
		}
	}
}

// withoutLabels leaves out the columns that files of reference data name.
func (c *Columns) withoutLabels(got []table.Description) []table.Description {
	if !c.Labels {
		return got
	}
	declared := make(map[string]bool)
	for i := range c.Descriptions {
		declared[c.Descriptions[i].Name] = true
	}
	var kept []table.Description
	for _, d := range got {
		if label := len(d.Name) > 4 && (d.Name[:4] == "src_" || d.Name[:4] == "dst_"); label && !declared[d.Name] && d.Type == table.Text.String() {
			continue
		}
		kept = append(kept, d)
	}
	return kept
}

// describeCSV takes the names of the columns from the header, and what they are from
// those that the table must have, or else from the declarations of all columns.
func (a *auditor) describeCSV(output *manifest.Output, want *Columns) ([]column, error) {
	f, err := os.Open(a.local(output.Name))
	if err != nil {
		return nil, err
	}
	defer f.Close() // it was only read
	names, err := csvfile.Header(f)
	if err != nil {
		return nil, err
	}
	declared := table.Declared(a.report.Manifest.Parameters["time_unit"] == "ns")
	required := make(map[string]table.Description)
	if want != nil {
		for _, d := range want.Descriptions {
			required[d.Name] = d
		}
	}
	columns := make([]column, len(names))
	described := make([]table.Description, len(names))
	for i, name := range names {
		kind, known := declared[name]
		if !known {
			kind = table.Text
		}
		described[i] = table.Description{Name: name, Type: kind.String(), Nullable: true}
		if d, ok := required[name]; ok {
			kind, _ = table.KindOf(d.Type)
			described[i] = d
		}
		columns[i] = column{name: name, kind: kind, nullable: described[i].Nullable}
	}
	a.compareColumns(output.Name, described, want)
	return columns, nil
}

// holds says whether a cell is one that the column can have.
func (c *column) holds(v *cell) bool {
	if v.null {
		return c.nullable
	}
	switch c.kind {
	case table.Uint8:
		return v.number >= 0 && v.number <= math.MaxUint8
	case table.Uint16:
		return v.number >= 0 && v.number <= math.MaxUint16
	case table.Uint32:
		return v.number >= 0 && v.number <= math.MaxUint32
	case table.Bool:
		return v.number == 0 || v.number == 1
	case table.Float64:
		f := math.Float64frombits(uint64(v.number))
		return f >= 0 && !math.IsInf(f, 0)
	case table.Text:
		return utf8.ValidString(v.text)
	}
	return true
}

// summed says whether the sum of a column means something.
func (c *column) summed() bool {
	switch c.kind {
	case table.Text, table.Float64, table.TimestampMicro, table.TimestampNano:
		return false
	}
	return true
}
