package netflow

import (
	"math"
	"time"

	"netstream/aggregate/flow"
)

const (
	nanosecond  flow.Timestamp = 1
	microsecond                = 1000 * nanosecond
	millisecond                = 1000 * microsecond
	second                     = 1000 * millisecond
)

// ntpUnix is the Unix epoch in seconds of NTP, whose era 0 begins in 1900 (RFC 5905
// section 6). Era 0 ends in 2036.
const ntpUnix = 2_208_988_800

// Uptime has 32 bits of milliseconds and wraps after 49.7 days.
const (
	uptimeWrap = 1 << 32

	// uptimeAhead is by how many milliseconds a time of a flow may be later than the
	// uptime of its message, as that of some IOS releases is: the tolerance of
	// nfdump.
	uptimeAhead = 100_000
)

// mostAhead is by how much a flow may end after the export time of its message before
// that is remarked. Versions 9 and 10 cut export times to seconds, and the times of
// flows can be of another clock, as that of a line card.
const mostAhead = 60 * second

// timePair is a source of times that a template has.
type timePair struct {
	source     flow.TimeSource
	start, end slot // noSlot if the template has only the other
}

// timePairs gives the sources of times that a template has, the best first: the
// absolute ones by precision, those relative to the message, and at last those of
// events, which have one time.
func timePairs(present *slotSet) (pairs []timePair) {
	add := func(source flow.TimeSource, start, end uint16) bool {
		p := timePair{source: source, start: timeSlot(start), end: timeSlot(end)}
		if !present.has(p.start) {
			p.start = noSlot
		}
		if !present.has(p.end) {
			p.end = noSlot
		}
		if p.start == noSlot && p.end == noSlot {
			return false
		}
		pairs = append(pairs, p)
		return true
	}
	add(flow.TimeNanoseconds, flowStartNanoseconds, flowEndNanoseconds)
	add(flow.TimeMicroseconds, flowStartMicroseconds, flowEndMicroseconds)
	add(flow.TimeMilliseconds, flowStartMilliseconds, flowEndMilliseconds)
	add(flow.TimeSeconds, flowStartSeconds, flowEndSeconds)
	add(flow.TimeDelta, flowStartDeltaMicroseconds, flowEndDeltaMicroseconds)
	add(flow.TimeUptime, flowStartSysUpTime, flowEndSysUpTime)
	add(flow.TimeEvent, observationTimeMilliseconds, observationTimeMilliseconds)
	add(flow.TimeEvent, observationTimeMicroseconds, observationTimeMicroseconds)
	add(flow.TimeEvent, observationTimeNanoseconds, observationTimeNanoseconds)
	add(flow.TimeEvent, observationTimeSeconds, observationTimeSeconds)
	add(flow.TimeEvent, collectionTimeMilliseconds, collectionTimeMilliseconds)
	return pairs
}

// times fills start and end of a row. The first source that has both counts; if
// none has, each end is from the first source that has it. An end that no source
// has is as far from the other as the flow's duration says; without duration the end
// is the time of the event, if it is later than the start, and else both are the
// same. Without any time of the flow the row is at the time of its event, and without
// that at the export time.
func (d *Decoder) times(r *flow.Record, p *plan, present *slotSet) {
	d.unusable = unusable{}
	for i := range p.times {
		t := &p.times[i]
		if t.start == noSlot || t.end == noSlot || t.source == flow.TimeEvent {
			continue
		}
		start, ok := d.instant(t.source, t.start, present)
		if !ok {
			continue
		}
		end, ok := d.instant(t.source, t.end, present)
		if !ok {
			continue
		}
		r.Start, r.End, r.Export.TimeSource = start, end, t.source
		d.remarkTimes(r)
		return
	}
	d.partialTimes(r, p, present)
	d.remarkTimes(r)
}

// remarkTimes puts the times of a row in order and remarks what is wrong with them.
func (d *Decoder) remarkTimes(r *flow.Record) {
	d.inOrder(r)
	if r.End > d.header.exportTime+mostAhead {
		d.summary.Remarks[TimeAhead]++
	}
	d.remarkUnusable()
}

