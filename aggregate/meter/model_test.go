package meter

import (
	"time"

	"netstream/aggregate/connection"
	"netstream/aggregate/flow"
)

// model meters the packets of one key as docs/metering.md section 4 says it, with all packets of a flow at hand.
type model struct {
	settings   Settings
	biflow     bool
	oneEnded   bool
	open       []flow.Packet
	last       []flow.Packet // of the record before, nil if it has no say any more
	lastSeq    uint32
	turned     bool // of the open flow
	memory     bool // turned says something of the record before
	remembered bool // it did so when the open flow began
	records    []flow.Record
	reverses   []flow.Reverse
	flows      [][]flow.Packet // of the records
	turns      []bool          // whether the destination of the key is the initiator
	cells      map[cellKey]cell
}

type cellKey struct {
	place    uint64
	input    uint32
	interval flow.Timestamp
}

// cell is what the slices of one flow in one interval come to.
type cell struct {
	key              flow.Key
	counters         [2]flow.Counters
	flags            [2]uint16
	tcp              [2]bool
	first, last      flow.Timestamp
	started, stopped uint64
	active           bool
}

func (m *model) byGrace(p *flow.Packet) (fin, rst bool) {
	return m.settings.Fin == EndByGrace && p.Meta.TCPFlags&flow.TCPFin != 0, m.settings.Rst == EndByGrace && p.Meta.TCPFlags&flow.TCPRst != 0
}

// wayOf and roleOf say by themselves what the Process has functions for.
func wayOf(p *flow.Packet) int { return [2]int{0, 1}[p.Meta.Marks/flow.MarkReversed%2] }

func roleOf(p *flow.Packet) flow.Role {
	sent := [2]flow.Key{p.Key, p.Key.Reversed()}[wayOf(p)]
	return p.Meta.Role(&sent)
}

// inEnd says whether packets have ended their flow, and whether one direction is closed.
func (m *model) inEnd(packets []flow.Packet) (ended, closed bool) {
	var fins [2]bool
	for i := range packets {
		fin, rst := m.byGrace(&packets[i])
		fins[wayOf(&packets[i])] = fins[wayOf(&packets[i])] || fin
		ended = ended || rst || fin && !m.biflow
	}
	return ended || m.biflow && fins[0] && fins[1], fins[0] || fins[1]
}

func (m *model) cut(packets []flow.Packet, now flow.Timestamp) bool {
	every := flow.Timestamp(m.settings.CutEvery)
	return every > 0 && now/every > packets[0].Clock/every
}

func (m *model) cutReason(packets []flow.Packet, timers Timers) flow.EndReason {
	ended, _ := m.inEnd(packets)
	every := flow.Timestamp(m.settings.CutEvery)
	switch at := (packets[0].Clock/every + 1) * every; {
	case ended:
		return flow.EndOfFlow
	case time.Duration(at-packets[len(packets)-1].Clock) > timers.Idle:
		return flow.EndIdleTimeout
	}
	return flow.EndForced
}

// over says why p is of another flow than the open one, 0 if it is not.
func (m *model) over(p *flow.Packet) flow.EndReason {
	timers := m.settings.TimersOf(p.Key.Protocol)
	gap, age := time.Duration(p.Clock-m.open[len(m.open)-1].Clock), time.Duration(p.Clock-m.open[0].Clock)
	syn, old := p.Meta.TCPFlags&flow.TCPSyn != 0, timers.Active > 0 && age > timers.Active
	ended, closed := m.inEnd(m.open)
	if m.cut(m.open, p.Clock) {
		return m.cutReason(m.open, timers)
	}
	if ended {
		if gap > m.settings.EndGrace || old || syn {
			return flow.EndOfFlow
		}
	} else if gap > timers.Idle {
		return flow.EndIdleTimeout
	} else if m.biflow && syn && closed {
		return flow.EndOfFlow
	} else if old {
		return flow.EndActiveTimeout
	}
	octets := p.Meta.Octets
	for i := range m.open {
		octets += m.open[i].Meta.Octets
	}
	if m.settings.MaxOctets > 0 && octets > m.settings.MaxOctets || m.settings.MaxPackets > 0 && uint64(len(m.open))+1 > m.settings.MaxPackets {
		return flow.EndLackOfResources
	}
	return 0
}

