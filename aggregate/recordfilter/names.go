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
