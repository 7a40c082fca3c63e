package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"netstream/aggregate/naive/frames"
	"netstream/aggregate/naive/randomcapture"
	"netstream/reader"
	"netstream/reader/capture/capturetest"
)

func TestParseSample(t *testing.T) {
	tests := []struct{ text, want string }{ // want is the text of run.json, or a part of the error
		{"none", "none"},
		{"fix-packets:100", "fix-packets:100/1"},
		{"fix-packets:100/5", "fix-packets:100/5"},
		{"fix-packets:4294967295/4294967295", "fix-packets:4294967295/4294967295"},
		{"random-packets:1", "random-packets:1"},
		{"fix-time:100", "fix-time:100ms"},
		{"fix-time:100ms", "fix-time:100ms"},
		{"random-time:1m30s", "random-time:1m30s"},
		{"random-time:1d", "random-time:24h0m0s"},
		{"random-time:1us", "random-time:1µs"},

		{"", `error: sampling method ""`},
		{"100", `error: sampling method "100"`},
		{"fix:100", `error: sampling method "fix"`},
		{"none:1", `error: sample "none:1"`},
		{"fix-packets", `error: sample "fix-packets" must be a method, a colon and a number`},
		{"fix-packets:", `error: "" is no number of packets`},
		{"fix-packets:+1", `error: "+1" is no number`},
		{"fix-packets:0", "error: sampling takes one of 0 packets"},
		{"fix-packets:4294967296", "error: sampling takes one of 4294967296 packets"},
		{"fix-packets:10/0", "error: sampling takes packet 0 of every 10"},
		{"fix-packets:10/11", "error: sampling takes packet 11 of every 10"},
		{"fix-packets:10/", `error: "" is no number`},
		{"random-packets:10/1", "error: \"10/1\": a random sample has no phase"},
		{"fix-time:0", "error: sampling window is 0s"},
		{"fix-time:-5", `error: "-5" is out of range`},
		{"fix-time:9223372036854775807", "is out of range"},
		{"fix-time:soon", `error: "soon" is no duration`},
		{"fix-time:25h", "error: sampling window is 25h0m0s, must be 1µs to 24h0m0s"},
	}
	for _, tt := range tests {
		spec, err := parseSample(tt.text)
		got := spec.String()
		if err != nil {
			got = "error: " + err.Error()
		}
		if got != tt.want && (err == nil || !strings.Contains(got, tt.want)) {
			t.Errorf("%q: got %s, want %s", tt.text, got, tt.want)
		}
	}
}

func TestParseTimeRange(t *testing.T) {
	tests := []struct{ text, want string }{
		{"2026-01-31T05:00:00Z..2026-01-31T06:00:00Z", "2026-01-31T05:00:00.000000000Z..2026-01-31T06:00:00.000000000Z"},
		{"2026-01-31T05:00:00.123456789+01:00..", "2026-01-31T04:00:00.123456789Z.."},
		{"2026-01-31T05:00:00..", "2026-01-31T05:00:00.000000000Z.."},
		{"2026-01-31 05:00:00.5..2026-01-31 06:00", "2026-01-31T05:00:00.500000000Z..2026-01-31T06:00:00.000000000Z"},
		{"2026-01-31..2026-02-01", "2026-01-31T00:00:00.000000000Z..2026-02-01T00:00:00.000000000Z"},
		{"..2026-02-01", "..2026-02-01T00:00:00.000000000Z"},
		{"1769835600..1769835600.000000001", "2026-01-31T05:00:00.000000000Z..2026-01-31T05:00:00.000000001Z"},
		{"-0.5..0", "1969-12-31T23:59:59.500000000Z..1970-01-01T00:00:00.000000000Z"},
		{"-1.000000001..", "1969-12-31T23:59:58.999999999Z.."},
		{"1677-09-22..2262-04-11", "1677-09-22T00:00:00.000000000Z..2262-04-11T00:00:00.000000000Z"},

		{"", "error: time range \"\" must be"},
		{"..", "error: time range \"..\" must be"},
		{"2026-01-31", "error: time range \"2026-01-31\" must be FROM..TO, FROM.. or ..TO"},
		{"2026-02-01..2026-01-31", "is empty: it must begin before it ends"},
		{"5..5", "is empty"},
		{"1...2", "neither a time"},
		{"1.0000000001..", "neither a time"},
		{"+1..", "neither a time"},
		{"2026-13-01..", "neither a time"},
		{"yesterday..", `error: "yesterday" is neither a time in RFC 3339`},
		{"1677-09-21..", "beyond the range of time stamps"},
		{"..9999-01-01", "beyond the range of time stamps"},
		{"99999999999..", "neither a time"},
	}
	for _, tt := range tests {
		r, err := parseTimeRange(tt.text)
		got := timeRangeText(&r)
		if err != nil {
			got = "error: " + err.Error()
		}
		if got != tt.want && (err == nil || !strings.Contains(got, tt.want)) {
			t.Errorf("%q: got %s, want %s", tt.text, got, tt.want)
		}
	}
}

