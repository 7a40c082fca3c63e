package main

import (
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
	"netstream/aggregate/naive/randomcapture"
	"netstream/reader/capture/capturetest"
)

// mustEnd runs the program and compares its flow records, each as its packets, bytes
// and end reason, in the order of the table. The reasons of run.json must add up to
// them.
func mustEnd(t *testing.T, want []string, args ...string) {
	t.Helper()
	out := outputOf(t, append([]string{"-o", "csv"}, args...)...)
	flows := sheetOf(t, readFile(t, out, "flows.csv"))
	var got []string
	reasons := make(map[string]uint64)
	for _, cells := range flows.rows {
		r := row{flows.columns, cells}
		got = append(got, fmt.Sprintf("%s %s %s", *r.cell("packets"), *r.cell("bytes"), *r.cell("end_reason")))
		reasons[*r.cell("end_reason")]++
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q: got %q, want %q", args, got, want)
	}
	m := manifestOf(t, out)
	for _, reason := range m.EndReasons {
		if reasons[reason.Name] != reason.Flows {
			t.Errorf("%q: run.json has %d flows ended by %s, the table %d", args, reason.Flows, reason.Name, reasons[reason.Name])
		}
		delete(reasons, reason.Name)
	}
	if len(reasons) > 0 {
		t.Errorf("%q: run.json lacks the end reasons %v", args, reasons)
	}
	for _, law := range m.Laws {
		if law.ID == "C12" && !law.Holds {
			t.Errorf("%q: law C12 does not hold", args)
		}
	}
}

func fixturePath(name string) string { return filepath.Join(captures, name) }

// Trap 1: a packet exactly at the inactive or active timer is of the same flow, with
// the timers of all protocols and with those of one.
func TestTrap1ExactlyAtTheTimers(t *testing.T) {
	for _, flags := range [][]string{nil, {"--idle-timeout", "1h", "--active-timeout", "0", "--timeout", "udp=30s/30m"}, {"--timeout", "17=30s"}, {"--profile", "ne"}} {
		for _, c := range []struct {
			file string
			want []string
		}{
			{"idle-exactly-30s.pcap", []string{"2 66 forced_end"}},
			{"idle-over-30s.pcap", []string{"1 33 idle_timeout", "1 33 forced_end"}},
			{"active-exactly-30min.pcap", []string{"64 2112 forced_end"}},
			{"active-over-30min.pcap", []string{"63 2079 active_timeout", "1 33 forced_end"}},
		} {
			mustEnd(t, c.want, append(slices.Clone(flags), fixturePath(c.file))...)
		}
	}
}

// Trap 2: an RST that begins an entry does not age it where H3C's rule holds: the
// entry lives until it is idle.
func TestTrap2ResetFirst(t *testing.T) {
	file := fixturePath("tcp-rst-first.pcap")
	mustEnd(t, []string{"3 120 forced_end"}, "--profile", "h3c", file)
	mustEnd(t, []string{"3 120 forced_end"}, "--tcp-end", "existing", file)
	mustEnd(t, []string{"2 80 idle_timeout", "1 40 forced_end"}, "--profile", "h3c", "--idle-timeout", "20s", file)
	mustEnd(t, []string{"1 40 end_of_flow", "2 80 forced_end"}, "--profile", "ne", file)
	mustEnd(t, []string{"3 120 forced_end"}, "--profile", "s", file)
	mustEnd(t, []string{"3 120 end_of_flow"}, file)
}

// Trap 3: at a limit of 4 GiB - 1 octets a packet that reaches it is of the record,
// one that passes it by an octet begins the next one, and no octet is lost.
func TestTrap3ByteLimit(t *testing.T) {
	const limit = "4294967295"
	exactly, over := fixturePath("bytes-exactly-4g.pcap"), fixturePath("bytes-over-4g.pcap")
	mustEnd(t, []string{"2 4294967295 forced_end"}, "--max-flow-bytes", limit, exactly)
	mustEnd(t, []string{"1 2147483648 lack_of_resources", "1 2147483648 forced_end"}, "--max-flow-bytes", limit, over)
	mustEnd(t, []string{"1 2147483648 lack_of_resources", "1 2147483648 forced_end"}, "--profile", "s", over)
	mustEnd(t, []string{"2 4294967296 forced_end"}, "--max-flow-bytes", "4G", over)
	mustEnd(t, []string{"2 4294967296 forced_end"}, over)
	mustEnd(t, []string{"2 4294967296 forced_end"}, "--profile", "s", "--max-flow-bytes", "0", over)
}

