package accounting

import (
	"netstream/aggregate/flow"
)

// Feed takes flows and sums them by the schemes of its book. It is for one goroutine.
type Feed struct {
	book    *Book
	schemes []sums
	subject subject
	cells   cells
	point   flow.Point     // that was asked for last
	number  uint32         // its number
	known   bool           // there is one
	current flow.Timestamp // interval of the rows that come in order

	reverse    flow.Key  // room for the key of the reverse direction
	turned     [2]uint32 // the point that was asked for its reverse last, and that
	turnedOnce bool      // there is one

	sums flow.SchemeSums // room for what is added

	noRecord     flow.Record
	noExport     flow.Export
	noAttributes Attributes
}

// sums are the groups of one scheme that a feed keeps.
type sums struct {
	collector *collector
	key       []byte // of the subject: room for the interval's start, and its group
	routes    [2]flow.RouteSources
	keys      *keySet
	groups    []flow.SchemeSums // by the numbers of keys
	addresses *keySet           // nil unless they are asked for
}

// sumsSize is about the size of flow.SchemeSums in octets.
const sumsSize = 128

// NewFeed gives a feed of the book.
func (b *Book) NewFeed() *Feed {
	f := &Feed{book: b, schemes: make([]sums, len(b.collectors))}
	for i, c := range b.collectors {
		s := &f.schemes[i]
		s.collector, s.keys = c, newKeySet()
		if b.config.Distinct {
			s.addresses = newKeySet()
		}
	}
	return f
}

// AddInterval adds a row of the interval table that is of flows metered from packets.
// Rows come in the order of their intervals. Each direction of biflows is in the group
// that its packets would be in without them; flows count in that of the initiator.
func (f *Feed) AddInterval(r *flow.IntervalRecord) error {
	if r.Start != f.current {
		if err := f.turn(); err != nil {
			return err
		}
		f.current = r.Start
	}
	f.begin(&r.Key, nil)
	f.sums = flow.SchemeSums{
		First: r.First, Last: r.Last, Counters: r.Counters,
		FlowsActive: r.FlowsActive, FlowsStarted: r.FlowsStarted, FlowsEnded: r.FlowsEnded, Flows: r.FlowsStarted,
		ActiveTime: r.ActiveTime, Has: r.Has & sumFields, Scaled: r.Scaled,
		Metered: true,
	}
	if err := f.add(r.Start, &f.sums); err != nil || r.Has&flow.FieldReverse == 0 || r.Reverse.Packets == 0 {
		return err
	}
	f.begin(f.reversed(&r.Key), nil)
	f.sums = flow.SchemeSums{
		First: r.First, Last: r.Last, Counters: r.Reverse, Has: r.Has & sumFields, Scaled: r.ReverseScaled, Metered: true,
	}
	return f.add(r.Start, &f.sums)
}

// reversed gives the key of the reverse direction, until it is asked for the next one.
func (f *Feed) reversed(key *flow.Key) *flow.Key {
	if !f.turnedOnce || f.turned[0] != key.Point {
		// Whoever paired the packets has numbered it.
		reverse, err := f.book.config.Points.Reversed(key.Point)
		if err != nil {
			reverse = key.Point
		}
		f.turned, f.turnedOnce = [2]uint32{key.Point, reverse}, true
	}
	f.reverse = key.Reversed()
	f.reverse.Point = f.turned[1]
	return &f.reverse
}

// sumFields are the fields of which sums say whether they are known.
const sumFields = flow.FieldPackets | flow.FieldOctets | flow.FieldWireOctets | flow.FieldPayloadOctets | flow.FieldSampling

// BeginRecord begins with a flow record of an exporter. AddShare then adds its shares.
func (f *Feed) BeginRecord(r *flow.Record) { f.begin(&r.Key, r) }

// AddShare adds what one interval has of the exported record. The counters that are
// known, and Flows, are worked out here.
func (f *Feed) AddShare(start flow.Timestamp, share *flow.SchemeSums) error {
	e := f.subject.export
	share.Has, share.Reported = e.Has&sumFields, true
	share.Flows = 0
	if share.FlowsStarted > 0 {
		share.Flows = 1
		if e.Has&flow.FieldFlows != 0 {
			share.Flows = min(e.Flows, 1<<63-1)
		}
	}
	share.ActiveTime = min(uint64(share.Last)-uint64(share.First), 1<<63-1)
	return f.add(start, share)
}

