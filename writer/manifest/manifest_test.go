package manifest_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"netstream/writer/manifest"
)

// TestCaptureDocument has a run that read captures only say nothing of exporters:
// its document is what it was before there were exporters.
func TestCaptureDocument(t *testing.T) {
	m := manifest.Manifest{
		Inputs: []manifest.Input{{Name: "a.pcap", Packets: 1}},
		Totals: manifest.Totals{PacketsRead: "1", PacketsAccounted: "1", Bytes: "2", WireBytes: "3", PayloadBytes: "4", Flows: 5},
	}
	var out bytes.Buffer
	if err := m.Write(&out); err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"messages", "record", "streams", "scaled", "distribution", "exporter"} {
		if strings.Contains(out.String(), word) {
			t.Errorf("%q is in\n%s", word, &out)
		}
	}
}

// TestExporterDocument reads back what was written, and has the fields in their
// order.
func TestExporterDocument(t *testing.T) {
	m := manifest.Manifest{
		Inputs: []manifest.Input{{
			Name: "a.ipfix", Messages: 3, FirstRecord: 1, Records: 30,
			Streams: []manifest.Stream{{
				Exporter: "192.0.2.1", Port: 4739, Version: "ipfix", Domain: 256, Messages: 3, Bytes: 1500, Records: 29, OptionRecords: 1, Rows: 31,
				SequenceRule: "records", Hypotheses: []manifest.Hypothesis{{Rule: "records"}, {Rule: "messages", Gaps: 2, Lost: 27}},
			}, {Version: "netflow5"}},
		}},
		Totals: manifest.Totals{
			PacketsRead: "0", PacketsAccounted: "0", Bytes: "0", WireBytes: "0", PayloadBytes: "0",
			Messages: "3", RecordsRead: "30", RecordsAccounted: "29", PacketsScaled: "340282366920938463463374607431768211455", BytesScaled: "1", Distribution: "proportional",
		},
	}
	var out bytes.Buffer
	if err := m.Write(&out); err != nil {
		t.Fatal(err)
	}
	var back manifest.Manifest
	if err := json.Unmarshal(out.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(back, m) {
		t.Errorf("got %+v, want %+v", back, m)
	}
	rest := out.String()
	for _, field := range []string{
		`"damage_count"`, `"messages": 3`, `"first_record": 1`, `"records": 30`, `"streams"`, `"exporter": "192.0.2.1"`, `"port": 4739`,
		`"version": "ipfix"`, `"observation_domain": 256`, `"messages": 3`, `"records": 29`, `"sequence_rule"`, `"sequence_hypotheses"`,
		`"rule": "messages"`, `"gaps": 2`, `"lost": 27`, `"version": "netflow5"`, `"totals"`, `"messages": 3`, `"records_read": 30`,
		`"records_accounted": 29`, `"packets_scaled": 340282366920938463463374607431768211455`, `"distribution": "proportional"`,
	} {
		_, behind, found := strings.Cut(rest, field)
		if !found {
			t.Fatalf("%s is not at its place in\n%s", field, &out)
		}
		rest = behind
	}
}
