package randomcapture

import "time"

const (
	baseTime = 1769835600_000000000 // 2026-01-31 05:00:00 UTC, a multiple of all usual intervals
	lastTime = (1<<32)*1e9 - 1      // the last nanosecond that pcap can say, in 2106
	window   = int64(time.Second)   // the default reorder window
)

// allTimers are the lengths that packets lie apart exactly, or nearly; a capture
// uses a few of them.
func allTimers() []int64 {
	return []int64{
		int64(time.Second), int64(10 * time.Second), int64(15 * time.Second),
		int64(30 * time.Second), int64(time.Minute), int64(30 * time.Minute),
	}
}

// besides moves a length off an edge by a nanosecond or a microsecond, or not.
func (g *generator) besides(d int64) int64 {
	return d + pick(g.random, []int64{0, 0, 1, -1, 1000, -1000})
}

// time gives the time of the next packet, which is of c.
func (g *generator) time(c *conversation, disorder Disorder) int64 {
	g.cursor = max(g.cursor, g.forward(c))
	t := g.cursor
	switch {
	case disorder == Hostile && g.one(30): // a stray
		t = pick(g.random, []int64{0, 1, 1e9, lastTime, lastTime - 5e9, t - 86400e9, t + 86400e9, t + 2*window})
		return max(0, min(t, lastTime))
	case disorder == Hostile && g.one(12): // late
		t -= g.besides(pick(g.random, []int64{window, 2 * window, 10 * window, 60 * window}))
	case disorder >= Jumbled && g.one(4):
		t = max(t, g.highest) - pick(g.random, []int64{1, 1000, window - 1, window, g.random.Int64N(window)})
	case disorder == Hostile && g.one(100): // the clock is set
		g.cursor += pick(g.random, []int64{-3600e9, -5e9, 3600e9})
		g.highest, t = g.cursor, g.cursor
	}
	if c.first == 0 {
		c.first = t
	}
	c.last = t
	g.highest = max(g.highest, t)
	return t
}

// forward gives a time at which the packet would be of interest.
func (g *generator) forward(c *conversation) int64 {
	const fiveMinutes = int64(5 * time.Minute)
	switch g.random.IntN(60) {
	case 0, 1, 2:
		return g.cursor + g.besides(0)
	case 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14:
		return g.cursor + g.random.Int64N(1e8)
	case 15, 16, 17, 18, 19:
		return g.cursor + g.random.Int64N(5e9)
	case 20:
		return g.cursor + g.besides(pick(g.random, g.timers))
	case 21: // edge of an interval, if it is near
		edge := (g.cursor/fiveMinutes + 1) * fiveMinutes
		if edge-g.cursor < int64(2*time.Minute) {
			return g.besides(edge)
		}
	case 22, 23: // since the conversation's last packet
		return c.last + g.besides(pick(g.random, g.timers))
	case 24: // since its first
		return c.first + g.besides(pick(g.random, g.timers))
	}
	return g.cursor
}
