package flow

// Packet is what the metering process needs to know of one IP packet. It is
// filled by the readers and is valid as a value: no field points into a buffer.
type Packet struct {
	Time   Timestamp // observation time, as the capture has it
	Clock  Timestamp // running clock of the packet's own file; timers are judged on it (docs/metering.md section 2)
	Number uint64    // 1-based number of the frame in its input, counting all frames of that input
	Hash   uint64    // hash of Key, for tables and shards; never shows in any output

	Key Key

	// FragmentID is the identification of the datagram that a fragment is of: 16 bits
	// in IPv4, 32 in IPv6. Valid iff MarkFragment.
	FragmentID uint32

	Meta Meta
}

// Meta is what a packet carries besides its key and times.
type Meta struct {
	// Octets is the length of the IP packet in octets, header included, taken
	// from the IP header and not from the captured or the frame length
	// (octetDeltaCount, RFC 7012; docs/metering.md section 3).
	Octets uint64

	// WireOctets is the length of the frame on the link in octets, without frame
	// check sequence where the capture tells its length
	// (layer2OctetDeltaCount, 352).
	WireOctets uint32

	// PayloadOctets is what lies above the transport header, in octets
	// (transportOctetDeltaCount, 401).
	PayloadOctets uint32

	Input    uint32 // ordinal of the input file in the run's order, from 0
	MPLSTop  uint32 // label of the top MPLS entry, 20 bits; valid iff MarkMPLS
	TCPFlags uint16 // tcpControlBits (6), 9 bits: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128, AE 256
	Marks    Mark

	VLAN, InnerVLAN uint16 // 12 bit ids of the outermost tag and the tag behind it; valid iff MarkVLAN, MarkInnerVLAN

	SourceMAC, DestinationMAC [6]byte // valid iff MarkMAC

	// Sequence and Acknowledgment are the numbers of a TCP segment, Window is its window
	// field without scaling (RFC 9293 section 3.1). Valid iff HasSegment.
	Sequence, Acknowledgment uint32
	Window                   uint16
	HasSegment               bool

	TTL uint8 // IPv4 TTL or IPv6 hop limit
}

// Mark is a set of remarks on a packet. A mark never excludes a packet from its
// flow; it says how the packet was read.
type Mark uint16

// The marks.
const (
	MarkVLAN            Mark = 1 << iota // Meta.VLAN is valid
	MarkInnerVLAN                        // Meta.InnerVLAN is valid
	MarkMPLS                             // Meta.MPLSTop is valid
	MarkMAC                              // Meta.SourceMAC and DestinationMAC are valid
	MarkTCP                              // Meta.TCPFlags is valid
	MarkFragment                         // IPv4 or IPv6 fragment, the first one included; FragmentID is valid
	MarkLengthInferred                   // IP length 0 in the header (segmentation offload): taken from the frame
	MarkTruncated                        // the snapshot length cut the IP packet
	MarkBadTransport                     // transport header inconsistent, or longer than its IP packet (note bad_l4_header)
	MarkLate                             // earlier than its file's clock by more than the reorder window
	MarkLaterFragment                    // a fragment that is not the first one of its datagram
	MarkCarriesFragment                  // a fragment is metered in the same frame, behind this packet
	MarkDepthLimited                     // an inner packet was not reached: too many headers stand in front of it
	MarkSecond                           // the inner packet of a frame of which the outer one is metered, too
	MarkReversed                         // Key was turned around: the packet ran from Key.Destination to Key.Source
)

// TCP control bits, RFC 9293 section 3.1; AE is RFC 9768's name of the former NS.
const (
	TCPFin uint16 = 1 << iota
	TCPSyn
	TCPRst
	TCPPsh
	TCPAck
	TCPUrg
	TCPEce
	TCPCwr
	TCPAe

	TCPFlagCount = 9
)
