package flow

import (
	"math"
	"math/bits"
)

// MaxLabels is how many MPLS labels a record can have:
// mplsTopLabelStackSection (70) to mplsLabelStackSection10 (79).
const MaxLabels = 10

// MaxElements bounds the octets of Export.Elements.
const MaxElements = 2048

// Export is what a flow record says that came from an exporter. A member is valid
// if Has has its field. Addresses are 16 octets in network byte order, IPv4 ones
// IPv4-mapped.
type Export struct {
	Has Fields

	InIf, OutIf             uint32 // ingressInterface (10), egressInterface (14): SNMP ifIndex; 0 is the device's own "none"
	SourceAS, DestinationAS uint32 // 16, 17

	// InIfName and OutIfName are numbers in the run's [Names]; 0 if there is none.
	InIfName, OutIfName uint32

	SourceMask, DestinationMask uint8 // prefix lengths in bits (9, 13, 29, 30)

	TimeSource     TimeSource
	SamplingSource SamplingSource // valid with FieldSampling

	// Total says that the counters are running totals of the flow (octetTotalCount,
	// 85, and the like) rather than what came since the record before.
	Total bool

	Direction        uint8 // flowDirection (61): 0 ingress, 1 egress
	ForwardingStatus uint8 // forwardingStatus (89): two bits of status, six of reason
	NATEvent         uint8 // natEvent (230)
	FirewallEvent    uint8 // firewallEvent (233)

	// Population / Sample is by how much counters fall short of the traffic because
	// of sampling: of Population packets Sample were metered. Both are above 0.
	Population, Sample uint64

	NextHop, BGPNextHop [16]byte // 15 or 62; 18 or 63

	// Flows is the number of flows that the record stands for, deltaFlowCount (3).
	Flows uint64

	NATSource, NATDestination         [16]byte // 225 or 281; 226 or 282
	NATSourcePort, NATDestinationPort uint16   // 227, 228

	// OuterSource and OuterDestination are the addresses of the tunnel's header, where
	// a record tells those of two headers (RFC 7011 section 8: the first occurrence of
	// an element is the outer one). The key then is that of the inner header.
	OuterSource, OuterDestination [16]byte

	IngressVRF, EgressVRF uint32 // 234, 235

	// More names, by their numbers in the run's [Names]; 0 if there is none.
	IngressVRFName, EgressVRFName uint32
	ApplicationName               uint32

	// Application is applicationId (95, RFC 6759): the classification engine in the
	// top octet, the selector in the lower seven.
	Application uint64

	LabelCount uint8
	Labels     [MaxLabels]uint32 // 20 bits each, the top of the stack first

	// Elements are the values of elements that the user asked for by number, as
	// AppendElement lays them out; at most MaxElements octets.
	Elements []byte
}

// TimeSource says where the times of an exported record are from.
type TimeSource uint8

// The sources of time.
const (
	TimeNone         TimeSource = iota // there is no time at all: the epoch
	TimeNanoseconds                    // 156, 157
	TimeMicroseconds                   // 154, 155
	TimeMilliseconds                   // 152, 153
	TimeSeconds                        // 150, 151
	TimeDelta                          // 158, 159: microseconds before the export time
	TimeUptime                         // 22, 21: milliseconds of the exporter's uptime
	TimeEvent                          // 323 and the like: when the event was observed
	TimeExport                         // the message's export time, since the record has none
	TimeReceived                       // when the collector received it
)

// String gives the stable name of the source, as the column time_source has it.
func (s TimeSource) String() string {
	switch s {
	case TimeNone:
		return "none"
	case TimeNanoseconds:
		return "nanoseconds"
	case TimeMicroseconds:
		return "microseconds"
	case TimeMilliseconds:
		return "milliseconds"
	case TimeSeconds:
		return "seconds"
	case TimeDelta:
		return "delta"
	case TimeUptime:
		return "uptime"
	case TimeEvent:
		return "event"
	case TimeExport:
		return "export"
	case TimeReceived:
		return "received"
	}
	return "unknown"
}

// SamplingSource says who told the sampling rate of a record.
type SamplingSource uint8

// The sources of sampling rates, in the order in which they are asked.
const (
	SamplingRecord    SamplingSource = iota // the record itself
	SamplingSampler                         // the options of the sampler or selector that the record names
	SamplingInterface                       // the options of the record's interface
	SamplingDomain                          // the options of the observation domain
	SamplingHeader                          // the header of the message (version 5)
	SamplingSimulated                       // nobody: packets were sampled before they were metered here
)

// String gives the stable name of the source, as the column sampling_source has it.
func (s SamplingSource) String() string {
	switch s {
	case SamplingRecord:
		return "record"
	case SamplingSampler:
		return "sampler"
	case SamplingInterface:
		return "interface"
	case SamplingDomain:
		return "domain"
	case SamplingHeader:
		return "header"
	case SamplingSimulated:
		return "simulated"
	}
	return "unknown"
}

// Scaled gives what a sampled counter stands for: v * Population / Sample, cut to
// an integer, at most 2^63-1. ok is false if the sampling rate is not known.
func (e *Export) Scaled(v uint64) (scaled uint64, ok bool) {
	if e.Has&FieldSampling == 0 || e.Sample == 0 {
		return 0, false
	}
	return scale(v, e.Population, e.Sample), true
}

// scale gives v * population / sample, cut to an integer, at most 2^63-1. sample is
// above 0.
func scale(v, population, sample uint64) uint64 {
	if population == sample {
		return v
	}
	high, low := bits.Mul64(v, population)
	if high >= sample {
		return math.MaxInt64
	}
	scaled, _ := bits.Div64(high, low, sample)
	return min(scaled, math.MaxInt64)
}
