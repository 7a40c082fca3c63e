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
	v, ok := volumeOf(records)
	if !ok || !e.options.Exports.Ceiling.takeAll(&v) {
		e.numberEach(records)
		return
	}
	a := e.account.Exports
	a.Packets.Add(v.Packets)
	a.Octets.Add(v.Octets)
	a.WireOctets.Add(v.WireOctets)
	for i := range records {
		e.place(&records[i])
	}
}

// numberEach is number for records of which each is held against the ceiling.
func (e *Exports) numberEach(records []flow.Record) {
	a := e.account.Exports
	for i := range records {
		r := &records[i]
		dropped := e.options.Exports.Ceiling.take(r)
		a.Packets.Add(r.Counters.Packets)
		a.Octets.Add(r.Counters.Octets)
		a.WireOctets.Add(r.Counters.WireOctets)
		e.place(r)
		if dropped > 0 {
			e.overflowed(dropped)
		}
	}
}

// place numbers a record and notes its place in time and among the flows.
func (e *Exports) place(r *flow.Record) {
	e.rows++
	r.FirstInput, r.FirstNumber = e.ordinal, e.rows
	e.account.Exports.row(r)
	e.account.Imprint.Add(e.options.Hasher.Hash(&r.Key), &r.Counters)
	if e.nfcapd != nil {
		e.points[r.Key.Point]++
	}
}

// volumeOf adds up the counters of a batch's records. It is not ok if they have to be looked
// at one by one: if there are scaled ones, or any that is so large that the sums could wrap.
func volumeOf(records []flow.Record) (v flow.Counters, ok bool) {
	const large = 1 << (63 - 8) // of 256 records
	var bits uint64
	var has flow.Fields
	for i := range records {
		c := &records[i].Counters
		v.Add(*c)
		bits |= c.Packets | c.Octets | c.WireOctets | c.PayloadOctets
		has |= records[i].Export.Has
	}
	return v, bits < large && has&flow.FieldSampling == 0
}
