package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/aggregate/naive"
	"netstream/aggregate/naive/randomcapture"
	"netstream/reader/capture/capturetest"
)

// The relations say what must come of a capture that was changed, from what came
// of it before. They hold whatever the definitions in detail are, so they judge
// the program and its reference alike.

// subject is a random capture, the flags it is metered with, and its tables.
type subject struct {
	seed             uint64
	random           *rand.Rand
	packets          []randomcapture.Packet
	flags            []string
	interval         time.Duration
	flows, intervals string
}

// relate calls check with the subjects of a few seeds. Packets is how many each
// has at most.
func relate(t *testing.T, disorder randomcapture.Disorder, subjects uint64, check func(t *testing.T, s *subject)) {
	t.Helper()
	if testing.Short() {
		subjects = min(subjects, 5)
	}
	for seed := range subjects {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel() // most of the time is spent on syncing files
			s := &subject{seed: seed, random: rand.New(rand.NewPCG(seed, 5))}
			s.packets = randomcapture.New(seed, randomcapture.Options{Packets: 200, Disorder: disorder})
			s.interval = []time.Duration{5 * time.Minute, time.Second, time.Hour}[seed%3]
			s.flags = []string{
				"--interval", s.interval.String(), "--time-unit", "ns",
				"--active-timeout", []string{"30m", "15s", "0"}[s.random.IntN(3)],
				"--reorder-window", []string{"1s", "0", "10s"}[s.random.IntN(3)],
			}
			s.flags = append(s.flags, s.ageing()...)
			s.flows, s.intervals = s.tables(t, s.packets)
			check(t, s)
		})
	}
}

// ageing gives some settings of how flows end.
func (s *subject) ageing() []string {
	return [][]string{
		nil, nil,
		{"--profile", "h3c", "--timeout", "udp=1s/10s", "--max-flow-bytes", "1500"},
		{"--tcp-end", "fin=ignore,rst=immediate", "--cut-every", s.interval.String(), "--max-flow-packets", "5"},
		{"--profile", "zeek", "--timeout", "other=1s"},
	}[s.random.IntN(5)]
}

// tables meters packets in one file.
func (s *subject) tables(t *testing.T, packets []randomcapture.Packet) (flows, intervals string) {
	t.Helper()
	return s.tablesOfFile(t, encoded(packets))
}

func (s *subject) tablesOfFile(t *testing.T, content []byte) (flows, intervals string) {
	t.Helper()
	return tablesOf(t, append(s.flags, saved(t, "a.pcap", content))...)
}

func encoded(packets []randomcapture.Packet) []byte {
	return randomcapture.Encode(packets, randomcapture.Format{Order: binary.LittleEndian, Nanoseconds: true})
}

// mustStay says that other packets give the same tables, octet by octet.
func (s *subject) mustStay(t *testing.T, what string, content []byte) {
	t.Helper()
	flows, intervals := s.tablesOfFile(t, content)
	mustBeSame(t, what+", flows", flows, s.flows)
	mustBeSame(t, what+", intervals", intervals, s.intervals)
}

// metered leaves out the packets that no table counts.
func metered(t *testing.T, packets []randomcapture.Packet) []randomcapture.Packet {
	t.Helper()
	return slices.DeleteFunc(slices.Clone(packets), func(p randomcapture.Packet) bool {
		result, err := naive.Run([]naive.File{{Name: "a", Content: encoded([]randomcapture.Packet{p})}}, naive.Options{Interval: 1})
		if err != nil {
			t.Fatal(err)
		}
		return result.Accounted == 0
	})
}

