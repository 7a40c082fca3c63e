package flow

// Reason says where a packet of the input went: into the tables, or why not.
// Each packet has exactly one. The list is closed and its names are stable.
type Reason uint8

// Where packets go.
const (
	ReasonAccounted           Reason = iota // metered: in a flow record and in an interval record
	ReasonNotIP                             // a frame of another network protocol; detail is its EtherType
	ReasonUnsupportedLinkType               // the link type is not decoded; detail is its number
	ReasonTruncatedHeader                   // link or IP header cut by the snapshot length
	ReasonBadIPVersion                      // neither 4 nor 6 where an IP header must be
	ReasonBadIPHeader                       // IP header whose lengths contradict each other
	ReasonTimeOutOfRange                    // time stamp outside the range of Timestamp
	ReasonFiltered                          // excluded by the user's filter
	ReasonOutOfTimeRange                    // time stamp outside the range that was asked for
	ReasonDuplicate                         // the copy of a packet before it in the file
	ReasonNotSampled                        // left out by the simulated sampler
	ReasonBeyondCount                       // behind as many metered packets as were asked for

	// ReasonCount is the number of reasons.
	ReasonCount
)

// String gives the stable name of the reason, as ledger and run.json have it.
func (r Reason) String() string {
	//exhaustive:enforce
	switch r {
	case ReasonAccounted:
		return "accounted"
	case ReasonNotIP:
		return "not_ip"
	case ReasonUnsupportedLinkType:
		return "unsupported_linktype"
	case ReasonTruncatedHeader:
		return "truncated_header"
	case ReasonBadIPVersion:
		return "bad_ip_version"
	case ReasonBadIPHeader:
		return "bad_ip_header"
	case ReasonTimeOutOfRange:
		return "ts_out_of_range"
	case ReasonFiltered:
		return "filtered"
	case ReasonOutOfTimeRange:
		return "out_of_time_range"
	case ReasonDuplicate:
		return "duplicate"
	case ReasonNotSampled:
		return "not_sampled"
	case ReasonBeyondCount:
		return "beyond_count"
	}
	return "unknown"
}
