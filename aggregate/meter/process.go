package meter

import (
	"time"

	"netstream/aggregate/flow"
)

// Process is the metering process: settings, and where its records go. One
// Process meters any number of keys, one after the other; it is not safe for
// concurrent use.
type Process struct {
	calendar flow.Calendar
	ageing   ageing
	out      Output

	// current is the interval that a time was looked up in last. Packets come in order,
	// so it is nearly always that of the next time, too.
	current flow.Interval

	// What goes out is made in these, so that it takes no new memory.
	record flow.Record
	slice  Slice
}

// NewProcess gives a metering process with valid settings.
func NewProcess(settings Settings, out Output) *Process {
	calendar := settings.Intervals()
	return &Process{calendar: calendar, ageing: newAgeing(&settings), out: out, current: calendar.Interval(0)}
}

// Add meters the next packet of the key whose state is s.
func (m *Process) Add(s *State, p *flow.Packet) {
	if s.open {
		if reason := m.ageing.ends(s, p); reason != 0 {
			forgotten := m.Expired(s, p.Clock)
			m.close(s, reason)
			if forgotten { // it could have been by now, so its ordinal must not live on
				s.forget()
			}
		}
	} else if s.hasPrevious && m.Expired(s, p.Clock) {
		s.forget()
	}
	found := s.open
	if !found {
		m.begin(s, p)
	} else if !(s.interval == m.current.Start && m.current.Contains(p.Time)) && m.intervalOf(p.Time) != s.interval {
		m.changeInterval(s, p)
	}
	s.count(p, m.ageing.grace)
	if m.ageing.endsWith(p, found) {
		m.close(s, flow.EndOfFlow)
	}
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
// from record to record, one by one: states are large, and making a new one to
// copy it over the old one took a tenth of the metering.
func (m *Process) begin(s *State, p *flow.Packet) {
	s.open, s.ended = true, false
	s.minTTL, s.maxTTL = p.Meta.TTL, p.Meta.TTL
	s.marks = p.Meta.Marks & (flow.MarkTCP | flow.MarkVLAN | flow.MarkInnerVLAN | flow.MarkMPLS | flow.MarkMAC | flow.MarkSecond)
	s.lastClock, s.firstClock = p.Clock, p.Clock
	s.interval = m.intervalOf(p.Time)
	s.sliceFirst, s.sliceLast = p.Time, p.Time
	s.sliceTCPFlags, s.slice = 0, flow.Counters{}
	s.minOctets, s.maxOctets = p.Meta.Octets, p.Meta.Octets
	s.tcpFlags, s.tcpFlagCounts = 0, [flow.TCPFlagCount]uint64{}
	s.total = flow.Counters{}
	s.start, s.end = p.Time, p.Time
	s.fragments, s.late = 0, 0
	s.firstNumber, s.firstInput = p.Number, p.Meta.Input
	s.vlan, s.innerVLAN, s.mplsTop = p.Meta.VLAN, p.Meta.InnerVLAN, p.Meta.MPLSTop
	s.sourceMAC, s.destinationMAC = p.Meta.SourceMAC, p.Meta.DestinationMAC
}

// changeInterval is for a packet outside the interval of the current slice, which
// it hands over; the packet begins a new one. So a late or stray packet costs two
// more slices, its own and another one of the interval that it interrupts: they
// are summed with the rest of their interval when rows are sorted.
func (m *Process) changeInterval(s *State, p *flow.Packet) {
	m.handOver(s, 0, 0)
	s.interval, s.sliceFirst, s.sliceLast = m.intervalOf(p.Time), p.Time, p.Time
}

// handOver gives the current slice away and adds it to the flow's totals.
func (m *Process) handOver(s *State, started, ended uint64) {
	var marks flow.Mark
	if s.sliceTCPFlags&flagsRead != 0 {
		marks = flow.MarkTCP
	}
	m.slice = Slice{
		IntervalRecord: flow.IntervalRecord{
			Key: s.Key, Start: s.interval, First: s.sliceFirst, Last: s.sliceLast, Counters: s.slice,
			FlowsActive: 1, FlowsStarted: started, FlowsEnded: ended,
			TCPFlags: s.sliceTCPFlags &^ flagsRead, Marks: marks,
		},
		FirstInput: s.firstInput, FirstNumber: s.firstPlace(),
	}
	m.out.Slice(&m.slice)
	s.addSlice()
}

// close ends the open flow: its last slice and its record go out.
func (m *Process) close(s *State, reason flow.EndReason) {
	start, end := min(s.start, s.sliceFirst), max(s.end, s.sliceLast)
	started := m.mark(s, start, 1, 0)
	ended := m.mark(s, end, 0, 1)
	m.handOver(s, started, ended)

	if s.hasPrevious && s.previousStart == start {
		s.ordinal++
	} else {
		s.ordinal = 0
	}
	s.previousStart, s.hasPrevious = start, true
	s.open = false
	m.record = flow.Record{
		Key: s.Key, Ordinal: s.ordinal, Start: s.start, End: s.end, Counters: s.total,
		FirstNumber: s.firstNumber, FirstInput: s.firstInput, Fragments: s.fragments, LatePackets: s.late,
		TCPFlags: s.tcpFlags, TCPFlagCounts: s.tcpFlagCounts, Marks: s.marks &^ flow.MarkSecond,
		MinOctets: s.minOctets, MaxOctets: s.maxOctets, MinTTL: s.minTTL, MaxTTL: s.maxTTL,
		VLAN: s.vlan, InnerVLAN: s.innerVLAN, MPLSTop: s.mplsTop,
		SourceMAC: s.sourceMAC, DestinationMAC: s.destinationMAC, EndReason: reason,
	}
	m.out.Record(&m.record)
}

// firstPlace gives the place of the flow's first packet as [Slice] has it.
func (s *State) firstPlace() uint64 {
	place := 2 * s.firstNumber
	if s.marks&flow.MarkSecond != 0 {
		place++
	}
	return place
}

// mark counts the flow's start or end in the interval of at: with the current
// slice if at lies in it (then it gives 1), else in a slice without packets.
func (m *Process) mark(s *State, at flow.Timestamp, started, ended uint64) uint64 {
	interval := m.intervalOf(at)
	if interval == s.interval {
		return 1
	}
	m.slice = Slice{
		IntervalRecord: flow.IntervalRecord{
			Key: s.Key, Start: interval, First: at, Last: at, FlowsStarted: started, FlowsEnded: ended},
		FirstInput: s.firstInput, FirstNumber: s.firstPlace(),
	}
	m.out.Slice(&m.slice)
	return 0
}

// Expired says whether the open flow ends, whatever is still to come, if all
// packets to come have the clock now or a later one; of a key without an open flow,
// whether that holds of the record before. Such a State can be flushed and forgotten
// without changing any record.
func (m *Process) Expired(s *State, now flow.Timestamp) bool {
	gap := now.Since(s.lastClock)
	return gap > m.ageing.timers(s.Key.Protocol).Idle || s.ended && gap > m.ageing.endGrace || m.ageing.cut(s, now)
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
func (m *Process) Flush(s *State, end flow.Timestamp) {
	if s.open {
		m.close(s, m.ageing.endAt(s, end))
	}
}

// Evict ends the open flow because its place is needed for another one.
func (m *Process) Evict(s *State) {
	if s.open {
		m.close(s, flow.EndLackOfResources)
	}
}
