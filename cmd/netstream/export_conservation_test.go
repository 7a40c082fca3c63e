package main

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/reader/netflow/netflowtest"
)

// spreadColumns are the columns of both tables that are spread over intervals.
var spreadColumns = []string{"packets", "bytes", "wire_bytes", "payload_bytes", "packets_scaled", "bytes_scaled"}

// exportedKey are the columns of both tables that say what is counted together.
var exportedKey = []string{"observation_domain", "in_if", "out_if", "direction", "ip_version", "src_ip", "dst_ip", "src_port", "dst_port", "protocol", "tos"}

// sampledExports gives a file of IPFIX with flows of all lengths: in domain 1 each record
// tells its sampling rate, in domain 2 none does.
func sampledExports(seed uint64) []byte {
	random := rand.New(rand.NewPCG(seed, 384))
	var file []byte
	for domain := range uint32(2) {
		records := randomFlows(random, 4, 20, 5*time.Minute)
		for i := range records {
			r := &records[i]
			r.Counters.Packets, r.Counters.Octets = random.Uint64()>>(8+random.IntN(56)), random.Uint64()>>(10+random.IntN(54))
			r.Counters.WireOctets, r.Counters.PayloadOctets = random.Uint64()>>(10+random.IntN(54)), random.Uint64()>>(10+random.IntN(54))
			r.Export.Population, r.Export.Sample = uint64(1+random.Uint32N(5)), uint64(1+random.Uint32N(3))
			r.Export.Direction = uint8(random.IntN(2))
			switch i {
			case 0: // over more intervals of 1 s than a record is spread over
				r.End = r.Start + flow.Timestamp(3*time.Hour)
			case 1: // ends where an interval of any length begins
				r.End = exportEpoch + flow.Timestamp(time.Hour)
				r.Start = r.End - 90*second
			}
		}
		p := newPacking(random, 4, records)
		e := &netflowtest.Exporter{Version: 10, Domain: 1 + domain}
		t := p.template(256, 152, 8, 153, 8)
		for i := range t.Fields {
			if n := t.Fields[i].Number; n == 1 || n == 2 {
				t.Fields[i].Length = 8
			}
		}
		t.Fields = append(t.Fields, netflowtest.Fields(352, 8, 401, 8, 61, 1)...)
		if domain == 0 {
			t.Fields = append(t.Fields, netflowtest.Fields(309, 4, 310, 4)...)
		}
		file = append(file, e.Message(p.at, e.Templates(t), e.Data(p.at, &t, records))...)
	}
	return file
}

// summed sums columns of a table by others. What is unknown throughout is NULL.
func summed(t *testing.T, s sheet, by func(r row) string, columns ...string) sheet {
	t.Helper()
	sums := make(map[string][]*big.Int)
	for _, cells := range s.rows {
		r := row{s.columns, cells}
		id := by(r)
		if sums[id] == nil {
			sums[id] = make([]*big.Int, len(columns))
		}
		for i, column := range columns {
			cell := *r.cell(column)
			if cell == "" {
				continue
			}
			n, ok := new(big.Int).SetString(cell, 10)
			if !ok || n.Sign() < 0 {
				t.Fatalf("column %s has %q", column, cell)
			}
			if sums[id][i] != nil {
				n.Add(n, sums[id][i])
			}
			sums[id][i] = n
		}
	}
	total := sheet{columns: append([]string{"key"}, columns...)}
	for id, sum := range sums {
		cells := []string{id}
		for _, n := range sum {
			cells = append(cells, fmt.Sprint(n))
		}
		total.rows = append(total.rows, cells)
	}
	return total.sorted()
}

// join joins cells of a row.
func (r row) join(columns ...string) string {
	var b strings.Builder
	for _, c := range columns {
		b.WriteString(*r.cell(c) + " ")
	}
	return b.String()
}

// What a record counts is neither more nor less in intervals of any width, however it
// is spread; and how it is spread changes no flow record.
func TestDistributionConserves(t *testing.T) {
	byKey := func(r row) string { return r.join(exportedKey...) }
	for seed := range seeds(6) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			file := saved(t, "a.ipfix", sampledExports(seed))
			var flows string
			for _, method := range []string{"start", "end", "mid", "uniform", "proportional"} {
				for _, width := range []string{"1s", "5m", "1h"} {
					what := method + " " + width
					gotFlows, content := tablesOf(t, "--distribution", method, "--interval", width, file)
					if flows == "" {
						flows = gotFlows
					}
					mustBeSame(t, what+", flows", gotFlows, flows)
					records, intervals := sheetOf(t, flows), sheetOf(t, content)
					mustEqual(t, what+", sums", summed(t, intervals, byKey, spreadColumns...), summed(t, records, byKey, spreadColumns...))
					for _, counter := range []string{"flows_started", "flows_ended"} {
						all := summed(t, intervals, func(row) string { return "all" }, counter)
						if got, want := all.rows[0][1], fmt.Sprint(len(records.rows)); got != want {
							t.Errorf("%s: %s sums to %s, want %s", what, counter, got, want)
						}
					}
					mustSpread(t, what, intervals, method, width)
				}
			}
		})
	}
}

// mustSpread says that intervals name their method: that of the run, but for records
// over more intervals than a record is spread over.
func mustSpread(t *testing.T, what string, intervals sheet, method, width string) {
	t.Helper()
	others := intervals.where(func(r row) bool { return *r.cell("distribution") != method })
	long := 0
	if width == "1s" && method != "end" {
		long = 4 // the rows of start and end of one record in each domain
	}
	if len(others.rows) != long || len(intervals.rows) <= long {
		t.Errorf("%s: %d of %d rows are spread otherwise, want %d", what, len(others.rows), len(intervals.rows), long)
	}
}

// M16: narrow intervals add up to wide ones by all methods but uniform, by which the
// share of an hour depends on how many of its intervals a record touches.
func TestExportIntervalsAddUp(t *testing.T) {
	byHour := func(r row) string {
		return (*r.cell("interval_start"))[:len("2006-01-02T15")] + " " + r.join(exportedKey...)
	}
	for seed := range seeds(6) {
		file := saved(t, "a.ipfix", sampledExports(seed))
		for _, method := range []string{"start", "end", "mid", "proportional"} {
			_, fine := tablesOf(t, "--distribution", method, "--interval", "60s", file)
			_, coarse := tablesOf(t, "--distribution", method, "--interval", "1h", file)
			columns := append([]string{"flows_started", "flows_ended"}, spreadColumns...)
			narrow, wide := summed(t, sheetOf(t, fine), byHour, columns...), summed(t, sheetOf(t, coarse), byHour, columns...)
			mustEqual(t, fmt.Sprintf("seed %d, %s", seed, method), narrow, wide)
			if len(sheetOf(t, fine).rows) <= len(sheetOf(t, coarse).rows) {
				t.Errorf("seed %d, %s: intervals are not narrower", seed, method)
			}
		}
	}
}
