package meter

import (
	"time"

	"netstream/aggregate/flow"
	"netstream/aggregate/statistics"
)

// Process is the metering process: settings, and where its records go. One
// Process meters any number of keys, one after the other; it is not safe for
// concurrent use.
type Process struct {
	calendar flow.Calendar
	kept     statistics.Settings
	ageing   ageing
	out      Output
	whole    WholeOutput // nil if flows are given in parts

	// reversed gives the number of the reverse of an observation point; nil unless
	// biflows are metered.
	reversed func(point uint32) uint32

	// quick says that Continue has the timers' say: nothing is kept or asked for but them.
	quick bool

	// current is the interval that a time was looked up in last. Packets come in order,
	// so it is nearly always that of the next time, too.
	current flow.Interval

	// What goes out is made in these, so that it takes no new memory.
	record     flow.Record
	reverse    flow.Reverse
	statistics flow.Statistics
	slice      Slice
}

// NewProcess gives a metering process with valid settings.
func NewProcess(settings Settings, out Output) *Process {
	calendar := settings.Intervals()
	m := &Process{calendar: calendar, kept: settings.Statistics, ageing: newAgeing(&settings), out: out, current: calendar.Interval(0)}
	m.quick = m.ageing.onlyTimers() && !settings.Statistics.Any()
	return m
}

// MeterBiflows makes the process one of biflows: packets have keys that both
// directions share (flow.MarkReversed), each State has a Pair, and rows are turned so
// that the source is the initiator. reversed gives the number of the reverse of an
// observation point, for all that packets have. It must be called before the first
// packet.
func (m *Process) MeterBiflows(reversed func(point uint32) uint32) {
	m.reversed, m.quick = reversed, false
}

// GiveWhole has the process give flows whose packets all lie in one interval, which are most of
// all, to out as a whole. It cannot be had with biflows and statistics.
func (m *Process) GiveWhole(out WholeOutput) { m.whole = out }

// Continue meters the next packet of the key whose state is s, as Add does, if it goes on
// with the open flow and its slice in the simplest way, as nearly all packets of most runs
// do. If it says false, it has done nothing, and Add is to be called.
func (m *Process) Continue(s *State, p *flow.Packet) bool {
	if p.Clock >= s.until || p.Time != p.Clock || !m.ageing.continues(s, p) {
		return false
	}
	s.lastClock, s.behind = p.Clock, true
	if p.Meta.Marks&oddMarks != 0 {
		s.takeOdd(p.Meta.Marks)
	}
	s.count(&p.Meta)
	if p.Meta.TCPFlags&m.ageing.grace != 0 {
		s.ended = true
		m.hurry(s)
	}
	return true
}

// deadline sets until when Continue takes packets: as long as neither the active timeout
// ends the open flow nor a packet whose time is its clock, which is not before that of the last
// one, begins another slice or is the earliest of its slice. If the clock of the last one lies outside of the
// interval, Continue takes none: either the interval's end has passed, or sliceFirst is later. It is set anew
// with each packet that Continue does not take.
func (m *Process) deadline(s *State) {
	s.until = flow.MinTimestamp
	if !m.quick || !s.open || s.interval != m.current.Start || s.sliceFirst > s.lastClock {
		return
	}
	s.until, s.stops = min(m.current.End(), m.ageing.activeUntil(s.firstClock)), 0
	if s.ended {
		m.hurry(s)
	}
}

// hurry has Continue take packets of a flow in its end only as long as they are surely of it.
func (m *Process) hurry(s *State) {
	s.until = min(s.until, after(s.lastClock, m.ageing.endGrace))
	s.stops = uint8(flow.TCPSyn)
}

