package clock

import "netstream/aggregate/flow"

// queue holds packets in order, in chunks, so that a chunk can be given away whole. It
// grows with need. Positions are kept by number, since they follow
// no pattern once stragglers go elsewhere.
type queue struct {
	room   int     // packets of a chunk
	chunks []chunk // the first one has the front, the last one the place that push fills; none at first
	spares []chunk
	first  int            // place of the front in the first chunk
	tail   *chunk         // the last chunk, nil if there is none
	next   int            // place that push fills in the last chunk
	count  int            // packets
	latest flow.Timestamp // clock of the last packet; valid iff there is one
}

// chunk is a part of a queue.
type chunk struct {
	packets   []flow.Packet // as many as the queue has room for in each
	positions []uint64      // in step with packets
	marks     flow.Mark     // that any of the packets had when it came
}

func (q *queue) len() int { return q.count }

// at gives the i-th packet from the front, and its position.
func (q *queue) at(i int) (*flow.Packet, uint64) {
	place := q.first + i
	if place < q.room { // nearly always, and without a division
		c := &q.chunks[0]
		return &c.packets[place], c.positions[place]
	}
	c := &q.chunks[place/q.room]
	return &c.packets[place%q.room], c.positions[place%q.room]
}

// spare gives the place that push will fill next.
func (q *queue) spare() *flow.Packet {
	if q.tail == nil || q.next == len(q.tail.packets) {
		q.extend()
	}
	return &q.tail.packets[q.next]
}

// extend appends a chunk.
func (q *queue) extend() {
	if n := len(q.spares); n > 0 {
		q.chunks = append(q.chunks, q.spares[n-1])
		q.spares = q.spares[:n-1]
	} else {
		q.chunks = append(q.chunks, chunk{packets: make([]flow.Packet, q.room), positions: make([]uint64, q.room)})
	}
	q.next, q.tail = 0, &q.chunks[len(q.chunks)-1]
}

// push appends p, which may already lie in the place it is to have.
func (q *queue) push(p *flow.Packet, position uint64) {
	slot := q.spare()
	if slot != p {
		*slot = *p
	}
	q.takeRun(1, position, slot.Meta.Marks, slot.Clock)
}

// takeRun appends the packets that lie in the place that spare has given and behind it in
// the same chunk, from a position on. marks are all that any of them has, latest is the clock
// of the last one.
func (q *queue) takeRun(packets int, position uint64, marks flow.Mark, latest flow.Timestamp) {
	c := q.tail
	for i := range c.positions[q.next : q.next+packets] {
		c.positions[q.next+i] = position + uint64(i)
	}
	c.marks |= marks
	q.latest = latest
	q.next += packets
	q.count += packets
}

// pop forgets the front.
func (q *queue) pop() {
	q.first++
	q.count--
	if q.first == q.room || q.count == 0 {
		q.release(q.chunks[0])
	}
}

// exchange gives the packets of the first chunk away and takes the memory of as many in
// their place. The front must be the chunk's first packet.
func (q *queue) exchange(room []flow.Packet) ([]flow.Packet, flow.Mark) {
	c := q.chunks[0]
	given, marks := c.packets[:min(q.count, q.room)], c.marks
	q.count -= len(given)
	c.packets = room
	q.release(c)
	return given, marks
}

// release makes a spare of the first chunk, which holds no packet any more.
func (q *queue) release(c chunk) {
	c.marks = 0
	q.spares = append(q.spares, c)
	q.chunks = append(q.chunks[:0], q.chunks[1:]...)
	q.first = 0
	if q.tail = nil; len(q.chunks) > 0 {
		q.tail = &q.chunks[len(q.chunks)-1]
	}
}
