package flow

import "time"

// Coverage is the time that a run has seen whole, from From to before To. The zero
// Coverage is none.
type Coverage struct{ From, To Timestamp }

// Includes says whether a whole interval lies in the time. The last one of the
// representable range never does, since it has no end.
func (c *Coverage) Includes(i Interval) bool { return i.Start >= c.From && i.Last < c.To }

// Later gives the time that lies d behind t, which must not be negative. It saturates.
func (t Timestamp) Later(d time.Duration) Timestamp {
	if t > MaxTimestamp-Timestamp(d) {
		return MaxTimestamp
	}
	return t + Timestamp(d)
}

// Earlier gives the time that lies d before t, which must not be negative. It saturates.
func (t Timestamp) Earlier(d time.Duration) Timestamp {
	if t < MinTimestamp+Timestamp(d) {
		return MinTimestamp
	}
	return t - Timestamp(d)
}
