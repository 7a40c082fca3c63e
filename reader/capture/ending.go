package capture

import (
	"errors"
	"fmt"
	"io"

	"netstream/reader/damage"
)

// abandon gives up the rest of the input and returns the report of it. Zeros are
// called what they are; less than four of them can be the start of a record.
func (r *Reader) abandon(kind damage.Kind, offset int64, detail string) error {
	octets, zeros := r.drain()
	if zeros && octets >= 4 && kind != damage.Truncated {
		kind, detail = damage.TrailingBytes, "zeros to the end of the input"
		r.tally.Octets.Trailing += octets
	} else {
		r.tally.Octets.Damaged += octets
	}
	r.tally.Damages[kind]++
	return &damage.Error{Kind: kind, Offset: offset, Number: r.number, Length: octets, Detail: detail, Fatal: true}
}

// ended is called when the source could not give the want octets of a record. It
// tells the clean end from the cut record and the failed source.
func (r *Reader) ended(record string, want int) error {
	offset, left := r.offset(), r.end-r.pos
	if err := r.sourceErr; !errors.Is(err, io.EOF) {
		r.tally.Octets.Damaged += int64(left)
		r.pos, r.sourceErr = r.end, io.EOF
		return r.sourceFailure(err, offset, left)
	}
	if left == 0 {
		return io.EOF
	}
	return r.abandon(damage.Truncated, offset,
		fmt.Sprintf("input ends after %d of %d octets of a %s", left, want, record))
}

// sourceFailure words an error of the source. Damage that the source has found
// itself is passed on as such.
func (r *Reader) sourceFailure(err error, offset int64, left int) error {
	var found *damage.Error
	if !errors.As(err, &found) {
		return fmt.Errorf("cannot read behind packet %d at offset %d: %w", r.number, offset+int64(left), err)
	}
	passed := *found
	passed.Number, passed.Length, passed.Fatal = r.number, passed.Length+int64(left), true
	r.tally.Damages[min(passed.Kind, damage.EmptyInput)]++
	return &passed
}

// report counts a damaged place behind which reading goes on, and returns it or
// nil if there have been too many reports already.
func (r *Reader) report(kind damage.Kind, offset, length int64, detail string) error {
	if found := r.note(kind, offset, length, detail); found != nil {
		return found
	}
	return nil
}

func (r *Reader) note(kind damage.Kind, offset, length int64, detail string) *damage.Error {
	r.tally.Damages[kind]++
	if r.reports == MaxReports {
		r.tally.Unreported++
		return nil
	}
	r.reports++
	return &damage.Error{Kind: kind, Offset: offset, Number: r.number, Length: length, Detail: detail}
}
