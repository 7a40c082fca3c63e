package main

import (
	"math"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
	"netstream/cmd/internal/statefile"
	"netstream/reader"
)

// TestReportCoverage: what exporters report is complete one active timeout from both
// ends, the longest one of all.
func TestReportCoverage(t *testing.T) {
	minute := flow.Timestamp(time.Minute)
	ends := statefile.Span{First: 10 * minute, Last: 100 * minute}
	none := statefile.Span{First: flow.MaxTimestamp, Last: flow.MinTimestamp}
	tcp := func(active time.Duration) map[uint8]meter.Timers {
		return map[uint8]meter.Timers{6: {Idle: 1, Active: active}}
	}
	tests := []struct {
		name     string
		exported statefile.Span
		settings meter.Settings
		want     flow.Coverage
	}{
		{"usual", ends, meter.Settings{ActiveTimeout: 30 * time.Minute}, flow.Coverage{From: 40 * minute, To: 70 * minute}},
		{"a longer one of a protocol", ends, meter.Settings{ActiveTimeout: time.Minute, Protocols: tcp(5 * time.Minute)}, flow.Coverage{From: 15 * minute, To: 95 * minute}},
		{"none", ends, meter.Settings{}, flow.Coverage{}},
		{"none of a protocol", ends, meter.Settings{ActiveTimeout: time.Minute, Protocols: tcp(0)}, flow.Coverage{}},
		{"no records", none, meter.Settings{ActiveTimeout: time.Minute}, flow.Coverage{}},
		{"the ends of time", statefile.Span{First: flow.MinTimestamp, Last: flow.MaxTimestamp}, meter.Settings{ActiveTimeout: math.MaxInt64},
			flow.Coverage{From: -1, To: 0}},
	}
	for _, tt := range tests {
		if got := reportCoverage(tt.exported, &tt.settings); got != tt.want {
			t.Errorf("%s: got %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

// TestPacketCoverage: where packets were left out on either side of a range of time, the
// capture reaches beyond it.
func TestPacketCoverage(t *testing.T) {
	clocks := flow.Interval{Start: 100, Last: 200}
	selection := reader.Selection{Time: reader.TimeRange{HasFrom: true, From: 90, HasTo: true, To: 210}}
	counted := selection
	counted.Count.Set = true
	tests := []struct {
		name      string
		selection reader.Selection
		accounts  []*reader.Account
		want      flow.Coverage
	}{
		{"nothing left out", selection, []*reader.Account{{}, {}}, flow.Coverage{From: 100, To: 190}},
		{"before", selection, []*reader.Account{{}, {Earlier: true}}, flow.Coverage{From: 90, To: 190}},
		{"behind", selection, []*reader.Account{{Later: true}, {}}, flow.Coverage{From: 100, To: 210}},
		{"behind, but only the first packets are metered", counted, []*reader.Account{{Later: true}}, flow.Coverage{From: 100, To: 190}},
	}
	for _, tt := range tests {
		if got := packetCoverage(clocks, 10, &tt.selection, tt.accounts); got != tt.want {
			t.Errorf("%s: got %+v, want %+v", tt.name, got, tt.want)
		}
	}
	seen := flow.Coverage{From: 100, To: 190}
	for _, tt := range []struct {
		interval flow.Interval
		want     bool
	}{{flow.Interval{Start: 100, Last: 189}, true}, {flow.Interval{Start: 99, Last: 189}, false}, {flow.Interval{Start: 100, Last: 190}, false}} {
		if seen.Includes(tt.interval) != tt.want {
			t.Errorf("%+v includes %+v: %v", seen, tt.interval, !tt.want)
		}
	}
}
