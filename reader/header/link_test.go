package header

import (
	"strings"
	"testing"

	"netstream/aggregate/flow"
)

// TestLinkHeaders puts each link header, spelled out, in front of a packet of
// known content.
func TestLinkHeaders(t *testing.T) {
	mac := flow.Meta{
		Marks:          flow.MarkMAC,
		DestinationMAC: [6]byte{2, 0, 0, 0, 0, 2}, SourceMAC: [6]byte{2, 0, 0, 0, 0, 1},
	}
	with := func(m flow.Meta, marks flow.Mark, vlan, inner uint16, label uint32) flow.Meta {
		m.Marks |= marks
		m.VLAN, m.InnerVLAN, m.MPLSTop = vlan, inner, label
		return m
	}
	const addresses = "020000000002 020000000001 "
	const wirelessAddresses = "020000000002 020000000001 020000000003 "
	zeros := func(n int) string { return strings.Repeat("00", n) }
	tests := []struct {
		name     string
		linkType uint16
		header   string
		meta     flow.Meta
		ipv6     bool
	}{
		{"ethernet IPv4", 1, addresses + "0800", mac, false},
		{"ethernet IPv6", 1, addresses + "86dd", mac, true},
		{"ethernet type of the other version", 1, addresses + "0800", mac, true},
		{"802.3 SNAP", 1, addresses + "0030 aaaa03 000000 0800", mac, false},
		{"802.3 SNAP bridge tunnel", 1, addresses + "0030 aaaa03 0000f8 86dd", mac, true},
		{"802.3 LLC of IP", 1, addresses + "002b 060603", mac, false},
		{"802.3 LLC of ISO with NLPID", 1, addresses + "002c fefe03 cc", mac, false},
		{"large LLC", 1, addresses + "8870 aaaa03 000000 0800", mac, false},
		{"802.1Q", 1, addresses + "8100 a064 0800", with(mac, flow.MarkVLAN, 100, 0, 0), false},
		{"Cisco metadata", 1, addresses + "8909 0101 0001 0007 0800", with(mac, 0, 0, 0, 0), false},
		{"802.1Q and Cisco metadata", 1, addresses + "8100 a064 8909 0101 0001 0007 86dd", with(mac, flow.MarkVLAN, 100, 0, 0), true},
		{"802.1Q priority tag", 1, addresses + "8100 a000 0800", with(mac, flow.MarkVLAN, 0, 0, 0), false},
		{"802.1ad and 802.1Q", 1, addresses + "88a8 0fff 8100 0001 86dd", with(mac, flow.MarkVLAN|flow.MarkInnerVLAN, 4095, 1, 0), true},
		{"0x9100 and 0x9200", 1, addresses + "9100 0002 9200 0003 0800", with(mac, flow.MarkVLAN|flow.MarkInnerVLAN, 2, 3, 0), false},
		{"0x9300 and two more", 1, addresses + "9300 0002 8100 0003 8100 0004 0800", with(mac, flow.MarkVLAN|flow.MarkInnerVLAN, 2, 3, 0), false},
		{"802.1Q with a length and SNAP", 1, addresses + "8100 0005 0030 aaaa03 000000 0800", with(mac, flow.MarkVLAN, 5, 0, 0), false},
		{"802.1Q in SNAP", 1, addresses + "0034 aaaa03 000000 8100 0006 0800", with(mac, flow.MarkVLAN, 6, 0, 0), false},
		{"MPLS", 1, addresses + "8847 fffff140", with(mac, flow.MarkMPLS, 0, 0, 0xfffff), false},
		{"MPLS multicast, three labels", 1, addresses + "8848 00010040 00020040 00002140", with(mac, flow.MarkMPLS, 0, 0, 16), true},
		{"VLAN and MPLS", 1, addresses + "8100 0007 8847 00011140", with(mac, flow.MarkVLAN|flow.MarkMPLS, 7, 0, 17), false},
		{"PPPoE IPv4", 1, addresses + "8864 1100 0001 002a 0021", mac, false},
		{"PPPoE IPv6 in VLAN", 1, addresses + "8100 0008 8864 1100 0001 0036 0057", with(mac, flow.MarkVLAN, 8, 0, 0), true},
		{"PPPoE compressed protocol", 1, addresses + "8864 1100 0001 0029 21", mac, false},
		{"token ring", 6, "1040" + addresses + "aaaa03 000000 0800", mac, false},
		{"token ring with source routing", 6, "1040 020000000002 820000000001 0630 0011 0020 aaaa03 000000 0800", mac, false},
		{"token ring with the longest route", 6, "1040 020000000002 820000000001 1e30" + zeros(28) + "aaaa03 000000 0800", mac, false},
		{"FDDI", 10, "50" + addresses + "aaaa03 000000 86dd", mac, true},
		{"IP over fibre channel", 122, "1000 020000000002 1000 020000000001 aaaa03 000000 0800", mac, false},
		{"ARCNET", 7, "01 02 d4 00 0001", flow.Meta{}, false},
		{"ARCNET RFC 1051", 7, "01 02 f0", flow.Meta{}, false},
		{"ARCNET exception packet", 7, "01 02 d4 ff ffff d4 00 0001", flow.Meta{}, false},
		{"ARCNET of Linux", 129, "01 02 0000 d4 00 0001", flow.Meta{}, false},

		{"null little-endian IPv4", 0, "02000000", flow.Meta{}, false},
		{"null big-endian IPv4", 0, "00000002", flow.Meta{}, false},
		{"null IPv6 OpenBSD", 0, "18000000", flow.Meta{}, true},
		{"null IPv6 FreeBSD", 0, "0000001c", flow.Meta{}, true},
		{"null IPv6 Darwin", 0, "1e000000", flow.Meta{}, true},
		{"null IPv6 Windows", 0, "17000000", flow.Meta{}, true},
		{"null EtherType", 0, "00000800", flow.Meta{}, false},
		{"null EtherType behind other octets", 0, "0f000800", flow.Meta{}, false},
		{"loop", 108, "00000002", flow.Meta{}, false},
		{"raw 101", 101, "", flow.Meta{}, false},
		{"raw 101 IPv6", 101, "", flow.Meta{}, true},
		{"raw 12", 12, "", flow.Meta{}, false},
		{"raw 14", 14, "", flow.Meta{}, true},
		{"IPv4", 228, "", flow.Meta{}, false},
		{"IPv6", 229, "", flow.Meta{}, true},
		{"SLIP", 8, "00 45" + zeros(14), flow.Meta{}, false},
		{"ENC", 109, "02000000 12345678 00000000", flow.Meta{}, false},
		{"PFLOG", 117, "3d 02 00 00" + zeros(60), flow.Meta{}, false},
		{"PFLOG IPv6 of 100 octets", 117, "64 18 00 00" + zeros(96), flow.Meta{}, true},
		{"IPNET", 226, "01 02" + zeros(22), flow.Meta{}, false},
		{"IPNET IPv6", 226, "01 1a" + zeros(22), flow.Meta{}, true},
		{"NFLOG", 239, "02 00 0000 0800 0100 08000300 0500 0a00 61000000 2c00 0900", flow.Meta{}, false},
		{"NFLOG big-endian IPv6", 239, "0a 00 0000 0008 0001 86dd0300 0038 0009", flow.Meta{}, true},

		{"PPP without framing", 9, "0021", flow.Meta{}, false},
		{"PPP compressed protocol", 9, "57", flow.Meta{}, true},
		{"PPP with framing", 9, "ff03 0021", flow.Meta{}, false},
		{"PPP HDLC", 50, "ff03 0057", flow.Meta{}, true},
		{"PPP HDLC compressed protocol", 50, "ff03 21", flow.Meta{}, false},
		{"PPP HDLC MPLS", 50, "ff03 0281 00010140", with(flow.Meta{}, flow.MarkMPLS, 0, 0, 16), false},
		{"PPP HDLC MPLS multicast", 50, "ff03 0283 00010140", with(flow.Meta{}, flow.MarkMPLS, 0, 0, 16), false},
		{"Cisco HDLC broadcast on PPP", 50, "8f00 0800", flow.Meta{}, false},
		{"Cisco HDLC on PPP", 50, "0f00 0800", flow.Meta{}, false},
		{"PPP with direction", 166, "01 ff03 0021", flow.Meta{}, false},
		{"PPPoE link", 51, "1100 0001 002a 0021", flow.Meta{}, false},
		{"Cisco HDLC", 104, "0f00 0800", flow.Meta{}, false},
		{"Cisco HDLC broadcast IPv6", 104, "8f00 86dd", flow.Meta{}, true},
		{"Cisco HDLC MPLS", 104, "0f00 8847 00010140", with(flow.Meta{}, flow.MarkMPLS, 0, 0, 16), false},
		{"Cisco HDLC with direction", 205, "00 0f00 0800", flow.Meta{}, false},
		{"frame relay NLPID", 107, "1841 03 cc", flow.Meta{}, false},
		{"frame relay NLPID IPv6", 107, "1841 03 8e", flow.Meta{}, true},
		{"frame relay padded SNAP", 107, "1841 03 00 80 000000 0800", flow.Meta{}, false},
		{"frame relay long address", 107, "18404001 03 cc", flow.Meta{}, false},
		{"frame relay Cisco", 107, "1841 0800", flow.Meta{}, false},
		{"frame relay with direction", 206, "01 1841 03 cc", flow.Meta{}, false},
		{"ATM", 100, "aaaa03 000000 0800", flow.Meta{}, false},

		{"cooked", 113, "0000 0001 0006 020000000001 0000 0800", flow.Meta{}, false},
		{"cooked IPv6", 113, "0004 0304 0006 000000000000 0000 86dd", flow.Meta{}, true},
		{"cooked VLAN", 113, "0000 0001 0006 020000000001 0000 8100 0009 0800", with(flow.Meta{}, flow.MarkVLAN, 9, 0, 0), false},
		{"cooked LLC", 113, "0000 0001 0006 020000000001 0000 0004 aaaa03 000000 0800", flow.Meta{}, false},
		{"cooked frame relay", 113, "0000 0302 0000 000000000000 0000 0000 1841 03 cc", flow.Meta{}, false},
		{"cooked 2", 276, "0800 0000 00000002 0001 00 06 020000000001 0000", flow.Meta{}, false},
		{"cooked 2 VLAN", 276, "8100 0000 00000002 0001 00 06 020000000001 0000 000a 86dd", with(flow.Meta{}, flow.MarkVLAN, 10, 0, 0), true},
		{"cooked 2 LLC", 276, "0004 0000 00000002 0001 00 06 020000000001 0000 aaaa03 000000 0800", flow.Meta{}, false},

		{"802.11 ad hoc", 105, "0800 0000" + wirelessAddresses + "1000 aaaa03 000000 0800", mac, false},
		{"802.11 to access point", 105, "0801 0000 020000000003 020000000001 020000000002 1000 aaaa03 000000 0800", mac, false},
		{"802.11 from access point", 105, "0802 0000 020000000002 020000000003 020000000001 1000 aaaa03 000000 86dd", mac, true},
		{"802.11 four addresses", 105, "0803 0000 020000000003 020000000004 020000000002 1000 020000000001 aaaa03 000000 0800", mac, false},
		{"802.11 QoS", 105, "8800 0000" + wirelessAddresses + "1000 0000 aaaa03 000000 0800", mac, false},
		{"802.11 QoS, HT control", 105, "8880 0000" + wirelessAddresses + "1000 0000 00000000 aaaa03 000000 0800", mac, false},
		{"802.11 QoS, four addresses", 105, "8803 0000 020000000003 020000000004 020000000002 1000 020000000001 0000 aaaa03 000000 0800", mac, false},
		{"802.11 A-MSDU", 105, "8802 0000 020000000009 020000000003 020000000003 1000 8000" + addresses + "0030 aaaa03 000000 0800", mac, false},
		{"802.11 ordered without QoS", 105, "0880 0000" + wirelessAddresses + "1000 aaaa03 000000 0800", mac, false},
		{"radiotap", 127, "0000 0800 00000000 0800 0000" + wirelessAddresses + "1000 aaaa03 000000 0800", mac, false},
		{"radiotap, padded 802.11 header", 127, "0000 1100 03000000 0000000000000000 20 8800 0000" + wirelessAddresses + "1000 0000 0000 aaaa03 000000 0800", mac, false},
		{"radiotap, two bit maps", 127, "0000 0d00 02000080 00000000 20 8800 0000" + wirelessAddresses + "1000 0000 0000 aaaa03 000000 0800", mac, false},
		{"radiotap, three bit maps", 127, "0000 1100 02000080 01000080 00000000 20 8800 0000" + wirelessAddresses + "1000 0000 0000 aaaa03 000000 0800", mac, false},
		{"radiotap, two bit maps and time stamp", 127, "0000 1900 03000080 00000000 00000000 0000000000000000 20 8800 0000" + wirelessAddresses + "1000 0000 0000 aaaa03 000000 0800", mac, false},
		{"Prism", 119, "44000000 90000000" + zeros(136) + "0800 0000" + wirelessAddresses + "1000 aaaa03 000000 0800", mac, false},
		{"Prism big-endian", 119, "00000044 00000090" + zeros(136) + "0800 0000" + wirelessAddresses + "1000 aaaa03 000000 0800", mac, false},
		{"AVS under Prism", 119, "80211001 00000040" + zeros(56) + "0800 0000" + wirelessAddresses + "1000 aaaa03 000000 0800", mac, false},
		{"AVS", 163, "80211001 00000040" + zeros(56) + "0800 0000" + wirelessAddresses + "1000 aaaa03 000000 0800", mac, false},
		{"PPI 802.11", 192, "0000 0c00 69000000 00000000 0800 0000" + wirelessAddresses + "1000 aaaa03 000000 0800", mac, false},
		{"PPI ethernet", 192, "0000 0800 01000000" + addresses + "0800", mac, false},

		{"IP over IEEE 1394", 138, "0200000000000002 0200000000000001 0800", flow.Meta{}, false},
		{"IP over InfiniBand", 242, zeros(40) + "0800 0000", flow.Meta{}, false},
		{"switch tag of Broadcom", 281, addresses + "20000001 0800", mac, false},
		{"switch tag of Broadcom in front", 282, "20000001" + addresses + "0800", mac, false},
		{"switch tag of Marvell", 284, addresses + "c0180000 0800", mac, false},
		{"switch tag of Marvell with EtherType", 285, addresses + "dada 0000 c0180000 86dd", mac, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want, packet := wantTCP, spelledTCP
			if tt.ipv6 {
				want, packet = wantUDP6, spelledUDP6
			}
			frame := octets(tt.header + packet)
			for _, withMAC := range []bool{true, false} {
				meta := tt.meta
				if !withMAC {
					meta.Marks &^= flow.MarkMAC
					meta.SourceMAC, meta.DestinationMAC = [6]byte{}, [6]byte{}
				}
				p, reason, detail := read(t, tt.linkType, Options{WithMAC: withMAC}, frame, len(frame))
				if reason != flow.ReasonAccounted || detail != 0 {
					t.Fatalf("got %v, detail %#x; want accounted", reason, detail)
				}
				if want := want(len(frame), meta); p != want {
					t.Errorf("got  %+v\nwant %+v", p, want)
				}
			}
			header := len(octets(tt.header))
			for n := range header + 1 {
				if _, reason, detail := read(t, tt.linkType, Options{}, frame[:n], len(frame)); reason != flow.ReasonTruncatedHeader || detail != 0 {
					t.Errorf("cut to %d of %d octets of header: got %v, %#x; want truncated_header", n, header, reason, detail)
				}
			}
		})
	}
}

