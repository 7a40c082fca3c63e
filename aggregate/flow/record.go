package flow

// Counters are the volumes of a flow or of a part of it.
type Counters struct {
	Packets       uint64 // packetDeltaCount (2)
	Octets        uint64 // octetDeltaCount (1): IP header and payload
	WireOctets    uint64 // layer2OctetDeltaCount (352)
	PayloadOctets uint64 // transportOctetDeltaCount (401)
}

// Add adds other to c. Sums are checked by the caller's totals in 128 bits; a
// single flow cannot reach 2^64 octets within the int64 range of packet numbers
// and 32-bit lengths that files can hold.
func (c *Counters) Add(other Counters) {
	c.Packets += other.Packets
	c.Octets += other.Octets
	c.WireOctets += other.WireOctets
	c.PayloadOctets += other.PayloadOctets
}

// EndReason says why a flow record ended: flowEndReason (136), RFC 5102 section
// 5.11.3.
type EndReason uint8

// The flow end reasons, with their registered values.
const (
	EndIdleTimeout     EndReason = 1 // no packet for longer than the idle timeout
	EndActiveTimeout   EndReason = 2 // the flow was longer than the active timeout; it may go on as a new record
	EndOfFlow          EndReason = 3 // FIN or RST seen
	EndForced          EndReason = 4 // the input ended
	EndLackOfResources EndReason = 5 // a cache or counter limit was reached
)

// String gives the name of the reason as the tables have it.
func (r EndReason) String() string {
	switch r {
	case EndIdleTimeout:
		return "idle_timeout"
	case EndActiveTimeout:
		return "active_timeout"
	case EndOfFlow:
		return "end_of_flow"
	case EndForced:
		return "forced_end"
	case EndLackOfResources:
		return "lack_of_resources"
	}
	return "unknown"
}

// Record is a flow record: one row of the flow table.
type Record struct {
	Key Key

	// Ordinal is 0, but one more than that of the key's record before if both begin
	// at the same Start and that one was not ended by silence (docs/metering.md
	// section 4).
	Ordinal uint32

	Start, End Timestamp // raw times of the earliest and the latest packet
	Counters   Counters

	// FirstNumber and FirstInput say where the flow's first packet lies: frame
	// number in its input from 1, and the input's ordinal.
	FirstNumber uint64
	FirstInput  uint32

	Fragments   uint64 // packets that were fragments
	LatePackets uint64 // packets that came later than the reorder window mends

	TCPFlags      uint16               // OR of the packets' control bits
	TCPFlagCounts [TCPFlagCount]uint64 // packets that had the bit set, by bit number

	Marks Mark // MarkTCP, and of the first packet MarkVLAN, MarkInnerVLAN, MarkMPLS, MarkMAC

	MinOctets, MaxOctets uint64 // minimumIpTotalLength (25), maximumIpTotalLength (26)
	MinTTL, MaxTTL       uint8  // minimumTTL (52), maximumTTL (53)

	// Of the first packet; valid as Marks says.
	VLAN, InnerVLAN           uint16
	MPLSTop                   uint32
	SourceMAC, DestinationMAC [6]byte

	EndReason EndReason
}

// IntervalRecord is one row of the interval table: what the packets of one flow
// key amounted to in one interval [Start, Start+width).
type IntervalRecord struct {
	Key   Key
	Start Timestamp

	First, Last Timestamp // raw times of the earliest and the latest packet in the interval
	Counters    Counters

	FlowsActive  uint64 // flow records with at least one packet in the interval (originalFlowsPresent, 375)
	FlowsStarted uint64 // flow records whose first packet is in the interval (originalFlowsInitiated, 376)
	FlowsEnded   uint64 // flow records whose last packet is in the interval (originalFlowsCompleted, 377)

	TCPFlags uint16 // OR of the packets' control bits
	Marks    Mark   // MarkTCP
}
