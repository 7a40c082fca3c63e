package clock

import "netstream/aggregate/flow"

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
