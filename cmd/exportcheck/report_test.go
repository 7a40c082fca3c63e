package main

import (
	"os"
	"strings"
	"testing"
)

func TestReport(t *testing.T) {
	differing := disagreement{program: "nfdump", pair: pair{&flowRecord{place: "record 1"}, &flowRecord{place: "row 1"}}, column: "flow_start", want: "0"}
	tests := []struct {
		name     string
		findings []finding
		want     bool
		line     string // that the report has
	}{
		{"nothing compared", nil, false, "0 runs, 0 failures, 0 unexplained differences"},
		{"equal", []finding{{trial: trial{files: []string{"x"}}, comparisons: []comparison{{program: "nfdump", fields: 2, equal: 2}}}}, true, "nfdump: 0 records, 0 with a row; 2 fields, 2 equal, 0 unexplained"},
		{"explained", []finding{{comparisons: []comparison{{explained: map[string]int{"no_ports": 2}}}, trial: trial{files: []string{"x"}}}}, true, "       2 no_ports: "},
		{"unexplained", []finding{{trial: trial{files: []string{"x"}}, comparisons: []comparison{{unexplained: []disagreement{differing}}}}}, false, "    flow_start: got NULL, want 1970-01-01T00:00:00Z: row 1"},
		{"failed", []finding{{trial: trial{files: []string{"x", "y"}}, failures: []string{"law C1 does not hold"}}}, false, "FAIL x (+1): law C1 does not hold"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var b strings.Builder
			if got := report(&b, test.findings, 5); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
			if !strings.Contains(b.String(), test.line) {
				t.Errorf("got\n%s\nwant a line %q", b.String(), test.line)
			}
		})
	}
}

// TestCorpus reads all references of a corpus.
func TestCorpus(t *testing.T) {
	corpus := os.Getenv("NETSTREAM_CORPUS")
	if corpus == "" {
		t.Skip("NETSTREAM_CORPUS is not set")
	}
	files, err := readIndex(corpus)
	if err != nil {
		t.Fatal(err)
	}
	records := map[string]int{}
	for _, trial := range arrange(files) {
		for _, path := range trial.references {
			r, err := readReference(corpus, path)
			if err != nil {
				t.Error(err)
			}
			records[r.program] += len(r.records) + len(r.totals)
		}
	}
	for _, program := range []string{"nfdump", "nfdump -I", "tshark", "flow-tools", "pmacct", "telegraf", "logstash", "ipfixcol"} {
		if records[program] == 0 {
			t.Errorf("%s: got no record", program)
		}
	}
}
