package element

import (
	"fmt"
	"strconv"
	"strings"
)

// MaxOccurrence bounds which occurrence of an element a request can ask for. A
// template of one message can repeat an element about 16,000 times; four headers
// in one record are more than any exporter is known to send.
const MaxOccurrence = 64

// Request asks for the values of an element as a column of their own.
type Request struct {
	ID         ID
	Occurrence int    // which of the record's values if the element is repeated, from 1
	Name       string // of the column: e<enterprise>_<number>, or e<enterprise>_<number>_<occurrence> from the second on
}

// ParseRequest reads what a user asks for: e<enterprise>_<number>, such as e0_136 or
// e2011_701, with _<occurrence> behind it for an element that records repeat
// (e0_8_2 is the second source address), or the registered name of an element,
// such as flowEndReason. Enterprises are 0 to 4294967295, numbers 1 to 65535,
// occurrences 1 to [MaxOccurrence].
func ParseRequest(s string) (Request, error) {
	if id, ok := byName(s); ok {
		return Request{ID: id, Occurrence: 1, Name: id.String()}, nil
	}
	if _, err := parseNumber(s, 1, 1<<15-1); err == nil {
		s = "e0_" + s // an element of IANA's registry
	}
	rest, ok := strings.CutPrefix(s, "e")
	parts := strings.Split(rest, "_")
	if !ok || len(parts) < 2 || len(parts) > 3 {
		return Request{}, fmt.Errorf("cannot read element %q: want e<enterprise>_<number>, e<enterprise>_<number>_<occurrence>, or the number or name of an element of IANA", s)
	}
	enterprise, err := parseNumber(parts[0], 0, 1<<32-1)
	if err != nil {
		return Request{}, fmt.Errorf("cannot read element %q: enterprise: %w", s, err)
	}
	number, err := parseNumber(parts[1], 1, 1<<16-1)
	if err != nil {
		return Request{}, fmt.Errorf("cannot read element %q: number: %w", s, err)
	}
	r := Request{ID: ID{Enterprise: uint32(enterprise), Number: uint16(number)}, Occurrence: 1}
	r.Name = r.ID.String()
	if len(parts) == 2 {
		return r, nil
	}
	occurrence, err := parseNumber(parts[2], 1, MaxOccurrence)
	if err != nil {
		return Request{}, fmt.Errorf("cannot read element %q: occurrence: %w", s, err)
	}
	r.Occurrence = int(occurrence)
	if occurrence > 1 {
		r.Name += "_" + parts[2]
	}
	return r, nil
}

// parseNumber reads a decimal number without sign and leading zeros, so that every
// column has one spelling only.
func parseNumber(s string, low, high uint64) (uint64, error) {
	v, err := strconv.ParseUint(s, 10, 64)
	if err != nil || strconv.FormatUint(v, 10) != s || v < low || v > high {
		return 0, fmt.Errorf("%q is not a number from %d to %d", s, low, high)
	}
	return v, nil
}
