package main

import (
	"strings"
	"testing"
	"time"
)

// TestDifferences has a disagreement that each known difference explains, and one
// close to it that none may explain.
func TestDifferences(t *testing.T) {
	second := func(text string) string { return text + "000000000" }
	tests := []struct {
		name       string // of the difference
		program    string
		column     string
		want, got  string
		row, shown []string // further cells of the row, what the reference shows besides
		near       string   // a value instead of want that is not explained
	}{
		{name: "unset_shown_as_zero", program: "tshark", column: "next_hop", want: "0.0.0.0", near: "10.0.0.1"},
		{name: "unset_shown_as_zero", program: "tshark", column: "vlan_id", want: "0", near: "1"},
		{name: "no_ports", program: "tshark", column: "src_port", want: "0", near: "1"},
		{name: "no_tcp_flags", program: "tshark", column: "tcp_flags", want: "0", row: []string{"protocol=17"}, near: "2"},
		{name: "running_total", program: "tshark", column: "packets", want: "5", got: "2", shown: []string{"cflow.permanent_octets=9"}, near: "1"},
		{name: "nfdump_end_hundreds", program: "nfdump", column: "flow_end", want: "1700000000054000000", got: "1700000000254000000", near: "1700000000064000000"},
		{name: "time_inverted", program: "nfdump", column: "flow_end", want: second("1600000000"), got: second("1600000005"), row: []string{"flow_start=" + second("1600000005")}, near: second("1600000006")},
		{name: "no_time_shown", program: "nfdump", column: "flow_start", want: "0", got: second("1600000000"), near: second("1500000000")},
		{name: "logstash_uptime", program: "logstash", column: "flow_start", want: second("1600000001"), got: second("1600000000"), near: second("1600000002")},
		{name: "logstash_uptime", program: "logstash", column: "flow_start", want: "1604294967296000000", got: second("1600000000"), near: "1604294967297000000"},
		{name: "pmacct_whole_seconds", program: "pmacct", column: "flow_start", want: second("1600000001"), got: second("1600000000"), near: second("1600000002")},
		{name: "absent_shown_as_zero", program: "nfdump", column: "src_as", want: "0", near: "5"},
		{name: "sampling_folded_in", program: "nfdump", column: "packets", want: "300", got: "3", row: []string{"sampling_rate=100"}, near: "301"},
		{name: "nfdump_field_lost", program: "nfdump", column: "src_mask", want: "0", got: "24", near: "16"},
		{name: "pmacct_networks", program: "pmacct", column: "src_mask", want: "0", got: "24", near: "16"},
		{name: "tshark_version_8_scheme_9", program: "tshark", column: "tos", want: "0", got: "4", shown: []string{"aggregation=9"}},
	}
	tested := map[string]bool{"biflow_reverse": true} // TestCompareCounts
	for _, test := range tests {
		tested[test.name] = true
		t.Run(test.name+" "+test.column, func(t *testing.T) {
			reference, row := sample("flow_start="+second("1600000005"), test.column+"="+test.want), sample(test.row...)
			for _, shown := range test.shown {
				name, text, _ := strings.Cut(shown, "=")
				reference.other[name] = text
			}
			d := disagreement{program: test.program, pair: pair{&reference, &row}, column: test.column, want: test.want, got: test.got, precision: time.Millisecond}
			if got := explanation(&d); got != test.name {
				t.Errorf("got %q, want %q", got, test.name)
			}
			d.want, reference.cells[test.column] = test.near, test.near
			if got := explanation(&d); test.near != "" && got != "" {
				t.Errorf("%s instead of %s: got %q, want none", test.near, test.want, got)
			}
		})
	}
	for _, d := range differences() {
		if !tested[d.name] {
			t.Errorf("%s has no test", d.name)
		}
	}
}

func explanation(d *disagreement) string {
	for _, known := range differences() {
		if known.applies(d) {
			return known.name
		}
	}
	return ""
}
