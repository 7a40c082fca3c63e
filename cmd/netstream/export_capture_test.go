package main

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/reader/netflow/netflowtest"
)

// N12: what a capture of exports holds besides sound messages is in the ledger by name:
// messages of a wrong checksum, which are read, datagrams of which a fragment is missing,
// and other traffic on the port.
func TestN12LedgerOfCaptures(t *testing.T) {
	random := rand.New(rand.NewPCG(12, 1))
	records := randomFlows(random, 4, 40, time.Minute)
	e := &netflowtest.Exporter{Version: 5, Boot: exportEpoch, PerMessage: 10}
	at := exportEpoch + 3600*second
	messages := e.Fixed(at, records)
	path := &netflowtest.Path{Exporter: netip.MustParseAddrPort("192.0.2.1:50000"), Collector: netip.MustParseAddrPort("198.51.100.1:2055"), MTU: 200}
	var frames []netflowtest.Frame
	packets := map[string]int{}
	for i, m := range messages {
		of := path.Datagram(at, m)
		switch i {
		case 1: // its last octets are others than the checksum says
			last := of[len(of)-1].Octets
			last[len(last)-1] ^= 1
		case 2:
			of = of[:len(of)-1]
			packets["incomplete_fragments"] += len(of)
			frames = append(frames, of...)
			continue
		}
		packets["decoded"] += len(of)
		frames = append(frames, of...)
	}
	for i := range 3 {
		frames = append(frames, path.Datagram(at+flow.Timestamp(i), []byte("is there a collector?"))...)
		packets["not_export"]++
	}
	out := saved(t, "parent", nil) + ".out"
	if got := netstream("run", "-o", "csv", "-w", out, saved(t, "a.pcap", netflowtest.Pcap(frames...))); got.code != exitOK && got.code != exitDamaged {
		t.Fatalf("exit code %d: %s", got.code, got.errors)
	}
	want := []string{"note,bad_udp_checksum,1", "message,decoded,"}
	for outcome, n := range packets {
		want = append(want, fmt.Sprintf("packet,%s,%d", outcome, n))
	}
	ledger := sheetOf(t, readFile(t, out, "ledger.csv"))
	var got []string
	for _, cells := range ledger.rows {
		r := row{ledger.columns, cells}
		count := *r.cell("packets")
		if *r.cell("kind") == "note" {
			count = *r.cell("records")
		}
		got = append(got, fmt.Sprintf("%s,%s,%s", *r.cell("kind"), *r.cell("outcome"), count))
	}
	all := strings.Join(got, "\n")
	for _, line := range want {
		if !strings.Contains(all+"\n", line+"\n") {
			t.Errorf("%s is not in the ledger:\n%s", line, all)
		}
	}
	if rows := len(sheetOf(t, readFile(t, out, "flows.csv")).rows); rows != 30 {
		t.Errorf("%d rows, want 30", rows)
	}
	t.Log("assertion N12: a capture with each kind through the program: all in the ledger")
}
