package duckdb

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// longFlows are those of two exporters, over bounds of intervals and hours.
func longFlows() []exporter5 {
	const minute, hour = time.Minute, time.Hour
	return []exporter5{
		{"192.0.2.1", 100, []flow5{
			{1, 2, 30 * minute, 90 * minute, 120, 12_000},     // half of it in either hour
			{1, 2, 10 * minute, 20 * minute, 30, 3_000},       // in one hour
			{1, 2, 45 * minute, 9*hour + 45*minute, 540, 540}, // one packet a minute
			{3, 2, hour, hour, 7, 700},                        // one instant, on the bound
			{3, 2, 2*hour + 3*minute, 3 * hour, 57, 5_700},    // ends on the bound, where it has a share of 0
		}},
		{"192.0.2.2", 9, []flow5{
			{1, 0, 59 * minute, 61 * minute, 11, 1_001}, // odd numbers in two halves
		}},
	}
}

// TestTrafficPerExporterInterfaceAndHour asks what a notebook asks: how much came
// in by each interface of each exporter in each hour, as it was before sampling?
func TestTrafficPerExporterInterfaceAndHour(t *testing.T) {
	t.Parallel()
	const question = `
		SELECT exporter_ip, in_if, date_trunc('hour', interval_start AT TIME ZONE 'UTC') AS hour,
		       sum(packets_scaled) AS packets, sum(bytes_scaled) AS bytes
		FROM 'intervals.parquet'
		GROUP BY ALL HAVING packets > 0 ORDER BY ALL`
	type answer struct {
		exporter       string
		input, hour    int
		packets, bytes int64
	}
	answers := []answer{{"192.0.2.1", 1, 6, 6_000 + 3_000 + 1_500, 600_000 + 300_000 + 1_500}, {"192.0.2.1", 1, 7, 6_000 + 6_000, 600_000 + 6_000}}
	for hour := 8; hour < 15; hour++ {
		answers = append(answers, answer{"192.0.2.1", 1, hour, 6_000, 6_000})
	}
	answers = append(answers, answer{"192.0.2.1", 1, 15, 4_500, 4_500},
		answer{"192.0.2.1", 3, 7, 700, 70_000}, answer{"192.0.2.1", 3, 8, 5_700, 570_000},
		answer{"192.0.2.2", 1, 6, 49, 4_504}, answer{"192.0.2.2", 1, 7, 50, 4_505})
	var want strings.Builder
	for _, a := range answers {
		at := time.Date(2026, 3, 1, a.hour, 0, 0, 0, time.UTC)
		fmt.Fprintln(&want, a.exporter, a.input, at, a.packets, a.bytes)
	}

	o := run(t, "parquet", settings[0], captureOfExports(t, longFlows()...))
	var got strings.Builder
	for _, row := range open(t).rows("%s", strings.ReplaceAll(question, "'intervals.parquet'", quote(o.path("intervals")))) {
		fmt.Fprintln(&got, strings.Join(row, " "))
	}
	if got.String() != want.String() {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want.String())
	}
}
