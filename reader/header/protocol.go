package header

import "netstream/aggregate/flow"

// protocol says what the next header of a frame is. All the number spaces that
// name network protocols are kept apart in one number, which is also the detail
// of ReasonNotIP; [EtherTypeName] documents them.
type protocol uint32

// The number spaces. Up to 0xff stand LLC service access points, from 0x600 to
// 0xffff EtherTypes.
const (
	pppProtocol   protocol = 0x10000 // + PPP protocol number
	nlpid         protocol = 0x20000 // + network layer protocol identifier, ISO/IEC TR 9577
	addressFamily protocol = 0x30000 // + AF_ number of the capturing system
	frameControl  protocol = 0x40000 // + frame control of a frame without payload for a network protocol
	snapProtocol  protocol = 0x50000 // + protocol identifier of an organization other than 00-00-00
	belowTypes    protocol = 0x60000 // + number below 0x600 where an EtherType must be
	linkHeader    protocol = 0x80000 // + link type: a frame of that link type begins here
)

// EtherTypes, IEEE 802 Numbers registry of IANA.
const (
	etherTypeIPv4          protocol = 0x0800
	etherTypeIPv6          protocol = 0x86dd
	etherTypeVLAN          protocol = 0x8100 // IEEE 802.1Q customer tag
	etherTypeServiceVLAN   protocol = 0x88a8 // IEEE 802.1ad service tag
	etherTypeVLAN9100      protocol = 0x9100 // tags of switches older than 802.1ad
	etherTypeVLAN9200      protocol = 0x9200
	etherTypeVLAN9300      protocol = 0x9300
	etherTypeCiscoMetadata protocol = 0x8909 // security group tag of Cisco TrustSec
	etherTypeMPLS          protocol = 0x8847 // RFC 5332: downstream-assigned
	etherTypeMPLSMulticast protocol = 0x8848 // upstream-assigned
	etherTypePPPoE         protocol = 0x8864 // RFC 2516: session stage
	etherTypePPPoEStart    protocol = 0x8863 // RFC 2516: discovery stage
	etherTypeLargeLLC      protocol = 0x8870 // LLC in frames longer than a length field can say
)

// Other protocols that lead to IP.
const (
	llcIP            protocol = 0x06 // service access point of IP, RFC 1010
	pppIPv4                   = pppProtocol + 0x0021
	pppIPv6                   = pppProtocol + 0x0057
	pppMPLS                   = pppProtocol + 0x0281 // RFC 3032 section 4
	pppMPLSMulticast          = pppProtocol + 0x0283
	nlpidSNAP                 = nlpid + 0x80
	nlpidIPv4                 = nlpid + 0xcc // RFC 2427 section 3
	nlpidIPv6                 = nlpid + 0x8e
)

// Address families of the systems that write them into captures.
const (
	familyIPv4        = addressFamily + 2
	familyIPv6Linux   = addressFamily + 10
	familyIPv6Windows = addressFamily + 23
	familyIPv6BSD     = addressFamily + 24 // NetBSD, OpenBSD, BSD/OS
	familyIPv6Solaris = addressFamily + 26
	familyIPv6FreeBSD = addressFamily + 28
	familyIPv6Darwin  = addressFamily + 30
)

// isIP says whether an IP header is next. Which version it is, its own version
// field decides.
func (p protocol) isIP() bool {
	switch p {
	case etherTypeIPv4, etherTypeIPv6, llcIP, pppIPv4, pppIPv6, nlpidIPv4, nlpidIPv6,
		familyIPv4, familyIPv6Linux, familyIPv6Windows, familyIPv6BSD, familyIPv6Solaris,
		familyIPv6FreeBSD, familyIPv6Darwin:
		return true
	}
	return false
}

// refuse gives reason and detail of a frame whose walk ended before p.
func (p protocol) refuse() (flow.Reason, uint32) {
	if p >= linkHeader {
		return flow.ReasonUnsupportedLinkType, uint32(p - linkHeader)
	}
	return flow.ReasonNotIP, uint32(p)
}