// What run.json says of the flags means what the flags say.
func FuzzSelectionTexts(f *testing.F) {
	for _, text := range []string{"none", "fix-packets:100/5", "random-packets:7", "fix-time:5", "random-time:1h", "2026-01-31..2026-02-01", "-1.5..1e3", "..2262-04-11T23:47:16.854775807Z"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if spec, err := parseSample(text); err == nil {
			again, err := parseSample(spec.String())
			if err != nil || again != spec || spec.Validate() != nil {
				t.Errorf("%q: got %+v, again %+v, %v", text, spec, again, err)
			}
		}
		if r, err := parseTimeRange(text); err == nil {
			again, err := parseTimeRange(timeRangeText(&r))
			if err != nil || again != r || r == (reader.TimeRange{}) {
				t.Errorf("%q: got %+v, again %+v, %v", text, r, again, err)
			}
		}
	})
}

// selections are flags that select in every way.
var selections = [][]string{
	{"--sample", "fix-packets:7/3"},
	{"--sample", "random-packets:7", "--sample-seed", "42"},
	{"--sample", "fix-time:500"},
	{"--sample", "random-time:500", "--sample-seed", "18446744073709551615"},
	{"--dedup-window", "1s"},
	{"--time", "..4000000000", "--dedup-window", "1ms", "--sample", "random-packets:2", "-c", "40"},
	{"-c", "17"},
}

// TestSelectionIsOfContent has the same rows for any number of workers, however the
// capture is packed.
func TestSelectionIsOfContent(t *testing.T) {
	relate(t, randomcapture.Jumbled, 10, func(t *testing.T, s *subject) {
		s.packets = randomcapture.TruncateToMicroseconds(randomcapture.Mirror(s.packets, s.random, time.Second))
		plain := encoded(s.packets)
		flags := s.flags
		for _, selection := range selections {
			s.flags = slices.Concat(flags, selection, []string{"-j", "1"})
			s.flows, s.intervals = s.tables(t, s.packets)
			s.flags = slices.Concat(flags, selection, []string{"-j", "8"})
			s.mustStay(t, fmt.Sprintf("%v, gzip", selection), compressed(t, compressors[0].open, plain))
			options := capturetest.Options{Interfaces: []capturetest.Interface{{Resolution: 9}}}
			s.mustStay(t, fmt.Sprintf("%v, pcapng", selection), pcapng(t, options, blocks(s.packets)))
		}
	})
}

