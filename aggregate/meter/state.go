package meter

import (
	"math/bits"

	"netstream/aggregate/flow"
)

// State is one flow key with its open flow, if any. The zero State with its Key
// set is a key without a flow. Fields are ordered by how often packets touch
// them: a packet that changes nothing but counters stays within the first ones.
type State struct {
	Key flow.Key

	open, ended     bool // ended: FIN or RST was seen
	minTTL, maxTTL  uint8
	sliceTCPFlags   uint16
	marks           flow.Mark
	lastClock       flow.Timestamp
	firstClock      flow.Timestamp
	interval        flow.Timestamp // start of the interval of the current slice
	sliceFirst      flow.Timestamp
	sliceLast       flow.Timestamp
	slice           flow.Counters
	minOctets       uint64
	maxOctets       uint64
	tcpFlagCounts   [flow.TCPFlagCount]uint64
	total           flow.Counters // of the slices handed over
	start, end      flow.Timestamp
	fragments, late uint64
	firstNumber     uint64
	firstInput      uint32
	ordinal         uint32
	tcpFlags        uint16
	vlan, innerVLAN uint16
	sourceMAC       [6]byte
	destinationMAC  [6]byte
	mplsTop         uint32
	previousStart   flow.Timestamp // start of the record before, valid iff hasPrevious
	hasPrevious     bool
}

// flagsRead is set in sliceTCPFlags beside the control bits once a packet of the
// slice had any that could be read: no flags seen is NULL, none set is 0.
const flagsRead uint16 = 1 << 15

// Add meters the next packet of the key.
func (s *State) Add(settings *Settings, p *flow.Packet, out Output) {
	if s.open {
		if reason := s.ends(settings, p); reason != 0 {
			silent := s.Expired(settings, p.Clock)
			s.close(settings, reason, out)
			if silent { // it could have been forgotten by now, so its ordinal must not live on
				s.ordinal, s.hasPrevious = 0, false
			}
		}
	}
	if !s.open {
		s.begin(settings, p)
	} else if at := p.Time; at < s.interval || at.Since(s.interval) >= settings.Interval {
		s.changeInterval(settings, p, out)
	}
	s.count(p)
}

// ends gives the reason for which p ends the open flow, 0 if it belongs to it.
func (s *State) ends(settings *Settings, p *flow.Packet) flow.EndReason {
	gap := p.Clock.Since(s.lastClock)
	overlong := settings.ActiveTimeout > 0 && p.Clock.Since(s.firstClock) > settings.ActiveTimeout
	switch {
	case s.ended:
		if gap > settings.EndGrace || overlong || p.Meta.TCPFlags&flow.TCPSyn != 0 {
			return flow.EndOfFlow
		}
	case gap > settings.IdleTimeout:
		return flow.EndIdleTimeout
	case overlong:
		return flow.EndActiveTimeout
	}
	return 0
}

// begin opens a flow for p.
func (s *State) begin(settings *Settings, p *flow.Packet) {
	*s = State{
		Key:            s.Key,
		open:           true,
		minTTL:         p.Meta.TTL,
		maxTTL:         p.Meta.TTL,
		marks:          p.Meta.Marks & (flow.MarkTCP | flow.MarkVLAN | flow.MarkInnerVLAN | flow.MarkMPLS | flow.MarkMAC),
		firstClock:     p.Clock,
		lastClock:      p.Clock,
		interval:       p.Time.Interval(settings.Interval),
		sliceFirst:     p.Time,
		sliceLast:      p.Time,
		minOctets:      p.Meta.Octets,
		maxOctets:      p.Meta.Octets,
		start:          p.Time,
		end:            p.Time,
		firstNumber:    p.Number,
		firstInput:     p.Meta.Input,
		ordinal:        s.ordinal,
		vlan:           p.Meta.VLAN,
		innerVLAN:      p.Meta.InnerVLAN,
		sourceMAC:      p.Meta.SourceMAC,
		destinationMAC: p.Meta.DestinationMAC,
		mplsTop:        p.Meta.MPLSTop,
		previousStart:  s.previousStart,
		hasPrevious:    s.hasPrevious,
	}
}

// count adds p, which belongs to the open flow and to its current slice.
func (s *State) count(p *flow.Packet) {
	m := &p.Meta
	s.lastClock = p.Clock
	s.sliceFirst = min(s.sliceFirst, p.Time)
	s.sliceLast = max(s.sliceLast, p.Time)
	s.slice.Packets++
	s.slice.Octets += m.Octets
	s.slice.WireOctets += uint64(m.WireOctets)
	s.slice.PayloadOctets += uint64(m.PayloadOctets)
	s.minOctets = min(s.minOctets, m.Octets)
	s.maxOctets = max(s.maxOctets, m.Octets)
	s.minTTL = min(s.minTTL, m.TTL)
	s.maxTTL = max(s.maxTTL, m.TTL)
	if m.Marks&(flow.MarkFragment|flow.MarkLate) != 0 {
		if m.Marks&flow.MarkFragment != 0 {
			s.fragments++
		}
		if m.Marks&flow.MarkLate != 0 {
			s.late++
		}
	}
	if m.Marks&flow.MarkTCP != 0 {
		s.marks |= flow.MarkTCP
		set := m.TCPFlags & (1<<flow.TCPFlagCount - 1)
		s.sliceTCPFlags |= set | flagsRead
		for f := set; f != 0; f &= f - 1 {
			s.tcpFlagCounts[bits.TrailingZeros16(f)]++
		}
		s.ended = s.ended || m.TCPFlags&(flow.TCPFin|flow.TCPRst) != 0
	}
}

