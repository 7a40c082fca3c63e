package main

import (
	"context"
	"math/big"
	"slices"
	"sort"
	"strings"

	"github.com/spf13/pflag"

	"netstream/aggregate/bill"
	"netstream/aggregate/tally"
	"netstream/writer/finished"
	"netstream/writer/table"
)

const topLong = `Adds up the rows of finished tables by some of their columns, without the inputs, and shows the
groups with the most bytes, packets or flows; groups with as much in the order of their keys.
Flows are counted where they start, so that none is counted twice. What cannot be added up over
intervals, flows_active and numbers of distinct addresses, is left out.

EXIT STATUS
  0  the result is written
  3  a run directory is damaged
  4  usage, or the tables do not have what is asked for
  5  the result cannot be written
 10  the file of the result is there already`

// topOptions are the flags of top.
type topOptions struct {
	by, key, table string
	where          []string
	number         int
	result         resultOptions

	keys       []string
	conditions []rowCondition
}

// rowCondition selects the rows in which a cell is, or is not, a text as CSV has it.
type rowCondition struct {
	column, text string
	not          bool
}

func newTopCommand() *command {
	o := &topOptions{}
	cmd := &command{
		name: "top", arguments: "OUT... --key COLUMN[,...]", summary: "Shows who has the most in finished runs.",
		long: topLong, flags: newFlags("top"),
	}
	o.addFlags(cmd.flags)
	cmd.run = func(ctx context.Context, c *console, args []string) error {
		if err := o.validate(); err != nil {
			return err
		}
		return o.run(ctx, c, args)
	}
	return cmd
}

func (o *topOptions) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&o.key, "key", "src_ip", "columns of the groups, with commas between them, as src_ip,dst_port")
	flags.StringVar(&o.by, "by", "bytes", "what the order is by: bytes, wire_bytes, packets or flows")
	flags.IntVarP(&o.number, "number", "n", 20, "how many groups are shown")
	flags.StringVar(&o.table, "table", "intervals", "table to be read: intervals, flows or accounting/NAME")
	flags.StringArrayVar(&o.where, "where", nil, "only rows in which this column has this value, COLUMN=VALUE or COLUMN!=VALUE, an empty value being NULL (repeatable: all must hold)")
	o.result.addFlags(flags)
}

// maxTop is the most groups that top shows: they are held in memory.
const maxTop = 100000

func (o *topOptions) validate() error {
	var err error
	if o.keys, err = splitNames(o.key); err != nil {
		return err
	}
	if o.number < 1 || o.number > maxTop {
		return usageError("-n is %d, must be 1 to %d", o.number, maxTop)
	}
	if !slices.Contains(table.TopMeasures(), o.by) {
		return usageError("--by is %q, must be one of %s", o.by, strings.Join(table.TopMeasures(), ", "))
	}
	for _, text := range o.where {
		column, value, ok := strings.Cut(text, "=")
		if !ok || column == "" {
			return usageError("--where is %q, must be COLUMN=VALUE or COLUMN!=VALUE", text)
		}
		column, not := strings.CutSuffix(column, "!")
		o.conditions = append(o.conditions, rowCondition{column, value, not})
	}
	return o.result.validate()
}

// flowsColumn gives the column of a table that counts flows where they start.
func flowsColumn(t *finished.Table) string {
	if _, ok := t.Column("flows"); ok {
		return "flows"
	}
	return "flows_started"
}

// topGroup is a group and what it amounts to. A number that no row tells is nil.
type topGroup struct {
	key   []tally.Cell
	sums  []*big.Int
	order tally.Number
}

func (o *topOptions) run(ctx context.Context, c *console, args []string) error {
	all, err := openRuns(c, args)
	if err != nil {
		return err
	}
	if err := oneDirection(all, o.table); err != nil {
		return err
	}
	tables, err := openTables(all, o.table)
	if err == nil {
		needed := append(slices.Clone(o.keys), "packets", "bytes", "wire_bytes")
		for _, condition := range o.conditions {
			needed = append(needed, condition.column)
		}
		err = columnsOf(tables, needed)
	}
	if err != nil {
		return err
	}
	book := tally.New(make([]tally.Operation, 2*len(table.TopMeasures())), 0, spillTemporary)
	defer book.Close() // its files have no names
	for _, t := range tables {
		if err := o.read(ctx, t, book); err != nil {
			return err
		}
	}
	top, totals, err := o.best(book)
	if err != nil {
		return err
	}
	return o.write(c, tables[0], top, totals)
}