// TestSimulatedSampling has raw counters beside scaled ones, and every packet in a
// table or in the ledger.
func TestSimulatedSampling(t *testing.T) {
	const rate = 7
	for _, method := range []string{"fix-packets", "random-packets", "fix-time", "random-time"} {
		t.Run(method, func(t *testing.T) {
			out := outputOf(t, "-o", "csv", "--sample", fmt.Sprintf("%s:%d", method, rate), filepath.Join(captures, "lab.pcapng"))
			byTime := strings.HasSuffix(method, "time")
			selected := 0
			for _, table := range []string{"flows.csv", "intervals.csv"} {
				rows := sheetOf(t, readFile(t, out, table))
				selected = 0
				for _, cells := range rows.rows {
					r := row{rows.columns, cells}
					packets, octets := number(t, r, "packets"), number(t, r, "bytes")
					want := []string{strconv.Itoa(packets * rate), strconv.Itoa(octets * rate), strconv.Itoa(rate), "simulated"}
					if byTime {
						want = make([]string, 4)
					}
					got := []string{*r.cell("packets_scaled"), *r.cell("bytes_scaled")}
					if table == "flows.csv" {
						got = append(got, *r.cell("sampling_rate"), *r.cell("sampling_source"))
					}
					if !slices.Equal(got, want[:len(got)]) {
						t.Errorf("%s: got %q, want %q", table, got, want)
					}
					selected += packets
				}
			}
			ledger := sheetOf(t, readFile(t, out, "ledger.csv"))
			observed := 0
			for _, cells := range ledger.rows {
				switch r := (row{ledger.columns, cells}); *r.cell("outcome") {
				case "accounted":
					if n := number(t, r, "packets"); n != selected {
						t.Errorf("%d packets are accounted, %d in the tables", n, selected)
					}
					observed += number(t, r, "packets")
				case "not_sampled":
					observed += number(t, r, "packets")
				}
			}
			if observed != 1569 { // what is accounted of the capture without sampling
				t.Errorf("%d packets were observed, want 1569", observed)
			}
			totals := readFile(t, out, "run.json")
			if want := fmt.Sprintf(`"packets_scaled": %d,`, selected*rate); strings.Contains(totals, want) == byTime {
				t.Errorf("%s in run.json is %v", want, !byTime)
			}
		})
	}
}

// Copies that are left out are as if they had not been there.
func TestCopiesAreLeftOut(t *testing.T) {
	relate(t, randomcapture.Calm, 20, func(t *testing.T, s *subject) {
		const window = 10 * time.Millisecond
		s.flags = append(s.flags, "--reorder-window", "1s")
		packets := distinct(metered(t, s.packets))
		flows, intervals := s.tables(t, packets)
		s.flags = append(s.flags, "--dedup-window", window.String())
		for _, mirrored := range [][]randomcapture.Packet{packets, randomcapture.Mirror(packets, s.random, window), randomcapture.Mirror(packets, s.random, window)} {
			gotFlows, gotIntervals := s.tables(t, mirrored)
			mustEqual(t, "flows", sheetOf(t, gotFlows).without(places...), sheetOf(t, flows).without(places...))
			mustBeSame(t, "intervals", gotIntervals, intervals)
		}
	})
}

// distinct gives the packets whose IP octets no other one before has.
func distinct(packets []randomcapture.Packet) []randomcapture.Packet {
	seen := make(map[string]bool)
	return slices.DeleteFunc(slices.Clone(packets), func(p randomcapture.Packet) bool {
		decoded, _ := frames.Decode(frames.Frame{Octets: p.Frame, WireOctets: uint64(p.WireLength), LinkType: frames.LinkTypeEthernet})
		octets := string(decoded.Captured)
		defer func() { seen[octets] = true }()
		return seen[octets]
	})
}

