package main

import (
	"bytes"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"netstream/aggregate/bill"
	"netstream/aggregate/tally"
	"netstream/writer/finished"
	"netstream/writer/table"
)

// billing works out one result.
type billing struct {
	options  *billOptions
	book     *tally.Book
	measured []bool // samples in which any customer has a row
	kinds    []finished.Column

	rows, outside, unknown, undirected, directed uint64
}

// Numbers of a customer and sample in the book.
const (
	billIn = iota
	billOut
	billOther
	billRows
	billNumbers
)

func newBilling(o *billOptions) *billing {
	return &billing{
		options: o, measured: make([]bool, o.calendar.Samples()),
		book: tally.New(make([]tally.Operation, billNumbers), 0, spillTemporary),
	}
}

func (b *billing) run(ctx context.Context, c *console, args []string) error {
	defer b.book.Close() // its files have no names
	all, err := openRuns(c, args)
	if err != nil {
		return err
	}
	name, err := b.options.chooseTable(all)
	if err != nil {
		return err
	}
	if err := oneDirection(all, name); err != nil {
		return err
	}
	tables, err := openTables(all, name)
	if err == nil {
		err = columnsOf(tables, b.options.columns())
	}
	if err != nil {
		return err
	}
	for _, key := range append(slices.Clone(b.options.keys), b.options.perKeys...) {
		column, _ := tables[0].Column(key)
		b.kinds = append(b.kinds, column)
	}
	for _, t := range tables {
		if err := b.read(ctx, t); err != nil {
			return err
		}
	}
	if err := b.judge(c, name); err != nil {
		return err
	}
	if b.options.prices != nil {
		return b.writeItems(c, name)
	}
	return b.writeRates(c, name)
}

// chooseTable gives the table that is billed: the one that was named, the one of the
// accounting schemes that has all columns, or else that of intervals.
func (o *billOptions) chooseTable(all []*finished.Run) (string, error) {
	if o.scheme != "" {
		return schemeTable(o.scheme), nil
	}
	var fit []string
	needed := o.columns()
	for _, name := range all[0].Tables() {
		if !strings.HasPrefix(name, "accounting/") {
			continue
		}
		columns, err := all[0].Columns(name)
		if err != nil {
			return "", finishedFailure(err)
		}
		if !slices.ContainsFunc(needed, func(want string) bool {
			return !slices.ContainsFunc(columns, func(c finished.Column) bool { return c.Name == want })
		}) {
			fit = append(fit, name)
		}
	}
	switch len(fit) {
	case 0:
		return table.IntervalTable, nil
	case 1:
		return fit[0], nil
	}
	return "", fail(exitUsage, "choose one with --scheme", "%s has several tables with all columns: %s", all[0].Path, strings.Join(fit, ", "))
}

