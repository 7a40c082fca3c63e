package reader

import "netstream/aggregate/flow"

// number says of records where they lie, replaces their addresses if that is wanted, and
// counts them.
func (e *Exports) number(records []flow.Record) {
	if e.mask != nil {
		for i := range records {
			e.mask.Record(&records[i])
		}
	}
	if len(records) == 0 {
		return
	}
	// The sum of 256 counters below this cannot wrap.
	const large = 1 << (63 - 8)
	var v flow.Counters
	var bits uint64
	var has flow.Fields
	var imprint flow.Imprint
	first, last := records[0].Start, records[0].End
	for i := range records {
		r := &records[i]
		r.FirstInput, r.FirstNumber = e.ordinal, e.rows+uint64(i)+1
		c := &r.Counters
		v.Add(*c)
		bits |= c.Packets | c.Octets | c.WireOctets | c.PayloadOctets
		has |= r.Export.Has
		first, last = min(first, r.Start), max(last, r.End)
		imprint.Add(e.options.Hasher.Hash(&r.Key), c)
	}
	if bits >= large || e.nfcapd != nil || !e.options.Exports.Ceiling.takeAll(&v) {
		e.numberEach(records)
		return
	}
	if has&flow.FieldSampling != 0 {
		e.takeScaled(records)
	}
	e.rows += uint64(len(records))
	e.account.Exports.add(uint64(len(records)), &v, first, last)
	e.account.Imprint += imprint
}

// takeScaled holds what sampled records stand for against the ceiling.
func (e *Exports) takeScaled(records []flow.Record) {
	for i := range records {
		if records[i].Export.Has&flow.FieldSampling == 0 {
			continue
		}
		if dropped := e.options.Exports.Ceiling.takeScaled(&records[i]); dropped > 0 {
			e.overflowed(dropped)
		}
	}
}

// numberEach is number for records that are to be looked at one by one: each is held against
// the ceiling, which may take a counter or a rate away.
func (e *Exports) numberEach(records []flow.Record) {
	for i := range records {
		r := &records[i]
		e.rows++
		r.FirstInput, r.FirstNumber = e.ordinal, e.rows
		if dropped := e.options.Exports.Ceiling.take(r); dropped > 0 {
			e.overflowed(dropped)
		}
		e.account.Exports.add(1, &r.Counters, r.Start, r.End)
		e.account.Imprint.Add(e.options.Hasher.Hash(&r.Key), &r.Counters)
		if e.nfcapd != nil {
			e.points[r.Key.Point]++
		}
	}
}
