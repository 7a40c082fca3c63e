package main

import (
	"bytes"
	"path/filepath"
	"testing"

	"netstream/aggregate/flow"
	"netstream/reader/capture/capturetest"
	"netstream/reader/header/headertest"
)

// TestP6NestedTunnels (P6) runs over encapsulations of all kinds, 1 to 1,000 deep: each packet
// is in the flow table, or in the ledger as one of a protocol that is not opened.
func TestP6NestedTunnels(t *testing.T) {
	const headers, snapshot = 32, 4096 // of the first 32 headers all is captured
	var file bytes.Buffer
	file.Write(capturetest.PCAPHeader(capturetest.Options{}))
	var all, overIP, limited, notIP, notOpened uint64
	for _, n := range headertest.Nestings() {
		n.Frames(func(depth int, frame []byte) {
			if depth > 40 && depth%int(figure(250, 1)) > 0 {
				return
			}
			all++
			file.Write(capturetest.PCAPRecord(capturetest.Options{}, uint32(1_700_000_000+all/1000), uint32(all%1000), uint32(min(len(frame), snapshot)), uint32(len(frame)), frame[:min(len(frame), snapshot)]))
			deeper := 1+depth*n.Headers > headers
			switch {
			case n.OverIP && deeper:
				limited++
			case deeper:
				notIP++
			}
			if n.OverIP {
				overIP++
			} else if !n.Opened || deeper {
				notOpened++
			}
		})
	}
	for meter, want := range map[string]struct{ accounted, notIP, limited uint64 }{
		"outer": {all - notOpened, notOpened, 0}, "inner": {all - notIP, notIP, limited}, "both": {all - notIP, notIP, limited},
	} {
		out := filepath.Join(t.TempDir(), "out")
		got := netstreamWith(bytes.NewReader(file.Bytes()), "run", "-q", "--meter", meter, "-o", "csv", "-w", out, "-")
		if got.code != exitOK {
			t.Fatalf("%s: exit code %d: %s", meter, got.code, got.errors)
		}
		in := manifestOf(t, out).Inputs[0]
		second, depth := uint64(0), uint64(0)
		for _, note := range in.Notes {
			switch note.Name {
			case "second_packet":
				second = note.Packets
			case "depth_limited":
				depth = note.Packets
			}
		}
		accounted, left := outcomeOf(in, "accounted").Packets, outcomeOf(in, flow.ReasonNotIP.String())
		notIP := uint64(0)
		for _, o := range in.Outcomes {
			if o.Name == left.Name {
				notIP += o.Packets // by protocol
			}
		}
		if in.Packets != all || accounted != want.accounted || notIP != want.notIP || depth != want.limited || accounted+notIP != all {
			t.Errorf("%s: %d packets, %d accounted, %d not_ip, %d depth_limited; want %d, %+v", meter, in.Packets, accounted, notIP, depth, all, want)
		}
		if packets := packetsOf(t, out); uint64(packets) != accounted+second || (second > 0) != (meter == "both") {
			t.Errorf("%s: %d packets in the flow table, want %d and %d", meter, packets, accounted, second)
		}
	}
	t.Logf("assertion P6: %d packets, %d of them over IP, through the program: 0 unaccounted, %d limited in depth", all, overIP, limited)
}

// TestP7Chains (P7): so are chains of extension headers of 64 KiB, and each is in the flow of
// what is behind it.
func TestP7Chains(t *testing.T) {
	var packets []capturetest.Packet
	protocols := make(map[int]int)
	for i, c := range headertest.Chains() {
		packets = append(packets, capturetest.Packet{Time: 1_700_000_000e9 + flow.Timestamp(i), Data: c.Packet})
		protocols[int(c.Protocol)]++
	}
	file := saved(t, "chains.pcap", pcap(t, capturetest.Options{LinkType: 101}, packets))
	out := outputOf(t, "-o", "csv", file)
	flows := sheetOf(t, readFile(t, out, "flows.csv"))
	for _, cells := range flows.rows {
		r := row{flows.columns, cells}
		protocols[number(t, r, "protocol")] -= number(t, r, "packets")
	}
	for protocol, missing := range protocols {
		if missing != 0 {
			t.Errorf("protocol %d: %d packets are missing", protocol, missing)
		}
	}
	t.Logf("assertion P7: %d chains of 64 KiB through the program, all in the flows of %d protocols", len(packets), len(protocols))
}