// expired says whether packets are so long ago that nothing of them is remembered.
func (m *model) expired(packets []flow.Packet, now flow.Timestamp) bool {
	ended, _ := m.inEnd(packets)
	gap := time.Duration(now - packets[len(packets)-1].Clock)
	return gap > m.settings.TimersOf(packets[0].Key.Protocol).Idle || ended && gap > m.settings.EndGrace || m.cut(packets, now)
}

func (m *model) add(p flow.Packet) {
	if m.open != nil {
		if reason := m.over(&p); reason != 0 {
			m.close(reason)
		}
	}
	if m.open == nil && m.last != nil && m.expired(m.last, p.Clock) {
		m.last, m.memory = nil, false
	}
	m.open = append(m.open, p)
	if m.biflow {
		m.orient()
	}
	flags, several := p.Meta.TCPFlags, len(m.open) > 1
	for bit, rule := range map[uint16]EndRule{flow.TCPFin: m.settings.Fin, flow.TCPRst: m.settings.Rst} {
		if flags&bit != 0 && (rule == EndAtOnce || rule == EndIfOpen && several) && m.open != nil {
			m.close(flow.EndOfFlow)
		}
	}
}

// orient says who the initiator is: by the first packet, or the second one at the same time.
func (m *model) orient() {
	p := &m.open[len(m.open)-1]
	against := wayOf(p) == 1
	switch {
	case len(m.open) == 1 && m.oneEnded:
		m.turned, m.memory = false, true
	case len(m.open) == 1:
		switch roleOf(p) {
		case flow.RoleInitiator:
			m.turned = against
		case flow.RoleResponder:
			m.turned = !against
		default:
			if m.remembered = m.memory; !m.remembered {
				m.turned = against
			}
		}
	case len(m.open) == 2 && !m.oneEnded:
		first := &m.open[0]
		told := roleOf(first) == flow.RoleInitiator || roleOf(first) == flow.RoleResponder
		if told || m.remembered || p.Clock != first.Clock || against == m.turned {
			break
		}
		switch roleOf(p) {
		case flow.RoleInitiator:
			m.turned = against
		case flow.RoleResponder:
			m.turned = !against
		default:
			m.turned = false
		}
	}
}

// sum counts packets as one direction of a record.
func sum(packets []flow.Packet) (r flow.Record) {
	for i := range packets {
		meta := &packets[i].Meta
		if i == 0 {
			r = flow.Record{Start: packets[0].Time, End: packets[0].Time, MinOctets: meta.Octets, MinTTL: meta.TTL, Marks: meta.Marks & firstMarks,
				VLAN: meta.VLAN, InnerVLAN: meta.InnerVLAN, MPLSTop: meta.MPLSTop, SourceMAC: meta.SourceMAC, DestinationMAC: meta.DestinationMAC}
		}
		r.Start, r.End = min(r.Start, packets[i].Time), max(r.End, packets[i].Time)
		r.Counters.Add(flow.Counters{Packets: 1, Octets: meta.Octets, WireOctets: uint64(meta.WireOctets), PayloadOctets: uint64(meta.PayloadOctets)})
		r.MinOctets, r.MaxOctets = min(r.MinOctets, meta.Octets), max(r.MaxOctets, meta.Octets)
		r.MinTTL, r.MaxTTL = min(r.MinTTL, meta.TTL), max(r.MaxTTL, meta.TTL)
		if meta.Marks&flow.MarkTCP != 0 {
			r.Marks |= flow.MarkTCP
			r.TCPFlags |= meta.TCPFlags
			for bit := range r.TCPFlagCounts {
				r.TCPFlagCounts[bit] += uint64(meta.TCPFlags >> bit & 1)
			}
		}
	}
	return r
}

