package filter

// token is a word or a symbol of the language.
type token struct {
	kind   tokenKind
	text   string // as it is written; of a keyword its first name, of a symbol its first spelling
	number uint32
	column int // of its first octet, from 1
	fault  string
}

type tokenKind uint8

const (
	tokenEnd     tokenKind = iota
	tokenKeyword           // see keyword
	tokenSymbol
	tokenNumber // also named constants
	tokenName
	tokenIPv4 // two to four numbers with dots between
	tokenIPv6
	tokenMAC
	tokenARCnet
	tokenBad // fault says why
)

// is says whether the token is a keyword or symbol.
func (t *token) is(text string) bool {
	return (t.kind == tokenKeyword || t.kind == tokenSymbol) && t.text == text
}

// keyword gives the first name of a keyword, "" if the word is none. Words with
// one meaning share it; "and", "or" and "not" are symbols.
func keyword(word string) string {
	switch word {
	case "dst", "src", "arp", "rarp", "ip", "sctp", "tcp", "udp", "icmp", "igmp", "igrp", "pim", "vrrp", "carp",
		"radio", "ip6", "icmp6", "ah", "esp", "atalk", "aarp", "decnet", "lat", "sca", "moprc", "mopdl", "iso",
		"esis", "isis", "l1", "l2", "iih", "lsp", "snp", "csnp", "psnp", "clnp", "stp", "ipx", "netbeui", "link",
		"host", "net", "mask", "port", "portrange", "proto", "protochain", "gateway", "type", "subtype", "dir",
		"addr1", "addr2", "addr3", "addr4", "ra", "ta", "less", "greater", "byte", "broadcast", "multicast",
		"len", "inbound", "outbound", "ifindex", "vlan", "mpls", "pppoed", "pppoes", "geneve",
		"lane", "llc", "metac", "bcc", "oam", "oamf4", "oamf4ec", "oamf4sc", "sc", "ilmic", "vpi", "vci",
		"connectmsg", "metaconnect", "ifname", "ruleset", "rulenum", "subrulenum", "reason", "action",
		"fisu", "lssu", "msu", "hfisu", "hlssu", "hmsu", "sio", "opc", "dpc", "sls", "hsio", "hopc", "hdpc", "hsls":
		return word
	case "ether", "ppp", "slip", "fddi", "tr", "wlan":
		return "link"
	case "es-is":
		return "esis"
	case "is-is":
		return "isis"
	case "direction":
		return "dir"
	case "address1", "address2", "address3", "address4":
		return "addr" + word[7:]
	case "length":
		return "len"
	case "on":
		return "ifname"
	case "rset":
		return "ruleset"
	case "rnr":
		return "rulenum"
	case "srnr":
		return "subrulenum"
	case "lsu":
		return "lssu"
	}
	return ""
}

// namedNumbers are the words that stand for a number: offsets of fields in their
// headers, and values of them.
var namedNumbers = [...]namedValue{
	{"icmptype", 0}, {"icmpcode", 1},
	{"icmp-echoreply", 0}, {"icmp-unreach", 3}, {"icmp-sourcequench", 4}, {"icmp-redirect", 5}, {"icmp-echo", 8},
	{"icmp-routeradvert", 9}, {"icmp-routersolicit", 10}, {"icmp-timxceed", 11}, {"icmp-paramprob", 12},
	{"icmp-tstamp", 13}, {"icmp-tstampreply", 14}, {"icmp-ireq", 15}, {"icmp-ireqreply", 16},
	{"icmp-maskreq", 17}, {"icmp-maskreply", 18},

	{"icmp6type", 0}, {"icmp6code", 1},
	{"icmp6-destinationunreach", 1}, {"icmp6-packettoobig", 2}, {"icmp6-timeexceeded", 3}, {"icmp6-parameterproblem", 4},
	{"icmp6-echo", 128}, {"icmp6-echoreply", 129}, {"icmp6-multicastlistenerquery", 130},
	{"icmp6-multicastlistenerreportv1", 131}, {"icmp6-multicastlistenerdone", 132}, {"icmp6-routersolicit", 133},
	{"icmp6-routeradvert", 134}, {"icmp6-neighborsolicit", 135}, {"icmp6-neighboradvert", 136}, {"icmp6-redirect", 137},
	{"icmp6-routerrenum", 138}, {"icmp6-nodeinformationquery", 139}, {"icmp6-nodeinformationresponse", 140},
	{"icmp6-ineighbordiscoverysolicit", 141}, {"icmp6-ineighbordiscoveryadvert", 142},
	{"icmp6-multicastlistenerreportv2", 143}, {"icmp6-homeagentdiscoveryrequest", 144},
	{"icmp6-homeagentdiscoveryreply", 145}, {"icmp6-mobileprefixsolicit", 146}, {"icmp6-mobileprefixadvert", 147},
	{"icmp6-certpathsolicit", 148}, {"icmp6-certpathadvert", 149}, {"icmp6-multicastrouteradvert", 151},
	{"icmp6-multicastroutersolicit", 152}, {"icmp6-multicastrouterterm", 153},

	{"tcpflags", 13}, {"tcp-fin", 1}, {"tcp-syn", 2}, {"tcp-rst", 4}, {"tcp-push", 8}, {"tcp-ack", 16}, {"tcp-urg", 32},
	{"tcp-ece", 64}, {"tcp-cwr", 128},
}