// remarkUnusable counts rows, not times: each time may have been tried twice.
func (d *Decoder) remarkUnusable() {
	if d.unusable.outside {
		d.summary.Remarks[TimeOutOfRange]++
	}
	if d.unusable.boot {
		d.summary.Remarks[NoBootTime]++
	}
}

// unusable says why times of a row could not be used.
type unusable struct {
	outside bool // outside the range
	boot    bool // of uptime, without a boot time
}

// inOrder lets no row end before it starts.
func (d *Decoder) inOrder(r *flow.Record) {
	if r.End < r.Start {
		r.End = r.Start
		d.summary.Remarks[TimeInverted]++
	}
}

// partialTimes is times for records of which no source has both ends.
func (d *Decoder) partialTimes(r *flow.Record, p *plan, present *slotSet) {
	var hasStart, hasEnd, hasEvent bool
	var startSource, endSource flow.TimeSource
	var event flow.Timestamp
	for i := range p.times {
		t := &p.times[i]
		if t.source == flow.TimeEvent {
			if !hasEvent {
				event, hasEvent = d.instant(t.source, t.start, present)
			}
			continue
		}
		if !hasStart && t.start != noSlot {
			r.Start, hasStart = d.instant(t.source, t.start, present)
			startSource = t.source
		}
		if !hasEnd && t.end != noSlot {
			r.End, hasEnd = d.instant(t.source, t.end, present)
			endSource = t.source
		}
	}
	duration, hasDuration := d.duration(present)
	switch {
	case hasStart && hasEnd:
	case hasStart && !hasDuration && hasEvent && event > r.Start:
		r.End = event
	case hasStart:
		r.End = later(r.Start, duration)
	case hasEnd:
		r.Start, startSource = later(r.End, -duration), endSource
	case hasEvent:
		r.Start, r.End, startSource = event, event, flow.TimeEvent
	default:
		r.Start, startSource = d.messageTime()
		r.End = r.Start
		d.summary.Remarks[NoTime]++
	}
	r.Export.TimeSource = startSource
}

// messageTime gives the time of the message: the export time, and if the exporter's
// clock was never set, when the message was received, if that is known.
func (d *Decoder) messageTime() (flow.Timestamp, flow.TimeSource) {
	switch {
	case d.header.exportTime != 0:
		return d.header.exportTime, flow.TimeExport
	case d.hasReceived:
		return d.received, flow.TimeReceived
	}
	return 0, flow.TimeNone
}

// later adds a duration within the range of flow.Timestamp.
func later(t flow.Timestamp, by time.Duration) flow.Timestamp {
	sum := t + flow.Timestamp(by)
	switch {
	case by > 0 && sum < t:
		return flow.MaxTimestamp
	case by < 0 && sum > t:
		return flow.MinTimestamp
	}
	return sum
}

// duration gives what flowDurationMilliseconds or flowDurationMicroseconds says; ok is
// false if neither is there or it cannot be.
func (d *Decoder) duration(present *slotSet) (by time.Duration, ok bool) {
	if s := timeSlot(flowDurationMilliseconds); present.has(s) && d.values[s] <= math.MaxInt64/uint64(millisecond) {
		return time.Duration(d.values[s]) * time.Millisecond, true
	}
	if s := timeSlot(flowDurationMicroseconds); present.has(s) && d.values[s] <= math.MaxInt64/uint64(microsecond) {
		return time.Duration(d.values[s]) * time.Microsecond, true
	}
	return 0, false
}

// instant gives the time that a slot says. ok is false if it is missing or outside
// the range of flow.Timestamp.
func (d *Decoder) instant(source flow.TimeSource, s slot, present *slotSet) (t flow.Timestamp, ok bool) {
	if !present.has(s) {
		return 0, false
	}
	value := d.values[s]
	switch source {
	case flow.TimeUptime:
		return d.uptime(value, present)
	case flow.TimeMilliseconds:
		t, ok = scaled(value, millisecond)
	case flow.TimeSeconds:
		t, ok = scaled(value, second)
	case flow.TimeMicroseconds:
		t, ok = ntpMicroseconds(value), true
	case flow.TimeNanoseconds:
		t, ok = ntpNanoseconds(value), true
	case flow.TimeDelta:
		t, ok = scaled(value, microsecond)
		t = d.header.exportTime - t
	case flow.TimeEvent:
		t, ok = event(value, s)
	}
	if !ok {
		d.unusable.outside = true
	}
	return t, ok
}