// read adds the rows of a table: for each measure the sum and how many rows tell it.
func (o *topOptions) read(ctx context.Context, t *finished.Table, book *tally.Book) error {
	names := []string{flowsColumn(t), "packets", "bytes", "wire_bytes"}
	measures := len(names)
	place := func(name string) int {
		if i := slices.Index(names, name); i >= 0 {
			return i
		}
		names = append(names, name)
		return len(names) - 1
	}
	var keys, conditions []int
	for _, name := range o.keys {
		keys = append(keys, place(name))
	}
	for _, condition := range o.conditions {
		conditions = append(conditions, place(condition.column))
	}
	columns := make([]finished.Column, len(names))
	for i, name := range names {
		columns[i], _ = t.Column(name)
	}
	var key []byte
	var rows uint64
	numbers := make([]tally.Number, 2*measures)
	err := t.Each(names, func(row []finished.Cell) error {
		rows++
		if err := interrupted(ctx, rows); err != nil {
			return err
		}
		for i, at := range conditions {
			if (valueText(columns[at], &row[at]) == o.conditions[i].text) == o.conditions[i].not {
				return nil
			}
		}
		key = key[:0]
		for _, at := range keys {
			key = tally.AppendCell(key, keyCell(columns[at], &row[at]))
		}
		for i := range measures {
			v, known := row[i].Int, !row[i].Null
			if !known && i == 0 {
				v, known = 1, true // a record of one flow does not say so
			}
			numbers[2*i], numbers[2*i+1] = tally.Number{}, tally.Number{}
			if known {
				numbers[2*i], numbers[2*i+1] = tally.Of(v), tally.Of(1)
			}
		}
		return book.Add(key, numbers)
	})
	return tableFailure(err)
}

// tableFailure gives the exit code of an error while a finished table is read.
func tableFailure(err error) error {
	if err == nil || stopped(err) {
		return err
	}
	if _, known := err.(*failure); known {
		return err
	}
	return finishedFailure(err)
}

// valueText gives a cell as CSV has it, without what is escaped there.
func valueText(column finished.Column, c *finished.Cell) string {
	switch {
	case c.Null:
		return ""
	case column.Kind == table.Text:
		return c.Text
	}
	return textCell(column.Kind, &table.ResultCell{Int: c.Int})
}

// best gives the first groups, and the sums of all.
func (o *topOptions) best(book *tally.Book) (top []topGroup, totals []*big.Int, err error) {
	measures := len(table.TopMeasures())
	by := slices.Index(table.TopMeasures(), o.by)
	totals = make([]*big.Int, measures)
	for i := range totals {
		totals[i] = new(big.Int)
	}
	err = book.Each(func(key []byte, numbers []tally.Number) error {
		for i := range totals {
			totals[i].Add(totals[i], numbers[2*i].Big())
		}
		order := numbers[2*by]
		at := sort.Search(len(top), func(i int) bool { return top[i].order.Compare(order) < 0 }) // keys come in order: behind those with as much
		if at == o.number {
			return nil
		}
		cells, err := tally.Cells(key, len(o.keys))
		if err != nil {
			return err
		}
		group := topGroup{key: cells, order: order, sums: make([]*big.Int, measures)}
		for i := range group.sums {
			if numbers[2*i+1] != (tally.Number{}) {
				group.sums[i] = numbers[2*i].Big()
			}
		}
		top = slices.Insert(top, at, group)
		top = top[:min(len(top), o.number)]
		return nil
	})
	return top, totals, err
}

func (o *topOptions) write(c *console, t *finished.Table, top []topGroup, totals []*big.Int) error {
	r := &result{name: "top"}
	r.columns = append(r.columns, table.TopPlace())
	for _, name := range o.keys {
		column, _ := t.Column(name)
		r.columns = append(r.columns, table.ResultColumn{Name: name, Kind: resultKind(column.Kind), Definition: "Column of the group."})
	}
	for _, name := range table.TopMeasures() {
		r.columns = append(r.columns, table.TopMeasure(name))
	}
	r.columns = append(r.columns, table.TopPart())
	by := slices.Index(table.TopMeasures(), o.by)
	return r.write(&o.result, c.out, func(yield func([]table.ResultCell) error) error {
		for i, group := range top {
			cells := []table.ResultCell{numberOf(int64(i + 1))}
			for _, cell := range group.key {
				cells = append(cells, keyResult(cell))
			}
			for _, sum := range group.sums {
				if sum != nil && !sum.IsInt64() {
					return bill.ErrCount
				}
				cell := table.ResultCell{Null: sum == nil}
				if sum != nil {
					cell.Int = sum.Int64()
				}
				cells = append(cells, cell)
			}
			if err := yield(append(cells, percentOf(group.sums[by], totals[by]))); err != nil {
				return err
			}
		}
		return nil
	})
}

func percentOf(part, whole *big.Int) table.ResultCell {
	if part == nil || whole.Sign() == 0 {
		return table.ResultCell{Null: true}
	}
	return textOf(bill.Decimal(new(big.Rat).SetFrac(new(big.Int).Mul(part, big.NewInt(100)), whole), 2))
}