// changeInterval is for a packet outside the interval of the current slice. A
// later one begins a new slice. An earlier one, which is a late or stray packet,
// gets a slice of its own, so that the current one need not be given up.
func (s *State) changeInterval(settings *Settings, p *flow.Packet, out Output) {
	interval := p.Time.Interval(settings.Interval)
	s.handOver(0, 0, out)
	s.interval, s.sliceFirst, s.sliceLast = interval, p.Time, p.Time
}

// handOver gives the current slice away and adds it to the flow's totals.
func (s *State) handOver(started, ended uint64, out Output) {
	var marks flow.Mark
	if s.sliceTCPFlags&flagsRead != 0 {
		marks = flow.MarkTCP
	}
	out.Slice(&Slice{
		IntervalRecord: flow.IntervalRecord{
			Key: s.Key, Start: s.interval, First: s.sliceFirst, Last: s.sliceLast, Counters: s.slice,
			FlowsActive: 1, FlowsStarted: started, FlowsEnded: ended,
			TCPFlags: s.sliceTCPFlags &^ flagsRead, Marks: marks,
		},
		FirstInput: s.firstInput, FirstNumber: s.firstNumber,
	})
	s.addSlice()
}

func (s *State) addSlice() {
	s.start = min(s.start, s.sliceFirst)
	s.end = max(s.end, s.sliceLast)
	s.total.Add(s.slice)
	s.tcpFlags |= s.sliceTCPFlags &^ flagsRead
	s.slice, s.sliceTCPFlags = flow.Counters{}, 0
}

// close ends the open flow: its last slice and its record go out.
func (s *State) close(settings *Settings, reason flow.EndReason, out Output) {
	start, end := min(s.start, s.sliceFirst), max(s.end, s.sliceLast)
	started := s.mark(start, settings, &Slice{IntervalRecord: flow.IntervalRecord{FlowsStarted: 1}}, out)
	ended := s.mark(end, settings, &Slice{IntervalRecord: flow.IntervalRecord{FlowsEnded: 1}}, out)
	s.handOver(started, ended, out)

	if s.hasPrevious && s.previousStart == start {
		s.ordinal++
	} else {
		s.ordinal = 0
	}
	s.previousStart, s.hasPrevious = start, true
	s.open = false
	out.Record(&flow.Record{
		Key: s.Key, Ordinal: s.ordinal, Start: s.start, End: s.end, Counters: s.total,
		FirstNumber: s.firstNumber, FirstInput: s.firstInput, Fragments: s.fragments, LatePackets: s.late,
		TCPFlags: s.tcpFlags, TCPFlagCounts: s.tcpFlagCounts, Marks: s.marks,
		MinOctets: s.minOctets, MaxOctets: s.maxOctets, MinTTL: s.minTTL, MaxTTL: s.maxTTL,
		VLAN: s.vlan, InnerVLAN: s.innerVLAN, MPLSTop: s.mplsTop,
		SourceMAC: s.sourceMAC, DestinationMAC: s.destinationMAC, EndReason: reason,
	})
}

// mark counts the flow's start or end in the interval of at: with the current
// slice if at lies in it (then it gives 1), else in a slice without packets.
func (s *State) mark(at flow.Timestamp, settings *Settings, empty *Slice, out Output) uint64 {
	interval := at.Interval(settings.Interval)
	if interval == s.interval {
		return 1
	}
	empty.Key, empty.IntervalRecord.Start, empty.First, empty.Last = s.Key, interval, at, at
	empty.FirstInput, empty.FirstNumber = s.firstInput, s.firstNumber
	out.Slice(empty)
	return 0
}

// Expired says whether silence ends the open flow if all packets that are still
// to come have the clock now or a later one. Such a State can be flushed and
// forgotten without changing any record.
func (s *State) Expired(settings *Settings, now flow.Timestamp) bool {
	gap := now.Since(s.lastClock)
	return gap > settings.IdleTimeout || s.ended && gap > settings.EndGrace
}

// Flush ends the open flow when no packet of the key is left; end is the largest
// clock of the whole input, or any clock that already expires the flow.
func (s *State) Flush(settings *Settings, end flow.Timestamp, out Output) {
	if !s.open {
		return
	}
	reason := flow.EndForced
	if s.ended {
		reason = flow.EndOfFlow
	} else if end.Since(s.lastClock) > settings.IdleTimeout {
		reason = flow.EndIdleTimeout
	}
	s.close(settings, reason, out)
}
