package recordfilter

// protocolName gives the protocols that have names here, those of Debian's netbase
// and the field's short ones.
func protocolName(n int) (string, int64) {
	names := [...]struct {
		name   string
		number int64
	}{
		{"icmp", 1}, {"igmp", 2}, {"ipencap", 4}, {"tcp", 6}, {"egp", 8}, {"igp", 9}, {"udp", 17}, {"dccp", 33},
		{"ipv6", 41}, {"rsvp", 46}, {"gre", 47}, {"esp", 50}, {"ah", 51}, {"ipv6-icmp", 58}, {"icmp6", 58}, {"icmpv6", 58},
		{"eigrp", 88}, {"ospf", 89}, {"ipip", 94}, {"etherip", 97}, {"pim", 103}, {"ipcomp", 108}, {"vrrp", 112}, {"l2tp", 115},
		{"isis", 124}, {"sctp", 132}, {"udplite", 136}, {"mpls-in-ip", 137}, {"hip", 139}, {"shim6", 140},
	}
	if n >= len(names) {
		return "", 0
	}
	return names[n].name, names[n].number
}

// tcpFlag gives the TCP control bits.
func tcpFlag(n int) (string, int64) {
	names := [...]string{"fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr", "ae"}
	if n >= len(names) {
		return "", 0
	}
	return names[n], 1 << n
}

// etherType gives the EtherTypes that have names here, those of Debian's netbase and the
// names of protocols that captures are full of.
func etherType(n int) (string, int64) {
	names := [...]struct {
		name   string
		number int64
	}{
		{"ipv4", 0x0800}, {"arp", 0x0806}, {"rarp", 0x8035}, {"ipv6", 0x86dd}, {"slow", 0x8809}, {"mpls", 0x8847},
		{"pppoe-discovery", 0x8863}, {"pppoe", 0x8864}, {"eapol", 0x888e}, {"lldp", 0x88cc}, {"macsec", 0x88e5}, {"ptp", 0x88f7},
	}
	if n >= len(names) {
		return "", 0
	}
	return names[n].name, names[n].number
}