// The same limit with IPv4 packets of the greatest length, of which 65,537 are
// exactly 4 GiB - 1 octets.
func TestTrap3ManyPackets(t *testing.T) {
	frame := []byte{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0,
		0x45, 0, 0xff, 0xff, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0, 1, 0, 2, 0xff, 0xeb, 0, 0}
	var packets []capturetest.Packet
	for i := range 65538 {
		packets = append(packets, capturetest.Packet{Time: flow.Timestamp(i) * flow.Timestamp(time.Millisecond), Data: frame, Length: 14 + 65535})
	}
	file := saved(t, "a.pcap", pcap(t, capturetest.Options{}, packets))
	mustEnd(t, []string{"65537 4294967295 lack_of_resources", "1 65535 forced_end"}, "--max-flow-bytes", "4294967295", file)
	mustEnd(t, []string{"65536 4294901760 lack_of_resources", "2 131070 forced_end"}, "--max-flow-bytes", "4294967294", file)
}

// What the rules of FIN and RST make of whole connections.
func TestTCPEnd(t *testing.T) {
	for _, c := range []struct {
		file, rule string
		want       []string
	}{
		{"tcp-fin-closing-ack.pcap", "grace", []string{"4 160 end_of_flow", "2 80 end_of_flow"}},
		{"tcp-fin-closing-ack.pcap", "immediate", []string{"3 120 end_of_flow", "2 80 end_of_flow", "1 40 forced_end"}},
		{"tcp-fin-closing-ack.pcap", "existing", []string{"3 120 end_of_flow", "2 80 end_of_flow", "1 40 forced_end"}},
		{"tcp-fin-closing-ack.pcap", "ignore", []string{"4 160 forced_end", "2 80 forced_end"}},
		{"tcp-fin-retransmitted.pcap", "immediate", []string{"2 80 end_of_flow", "1 40 end_of_flow"}},
		{"tcp-fin-retransmitted.pcap", "existing", []string{"2 80 end_of_flow", "1 40 forced_end"}},
		{"tcp-rst.pcap", "immediate", []string{"1 40 forced_end", "1 40 end_of_flow"}},
		{"tcp-rst.pcap", "existing", []string{"1 40 forced_end", "1 40 forced_end"}},
		{"tcp-rst.pcap", "fin=immediate,rst=ignore", []string{"1 40 forced_end", "1 40 forced_end"}},
		{"tcp-port-reuse-syn.pcap", "immediate", []string{"2 80 end_of_flow", "2 80 end_of_flow"}},
		{"tcp-port-reuse-syn.pcap", "ignore", []string{"4 160 forced_end"}},
		{"tcp-port-reuse-syn.pcap", "fin=grace,rst=immediate", []string{"2 80 end_of_flow", "2 80 end_of_flow"}},
	} {
		mustEnd(t, c.want, "--tcp-end", c.rule, fixturePath(c.file))
	}
}