// M1 and M2: a capture cut into files is the same capture, in whatever order
// they are named, and so is their directory.
func TestCutIntoFiles(t *testing.T) {
	relate(t, randomcapture.Calm, figure(30, 200), func(t *testing.T, s *subject) {
		packets := metered(t, s.packets) // a file without metered packets comes last, and first_packet counts it there
		if len(packets) == 0 {
			return
		}
		if hasFragments(t, s.flows) { // a cut may part the fragments of a datagram, which then cannot be named
			s.flags = append(s.flags, "--fragments", "apart")
		}
		flows, intervals := s.tables(t, packets)
		var edges []int
		for range 1 + s.random.IntN(49) {
			edges = append(edges, s.random.IntN(len(packets)+1))
		}
		slices.Sort(edges)
		dir := t.TempDir()
		var names []string
		for i, part := range randomcapture.Split(packets, slices.Compact(edges)...) {
			if len(part) == 0 {
				continue
			}
			names = append(names, filepath.Join(dir, fmt.Sprintf("%02d.pcap", i)))
			if err := os.WriteFile(names[len(names)-1], encoded(part), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		s.random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		for _, inputs := range [][]string{names, {dir}, {filepath.Join(dir, "*.pcap")}} {
			gotFlows, gotIntervals := tablesOf(t, slices.Concat(s.flags, inputs)...)
			mustBeSame(t, "flows of the parts", gotFlows, flows)
			mustBeSame(t, "intervals of the parts", gotIntervals, intervals)
		}
	})
}

// hasFragments says whether a flow table has packets that are fragments.
func hasFragments(t *testing.T, flows string) bool {
	t.Helper()
	return len(sheetOf(t, flows).where(func(r row) bool { return number(t, r, "fragments") > 0 }).rows) > 0
}

// M3: what the file looks like does not matter.
func TestFileFormats(t *testing.T) {
	relate(t, randomcapture.Hostile, figure(15, 100), func(t *testing.T, s *subject) {
		s.packets = randomcapture.TruncateToMicroseconds(s.packets)
		s.flows, s.intervals = s.tables(t, s.packets)
		for _, format := range randomcapture.Formats() {
			s.mustStay(t, fmt.Sprintf("pcap %+v", format), randomcapture.Encode(s.packets, format))
		}
		for _, order := range []capturetest.Order{binary.LittleEndian, binary.BigEndian} {
			for _, resolution := range []uint8{6, 9} {
				options := capturetest.Options{Order: order, Interfaces: []capturetest.Interface{{Resolution: resolution}}}
				s.mustStay(t, fmt.Sprintf("pcapng %v, if_tsresol %d", order, resolution), pcapng(t, options, blocks(s.packets)))
			}
		}
		s.mustStay(t, "modified pcap", pcap(t, capturetest.Options{Modified: true}, blocks(s.packets)))
	})
}

// M3: nameless interfaces and sections are one observation point.
func TestNamelessInterfaces(t *testing.T) {
	relate(t, randomcapture.Hostile, figure(15, 100), func(t *testing.T, s *subject) {
		interfaces := []capturetest.Interface{{Resolution: 9}, {Resolution: 9, Offset: 1000}, {Resolution: 9, Description: "not a name"}}
		packets := blocks(s.packets)
		for i := range packets {
			packets[i].Interface = s.random.IntN(len(interfaces))
			if packets[i].Time < flow.Timestamp(1000*time.Second) { // before the offset of the second one
				packets[i].Interface = 0
			}
		}
		options := capturetest.Options{Interfaces: interfaces}
		s.mustStay(t, "several interfaces", pcapng(t, options, packets))

		var file bytes.Buffer
		for from := 0; from < len(packets); {
			to := min(from+1+s.random.IntN(50), len(packets))
			options.Order = []capturetest.Order{binary.LittleEndian, binary.BigEndian}[s.random.IntN(2)]
			file.Write(pcapng(t, options, packets[from:to]))
			from = to
		}
		s.mustStay(t, "several sections", file.Bytes())
	})
}

// M6: blocks and options that say nothing about packets change nothing.
func TestOtherBlocks(t *testing.T) {
	relate(t, randomcapture.Jumbled, figure(15, 100), func(t *testing.T, s *subject) {
		options := capturetest.Options{Interfaces: []capturetest.Interface{{Resolution: 9}}}
		others := [][]byte{
			capturetest.RawBlock(options, 4, []byte{1, 0, 9, 0, 10, 0, 0, 1, 'h', 'o', 's', 't', 0, 0, 0, 0, 0, 0, 0, 0}), // name resolution
			capturetest.RawBlock(options, 5, make([]byte, 12)),                                                            // interface statistics
			capturetest.RawBlock(options, 9, []byte("journal entry")),
			capturetest.RawBlock(options, 10, append([]byte("KLST"), 4, 0, 0, 0, 'k', 'e', 'y', '\n')), // decryption secrets
			capturetest.RawBlock(options, 0xbad, []byte{1, 2, 3, 4, 0, 0, 0, 0}),                       // custom
			capturetest.RawBlock(options, 0x80000001, []byte("of a type for local use")),
		}
		packets := blocks(s.packets)
		for i := range packets {
			if s.random.IntN(3) == 0 {
				packets[i].Before = others[s.random.IntN(len(others))]
			}
			if s.random.IntN(3) == 0 {
				packets[i].Options = []capturetest.Option{{Code: 1, Value: []byte("a comment")}, {Code: 4, Value: make([]byte, 8)}, {Code: 2988, Value: []byte{0, 0, 0, 0, 7}}}
			}
		}
		s.mustStay(t, "other blocks", append(pcapng(t, options, packets), others[1]...))
	})
}

func pcapng(t *testing.T, options capturetest.Options, packets []capturetest.Packet) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := capturetest.WritePCAPNG(&file, options, packets); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func pcap(t *testing.T, options capturetest.Options, packets []capturetest.Packet) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := capturetest.WritePCAP(&file, options, packets); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func blocks(packets []randomcapture.Packet) []capturetest.Packet {
	var all []capturetest.Packet
	for _, p := range packets {
		all = append(all, capturetest.Packet{Time: flow.Timestamp(p.Time), Data: p.Frame, Length: p.WireLength})
	}
	return all
}

// M4: all times may be shifted by a multiple of the interval, beyond the ends of
// 31 bits too.
func TestShiftTime(t *testing.T) {
	relate(t, randomcapture.Jumbled, figure(15, 50), func(t *testing.T, s *subject) {
		for _, to := range []time.Time{
			time.Date(2038, 1, 19, 3, 0, 0, 0, time.UTC), time.Date(2105, 6, 1, 0, 0, 0, 0, time.UTC), time.Date(1970, 1, 2, 0, 0, 0, 0, time.UTC),
		} {
			d := to.Sub(time.Unix(0, s.packets[0].Time)).Truncate(s.interval)
			shifted, ok := randomcapture.ShiftTime(s.packets, d)
			if !ok {
				t.Fatalf("a shift to %v leads out of range", to)
			}
			flows, intervals := s.tables(t, shifted)
			mustEqual(t, "flows", sheetOf(t, flows).without("flow_id"), shiftedSheet(t, s.flows, d, "flow_start", "flow_end", "rev_start", "rev_end").without("flow_id"))
			mustEqual(t, "intervals", sheetOf(t, intervals),
				shiftedSheet(t, s.intervals, d, "interval_start", "interval_end", "first_seen", "last_seen"))
		}
	})
}

func shiftedSheet(t *testing.T, content string, d time.Duration, columns ...string) sheet {
	t.Helper()
	return sheetOf(t, content).changed(func(r row) {
		for _, c := range columns {
			if reverse := strings.HasPrefix(c, "rev_"); reverse && (!r.has(c) || *r.cell(c) == "") {
				continue // no biflows, or one without packets in that direction
			}
			at, err := time.Parse(time.RFC3339Nano, *r.cell(c))
			if err != nil {
				t.Fatal(err)
			}
			*r.cell(c) = at.Add(d).Format("2006-01-02T15:04:05.000000000Z")
		}
	})
}

// M5: tags, labels and MAC addresses change their own columns and the frame
// lengths.
func TestLinkHeaders(t *testing.T) {
	relate(t, randomcapture.Hostile, figure(15, 100), func(t *testing.T, s *subject) {
		s.mustStay(t, "MAC addresses", encoded(randomcapture.ChangeMACs(s.packets, [6]byte{2, 1}, [6]byte{2, 2})))
		for _, c := range []struct {
			name    string
			packets []randomcapture.Packet
			octets  int
			columns []string
			first   string // what the first column has then
		}{
			{"VLAN", randomcapture.AddVLAN(s.packets, 77), 4, []string{"vlan_id", "inner_vlan_id"}, "77"},
			{"QinQ", randomcapture.AddVLAN(randomcapture.AddVLAN(s.packets, 77), 78), 8, []string{"vlan_id", "inner_vlan_id"}, "78"},
			{"MPLS", randomcapture.AddMPLS(s.packets, 777), 4, []string{"mpls_label"}, "777"},
		} {
			flows, intervals := s.tables(t, c.packets)
			got := sheetOf(t, flows)
			for _, cells := range got.rows {
				r, want := row{got.columns, cells}, c.first
				if number(t, r, "packets") == 0 { // of a biflow whose packets all run the other way
					want = ""
				}
				if id := *r.cell(c.columns[0]); id != want {
					t.Fatalf("%s: got %q in %s, want %q", c.name, id, c.columns[0], want)
				}
			}
			mustEqual(t, c.name+", flows", shorter(t, got, c.octets).without(c.columns...), sheetOf(t, s.flows).without(c.columns...))
			mustEqual(t, c.name+", intervals", shorter(t, sheetOf(t, intervals), c.octets), sheetOf(t, s.intervals))
		}
	})
}

// shorter takes octets of every packet's frame.
func shorter(t *testing.T, s sheet, octets int) sheet {
	t.Helper()
	return s.changed(func(r row) {
		*r.cell("wire_bytes") = strconv.Itoa(number(t, r, "wire_bytes") - octets*number(t, r, "packets"))
		if r.has("rev_wire_bytes") {
			*r.cell("rev_wire_bytes") = strconv.Itoa(number(t, r, "rev_wire_bytes") - octets*number(t, r, "rev_packets"))
		}
	})
}

func number(t *testing.T, r row, column string) int {
	t.Helper()
	n, err := strconv.Atoi(*r.cell(column))
	if err != nil {
		t.Fatalf("column %s: %v", column, err)
	}
	return n
}

// M12: with --duplicates count, two copies of a capture have twice its packets and octets.
func TestTwoCopies(t *testing.T) {
	relate(t, randomcapture.Hostile, 15, func(t *testing.T, s *subject) {
		dir := t.TempDir()
		for _, name := range []string{"a.pcap", "b.pcap"} {
			if err := os.WriteFile(filepath.Join(dir, name), encoded(s.packets), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		_, intervals := tablesOf(t, append(s.flags, "--biflow=false", "--max-flow-bytes", "0", "--max-flow-packets", "0", "--duplicates", "count", dir)...)
		_, once := tablesOf(t, append(s.flags, "--biflow=false", "--max-flow-bytes", "0", "--max-flow-packets", "0", filepath.Join(dir, "a.pcap"))...)
		sums := func(table string) (packets, octets uint64) {
			rows := sheetOf(t, table)
			for _, cells := range rows.rows {
				r := row{rows.columns, cells}
				for to, c := range map[*uint64]string{&packets: "packets", &octets: "bytes"} {
					v, err := strconv.ParseUint(*r.cell(c), 10, 64)
					if err != nil {
						t.Fatal(err)
					}
					*to += v
				}
			}
			return packets, octets
		}
		packets, octets := sums(intervals)
		if wantPackets, wantOctets := sums(once); packets != 2*wantPackets || octets != 2*wantOctets {
			t.Errorf("%d packets and %d octets, want %d and %d", packets, octets, 2*wantPackets, 2*wantOctets)
		}
	})
}
