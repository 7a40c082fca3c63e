package duckdb

import (
	"strings"
	"testing"
	"time"
)

// key is what the rows of an interval differ in. volumes has no scaled sums where
// the sampling rate of some record is not known.
const (
	key = "interface, exporter_ip, observation_domain, in_if, out_if, direction, " +
		"ip_version, src_ip, dst_ip, src_port, dst_port, protocol, tos"
	volumes = "sum(packets), sum(bytes), sum(wire_bytes), sum(payload_bytes), " +
		"CASE WHEN count(*) = count(packets_scaled) THEN sum(packets_scaled) END, " +
		"CASE WHEN count(*) = count(bytes_scaled) THEN sum(bytes_scaled) END"
)

func checkSums(t *testing.T, d *database, o *output) {
	for _, out := range o.manifest.Outputs {
		if got := d.number("SELECT count(*) FROM %s", out.Table); got != out.Rows {
			t.Errorf("%s has %d rows, run.json says %d", out.Table, got, out.Rows)
		}
		for _, c := range out.Columns {
			if got := d.number("SELECT sum(%s)::BIGINT FROM %s", c.Name, out.Table); got != c.Sum {
				t.Errorf("%s.%s sums to %d, run.json says %d", out.Table, c.Name, got, c.Sum)
			}
		}
	}
	totals := &o.manifest.Totals
	rates := d.number("SELECT count(sampling_rate) FROM flows") == totals.Flows
	for _, table := range []string{"flows", "intervals"} {
		for column, want := range map[string]int64{
			"packets": totals.PacketsAccounted, "bytes": totals.Bytes, "wire_bytes": totals.WireBytes, "payload_bytes": totals.PayloadBytes,
			"packets_scaled": totals.PacketsScaled, "bytes_scaled": totals.BytesScaled,
		} {
			if column == "packets" && totals.Differenced > 0 {
				continue // the total has running totals as they were told
			}
			if strings.HasSuffix(column, "_scaled") && !rates {
				if want != 0 {
					t.Errorf("the total of %s is %d, but not all rates are known", column, want)
				}
				continue
			}
			if got := d.number("SELECT sum(%s)::BIGINT FROM %s", column, table); got != want {
				t.Errorf("%s.%s sums to %d, the total is %d", table, column, got, want)
			}
		}
	}
	if got := d.number("SELECT count(*) FROM flows"); got != totals.Flows {
		t.Errorf("%d flows, the total is %d", got, totals.Flows)
	}
	ended := d.number("SELECT count(*) FROM flows WHERE end_reason IS NULL") // exporters need not tell
	for _, reason := range o.manifest.EndReasons {
		got := d.number("SELECT count(*) FROM flows WHERE end_reason = %s AND end_reason_code = %d", quote(reason.Name), reason.Code)
		if got != reason.Flows {
			t.Errorf("%d flows with %s, run.json says %d", got, reason.Name, reason.Flows)
		}
		ended += got
	}
	if ended != totals.Flows {
		t.Errorf("%d flows by end reason, %d in all", ended, totals.Flows)
	}
}

// checkTimes compares the least and greatest time stamps.
func checkTimes(t *testing.T, d *database, o *output) {
	if o.manifest.Totals.Flows == 0 {
		return
	}
	// The manifest has nanoseconds; tables of microseconds are rounded towards the past.
	for _, c := range []struct{ table, column, aggregate, want string }{
		{"flows", "flow_start", "min", o.manifest.Totals.FirstTime},
		{"flows", "flow_end", "max", o.manifest.Totals.LastTime},
		{"intervals", "first_seen", "min", o.manifest.Totals.FirstTime},
		{"intervals", "last_seen", "max", o.manifest.Totals.LastTime},
	} {
		got := d.number("SELECT stamp(%s(%s)) FROM %s", c.aggregate, c.column, c.table)
		at, err := time.Parse(time.RFC3339Nano, c.want)
		if err != nil {
			t.Fatal(err)
		}
		want := at.UnixMicro()
		if o.setting.unit == "ns" {
			want = at.UnixNano()
		}
		if got != want {
			t.Errorf("%s of %s.%s is %d, run.json says %s, %d", c.aggregate, c.table, c.column, got, c.want, want)
		}
	}
}

// checkIntervals compares the tables key by key.
func checkIntervals(t *testing.T, d *database, o *output) {
	d.equal(
		"SELECT "+key+", "+volumes+", count(*), count(*), bit_or(tcp_flags), min(flow_start), max(flow_end) FROM flows GROUP BY "+key,
		"SELECT "+key+", "+volumes+", sum(flows_started), sum(flows_ended), bit_or(tcp_flags), min(first_seen), max(last_seen) FROM intervals GROUP BY "+key,
		o.manifest.Totals.Flows > 0)
	// EXCEPT and GROUP BY take NULLs for equal; so must a join that says so.
	var same []string
	for _, column := range strings.Split(key, ", ") {
		same = append(same, "f."+column+" IS NOT DISTINCT FROM i."+column)
	}
	joined := d.number("SELECT count(*) FROM (SELECT DISTINCT %s FROM flows) f JOIN (SELECT DISTINCT %[1]s FROM intervals) i ON %s",
		key, strings.Join(same, " AND "))
	if keys := d.number("SELECT count(*) FROM (SELECT DISTINCT %s FROM flows)", key); joined != keys {
		t.Errorf("%d keys are in both tables, %d in flows", joined, keys)
	}
	// What a flow starts and ends in an interval is counted there.
	for column, at := range map[string]string{"flows_started": "flow_start", "flows_ended": "flow_end"} {
		d.equal(
			"SELECT stamp(interval_start), "+key+", "+column+"::HUGEINT FROM intervals WHERE "+column+" > 0",
			"SELECT interval_of("+at+"), "+key+", count(*)::HUGEINT FROM flows GROUP BY ALL",
			o.manifest.Totals.Flows > 0)
	}
}

func checkLedger(t *testing.T, d *database, o *output) {
	for _, in := range o.manifest.Inputs {
		of := "FROM ledger WHERE input = " + quote(in.Name)
		if got := d.number("SELECT sum(packets)::BIGINT %s AND kind = 'packet'", of); got != in.Packets {
			t.Errorf("%s: %d packets in the ledger, run.json says %d", in.Name, got, in.Packets)
		}
		if got := d.number("SELECT sum(octets)::BIGINT %s AND kind = 'octets'", of); got != in.ContentSize {
			t.Errorf("%s: %d octets in the ledger, run.json says %d", in.Name, got, in.ContentSize)
		}
		// Of decoded_late run.json has the numbers of the streams instead.
		if got, want := d.number("SELECT count(*) %s AND kind = 'note' AND outcome <> 'decoded_late'", of), len(in.Notes)+len(in.Remarks); got != int64(want) {
			t.Errorf("%s: %d notes in the ledger, run.json says %d", in.Name, got, want)
		}
		if got := d.number("SELECT count(*) %s AND kind = 'damage'", of); got != int64(len(in.Damages)) {
			t.Errorf("%s: %d damages in the ledger, run.json says %d", in.Name, got, len(in.Damages))
		}
	}
}

// checkAccounted compares the packets that have become flows. Those that are in
// records of exporters are no packets of the input.
func checkAccounted(t *testing.T, d *database, o *output) {
	if got := d.number("SELECT sum(packets)::BIGINT FROM ledger WHERE outcome = 'accounted'"); got != o.manifest.Totals.PacketsAccounted {
		t.Errorf("%d packets accounted in the ledger, the total is %d", got, o.manifest.Totals.PacketsAccounted)
	}
}
