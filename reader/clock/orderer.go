package clock

import (
	"math"
	"time"

	"netstream/aggregate/flow"
)

// MaxWaiting is how many packets wait in an [Orderer] at most: 8 MiB of them,
// and a second of a 300 Mbit/s link of mean packet length. It bounds the memory
// of the reorder window, not its use: captures in order need none of it.
const MaxWaiting = 65536

// Orderer takes the packets of one input in file order and gives them back in
// the order of their clocks. Packets that come in order go through a queue in
// constant time; only those that do not go through a heap.
//
// A packet is filled in place: [Orderer.Slot] gives room for it, [Orderer.Put]
// takes it in. The zero Orderer is not usable, see [NewOrderer].
type Orderer struct {
	clock clock
	floor int64 // clock of the last packet that had to leave because of MaxWaiting

	queue queue // packets whose clocks came in order
	heap  heap  // the others

	opening []flow.Packet // the first packets, until there are three; nil from then on

	jump    flow.Packet // a packet whose acceptance hangs on the next one
	jumping bool

	position uint64 // of the next packet, for equal clocks
	closed   bool

	// Strays and Late count packets; Steps counts settings back of the clock.
	Strays, Late uint64
}

// NewOrderer gives an Orderer with the given reorder window, 0 or greater.
func NewOrderer(window time.Duration) *Orderer {
	return &Orderer{clock: clock{window: int64(window)}, floor: math.MinInt64, opening: make([]flow.Packet, 0, 3)}
}

// Steps counts how often the capture's clock was found to be set back.
func (o *Orderer) Steps() uint64 { return o.clock.steps }

// Slot gives the place where the next packet is to be written. It holds an old
// packet; it is valid until Put is called.
func (o *Orderer) Slot() *flow.Packet { return o.queue.spare() }

// Put takes the packet in Slot in, but for its Clock which Put decides.
func (o *Orderer) Put() {
	p := o.Slot()
	switch {
	case o.opening != nil:
		o.opening = append(o.opening, *p)
		if len(o.opening) == cap(o.opening) {
			o.open()
		}
	case o.jumping:
		o.decide(p)
	default:
		o.put(p)
	}
}

func (o *Orderer) put(p *flow.Packet) {
	if o.clock.jumps(p.Time) {
		o.jump, o.jumping = *p, true
		return
	}
	o.accept(p)
}

// open decides about the first packet of the input, with which the clock starts.
func (o *Orderer) open() {
	packets := o.opening
	o.opening = nil
	if len(packets) == cap(packets) &&
		o.clock.contradicts(packets[0].Time, packets[1].Time) && o.clock.contradicts(packets[0].Time, packets[2].Time) {
		at, _ := o.clock.accept(packets[1].Time, o.floor)
		o.stray(&packets[0], at)
		o.place(&packets[1], at)
		packets = packets[2:]
	} else if len(packets) > 0 {
		o.accept(&packets[0])
		packets = packets[1:]
	}
	for i := range packets {
		*o.Slot() = packets[i]
		o.Put()
	}
}

// decide settles the packet that jumped, now that next came.
func (o *Orderer) decide(next *flow.Packet) {
	following := *next // accepting the one that jumped may take its place
	o.jumping = false
	if o.clock.contradicts(o.jump.Time, following.Time) {
		o.stray(&o.jump, o.clock.high)
	} else {
		o.accept(&o.jump)
	}
	*o.Slot() = following
	o.put(o.Slot())
}

func (o *Orderer) stray(p *flow.Packet, at int64) {
	o.Strays++
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

// place puts a packet with its clock among the waiting ones.
func (o *Orderer) place(p *flow.Packet, at int64) {
	p.Clock = flow.Timestamp(at)
	if o.queue.len() == 0 || o.queue.back().Clock <= p.Clock {
		o.queue.push(p, o.position)
	} else {
		o.heap.push(p, o.position)
	}
	o.position++
}

// Waiting is the number of packets that wait. Take must be called whenever it is
// over [MaxWaiting] before another packet is put; how often it is called
// otherwise changes nothing.
func (o *Orderer) Waiting() int { return o.queue.len() + o.heap.len() }

// Close says that no packet is left to come in.
func (o *Orderer) Close() {
	if o.opening != nil {
		o.open()
	}
	if o.jumping {
		o.jumping = false
		if o.clock.leaps(o.jump.Time) {
			o.stray(&o.jump, o.clock.high)
		} else {
			o.accept(&o.jump)
		}
	}
	o.closed = true
}

// Take copies packets whose turn has come to dst, as many as there are and fit,
// and gives their number. Unless the Orderer is closed, those stay that a
// packet still to come could precede.
func (o *Orderer) Take(dst []flow.Packet) int {
	n := 0
	for ; n < len(dst); n++ {
		p, fromHeap := o.head()
		if p == nil || !o.due(p) {
			break
		}
		dst[n] = *p
		if fromHeap {
			o.heap.pop()
		} else {
			o.queue.pop()
		}
	}
	return n
}

// head gives the first of the waiting packets.
func (o *Orderer) head() (p *flow.Packet, fromHeap bool) {
	if o.heap.len() == 0 {
		if o.queue.len() == 0 {
			return nil, false
		}
		return o.queue.front(), false
	}
	straggler := o.heap.top()
	if o.queue.len() > 0 && !straggler.before(o.queue.front(), o.queue.frontPosition()) {
		return o.queue.front(), false
	}
	return &straggler.packet, true
}

// due says whether the first of the waiting packets may leave.
func (o *Orderer) due(p *flow.Packet) bool {
	if o.closed {
		return true
	}
	if o.Waiting() > MaxWaiting {
		o.floor = int64(p.Clock)
		return true
	}
	// The clock of a packet to come is at least high - window.
	return int64(p.Clock) < addSaturating(o.clock.high, -o.clock.window)
}