func (m *model) close(reason flow.EndReason) {
	packets := m.open
	ways := [2][]flow.Packet{packets, nil}
	key := packets[0].Key
	if m.biflow {
		ways[0] = nil
		for _, p := range packets {
			way := wayOf(&p)
			if m.turned {
				way = 1 - way
			}
			ways[way] = append(ways[way], p)
		}
		if m.turned {
			key = key.Reversed()
		}
	}
	whole, r := sum(packets), sum(ways[0])
	r.Key, r.Start, r.End, r.EndReason = key, whole.Start, whole.End, reason
	r.FirstNumber, r.FirstInput = packets[0].Number, packets[0].Meta.Input
	for i := range packets {
		if packets[i].Meta.Marks&flow.MarkFragment != 0 {
			r.Fragments++
		}
		if packets[i].Meta.Marks&flow.MarkLate != 0 {
			r.LatePackets++
		}
	}
	if m.last != nil && !m.expired(m.last, packets[0].Clock) && sum(m.last).Start == r.Start {
		r.Ordinal = m.lastSeq + 1
	}
	m.lastSeq = r.Ordinal
	if back := sum(ways[1]); m.biflow {
		var conversation connection.State
		initiator := 0
		if m.turned {
			initiator = 1
		}
		for i := range packets {
			conversation.Add(&packets[i], wayOf(&packets[i]))
		}
		m.reverses = append(m.reverses, flow.Reverse{Start: back.Start, End: back.End, Counters: back.Counters, TCPFlags: back.TCPFlags, TCPFlagCounts: back.TCPFlagCounts,
			Marks: back.Marks & flow.MarkTCP, MinOctets: back.MinOctets, MaxOctets: back.MaxOctets, MinTTL: back.MinTTL, MaxTTL: back.MaxTTL, TCP: conversation.Result(initiator)})
	}
	m.records, m.flows, m.turns = append(m.records, r), append(m.flows, packets), append(m.turns, m.turned)
	m.count(&r, ways)
	m.last, m.open, m.memory = packets, nil, m.biflow
}

// count has the packets of a flow, its start and its end in their intervals.
func (m *model) count(r *flow.Record, ways [2][]flow.Packet) {
	width := flow.Timestamp(m.settings.Interval)
	place := 2 * r.FirstNumber
	if m.open[0].Meta.Marks&flow.MarkSecond != 0 {
		place++
	}
	change := func(at flow.Timestamp, do func(c *cell)) {
		k := cellKey{place, r.FirstInput, at / width * width}
		c, ok := m.cells[k]
		if !ok {
			c = cell{key: r.Key, first: at, last: at}
		}
		c.first, c.last = min(c.first, at), max(c.last, at)
		do(&c)
		m.cells[k] = c
	}
	for way := range ways {
		for _, p := range ways[way] {
			change(p.Time, func(c *cell) {
				c.active = true
				one := sum([]flow.Packet{p})
				c.counters[way].Add(one.Counters)
				c.flags[way] |= one.TCPFlags
				c.tcp[way] = c.tcp[way] || one.Marks&flow.MarkTCP != 0
			})
		}
	}
	change(r.Start, func(c *cell) { c.started++ })
	change(r.End, func(c *cell) { c.stopped++ })
}

// end ends the input.
func (m *model) end(now flow.Timestamp) {
	if m.open == nil {
		return
	}
	timers := m.settings.TimersOf(m.open[0].Key.Protocol)
	ended, _ := m.inEnd(m.open)
	switch {
	case ended:
		m.close(flow.EndOfFlow)
	case m.cut(m.open, now):
		m.close(m.cutReason(m.open, timers))
	case time.Duration(now-m.open[len(m.open)-1].Clock) > timers.Idle:
		m.close(flow.EndIdleTimeout)
	default:
		m.close(flow.EndForced)
	}
}
