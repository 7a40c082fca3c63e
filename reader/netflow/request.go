package netflow

import (
	"netstream/aggregate/flow"
	"netstream/reader/element"
)

// requested takes the texts of the elements that the user asked for. A list that is
// malformed, or that cannot be understood, comes as its octets.
func (d *Decoder) requested(b *flow.Batch, r *flow.Record, p *plan, record []byte) {
	d.elements = d.elements[:0]
	for i := range p.requests {
		q := &p.requests[i]
		value := q.value(record, d.spans)
		text, done := d.text[:0], false
		if q.kind.Structured() {
			list, err := element.AppendList(text, q.kind, value, d.resolve)
			text, done = list, err == nil
		}
		if !done {
			text = element.AppendText(text[:0], q.kind, value)
		}
		d.text = text
		var ok bool
		if d.elements, ok = flow.AppendElement(d.elements, q.index, text); !ok {
			d.summary.Remarks[ElementLimit]++
		}
	}
	if len(d.elements) > 0 {
		r.Export.Elements = b.Keep(d.elements)
		r.Export.Has |= flow.FieldElements
	}
}
