package header

import (
	"slices"
	"testing"

	"netstream/aggregate/flow"
)

// TestIPRules has one raw IP packet for each rule of docs/metering.md sections 1
// and 3. wire is the frame's length, 0 for the captured one.
func TestIPRules(t *testing.T) {
	const (
		v4 = "0001 0000 40"                       // identification, no fragment, TTL
		to = "0000 0a000001 0a000002"             // checksum and addresses
		v6 = "20010db8000000000000000000000001" + // source
			"20010db8000000000000000000000002" // destination
		tcp = "1234 0050 00000001 00000000 5018 ffff 0000 0000"
		udp = "0035 d431 000c 0000 70617970"
	)
	const (
		truncated, badL4 = flow.MarkTruncated, flow.MarkBadTransport
		inferred, isTCP  = flow.MarkLengthInferred, flow.MarkTCP
		fragment, later  = flow.MarkFragment, flow.MarkLaterFragment
	)
	type want struct {
		octets            uint64
		payload           uint32
		protocol          uint8
		hasPorts          flow.Shape
		source, dest, tcp uint16
		marks             flow.Mark
	}
	const pshAck = flow.TCPPsh | flow.TCPAck
	type test struct {
		name   string
		packet string
		wire   int
		reason flow.Reason
		want   want
	}
	tests := []test{
		// Lengths of IPv4.
		{"padding is no payload", "4500 0028" + v4 + "06" + to + tcp + "000000000000", 0, 0, want{40, 0, 6, 1, 0x1234, 80, pshAck, isTCP}},
		{"snapshot length is no length", "4500 05dc" + v4 + "06" + to + tcp, 1500, 0, want{1500, 1460, 6, 1, 0x1234, 80, pshAck, isTCP | truncated}},
		{"total length beyond a whole frame", "4500 ffff" + v4 + "06" + to + tcp, 0, 0, want{65535, 65495, 6, 1, 0x1234, 80, pshAck, isTCP | truncated}},
		{"total length 0", "4500 0000" + v4 + "06" + to + tcp, 64000, 0, want{64000, 63960, 6, 1, 0x1234, 80, pshAck, isTCP | truncated | inferred}},
		{"total length 0, whole frame", "4500 0000" + v4 + "11" + to + udp, 0, 0, want{32, 4, 17, 1, 53, 0xd431, 0, inferred}},
		{"total length 0, beyond 16 bits", "4500 0000" + v4 + "06" + to + tcp, 200000, 0, want{200000, 199960, 6, 1, 0x1234, 80, pshAck, isTCP | truncated | inferred}},
		{"total length 0, options beyond the frame", "4f00 0000" + v4 + "06" + to, 0, flow.ReasonBadIPHeader, want{}},
		{"total length below header", "4500 0013" + v4 + "06" + to + tcp, 0, flow.ReasonBadIPHeader, want{}},
		{"total length below options", "4600 0017" + v4 + "06" + to + "01010101" + tcp, 0, flow.ReasonBadIPHeader, want{}},
		{"total length 1", "4500 0001" + v4 + "06" + to + tcp, 0, flow.ReasonBadIPHeader, want{}},
		{"header length 4", "4100 0028" + v4 + "06" + to + tcp, 0, flow.ReasonBadIPHeader, want{}},
		{"header length 16", "4400 0028" + v4 + "06" + to + tcp, 0, flow.ReasonBadIPHeader, want{}},
		{"header length 16, total length 0", "4400 0000" + v4 + "06" + to + tcp, 0, flow.ReasonBadIPHeader, want{}},
		{"fixed header cut", "4500 0028" + v4 + "06" + "0000 0a000001 0a0000", 60, flow.ReasonTruncatedHeader, want{}},
		{"cut before bad", "4100 0028", 60, flow.ReasonTruncatedHeader, want{}},
		{"header only", "4500 0014" + v4 + "06" + to, 0, 0, want{20, 0, 6, 0, 0, 0, 0, badL4}},
		{"options", "4600 002c" + v4 + "06" + to + "01010101" + tcp, 0, 0, want{44, 0, 6, 1, 0x1234, 80, pshAck, isTCP}},
		{"longest options", "4f00 0048" + v4 + "11" + to + spelledZeros(40) + udp, 0, 0, want{72, 4, 17, 1, 53, 0xd431, 0, 0}},
		{"options cut", "4f00 0050" + v4 + "11" + to + spelledZeros(39), 80, 0, want{80, 12, 17, 0, 0, 0, 0, truncated}},
		{"version 4 and 15", "f500 0028" + v4 + "06" + to + tcp, 0, flow.ReasonBadIPVersion, want{}},

		// Lengths of IPv6.
		{"IPv6 padding", "6000 0000 000c 11 40" + v6 + udp + "0000", 0, 0, want{52, 4, 17, 1, 53, 0xd431, 0, 0}},
		{"IPv6 payload length beyond a whole frame", "6000 0000 ffff 11 40" + v6 + udp, 0, 0, want{65575, 65527, 17, 1, 53, 0xd431, 0, truncated}},
		{"IPv6 fixed header cut", "6000 0000 000c 11 40 20010db8", 52, flow.ReasonTruncatedHeader, want{}},
		{"IPv6 payload length 0, TCP", "6000 0000 0000 06 40" + v6 + tcp + "00", 70000, 0, want{70000, 69940, 6, 1, 0x1234, 80, pshAck, isTCP | truncated | inferred}},
		{"IPv6 payload length 0, TCP, frame of 61", "6000 0000 0000 06 40" + v6 + tcp + "00", 0, 0, want{61, 1, 6, 1, 0x1234, 80, pshAck, isTCP | inferred}},
		{"IPv6 payload length 0, TCP, frame of 60", "6000 0000 0000 06 40" + v6 + tcp, 0, 0, want{40, 0, 6, 0, 0, 0, 0, badL4}},
		{"IPv6 payload length 0, UDP", "6000 0000 0000 11 40" + v6 + "0035 d431 0000 0000", 61, 0, want{61, 13, 17, 1, 53, 0xd431, 0, badL4 | truncated | inferred}},
		{"IPv6 payload length 0, no next header", "6000 0000 0000 3b 40" + v6 + spelledZeros(60), 0, 0, want{40, 0, 59, 0, 0, 0, 0, 0}},
		{"IPv6 payload length 0, ICMPv6", "6000 0000 0000 3a 40" + v6 + spelledZeros(60), 0, 0, want{40, 0, 58, 0, 0, 0, 0, badL4}},
		{"jumbogram", "6000 0000 0000 00 40" + v6 + "0600 c204 00011170" + tcp, 70048, 0, want{70040, 69972, 6, 1, 0x1234, 80, pshAck, isTCP | truncated}},
		{"jumbogram, option behind padding", "6000 0000 0000 00 40" + v6 + "1101 0001 0000 c204 0001 1170 0000 0000" + "0035 d431 0000 0000", 70040, 0, want{70040, 69976, 17, 1, 53, 0xd431, 0, truncated}},
		{"longest jumbogram", "6000 0000 0000 00 40" + v6 + "1100 c204 ffffffff" + "0035 d431 0000 0000", 0, 0, want{1<<32 + 39, 1<<32 - 17, 17, 1, 53, 0xd431, 0, truncated}},
		{"jumbo option of length 2", "6000 0000 0000 00 40" + v6 + "0600 c202 0001 0100" + tcp, 0, 0, want{40, 0, 0, 0, 0, 0, 0, badL4}},
		{"jumbo option beyond its header", "6000 0000 0000 00 40" + v6 + "0600 0100 00 c204 00", 0, 0, want{40, 0, 0, 0, 0, 0, 0, badL4}},
		{"hop-by-hop without jumbo option", "6000 0000 0000 00 40" + v6 + "0600 0104 00000000" + tcp, 0, 0, want{40, 0, 0, 0, 0, 0, 0, badL4}},
		{"jumbo value below the headers", "6000 0000 0000 00 40" + v6 + "0600 c204 00000004" + tcp, 0, 0, want{44, 4, 0, 0, 0, 0, 0, badL4}},
		{"jumbo option beside a payload length", "6000 0000 001c 00 40" + v6 + "0600 c204 00011170" + tcp, 0, 0, want{68, 0, 6, 1, 0x1234, 80, pshAck, isTCP}},

		// The IPv6 extension chain.
		{"all extension headers", "6000 0000 0054 00 40" + v6 +
			"3c00 0104 00000000" + "2b00 0104 00000000" + "3300 0000 00000000" + "8c04 0000 00000001 00000001 000000000000000000000000" +
			"2c00 0000 00000000" + "0600 0000 00000007" + tcp, 0, 0, want{124, 0, 6, 1, 0x1234, 80, pshAck, isTCP}},
		{"zero-length headers", "6000 0000 002c 3c 40" + v6 + "3c00 0104 00000000" + "3c00 0104 00000000" + "0600 0104 00000000" + tcp, 0, 0, want{84, 0, 6, 1, 0x1234, 80, pshAck, isTCP}},
		{"authentication header in units of four", "6000 0000 0020 33 40" + v6 + "0601 0000 00000001 00000001" + tcp, 0, 0, want{72, 0, 6, 1, 0x1234, 80, pshAck, isTCP}},
		{"fragment header ignores its second octet", "6000 0000 001c 2c 40" + v6 + "06ff 0000 00000007" + tcp, 0, 0, want{68, 0, 6, 1, 0x1234, 80, pshAck, isTCP}},
		{"Shim6", "6000 0000 001c 8c 40" + v6 + "0600 0000 00000000" + tcp, 0, 0, want{68, 0, 6, 1, 0x1234, 80, pshAck, isTCP}},
		{"routing type 4", "6000 0000 002c 2b 40" + v6 + "0602 0400 00000000" + v6[:32] + tcp, 0, 0, want{84, 0, 6, 1, 0x1234, 80, pshAck, isTCP}},
		{"hop-by-hop not first", "6000 0000 0024 3c 40" + v6 + "0000 0104 00000000" + "0600 0104 00000000" + tcp, 0, 0, want{76, 0, 6, 1, 0x1234, 80, pshAck, isTCP}},
		{"extension header beyond the packet", "6000 0000 0014 3c 40" + v6 + "0602 0104 00000000" + spelledZeros(12), 0, 0, want{60, 20, 60, 0, 0, 0, 0, badL4}},
		{"extension header cut by the snapshot length", "6000 0000 0034 3c 40" + v6 + "0601 0104 00000000" + "2b01 0104", 92, 0, want{92, 52, 60, 0, 0, 0, 0, truncated}},
		{"second extension header cut", "6000 0000 0034 3c 40" + v6 + "2b00 0104 00000000" + "0601 0104 00000000 00", 92, 0, want{92, 44, 43, 0, 0, 0, 0, truncated}},
		{"chain of no octets", "6000 0000 0004 3c 40" + v6 + "06000104", 0, 0, want{44, 4, 60, 0, 0, 0, 0, badL4}},
		{"ESP ends the chain", "6000 0000 0010 32 40" + v6 + spelledZeros(16), 0, 0, want{56, 16, 50, 0, 0, 0, 0, 0}},
		{"no next header with octets", "6000 0000 0008 3b 40" + v6 + spelledZeros(8), 0, 0, want{48, 8, 59, 0, 0, 0, 0, 0}},
		{"mobility header is a protocol", "6000 0000 0008 87 40" + v6 + "3b00 0000 00000000", 0, 0, want{48, 8, 135, 0, 0, 0, 0, 0}},
		{"IPv4 protocol 51 stays", "4500 0034" + v4 + "33" + to + "0601 0000 00000001 00000001" + tcp, 0, 0, want{52, 32, 51, 0, 0, 0, 0, 0}},
		{"IPv4 protocol 0 stays", "4500 001c" + v4 + "00" + to + "0600 0104 00000000", 0, 0, want{28, 8, 0, 0, 0, 0, 0, 0}},

		// Fragments.
		{"first fragment", "4500 0020 0001 2000 40 11" + to + udp, 0, 0, want{32, 4, 17, 1, 53, 0xd431, 0, fragment}},
		{"later fragment", "4500 0020 0001 2001 40 11" + to + udp, 0, 0, want{32, 12, 17, 0, 0, 0, 0, fragment | later}},
		{"last fragment", "4500 0020 0001 1fff 40 06" + to + udp, 0, 0, want{32, 12, 6, 0, 0, 0, 0, fragment | later}},
		{"don't fragment", "4500 0020 0001 4000 40 11" + to + udp, 0, 0, want{32, 4, 17, 1, 53, 0xd431, 0, 0}},
		{"reserved bit", "4500 0020 0001 8000 40 11" + to + udp, 0, 0, want{32, 4, 17, 1, 53, 0xd431, 0, 0}},
		{"tiny first fragment", "4500 001c 0001 2000 40 06" + to + tcp, 0, 0, want{28, 0, 6, 1, 0x1234, 80, 0, fragment | badL4}},
		{"IPv6 first fragment", "6000 0000 0014 2c 40" + v6 + "1100 0001 00000007" + udp, 0, 0, want{60, 4, 17, 1, 53, 0xd431, 0, fragment}},
		{"IPv6 later fragment", "6000 0000 0014 2c 40" + v6 + "1100 0009 00000007" + udp, 0, 0, want{60, 12, 17, 0, 0, 0, 0, fragment | later}},
		{"IPv6 last fragment", "6000 0000 0014 2c 40" + v6 + "3c00 0008 00000007" + udp, 0, 0, want{60, 12, 60, 0, 0, 0, 0, fragment | later}},
		{"IPv6 fragment header of a whole packet", "6000 0000 0014 2c 40" + v6 + "1100 0000 00000007" + udp, 0, 0, want{60, 4, 17, 1, 53, 0xd431, 0, 0}},
		{"IPv6 reserved bits of the fragment header", "6000 0000 0014 2c 40" + v6 + "1100 0006 00000007" + udp, 0, 0, want{60, 4, 17, 1, 53, 0xd431, 0, 0}},

		// Transport headers.
		{"TCP options", "4500 0030" + v4 + "06" + to + "1234 0050 00000001 00000000 6102 ffff 0000 0000 020405b4 61626364", 0, 0, want{48, 4, 6, 1, 0x1234, 80, flow.TCPAe | flow.TCPSyn, isTCP}},
		{"TCP all flags", "4500 0028" + v4 + "06" + to + "1234 0050 00000001 00000000 5fff ffff 0000 0000", 0, 0, want{40, 0, 6, 1, 0x1234, 80, 0x1ff, isTCP}},
		{"TCP data offset 16", "4500 0028" + v4 + "06" + to + "1234 0050 00000001 00000000 4002 ffff 0000 0000", 0, 0, want{40, 0, 6, 1, 0x1234, 80, 2, isTCP | badL4}},
		{"TCP data offset 0", "4500 002c" + v4 + "06" + to + "1234 0050 00000001 00000000 0002 ffff 0000 0000 61626364", 0, 0, want{44, 4, 6, 1, 0x1234, 80, 2, isTCP | badL4}},
		{"TCP data offset beyond the packet", "4500 002c" + v4 + "06" + to + "1234 0050 00000001 00000000 f002 ffff 0000 0000 61626364", 0, 0, want{44, 4, 6, 1, 0x1234, 80, 2, isTCP | badL4}},
		{"TCP data offset beyond the capture", "4500 0064" + v4 + "06" + to + "1234 0050 00000001 00000000 f002 ffff 0000 0000", 100, 0, want{100, 20, 6, 1, 0x1234, 80, 2, isTCP | truncated}},
		{"TCP cut before the ports", "4500 0028" + v4 + "06" + to + "1234 00", 40, 0, want{40, 0, 6, 0, 0, 0, 0, truncated}},
		{"TCP cut behind the ports", "4500 003c" + v4 + "06" + to + "1234 0050", 60, 0, want{60, 20, 6, 1, 0x1234, 80, 0, truncated}},
		{"TCP cut between data offset and flags", "4500 003c" + v4 + "06" + to + "1234 0050 00000001 00000000 60", 60, 0, want{60, 16, 6, 1, 0x1234, 80, 0, truncated}},
		{"TCP cut behind the flags", "4500 003c" + v4 + "06" + to + "1234 0050 00000001 00000000 5010", 60, 0, want{60, 20, 6, 1, 0x1234, 80, 16, isTCP | truncated}},
		{"TCP ends with its packet before the ports", "4500 0017" + v4 + "06" + to + tcp, 0, 0, want{23, 0, 6, 0, 0, 0, 0, badL4}},
		{"TCP ends with its packet behind the ports", "4500 0018" + v4 + "06" + to + tcp, 0, 0, want{24, 0, 6, 1, 0x1234, 80, 0, badL4}},
		{"UDP length 7", "4500 0020" + v4 + "11" + to + "0035 d431 0007 0000 70617970", 0, 0, want{32, 4, 17, 1, 53, 0xd431, 0, badL4}},
		{"UDP length 0", "4500 0020" + v4 + "11" + to + "0035 d431 0000 0000 70617970", 0, 0, want{32, 4, 17, 1, 53, 0xd431, 0, badL4}},
		{"UDP length 7, cut behind it", "4500 0020" + v4 + "11" + to + "0035 d431 0007", 32, 0, want{32, 4, 17, 1, 53, 0xd431, 0, badL4 | truncated}},
		{"UDP length 7, cut within it", "4500 0020" + v4 + "11" + to + "0035 d431 00", 32, 0, want{32, 4, 17, 1, 53, 0xd431, 0, truncated}},
		{"UDP length 8", "4500 0020" + v4 + "11" + to + "0035 d431 0008 0000 70617970", 0, 0, want{32, 4, 17, 1, 53, 0xd431, 0, 0}},
		{"UDP length beyond the packet", "4500 0020" + v4 + "11" + to + "0035 d431 ffff 0000 70617970", 0, 0, want{32, 4, 17, 1, 53, 0xd431, 0, 0}},
		{"UDP of 7 octets", "4500 001b" + v4 + "11" + to + "0035 d431 000c 00", 0, 0, want{27, 0, 17, 1, 53, 0xd431, 0, badL4}},
		{"port 0 is a port", "4500 001c" + v4 + "11" + to + "0000 0000 0008 0000", 0, 0, want{28, 0, 17, 1, 0, 0, 0, 0}},
		{"UDP-Lite", "4500 0020" + v4 + "88" + to + "0035 d431 0000 0000 70617970", 0, 0, want{32, 4, 136, 1, 53, 0xd431, 0, 0}},
		{"SCTP", "4500 0030" + v4 + "84" + to + "0035 d431 00000001 00000000" + spelledZeros(16), 0, 0, want{48, 16, 132, 1, 53, 0xd431, 0, 0}},
		{"SCTP too short", "4500 0018" + v4 + "84" + to + "0035 d431", 0, 0, want{24, 0, 132, 1, 53, 0xd431, 0, badL4}},
		{"DCCP", "4500 0028" + v4 + "21" + to + "0035 d431 04 00 0000" + spelledZeros(12), 0, 0, want{40, 4, 33, 1, 53, 0xd431, 0, 0}},
		{"DCCP data offset 8", "4500 0028" + v4 + "21" + to + "0035 d431 02 00 0000" + spelledZeros(12), 0, 0, want{40, 8, 33, 1, 53, 0xd431, 0, badL4}},
		{"DCCP data offset beyond the packet", "4500 0028" + v4 + "21" + to + "0035 d431 ff 00 0000" + spelledZeros(12), 0, 0, want{40, 8, 33, 1, 53, 0xd431, 0, badL4}},
		{"DCCP cut before the data offset", "4500 0028" + v4 + "21" + to + "0035 d431", 40, 0, want{40, 8, 33, 1, 53, 0xd431, 0, truncated}},
		{"ICMP", "4500 0020" + v4 + "01" + to + "0301 0000 00000000 61626364", 0, 0, want{32, 4, 1, 1, 0, 0x301, 0, 0}},
		{"ICMP cut before the code", "4500 0020" + v4 + "01" + to + "03", 32, 0, want{32, 4, 1, 0, 0, 0, 0, truncated}},
		{"ICMP of 4 octets", "4500 0018" + v4 + "01" + to + "0800 0000", 0, 0, want{24, 0, 1, 1, 0, 0x800, 0, badL4}},
		{"ICMPv6", "6000 0000 0008 3a 40" + v6 + "8000 0000 00010001", 0, 0, want{48, 0, 58, 1, 0, 0x8000, 0, 0}},
		{"ICMP of the other version", "6000 0000 0008 01 40" + v6 + "0800 0000 00010001", 0, 0, want{48, 0, 1, 1, 0, 0x800, 0, 0}},
		{"GRE", "4500 0018" + v4 + "2f" + to + "0000 0800", 0, 0, want{24, 4, 47, 0, 0, 0, 0, 0}},
	}
	// The first ones, up to the extension chain.
	lengths := slices.IndexFunc(tests, func(tt test) bool { return tt.name == "all extension headers" })
	t.Logf("assertion P9: %d packets whose lengths are unusual, each by one rule", lengths)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			frame := octets(tt.packet)
			length := max(tt.wire, len(frame))
			p, reason, detail := read(t, 101, Options{}, frame, length)
			if reason != tt.reason || detail != 0 {
				t.Fatalf("got %v, %d; want %v, 0", reason, detail, tt.reason)
			}
			if reason != flow.ReasonAccounted {
				return
			}
			got := want{p.Meta.Octets, p.Meta.PayloadOctets, p.Key.Protocol, p.Key.Shape,
				p.Key.SourcePort, p.Key.DestinationPort, p.Meta.TCPFlags, p.Meta.Marks}
			if got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
			if p.Meta.WireOctets != uint32(length) || p.Meta.TTL != 64 {
				t.Errorf("got %d octets on the wire, TTL %d; want %d, 64", p.Meta.WireOctets, p.Meta.TTL, length)
			}
		})
	}
}

// spelledZeros spells n octets of 0.
func spelledZeros(n int) string {
	b := make([]byte, 2*n)
	for i := range b {
		b[i] = '0'
	}
	return string(b)
}
