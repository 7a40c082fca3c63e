package naive

import (
	"math"
	"slices"
	"time"

	"netstream/aggregate/flow"
)

const (
	stepAfter  = 1024                           // late packets in a row after which the capture's clock was set back
	mostInWait = 65536                          // packets that wait for their order
	leap       = flow.Timestamp(24 * time.Hour) // the last packet of a file is believed that far ahead
)

// setClocks gives each metered packet of one file, in file order, its clock:
// docs/metering.md section 2.
func setClocks(packets []*packet, window time.Duration) {
	var (
		w       = flow.Timestamp(window)
		h       = flow.MinTimestamp // highest accepted time
		o       flow.Timestamp      // offset
		r       = flow.MinTimestamp // clock of the last packet that had to leave
		row     int                 // late packets in a row
		waiting []flow.Timestamp    // clocks of the packets in wait, in order
	)
	for i, p := range packets {
		t := plus(p.Time, o)
		falls := func(n int) bool { // the packet n behind goes back by more than the window
			return i+n < len(packets) && plus(packets[i+n].Time, o) < minus(t, w)
		}
		firstIsStray := i == 0 && falls(1) && falls(2)
		accepted := i == 0 || i == 1 && packets[0].stray // there is no h to measure by
		switch {
		case firstIsStray:
			p.clock = plus(packets[1].Time, o)
			p.stray = true
		case !accepted && t > plus(h, w) && (falls(1) && (falls(2) || i+2 == len(packets)) || i+1 == len(packets) && t > plus(h, leap)):
			p.clock = h
			p.stray = true
		case !accepted && (t < minus(h, w) || t < r):
			p.clock = h
			p.late = true
		default:
			p.clock = t
			h = max(h, t)
		}
		p.high = h

		if p.late {
			row++
		} else {
			row = 0
		}
		if row == stepAfter {
			o = plus(o, minus(h, t))
			row = 0
		}

		place, _ := slices.BinarySearch(waiting, p.clock)
		waiting = slices.Insert(waiting, place, p.clock)
		if len(waiting) > mostInWait {
			r = waiting[0]
			waiting = waiting[1:]
		}
	}
}

// plus is a + b, at the ends of the range if the sum lies beyond them.
func plus(a, b flow.Timestamp) flow.Timestamp {
	switch {
	case b > 0 && a > math.MaxInt64-b:
		return math.MaxInt64
	case b < 0 && a < math.MinInt64-b:
		return math.MinInt64
	}
	return a + b
}

// minus is a - b, at the ends of the range if the difference lies beyond them.
func minus(a, b flow.Timestamp) flow.Timestamp {
	switch {
	case b < 0 && a > math.MaxInt64+b:
		return math.MaxInt64
	case b > 0 && a < math.MinInt64+b:
		return math.MinInt64
	}
	return a - b
}
