package flow

// Reverse is the reverse direction of a biflow (RFC 5103 section 2): what the packets
// from the destination to the source amount to.
type Reverse struct {
	Start, End Timestamp // raw times of the earliest and the latest packet; valid if there is any
	Counters   Counters

	TCPFlags      uint16
	TCPFlagCounts [TCPFlagCount]uint64
	Marks         Mark // MarkTCP: TCPFlags and TCPFlagCounts are valid

	MinOctets, MaxOctets uint64 // these and the next valid if there is any packet
	MinTTL, MaxTTL       uint8

	TCP TCPConversation
}

// TCPConversation is what the segments of a biflow tell of its connection
// (docs/biflows.md).
type TCPConversation struct {
	State ConnState

	// SynRTT is the time from SYN to SYN/ACK, AckRTT that from SYN/ACK to the first ACK
	// of it, both in nanoseconds; -1 if it is not known.
	SynRTT, AckRTT int64

	Forward, Reverse Segments // of the initiator, of the responder
}

// Segments are what happened to the segments of one direction of a TCP connection.
type Segments struct {
	Retransmitted uint64 // segments whose octets were all seen before
	OutOfOrder    uint64 // segments that filled a gap that later ones had left
	DuplicateACKs uint64 // RFC 5681 section 2
	ZeroWindows   uint64 // segments that closed the window
	Missing       uint64 // octets that were never seen, though later ones were or the peer has acknowledged them
}

// ConnState is the state of a connection at the end of its record, by the letters of
// Zeek's conn_state.
type ConnState uint8

// The states.
const (
	ConnNone   ConnState = iota // neither TCP nor UDP
	ConnS0                      // connection attempt, no reply
	ConnS1                      // established, not ended
	ConnSF                      // established and ended
	ConnREJ                     // attempt rejected
	ConnS2                      // established, the initiator has closed, the responder has not
	ConnS3                      // established, the responder has closed, the initiator has not
	ConnRSTO                    // established, the initiator aborted
	ConnRSTR                    // the responder aborted
	ConnRSTOS0                  // the initiator sent SYN and then RST, nothing came from the responder
	ConnRSTRH                   // the responder sent SYN/ACK and then RST, no SYN of the initiator was seen
	ConnSH                      // the initiator sent SYN and then FIN, no SYN/ACK of the responder was seen
	ConnSHR                     // the responder sent SYN/ACK and then FIN, no SYN of the initiator was seen
	ConnOTH                     // no SYN seen: the middle of a connection
)

// String gives the letters.
func (s ConnState) String() string {
	names := [...]string{"", "S0", "S1", "SF", "REJ", "S2", "S3", "RSTO", "RSTR", "RSTOS0", "RSTRH", "SH", "SHR", "OTH"}
	if int(s) < len(names) {
		return names[s]
	}
	return "unknown"
}

// Statistics is what --features asks for.
type Statistics struct{}