// Add meters the next packet of the key whose state is s. x has what the process
// was told to keep.
func (m *Process) Add(s *State, x Extension, p *flow.Packet) {
	s.catchUp()
	if s.open {
		if reason := m.ageing.ends(s, x, p); reason != 0 {
			forgotten := m.Expired(s, p.Clock)
			m.close(s, x, reason)
			if forgotten { // it could have been by now, so what it was must not live on
				s.forget()
			}
		}
	} else if s.hasPrevious && m.Expired(s, p.Clock) {
		s.forget()
	}
	found := s.open
	if !found {
		m.begin(s, x, p)
	} else {
		if s.tentative {
			s.confirm(p)
		}
		if !(s.interval == m.current.Start && m.current.Contains(p.Time)) && m.intervalOf(p.Time) != s.interval {
			m.changeInterval(s, x, p)
		}
	}
	s.take(p)
	if x.Statistics != nil {
		x.Statistics.Add(p, directionOf(p), m.kept, x.Early)
	}
	if x.Pair == nil {
		s.count(&p.Meta)
		s.ended = s.ended || p.Meta.TCPFlags&m.ageing.grace != 0
	} else {
		x.count(s, p)
		s.ended = s.ended || x.ends(p, m.ageing.grace)
	}
	if m.ageing.endsWith(p, found) {
		m.close(s, x, flow.EndOfFlow)
	}
	m.deadline(s)
}

// intervalOf gives the start of the interval that holds a time. It does not divide, nor
// look up local time, but where the interval changes. Add, which needs it for every packet,
// does not call it where the answer is at hand.
func (m *Process) intervalOf(at flow.Timestamp) flow.Timestamp {
	if !m.current.Contains(at) {
		m.current = m.calendar.Interval(at)
	}
	return m.current.Start
}

// begin opens a flow for p. It sets every field but the key and those that last
// from record to record.
func (m *Process) begin(s *State, x Extension, p *flow.Packet) {
	s.open, s.ended, s.parted = true, false, false
	s.second = p.Meta.Marks&flow.MarkSecond != 0
	s.lastClock, s.firstClock = p.Clock, p.Clock
	s.interval = m.intervalOf(p.Time)
	s.sliceFirst, s.sliceLast = p.Time, p.Time
	s.odd = false
	s.firstNumber, s.firstInput = p.Number, p.Meta.Input
	if x.Statistics != nil {
		*x.Statistics = statistics.State{}
	}
	if x.Pair == nil {
		s.side.begin(p)
		return
	}
	x.begin(s)
	m.orient(s, p)
}

// changeInterval is for a packet outside the interval of the current slice, which
// it hands over; the packet begins a new one. So a late or stray packet costs two
// more slices, its own and another one of the interval that it interrupts: they
// are summed with the rest of their interval when rows are sorted.
func (m *Process) changeInterval(s *State, x Extension, p *flow.Packet) {
	m.handOver(s, x, 0, 0)
	s.interval, s.sliceFirst, s.sliceLast = m.intervalOf(p.Time), p.Time, p.Time
}

// handOver gives the current slice away and adds it to the flow's totals.
func (m *Process) handOver(s *State, x Extension, started, ended uint64) {
	m.startSlice(s, x, s.interval)
	m.slice.First, m.slice.Last = s.sliceFirst, s.sliceLast
	m.slice.FlowsActive, m.slice.FlowsStarted, m.slice.FlowsEnded = 1, started, ended
	forward := &s.side
	if x.Pair != nil {
		var reverse *side
		forward, reverse = x.sides(s)
		m.slice.Reverse, m.slice.ReverseTCPFlags = reverse.slice, reverse.sliceTCPFlags&^flagsRead
		m.slice.ReverseTCP = reverse.sliceTCPFlags&flagsRead != 0
	}
	m.slice.Counters = forward.slice
	m.slice.TCPFlags = forward.sliceTCPFlags &^ flagsRead
	if forward.sliceTCPFlags&flagsRead != 0 {
		m.slice.Marks = flow.MarkTCP
	}
	m.out.Slice(&m.slice)
	s.start, s.end = s.span()
	s.parted = true
	s.endSlice()
	if x.Pair != nil {
		x.against.endSlice()
	}
}

