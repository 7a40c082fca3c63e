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
	EndForced          EndReason = 4 // the input ended, or all flows were cut
	EndLackOfResources EndReason = 5 // a cache or counter limit was reached
)

// String gives the name of the reason as the tables have it.
func (r EndReason) String() string {
	//exhaustive:enforce
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
	// What every exported record has stands together, in the order in which it is
	// filled: with Key in front two lines of the processor's cache.
	Key Key

	// Export is what an exporter told of the flow. It is nil for flows that this
	// program has metered, of which all members but those of the marks are valid.
	Export *Export

	Start, End Timestamp // raw times of the earliest and the latest packet
	Counters   Counters

	// FirstNumber and FirstInput say where the flow's first packet lies: frame
	// number in its input from 1, and the input's ordinal. Of an exported flow it is
	// the number of the record in its input, from 1.
	FirstNumber uint64
	FirstInput  uint32

	TCPFlags uint16 // OR of the packets' control bits
	Marks    Mark   // MarkTCP, and of the first packet MarkVLAN, MarkInnerVLAN, MarkMPLS, MarkMAC

	EndReason      EndReason
	MinTTL, MaxTTL uint8 // minimumTTL (52), maximumTTL (53)

	// Ordinal is 0, but one more than that of the key's record before if both begin
	// at the same Start and that one was not over by then, as by silence
	// (docs/metering.md section 4).
	Ordinal uint32

	MinOctets, MaxOctets uint64 // minimumIpTotalLength (25), maximumIpTotalLength (26)

	// Reverse is what the packets from the destination to the source amount to, which
	// the other members leave out but for Start, End, EndReason, FirstNumber, Fragments
	// and LatePackets. It is nil if directions are flows of their own.
	Reverse *Reverse

	// Statistics are what was asked for of the packets' lengths and times; nil if
	// nothing was.
	Statistics *Statistics

	// Attributes are what reference data say of the flow; nil if nobody has asked them.
	Attributes *Attributes

	// Population is of how many packets each one that was metered is the sample, 0 if
	// packets were not sampled, or not by number. Of an exported flow it is 0: see
	// Export.
	Population uint64

	Fragments   uint64 // packets that were fragments
	LatePackets uint64 // packets that came later than the reorder window mends

	TCPFlagCounts [TCPFlagCount]uint64 // packets that had the bit set, by bit number

	// Of the first packet; valid as Marks says.
	VLAN, InnerVLAN           uint16
	MPLSTop                   uint32
	SourceMAC, DestinationMAC [6]byte
}

// Fields gives what is known of the flow.
func (r *Record) Fields() Fields {
	if r.Export != nil {
		return r.Export.Has
	}
	fields := MeteredFields
	if r.Key.Version == 0 {
		fields = WithoutIPFields
	}
	if r.Population > 0 {
		fields |= FieldSampling
	}
	if r.Reverse != nil {
		fields |= FieldReverse
		if r.Counters.Packets == 0 { // all packets run the other way
			fields &^= HeaderFields
		}
	}
	return fields
}

// Total gives the counters of both directions.
func (r *Record) Total() Counters {
	total := r.Counters
	if r.Reverse != nil {
		total.Add(r.Reverse.Counters)
	}
	return total
}

// Scaled gives what a counter of the flow stands for, at most 2^63-1. ok is false if
// the sampling rate is not known.
func (r *Record) Scaled(v uint64) (scaled uint64, ok bool) {
	switch {
	case r.Export != nil:
		return r.Export.Scaled(v)
	case r.Population == 0:
		return 0, false
	}
	return scale(v, r.Population, 1), true
}

// IntervalRecord is one row of the interval table: what the packets of one flow
// key amounted to in one interval [Start, End).
type IntervalRecord struct {
	Key        Key
	Start, End Timestamp // as [Interval] has them

	Complete bool // the run has seen all of the interval

	First, Last Timestamp // raw times of the earliest and the latest packet in the interval
	Counters    Counters

	FlowsActive  uint64 // flow records with at least one packet in the interval (originalFlowsPresent, 375)
	FlowsStarted uint64 // flow records whose first packet is in the interval (originalFlowsInitiated, 376)
	FlowsEnded   uint64 // flow records whose last packet is in the interval (originalFlowsCompleted, 377)

	// ActiveTime is the time in nanoseconds from the first to the last packet that each
	// flow record has in the interval, summed over them; at most 2^63-1.
	ActiveTime uint64

	TCPFlags uint16 // OR of the packets' control bits
	Marks    Mark   // MarkTCP

	// Reverse and ReverseTCPFlags are of the packets from the destination to the
	// source, which Counters and TCPFlags leave out. Valid iff FieldReverse is in Has;
	// ReverseTCP says that ReverseTCPFlags is.
	Reverse         Counters
	ReverseTCPFlags uint16
	ReverseTCP      bool
	ReverseScaled   Scaled

	// Has says what else is known: FieldPackets and the other counters, FieldSampling
	// if Scaled is valid, FieldInIf, FieldOutIf and FieldDirection. InIf, OutIf and
	// Direction belong to the key.
	Has         Fields
	InIf, OutIf uint32
	Direction   uint8

	InIfName, OutIfName uint32 // numbers in the run's Names; 0 if there is none
	Scaled              Scaled
	Distribution        Distribution

	// Attributes are what reference data say of the key; nil if nobody has asked them.
	Attributes *Attributes
}

// Total gives the counters of both directions.
func (r *IntervalRecord) Total() Counters {
	total := r.Counters
	total.Add(r.Reverse)
	return total
}

// Scaled are volumes as they were before sampling.
type Scaled struct{ Packets, Octets uint64 }

// Scaled gives the volumes of which one of every population packets was metered. The
// population must be above 0.
func (c *Counters) Scaled(population uint64) Scaled {
	return Scaled{scale(c.Packets, population, 1), scale(c.Octets, population, 1)}
}

// Distribution says how the volume of flow records came into intervals:
// valueDistributionMethod (384), RFC 7015 section 5.
type Distribution uint8

// The methods, with their registered values.
const (
	DistributionUnspecified  Distribution = 0 // of records with different ones
	DistributionStart        Distribution = 1 // all to the interval of the start
	DistributionEnd          Distribution = 2 // all to the interval of the end
	DistributionMid          Distribution = 3 // all to the interval of the middle
	DistributionUniform      Distribution = 4 // the same to each interval that the flow touches
	DistributionProportional Distribution = 5 // to each by the time that the flow is in it
	DistributionDirect       Distribution = 7 // each packet in the interval of its own time
)

// String gives the name of the method as the tables and the option have it.
func (d Distribution) String() string {
	switch d {
	case DistributionUnspecified:
		return "unspecified"
	case DistributionStart:
		return "start"
	case DistributionEnd:
		return "end"
	case DistributionMid:
		return "mid"
	case DistributionUniform:
		return "uniform"
	case DistributionProportional:
		return "proportional"
	case DistributionDirect:
		return "direct"
	}
	return "unknown"
}
