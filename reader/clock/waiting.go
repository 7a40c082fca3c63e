package clock

import "netstream/aggregate/flow"

// queue is a ring of packets in order. Its capacity is a power of two and grows
// with need. Positions are kept by number, since they follow no pattern once
// stragglers go elsewhere.
type queue struct {
	packets    []flow.Packet
	positions  []uint64
	head, tail uint64 // counted up without wrapping to the capacity
}

func (q *queue) len() int { return int(q.tail - q.head) }

func (q *queue) at(i uint64) uint64 { return i & uint64(len(q.packets)-1) }

func (q *queue) front() *flow.Packet   { return &q.packets[q.at(q.head)] }
func (q *queue) frontPosition() uint64 { return q.positions[q.at(q.head)] }
func (q *queue) back() *flow.Packet    { return &q.packets[q.at(q.tail-1)] }
func (q *queue) pop()                  { q.head++ }

// spare gives the place that push will fill next.
func (q *queue) spare() *flow.Packet {
	if q.len() == len(q.packets) {
		q.grow()
	}
	return &q.packets[q.at(q.tail)]
}

// push appends p, which may already lie in the place it is to have.
func (q *queue) push(p *flow.Packet, position uint64) {
	slot := q.spare()
	if slot != p {
		*slot = *p
	}
	q.positions[q.at(q.tail)] = position
	q.tail++
}

func (q *queue) grow() {
	size := max(1024, 2*len(q.packets))
	packets, positions := make([]flow.Packet, size), make([]uint64, size)
	for i := q.head; i != q.tail; i++ {
		packets[i&uint64(size-1)], positions[i&uint64(size-1)] = q.packets[q.at(i)], q.positions[q.at(i)]
	}
	q.packets, q.positions = packets, positions
}

// straggler is a packet that came behind one with a later clock.
type straggler struct {
	packet   flow.Packet
	position uint64
}

func (s *straggler) before(p *flow.Packet, position uint64) bool {
	if s.packet.Clock != p.Clock {
		return s.packet.Clock < p.Clock
	}
	return s.position < position
}

// heap is a binary heap of stragglers by clock and position.
type heap struct{ items []straggler }

func (h *heap) len() int        { return len(h.items) }
func (h *heap) top() *straggler { return &h.items[0] }

func (h *heap) less(i, j int) bool {
	return h.items[i].before(&h.items[j].packet, h.items[j].position)
}

func (h *heap) push(p *flow.Packet, position uint64) {
	h.items = append(h.items, straggler{*p, position})
	for i := len(h.items) - 1; i > 0; {
		parent := (i - 1) / 2
		if !h.less(i, parent) {
			break
		}
		h.items[i], h.items[parent] = h.items[parent], h.items[i]
		i = parent
	}
}

func (h *heap) pop() {
	last := len(h.items) - 1
	h.items[0] = h.items[last]
	h.items = h.items[:last]
	for i := 0; ; {
		child := 2*i + 1
		if child >= last {
			return
		}
		if child+1 < last && h.less(child+1, child) {
			child++
		}
		if !h.less(child, i) {
			return
		}
		h.items[i], h.items[child] = h.items[child], h.items[i]
		i = child
	}
}