// startSlice begins to make a slice of the open flow, without packets. It sets the fields
// that slices of this process have one by one, and so does close with the record: all others
// are never set, and to clear them took a tenth of what ending a flow takes.
func (m *Process) startSlice(s *State, x Extension, interval flow.Timestamp) {
	to := &m.slice
	to.Key = s.Key
	to.Counters = flow.Counters{}
	to.Start, to.FirstInput, to.FirstNumber = interval, s.firstInput, s.firstPlace()
	to.FlowsActive, to.TCPFlags, to.Marks = 0, 0, 0
	if x.Pair != nil {
		to.Key, to.Has = m.key(s), flow.FieldReverse
		to.Reverse, to.ReverseTCPFlags, to.ReverseTCP = flow.Counters{}, 0, false
	}
}

// close ends the open flow: its last slice and its record go out.
func (m *Process) close(s *State, x Extension, reason flow.EndReason) {
	s.catchUp()
	if m.whole != nil && !s.parted {
		m.closeWhole(s, reason)
		return
	}
	start, end := s.span()
	started := m.mark(s, x, start, 1, 0)
	ended := m.mark(s, x, end, 0, 1)
	m.handOver(s, x, started, ended)

	s.shut(start)
	r := &m.record
	r.Start, r.End = s.start, s.end
	s.fill(r, reason)
	forward := &s.side
	if x.Pair != nil {
		forward, _ = x.sides(s)
		x.result(s, &m.reverse)
		r.Key, r.Reverse = m.key(s), &m.reverse
	}
	if x.Statistics != nil {
		x.Statistics.Result(s.initiator(x), m.kept, x.Early, &m.statistics)
		r.Statistics = &m.statistics
	}
	forward.fill(r)
	m.out.Record(r)
}

// closeWhole ends an open flow whose packets are all in the current slice.
func (m *Process) closeWhole(s *State, reason flow.EndReason) {
	s.shut(s.sliceFirst)
	r := &m.record
	r.Start, r.End = s.sliceFirst, s.sliceLast
	s.fill(r, reason)
	s.side.fillWhole(r)
	m.whole.Whole(r, s.interval, s.firstPlace())
}

// mark counts the flow's start or end in the interval of at: with the current
// slice if at lies in it (then it gives 1), else in a slice without packets.
func (m *Process) mark(s *State, x Extension, at flow.Timestamp, started, ended uint64) uint64 {
	if s.sliceFirst <= at && at <= s.sliceLast { // as it nearly always is
		return 1
	}
	interval := m.intervalOf(at)
	if interval == s.interval {
		return 1
	}
	m.startSlice(s, x, interval)
	m.slice.First, m.slice.Last, m.slice.FlowsStarted, m.slice.FlowsEnded = at, at, started, ended
	m.out.Slice(&m.slice)
	return 0
}

// Expired says whether the open flow ends, whatever is still to come, if all
// packets to come have the clock now or a later one; of a key without an open flow,
// whether that holds of the record before. Such a State can be flushed and forgotten
// without changing any record.
func (m *Process) Expired(s *State, now flow.Timestamp) bool { return m.Wait(s, now) < 0 }

// Wait gives in how long Expired will say so of a silent flow, from the clock now on: below 0 if it says so already.
func (m *Process) Wait(s *State, now flow.Timestamp) time.Duration {
	if m.ageing.cut(s, now) {
		return -1
	}
	return m.Patience(s) - max(now.Since(s.lastClock), 0)
}

// Patience gives how long the open flow may be silent before it is expired.
func (m *Process) Patience(s *State) time.Duration {
	idle := m.ageing.timers(s.Key.Protocol).Idle
	if s.ended {
		return min(idle, m.ageing.endGrace)
	}
	return idle
}

// Flush ends the open flow when no packet of the key is left; end is the largest
// clock of the whole input, or any clock that already expires the flow.
func (m *Process) Flush(s *State, x Extension, end flow.Timestamp) {
	if s.open {
		m.close(s, x, m.ageing.endAt(s, end))
	}
}

// Evict ends the open flow because its place is needed for another one.
func (m *Process) Evict(s *State, x Extension) {
	if s.open {
		m.close(s, x, flow.EndLackOfResources)
	}
}