// TestNotAccounted has one frame for each way out before an IP header is read.
func TestNotAccounted(t *testing.T) {
	const addresses = "020000000002 020000000001 "
	tests := []struct {
		name     string
		linkType uint16
		frame    string
		reason   flow.Reason
		detail   uint32
	}{
		{"ARP", 1, addresses + "0806 0001", flow.ReasonNotIP, 0x0806},
		{"ARP in VLAN", 1, addresses + "8100 0001 0806 0001", flow.ReasonNotIP, 0x0806},
		{"type cut", 1, "020000000002 020000000001 08", flow.ReasonTruncatedHeader, 0},
		{"empty IP", 1, addresses + "0800", flow.ReasonTruncatedHeader, 0},
		{"IP version 5", 1, addresses + "0800 50", flow.ReasonBadIPVersion, 0},
		{"IP version 0 raw", 101, "00", flow.ReasonBadIPVersion, 0},
		{"802.1ah", 1, addresses + "88e7 00000001" + addresses + "0800" + spelledTCP, flow.ReasonNotIP, 0x88e7},
		{"MACsec", 1, addresses + "88e5 2c00 00000001" + spelledTCP, flow.ReasonNotIP, 0x88e5},
		{"PPPoE discovery", 1, addresses + "8863 1109 0000 0000", flow.ReasonNotIP, 0x8863},
		{"PPPoE session of another code", 1, addresses + "8864 11a7 0001 0000", flow.ReasonNotIP, 0x8863},
		{"PPPoE LCP", 1, addresses + "8864 1100 0001 0004 c021 0101 0004", flow.ReasonNotIP, 0x1c021},
		{"pseudowire control word", 1, addresses + "8847 00001140 00000000" + addresses + "0800" + spelledTCP, flow.ReasonNotIP, 0x8847},
		{"pseudowire channel", 1, addresses + "8848 00001140 10000021 45", flow.ReasonNotIP, 0x8848},
		{"spanning tree", 1, addresses + "0026 424203 0000", flow.ReasonNotIP, 0x42},
		{"raw IPX", 1, addresses + "0026 ffff 0022", flow.ReasonNotIP, 0xff},
		{"IS-IS", 1, addresses + "0026 fefe03 83", flow.ReasonNotIP, 0xfe},
		{"LLC exchange of IP's access point", 1, addresses + "0026 0606af 45", flow.ReasonNotIP, 0x06},
		{"CDP", 1, addresses + "0026 aaaa03 00000c 2000 02", flow.ReasonNotIP, 0x52000},
		{"SNAP with a number below 0x600", 1, addresses + "0026 aaaa03 000000 0006 45", flow.ReasonNotIP, 0x60006},
		{"length 1501", 1, addresses + "05dd aaaa03 000000 0800", flow.ReasonNotIP, 0x605dd},
		{"null family 7", 0, "07000000 00", flow.ReasonNotIP, 0x30007},
		{"null no family", 0, "deadbeef 00", flow.ReasonNotIP, 0x30000},
		{"NFLOG of ARP", 239, "03 00 0000 0800 0100 08060000 0800 0900 00010800", flow.ReasonNotIP, 0x30003},
		{"NFLOG attribute of length 0", 239, "02 00 0000 0000 0100", flow.ReasonNotIP, 0x30002},
		{"PPP LCP", 9, "ff03 c021 0101", flow.ReasonNotIP, 0x1c021},
		{"PPP VJ compressed", 50, "ff03 2d 45", flow.ReasonNotIP, 0x1002d},
		{"PPP number whose second octet is 0", 50, "8000 45", flow.ReasonNotIP, 0x18000},
		{"Cisco HDLC SLARP", 104, "8f00 8035 00000002", flow.ReasonNotIP, 0x8035},
		{"frame relay LMI", 107, "0001 03 08 00 75", flow.ReasonNotIP, 0x20008},
		{"frame relay endless address", 107, "00000000 00000000", flow.ReasonNotIP, 0x40000},
		{"cooked Novell", 113, "0000 0001 0006 020000000001 0000 0001 ffff", flow.ReasonNotIP, 0x60001},
		{"cooked netlink", 113, "0000 0338 0000 000000000000 0000 0800 45", flow.ReasonNotIP, 0x60800},
		{"802.11 beacon", 105, "8000 0000", flow.ReasonNotIP, 0x40080},
		{"802.11 acknowledgement", 105, "d400 0000 020000000002", flow.ReasonNotIP, 0x400d4},
		{"802.11 null data", 105, "4801 0000", flow.ReasonNotIP, 0x40048},
		{"802.11 encrypted", 105, "8841 0000", flow.ReasonNotIP, 0x40188},
		{"802.11 later fragment", 105, "0800 0000 020000000002 020000000001 020000000003 1100 45", flow.ReasonNotIP, 0x40208},
		{"802.11 version 1", 105, "0900 0000", flow.ReasonNotIP, 0x40009},
		{"token ring MAC frame", 6, "1000" + addresses, flow.ReasonNotIP, 0x40000},
		{"FDDI MAC frame", 10, "c2" + addresses, flow.ReasonNotIP, 0x400c2},
		{"ARCNET later part", 129, "01 02 0000 d4 02 0001" + spelledTCP, flow.ReasonNotIP, 0x400d4},
		{"PPI of an unknown link type", 192, "0000 0800 93000000 00", flow.ReasonUnsupportedLinkType, 147},
		{"PPI of an impossible link type", 192, "0000 0800 ffffffff 00", flow.ReasonUnsupportedLinkType, 65535},
		{"unknown link type", 147, spelledTCP, flow.ReasonUnsupportedLinkType, 147},
		{"unknown link type, empty", 65535, "", flow.ReasonUnsupportedLinkType, 65535},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			frame := octets(tt.frame)
			_, reason, detail := read(t, tt.linkType, Options{WithMAC: true}, frame, len(frame))
			if reason != tt.reason || detail != tt.detail {
				t.Errorf("got %v, %#x; want %v, %#x", reason, detail, tt.reason, tt.detail)
			}
		})
	}
}

