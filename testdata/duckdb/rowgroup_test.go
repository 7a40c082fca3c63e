package duckdb

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

// manyFlows runs netstream over a workload whose flow table has several row
// groups.
func manyFlows(t *testing.T) *output {
	t.Helper()
	capture := filepath.Join(t.TempDir(), "mix.pcap")
	generate := exec.Command(filepath.Join(binaries, "netgen"), "mix", "--packets", "650000", "--flows", "230000", "--duration", "2h", "-w", capture)
	if said, err := generate.CombinedOutput(); err != nil {
		t.Fatalf("netgen: %v\n%s", err, said)
	}
	return run(t, "parquet", settings[0], capture)
}

// rowGroup is where the flow_start of a row group lies, in microseconds since the
// Unix epoch and in octets of the file.
type rowGroup struct{ least, greatest, begin, end int64 }

func (d *database) rowGroups(path string) []rowGroup {
	d.t.Helper()
	var groups []rowGroup
	for _, row := range d.rows("SELECT row_group_id, epoch_us(max(TRY_CAST(stats_min_value AS TIMESTAMPTZ)) FILTER (path_in_schema = 'flow_start')), "+
		"epoch_us(max(TRY_CAST(stats_max_value AS TIMESTAMPTZ)) FILTER (path_in_schema = 'flow_start')), "+
		"min(coalesce(dictionary_page_offset, data_page_offset)), "+
		"max(coalesce(dictionary_page_offset, data_page_offset) + total_compressed_size) "+
		"FROM parquet_metadata(%s) GROUP BY ALL ORDER BY ALL", quote(path)) {
		var numbers [5]int64
		for i, cell := range row {
			v, err := strconv.ParseInt(cell, 10, 64)
			if err != nil {
				d.t.Fatalf("row group %v: %v", row, err)
			}
			numbers[i] = v
		}
		groups = append(groups, rowGroup{numbers[1], numbers[2], numbers[3], numbers[4]})
	}
	return groups
}

// TestRowGroupsAreSkippedByTime damages all row groups but one, and shows that a
// query for the time of that one never looks at the others.
func TestRowGroupsAreSkippedByTime(t *testing.T) {
	d := open(t)
	o := manyFlows(t)
	path := o.path("flows")
	groups := d.rowGroups(path)
	if len(groups) < 3 {
		t.Fatalf("%d row groups, want at least 3", len(groups))
	}
	for i := 1; i < len(groups); i++ {
		if groups[i].least < groups[i-1].greatest || groups[i].greatest < groups[i].least {
			t.Errorf("row group %d has times %d to %d behind %d to %d", i,
				groups[i].least, groups[i].greatest, groups[i-1].least, groups[i-1].greatest)
		}
	}
	const chosen = 1
	query := func(path string) string {
		return fmt.Sprintf("SELECT count(*), sum(bytes), count(community_id) FROM %s WHERE flow_start > make_timestamptz(%d) AND flow_start < make_timestamptz(%d)",
			quote(path), groups[chosen].least, groups[chosen].greatest)
	}
	damaged := damageOthers(t, path, groups, chosen)
	got, want := d.rows("%s", query(damaged)), d.rows("%s", query(path))
	if got[0][0] == "0" || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if _, err := d.conn.ExecContext(t.Context(), "CREATE TABLE whole AS FROM "+quote(damaged)); err == nil {
		t.Error("the damaged row groups can be read, so the test shows nothing")
	}
}

// damageOthers gives a copy of the file in which the pages of all row groups but
// the chosen one are overwritten.
func damageOthers(t *testing.T, path string, groups []rowGroup, chosen int) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i, g := range groups {
		if i == chosen {
			continue
		}
		for at := g.begin; at < g.end; at++ {
			content[at] = 0xff
		}
	}
	copied := filepath.Join(t.TempDir(), "damaged.parquet")
	if err := os.WriteFile(copied, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return copied
}

// TestManyRows makes the checks that depend on the number of rows on a table of
// several row groups.
func TestManyRows(t *testing.T) {
	o := manyFlows(t)
	d := open(t)
	d.tables(o)
	checkSums(t, d, o)
	checkIntervals(t, d, o)
	checkOrder(t, d, o)
	for _, table := range []string{"flows", "intervals"} {
		if n := len(d.rows("SELECT DISTINCT row_group_id FROM parquet_metadata(%s)", quote(o.path(table)))); n < 2 {
			t.Errorf("%s has %d row groups, want several", table, n)
		}
	}
}
