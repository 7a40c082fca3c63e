package flow

import (
	"math"
	"time"
)

// Timestamp counts nanoseconds since the Unix epoch, in UTC. The range of an
// int64 reaches from 1677-09-21 to 2262-04-11; times beyond it cannot be
// represented and are rejected by the readers under [ReasonTimeOutOfRange].
type Timestamp int64

// The ends of the representable range.
const (
	MinTimestamp Timestamp = math.MinInt64
	MaxTimestamp Timestamp = math.MaxInt64
)

// Time gives t as a time.Time in UTC.
func (t Timestamp) Time() time.Time { return time.Unix(0, int64(t)).UTC() }

// Microseconds gives t in whole microseconds since the Unix epoch, rounded
// towards the past, also before 1970.
func (t Timestamp) Microseconds() int64 { return floorDiv(int64(t), 1000) }

// Since is the time from earlier to t in nanoseconds. It saturates instead of
// wrapping, because two hostile time stamps can lie further apart than an int64
// can say.
func (t Timestamp) Since(earlier Timestamp) time.Duration {
	d := int64(t) - int64(earlier)
	if t >= earlier && d < 0 {
		return math.MaxInt64
	}
	if t < earlier && d > 0 {
		return math.MinInt64
	}
	return time.Duration(d)
}

// Interval gives the start of the interval of the given width that holds t.
// Intervals are half open and aligned to the Unix epoch, also before 1970. The
// first interval of the representable range may be cut: its start saturates at
// [MinTimestamp].
func (t Timestamp) Interval(width time.Duration) Timestamp {
	w := int64(width)
	q := floorDiv(int64(t), w)
	if q < math.MinInt64/w {
		return MinTimestamp
	}
	return Timestamp(q * w)
}

// floorDiv divides rounding towards minus infinity; b must be positive.
func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// floorMod is what floorDiv leaves over, not negative; b must be positive.
func floorMod(a, b int64) int64 {
	r := a % b
	if r < 0 {
		r += b
	}
	return r
}
