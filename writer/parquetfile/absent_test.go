package parquetfile_test

import (
	"bytes"
	"testing"

	"netstream/aggregate/flow"
	"netstream/writer/rowtest"
	"netstream/writer/table"
)

// TestAbsent has the declarations that columns are NULL throughout, or nowhere,
// change no octet of the file.
func TestAbsent(t *testing.T) {
	for _, c := range []struct {
		name    string
		present flow.Fields
		rows    []flow.Record
	}{
		{"metered", flow.MeteredFields, rowtest.Flows(40_000, 4)},
		{"NetFlow 5", rowtest.NetFlow5Fields, rowtest.Exported(40_000, 4)},
		{"rich", rowtest.RichFields, rowtest.ExportedRich(40_000, 4)},
		{"more than a row group", rowtest.NetFlow5Fields, rowtest.Exported(140_000, 4)},
		{"none", rowtest.NetFlow5Fields, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			slow, fast := rowtest.Options(), rowtest.Options()
			fast.Present, fast.Common = c.present, common(c.rows)
			want := write(t, table.FlowTable, table.Flows(slow), c.rows, 1000)
			if !bytes.Equal(write(t, table.FlowTable, table.Flows(fast), c.rows, 777), want) {
				t.Error("the file of flows differs")
			}
			intervals := rowtest.Intervals(len(c.rows), 4)
			if c.present != flow.MeteredFields {
				intervals = rowtest.ExportedIntervals(c.rows)
			}
			want = write(t, table.IntervalTable, table.Intervals(slow), intervals, 1000)
			if !bytes.Equal(write(t, table.IntervalTable, table.Intervals(fast), intervals, 777), want) {
				t.Error("the file of intervals differs")
			}
		})
	}
}

// common gives the fields that all rows have.
func common(rows []flow.Record) flow.Fields {
	all := ^flow.Fields(0)
	for i := range rows {
		if e := rows[i].Export; e != nil {
			all &= e.Has
		} else {
			all &= flow.MeteredFields
		}
	}
	return all
}
