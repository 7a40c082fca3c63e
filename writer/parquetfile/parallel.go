package parquetfile

import (
	"sync"
	"sync/atomic"

	"netstream/writer/table"
)

// parallelRows is the number of rows from which it pays that columns are shared out.
const parallelRows = 128

// turnsOf gives the columns in the order in which they are shared out: the heavy ones
// first, so that all goroutines end at about the same time.
func turnsOf[R any](columns []table.Column[R]) (turns []int) {
	for weight := heaviest; weight >= 0; weight-- {
		for i := range columns {
			if weightOf(&columns[i]) == weight {
				turns = append(turns, i)
			}
		}
	}
	return turns
}

// heaviest is the weight of columns that cost most.
const heaviest = 3

// weightOf says roughly what a column costs: texts are spelled, those not in a dictionary
// each by itself.
func weightOf[R any](c *table.Column[R]) int {
	switch {
	case c.Absent:
		return 0
	case c.Kind == table.Text && c.Pattern != table.Repetitive:
		return heaviest
	case c.Kind == table.Text:
		return 2
	}
	return 1
}

// each calls do for all columns, by their index, and gives the error of the first one
// that has any. Where rows are few, it is not worth to share them out.
func (w *Writer[R]) each(rows int, do func(i int) error) error {
	if w.workers < 2 || rows < parallelRows {
		for i := range w.columns {
			if err := do(i); err != nil {
				return w.columnError(i, err)
			}
		}
		return nil
	}
	errs := make([]error, len(w.columns))
	var next atomic.Int32
	work := func() {
		for {
			n := int(next.Add(1)) - 1
			if n >= len(w.turns) {
				return
			}
			i := w.turns[n]
			errs[i] = do(i)
		}
	}
	var others sync.WaitGroup
	for range w.workers - 1 {
		others.Go(work)
	}
	work()
	others.Wait()
	for i, err := range errs {
		if err != nil {
			return w.columnError(i, err)
		}
	}
	return nil
}
