package header

import "fmt"

// EtherTypeName gives a short name of a network protocol for display, by the
// detail that [Decoder.Decode] gives with [flow.ReasonNotIP]. The detail is an
// EtherType where the frame has one. Protocols of other number spaces are
//
//	0 to 0xff      LLC destination service access point (IEEE 802.2)
//	0x10000 + n    PPP protocol n
//	0x20000 + n    network layer protocol identifier n (frame relay)
//	0x30000 + n    address family n of the capturing system (loopback, filter logs)
//	0x40000 + n    frame without network protocol: frame control n of IEEE 802.11 (+ 0x100 if
//	               encrypted, + 0x200 if a later fragment), Token Ring or FDDI, ARCNET protocol n,
//	               or the first octet of an endless frame relay address
//	0x50000 + n    protocol n of a SNAP organization other than 00-00-00 and 00-00-f8
//	0x60000 + n    number n below 0x600 in the place of an EtherType: a Linux ETH_P_ number, a
//	               netlink family, or an Ethernet length from 1501 to 1535
//
// A protocol that is not in the table is named by its number.
func EtherTypeName(detail uint32) string {
	n := detail & 0xffff
	switch space := protocol(detail &^ 0xffff); {
	case space == 0 && n < 0x100:
		return named(llcName(n), "llc", n)
	case space == 0:
		return named(etherTypeName(n), "ethertype", n)
	case space == pppProtocol:
		return named(pppName(n), "ppp", n)
	case space == nlpid:
		return named("", "nlpid", n)
	case space == addressFamily:
		return named("", "address family", n)
	case space == frameControl:
		return named(frameControlName(n), "frame control", n)
	case space == snapProtocol:
		return named(snapName(n), "snap", n)
	case space == belowTypes:
		return named("", "number", n)
	}
	return named("", "protocol", detail)
}

func named(name, space string, number uint32) string {
	if name != "" {
		return name
	}
	return fmt.Sprintf("%s 0x%02x", space, number)
}

func etherTypeName(n uint32) string {
	switch protocol(n) {
	case etherTypeIPv4:
		return "IPv4"
	case etherTypeIPv6:
		return "IPv6"
	case etherTypeVLAN:
		return "802.1Q VLAN"
	case etherTypeServiceVLAN:
		return "802.1ad VLAN"
	case etherTypeVLAN9100, etherTypeVLAN9200, etherTypeVLAN9300:
		return "VLAN"
	case etherTypeMPLS:
		return "MPLS"
	case etherTypeMPLSMulticast:
		return "MPLS multicast"
	case etherTypePPPoEStart:
		return "PPPoE discovery"
	case etherTypePPPoE:
		return "PPPoE session"
	case etherTypeLargeLLC:
		return "large LLC"
	}
	return unopenedName(n)
}

// unopenedName names EtherTypes that never lead to IP here, as the IEEE 802
// Numbers registry has them.
func unopenedName(n uint32) string {
	switch n {
	case 0x0806:
		return "ARP"
	case 0x0842:
		return "Wake-on-LAN"
	case 0x2000:
		return "CDP"
	case 0x22f0:
		return "AVTP"
	case 0x22f3:
		return "TRILL"
	case 0x6002:
		return "DEC MOP"
	case 0x6003:
		return "DECnet"
	case 0x6558:
		return "transparent Ethernet bridging"
	case 0x8035:
		return "RARP"
	case 0x809b:
		return "AppleTalk"
	case 0x80f3:
		return "AppleTalk ARP"
	case 0x8137:
		return "IPX"
	case 0x8808:
		return "Ethernet flow control"
	case 0x8809:
		return "slow protocols (LACP)"
	case 0x880b:
		return "PPP"
	case 0x888e:
		return "EAPOL (802.1X)"
	case 0x8892:
		return "PROFINET"
	case 0x88a2:
		return "ATA over Ethernet"
	case 0x88a4:
		return "EtherCAT"
	case 0x88b8:
		return "GOOSE"
	case 0x88ba:
		return "IEC 61850 sampled values"
	}
	return newerName(n)
}