// event gives the time of an event.
func event(value uint64, s slot) (t flow.Timestamp, ok bool) {
	switch s {
	case timeSlot(observationTimeSeconds):
		return scaled(value, second)
	case timeSlot(observationTimeMicroseconds):
		return ntpMicroseconds(value), true
	case timeSlot(observationTimeNanoseconds):
		return ntpNanoseconds(value), true
	}
	return scaled(value, millisecond)
}

// scaled gives value units of time since the Unix epoch.
func scaled(value uint64, unit flow.Timestamp) (t flow.Timestamp, ok bool) {
	if value > uint64(math.MaxInt64/unit) {
		return 0, false
	}
	return flow.Timestamp(value) * unit, true
}

// ntpNanoseconds reads dateTimeNanoseconds (RFC 7011 section 6.1.10): 32 bits of
// seconds since 1900 and 32 bits of fraction, rounded to the nearest nanosecond, so
// that exporters that cut the fraction get back what they meant.
func ntpNanoseconds(value uint64) flow.Timestamp {
	fraction := value & math.MaxUint32
	return flow.Timestamp(int64(value>>32)-ntpUnix)*second + flow.Timestamp((fraction*1_000_000_000+1<<31)>>32)
}

// ntpMicroseconds reads dateTimeMicroseconds (RFC 7011 section 6.1.9): as
// nanoseconds, but the low 11 bits of the fraction say nothing.
func ntpMicroseconds(value uint64) flow.Timestamp {
	const meaningless = 1<<11 - 1
	fraction := value & math.MaxUint32 &^ meaningless
	return flow.Timestamp(int64(value>>32)-ntpUnix)*second + flow.Timestamp((fraction*1_000_000+1<<31)>>32)*microsecond
}

// uptimeClock tells times by the uptime that the header of a message has.
type uptimeClock struct {
	uptime uint32
	export flow.Timestamp // milliseconds: fractions of versions 1 to 8 are cut
}

func (h *header) uptimeClock() uptimeClock {
	return uptimeClock{uptime: h.uptime, export: h.exportTime / millisecond}
}

// at gives the time at which the uptime was value milliseconds.
func (c *uptimeClock) at(value uint32) flow.Timestamp {
	ago := int64(c.uptime - value)
	if ago > uptimeWrap-uptimeAhead {
		ago -= uptimeWrap
	}
	return (c.export - flow.Timestamp(ago)) * millisecond
}

// uptime gives the time at which the exporter's uptime was value milliseconds. Of
// versions with uptime in the header it is nearest to the message's: not later than
// uptimeAhead after it, and else before it. IPFIX has no uptime there, but can say
// when the exporter started, in the record or in options; what it has wrapped since
// is found from the export time in the same way.
func (d *Decoder) uptime(value uint64, present *slotSet) (t flow.Timestamp, ok bool) {
	if value >= uptimeWrap {
		d.unusable.outside = true
		return 0, false
	}
	if d.header.version != versionIPFIX {
		c := d.header.uptimeClock()
		return c.at(uint32(value)), true
	}
	boot, known := d.bootTime()
	if s := timeSlot(systemInitTimeMilliseconds); present.has(s) && d.values[s] != 0 {
		if d.values[s] > math.MaxInt64/uint64(millisecond) {
			d.unusable.outside = true
			return 0, false
		}
		boot, known = int64(d.values[s]), true
	}
	if !known {
		d.unusable.boot = true
		return 0, false
	}
	// The export time is cut to seconds: the flow may be later by up to 999 ms.
	at, export := boot+int64(value), int64(d.header.exportTime/millisecond)+999
	if latest := export + uptimeAhead; at <= latest {
		at += (latest - at) / uptimeWrap * uptimeWrap
	} else if before := at - uptimeWrap; before <= export {
		at = before // a flow from before the exporter started: exporters that read captures have such
	}
	if at > math.MaxInt64/int64(millisecond) || at < math.MinInt64/int64(millisecond) {
		d.unusable.outside = true
		return 0, false
	}
	return flow.Timestamp(at) * millisecond, true
}
