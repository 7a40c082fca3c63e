package main

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"netstream/aggregate/naive/randomcapture"
)

// framed makes a packet of hexadecimal digits.
func framed(t *testing.T, at int64, digits ...string) randomcapture.Packet {
	t.Helper()
	frame, err := hex.DecodeString(strings.ReplaceAll(strings.Join(digits, ""), " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return randomcapture.Packet{Time: at, Frame: frame, WireLength: uint32(len(frame))}
}

// cellsOf gives some cells of each flow of a run.
func cellsOf(t *testing.T, columns string, args ...string) []string {
	t.Helper()
	flows, _ := tablesOf(t, args...)
	sheet := sheetOf(t, flows)
	var rows []string
	for _, cells := range sheet.rows {
		r := row{sheet.columns, cells}
		var texts []string
		for _, column := range strings.Fields(columns) {
			texts = append(texts, *r.cell(column))
		}
		rows = append(rows, strings.Join(texts, " "))
	}
	slices.Sort(rows)
	return rows
}

// TestTunnelKeys: what of the tunnel is in the key is told, and the rest is merged.
func TestTunnelKeys(t *testing.T) {
	const ethernet = "020000000001 020000000002 0800"
	inner := "4500001c 0000 0000 40 11 0000 c0a80001 c0a80002 03e8 0035 0008 0000"
	var packets []randomcapture.Packet
	for i, source := range []string{"0a000001", "0a000002"} { // 20 + 8 + 8 + 14 + 28 octets
		packets = append(packets, framed(t, int64(i+1), ethernet, "4500004e 0000 0000 40 11 0000", source, "0a000009 04d2 12b5 003a 0000 08000000 00000500", ethernet, inner))
	}
	file := saved(t, "vxlan.pcap", encoded(packets))
	const columns = "src_ip tunnel_type tunnel_id outer_src_ip outer_dst_ip packets"
	for _, c := range []struct {
		flags, want []string
	}{
		{[]string{"--key", "vxlan"}, []string{"192.168.0.1 vxlan 5   2"}},
		{[]string{"--key", "5tuple", "--meter", "inner"}, []string{"192.168.0.1     2"}},
		{[]string{"--key", "5tuple,tunnel", "--meter", "inner"}, []string{"192.168.0.1 vxlan 5 10.0.0.1 10.0.0.9 1", "192.168.0.1 vxlan 5 10.0.0.2 10.0.0.9 1"}},
		{[]string{"--meter", "inner"}, []string{"192.168.0.1 vxlan 5 10.0.0.1 10.0.0.9 1", "192.168.0.1 vxlan 5 10.0.0.2 10.0.0.9 1"}},
		{[]string{"--key", "vxlan", "--meter", "both"}, []string{"10.0.0.1     1", "10.0.0.2     1", "192.168.0.1 vxlan 5   2"}},
	} {
		if got := cellsOf(t, columns, append(c.flags, file)...); fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%q: got %q, want %q", c.flags, got, c.want)
		}
	}
}

// TestFlowLabelOfMeteredPacket: the flow label is that of the packet that is metered.
func TestFlowLabelOfMeteredPacket(t *testing.T) {
	const (
		zero  = "0000000000000000 0000000000000000 "
		frame = "020000000001 020000000002 86dd 600abcde 0028 29 40" + zero + zero + "60012345 0000 3b 40" + zero + zero
	)
	file := saved(t, "six.pcap", encoded([]randomcapture.Packet{framed(t, 1, frame)}))
	for meter, want := range map[string][]string{"outer": {"703710"}, "inner": {"74565"}, "both": {"703710", "74565"}} {
		if got := cellsOf(t, "flow_label", "--key", "8tuple", "--meter", meter, file); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: got %q, want %q", meter, got, want)
		}
	}
}
