package netflow

import "netstream/aggregate/flow"

// Read adds the records of the message to a batch until the batch has no room for
// the two directions of a biflow, or the message is done. Templates and options of
// the message are applied on the way, in the order of the message.
func (d *Decoder) Read(b *flow.Batch) (done bool) {
	for ; d.current < len(d.sets); d.current, d.at = d.current+1, 0 {
		s := &d.sets[d.current]
		switch s.kind {
		case setDefinitions:
			d.define(s)
		case setOptions:
			d.readOptions(s)
		case setReserved:
			d.summary.Remarks[ReservedSet]++
		case setUndecodable:
			d.summary.DataSets++
			d.summary.UndecodableSets++
			d.summary.UndecodableOctets += uint64(len(s.body))
		case setData:
			if !d.readData(b, s) {
				return false
			}
		}
	}
	if d.unchecked {
		d.unchecked = false
		d.checkCount()
		d.sets = d.sets[:0]
		d.current = 0
	}
	return true
}

// readData adds records of a data set; done is false if the batch is full.
func (d *Decoder) readData(b *flow.Batch, s *set) (done bool) {
	t := s.template
	if t.plan == nil {
		t.plan = compile(t.fields, &t.layout, d.options.Elements)
	}
	l := &t.layout
	variable := l.variable()
	octets := l.shortest
	before := d.summary.FlowRecords
	if t.plan.direct != nil && !d.readDirect(b, s, t.plan) {
		d.countRecords(t, before)
		return false
	}
	for !l.padded(s.body, d.at) {
		if len(b.Records)+2 > flow.BatchRecords {
			d.countRecords(t, before)
			return false
		}
		rest := s.body[d.at:]
		if variable {
			// begin has walked these records: they end in the set.
			d.spans, octets, _ = l.walk(d.spans, rest)
		}
		d.record(b, t.plan, rest[:octets])
		d.at += octets
		d.summary.FlowRecords++
	}
	d.countRecords(t, before)
	d.account(s.body, d.at)
	if d.header.version == 8 && twoMasks(d.header.scheme) {
		d.contradictMasks(d.header.scheme, s.body)
	}
	return true
}

// countRecords counts the records of flows since there were before.
func (d *Decoder) countRecords(t *template, before uint64) {
	n := d.summary.FlowRecords - before
	d.summary.DataRecords += n
	if t.late {
		d.summary.DecodedLate += n
	}
}

// checkCount compares the count of version 9 with what the message had: records of
// all kinds (RFC 3954 section 5.1), or sets, as Huawei counts. Where a set cannot be
// decoded, the number of records is not known.
func (d *Decoder) checkCount() {
	s := &d.summary
	if d.header.version != 9 || s.UndecodableSets > 0 {
		return
	}
	records := s.DataRecords + s.Templates + s.OptionTemplates + s.Remarks[BadTemplate]
	if count := uint64(s.Count); count != records && count != uint64(len(d.sets)) {
		s.Remarks[CountMismatch]++
	}
}

// record gives the rows of one data record: one, or two if it is a biflow whose
// reverse direction had any traffic (RFC 5103).
func (d *Decoder) record(b *flow.Batch, p *plan, record []byte) {
	d.fill(b, p, record)
	if p.reverse == nil {
		return
	}
	r := d.fill(b, p.reverse, record)
	c := &r.Counters
	if c.Packets|c.Octets|c.WireOctets|c.PayloadOctets == 0 {
		b.Drop()
		d.summary.Rows--
		return
	}
	swap(r)
}
