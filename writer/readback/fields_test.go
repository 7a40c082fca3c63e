package readback_test

import (
	"os"
	"path/filepath"
	"testing"

	"netstream/aggregate/flow"
	"netstream/writer/parquetfile"
	"netstream/writer/readback"
	"netstream/writer/table"
)

// TestFieldsAreDeclared has the footer of each table declare what the schema does, for
// time stamps of both units.
func TestFieldsAreDeclared(t *testing.T) {
	for _, nanoseconds := range []bool{false, true} {
		options := table.Options{Nanoseconds: nanoseconds, WithMAC: true, Biflows: true, Moments: true, Early: true, Key: ^flow.KeyFields(0)}
		columns := table.Flows(options)
		path := filepath.Join(t.TempDir(), "flows.parquet")
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		w, err := parquetfile.New(f, table.FlowTable, columns)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		fields, err := readback.Fields(path)
		if err != nil {
			t.Fatal(err)
		}
		described := table.Describe(columns)
		if len(fields) != len(described) {
			t.Fatalf("%d fields, want %d", len(fields), len(described))
		}
		for i, d := range described {
			if want := (readback.Field{Name: d.Name, Type: d.Type, Nullable: d.Nullable}); fields[i] != want {
				t.Errorf("field %d is %v, want %v", i, fields[i], want)
			}
		}
	}
}

func TestSumsAdd(t *testing.T) {
	for _, values := range [][]int64{{1, 2}, {-1, 1}, {1<<63 - 1, 1<<63 - 1, 5}, {-1 << 63, -1 << 63, -7}} {
		var whole, parts readback.Sum
		for _, v := range values {
			var part readback.Sum
			part.Add(v)
			whole.Add(v)
			parts.AddSum(part)
		}
		if whole != parts {
			t.Errorf("%v: got %v, want %v", values, parts, whole)
		}
	}
}
