package engine

import (
	"slices"

	"netstream/aggregate/accounting"
	"netstream/aggregate/carry"
	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
	"netstream/aggregate/runs"
)

// keyState is a flow key with what a table has of it, to be sorted.
type keyState struct {
	state     *meter.State
	extension meter.Extension
}

// keyStateOrder is the order of flow keys. Rows are the key, its observation point, and
// what the state carries.
func keyStateOrder(points *flow.Points, keep extensions) runs.Order[keyState] {
	to := newTable(keep)
	number := to.number(0, new(flow.Key)) // where rows are decoded to: they are valid until the next one
	return runs.Order[keyState]{
		Append: func(dst []byte, row *keyState) []byte {
			dst = appendMeteredPoint(appendKey(dst, &row.state.Key), row.state.Key.Point)
			c := carry.NewEncoder(dst)
			row.state.Carry(c, row.extension)
			return c.Octets()
		},
		Decode: func(src []byte, row *keyState) error {
			var key flow.Key
			d := decoder{src: src}
			d.key(&key)
			d.point(&key)
			if d.failed {
				return errRowCut
			}
			row.state, row.extension = to.state(number), to.extension(number)
			row.state.Reset(&key)
			c := carry.NewDecoder(d.src[d.at:])
			row.state.Carry(c, row.extension)
			return c.Finish()
		},
		Prefix: func(row []byte) (first, second, third uint64) {
			first, second = keyNumbers(row)
			return first, second, 0
		},
		Compare: func(a, b []byte) int { return compareKeys(a, b, points, 0, 0) },
	}
}

// handOver ends the flows that silence has ended by a clock, and keeps the others for
// the next run.
func (s *shard) handOver(end flow.Timestamp) error {
	if err := s.endAll(end); err != nil {
		return err
	}
	if err := s.open.Finish(); err != nil {
		return err
	}
	return s.err()
}

// HandOverFlows writes the open flows for the next run, and the keys that remember their
// last flow, once, if Config.HandOver says so.
func (r *Result) HandOverFlows(w *carry.Writer) error {
	err := runs.Merge(r.open, func(row *keyState) error {
		if row.state.Open() {
			r.openSince = min(r.openSince, row.state.Since())
		}
		r.Given.Keys++
		countFlow(&r.Given, r.keys.Hasher.Hash(&row.state.Key), row.state, row.extension, r.population)
		if row.state.Open() {
			w.Input(row.state.FirstInput())
		}
		point := w.Point(row.state.Key.Point)
		w.Row(func(c *carry.Coder) {
			c.WriteKey(row.state.Key, point)
			row.state.Carry(c, row.extension)
		})
		return nil
	})
	if err != nil {
		return err
	}
	return w.Flush()
}

// HandOverIntervals has Intervals and Scheme keep back what is of intervals that end
// behind the horizon, or that an open flow reaches back to, and write it for the next
// run. HandOverFlows must have given the flows. There is one element of accounts for
// each scheme.
func (r *Result) HandOverIntervals(horizon flow.Timestamp, intervals *carry.Writer, accounts []accounting.HandOver) {
	if r.openSince <= horizon {
		horizon = r.openSince.Earlier(1)
	}
	r.later = laterThan{horizon: horizon, calendar: r.calendar}
	r.handOver = intervals
	if r.book == nil {
		return
	}
	for i := range accounts {
		later := r.later
		accounts[i].Later = later.holds
	}
	r.book.HandOver(accounts)
}

// laterThan tells intervals that end behind a horizon, of starts in their order.
type laterThan struct {
	horizon  flow.Timestamp
	calendar flow.Calendar
	current  flow.Interval
	known    bool
}

func (l *laterThan) holds(start flow.Timestamp) bool {
	if !l.known || start != l.current.Start {
		l.current, l.known = l.calendar.Interval(start), true
	}
	return l.current.Last > l.horizon
}

// giveSlice writes a slice for the next run. The slices of one flow and interval become
// one, since they come in no certain order; flushSlice writes the last one.
func (r *Result) giveSlice(s *meter.Slice) {
	if r.holding && sameRow(&r.held.IntervalRecord, s) && r.held.FirstInput == s.FirstInput && r.held.FirstNumber == s.FirstNumber && !isSpread(s) {
		active := max(r.held.FlowsActive, s.FlowsActive)
		var last sliceOf
		last.set(&r.held)
		addSlice(&r.held.IntervalRecord, &last, s)
		r.held.FlowsActive, r.held.ActiveTime = active, 0
		return
	}
	r.flushSlice()
	r.held, r.holding = *s, true
}

// flushSlice writes the slice that is held.
func (r *Result) flushSlice() {
	if !r.holding {
		return
	}
	s, w := &r.held, r.handOver
	r.holding = false
	countSlice(&r.Given, &r.keys, s, r.population)
	s.Key.Point, s.InIfName, s.OutIfName = w.Point(s.Key.Point), w.Name(s.InIfName), w.Name(s.OutIfName)
	w.Row(func(c *carry.Coder) {
		r.row = appendAnySlice(r.row[:0], s)
		c.Rest(&r.row)
	})
}

// raise gives packets at least the clock floor. It gives how many it has changed: the
// first ones, since clocks only rise.
func raise(packets []flow.Packet, floor flow.Timestamp) uint64 {
	n := slices.IndexFunc(packets, func(p flow.Packet) bool { return p.Clock >= floor })
	if n < 0 {
		n = len(packets)
	}
	for i := range packets[:n] {
		packets[i].Clock = floor
	}
	return uint64(n)
}
