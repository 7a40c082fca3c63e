package netflow

import "fmt"

// Reason says why a message was refused as a whole.
type Reason uint8

// The reasons.
const (
	UnknownVersion Reason = iota // the version field is none of 1, 5 to 10, or the aggregation of version 8 none of 1 to 14
	ShortMessage                 // the message ends inside its header, or before the length that its header says
	BadLength                    // a length that contradicts the message around it
	BadSet                       // a set whose length or id cannot be
	BadRecord                    // a value of variable length that reaches beyond its set
	TooManyStreams               // more than MaxStreams streams or MaxPointsPerInput observation points in one input, or no room for a point among all inputs
)

// String gives the stable name of the reason.
func (r Reason) String() string {
	//exhaustive:enforce
	switch r {
	case UnknownVersion:
		return "unknown_version"
	case ShortMessage:
		return "short_message"
	case BadLength:
		return "bad_length"
	case BadSet:
		return "bad_set"
	case BadRecord:
		return "bad_record"
	case TooManyStreams:
		return "too_many_streams"
	}
	return "unknown"
}

// Error says why a message was refused and where. Nothing of such a message is
// applied (RFC 7011 section 9.1).
type Error struct {
	Reason  Reason
	Version uint16 // as the message says
	Offset  int    // octets from the start of the message
	Got     uint64 // what the field at Offset says, or how many octets there are
	Want    string // what would have been right
}

// Error gives the text; the caller knows file and message number.
func (e *Error) Error() string {
	return fmt.Sprintf("cannot decode message of version %d: %s at octet %d: got %d, want %s",
		e.Version, e.Reason, e.Offset, e.Got, e.Want)
}
