package clock

import (
	"math"
	"time"

	"netstream/aggregate/flow"
)

// MaxWaiting is how many packets wait in an [Orderer] at most: 9 MiB of them,
// and a second of a 300 Mbit/s link of mean packet length. It bounds the memory
// of the reorder window, not its use: captures in order need none of it.
const MaxWaiting = 65536

// lookAhead is how many packets have a say in whether a jump of the time is
// believed: with one alone, a single wrong stamp behind a real jump undid it.
const lookAhead = 2

// Orderer takes the packets of one input in file order and gives them back in
// the order of their clocks. Packets that come in order go through a queue in
// constant time; only those that do not go through a heap.
//
// A packet is filled in place: [Orderer.Slot] gives room for it, [Orderer.Put]
// takes it in. The zero Orderer is not usable, see [NewOrderer].
type Orderer struct {
	clock clock
	floor int64 // clock of the last packet that had to leave because of MaxWaiting
	most  int   // MaxWaiting

	queue queue // packets whose clocks came in order
	heap  heap  // the others

	// Packets had to leave, in order, when more were placed before Take was called.
	// Nothing still to come can precede them. The first of them are the left ones at
	// the front of queue, where they stay as long as no other one precedes them; the
	// rest is in out.
	left int
	out  queue

	// pending holds a packet whose acceptance hangs on the two behind it, and
	// those of them that are there.
	pending [1 + lookAhead]flow.Packet
	waiting int // packets in pending

	start, earliest flow.Timestamp // what Start gives
	any             bool
	position        uint64 // of the next packet, for equal clocks
	closed          bool

	// Strays and Late count packets; Steps counts settings back of the clock.
	Strays, Late uint64

	// Fragment, unless it is nil, is called for each packet that is a fragment, or
	// carries one, when it has its clock, with the highest accepted time by then.
	Fragment func(p flow.Packet, high flow.Timestamp)
}

// NewOrderer gives an Orderer with the given reorder window, 0 or greater.
func NewOrderer(window time.Duration) *Orderer { return NewOrdererOf(window, flow.BatchPackets) }

// NewOrdererOf is NewOrderer with memory for so many packets at first, which is what
// Exchange gives at a time.
func NewOrdererOf(window time.Duration, room int) *Orderer {
	return &Orderer{
		clock: clock{window: int64(window)}, floor: math.MinInt64, most: MaxWaiting, queue: queue{room: room}, out: queue{room: room},
	}
}

// Steps counts how often the capture's clock was found to be set back.
func (o *Orderer) Steps() uint64 { return o.clock.steps }

// Slot gives the place where the next packet is to be written. It holds an old
// packet; it is valid until Put is called.
func (o *Orderer) Slot() *flow.Packet { return o.queue.spare() }

// Put takes the packet in Slot in, but for its Clock which Put decides.
func (o *Orderer) Put() {
	p := o.Slot()
	if o.waiting == 0 && o.clock.advances(p.Time) {
		o.place(p, int64(p.Time))
		return
	}
	if o.waiting == 0 && o.clock.started && !o.clock.jumps(p.Time) {
		o.accept(p)
		return
	}
	o.pending[o.waiting] = *p
	o.waiting++
	if o.waiting == len(o.pending) {
		o.decide()
	}
}

// decide settles the first of the pending packets and puts the others again.
func (o *Orderer) decide() {
	packets := o.pending
	p, behind := &packets[0], packets[1:o.waiting]
	o.waiting = 0
	contradicted := len(behind) > 0
	for i := range behind {
		contradicted = contradicted && o.clock.contradicts(p.Time, behind[i].Time)
	}
	switch {
	case !o.clock.started:
		behind = o.open(p, behind, contradicted && len(behind) == lookAhead)
	case contradicted || len(behind) == 0 && o.clock.leaps(p.Time):
		o.stray(p, o.clock.high)
	default:
		o.accept(p)
	}
	for i := range behind {
		*o.Slot() = behind[i]
		o.Put()
	}
}

// open starts the clock with the first packet of the input, or with the second
// if the first is stray. It gives the packets that are left.
func (o *Orderer) open(p *flow.Packet, behind []flow.Packet, stray bool) []flow.Packet {
	o.any, o.start = true, p.Time
	if stray {
		at, _ := o.clock.accept(behind[0].Time, o.floor)
		o.stray(p, at)
		o.place(&behind[0], at)
		behind = behind[1:]
	} else {
		o.accept(p)
	}
	o.earliest = flow.Timestamp(addSaturating(o.clock.high, -o.clock.window))
	return behind
}

// Started says whether enough packets came, or Close was called, for Start to
// have an answer.
func (o *Orderer) Started() bool { return o.any || o.closed }

// Start gives the time stamp of the first packet and a time that no packet's
// clock is before; any is false if there is no packet at all.
func (o *Orderer) Start() (first, earliest flow.Timestamp, any bool) {
	return o.start, o.earliest, o.any
}

func (o *Orderer) stray(p *flow.Packet, at int64) {
	o.Strays++
	o.clock.lateRun = 0
	o.place(p, at)
}

func (o *Orderer) accept(p *flow.Packet) {
	at, late := o.clock.accept(p.Time, o.floor)
	if late {
		o.Late++
		p.Meta.Marks |= flow.MarkLate
	}
	o.place(p, at)
}

