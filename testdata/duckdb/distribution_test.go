package duckdb

import (
	"strings"
	"testing"
)

// checkDistribution spreads the volume of each flow over the intervals anew, by
// docs/metering.md section 7, and compares with all of the interval table. Nothing
// of the tables may be cut for that: times of microseconds must be whole ones.
func checkDistribution(t *testing.T, d *database, o *output) {
	method := o.manifest.Totals.Distribution
	if want := o.setting.distribution; want != "" && method != want {
		t.Errorf("run.json says %s, want %s", method, want)
	}
	d.none("intervals", []string{"distribution <> " + quote(method)})
	d.exec("CREATE TABLE parts AS SELECT *, (greatest_b - least_b) // width() + 1 AS touched, unnest(generate_series(least_b, greatest_b, width())) AS b FROM (" +
		"SELECT *, stamp(flow_start) AS s, stamp(flow_end) AS e, interval_of(flow_start) AS least_b, interval_of(flow_end) AS greatest_b FROM flows)")
	if d.number("SELECT count(*) FROM parts WHERE s < 0") > 0 {
		t.Fatal("integer division of SQL is not floor below 0")
	}
	share := func(column string) string {
		return "sum(" + strings.ReplaceAll(shareOf(method), "$c", column+"::HUGEINT") + ")"
	}
	d.equal(
		"SELECT stamp(interval_start), "+key+", flows_active, flows_started, flows_ended, packets, bytes, wire_bytes, payload_bytes, "+
			"packets_scaled, bytes_scaled, tcp_flags, stamp(first_seen), stamp(last_seen) FROM intervals",
		"SELECT b, "+key+", count(*), count(*) FILTER (WHERE b = least_b), count(*) FILTER (WHERE b = greatest_b), "+
			share("packets")+", "+share("bytes")+", "+share("wire_bytes")+", "+share("payload_bytes")+", "+
			"CASE WHEN count(*) = count(sampling_rate) THEN "+share("packets_scaled")+" END, "+
			"CASE WHEN count(*) = count(sampling_rate) THEN "+share("bytes_scaled")+" END, "+
			"bit_or(tcp_flags), min(greatest(s, b)), max(least(e, b + width() - 1)) FROM parts GROUP BY b, "+key,
		o.manifest.Totals.Flows > 0)
}

// shareOf gives the term for what comes of a volume $c, of a flow from s to e, into
// the interval that begins at b; the flow touches those that begin at least_b to
// greatest_b.
func shareOf(method string) string {
	switch method {
	case "start":
		return "CASE WHEN b = least_b THEN $c ELSE 0 * $c END"
	case "end":
		return "CASE WHEN b = greatest_b THEN $c ELSE 0 * $c END"
	case "mid":
		return "CASE WHEN (s + e) // 2 >= b AND (s + e) // 2 < b + width() THEN $c ELSE 0 * $c END"
	case "uniform":
		return "$c // touched + ((b - least_b) // width() < $c % touched)::INT"
	default: // proportional: what comes until the end of the interval, less what comes until its begin
		until := func(t string) string {
			return "CASE WHEN " + t + " <= s THEN 0 * $c WHEN " + t + " >= e THEN $c ELSE $c * (" + t + " - s) // (e - s) END"
		}
		return until("(b + width())") + " - " + until("b")
	}
}

// TestDistributions spreads flows that last hours by each method.
func TestDistributions(t *testing.T) {
	for _, method := range []string{"start", "end", "mid", "uniform", "proportional"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			d := open(t)
			o := run(t, "parquet", setting{name: "ns", unit: "ns", distribution: method}, captureOfExports(t, longFlows()...))
			d.tables(o)
			checkSums(t, d, o)
			checkIntervals(t, d, o)
			checkDistribution(t, d, o)
		})
	}
}
