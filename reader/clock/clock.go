package clock

import (
	"math"
	"time"

	"netstream/aggregate/flow"
)

// LateRun is how many packets in a row must be late before the capture's clock
// counts as set back. It is far above what mirrored or merged interfaces with
// skewed clocks produce, whose packets alternate, and soon reached after a real
// step.
const LateRun = 1024

// Leap is how far ahead of all others the last packet of a file may be. Nothing
// follows that could confirm it, and the clock of the whole run would end there.
const Leap = 24 * time.Hour

// clock judges time stamps: it is rules 1 to 4 of the definition.
type clock struct {
	window  int64
	high    int64 // highest accepted time; valid iff started
	started bool
	offset  int64
	lateRun int
	steps   uint64
}

// adjusted gives the raw time stamp plus the offset, saturating.
func (c *clock) adjusted(t flow.Timestamp) int64 { return addSaturating(int64(t), c.offset) }

// jumps says whether the acceptance of t hangs on the packet after it.
func (c *clock) jumps(t flow.Timestamp) bool {
	return c.adjusted(t) > addSaturating(c.high, c.window)
}

// advances accepts t, if it is in order and near, as nearly all time stamps are: then it
// neither jumps nor is late, and it is the clock of its packet.
func (c *clock) advances(t flow.Timestamp) bool {
	// The difference of times in order has room in 64 bits without a sign.
	if !c.started || c.offset != 0 || int64(t) < c.high || uint64(t)-uint64(c.high) > uint64(c.window) {
		return false
	}
	c.high, c.lateRun = int64(t), 0
	return true
}

// contradicts says whether next, a packet after t, goes back so far that t was
// stray.
func (c *clock) contradicts(t, next flow.Timestamp) bool {
	return c.adjusted(next) < addSaturating(c.adjusted(t), -c.window)
}

// leaps says whether t is too far ahead to be believed without another packet.
func (c *clock) leaps(t flow.Timestamp) bool {
	return c.adjusted(t) > addSaturating(c.high, int64(Leap))
}

// accept gives the clock of a packet that is not stray; floor is the clock of
// the last packet that had to leave the reorder buffer.
func (c *clock) accept(t flow.Timestamp, floor int64) (at int64, late bool) {
	a := c.adjusted(t)
	if c.started && (a < addSaturating(c.high, -c.window) || a < floor) {
		c.lateRun++
		if c.lateRun == LateRun {
			c.lateRun = 0
			c.steps++
			c.offset = addSaturating(c.offset, subSaturating(c.high, a))
		}
		return c.high, true
	}
	c.lateRun = 0
	if !c.started || a > c.high {
		c.high, c.started = a, true
	}
	return a, false
}

func addSaturating(a, b int64) int64 {
	s := a + b
	if b > 0 && s < a {
		return math.MaxInt64
	}
	if b < 0 && s > a {
		return math.MinInt64
	}
	return s
}

func subSaturating(a, b int64) int64 {
	if b == math.MinInt64 {
		return addSaturating(addSaturating(a, math.MaxInt64), 1)
	}
	return addSaturating(a, -b)
}
