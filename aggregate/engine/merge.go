package engine

import (
	"cmp"
	"context"
	"slices"
	"time"

	"netstream/aggregate/flow"
)

// receiver takes packets in their order.
type receiver interface {
	// take takes packets of which it keeps nothing.
	take(packets []flow.Packet)

	// takeBatch takes a batch for good and gives an empty one in its place.
	takeBatch(b *batch) *batch
}

// merge gives the packets of all inputs in the order of clock, ordinal and
// position, in pieces that belong to one input each. Inputs are opened when
// their turn comes near: the order of inputs is that of their ordinals, their
// Earliest may be in any order. Packets with a clock below floor get that one; raised is
// their number. clocks has the least and the largest clock; if there is
// no packet, it begins behind its end.
//
// All sources are closed in the end, but for those whose read hangs after an error.
func merge(ctx context.Context, inputs []Input, floor flow.Timestamp, to receiver) (clocks flow.Interval, raised uint64, err error) {
	ctx, cancel := context.WithCancel(ctx)
	m := merger{ctx: ctx, inputs: inputs, floor: floor, clocks: flow.Interval{Start: flow.MaxTimestamp, Last: flow.MinTimestamp}}
	defer func() {
		cancel()
		m.await()
	}()
	for i := range inputs {
		m.unopened = append(m.unopened, uint32(i))
	}
	slices.SortStableFunc(m.unopened, func(a, b uint32) int { return cmp.Compare(inputs[a].Earliest, inputs[b].Earliest) })
	for {
		if err := ctx.Err(); err != nil {
			return m.clocks, m.raised, err
		}
		if err := m.openDue(); err != nil {
			return m.clocks, m.raised, err
		}
		if len(m.open) == 0 {
			return m.clocks, m.raised, nil
		}
		if err := m.step(to); err != nil {
			return m.clocks, m.raised, err
		}
	}
}

type merger struct {
	ctx      context.Context
	inputs   []Input
	unopened []uint32  // ordinals, by Earliest
	open     []*stream // a heap: the first is the one whose turn it is, those at 2i+1 and 2i+2 come behind that at i
	spare    spares
	clocks   flow.Interval
	floor    flow.Timestamp // of clocks
	raised   uint64         // packets that were below
}

// next gets the next batch of a stream, as its next does.
func (m *merger) next(s *stream) (bool, error) {
	more, err := s.next(m.ctx)
	if more && s.packets[0].Clock < m.floor {
		m.raised += raise(s.packets, m.floor)
	}
	return more, err
}

// openDue opens every input that could hold the next packet.
func (m *merger) openDue() error {
	for len(m.unopened) > 0 {
		ordinal := m.unopened[0]
		if len(m.open) > 0 && m.inputs[ordinal].Earliest > m.open[0].packets[0].Clock {
			return nil
		}
		m.unopened = m.unopened[1:]
		room := flow.BatchPackets
		if len(m.open) >= generousInputs {
			room = frugalPackets
		}
		source, err := m.inputs[ordinal].Open(room)
		if err != nil {
			return err
		}
		s := newStream(m.ctx, ordinal, source, room, &m.spare)
		more, err := m.next(s)
		if err != nil {
			m.open = append(m.open, s) // to be waited for
			return err
		}
		if more {
			m.open = append(m.open, s)
			m.rise()
		} else {
			m.spare.keep(s)
		}
	}
	return nil
}

// patience is how long a run that is given up waits for reads under way. Reading
// a batch from a file takes a millisecond; what takes longer hangs.
const patience = 100 * time.Millisecond

// await waits until the sources that are left open are closed.
func (m *merger) await() {
	if len(m.open) == 0 {
		return
	}
	late := time.After(patience)
	for _, s := range m.open {
		if !s.await(late) {
			return
		}
	}
}

// rise brings the last stream to its place among the others.
func (m *merger) rise() {
	for i := len(m.open) - 1; i > 0; {
		above := (i - 1) / 2
		if !m.open[i].before(m.open[above]) {
			return
		}
		m.open[i], m.open[above] = m.open[above], m.open[i]
		i = above
	}
}

// sink brings the first stream to its place among the others.
func (m *merger) sink() {
	for i := 0; ; {
		first := i
		for _, below := range [...]int{2*i + 1, 2*i + 2} {
			if below < len(m.open) && m.open[below].before(m.open[first]) {
				first = below
			}
		}
		if first == i {
			return
		}
		m.open[i], m.open[first] = m.open[first], m.open[i]
		i = first
	}
}

// step hands on as many packets of the first stream as precede all others.
func (m *merger) step(to receiver) error {
	s := m.open[0]
	n := len(s.packets)
	for _, other := range m.open[1:min(3, len(m.open))] { // all others come behind one of these
		n = min(n, s.upTo(other))
	}
	if len(m.unopened) > 0 {
		n = min(n, s.below(m.inputs[m.unopened[0]].Earliest))
	}
	m.clocks.Start, m.clocks.Last = min(m.clocks.Start, s.packets[0].Clock), max(m.clocks.Last, s.packets[n-1].Clock)
	if n == len(s.current.packets) && s.room == flow.BatchPackets {
		s.current = to.takeBatch(s.current)
	} else {
		to.take(s.packets[:n])
	}
	s.packets = s.packets[n:]
	if len(s.packets) == 0 {
		more, err := m.next(s)
		if err != nil {
			return err
		}
		if !more {
			m.spare.keep(s)
			last := len(m.open) - 1
			m.open[0], m.open[last] = m.open[last], nil
			m.open = m.open[:last]
		}
	}
	m.sink()
	return nil
}