func newerName(n uint32) string {
	switch n {
	case 0x88cc:
		return "LLDP"
	case 0x88e1:
		return "HomePlug AV"
	case 0x88e5:
		return "MACsec (802.1AE)"
	case 0x88e7:
		return "provider backbone bridge (802.1ah)"
	case 0x88f7:
		return "PTP (1588)"
	case 0x88fb:
		return "PRP"
	case 0x8902:
		return "CFM (802.1ag)"
	case 0x8906:
		return "FCoE"
	case 0x8914:
		return "FCoE initialization"
	case 0x8915:
		return "RoCE"
	case 0x892f:
		return "HSR"
	case 0x894f:
		return "NSH"
	case 0x9000:
		return "Ethernet loopback"
	}
	return ""
}

func llcName(n uint32) string {
	switch n {
	case 0x42:
		return "spanning tree"
	case 0xaa:
		return "SNAP"
	case 0xe0:
		return "IPX (LLC)"
	case 0xf0, 0xf1:
		return "NetBIOS"
	case 0xfe:
		return "ISO (IS-IS, CLNP)"
	case 0xff:
		return "IPX (raw 802.3)"
	}
	return ""
}

func pppName(n uint32) string {
	switch n {
	case 0x002d:
		return "PPP VJ compressed TCP"
	case 0x002f:
		return "PPP VJ uncompressed TCP"
	case 0x003d:
		return "PPP multilink"
	case 0x00fd:
		return "PPP compressed datagram"
	case 0x0281:
		return "PPP MPLS"
	case 0x8021:
		return "PPP IPCP"
	case 0x8057:
		return "PPP IPv6CP"
	case 0x80fd:
		return "PPP CCP"
	case 0xc021:
		return "PPP LCP"
	case 0xc023:
		return "PPP PAP"
	case 0xc025:
		return "PPP LQR"
	case 0xc223:
		return "PPP CHAP"
	case 0xc227:
		return "PPP EAP"
	}
	return ""
}

func frameControlName(n uint32) string {
	const wirelessType, management, control = 0x0f, 0x00, 0x04
	switch {
	case n&detailProtected != 0:
		return "802.11 encrypted data"
	case n&detailLaterFragment != 0:
		return "802.11 later fragment"
	case n == 0x80:
		return "802.11 beacon"
	case n&wirelessType == management:
		return fmt.Sprintf("802.11 management 0x%02x", n)
	case n&wirelessType == control:
		return fmt.Sprintf("802.11 control 0x%02x", n)
	case n&wirelessType == wirelessData:
		return "802.11 data without payload"
	}
	return ""
}

func snapName(n uint32) string {
	switch n {
	case 0x010b:
		return "PVST+"
	case 0x0111:
		return "UDLD"
	case 0x2000:
		return "CDP"
	case 0x2003:
		return "VTP"
	case 0x2004:
		return "DTP"
	}
	return ""
}

// ProtocolName gives the keyword of an IP protocol in lower case for display, as
// the IANA Assigned Internet Protocol Numbers have it, or its decimal number.
func ProtocolName(number uint8) string {
	switch number {
	case 0:
		return "hopopt"
	case 1:
		return "icmp"
	case 2:
		return "igmp"
	case 4:
		return "ipv4"
	case 6:
		return "tcp"
	case 8:
		return "egp"
	case 17:
		return "udp"
	case 27:
		return "rdp"
	case 33:
		return "dccp"
	case 41:
		return "ipv6"
	case 43:
		return "ipv6-route"
	case 44:
		return "ipv6-frag"
	case 46:
		return "rsvp"
	case 47:
		return "gre"
	case 50:
		return "esp"
	case 51:
		return "ah"
	case 58:
		return "ipv6-icmp"
	case 59:
		return "ipv6-nonxt"
	case 60:
		return "ipv6-opts"
	}
	return higherProtocolName(number)
}

func higherProtocolName(number uint8) string {
	switch number {
	case 88:
		return "eigrp"
	case 89:
		return "ospf"
	case 94:
		return "ipip"
	case 97:
		return "etherip"
	case 98:
		return "encap"
	case 103:
		return "pim"
	case 108:
		return "ipcomp"
	case 112:
		return "vrrp"
	case 115:
		return "l2tp"
	case 124:
		return "isis"
	case 132:
		return "sctp"
	case 133:
		return "fc"
	case 135:
		return "mobility-header"
	case 136:
		return "udplite"
	case 137:
		return "mpls-in-ip"
	case 139:
		return "hip"
	case 140:
		return "shim6"
	case 143:
		return "ethernet"
	}
	return fmt.Sprint(number)
}
