package main

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/aggregate/naive/randomcapture"
	"netstream/reader/capture/capturetest"
)

// nightly runs with --state, one a file, the last one with --state-final, and gives their
// output directories.
func nightly(t *testing.T, files []string, flags ...string) (outputs []string) {
	t.Helper()
	dir := t.TempDir()
	state := filepath.Join(dir, "state")
	for i, file := range files {
		night := slices.Concat(flags, []string{"--state", state, "-j", fmt.Sprint(1 + i%3), file})
		if i == len(files)-1 {
			night = append(night, "--state-final")
		}
		outputs = append(outputs, outputOf(t, night...))
	}
	return outputs
}

// rowsOf gives the rows of a table of several runs in CSV, sorted; the lines with the
// columns are left out.
func rowsOf(t *testing.T, outputs []string, table string) (rows []string) {
	t.Helper()
	for _, output := range outputs {
		lines := strings.SplitAfter(readFile(t, output, table+".csv"), "\n")
		rows = append(rows, lines[1:len(lines)-1]...)
	}
	slices.Sort(rows)
	return rows
}

// sheetOfAll gives a table of several runs as one.
func sheetOfAll(t *testing.T, outputs []string, table string) sheet {
	t.Helper()
	head, _, _ := strings.Cut(readFile(t, outputs[0], table+".csv"), "\n")
	return sheetOf(t, head+"\n"+strings.Join(rowsOf(t, outputs, table), ""))
}

