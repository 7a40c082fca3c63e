package header

import (
	"encoding/hex"
	"strings"
	"testing"

	"netstream/aggregate/flow"
)

// TestLabels reads label stacks and flow labels, of outermost and of inner packets.
func TestLabels(t *testing.T) {
	const (
		ethernet = "020000000001 020000000002 "
		zero     = "0000000000000000 0000000000000000 "
		ipv6     = "60012345 0000 3b 40" + zero + zero
		ipv4     = "45000014 0000 0000 40 3b 0000 c0000201 c0000202"
		// Next header 41, 40 octets of payload.
		outer = "600abcde 0028 29 40" + zero + zero
		bad   = "600abcde 0028 29 40" + zero + zero + "50012345 0000 3b 40" + zero + zero
	)
	for _, c := range []struct {
		name         string
		frame        string
		outer, inner Labels
	}{
		{"IPv6", ethernet + "86dd" + ipv6, Labels{Flow: 0x12345, HasEtherType: true, EtherType: 0x86dd}, Labels{Flow: 0x12345, HasEtherType: true, EtherType: 0x86dd}},
		{"IPv4", ethernet + "0800" + ipv4, Labels{HasEtherType: true, EtherType: 0x0800}, Labels{HasEtherType: true, EtherType: 0x0800}},
		{"six in six", ethernet + "86dd" + outer + ipv6, Labels{Flow: 0xabcde, HasEtherType: true, EtherType: 0x86dd}, Labels{Flow: 0x12345, HasEtherType: true, EtherType: 0x86dd}},
		{"six in six that cannot be metered", ethernet + "86dd" + bad, Labels{Flow: 0xabcde, HasEtherType: true, EtherType: 0x86dd}, Labels{Flow: 0xabcde, HasEtherType: true, EtherType: 0x86dd}},
		{"one label", ethernet + "8847 00010140" + ipv4, Labels{MPLS: [3]uint32{16}, Depth: 1, HasEtherType: true, EtherType: 0x8847}, Labels{MPLS: [3]uint32{16}, Depth: 1, HasEtherType: true, EtherType: 0x8847}},
		{"four labels", ethernet + "8847 fffff040 00011040 00012040 00013140" + ipv6,
			Labels{MPLS: [3]uint32{1<<20 - 1, 17, 18}, Depth: 3, Flow: 0x12345, HasEtherType: true, EtherType: 0x8847}, Labels{MPLS: [3]uint32{1<<20 - 1, 17, 18}, Depth: 3, Flow: 0x12345, HasEtherType: true, EtherType: 0x8847}},
		{"labels in a pseudowire", ethernet + "8847 00010140 00000000" + ethernet + "8847 00011140" + ipv6,
			Labels{MPLS: [3]uint32{16}, Depth: 1, HasEtherType: true, EtherType: 0x8847}, Labels{MPLS: [3]uint32{16}, Depth: 1, Flow: 0x12345, HasEtherType: true, EtherType: 0x8847}},
	} {
		frame, err := hex.DecodeString(strings.ReplaceAll(c.frame, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		d := NewDecoder(1, Options{})
		var p flow.Packet
		if got := d.Labels(&p, frame, uint32(len(frame)), false); got != c.outer {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.outer)
		}
		if got := d.Labels(&p, frame, uint32(len(frame)), true); got != c.inner {
			t.Errorf("%s, inner: got %+v, want %+v", c.name, got, c.inner)
		}
	}
}
