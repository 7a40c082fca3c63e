package duckdb

import (
	"fmt"
	"strconv"
	"testing"
	"time"
)

// checkExporters compares the table of exporters with the streams of run.json,
// member by member, and with the flows of each stream.
func checkExporters(t *testing.T, d *database, o *output) {
	columns := []string{}
	for _, row := range d.rows("SELECT column_name FROM (DESCRIBE SELECT * EXCLUDE file_row_number FROM exporters)") {
		columns = append(columns, row[0])
	}
	got := d.rows("SELECT * EXCLUDE file_row_number REPLACE (stamp(first_export) AS first_export, stamp(last_export) AS last_export) " +
		"FROM exporters ORDER BY file_row_number")
	i := 0
	for _, in := range o.manifest.Inputs {
		for _, stream := range in.Streams {
			if i == len(got) {
				t.Fatalf("%d rows of exporters, run.json has more streams", len(got))
			}
			compareStream(t, o, columns, got[i], in.Name, stream)
			i++
		}
	}
	if i != len(got) {
		t.Errorf("%d rows of exporters, run.json has %d streams", len(got), i)
	}
	d.none("exporters", []string{
		"last_export < first_export",
		"version NOT IN ('netflow1', 'netflow5', 'netflow6', 'netflow7', 'netflow8', 'netflow9', 'ipfix', 'nfcapd')",
		"observation_domain IS NULL OR records IS NULL OR rows IS NULL",
		"(first_export IS NULL OR messages IS NULL OR bytes IS NULL OR sequence_rule IS NULL) <> (version = 'nfcapd')",
		"(templates IS NULL) <> (version NOT IN ('netflow9', 'ipfix'))",
		"exporter_port = 0 OR exporter_port IS NOT NULL AND exporter_ip IS NULL",
	})
	d.equal(
		"SELECT exporter_ip, observation_domain, sum(rows) FROM exporters WHERE rows > 0 GROUP BY ALL",
		"SELECT exporter_ip, observation_domain, count(*) FROM flows WHERE observation_domain IS NOT NULL GROUP BY ALL",
		o.manifest.Totals.Flows > 0)
}

// compareStream compares a row of the table with a stream of run.json, which
// leaves out members that are 0.
func compareStream(t *testing.T, o *output, columns, row []string, input string, stream map[string]any) {
	t.Helper()
	members := 0
	for i, column := range columns {
		member, told := stream[memberOf(column)]
		want := fmt.Sprint(member)
		switch {
		case column == "input":
			want, told = input, true
		case told:
			members++
		}
		if at, err := time.Parse(time.RFC3339Nano, want); err == nil {
			if want = strconv.FormatInt(at.UnixMicro(), 10); o.setting.unit == "ns" {
				want = strconv.FormatInt(at.UnixNano(), 10)
			}
		}
		equal := row[i] == want
		if !told || want == "0" { // NULL is what cannot be known
			equal = row[i] == "0" || row[i] == "NULL"
		}
		if !equal {
			t.Errorf("%s: %s is %s, run.json says %v", input, column, row[i], member)
		}
	}
	if _, told := stream["sequence_hypotheses"]; told { // has no column
		members++
	}
	if members != len(stream) {
		t.Errorf("%s: %d members of the stream are columns, it has %d: %v", input, members, len(stream), stream)
	}
}

// memberOf gives the name that a column of the table of exporters has in run.json.
func memberOf(column string) string {
	switch column {
	case "exporter_ip":
		return "exporter"
	case "exporter_port":
		return "port"
	default:
		return column
	}
}

// checkExportLedger compares what the ledger says of messages, records and sets
// with run.json and the table of exporters.
func checkExportLedger(t *testing.T, d *database, o *output) {
	totals := &o.manifest.Totals
	for _, in := range o.manifest.Inputs {
		of := "FROM ledger WHERE input = " + quote(in.Name)
		if got := d.number("SELECT sum(messages)::BIGINT %s AND kind = 'message'", of); got != in.Messages {
			t.Errorf("%s: %d messages in the ledger, run.json says %d", in.Name, got, in.Messages)
		}
		if got := d.number("SELECT sum(records)::BIGINT %s AND kind = 'record'", of); got != in.Records {
			t.Errorf("%s: %d records in the ledger, run.json says %d", in.Name, got, in.Records)
		}
		for _, remark := range in.Remarks {
			got := d.number("SELECT coalesce(sum(messages), sum(records))::BIGINT %s AND kind = 'note' AND outcome = %s", of, quote(remark.Name))
			if got != remark.Count {
				t.Errorf("%s: %s counts %d in the ledger, run.json says %d", in.Name, remark.Name, got, remark.Count)
			}
		}
	}
	for _, c := range []struct {
		name, ledger, exporters string
		total                   int64
	}{
		{"messages", "sum(messages) FILTER (WHERE kind = 'message')", "sum(messages)", totals.Messages},
		{"records", "sum(records) FILTER (WHERE kind = 'record')", "sum(records + coalesce(option_records, 0))", totals.RecordsRead},
		{"accounted records", "sum(records) FILTER (WHERE kind = 'record' AND outcome = 'accounted')", "sum(records)", totals.RecordsAccounted},
		{"records decoded late", "sum(records) FILTER (WHERE kind = 'note' AND outcome = 'decoded_late')", "sum(decoded_late)", -1},
		{"undecodable sets", "sum(sets) FILTER (WHERE kind = 'set')", "sum(undecodable_sets)", -1},
		{"octets of undecodable sets", "sum(octets) FILTER (WHERE kind = 'set')", "sum(undecodable_bytes)", -1},
	} {
		ledger, exporters := d.number("SELECT (%s)::BIGINT FROM ledger", c.ledger), d.number("SELECT (%s)::BIGINT FROM exporters", c.exporters)
		if ledger != exporters || c.total >= 0 && ledger != c.total {
			t.Errorf("%s: %d in the ledger, %d of exporters, the total is %d", c.name, ledger, exporters, c.total)
		}
	}
	d.none("ledger", []string{
		"kind = 'packet' AND (packets IS NULL OR octets IS NOT NULL OR records IS NOT NULL)",
		"kind = 'octets' AND (octets IS NULL OR packets IS NOT NULL OR messages IS NOT NULL)",
		"kind = 'message' AND (messages IS NULL OR octets IS NULL OR first_offset IS NULL OR first_message IS NULL OR records IS NOT NULL)",
		"kind = 'record' AND (records IS NULL OR messages IS NOT NULL OR packets IS NOT NULL OR octets IS NOT NULL)",
		"kind = 'set' AND (sets IS NULL OR octets IS NULL OR records IS NOT NULL)",
		"detail = '' OR kind NOT IN ('packet', 'note', 'octets', 'damage', 'message', 'record', 'set')",
	})
}
