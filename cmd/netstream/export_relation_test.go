package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// ofContainer are the columns that depend on what the records came in; all others
// are the flows'.
var ofContainer = []string{
	"exporter_ip", "observation_domain", "flow_id", "first_record",
	// What only some formats tell.
	"direction", "time_source", "end_reason", "end_reason_code", "forwarding_status",
}

// ofDomain gives the rows of an observation domain without what the container says.
func (s sheet) ofDomain(domain uint32) sheet {
	kept := s.where(func(r row) bool { return *r.cell("observation_domain") == strconv.FormatUint(uint64(domain), 10) })
	return kept.without(slices.DeleteFunc(slices.Clone(ofContainer), func(c string) bool { return !slices.Contains(s.columns, c) })...)
}

// seeds gives how many seeds a test runs with.
func seeds(all uint64) uint64 {
	if testing.Short() {
		return min(all, 5)
	}
	return all
}

// intervalAndDistribution gives flags, and a span of flows that goes over some of the
// intervals.
func intervalAndDistribution(seed uint64) (flags []string, span time.Duration) {
	width := []time.Duration{time.Second, 5 * time.Minute, time.Hour}[seed%3]
	method := []string{"start", "end", "mid", "uniform", "proportional"}[seed%5]
	return []string{"--interval", width.String(), "--distribution", method}, 3 * width
}

// M14: the same flow records are the same rows, whatever they come in. All containers
// are inputs of one run, so that none can do as if it were alone.
func TestSameRecordsInAllContainers(t *testing.T) {
	for seed := range seeds(100) {
		for _, version := range []uint8{4, 6} {
			t.Run(fmt.Sprintf("IPv%d seed %d", version, seed), func(t *testing.T) {
				t.Parallel()
				random := rand.New(rand.NewPCG(seed, uint64(version)))
				flags, span := intervalAndDistribution(seed)
				p := newPacking(random, version, randomFlows(random, version, 1+random.IntN(60), span))
				mustAgree(t, seed, flags, p.containers(), len(p.records))
			})
		}
	}
}

// mustAgree runs containers, one of them on standard input and some compressed, and
// compares their rows with those of the first one.
func mustAgree(t *testing.T, seed uint64, flags []string, containers []container, records int) {
	t.Helper()
	dir, streamed := t.TempDir(), int(seed)%len(containers)
	for i, c := range containers {
		content := c.content
		if packed := (int(seed) + i) % 7; packed < len(compressors) {
			content = compressed(t, compressors[packed].open, content)
		}
		if i == streamed {
			c.content = content
			containers[i] = c
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, c.name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(t.TempDir(), "out")
	args := slices.Concat([]string{"run", "-w", out, "-o", "csv"}, flags, []string{dir, "-"})
	if got := netstreamWith(strings.NewReader(string(containers[streamed].content)), args...); got.code != exitOK {
		t.Fatalf("exit code %d: %s", got.code, got.errors)
	}
	flows, intervals := sheetOf(t, readFile(t, out, "flows.csv")), sheetOf(t, readFile(t, out, "intervals.csv"))
	if got, want := len(flows.rows), records*len(containers); got != want {
		t.Errorf("%d rows, want %d", got, want)
	}
	for i, c := range containers {
		domain := uint32(1 + i)
		mustEqual(t, c.name+", flows", flows.ofDomain(domain), flows.ofDomain(1))
		mustEqual(t, c.name+", intervals", intervals.ofDomain(domain), intervals.ofDomain(1))
	}
}

// The rows are those of the records, as the test knows them.
func TestRowsOfRecords(t *testing.T) {
	for seed := range seeds(20) {
		random := rand.New(rand.NewPCG(seed, 4))
		p := newPacking(random, 4, randomFlows(random, 4, 30, time.Hour))
		p.raw()
		c := p.all[int(seed)%len(p.all)]
		flows, _ := tablesOf(t, saved(t, c.name, c.content))
		var want []string
		for i := range p.records {
			r := &p.records[i]
			ports := ","
			if r.Key.SourcePort|r.Key.DestinationPort != 0 || r.Key.Protocol != 47 && r.Key.Protocol != 50 {
				ports = fmt.Sprintf("%d,%d", r.Key.SourcePort, r.Key.DestinationPort)
			}
			const layout = "2006-01-02T15:04:05.000000Z"
			want = append(want, fmt.Sprintf("%s,%s,%s,%s,%s,%d,%d,%d,%d", r.Start.Time().Format(layout), r.End.Time().Format(layout),
				r.Key.SourceAddr(), r.Key.DestinationAddr(), ports, r.Key.Protocol, r.Counters.Packets, r.Counters.Octets, r.Export.OutIf))
		}
		mustList(t, c.name, sheetOf(t, flows), want,
			"flow_start", "flow_end", "src_ip", "dst_ip", "src_port", "dst_port", "protocol", "packets", "bytes", "out_if")
	}
}

// mustList says that a table has rows with these cells, in any order.
func mustList(t *testing.T, what string, s sheet, want []string, columns ...string) {
	t.Helper()
	var got []string
	for _, cells := range s.rows {
		var selected []string
		for _, c := range columns {
			selected = append(selected, *row{s.columns, cells}.cell(c))
		}
		got = append(got, strings.Join(selected, ","))
	}
	slices.Sort(got)
	want = slices.Sorted(slices.Values(want))
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			t.Fatalf("%s: got %s\nwant %s", what, got[i], want[i])
		}
	}
	if len(got) != len(want) {
		t.Fatalf("%s: got %d rows, want %d", what, len(got), len(want))
	}
}
