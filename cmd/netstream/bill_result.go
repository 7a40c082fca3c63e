package main

import (
	"math"
	"math/big"
	"time"

	"netstream/aggregate/bill"
	"netstream/writer/table"
)

// totalItem is the item of the row that has a customer's sum.
const totalItem = "total"

// newResult begins a result with the parameters of its rule.
func (b *billing) newResult(name, source string) *result {
	o := b.options
	r := &result{name: name}
	p := o.calendar.Period
	r.set(table.BillParameters(), []table.ResultCell{
		numberOf(o.calendar.Begin() / 1000),
		numberOf(o.calendar.End() / 1000),
		textOf(p.String()),
		textOf(o.zone),
		floatOf(new(big.Rat).SetFrac64(int64(o.sample), int64(time.Second))),
		numberOf(int64(o.calendar.Samples())),
		textOf(source),
		textOf(o.counter),
		numberOf(int64(o.overhead)),
		textOf(o.rule.Rate.Name),
		textOf(o.rule.Direction.String()),
		textOf(o.rule.Missing.String()),
		textOf(o.combine),
		table.ResultCell{Null: o.per == "", Text: o.per},
	})
	for _, c := range b.kinds[:len(o.keys)] {
		r.columns = append(r.columns, table.ResultColumn{Name: c.Name, Kind: resultKind(c.Kind), Definition: "Column of the customer."})
	}
	return r
}

// floatOf gives the binary64 number that is nearest to an exact one.
func floatOf(r *big.Rat) table.ResultCell {
	if r == nil {
		return table.ResultCell{Null: true}
	}
	f, _ := r.Float64()
	return numberOf(int64(math.Float64bits(f)))
}

// exactOf gives an exact number as a fraction in its lowest terms.
func exactOf(r *big.Rat) table.ResultCell {
	if r == nil {
		return table.ResultCell{Null: true}
	}
	return textOf(r.String())
}

// unitRate gives a rate of counts per second in the unit of the result: bits or packets.
func (o *billOptions) unitRate(r *big.Rat) *big.Rat {
	if r == nil || o.packets() {
		return r
	}
	return new(big.Rat).Mul(r, big.NewRat(8, 1))
}

// writeRates writes one row a customer.
func (b *billing) writeRates(c *console, source string) error {
	o := b.options
	r := b.newResult("bill", source)
	r.columns = append(r.columns, table.BillRates(o.packets())...)
	return r.write(&o.result, c.out, func(yield func([]table.ResultCell) error) error {
		return b.customers([]bill.Choice{{Rule: o.rule}}, func(c *customer) error {
			cells, err := o.rateCells(c)
			if err != nil {
				return err
			}
			return yield(cells)
		})
	})
}

// rateCells gives the row of a customer.
func (o *billOptions) rateCells(c *customer) ([]table.ResultCell, error) {
	var cells []table.ResultCell
	for _, cell := range c.cells {
		cells = append(cells, keyResult(cell))
	}
	f := &c.account.Figures()[0]
	rate, of := f.Billed(o.rule.Direction)
	used, dropped := numberOf(int64(f.Used)), numberOf(int64(f.Dropped))
	if !f.SameUsed {
		used, dropped = table.ResultCell{Null: true}, table.ResultCell{Null: true}
	}
	if f.Rank == 0 {
		dropped = table.ResultCell{Null: true}
	}
	billed := textOf(of.String())
	if rate == nil {
		billed = table.ResultCell{Null: true}
	}
	cells = append(cells, numberOf(c.rows), numberOf(int64(f.Series)), numberOf(int64(c.account.Present())), used, dropped, billed,
		floatOf(o.unitRate(rate)), exactOf(o.unitRate(rate)), floatOf(o.unitRate(f.In)), floatOf(o.unitRate(f.Out)))
	for _, volume := range []*big.Int{f.Volume(o.rule.Direction), f.VolumeIn, f.VolumeOut, f.VolumeOther} {
		if !volume.IsInt64() {
			return nil, bill.ErrCount
		}
		cells = append(cells, numberOf(volume.Int64()))
	}
	return cells, nil
}

// quantityDigits are the digits behind the point with which quantities are printed.
const quantityDigits = 6

// writeItems writes one row an item, and one with the total of each customer.
func (b *billing) writeItems(c *console, source string) error {
	o := b.options
	r := b.newResult("bill_items", source)
	r.set([]table.ResultColumn{table.BillCurrency()}, []table.ResultCell{textOf(o.prices.Currency)})
	r.columns = append(r.columns, table.BillItems()...)
	choices := make([]bill.Choice, len(o.prices.Items))
	for i := range choices {
		item := &o.prices.Items[i]
		choices[i] = bill.Choice{Rule: item.Rule, Within: item.Within(o.calendar)}
	}
	return r.write(&o.result, c.out, func(yield func([]table.ResultCell) error) error {
		return b.customers(choices, func(c *customer) error { return b.itemRows(c, yield) })
	})
}

func (b *billing) itemRows(c *customer, yield func([]table.ResultCell) error) error {
	o := b.options
	var cells []table.ResultCell
	for _, cell := range c.cells {
		cells = append(cells, keyResult(cell))
	}
	cells = cells[:len(cells):len(cells)]
	null := table.ResultCell{Null: true}
	total := new(big.Rat)
	for i := range o.prices.Items {
		item := &o.prices.Items[i]
		if !item.Matches(func(column string) string { return b.text(c, column) }) {
			continue
		}
		rate, direction := null, null
		if item.Unit.Of == bill.OfRate {
			rate = textOf(item.Rule.Rate.Name)
		}
		if item.Unit.Of != bill.OfPeriod {
			direction = textOf(item.Rule.Direction.String())
		}
		for _, line := range o.prices.Lines(item, &c.account.Figures()[i], o.packets()) {
			total.Add(total, line.Amount)
			tier := table.ResultCell{Null: line.Tier == 0, Int: int64(line.Tier)}
			digits, _ := line.Price.FloatPrec()
			err := yield(append(cells, textOf(line.Item), tier, rate, direction, textOf(bill.Decimal(line.Quantity, quantityDigits)),
				textOf(line.Unit), textOf(bill.Decimal(line.Price, max(digits, o.prices.Digits))), textOf(bill.Decimal(line.Amount, o.prices.Digits))))
			if err != nil {
				return err
			}
		}
	}
	return yield(append(cells, textOf(totalItem), null, null, null, null, null, null, textOf(bill.Decimal(total, o.prices.Digits))))
}
