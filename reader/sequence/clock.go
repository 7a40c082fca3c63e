package sequence

import "netstream/aggregate/flow"

// MaxClockError is by how much the uptime of an exporter may differ from what its
// export times let expect, in milliseconds. Version 9 tells export times in whole
// seconds, and clocks are slewed; a restart takes longer.
const MaxClockError = 60_000

// exportResolution is that of export times in versions 9 and 10.
const exportResolution = 1_000_000_000

// clock follows export time and uptime from message to message.
type clock struct {
	time      flow.Timestamp
	uptime    uint32
	hasUptime bool

	wraps, backwards, jumps uint64
}

// drift gives by how many milliseconds the uptime of a message is above what
// follows from the message before; below 0, the exporter started later than it
// had seemed, or its clock was set forward. Uptimes wrap, so it is exact modulo
// 2^32 only and lies within 24.8 days.
func (c *clock) drift(o *Observation) int32 {
	if !c.hasUptime || !o.HasUptime {
		return 0
	}
	const millisecond = 1_000_000
	elapsed := uint32(int64(o.ExportTime.Since(c.time)) / millisecond)
	return int32(o.Uptime - c.uptime - elapsed)
}

// set begins anew with a message.
func (c *clock) set(o *Observation) {
	c.time, c.uptime, c.hasUptime = o.ExportTime, o.Uptime, o.HasUptime
}

// advance goes on to the next message in the numbering, with its drift.
func (c *clock) advance(o *Observation, drift int32) {
	if o.ExportTime < c.time {
		c.backwards++
	}
	switch {
	case drift < -MaxClockError || drift > MaxClockError:
		c.jumps++
	case c.hasUptime && o.HasUptime && uint64(o.Uptime)+MaxClockError < uint64(c.uptime) && o.ExportTime >= c.time:
		c.wraps++
	}
	c.set(o)
}
