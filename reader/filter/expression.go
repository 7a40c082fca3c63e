package filter

// expression is a filter as it was written, before anything is known of the link
// type. It is one of the types below.
type expression interface{ at() int }

// column is the place of an expression in the text, from 1.
type column int

func (c column) at() int { return int(c) }

type (
	// logical is two expressions, of which the second counts only where the first
	// does not decide.
	logical struct {
		column
		and         bool
		left, right expression
	}

	// inverse is what the other one is not.
	inverse struct {
		column
		of expression
	}

	// protocolTest is a protocol's name alone.
	protocolTest struct {
		column
		protocol protocol
	}

	// identifier is an address, a port, a protocol, or the name of one, with the
	// qualifiers that are in force where it stands.
	identifier struct {
		column
		qualifiers
		kind   identifierKind
		text   string
		number uint32 // a number, or the length of a prefix
		mask   string
	}

	// relation compares two quantities.
	relation struct {
		column
		operator    comparator
		inverted    bool
		left, right quantity
	}

	// primitive is a keyword with what belongs to it.
	primitive struct {
		column
		keyword  string
		protocol protocol // in front of it
		number   uint32
		mask     uint32
		given    bool // there is a number
		text     string
	}

	// field compares a field of ATM or SS7 signalling with a number.
	field struct {
		column
		keyword  string
		operator comparator
		inverted bool
		number   uint32
	}
)

// identifierKind is the form of an identifier.
type identifierKind uint8

const (
	identifierName   identifierKind = iota
	identifierNumber                // a number alone
	identifierIPv4                  // with dots
	identifierIPv4Prefix
	identifierIPv4Mask
	identifierIPv6 // number is the length of the prefix, 128 for a host
	identifierMAC
	identifierARCnet
)

// qualifiers say what an identifier is an identifier of.
type qualifiers struct {
	protocol  protocol
	direction direction
	kind      addressKind
}

// noQualifiers gives those behind what takes no identifiers.
func noQualifiers() qualifiers { return qualifiers{kind: kindUndefined} }

// direction is the direction qualifier.
type direction uint8

const (
	directionAny direction = iota
	directionSource
	directionDestination
	directionOr
	directionAnd
	directionAddress1
	directionAddress2
	directionAddress3
	directionAddress4
	directionReceiver
	directionTransmitter
)

// addressKind is the kind of address that an identifier is taken for.
type addressKind uint8

const (
	kindAny addressKind = iota
	kindHost
	kindNet
	kindPort
	kindPortRange
	kindGateway
	kindProtocol
	kindProtocolChain
	kindUndefined
)

// String gives the qualifier as it is written.
func (k addressKind) String() string {
	switch k {
	case kindNet:
		return "net"
	case kindPort:
		return "port"
	case kindPortRange:
		return "portrange"
	case kindGateway:
		return "gateway"
	case kindProtocol:
		return "proto"
	case kindProtocolChain:
		return "protochain"
	}
	return "host"
}

// protocol is a protocol that has a keyword.
type protocol uint8

const (
	protocolAny protocol = iota
	protocolLink
	protocolIP
	protocolARP
	protocolRARP
	protocolSCTP
	protocolTCP
	protocolUDP
	protocolICMP
	protocolIGMP
	protocolIGRP
	protocolPIM
	protocolVRRP
	protocolCARP
	protocolATalk
	protocolAARP
	protocolDECnet
	protocolLAT
	protocolSCA
	protocolMOPRC
	protocolMOPDL
	protocolIPv6
	protocolICMPv6
	protocolAH
	protocolESP
	protocolISO
	protocolESIS
	protocolISIS
	protocolL1
	protocolL2
	protocolIIH
	protocolLSP
	protocolSNP
	protocolPSNP
	protocolCSNP
	protocolCLNP
	protocolSTP
	protocolIPX
	protocolNetBEUI
	protocolRadio
)

// protocolKeywords are the protocols' keywords, in the order of the constants.
var protocolKeywords = [...]string{
	"", "link", "ip", "arp", "rarp", "sctp", "tcp", "udp", "icmp", "igmp", "igrp", "pim", "vrrp", "carp",
	"atalk", "aarp", "decnet", "lat", "sca", "moprc", "mopdl", "ip6", "icmp6", "ah", "esp",
	"iso", "esis", "isis", "l1", "l2", "iih", "lsp", "snp", "psnp", "csnp", "clnp", "stp", "ipx", "netbeui", "radio",
}

func (p protocol) String() string { return protocolKeywords[p] }

// protocolOf gives the protocol of a keyword, protocolAny if it is none.
func protocolOf(keyword string) protocol {
	for i, k := range protocolKeywords {
		if k == keyword {
			return protocol(i)
		}
	}
	return protocolAny
}

// quantity is an arithmetic expression: one of the types below.
type quantity interface{ quantity() }

type (
	numeral uint32

	// frameLength is the original length of the frame.
	frameLength struct{}

	// octetsAt is what lies at an offset from the beginning of a protocol's header.
	octetsAt struct {
		column
		protocol protocol
		index    quantity
		size     uint32
	}

	arithmetic struct {
		column
		operator    operator
		left, right quantity
	}

	negative struct{ of quantity }
)

func (numeral) quantity()     {}
func (frameLength) quantity() {}
func (octetsAt) quantity()    {}
func (arithmetic) quantity()  {}
func (negative) quantity()    {}

// comparator compares two 32-bit numbers without sign.
type comparator uint8

const (
	equal comparator = iota
	greater
	greaterOrEqual
	anyBit // they have a bit in common
)

// operator works on two 32-bit numbers without sign.
type operator uint8

const (
	add operator = iota
	subtract
	multiply
	divide
	modulo
	bitAnd
	bitOr
	bitXor
	shiftLeft
	shiftRight
)
