// Package damage is how the readers tell what was wrong with an input and where.
package damage

import "fmt"

// Kind says what was wrong. The names are stable: ledger and run.json have them.
type Kind uint8

// The kinds of damage.
const (
	BadBlock      Kind = iota // a structure of the file that contradicts itself
	BadLength                 // a length field beyond the limits or beyond its container
	Truncated                 // the input ends in the middle of a record
	TrailingBytes             // octets behind the last record that are no record
	BadStream                 // compressed data that cannot be decompressed
	InputChanged              // the file was not the same at its end as at its start
	EmptyInput                // no octets at all
	BadMessage                // an export message that contradicts itself
	NoTemplate                // export data whose template is not known
	BadCounter                // a counter of an exported record that cannot be
)

// String gives the stable name of the kind.
func (k Kind) String() string {
	//exhaustive:enforce
	switch k {
	case BadBlock:
		return "bad_block"
	case BadLength:
		return "bad_length"
	case Truncated:
		return "truncated_input"
	case TrailingBytes:
		return "trailing_bytes"
	case BadStream:
		return "bad_stream"
	case InputChanged:
		return "input_changed"
	case EmptyInput:
		return "empty_input"
	case BadMessage:
		return "bad_message"
	case NoTemplate:
		return "no_template"
	case BadCounter:
		return "bad_counter"
	}
	return "unknown"
}

// Unit says what the number of a damaged place counts.
type Unit uint8

// The units.
const (
	Packet  Unit = iota // packets of a capture
	Message             // export messages
	Record              // flow records of an nfcapd file
)

// String gives the name of the unit.
func (u Unit) String() string {
	switch u {
	case Message:
		return "message"
	case Record:
		return "record"
	}
	return "packet"
}

// Error is one damaged place in an input. Everything before it was read.
type Error struct {
	Kind   Kind
	Offset int64  // octets from the start of the decompressed input
	Number uint64 // number of the packet, message or record at or before the place, from 1; 0 if none
	Unit   Unit   // what Number counts
	Length int64  // octets given up because of it; 0 if it is not known or none
	Detail string // what was found and what was expected
	Fatal  bool   // nothing behind the place can be read
}

// Error gives the text without the file's name, which the caller knows.
func (e *Error) Error() string {
	return fmt.Sprintf("%s at offset %d, %v %d: %s", e.Kind, e.Offset, e.Unit, e.Number, e.Detail)
}
