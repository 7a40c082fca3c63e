package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// flowFilters are conditions on records. keyed says that the verdict follows from the
// key of the interval table, so that each key is selected as a whole.
func flowFilters() []struct {
	text  string
	keyed bool
} {
	return []struct {
		text  string
		keyed bool
	}{
		{"protocol = tcp", true},
		{"src_ip in 10.0.0.0/8, 172.16.0.0/12, 2001:db8::/32", true},
		{"dst_port in 53, 80, 443 or dst_port 8000..8100", true},
		{"src_port is null or interface is not null", true},
		{"exporter_ip is not null and in_if > 1", true},
		{"packets > 1", false},
		{"bytes > 0.2K and not tcp_flags & syn", false},
		{"duration_us >= 1s", false},
		{"end_reason = idle_timeout", false},
		{"flow_start >= 2026-11-23T03:00:00Z", false},
		{"packets & 1", false},
		{"vlan_id is null", false},
		{"bytes_scaled > 10K or sampling_rate = 1", false},
		{"packets >= 0", false},
		{"packets is null", false},
	}
}

// M15: the flow records that a filter selects and those that its negation selects are
// all flow records, octet by octet, whoever metered them. Their intervals sum to all
// intervals; each of a key that is selected as a whole has the same row.
func TestFlowFilterComplement(t *testing.T) {
	inputs := [][]string{
		{filepath.Join(captures, "lab.pcapng")},
		{"--interval", "1s", "--active-timeout", "7s", filepath.Join(captures, "lab.pcapng")},
		{"--sample", "fix-packets:3", "--time-unit", "ns", filepath.Join(captures, "lab.pcapng")},
		{"--max-flows", "20", filepath.Join(captures, "lab.pcapng")},
		{filepath.Join(captures, "active-over-30min.pcap"), filepath.Join(captures, "out-of-order-1h.pcap"), filepath.Join(exports, "v9.raw")},
		{filepath.Join(exports, "totals.ipfix"), filepath.Join(exports, "v5.raw"), filepath.Join(exports, "v5-sampled.raw")},
		{"--stitch", filepath.Join(exports, "totals.ipfix"), filepath.Join(exports, "v5-duplicate.raw"), filepath.Join(exports, "v9-sampler.raw")},
		{"--interval", "1s", filepath.Join(exports, "lab-softflowd-v9.raw")},
		{filepath.Join(exports, "v5-duplicate.raw")}, // rows that agree in what their ordinals tell apart
	}
	for i, args := range inputs {
		whole := outputOf(t, append([]string{"-o", "csv"}, args...)...)
		for j, f := range flowFilters() {
			if (i+j)%3 != 0 { // each filter meets a third of the inputs
				continue
			}
			t.Run(fmt.Sprint(i, " ", f.text), func(t *testing.T) {
				selected := outputOf(t, append([]string{"-o", "csv", "--flow-filter", f.text}, args...)...)
				others := outputOf(t, append([]string{"-o", "csv", "--flow-filter", "not (" + f.text + ")"}, args...)...)
				mustSum(t, whole, selected, others, f.keyed)
			})
		}
	}
}