// TestMaxFlowsIsDeterministic: with a bounded cache flows depend on each other, so
// the tables must not depend on how many workers there are, on the order of the
// files, or on how the capture is cut.
func TestMaxFlowsIsDeterministic(t *testing.T) {
	evictions := make(map[int]int) // runs with some, by entries
	for seed := range uint64(3) {
		packets := metered(t, randomcapture.New(seed, randomcapture.Options{Packets: 6000, Disorder: randomcapture.Calm}))
		if len(packets) < 100 {
			t.Fatalf("seed %d has %d packets only", seed, len(packets))
		}
		// Packets with equal times would have another order if they were of two files.
		for i := 1; i < len(packets); i++ {
			packets[i].Time = max(packets[i].Time, packets[i-1].Time+1)
		}
		whole := saved(t, "a.pcap", encoded(packets))
		dir := t.TempDir()
		var parts []string
		random := rand.New(rand.NewPCG(seed, 1))
		var edges []int
		for range 5 {
			edges = append(edges, 1+random.IntN(len(packets)-1))
		}
		slices.Sort(edges)
		for i, part := range randomcapture.Split(packets, slices.Compact(edges)...) {
			parts = append(parts, filepath.Join(dir, fmt.Sprintf("%d.pcap", i)))
			if err := os.WriteFile(parts[i], encoded(part), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		slices.Reverse(parts)
		for _, most := range []int{1, 3} {
			flags := []string{"--fragments", "apart", "--max-flows", strconv.Itoa(most), "-j"} // cuts part fragments, too
			flows, intervals := tablesOf(t, append(slices.Clone(flags), "1", whole)...)
			if strings.Contains(flows, "lack_of_resources") {
				evictions[most]++
			}
			for _, args := range [][]string{{"8", whole}, {"2", whole}, append([]string{"8"}, parts...), append([]string{"1"}, parts...)} {
				gotFlows, gotIntervals := tablesOf(t, slices.Concat(flags, args)...)
				mustBeSame(t, fmt.Sprintf("seed %d, %d flows, %q: flows", seed, most, args), gotFlows, flows)
				mustBeSame(t, fmt.Sprintf("seed %d, %d flows, %q: intervals", seed, most, args), gotIntervals, intervals)
			}
		}
	}
	if evictions[1] == 0 || evictions[3] == 0 {
		t.Errorf("runs with evicted flows by entries: %v: the test tests nothing", evictions)
	}
}

// TestMaxFlowsKeepsTheBound replays which flows were open: a flow is, from its first
// packet to its last one at least, so no moment may have more of them than entries.
func TestMaxFlowsKeepsTheBound(t *testing.T) {
	packets := randomcapture.New(7, randomcapture.Options{Packets: 3000, Disorder: randomcapture.Calm})
	for i := range packets { // every packet has a time of its own
		packets[i].Time = int64(i) * int64(time.Millisecond)
	}
	for _, most := range []int{1, 2, 5} {
		flows, _ := tablesOf(t, "--max-flows", strconv.Itoa(most), "--time-unit", "ns", saved(t, "a.pcap", encoded(packets)))
		s := sheetOf(t, flows)
		open := make([]int, len(packets))
		for _, cells := range s.rows {
			r := row{s.columns, cells}
			first, last := packetAt(t, *r.cell("flow_start")), packetAt(t, *r.cell("flow_end"))
			for i := first; i <= last; i++ {
				open[i]++
			}
		}
		if got := slices.Max(open); got != most {
			t.Errorf("%d flows are open at a time, want %d", got, most)
		}
	}
}

// packetAt gives the packet that was at a time, if packet n was at n milliseconds.
func packetAt(t *testing.T, text string) int {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return int(at.UnixMilli())
}

// TestAgeingInWords: the same settings in other words give the same tables.
func TestAgeingInWords(t *testing.T) {
	packets := randomcapture.New(3, randomcapture.Options{Packets: 3000, Disorder: randomcapture.Jumbled})
	file := saved(t, "a.pcap", randomcapture.Encode(packets, randomcapture.Format{Order: binary.LittleEndian, Nanoseconds: true}))
	for _, c := range []struct{ one, other []string }{
		{nil, []string{"--profile", "default"}},
		{nil, []string{"--tcp-end", "fin=grace,rst=grace", "--timeout", "tcp=30s/30m", "--timeout", "other=30s"}},
		{[]string{"--profile", "ne"}, []string{"--tcp-end", "immediate", "--key", "8tuple"}},
		{[]string{"--profile", "cisco"}, []string{"--idle-timeout", "15s", "--tcp-end", "immediate"}},
		{[]string{"--profile", "h3c", "--tcp-end", "grace"}, []string{"--key", "7tuple,flow_label"}},
		{[]string{"--profile", "h3c", "--key", "7tuple", "--tcp-end", "grace"}, nil},
		{[]string{"--profile", "zeek"}, []string{"--timeout", "tcp=5m", "--idle-timeout", "60s", "--active-timeout", "0", "--end-grace", "5s", "--key", "src_ip,dst_ip,src_port,dst_port,protocol", "--biflow"}},
		{[]string{"--profile", "zeek", "--idle-timeout", "10s"}, []string{"--idle-timeout", "10s", "--active-timeout", "0", "--end-grace", "5s", "--key", "src_ip,dst_ip,src_port,dst_port,protocol", "--biflow"}},
		{[]string{"--profile", "zeek", "--idle-timeout", "2s"}, []string{"--idle-timeout", "2s", "--active-timeout", "0", "--key", "src_ip,dst_ip,src_port,dst_port,protocol", "--biflow"}},
		{[]string{"--profile", "zeek", "--timeout", "6=/1m"}, []string{"--timeout", "tcp=5m/1m", "--idle-timeout", "60s", "--active-timeout", "0", "--end-grace", "5s", "--key", "src_ip,dst_ip,src_port,dst_port,protocol", "--biflow"}},
		{[]string{"--profile", "zeek", "--active-timeout", "1m"}, []string{"--timeout", "tcp=5m", "--idle-timeout", "60s", "--active-timeout", "1m", "--end-grace", "5s", "--key", "src_ip,dst_ip,src_port,dst_port,protocol", "--biflow"}},
		{[]string{"--profile", "nfstream"}, []string{"--idle-timeout", "2m", "--tcp-end", "ignore", "--key", "5tuple,vlan_id", "--biflow"}},
		{[]string{"--profile", "yaf"}, []string{"--idle-timeout", "5m", "--tcp-end", "fin=grace,rst=immediate", "--key", "5tuple,vlan_id", "--biflow"}},
		{[]string{"--profile", "nfdump"}, []string{"--idle-timeout", "1m", "--active-timeout", "5m", "--tcp-end", "immediate", "--key", "5tuple"}},
		{[]string{"--profile", "none"}, []string{"--idle-timeout", "36500d", "--active-timeout", "0", "--tcp-end", "ignore"}},
		{[]string{"--timeout", "icmp=1s/2s"}, []string{"--timeout", "1=1s/2s", "--timeout", "58=1s/2s"}},
		{[]string{"--timeout", "other=1s", "--idle-timeout", "20s"}, []string{"--idle-timeout", "1s", "--timeout", "tcp=20s", "--timeout", "udp=20s", "--timeout", "icmp=20s", "--end-grace", "20s"}},
	} {
		flows, intervals := tablesOf(t, append(slices.Clone(c.one), file)...)
		otherFlows, otherIntervals := tablesOf(t, append(slices.Clone(c.other), file)...)
		mustBeSame(t, fmt.Sprintf("%q and %q: flows", c.one, c.other), flows, otherFlows)
		mustBeSame(t, fmt.Sprintf("%q and %q: intervals", c.one, c.other), intervals, otherIntervals)
	}
}

// TestProfileNone has one record a key.
func TestProfileNone(t *testing.T) {
	packets := randomcapture.New(5, randomcapture.Options{Packets: 3000, Disorder: randomcapture.Hostile})
	flows, _ := tablesOf(t, "--profile", "none", saved(t, "a.pcap", encoded(packets)))
	s := sheetOf(t, flows)
	seen := make(map[string]bool)
	for _, cells := range s.rows {
		r := row{s.columns, cells}
		key := ""
		for _, column := range []string{"ip_version", "src_ip", "dst_ip", "src_port", "dst_port", "protocol", "tos"} {
			key += *r.cell(column) + " "
		}
		if seen[key] || *r.cell("end_reason") != "forced_end" {
			t.Errorf("record %q of key %q, seen before: %v", *r.cell("end_reason"), key, seen[key])
		}
		seen[key] = true
	}
	if len(seen) < 5 {
		t.Errorf("only %d keys", len(seen))
	}
}

func TestOctets(t *testing.T) {
	for text, want := range map[string]struct {
		value octets
		words string
	}{
		"0": {0, "0"}, "1500": {1500, "1500"}, "64K": {65536, "64K"}, "2g": {2 << 30, "2G"}, "4294967295": {4294967295, "4294967295"},
		"1024": {1024, "1K"}, "2GiB": {2 << 30, "2G"}, "64KiB": {65536, "64K"}, "9223372036854775807": {1<<63 - 1, "9223372036854775807"}, "8388607T": {8388607 << 40, "8388607T"},
	} {
		var got octets
		if err := got.Set(text); err != nil || got != want.value || got.String() != want.words {
			t.Errorf("%s: got %d, %s, %v, want %d, %s", text, got, got.String(), err, want.value, want.words)
		}
	}
	for _, text := range []string{"", "K", "-1", "1.5K", "9223372036854775808", "8388608T", "1KB", "1iB", "iB", "KiB", "x"} {
		if err := new(octets).Set(text); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}
