package report

import (
	"time"

	"netstream/aggregate/balance"
	"netstream/aggregate/flow"
)

// Settings say what becomes of reports.
type Settings struct {
	// Stitch joins consecutive records of one flow (docs/metering.md section 6).
	// Without it only running totals are treated.
	Stitch bool

	// IdleTimeout is the longest silence between two records that are joined.
	IdleTimeout time.Duration

	Hasher flow.Hasher // of the run
}

// Counts say what was done.
type Counts struct {
	Differenced uint64         // records of running totals from which the report before was subtracted
	Subtracted  balance.Totals // what was subtracted from them
	Stitched    uint64         // records that went into the one before
}

// Joiner takes records in the order of key, observation point, interfaces,
// direction, start, end and place in the input. It is not safe for concurrent use.
type Joiner struct {
	settings Settings
	out      func(*flow.Record) error
	counts   Counts

	flow   identity // of the running totals before
	begun  flow.Timestamp
	until  flow.Timestamp
	totals flow.Counters
	known  bool // there are totals before

	joined   flow.Record // what the records until now were joined to
	export   flow.Export
	elements []byte
	last     flow.Timestamp // start of the record that was joined last
	open     bool           // there is a joined record
}

// NewJoiner gives a joiner that hands its records to out, in the order of the
// records they begin with. out must not keep the pointer. Its errors are those of
// Add and Finish.
func NewJoiner(settings Settings, out func(*flow.Record) error) *Joiner {
	return &Joiner{settings: settings, out: out}
}

// Add takes a record, which has Export set. It may change it, and keeps nothing of
// it.
func (j *Joiner) Add(r *flow.Record) error {
	if r.Export.Total {
		j.difference(r)
	}
	if !j.settings.Stitch {
		return j.out(r)
	}
	if j.open && j.joins(r) {
		j.join(r)
		j.counts.Stitched++
		return nil
	}
	if err := j.Finish(); err != nil {
		return err
	}
	j.keep(r)
	return nil
}

// Finish hands on what may not be joined any more, as no record is left.
func (j *Joiner) Finish() error {
	if !j.open {
		return nil
	}
	j.open = false
	return j.out(&j.joined)
}

// Counts says what was done until now.
func (j *Joiner) Counts() Counts { return j.counts }

// identity is what the reports of one flow have in common.
type identity struct {
	key         flow.Key
	has         flow.Fields
	inIf, outIf uint32
	direction   uint8
}

func identityOf(r *flow.Record) identity {
	const fields = flow.FieldInIf | flow.FieldOutIf | flow.FieldDirection
	e := r.Export
	return identity{r.Key, e.Has & fields, e.InIf, e.OutIf, e.Direction}
}

// difference makes of a running total what came since the report before of the
// same flow, which is one with the same identity and the same start; it then
// begins where that one ended. A total that has gone down was begun anew. What one
// report leaves out is taken up again by the next one that has it.
func (j *Joiner) difference(r *flow.Record) {
	r.Export.Total = false
	id, begun, totals := identityOf(r), r.Start, only(r.Export.Has, &r.Counters)
	goesOn := j.known && id == j.flow && begun == j.begun && !lower(r.Export.Has, &totals, &j.totals)
	if goesOn {
		before := only(r.Export.Has, &j.totals)
		r.Counters = flow.Counters{
			Packets: totals.Packets - before.Packets, Octets: totals.Octets - before.Octets,
			WireOctets: totals.WireOctets - before.WireOctets, PayloadOctets: totals.PayloadOctets - before.PayloadOctets,
		}
		r.Start = j.until
		j.counts.Differenced++
		j.counts.Subtracted.AddOf(j.settings.Hasher.Hash(&r.Key), &before)
	} else {
		j.totals = flow.Counters{}
	}
	j.flow, j.begun, j.until, j.known = id, begun, r.End, true
	j.totals = flow.Counters{
		Packets: max(totals.Packets, j.totals.Packets), Octets: max(totals.Octets, j.totals.Octets),
		WireOctets: max(totals.WireOctets, j.totals.WireOctets), PayloadOctets: max(totals.PayloadOctets, j.totals.PayloadOctets),
	}
}

// only gives the counters that a record has, 0 for the others.
func only(has flow.Fields, c *flow.Counters) flow.Counters {
	var known flow.Counters
	if has&flow.FieldPackets != 0 {
		known.Packets = c.Packets
	}
	if has&flow.FieldOctets != 0 {
		known.Octets = c.Octets
	}
	if has&flow.FieldWireOctets != 0 {
		known.WireOctets = c.WireOctets
	}
	if has&flow.FieldPayloadOctets != 0 {
		known.PayloadOctets = c.PayloadOctets
	}
	return known
}

// lower says whether one of the counters that a record has is below what it was.
func lower(has flow.Fields, now, before *flow.Counters) bool {
	was := only(has, before)
	return now.Packets < was.Packets || now.Octets < was.Octets ||
		now.WireOctets < was.WireOctets || now.PayloadOctets < was.PayloadOctets
}
