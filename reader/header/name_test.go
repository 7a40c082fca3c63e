package header

import (
	"strings"
	"testing"

	"github.com/google/gopacket/layers"
)

func TestEtherTypeName(t *testing.T) {
	tests := []struct {
		detail uint32
		want   string
	}{
		{0x0806, "ARP"}, {0x88cc, "LLDP"}, {0x88e7, "provider backbone bridge (802.1ah)"}, {0x9200, "VLAN"},
		{0x1234, "ethertype 0x1234"}, {0x42, "spanning tree"}, {0x07, "llc 0x07"}, {0x1c021, "PPP LCP"},
		{0x10099, "ppp 0x99"}, {0x20081, "nlpid 0x81"}, {0x30007, "address family 0x07"},
		{0x40080, "802.11 beacon"}, {0x40188, "802.11 encrypted data"}, {0x40208, "802.11 later fragment"},
		{0x40048, "802.11 data without payload"}, {0x400d4, "802.11 control 0xd4"}, {0x40040, "802.11 management 0x40"},
		{0x40003, "frame control 0x03"}, {0x52000, "CDP"}, {0x59999, "snap 0x9999"}, {0x60001, "number 0x01"},
		{0xffffffff, "protocol 0xffffffff"},
	}
	for _, tt := range tests {
		if got := EtherTypeName(tt.detail); got != tt.want {
			t.Errorf("%#x: got %q, want %q", tt.detail, got, tt.want)
		}
	}
}

// TestProtocolNames compares our keywords with gopacket's names of the same numbers.
func TestProtocolNames(t *testing.T) {
	same := map[string]string{ // gopacket's word for ours, where it is another
		"hopopt": "ipv6hopbyhop", "icmp": "icmpv4", "ipv6-route": "ipv6routing", "ipv6-frag": "ipv6fragment",
		"ipv6-icmp": "icmpv6", "ipv6-nonxt": "nonextheader", "ipv6-opts": "ipv6destination", "mpls-in-ip": "mpls",
		"rdp": "rudp", "esp": "ipsecesp", "ah": "ipsecah", "ipip": "ipv4",
	}
	for n := range 256 {
		got := ProtocolName(uint8(n))
		want := strings.ToLower(layers.IPProtocol(n).String())
		if word, ok := same[got]; ok {
			got = word
		}
		if !strings.HasPrefix(want, "unknown") && got != want {
			t.Errorf("protocol %d: got %q, gopacket has %q", n, got, want)
		}
	}
	if got := ProtocolName(253); got != "253" {
		t.Errorf("got %q, want 253", got)
	}
}

// TestLinkTypeNames has every decoded link type named, and no name twice but RAW.
func TestLinkTypeNames(t *testing.T) {
	numbers := make(map[string]int)
	for n := range 65536 {
		name := LinkTypeName(uint16(n))
		if before, ok := numbers[name]; ok && name != "RAW" {
			t.Errorf("link types %d and %d are both %q", before, n, name)
		}
		numbers[name] = n
		if LinkTypeSupported(uint16(n)) && strings.HasPrefix(name, "linktype ") {
			t.Errorf("link type %d is decoded but has no name", n)
		}
	}
	for name, want := range map[string]int{"NULL": 0, "ETHERNET": 1, "LINUX_SLL2": 276, "USER0": 147, "linktype 999": 999} {
		if got := numbers[name]; got != want {
			t.Errorf("%s: got %d, want %d", name, got, want)
		}
	}
}
