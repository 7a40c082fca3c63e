// Package reference reads files that say more of addresses, ports and interfaces than
// packets and exporters do: routes, countries, labels, names. docs/enrichment.md
// describes the formats. Which format a file has is found out by its content.
//
// The readers hand over one entry after the other and keep none. A line or record that
// cannot be used costs no more than itself: it is counted in the [Report].
package reference

import (
	"fmt"
	"io"
)

// Stream is the decompressed content of a file. Peek gives its first octets, n of them
// or as many as there are, and is called before the first Read only.
type Stream interface {
	io.Reader
	Peek(n int) []byte
}

// MaxFaults is how many faults a [Report] describes.
const MaxFaults = 8

// Report says what became of a file.
type Report struct {
	Format  string // csv, pfx2as, mrt, mmdb or services
	Entries uint64 // lines, records or networks that were used

	// LeftOut are entries that are sound and say nothing of use, such as routes without
	// an AS path, and records of another kind.
	LeftOut uint64

	FaultCount uint64  // lines and records that cannot be used
	Faults     []Fault // the first MaxFaults of them
}

// Fault is a place that cannot be used.
type Fault struct {
	Line   int64 // of a text, from 1; 0 in binary formats
	Offset int64 // where the record begins, in octets of the decompressed content from 0; of binary formats only
	Text   string
}

// String gives place and fault.
func (f Fault) String() string {
	if f.Line > 0 {
		return fmt.Sprintf("line %d: %s", f.Line, f.Text)
	}
	return fmt.Sprintf("offset %d: %s", f.Offset, f.Text)
}

func (r *Report) fault(f Fault) {
	if r.FaultCount++; len(r.Faults) < MaxFaults {
		r.Faults = append(r.Faults, f)
	}
}

// The formats.
const (
	formatCSV      = "csv"
	formatPfx2as   = "pfx2as"
	formatMRT      = "mrt"
	formatMMDB     = "mmdb"
	formatServices = "services"
)