// Ranges of time that follow each other have together what the whole has: the
// interval table, cut at the edges of intervals, is theirs one behind the other.
func TestTimeRangesAddUp(t *testing.T) {
	relate(t, randomcapture.Hostile, 15, func(t *testing.T, s *subject) {
		file := saved(t, "a.pcap", encoded(s.packets))
		s.flags = append(s.flags, "--biflow=false") // who began a conversation may be left out by a range
		_, s.intervals = s.tables(t, s.packets)
		whole := sheetOf(t, s.intervals)
		edge := whole.rows[s.random.IntN(len(whole.rows))][0] // interval_start
		var parts sheet
		for _, span := range []string{".." + edge, edge + ".."} {
			_, intervals := tablesOf(t, slices.Concat(s.flags, []string{"--time", span, file})...)
			part := sheetOf(t, intervals)
			parts.columns = part.columns
			parts.rows = append(parts.rows, part.rows...)
		}
		// A flow over the edge is two, and what a range leaves out makes its edges complete.
		flows := []string{"flows_active", "flows_started", "flows_ended", "complete"}
		mustEqual(t, "intervals", parts.without(flows...), whole.without(flows...))
	})
}

// The first packets of a capture that is cut into files are those of the whole.
func TestCountOverFiles(t *testing.T) {
	relate(t, randomcapture.Calm, 15, func(t *testing.T, s *subject) {
		packets := metered(t, s.packets)
		if len(packets) == 0 {
			return
		}
		if hasFragments(t, s.flows) { // a cut may part the fragments of a datagram
			s.flags = append(s.flags, "--fragments", "apart")
		}
		dir := t.TempDir()
		for i, part := range randomcapture.Split(packets, len(packets)/3, len(packets)/2) {
			if len(part) == 0 {
				continue
			}
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%d.pcap", i)), encoded(part), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		file := saved(t, "a.pcap", encoded(packets))
		for _, n := range []int{1, len(packets) / 3, len(packets)/3 + 1, len(packets), len(packets) + 1} {
			flags := slices.Concat(s.flags, []string{"--count", strconv.Itoa(max(n, 1))})
			flows, intervals := tablesOf(t, append(flags, dir)...)
			wantFlows, wantIntervals := tablesOf(t, append(flags, file)...)
			mustBeSame(t, "flows", flows, wantFlows)
			mustBeSame(t, "intervals", intervals, wantIntervals)
		}
	})
}

// TestSelectionSameOctets has the same octets in all files of the output, whatever the
// workers and the order of the inputs.
func TestSelectionSameOctets(t *testing.T) {
	dir := t.TempDir()
	var names []string
	for seed := range uint64(3) {
		packets := randomcapture.New(seed, randomcapture.Options{Packets: 3000, Disorder: randomcapture.Hostile})
		packets = randomcapture.Mirror(packets, rand.New(rand.NewPCG(seed, 1)), time.Second)
		names = append(names, filepath.Join(dir, fmt.Sprintf("%d.pcap", seed)))
		if err := os.WriteFile(names[seed], encoded(packets), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	backwards := slices.Clone(names)
	slices.Reverse(backwards)
	for _, selection := range append(slices.Clone(selections), []string{"-c", "2000"}) {
		want := outputOf(t, slices.Concat(selection, []string{"-j", "1"}, names)...)
		mustBeSameOutput(t, outputOf(t, slices.Concat(selection, []string{"-j", "8"}, backwards)...), want)
	}
}

// A stream alone is counted; one of several inputs cannot be.
func TestCountOfStream(t *testing.T) {
	content := []byte(readFile(t, captures, "lab.pcapng"))
	out := filepath.Join(t.TempDir(), "out")
	if got := netstreamWith(bytes.NewReader(content), "run", "-", "-c", "5", "-o", "csv", "-w", out); got.code != exitOK {
		t.Fatalf("exit code %d: %s", got.code, got.errors)
	}
	flows, _ := tablesOf(t, "-c", "5", filepath.Join(captures, "lab.pcapng"))
	mustBeSame(t, "flows", readFile(t, out, "flows.csv"), flows)
	got := netstreamWith(bytes.NewReader(content), "run", "-", filepath.Join(captures, "lab-ping.pcap"), "-c", "5", "-w", out+"2")
	if got.code != exitUsage || !strings.Contains(got.errors, "a stream cannot be") || !strings.Contains(got.errors, "hint: name files") {
		t.Errorf("exit code %d: %s", got.code, got.errors)
	}
}