// TestInnerLength has the captures whose own length field ends the packet: the
// octets behind it are neither captured octets of the packet nor a part of an
// inferred length.
func TestInnerLength(t *testing.T) {
	packet := octets(spelledTCP)
	packet[2], packet[3] = 0, 0
	const wireless = "8802 0000 020000000009 020000000003 020000000003 1000 8000 020000000002 020000000001 0030 aaaa03 000000 0800"
	tests := []struct {
		name     string
		linkType uint16
		header   string
	}{
		{"first of two MSDUs", 105, wireless},
		{"NFLOG packet before another attribute", 239, "02 00 0000 0800 0100 08000300 2c00 0900"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			frame := append(octets(tt.header), packet...)
			frame = append(frame, make([]byte, 100)...)
			p, reason, _ := read(t, tt.linkType, Options{}, frame, len(frame)+100)
			if reason != flow.ReasonAccounted || p.Meta.Octets != 40 || p.Meta.Marks&flow.MarkTruncated != 0 {
				t.Errorf("got %v, %d octets, marks %b; want accounted, 40, not truncated", reason, p.Meta.Octets, p.Meta.Marks)
			}
		})
	}
}

// TestFCS takes the frame check sequence off the wire length and out of what an
// inferred length is taken from.
func TestFCS(t *testing.T) {
	packet := octets(spelledTCP)
	packet[2], packet[3] = 0, 0
	frame := append(ethernetFrame(0x0800, packet, make([]byte, 100)), 0xde, 0xad, 0xbe, 0xef)
	tests := []struct {
		name   string
		fcs    int
		length int
		wire   uint32
		octets uint64
	}{
		{"none", 0, len(frame), 158, 144},
		{"four octets", 4, len(frame), 154, 140},
		{"four octets that the snapshot length cut", 4, 1000, 996, 982},
		{"negative", -1, len(frame), 158, 144},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, reason, _ := read(t, 1, Options{FCSLength: tt.fcs}, frame, tt.length)
			if reason != flow.ReasonAccounted || p.Meta.WireOctets != tt.wire || p.Meta.Octets != tt.octets {
				t.Errorf("got %v, %d on the wire, %d octets; want %d, %d", reason, p.Meta.WireOctets, p.Meta.Octets, tt.wire, tt.octets)
			}
		})
	}
	if _, reason, _ := read(t, 1, Options{FCSLength: 255}, frame[:20], 20); reason != flow.ReasonTruncatedHeader {
		t.Errorf("sequence longer than the frame: got %v, want truncated_header", reason)
	}
}