// saveParts cuts packets at random places and gives the files.
func (s *subject) saveParts(t *testing.T, packets []randomcapture.Packet, most int) (names []string) {
	t.Helper()
	var edges []int
	for range 1 + s.random.IntN(most-1) {
		edges = append(edges, s.random.IntN(len(packets)+1))
	}
	slices.Sort(edges)
	dir := t.TempDir()
	for i, part := range randomcapture.Split(packets, slices.Compact(edges)...) {
		if len(part) == 0 {
			continue
		}
		names = append(names, filepath.Join(dir, fmt.Sprintf("%02d.pcap", i)))
		if err := os.WriteFile(names[len(names)-1], encoded(part), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return names
}

// TestNights: runs that hand over to each other give the rows of one run over all files,
// whatever is kept of flows.
func TestNights(t *testing.T) {
	tables := []string{"flows", "intervals", "accounting/hosts", "accounting/protocol-port"}
	var open, growing atomic.Uint64 // flows and slices that went from run to run
	t.Cleanup(func() {
		if open.Load() == 0 || growing.Load() == 0 {
			t.Errorf("%d flows and %d slices were handed over: the test tests nothing", open.Load(), growing.Load())
		}
	})
	relate(t, randomcapture.Calm, 60, func(t *testing.T, s *subject) {
		packets := metered(t, s.packets)
		if len(packets) == 0 {
			return
		}
		flags := slices.Concat(s.flags, []string{"-o", "csv", "--with-mac", "--with-file"}, [][]string{
			{"-A", "protocol-port", "-A", "hosts=src_ip,dst_ip", "--distinct", "--peak", "--biflow=false"},
			{"--biflow", "--features", "stats,splt:7"},
			{"--features", "splt:3", "--biflow=false", "--key", "src_ip/24,dst_ip,protocol,vlan_id"},
			{"--biflow", "--meter", "both"},
			{"--sample", "fix-packets:3", "--biflow=false", "-A", "protocol-port", "-A", "hosts=src_ip,dst_ip"},
		}[s.random.IntN(5)])
		files := s.saveParts(t, packets, 6)
		whole := []string{outputOf(t, slices.Concat(flags, files)...)}
		nights := nightly(t, files, flags...)
		for _, night := range nights {
			there, err := readManifest(night)
			if err != nil {
				t.Fatal(err)
			}
			open.Add(there.State.Given.Flows)
			growing.Add(there.State.Given.Slices)
		}
		for _, table := range tables {
			if _, err := os.Stat(filepath.Join(whole[0], table+".csv")); err != nil {
				continue // the scheme was not asked for
			}
			mustBeSame(t, table+" of the nights", strings.Join(rowsOf(t, nights, table), ""), strings.Join(rowsOf(t, whole, table), ""))
		}
	})
}

// TestNightWithoutFlows: a night in which no flow ends has rows of intervals all the same,
// of a flow that the night before has ended, and no cell of them has a value that the one
// run over both has not.
func TestNightWithoutFlows(t *testing.T) {
	packets := []capturetest.Packet{
		{Time: 0, Data: []byte("\x45\x00\x00\x28\x00\x01\x00\x00\x40\x06\x00\x00\x0a\x00\x00\x01\x0a\x00\x00\x02\x03\xe8\x00\x50\x00\x00\x00\x01\x00\x00\x00\x01\x50\x11\x00\x00\x00\x00\x00\x00")}, // FIN, ACK
		{Time: flow.Timestamp(24 * time.Hour), Data: []byte("\x45\x00\x00\x1c\x00\x01\x00\x00\x40\x11\x00\x00\x0a\x00\x00\x01\x0a\x00\x00\x02\x00\x35\xd4\x31\x00\x08\x00\x00")},
	}
	dir := t.TempDir()
	var files []string
	for i, packet := range packets {
		var file bytes.Buffer
		must(t, capturetest.WritePCAP(&file, capturetest.Options{LinkType: 101}, []capturetest.Packet{packet}))
		files = append(files, filepath.Join(dir, fmt.Sprint(i, ".pcap")))
		must(t, os.WriteFile(files[i], file.Bytes(), 0o600))
	}
	flags := []string{"-o", "csv", "--profile", "cisco", "-A", "index-tos"}
	nights := nightly(t, append(files, saved(t, "empty.pcap", encoded(nil))), flags...)
	whole := []string{outputOf(t, slices.Concat(flags, files)...)}
	if flows, intervals := rowsOf(t, nights[1:2], "flows"), rowsOf(t, nights[1:2], "intervals"); len(flows) > 0 || len(intervals) != 1 {
		t.Errorf("the second night has %d flows and %d intervals, want 0 and 1", len(flows), len(intervals))
	}
	for _, table := range []string{"flows", "intervals", "accounting/index-tos"} {
		mustBeSame(t, table+" of the nights", strings.Join(rowsOf(t, nights, table), ""), strings.Join(rowsOf(t, whole, table), ""))
	}
}

// TestStateOfWorkers: the state is a function of the inputs and settings.
func TestStateOfWorkers(t *testing.T) {
	relate(t, randomcapture.Hostile, 20, func(t *testing.T, s *subject) {
		file := saved(t, "a.pcap", encoded(s.packets))
		var first string
		for workers := range 3 {
			state := filepath.Join(t.TempDir(), "state")
			outputOf(t, slices.Concat(s.flags, []string{"--state", state, "-j", fmt.Sprint(1 + 3*workers), "-A", "hosts=src_ip", "--biflow=false", file})...)
			if content := readFile(t, state); first == "" {
				first = content
			} else if content != first {
				t.Errorf("another state with %d workers", 1+3*workers)
			}
		}
	})
}

// TestNightsOfExports: so do the records of exporters, as long as none is longer than the
// active timeout.
func TestNightsOfExports(t *testing.T) {
	for seed := range seeds(40) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(seed, 77))
			flags, span := intervalAndDistribution(seed)
			flags = append(flags, "-o", "csv", "--active-timeout", span.String(), "-A", "protocol-port", "-A", "hosts=src_ip,dst_ip", "--distinct")
			records := randomFlows(random, 4, 5+random.IntN(100), span)
			slices.SortStableFunc(records, func(a, b flow.Record) int { return cmp.Compare(a.End, b.End) })
			dir, kind := t.TempDir(), random.IntN(1<<16)
			var files []string
			for len(records) > 0 {
				n := min(len(records), 1+random.IntN(40))
				p := newPacking(random, 4, records[:n])
				p.raw()
				c := p.all[kind%len(p.all)]
				files = append(files, filepath.Join(dir, fmt.Sprintf("%02d-%s", len(files), c.name)))
				if err := os.WriteFile(files[len(files)-1], c.content, 0o600); err != nil {
					t.Fatal(err)
				}
				records = records[n:]
			}
			whole := []string{outputOf(t, slices.Concat(flags, files)...)}
			nights := nightly(t, files, flags...)
			// Numbers of records follow the order of inputs, which in one run is that of their times.
			mustEqual(t, "flows of the nights", sheetOfAll(t, nights, "flows").without("first_record").sorted(), sheetOfAll(t, whole, "flows").without("first_record").sorted())
			for _, table := range []string{"intervals", "accounting/hosts", "accounting/protocol-port"} {
				mustBeSame(t, table+" of the nights", strings.Join(rowsOf(t, nights, table), ""), strings.Join(rowsOf(t, whole, table), ""))
			}
		})
	}
}

// TestGoldenState: the state of a capture whose flows have all that a state can hold is
// what it was. Where it is not, runs could not go on from the states that users have:
// statefile.Version then needs another number.
func TestGoldenState(t *testing.T) {
	const name = "../../testdata/state/connections.state"
	state := filepath.Join(t.TempDir(), "state")
	outputOf(t, "--state", state, "--biflow", "--features", "stats,splt:5", "--profile", "nfstream", "--interval", "1s", "-A", "hosts=src_ip", "--peak", "--distinct", filepath.Join(captures, "connections.pcap"))
	got := readFile(t, state)
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got != readFile(t, name) {
		t.Error("another state")
	}
}
