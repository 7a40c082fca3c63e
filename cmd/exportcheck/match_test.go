package main

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// sample makes a record of cells "column=text".
func sample(cells ...string) flowRecord {
	r := newFlowRecord("sample")
	for _, cell := range cells {
		column, text, _ := strings.Cut(cell, "=")
		r.cells[column] = text
	}
	return r
}

func TestMatch(t *testing.T) {
	tests := []struct {
		name          string
		records, rows []flowRecord
		want          string // row of each record, then the rows left over
	}{{
		name:    "equal ones first, whatever the order",
		records: []flowRecord{sample("src_ip=a", "packets=1"), sample("src_ip=a", "packets=2")},
		rows:    []flowRecord{sample("src_ip=a", "packets=2"), sample("src_ip=a", "packets=3")},
		want:    "1 0",
	}, {
		name:    "most equal cells of one key",
		records: []flowRecord{sample("src_ip=a", "packets=1", "bytes=5", "tos=0")},
		rows:    []flowRecord{sample("src_ip=a", "packets=2", "bytes=6", "tos=0"), sample("src_ip=a", "packets=1", "bytes=5", "tos=1")},
		want:    "1 extra 0",
	}, {
		name:    "another port",
		records: []flowRecord{sample("src_ip=a", "dst_ip=b", "dst_port=0")},
		rows:    []flowRecord{sample("src_ip=a", "dst_ip=b", "dst_port=8")},
		want:    "0",
	}, {
		name:    "only the counters",
		records: []flowRecord{sample("src_ip=::", "packets=1", "bytes=5")},
		rows:    []flowRecord{sample("src_ip=a", "packets=1", "bytes=5")},
		want:    "0",
	}, {
		name:    "nothing in common",
		records: []flowRecord{sample("src_ip=a", "packets=1")},
		rows:    []flowRecord{sample("src_ip=b", "packets=2")},
		want:    "missing extra 0",
	}, {
		name:    "time in the precision of the reference",
		records: []flowRecord{sample("flow_start=1000000")},
		rows:    []flowRecord{sample("flow_start=2000000"), sample("flow_start=1999999")},
		want:    "1 extra 0",
	}}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, p := range match(test.records, test.rows, time.Millisecond) {
				row := "missing"
				for i := range test.rows {
					if p.row == &test.rows[i] {
						row = fmt.Sprint(i)
					}
				}
				if p.reference == nil {
					row = "extra " + row
				}
				got = append(got, row)
			}
			if strings.Join(got, " ") != test.want {
				t.Errorf("got %v, want %v", strings.Join(got, " "), test.want)
			}
		})
	}
}

func TestCompareCounts(t *testing.T) {
	ref := reference{program: "tshark", precision: time.Nanosecond, counts: recordCounts{known: true, flow: 2, options: 1}, records: []flowRecord{
		sample("src_ip=a", "dst_ip=b", "packets=1", "exporter_ip=192.0.2.1"),
		sample("src_ip=c", "dst_ip=d", "packets=1"),
	}}
	r := run{
		flows:   []flowRecord{sample("src_ip=a", "dst_ip=b", "packets=2"), sample("src_ip=e")},
		streams: []flowRecord{sample("records=1", "option_records=1"), sample("records=1", "option_records=0")},
	}
	e := examiner{known: differences()}
	f := finding{trial: trial{files: []string{"x"}}}
	c := e.compare(&f, &r, "x.json", &ref, factsOf(&r))
	// The exporter of a file of bare messages is not compared.
	if c.records != 2 || c.matched != 1 || c.fields != 3 || c.equal != 2 {
		t.Errorf("got %+v", c)
	}
	if got, want := c.byColumn(), "extra 1, missing 1, packets 1"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	r.streams = []flowRecord{sample("records=1")}
	if got, want := func() string { c := e.compare(&f, &r, "x.json", &ref, factsOf(&r)); return c.byColumn() }(), "extra 1, missing 1, option_records 1, packets 1, records 1"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