// begin works out the groups of a flow.
func (f *Feed) begin(key *flow.Key, record *flow.Record) {
	s := &f.subject
	*s = subject{exported: record != nil, key: key, point: f.pointOf(key.Point), record: record, export: &f.noExport, attributes: &f.noAttributes}
	if record == nil {
		s.record = &f.noRecord
	} else {
		s.export = record.Export
	}
	if lookup := f.book.config.Lookup; lookup != nil {
		var export *flow.Export
		if record != nil {
			export = record.Export
		}
		if a := lookup(key, export); a != nil {
			s.attributes = a
		}
	}
	s.find()
	c := &f.book.config
	f.cells.set(s, f.book.columns, f.book.ofPoint, c)
	var routes [2]flow.RouteSources
	held, heldDestination := s.held()
	if s.key.Shape&flow.NoSource == 0 {
		routes[0] = s.source.effective(c, s.key.Version, held).from
	}
	if s.key.Shape&flow.NoDestination == 0 {
		routes[1] = s.destination.effective(c, s.key.Version, heldDestination).from
	}
	for i := range f.schemes {
		f.schemes[i].begin(&f.cells, routes)
	}
}

func (x *sums) begin(all *cells, routes [2]flow.RouteSources) {
	x.key = append(x.key[:0], make([]byte, startLength)...)
	for _, place := range x.collector.places {
		x.key = append(x.key, all.of(place)...)
	}
	x.routes = [2]flow.RouteSources{}
	if x.collector.sourceRoute {
		x.routes[0] = routes[0]
	}
	if x.collector.destinationRoute {
		x.routes[1] = routes[1]
	}
}

// pointOf gives a point. The last one is kept, since asking flow.Points costs a lock
// and a copy; all of them would be too many for each feed to keep.
func (f *Feed) pointOf(number uint32) *flow.Point {
	if !f.known || f.number != number {
		f.point, f.number, f.known = f.book.config.Points.Point(number), number, true
	}
	return &f.point
}

// add adds what the flow amounts to in an interval to its groups.
func (f *Feed) add(start flow.Timestamp, what *flow.SchemeSums) error {
	for i := range f.schemes {
		x := &f.schemes[i]
		putStart(x.key, start)
		what.SourceRoutes, what.DestinationRoutes = x.routes[0], x.routes[1]
		if n, fresh := x.keys.number(x.key); fresh {
			x.groups = append(x.groups, *what)
		} else {
			x.groups[n].Add(what)
		}
		if x.addresses != nil && (!what.Metered || what.Counters.Packets > 0) {
			x.addAddresses(&f.subject)
		}
		if x.octets() > f.book.feedMemory {
			if err := x.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// octets is how much memory the groups take.
func (x *sums) octets() int {
	n := x.keys.octets() - firstSlots*slotSize + len(x.groups)*sumsSize
	if x.addresses != nil {
		n += x.addresses.octets() - firstSlots*slotSize
	}
	return n
}

// turn is called when an interval is complete. Its groups will not be met again, and
// make place in the processor's cache, unless they are too few for that.
func (f *Feed) turn() error {
	const few = 1 << 10
	for i := range f.schemes {
		x := &f.schemes[i]
		if len(x.groups) >= max(few, len(x.keys.slots)/8) {
			if err := x.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// Flush hands on all that the feed keeps.
func (f *Feed) Flush() error {
	for i := range f.schemes {
		if err := f.schemes[i].flush(); err != nil {
			return err
		}
	}
	return nil
}

// flush hands the groups to the sorters.
func (x *sums) flush() error {
	c := x.collector
	c.mu.Lock()
	defer c.mu.Unlock()
	var row item[flow.SchemeSums]
	for i := range x.groups {
		row.key, row.sums = x.keys.key(i), x.groups[i]
		c.groups.Add(&row)
	}
	x.keys.reset()
	x.groups = x.groups[:0]
	if err := c.groups.Err(); err != nil || x.addresses == nil {
		return err
	}
	var address item[struct{}]
	for i := range x.addresses.keys {
		address.key = x.addresses.key(i)
		c.addresses.Add(&address)
	}
	x.addresses.reset()
	return c.addresses.Err()
}
