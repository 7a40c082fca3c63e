package csvfile_test

import (
	"bytes"
	"testing"

	"netstream/aggregate/flow"
	"netstream/writer/rowtest"
	"netstream/writer/table"
)

// TestAbsent has the declaration that columns are NULL throughout change no octet
// of the file.
func TestAbsent(t *testing.T) {
	for _, c := range []struct {
		name    string
		present flow.Fields
		rows    []flow.Record
	}{
		{"metered", flow.MeteredFields, rowtest.Flows(2000, 4)},
		{"NetFlow 5", rowtest.NetFlow5Fields, rowtest.Exported(2000, 4)},
		{"rich", rowtest.RichFields, rowtest.ExportedRich(2000, 4)},
	} {
		t.Run(c.name, func(t *testing.T) {
			slow, fast := rowtest.Options(), rowtest.Options()
			fast.Present = c.present
			if !bytes.Equal(write(t, table.Flows(slow), c.rows), write(t, table.Flows(fast), c.rows)) {
				t.Error("the files differ")
			}
		})
	}
}
