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
		{name: "nfdump_end_hundreds", program: "nfdump", column: "flow_end", want: "1700000000054000000", got: "1700000000254000000", near: "1700000000064000000"},
		{name: "time_inverted", program: "nfdump", column: "flow_end", want: second("1600000000"), got: second("1600000005"), row: []string{"flow_start=" + second("1600000005")}, near: second("1600000006")},
		{name: "no_time_shown", program: "nfdump", column: "flow_start", want: "0", got: second("1600000000"), near: second("1500000000")},
		{name: "logstash_uptime", program: "logstash", column: "flow_start", want: second("1600000001"), got: second("1600000000"), near: second("1600000002")},
		{name: "logstash_uptime", program: "logstash", column: "flow_start", want: "1604294967296000000", got: second("1600000000"), near: "1604294967297000000"},
		{name: "pmacct_whole_seconds", program: "pmacct", column: "flow_start", want: second("1600000001"), got: second("1600000000"), near: second("1600000002")},
		{name: "absent_shown_as_zero", program: "nfdump", column: "src_as", want: "0", near: "5"},
		{name: "sampling_folded_in", program: "nfdump", column: "packets", want: "300", got: "3", row: []string{"sampling_rate=100"}, near: "301"},
		{name: "nfdump_field_lost", program: "nfdump", column: "src_ip", want: "::", got: "10.0.0.1", near: "10.0.0.2"},
		{name: "pmacct_tables", program: "pmacct", column: "src_mask", want: "0", got: "24"},
		{name: "pmacct_sampling_map", program: "pmacct", column: "packets", want: "300", got: "3", row: []string{"packets=3", "bytes=5"}, near: "2"},
		{name: "pmacct_export_time", program: "pmacct", column: "flow_start", want: second("1600000050"), got: second("1600000000"), row: []string{"time_source=uptime"}, near: second("1600000070")},
		{name: "nfdump_swapped", program: "nfdump", column: "flow_start", want: second("1600000007"), got: second("1600000000"), row: []string{"time_source=uptime", "flow_end=" + second("1600000007")}, near: second("1600000008")},
		{name: "ntp_fraction", program: "tshark", column: "flow_start", want: "1600000000000000999", got: second("1600000000"), row: []string{"time_source=microseconds"}, near: "1600000000000001999"},
		{name: "nfdump_structured", program: "nfdump", column: "src_mac", want: "02:00:00:00:00:01"},
		{name: "tshark_version_8_scheme_9", program: "tshark", column: "tos", want: "0", got: "4", shown: []string{"aggregation=9"}},
	}
	tested := map[string]bool{}
	for _, name := range testedUnread() {
		tested[name] = true
	}
	for _, test := range tests {
		tested[test.name] = true
		t.Run(test.name+" "+test.column, func(t *testing.T) {
			reference, row := sample("flow_start="+second("1600000005"), "bytes=500", test.column+"="+test.want), sample(test.row...)
			for _, shown := range test.shown {
				name, text, _ := strings.Cut(shown, "=")
				reference.other[name] = text
			}
			d := disagreement{program: test.program, facts: sampleFacts(), pair: pair{&reference, &row}, column: test.column, want: test.want, got: test.got, precision: time.Millisecond}
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

func sampleFacts() facts {
	return facts{versions: map[string]bool{"ipfix": true}, firstExport: time.Unix(1600000040, 0), lastExport: time.Unix(1600000060, 0)}
}

// TestDifferencesOfReading has runs in which the program lacks a row, with and
// without the fact that explains it.
func TestDifferencesOfReading(t *testing.T) {
	row := sample("src_ip=10.0.0.1")
	extra := disagreement{program: "tshark", trial: &trial{}, pair: pair{row: &row}}
	count := disagreement{program: "tshark", trial: &trial{}, column: "option_records", want: "0", got: "1"}
	fewer := disagreement{program: "tshark", trial: &trial{}, column: "option_records", want: "1", got: "0"}
	total := disagreement{program: "nfdump -I", trial: &trial{}, column: "Flows_tcp", want: "3", got: "4"}
	tests := []struct {
		name  string
		facts facts
		given disagreement
	}{
		{"tshark_version_6", facts{versions: map[string]bool{"netflow6": true}}, extra},
		{"one_datagram", facts{unseen: true}, count},
		{"decoded_late", facts{late: 1}, extra},
		{"tshark_header_count", facts{headerCounts: true, versions: map[string]bool{"netflow9": true}}, count},
		{"refused_template", facts{refused: true}, fewer},
		{"biflow_totals", facts{biflows: true}, total},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := test.given
			if got := explanation(&d); got != "" {
				t.Errorf("without the fact: got %q, want none", got)
			}
			d.facts = test.facts
			if got := explanation(&d); got != test.name {
				t.Errorf("got %q, want %q", got, test.name)
			}
		})
	}
}

func testedUnread() []string {
	return []string{"tshark_version_6", "one_datagram", "decoded_late", "tshark_header_count", "refused_template", "biflow_totals"}
}

// TestLostFieldNeedsTshark has a field that nfdump shows as 0, and what tshark says of
// the other value.
func TestLostFieldNeedsTshark(t *testing.T) {
	row, reference := sample("protocol=6"), sample("protocol=6")
	at := cell{&row, "forwarding_status"}
	tests := []struct {
		name      string
		column    string
		confirmed map[cell]bool
		want      string
	}{
		{"confirmed", "tos", map[cell]bool{{&row, "tos"}: true}, "nfdump_field_lost"},
		{"another value", "forwarding_status", map[cell]bool{at: false}, ""},
		{"not shown", "forwarding_status", nil, "nfdump_field_lost"},
		{"not shown, and known of no fault", "tos", nil, ""},
		{"port of TCP", "dst_port", nil, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := disagreement{program: "nfdump", pair: pair{&reference, &row}, column: test.column, want: "0", got: "2", facts: facts{confirmed: test.confirmed}}
			if got := explanation(&d); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestSettleSpendsLateRecords has two rows that the reference lacks, and one record
// in front of its template: it explains one of them.
func TestSettleSpendsLateRecords(t *testing.T) {
	row := sample("src_ip=10.0.0.1")
	c := comparison{explained: map[string]int{}}
	e := examiner{known: differences()}
	for range 2 {
		e.settle(&c, disagreement{program: "nfdump", trial: &trial{}, pair: pair{row: &row}, facts: facts{late: 1}})
	}
	if c.explained["decoded_late"] != 1 || len(c.unexplained) != 1 {
		t.Errorf("got %d explained and %d unexplained, want 1 and 1", c.explained["decoded_late"], len(c.unexplained))
	}
}
