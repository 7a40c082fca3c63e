package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"netstream/writer/audit"
	"netstream/writer/manifest"
	"netstream/writer/outdir"
)

// FuzzVerify has a run.json of anything beside the tables of a run: it is audited without a
// panic, and has no file made or read that it names as a setting.
func FuzzVerify(f *testing.F) {
	made := filepath.Join(f.TempDir(), "out")
	if got := netstream("run", "-o", "csv", "-A", "as", "-w", made, filepath.Join(captures, "tcp-fin-closing-ack.pcap")); got.code != exitOK {
		f.Fatal(got.errors)
	}
	document, err := os.ReadFile(filepath.Join(made, outdir.ManifestName))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(document)
	for _, change := range []func(*manifest.Manifest){
		func(m *manifest.Manifest) { m.Parameters["timeouts"] = "-9223372036854775808-300=1s/1s" },
		func(m *manifest.Manifest) {
			m.Parameters["files_from"], m.Parameters["filter_file"] = "/dev/zero", "/dev/zero"
		},
		func(m *manifest.Manifest) { m.Parameters["services"], m.Parameters["as"] = "/dev/zero", "/dev/zero" },
		func(m *manifest.Manifest) { m.Parameters["key"], m.Parameters["partition"] = "x,,y/", "hour" },
		func(m *manifest.Manifest) { m.Outputs[0].Name, m.Outputs[1].Table = "../x", "flows" },
		func(m *manifest.Manifest) { m.Inputs, m.Totals.Bytes, m.RunID = nil, "-1e999999", "" },
		func(m *manifest.Manifest) {
			m.State = &manifest.State{Taken: manifest.Carried{Flows: 1, FlowPackets: "-1", SlicePackets: "1e9"}, Given: manifest.Carried{FlowPackets: "0", SlicePackets: "0"}}
		},
	} {
		var m manifest.Manifest
		if err := json.Unmarshal(document, &m); err != nil {
			f.Fatal(err)
		}
		change(&m)
		changed, err := json.Marshal(&m)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(changed)
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		if err := os.WriteFile(filepath.Join(made, outdir.ManifestName), document, 0o600); err != nil {
			t.Fatal(err)
		}
		report, err := audit.Run(t.Context(), made, audit.Options{Columns: columnsOfRun, Version: version})
		if err != nil {
			t.Fatal(err)
		}
		if report.Manifest != nil {
			optionsOf(report.Manifest.Parameters, nil, t.TempDir()) // any error will do
		}
	})
}
