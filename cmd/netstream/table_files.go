package main

import (
	"io"

	"netstream/aggregate/balance"
	"netstream/aggregate/flow"
	"netstream/writer/outdir"
	"netstream/writer/table"
)

// target is where a table goes: one file, or one for each partition.
type target struct {
	table     string
	format    string
	partition partition
	workers   int    // that write it
	expected  uint64 // rows, or about; 0 if there is no saying
	create    func(name string) (io.WriteCloser, error)
	parts     []*tablePart // one behind the other, in the order of their rows
}

// maxTableWorkers is how many goroutines at most write the columns of one table: taking its
// rows in order takes about a tenth of the time that encoding them does, and each has
// a compressor of its own.
const maxTableWorkers = 8

// tablePart is one file of a table.
type tablePart struct {
	file    io.WriteCloser
	content rowSums // of a partition's file
}

// rowSums is what is counted of the rows of one file.
type rowSums struct {
	rows       uint64
	directions directions
	unknown    unknownCounters
}

// target gives the target of a table of the run.
func (j *job) target(dir *outdir.Dir, name string, p partition) *target {
	isFlows := name == table.FlowTable
	return &target{table: name, format: j.options.format, partition: p, workers: min(j.options.workers, maxTableWorkers), create: func(name string) (io.WriteCloser, error) {
		file, err := dir.File(name)
		if err != nil {
			return nil, outputFailure(err)
		}
		return j.disk.tableFile(file, isFlows), nil
	}}
}

// close closes the files. What a failed write leaves behind fails again here: one error
// is enough.
func (t *target) close() error {
	var first error
	for _, p := range t.parts {
		if err := p.file.Close(); first == nil {
			first = err
		}
	}
	return first
}

// partedRows writes the rows of a table, which come in the order of their times.
type partedRows[R any] struct {
	target  *target
	columns []table.Column[R]
	at      func(*R) flow.Timestamp // the time that says the partition
	count   func(*rowSums, *R)      // counts a row but for rows

	current rowWriter[R] // nil in front of the first row
	start   flow.Timestamp
}

// newRows begins a table. A table without partitions has its one file from the start, so
// that it is there without rows, too.
func newRows[R any](t *target, columns []table.Column[R], at func(*R) flow.Timestamp, count func(*rowSums, *R)) (rowWriter[R], error) {
	w := &partedRows[R]{target: t, columns: columns, at: at, count: count}
	if t.partition != partitionNone {
		return w, nil
	}
	if err := w.begin(0); err != nil {
		return nil, err
	}
	return w.current, nil
}

// begin begins the file of a partition.
func (w *partedRows[R]) begin(start flow.Timestamp) error {
	t := w.target
	if len(t.parts) == maxPartitions {
		return fail(exitLimit, "do without --partition, or look at the times of the input", "table %s has rows of more than %d partitions", t.table, maxPartitions)
	}
	file, err := t.create(t.partition.file(t.table, start, t.format))
	if err != nil {
		return err
	}
	t.parts = append(t.parts, &tablePart{file: file})
	current, err := newRowWriter(t.format, file, t.table, w.columns, t.workers, t.expected)
	if err != nil { // and what came with it is no writer
		return err
	}
	w.current, w.start = current, start
	return nil
}

// WriteBatch writes rows to the files of their partitions.
func (w *partedRows[R]) WriteBatch(rows []R) error {
	for len(rows) > 0 {
		start := w.target.partition.start(w.at(&rows[0]))
		n := 1
		for n < len(rows) && w.target.partition.start(w.at(&rows[n])) == start {
			n++
		}
		if w.current == nil || start != w.start {
			if err := w.end(); err != nil {
				return err
			}
			if err := w.begin(start); err != nil {
				return err
			}
		}
		content := &w.target.parts[len(w.target.parts)-1].content
		content.rows += uint64(n)
		for i := range rows[:n] {
			w.count(content, &rows[i])
		}
		if err := w.current.WriteBatch(rows[:n]); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// end ends the current file. It is closed at once: there may be many.
func (w *partedRows[R]) end() error {
	if w.current == nil {
		return nil
	}
	err := w.current.Close()
	w.current = nil
	if closing := w.target.parts[len(w.target.parts)-1].file.Close(); err == nil {
		err = closing
	}
	return err
}

// Close ends the last file.
func (w *partedRows[R]) Close() error { return w.end() }

// The times by which tables are split, and what is counted of their rows.

func flowTime(r *flow.Record) flow.Timestamp { return r.Start }

func countFlow(c *rowSums, r *flow.Record) {
	c.directions.forward.Add(&r.Counters)
	if r.Reverse != nil {
		c.directions.addReverse(&r.Reverse.Counters)
	}
	if r.Export != nil {
		c.unknown.add(r.Export.Has)
	}
}

func intervalTime(r *flow.IntervalRecord) flow.Timestamp { return r.Start }

func countInterval(c *rowSums, r *flow.IntervalRecord) {
	c.directions.forward.Add(&r.Counters)
	if r.Has&flow.FieldReverse != 0 {
		c.directions.addReverse(&r.Reverse)
	}
	c.unknown.add(r.Has)
}

func schemeTime(r *flow.SchemeRow) flow.Timestamp { return r.Start }

func countGroup(c *rowSums, r *flow.SchemeRow) {
	c.directions.forward.Add(&r.Counters)
	c.unknown.add(r.Has)
}

// contents gives what the files of a table must hold, one a file. whole is that of the
// table.
func (o *runOptions) contents(t *target, whole balance.Content) []balance.Content {
	if t.partition == partitionNone {
		return []balance.Content{whole}
	}
	var all []balance.Content
	for _, p := range t.parts {
		all = append(all, o.contentOf(&p.content, &whole))
	}
	return all
}

// contentOf gives what a file must hold, in the columns of the whole table.
func (o *runOptions) contentOf(c *rowSums, whole *balance.Content) balance.Content {
	if len(whole.Columns) == 2 { // one direction a row, with --biflow, too
		return countedContent(c.rows, &c.directions.forward, c.unknown)
	}
	return o.trafficContent(c.rows, &c.directions, c.unknown)
}

// sumOfParts gives what all files of a table must hold together.
func (o *runOptions) sumOfParts(t *target, whole *balance.Content) balance.Content {
	var sum rowSums
	for _, p := range t.parts {
		sum.rows += p.content.rows
		sum.directions.forward.AddTotals(&p.content.directions.forward)
		sum.directions.reverse.AddTotals(&p.content.directions.reverse)
		sum.directions.reversed += p.content.directions.reversed
		sum.unknown.packets += p.content.unknown.packets
		sum.unknown.octets += p.content.unknown.octets
	}
	return o.contentOf(&sum, whole)
}
