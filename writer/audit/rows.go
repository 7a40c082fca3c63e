package audit

import (
	"context"
	"fmt"
	"slices"

	"netstream/writer/manifest"
	"netstream/writer/readback"
	"netstream/writer/table"
	"netstream/writer/tabledigest"
)

// rowCheck goes through the rows of a file.
type rowCheck struct {
	a       *auditor
	output  *manifest.Output
	table   *content
	columns []column
	row     []cell
	rows    uint64
	order   *order
	sealer  *sealer
	spans   []span
	part    *partition // nil if the table is not split
}

// span are two time stamps of which the first must not be later.
type span struct {
	from, to int
	strict   bool // they must differ
	wrong    uint64
	first    uint64 // row of the first that is wrong
}

func newRowCheck(a *auditor, output *manifest.Output, t *content, columns []column) *rowCheck {
	r := &rowCheck{a: a, output: output, table: t, columns: columns, row: make([]cell, len(columns))}
	r.order = newOrder(a.report.Manifest, output.Table, columns)
	r.sealer = newSealer(output.Table, columns, a.seed)
	r.part = newPartition(output.Name, columns)
	for _, names := range [...][2]string{{"flow_start", "flow_end"}, {"first_seen", "last_seen"}, {"interval_start", "interval_end"}} {
		from, to := r.index(names[0]), r.index(names[1])
		if from >= 0 && to >= 0 {
			r.spans = append(r.spans, span{from: from, to: to, strict: names[0] == "interval_start"})
		}
	}
	return r
}

func (r *rowCheck) index(name string) int { return indexOf(r.columns, name) }

func indexOf(columns []column, name string) int {
	return slices.IndexFunc(columns, func(c column) bool { return c.name == name })
}

// add checks the row at hand.
func (r *rowCheck) add(ctx context.Context) error {
	r.rows++
	if r.table.digest != nil {
		r.hash(r.table.digest)
	}
	for i := range r.columns {
		c, v := &r.columns[i], &r.row[i]
		if !c.holds(v) {
			c.wrong++
		}
		switch {
		case v.null:
			c.nulls++
		case c.summed():
			c.sum.Add(v.number)
		}
	}
	for i := range r.spans {
		s := &r.spans[i]
		from, to := r.row[s.from].number, r.row[s.to].number
		if from > to || s.strict && from == to {
			if s.wrong++; s.wrong == 1 {
				s.first = r.rows
			}
		}
	}
	r.part.add(r.row)
	r.order.add(r.row)
	r.sealer.add(&r.table.seals, r.row)
	switch r.output.Table {
	case table.FlowTable:
		r.table.metered.add(r.columns, r.row)
	case table.LedgerTable:
		r.table.books.add(r.columns, r.row)
	}
	if r.rows%(1<<14) == 0 {
		return ctx.Err()
	}
	return nil
}

// hash adds the row at hand to the digest of its table.
func (r *rowCheck) hash(digest *tabledigest.Digest) {
	for i := range r.columns {
		switch v := &r.row[i]; {
		case v.null:
			digest.Null()
		case r.columns[i].kind == table.Text:
			digest.Text(v.text)
		default:
			digest.Number(v.number)
		}
	}
}

// finish compares the file with run.json and adds it to its table.
func (r *rowCheck) finish() {
	a, name := r.a, r.output.Name
	compare(a, name, "rows, by run.json", r.rows, r.output.Rows)
	if r.order.wrong > 0 {
		a.defect(name, "order of rows", fmt.Sprintf("%d below the one before, the first is row %d", r.order.wrong, r.order.first), "none")
	}
	for i := range r.spans {
		if s := &r.spans[i]; s.wrong > 0 {
			a.defect(name, r.columns[s.from].name+" and "+r.columns[s.to].name, fmt.Sprintf("%d rows with the end before the start, the first is row %d", s.wrong, s.first), "none")
		}
	}
	if r.part != nil && r.part.wrong > 0 {
		a.defect(name, "rows of the partition", fmt.Sprintf("%d of another time", r.part.wrong), "none")
	}
	listed := make(map[string]manifest.Number)
	for _, c := range r.output.Columns {
		listed[c.Name] = c.Sum
		if r.index(c.Name) < 0 {
			a.defect(name, "column "+c.Name+", by run.json", "none", "a column")
		}
	}
	for i := range r.columns {
		c := &r.columns[i]
		if c.wrong > 0 {
			a.defect(name, "cells of column "+c.name, fmt.Sprintf("%d that are not of its type", c.wrong), typed(c.name, c.kind.String(), c.nullable))
		}
		if want, ok := listed[c.name]; ok {
			compare(a, name, "sum of column "+c.name+", by run.json", c.sum.String(), string(want))
		}
		r.table.take(c)
	}
	r.table.rows += r.rows
}

// take adds a column of a file.
func (t *content) take(c *column) {
	sum := t.sums[c.name]
	if sum == nil {
		sum = new(readback.Sum)
		t.sums[c.name] = sum
	}
	sum.AddSum(c.sum)
	t.nulls[c.name] += c.nulls
}
