package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"netstream/writer/manifest"
)

// expectation is a row of testdata/capture/expected.tsv.
type expectation struct {
	file                      string
	packets, accounted, flows uint64
	damage                    string            // kind, "" for none
	reasons                   map[string]uint64 // packets that are not accounted
}

func expectations(t *testing.T) []expectation {
	t.Helper()
	tsv := csv.NewReader(strings.NewReader(readFile(t, captures, "expected.tsv")))
	tsv.Comma = '\t'
	records, err := tsv.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var all []expectation
	for _, r := range records[1:] {
		e := expectation{file: r[0], packets: mustUint(t, r[1]), accounted: mustUint(t, r[2]), flows: mustUint(t, r[3]), damage: r[4], reasons: map[string]uint64{}}
		for _, reason := range strings.Fields(r[5]) {
			name, n, _ := strings.Cut(reason, "=")
			e.reasons[name] = mustUint(t, n)
		}
		all = append(all, e)
	}
	return all
}

func mustUint(t *testing.T, s string) uint64 {
	t.Helper()
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func manifestOf(t *testing.T, out string) manifest.Manifest {
	t.Helper()
	var m manifest.Manifest
	if err := json.Unmarshal([]byte(readFile(t, out, "run.json")), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// TestFixtures runs every fixture as it is told in testdata/capture/README.md.
func TestFixtures(t *testing.T) {
	tested := make(map[string]bool)
	for _, e := range expectations(t) {
		tested[e.file] = true
		t.Run(e.file, func(t *testing.T) {
			t.Parallel()
			out := filepath.Join(t.TempDir(), "out")
			got := netstream("run", "-o", "csv", "-w", out, filepath.Join(captures, e.file))
			want := exitOK
			if e.damage != "" {
				want = exitDamaged
			}
			if got.code != want {
				t.Fatalf("exit code %d, want %d: %s", got.code, want, got.errors)
			}
			if e.damage != "" && !strings.Contains(got.errors, e.file) {
				t.Errorf("the message does not name the file: %q", got.errors)
			}
			checkManifest(t, manifestOf(t, out), &e)
			checkLedger(t, sheetOf(t, readFile(t, out, "ledger.csv")), &e)
			if rows := sheetOf(t, readFile(t, out, "flows.csv")).rows; uint64(len(rows)) != e.flows {
				t.Errorf("%d flow records, want %d", len(rows), e.flows)
			}
		})
	}
	files, err := os.ReadDir(captures)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		isCapture := !strings.HasPrefix(f.Name(), "lab") && f.Name() != "README.md" && f.Name() != "expected.tsv"
		if isCapture && !tested[f.Name()] {
			t.Errorf("%s is not in expected.tsv", f.Name())
		}
	}
}

func checkManifest(t *testing.T, m manifest.Manifest, e *expectation) {
	t.Helper()
	in := m.Inputs[0]
	if got := in.Packets - in.LostPackets; got != e.packets {
		t.Errorf("%d packets read, want %d", got, e.packets)
	}
	if got := string(m.Totals.PacketsAccounted); got != fmt.Sprint(e.accounted) {
		t.Errorf("%s packets accounted, want %d", got, e.accounted)
	}
	if m.Totals.Flows != e.flows {
		t.Errorf("%d flows, want %d", m.Totals.Flows, e.flows)
	}
	if m.Complete != (e.damage == "") || in.Complete != m.Complete {
		t.Errorf("complete is %v, of the input %v; damage %q is expected", m.Complete, in.Complete, e.damage)
	}
	hasKind := slices.ContainsFunc(in.Damages, func(d manifest.Damage) bool { return d.Kind == e.damage })
	if hasKind != (e.damage != "") || uint64(len(in.Damages)) != in.DamageCount {
		t.Errorf("damage is %+v, %d in all, want kind %q", in.Damages, in.DamageCount, e.damage)
	}
	if len(m.Laws) < 10 {
		t.Errorf("only %d laws were checked", len(m.Laws))
	}
	for _, law := range m.Laws {
		if !law.Holds {
			t.Errorf("law %s does not hold: %s", law.ID, law.Text)
		}
	}
	if o := in.Octets; o.Header+o.Packets+o.Known+o.Unknown+o.Damaged+o.Trailing != in.ContentSize {
		t.Errorf("octets %+v do not add up to %d", o, in.ContentSize)
	}
}

// checkLedger compares where the packets went.
func checkLedger(t *testing.T, ledger sheet, e *expectation) {
	t.Helper()
	got := make(map[string]uint64)
	var damage []string
	for _, cells := range ledger.rows {
		r := row{ledger.columns, cells}
		outcome := *r.cell("outcome")
		switch *r.cell("kind") {
		case "packet":
			got[outcome] += uint64(number(t, r, "packets"))
		case "damage":
			damage = append(damage, outcome)
		}
	}
	if got["accounted"] != e.accounted {
		t.Errorf("ledger: %d packets accounted, want %d", got["accounted"], e.accounted)
	}
	delete(got, "accounted")
	delete(got, "bad_block") // packets that are lost are not among those that can be read
	for reason, n := range e.reasons {
		if got[reason] != n {
			t.Errorf("ledger: %d packets under %s, want %d", got[reason], reason, n)
		}
		delete(got, reason)
	}
	if len(got) > 0 {
		t.Errorf("ledger: unexpected outcomes %v", got)
	}
	if slices.Contains(damage, e.damage) != (e.damage != "") || e.damage == "" && len(damage) > 0 {
		t.Errorf("ledger: damage %q, want %q", damage, e.damage)
	}
}

// TestLab compares what comes of real traffic with the counts of tshark
// (testdata/README.md).
func TestLab(t *testing.T) {
	for _, c := range []struct {
		file        string
		packets, ip uint64
		points      []string
	}{
		{"lab.pcapng", 1642, 1569, []string{"trunk"}},
		{"lab-two-points.pcapng", 141, 141, []string{"to-alice", "trunk"}},
		{"lab-ping.pcap", 100, 100, []string{""}},
		{"lab-any.pcap", 120, 116, []string{""}},
	} {
		t.Run(c.file, func(t *testing.T) {
			out := outputOf(t, "-o", "csv", filepath.Join(captures, c.file))
			checkManifest(t, manifestOf(t, out), &expectation{
				packets: c.packets, accounted: c.ip, flows: uint64(len(sheetOf(t, readFile(t, out, "flows.csv")).rows)),
			})
			flows := sheetOf(t, readFile(t, out, "flows.csv"))
			var points []string
			packets := 0
			for _, cells := range flows.rows {
				r := row{flows.columns, cells}
				points = append(points, *r.cell("interface"))
				packets += number(t, r, "packets")
			}
			slices.Sort(points)
			if points = slices.Compact(points); !slices.Equal(points, c.points) {
				t.Errorf("observation points %q, want %q", points, c.points)
			}
			if uint64(packets) != c.ip {
				t.Errorf("%d packets in the flow table, want %d", packets, c.ip)
			}
		})
	}
}
