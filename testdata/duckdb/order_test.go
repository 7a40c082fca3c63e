package duckdb

import "testing"

// orderedKey is the flow key as it is ordered (docs/metering.md sections 4 and 6).
// What is not known is 0, and then comes first or, as the ports and what one of the
// exporters leaves out, by the octet that says which members are known. The
// observation point is ordered by name, the nameless one first, captures before
// exporters, unknown exporters before those of IPv4 and IPv6.
const orderedKey = "coalesce(octets(src_ip), repeat('0', 32)), coalesce(octets(dst_ip), repeat('0', 32)), " +
	"coalesce(src_port, 0), coalesce(dst_port, 0), coalesce(protocol, 0), coalesce(tos, 0), coalesce(ip_version, 0), " +
	"(coalesce(src_port, dst_port) IS NOT NULL)::INT + 2 * (src_ip IS NULL)::INT + 4 * (dst_ip IS NULL)::INT + 8 * (protocol IS NULL)::INT + 16 * (tos IS NULL)::INT + " +
	"CASE WHEN coalesce(src_port, dst_port) IS NULL THEN 0 ELSE 32 * (src_port IS NULL)::INT + 64 * (dst_port IS NULL)::INT END, " +
	"coalesce(interface, ''), observation_domain IS NOT NULL, " +
	"CASE WHEN exporter_ip IS NULL THEN 0 WHEN contains(exporter_ip, ':') THEN 6 ELSE 4 END, coalesce(octets(exporter_ip), ''), " +
	"coalesce(observation_domain, 0), " +
	"CASE WHEN observation_domain IS NULL THEN coalesce(in_if::BIGINT, out_if::BIGINT, -1) ELSE coalesce(in_if::BIGINT, -1) END, " +
	"CASE WHEN observation_domain IS NULL THEN -1 ELSE coalesce(out_if::BIGINT, -1) END, " +
	"CASE direction WHEN 'ingress' THEN 0 WHEN 'egress' THEN 1 WHEN 'internal' THEN 2 WHEN 'external' THEN 3 ELSE coalesce(direction::INT, -1) END"

// outOfOrder gives how many rows of a table are not in the order of the columns:
// below the row before, or not above it if strict. Rows of no table are all.
func (d *database) outOfOrder(table, columns string, strict bool) int64 {
	d.t.Helper()
	relation := "<"
	if strict {
		relation = "<="
	}
	return d.number("WITH placed AS (SELECT file_row_number AS place, row(%s) AS this FROM %s), "+
		"pairs AS (SELECT this, lag(this) OVER (ORDER BY place) AS before FROM placed) "+
		"SELECT count(*) FROM pairs WHERE before IS NOT NULL AND this %s before", columns, table, relation)
}

func checkOrder(t *testing.T, d *database, o *output) {
	flows := "flow_start"
	if o.setting.unit == "ns" { // equal microseconds may hide different nanoseconds
		flows = "flow_start, flow_end, " + orderedKey + ", coalesce(first_record, 0)"
	}
	if n := d.outOfOrder("flows", flows, false); n > 0 {
		t.Errorf("%d flows are out of order", n)
	}
	if n := d.outOfOrder("intervals", "interval_start, "+orderedKey, true); n > 0 {
		t.Errorf("%d intervals are out of order or there twice", n)
	}
	if n := d.number("SELECT count(*) - count(DISTINCT flow_id) FROM flows"); n != 0 {
		t.Errorf("%d flow identifiers are not unique", n)
	}
}

// TestOutOfOrderIsSeen shows that the query above can fail.
func TestOutOfOrderIsSeen(t *testing.T) {
	d := open(t)
	d.exec("CREATE TABLE rows AS SELECT * FROM (VALUES (0, 1, 'a'), (1, 2, 'b'), (2, 2, 'a'), (3, 2, 'a')) v(file_row_number, n, s)")
	for _, test := range []struct {
		name, columns string
		strict        bool
		want          int64
	}{
		{"one column", "n", false, 0},
		{"second column breaks the tie", "n, s", false, 1},
		{"equal rows", "n, s", true, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			d.t = t
			if got := d.outOfOrder("rows", test.columns, test.strict); got != test.want {
				t.Errorf("got %d, want %d", got, test.want)
			}
		})
	}
}