// place puts a packet with its clock among the waiting ones. When too many wait,
// the first of them has to leave: the floor follows at once, since one call of
// Put can place several packets, each judged by the floor that the one before it
// left. The packet itself stays until Take has it or the next one is placed,
// which saves most of them a copy.
func (o *Orderer) place(p *flow.Packet, at int64) {
	if o.inOrder() > o.most {
		o.leave()
	}
	p.Clock = flow.Timestamp(at)
	if o.Fragment != nil && p.Meta.Marks&(flow.MarkFragment|flow.MarkCarriesFragment) != 0 {
		o.Fragment(*p, flow.Timestamp(o.clock.high))
	}
	if o.queue.len() == o.left || o.queue.latest <= p.Clock {
		o.queue.push(p, o.position)
	} else {
		o.heap.push(p, o.position)
	}
	o.position++
	if o.inOrder() > o.most {
		first, _ := o.head()
		o.floor = int64(first.Clock)
	}
}

// inOrder is the number of packets that are still being put in order.
func (o *Orderer) inOrder() int { return o.queue.len() - o.left + o.heap.len() }

// leave lets the first of the waiting packets leave.
func (o *Orderer) leave() {
	if o.heap.len() == 0 && o.out.len() == 0 {
		o.left++
		return
	}
	for ; o.left > 0; o.left-- { // what leaves next may come from in front of the queue's others
		p, _ := o.queue.at(0)
		o.out.push(p, 0)
		o.queue.pop()
	}
	p, fromHeap := o.head()
	o.out.push(p, 0)
	o.pop(fromHeap)
}

// Waiting is the number of packets that wait. While it is over [MaxWaiting], Take
// has packets to give; whoever calls it then, or every some packets, keeps memory
// bounded. How often it is called changes nothing else.
func (o *Orderer) Waiting() int { return o.queue.len() + o.heap.len() + o.out.len() }

// Close says that no packet is left to come in.
func (o *Orderer) Close() {
	for o.waiting > 0 {
		o.decide()
	}
	o.closed = true
}

// Take copies packets whose turn has come to dst, as many as there are and fit,
// and gives their number. Unless the Orderer is closed, those stay that a
// packet still to come could precede.
func (o *Orderer) Take(dst []flow.Packet) int {
	n := 0
	for ; n < len(dst) && o.left > 0; n++ {
		p, _ := o.queue.at(0)
		dst[n] = *p
		o.queue.pop()
		o.left--
	}
	for ; n < len(dst) && o.out.len() > 0; n++ {
		p, _ := o.out.at(0)
		dst[n] = *p
		o.out.pop()
	}
	for ; n < len(dst); n++ {
		p, fromHeap := o.head()
		if p == nil || !o.due(p) {
			break
		}
		dst[n] = *p
		o.pop(fromHeap)
	}
	return n
}

// Even says whether all that waits lies in the order and in the place in which
// Exchange can give it, without stragglers: as nearly always.
func (o *Orderer) Even() bool { return o.queue.first == 0 && o.heap.len() == 0 && o.out.len() == 0 }

// Exchange gives packets whose turn has come as Take does, but without copying them,
// and takes room in place of theirs, which must be as long as what the Orderer was made
// for. It gives none unless the Orderer is Even and the turn of as many, or of all once it
// is closed, has come. marks are all that any of them has.
func (o *Orderer) Exchange(room []flow.Packet) (packets []flow.Packet, marks flow.Mark) {
	n := min(o.queue.len(), len(room))
	if !o.Even() || n == 0 || n < len(room) && !o.closed {
		return nil, 0
	}
	if last, _ := o.queue.at(n - 1); o.left < n && !o.closed && !o.past(last) {
		return nil, 0
	}
	o.left -= min(o.left, n)
	return o.queue.exchange(room)
}

// Each calls do for all packets that are there.
func (o *Orderer) Each(do func(*flow.Packet)) {
	for i := range o.waiting {
		do(&o.pending[i])
	}
	for _, q := range []*queue{&o.queue, &o.out} {
		for i := range q.len() {
			p, _ := q.at(i)
			do(p)
		}
	}
	for i := range o.heap.items {
		do(&o.heap.items[i].packet)
	}
}

// pop forgets what head gave.
func (o *Orderer) pop(fromHeap bool) {
	if fromHeap {
		o.heap.pop()
	} else {
		o.queue.pop()
	}
}

// head gives the first of the waiting packets. None that had to leave is there where a
// packet of the queue is taken for it.
func (o *Orderer) head() (p *flow.Packet, fromHeap bool) {
	if o.queue.len() == o.left {
		if o.heap.len() == 0 {
			return nil, false
		}
		return &o.heap.top().packet, true
	}
	p, position := o.queue.at(o.left)
	if o.heap.len() == 0 {
		return p, false
	}
	if straggler := o.heap.top(); straggler.before(p, position) {
		return &straggler.packet, true
	}
	return p, false
}

// due says whether the first of the waiting packets may leave.
func (o *Orderer) due(p *flow.Packet) bool { return o.closed || o.inOrder() > o.most || o.past(p) }

// past says whether no packet to come can precede p. The clock of one is at least
// high - window.
func (o *Orderer) past(p *flow.Packet) bool {
	return int64(p.Clock) < addSaturating(o.clock.high, -o.clock.window)
}
