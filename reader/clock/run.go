package clock

import "netstream/aggregate/flow"

// Run is room for packets of which each comes in order, as those of most captures do. What
// an [Orderer] decides packet by packet it decides once for all of them.
type Run struct {
	// Packets are to be filled from the first one on, each with its Clock, which is its
	// Time. The first one is what [Orderer.Slot] gives.
	Packets []flow.Packet

	high, window flow.Timestamp // as in clock, once the packets so far have been taken
}

// Run gives a run, of no packets if the next one may hang on those before it or behind it.
// It is valid until PutRun or Put is called.
func (o *Orderer) Run() Run {
	room := o.most - o.inOrder() // more would have others leave
	if o.waiting != 0 || !o.clock.started || o.clock.offset != 0 || room <= 0 {
		return Run{}
	}
	o.queue.spare()
	packets := o.queue.tail.packets[o.queue.next:]
	return Run{Packets: packets[:min(room, len(packets))], high: flow.Timestamp(o.clock.high), window: flow.Timestamp(o.clock.window)}
}

// Follows says whether a packet of the time comes in order and near behind the one before
// it in the run: then it neither jumps nor is late. Else it is not for this run.
func (r *Run) Follows(t flow.Timestamp) bool {
	// The difference of times in order has room in 64 bits without a sign.
	return t >= r.high && uint64(t)-uint64(r.high) <= uint64(r.window)
}

// Reach says that the next packet of the run has that time, which must follow.
func (r *Run) Reach(t flow.Timestamp) { r.high = t }

// PutRun takes the first packets of a run in, of which Follows was true. None of them may be
// one that Fragment is called for. marks are all that any of them has.
func (o *Orderer) PutRun(r *Run, packets int, marks flow.Mark) {
	if packets == 0 {
		return
	}
	last := r.Packets[packets-1].Clock
	o.clock.high, o.clock.lateRun = int64(last), 0
	o.queue.takeRun(packets, o.position, marks, last)
	o.position += uint64(packets)
}