// read adds the rows of a table.
func (b *billing) read(ctx context.Context, t *finished.Table) error {
	o := b.options
	names := []string{"interval_start", "interval_end", o.counter}
	for _, name := range append([]string{"packets", "direction"}, append(slices.Clone(o.keys), o.perKeys...)...) {
		if _, ok := t.Column(name); ok && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	at := map[string]int{}
	for i, name := range names {
		at[name] = i
	}
	columns := make([]finished.Column, len(names))
	for i, name := range names {
		columns[i], _ = t.Column(name)
	}
	var key []byte
	keys := append(slices.Clone(o.keys), o.perKeys...)
	numbers := make([]tally.Number, billNumbers)
	return b.failure(t, t.Each(names, func(row []finished.Cell) error {
		b.rows++
		if err := interrupted(ctx, b.rows); err != nil {
			return err
		}
		start, end := columns[0].Nanoseconds(row[0].Int), columns[1].Nanoseconds(row[1].Int)
		sample, inside, err := b.place(start, end)
		if err != nil || !inside {
			return err
		}
		b.measured[sample] = true
		key = key[:0]
		for _, name := range keys {
			key = tally.AppendCell(key, keyCell(columns[at[name]], &row[at[name]]))
		}
		key = tally.AppendCell(key, tally.Cell{Number: int64(sample)})
		count := tally.Number{}
		if row[2].Null || o.overhead > 0 && row[at["packets"]].Null {
			b.unknown++
		} else {
			count = o.count(row[2].Int, &row[at["packets"]])
		}
		clear(numbers)
		numbers[billRows] = tally.Of(1)
		direction := finished.Cell{Null: true}
		if i, ok := at["direction"]; ok {
			direction = row[i]
		}
		numbers[b.directionOf(&direction)] = count
		return b.book.Add(key, numbers)
	}))
}

// count gives what is counted of a row.
func (o *billOptions) count(counter int64, packets *finished.Cell) tally.Number {
	n := tally.Of(counter)
	if o.overhead > 0 {
		n = tally.Plus(n, tally.Product(packets.Int, int64(o.overhead)))
	}
	return n
}

// directionOf gives the number of the book that a row is added to.
func (b *billing) directionOf(c *finished.Cell) int {
	b.directed++
	switch {
	case !c.Null && (c.Text == "ingress"):
		return billIn
	case !c.Null && c.Text == "egress":
		return billOut
	}
	b.directed--
	b.undirected++
	return billOther
}

// place gives the sample that an interval lies in.
func (b *billing) place(start, end int64) (sample int, inside bool, err error) {
	o := b.options
	hint := "run it again with a smaller --interval, or use a greater --sample"
	if width := end - start; width <= 0 || int64(o.sample)%width != 0 {
		return 0, false, fail(exitUsage, hint, "the interval of %v does not divide the sample of %v", time.Duration(width), time.Duration(o.sample))
	}
	sample, place := o.calendar.Find(start, end)
	if place == bill.Across {
		return 0, false, fail(exitUsage, hint, "the interval from %s to %s lies across the bound of a sample in %s",
			time.Unix(0, start).UTC().Format(time.RFC3339), time.Unix(0, end).UTC().Format(time.RFC3339), o.zone)
	}
	if place == bill.Outside {
		b.outside++
	}
	return sample, place == bill.Inside, nil
}

func (b *billing) failure(t *finished.Table, err error) error {
	if err == nil {
		return nil
	}
	if _, known := err.(*failure); known {
		return fail(exitCode(context.Background(), err), hintOf(err), "cannot bill %s of %s: %w", t.Name, t.RunPath(), err)
	}
	if stopped(err) {
		return err
	}
	return finishedFailure(err)
}

// judge says what is odd of the rows.
func (b *billing) judge(c *console, name string) error {
	o := b.options
	if o.directed() && b.directed == 0 && b.undirected > 0 {
		return fail(exitUsage, "use --direction sum, or --scheme NAME for a table whose rows tell their direction",
			"--direction %s is asked for, but no row of %s in the period tells whether it is ingress or egress", o.direction, name)
	}
	if o.directed() && b.undirected > 0 {
		c.warn("%d of %d rows are neither ingress nor egress; what they count is in volume_other", b.undirected, b.undirected+b.directed)
	}
	if b.unknown > 0 {
		c.warn("%d rows do not tell %s, and count as 0", b.unknown, o.counter)
	}
	if b.outside == b.rows {
		c.warn("none of %d rows lies in the period %s of %s", b.rows, o.calendar.Period, o.zone)
	}
	return nil
}

// customer is one customer's cells and account.
type customer struct {
	cells   []tally.Cell
	account *bill.Account
	rows    int64
}

// text gives the cell of a column of --by as it is printed.
func (b *billing) text(c *customer, column string) string {
	cell := c.cells[slices.Index(b.options.keys, column)]
	switch {
	case cell.Null:
		return ""
	case cell.IsText:
		return cell.Text
	}
	return strconv.FormatInt(cell.Number, 10)
}

// customers gives all customers in the order of their keys.
func (b *billing) customers(choices []bill.Choice, yield func(*customer) error) error {
	o := b.options
	width := len(o.keys) + len(o.perKeys)
	c := &customer{account: bill.NewAccount(o.calendar, b.measured, choices)}
	var key, series []byte // of the customer, and of its series
	end := func() error {
		if c.cells == nil {
			return nil
		}
		c.account.EndSeries()
		err := yield(c)
		c.account.Reset()
		c.cells, c.rows = nil, 0
		return err
	}
	err := b.book.Each(func(found []byte, numbers []tally.Number) error {
		cells, err := tally.Cells(found, width+1)
		if err != nil {
			return err
		}
		mine := prefixOf(cells, len(o.keys))
		whole := prefixOf(cells, width)
		if !bytes.Equal(mine, key) || c.cells == nil {
			if err := end(); err != nil {
				return err
			}
			key, c.cells = mine, cells[:len(o.keys)]
		} else if !bytes.Equal(whole, series) {
			c.account.EndSeries()
		}
		series = whole
		var counts [3]uint64
		for i := range counts {
			v, ok := numbers[i].Int64()
			if !ok || v < 0 {
				return bill.ErrCount
			}
			counts[i] = uint64(v)
		}
		rows, _ := numbers[billRows].Int64()
		c.rows += rows
		return c.account.Set(int(cells[width].Number), counts[billIn], counts[billOut], counts[billOther])
	})
	if err == nil {
		err = end()
	}
	return err
}

// prefixOf gives the key of the first n cells.
func prefixOf(cells []tally.Cell, n int) []byte {
	var key []byte
	for _, c := range cells[:n] {
		key = tally.AppendCell(key, c)
	}
	return key
}