// mustSum says that the tables of two outputs sum to those of a third.
func mustSum(t *testing.T, whole, first, second string, keyed bool) {
	t.Helper()
	together := func(table string) (got, want sheet) {
		want = sheetOf(t, readFile(t, whole, table))
		got = sheetOf(t, readFile(t, first, table))
		got.rows = slices.Concat(got.rows, sheetOf(t, readFile(t, second, table)).rows)
		return got.sorted(), want.sorted()
	}
	got, want := together("flows.csv")
	mustEqual(t, "flows", got, want)
	got, want = together("intervals.csv")
	if keyed {
		mustEqual(t, "intervals", got, want)
	}
	key := func(r row) string { // without names of interfaces, which are those of the first record that has any
		var cells []string
		for i, column := range r.columns[:slices.Index(r.columns, "flows_active")] {
			if !strings.HasSuffix(column, "_name") {
				cells = append(cells, r.cells[i])
			}
		}
		return strings.Join(cells, ",")
	}
	counters := []string{"flows_active", "flows_started", "flows_ended", "packets", "bytes", "wire_bytes", "payload_bytes"}
	mustEqual(t, "sums of intervals", summed(t, got, key, counters...).sorted(), summed(t, want, key, counters...).sorted())

	all, a, b := flowBooksOf(t, whole), flowBooksOf(t, first), flowBooksOf(t, second)
	if all.left != (flowVolumes{}) || a.in.plus(b.in) != all.in || a.left != b.in || b.left != a.in {
		t.Errorf("all: %+v; selected: %+v; others: %+v", all, a, b)
	}
	for _, table := range []string{first, second} {
		records := "0"
		for _, cells := range sheetOf(t, readFile(t, table, "ledger.csv")).rows {
			if cells[1] == "flow" && cells[2] == flowFiltered {
				records += "+" + cells[12]
			}
		}
		if left := flowBooksOf(t, table).left.Flows; sumOf(t, records) != left {
			t.Errorf("the ledger has %s flow records, run.json %d", records, left)
		}
	}
}

func sumOf(t *testing.T, terms string) (sum uint64) {
	t.Helper()
	for term := range strings.SplitSeq(terms, "+") {
		var n uint64
		if err := json.Unmarshal([]byte(term), &n); err != nil {
			t.Fatal(err)
		}
		sum += n
	}
	return sum
}

type flowVolumes struct{ Flows, Packets, Bytes uint64 }

func (v flowVolumes) plus(w flowVolumes) flowVolumes {
	return flowVolumes{v.Flows + w.Flows, v.Packets + w.Packets, v.Bytes + w.Bytes}
}

// flowBooks are the sums of a run: of flow records in the tables, and of those that
// were left out.
type flowBooks struct{ in, left flowVolumes }

func flowBooksOf(t *testing.T, out string) flowBooks {
	t.Helper()
	var manifest struct {
		Totals struct {
			Flows            uint64
			PacketsAccounted uint64 `json:"packets_accounted"`
			Bytes            uint64
			FlowFiltered     flowVolumes `json:"flow_filtered"`
		}
		Laws []struct{ Holds bool }
	}
	if err := json.Unmarshal([]byte(readFile(t, out, "run.json")), &manifest); err != nil {
		t.Fatal(err)
	}
	for _, law := range manifest.Laws {
		if !law.Holds {
			t.Error("a law does not hold")
		}
	}
	totals := &manifest.Totals
	return flowBooks{flowVolumes{totals.Flows, totals.PacketsAccounted, totals.Bytes}, totals.FlowFiltered}
}

// The output does not depend on the number of workers.
func TestFlowFilterAndWorkers(t *testing.T) {
	inputs := []string{filepath.Join(captures, "lab.pcapng"), filepath.Join(captures, "active-over-30min.pcap"),
		filepath.Join(exports, "v9.raw"), filepath.Join(exports, "totals.ipfix"), filepath.Join(exports, "v5-duplicate.raw")}
	for _, f := range []string{"packets & 1", "duration_us > 0.1s or bytes < 100", "not tcp_flags & syn|fin"} {
		args := append([]string{"--interval", "1s", "--stitch", "--flow-filter", f}, inputs...)
		one := outputOf(t, append(args, "-j", "1")...)
		for _, table := range []string{"flows.parquet", "intervals.parquet", "ledger.parquet", "run.json", "SHA256SUMS"} {
			want := readFile(t, one, table)
			for _, workers := range []string{"2", "8"} {
				if got := readFile(t, outputOf(t, append(args, "-j", workers)...), table); got != want {
					t.Errorf("%s: %s with %s workers is not that of one", f, table, workers)
				}
			}
		}
	}
}
