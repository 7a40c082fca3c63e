package distribute

import (
	"math/bits"

	"netstream/aggregate/flow"
)

// MaxTouched is how many intervals a record may touch to be spread over them. At
// 1 second that is 33 minutes, above the active timeout of most exporters, and at 5
// minutes a week. A record that claims more has a broken clock, or is meant to fill
// the disk. It is not spread: the interval of its end has all of it
// ([flow.DistributionEnd]), that of its start only counts it.
const MaxTouched = 2016

// Volume is what is spread.
type Volume struct {
	Counters flow.Counters
	Scaled   flow.Scaled
}

// Share is what one interval gets of a record.
type Share struct {
	Start       flow.Timestamp // of the interval; for the first one of the representable range that range's
	First, Last flow.Timestamp // the part of the record's time that lies in the interval, both inclusive
	Volume      Volume

	Started, Ended uint64 // 1 if the record starts, ends in the interval, else 0

	// Method is how the record was spread: what the Spreader was told, or
	// [flow.DistributionEnd] for a record of more than [MaxTouched] intervals.
	Method flow.Distribution
}

// Spreader spreads one record after the other. It is not safe for concurrent use.
type Spreader struct {
	calendar flow.Calendar
	method   flow.Distribution
	latest   flow.Interval // that a record started in

	// Of the record: the intervals that it touches, in order of time.
	start, end flow.Timestamp
	total      Volume
	given      Volume            // proportional: what the intervals until now got together
	by         flow.Distribution // method, unless the record is too long
	touched    uint64            // how many; above MaxTouched if the record is too long
	place      uint64            // that of the one whose turn it is, from 0
	next       flow.Interval     // the one whose turn it is
	only       flow.Timestamp    // lies in the one that gets everything, by start, end and mid
	more       bool
}

// New gives a spreader for the intervals of a calendar, by the method, one of start,
// end, mid, uniform and proportional.
func New(calendar flow.Calendar, method flow.Distribution) *Spreader {
	return &Spreader{calendar: calendar, method: method, latest: calendar.Interval(0)}
}

// Whole gives the start of the interval that a record from start to end touches, if it is
// the only one: it then gets everything. The records of an exporter follow each other
// closely, so that the interval is looked up rarely.
func (s *Spreader) Whole(start, end flow.Timestamp) (of flow.Timestamp, ok bool) {
	if start < s.latest.Start || start > s.latest.Last {
		s.look(start)
	}
	return s.latest.Start, end <= s.latest.Last
}

func (s *Spreader) look(t flow.Timestamp) { s.latest = s.calendar.Interval(t) }

// Begin begins with a record from start to end, which is not before start. Its
// shares are then those that Next gives.
func (s *Spreader) Begin(start, end flow.Timestamp, v *Volume) {
	s.start, s.end, s.given = start, end, Volume{}
	c := &s.total.Counters // one by one, as in proportional
	c.Packets, c.Octets, c.WireOctets, c.PayloadOctets = v.Counters.Packets, v.Counters.Octets, v.Counters.WireOctets, v.Counters.PayloadOctets
	s.total.Scaled.Packets, s.total.Scaled.Octets = v.Scaled.Packets, v.Scaled.Octets
	s.by, s.more, s.place = s.method, true, 0
	s.touched = 1
	if _, whole := s.Whole(start, end); !whole {
		s.touched = s.calendar.Touched(start, end, MaxTouched+1)
	}
	s.next = s.latest
	if s.TooLong() {
		s.by = flow.DistributionEnd
	}
	switch s.by {
	case flow.DistributionStart:
		s.only = start
	case flow.DistributionEnd:
		s.only = end
	case flow.DistributionMid:
		s.only = middle(start, end)
	}
}

// Next gives the next share, one of each interval that the record touches, those
// included that get no volume, in order of time. It gives false when none is left.
func (s *Spreader) Next(share *Share) bool {
	if !s.more {
		return false
	}
	i := s.next
	*share = Share{
		Start: i.Start, First: max(s.start, i.Start), Last: min(s.end, i.Last),
		Method: s.by,
	}
	if s.place == 0 {
		share.Started = 1
	}
	s.more = i.Last < s.end
	if !s.more {
		share.Ended = 1
	}
	switch {
	case s.touched == 1:
		share.Volume = s.total
	case s.by == flow.DistributionProportional:
		s.proportional(share, i.Last)
	case s.by == flow.DistributionUniform:
		s.uniform(share)
	case i.Contains(s.only):
		share.Volume = s.total
	}
	s.place++
	if s.more {
		s.advance()
	}
	return true
}

// TooLong says whether the record touches more than [MaxTouched] intervals and is
// not spread.
func (s *Spreader) TooLong() bool {
	return s.touched > MaxTouched
}

// advance goes to the next interval that gets a share: of a record that is too long
// there is only that of the end.
func (s *Spreader) advance() {
	if s.TooLong() {
		s.next = s.calendar.Interval(s.end)
	} else {
		s.next = s.calendar.After(s.next)
	}
}

// middle gives the middle of two times, rounded towards the past.
func middle(a, b flow.Timestamp) flow.Timestamp {
	return a&b + (a^b)>>1
}

// proportional gives to the interval that ends with the nanosecond last what
// falls to the time until its end, less what the intervals before got. Rounding
// down the sums instead of the shares makes them exact. Members go one by one:
// to copy them all right after they were written would wait for that.
func (s *Spreader) proportional(share *Share, last flow.Timestamp) {
	part, whole := uint64(1), uint64(1)
	if last < s.end {
		part, whole = uint64(last)-uint64(s.start)+1, uint64(s.end)-uint64(s.start)
	}
	give := func(to, given *uint64, total uint64) {
		until := ratio(total, part, whole)
		*to = until - *given
		*given = until
	}
	to, given, total := &share.Volume, &s.given, &s.total
	give(&to.Counters.Packets, &given.Counters.Packets, total.Counters.Packets)
	give(&to.Counters.Octets, &given.Counters.Octets, total.Counters.Octets)
	give(&to.Counters.WireOctets, &given.Counters.WireOctets, total.Counters.WireOctets)
	give(&to.Counters.PayloadOctets, &given.Counters.PayloadOctets, total.Counters.PayloadOctets)
	give(&to.Scaled.Packets, &given.Scaled.Packets, total.Scaled.Packets)
	give(&to.Scaled.Octets, &given.Scaled.Octets, total.Scaled.Octets)
}

// ratio gives v * part / whole, rounded down; part is at most whole.
func ratio(v, part, whole uint64) uint64 {
	if v == 0 || part == whole {
		return v
	}
	high, low := bits.Mul64(v, part)
	quotient, _ := bits.Div64(high, low, whole)
	return quotient
}

// uniform gives each interval the same, and one more to as many of the earliest
// as the division leaves over.
func (s *Spreader) uniform(share *Share) {
	share.Volume = each(&s.total, func(v uint64) uint64 {
		if s.place < v%s.touched {
			return v/s.touched + 1
		}
		return v / s.touched
	})
}

// each gives a volume whose members are those of v after f.
func each(v *Volume, f func(uint64) uint64) Volume {
	return Volume{
		Counters: flow.Counters{
			Packets: f(v.Counters.Packets), Octets: f(v.Counters.Octets),
			WireOctets: f(v.Counters.WireOctets), PayloadOctets: f(v.Counters.PayloadOctets),
		},
		Scaled: flow.Scaled{Packets: f(v.Scaled.Packets), Octets: f(v.Scaled.Octets)},
	}
}
