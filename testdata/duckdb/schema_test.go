package duckdb

import (
	"encoding/json"
	"slices"
	"testing"
)

// sqlType gives the DuckDB type that a column of that type must have.
func sqlType(t *testing.T, declared string) string {
	t.Helper()
	types := map[string]string{
		"uint8": "UTINYINT", "uint16": "USMALLINT", "uint32": "UINTEGER", "int64": "BIGINT", "text": "VARCHAR",
		"timestamp[us, UTC]": "TIMESTAMP WITH TIME ZONE", "timestamp[ns]": "TIMESTAMP_NS", "float64": "DOUBLE", "bool": "BOOLEAN",
	}
	found, known := types[declared]
	if !known {
		t.Fatalf("unknown type %q in netstream.schema", declared)
	}
	return found
}

// column is a column as netstream.schema declares it.
type column struct {
	Name, Type string
	Nullable   bool
}

// declared gives the columns of a Parquet file by its own key-value metadata.
func (d *database) declared(path, table string) []column {
	d.t.Helper()
	values := make(map[string]string)
	for _, row := range d.rows("SELECT decode(key), decode(value) FROM parquet_kv_metadata(%s)", quote(path)) {
		values[row[0]] = row[1]
	}
	if values["netstream.table"] != table {
		d.t.Errorf("netstream.table is %q, want %q", values["netstream.table"], table)
	}
	if values["netstream.schema_version"] == "" {
		d.t.Error("there is no netstream.schema_version")
	}
	var columns []column
	if err := json.Unmarshal([]byte(values["netstream.schema"]), &columns); err != nil {
		d.t.Fatalf("netstream.schema: %v", err)
	}
	return columns
}

func checkTypes(t *testing.T, d *database, o *output) {
	for _, table := range o.tables() {
		path := o.path(table)
		var want [][]string
		for _, c := range d.declared(path, table) {
			repetition := "REQUIRED"
			if c.Nullable {
				repetition = "OPTIONAL"
			}
			want = append(want, []string{c.Name, sqlType(t, c.Type), repetition})
		}
		described := d.rows("SELECT column_name, column_type FROM (DESCRIBE FROM %s)", quote(path))
		stored := d.rows("SELECT name, repetition_type FROM parquet_schema(%s) WHERE num_children IS NULL", quote(path))
		var got [][]string
		for i := range described {
			got = append(got, []string{described[i][0], described[i][1], stored[i][1]})
			if stored[i][0] != described[i][0] {
				t.Errorf("%s: column %s is stored as %s", table, described[i][0], stored[i][0])
			}
		}
		if !slices.EqualFunc(got, want, slices.Equal[[]string]) {
			t.Errorf("%s:\ngot  %v\nwant %v", table, got, want)
		}
	}
}

// TestTypesOfKeyColumns has the types by hand, so that a wrong declaration does
// not prove itself.
func TestTypesOfKeyColumns(t *testing.T) {
	timeTypes := map[string]string{"us": "TIMESTAMP WITH TIME ZONE", "ns": "TIMESTAMP_NS"}
	types := map[string]string{
		"interface": "VARCHAR", "ip_version": "UTINYINT", "src_ip": "VARCHAR", "dst_ip": "VARCHAR", "src_port": "USMALLINT",
		"dst_port": "USMALLINT", "protocol": "UTINYINT", "tos": "UTINYINT", "packets": "BIGINT", "bytes": "BIGINT",
		"tcp_flags": "USMALLINT", "vlan_id": "USMALLINT", "mpls_label": "UINTEGER", "duration_us": "BIGINT",
		"end_reason": "VARCHAR", "end_reason_code": "UTINYINT", "flow_id": "BIGINT", "community_id": "VARCHAR",
	}
	for _, s := range settings {
		t.Run(s.name, func(t *testing.T) {
			d := open(t)
			o := run(t, "parquet", s, "testdata/capture/lab.pcapng")
			got := make(map[string]string)
			for _, row := range d.rows("SELECT column_name, column_type FROM (DESCRIBE FROM %s)", quote(o.path("flows"))) {
				got[row[0]] = row[1]
			}
			for name, want := range types {
				if got[name] != want {
					t.Errorf("%s is %s, want %s", name, got[name], want)
				}
			}
			for _, name := range []string{"flow_start", "flow_end"} {
				if got[name] != timeTypes[s.unit] {
					t.Errorf("%s is %s, want %s", name, got[name], timeTypes[s.unit])
				}
			}
			if _, there := got["src_mac"]; there != s.withMAC {
				t.Errorf("src_mac is there: %v, want %v", there, s.withMAC)
			}
		})
	}
}
