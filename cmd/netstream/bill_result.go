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
	r.set("period_start", table.TimestampMicro, "Begin of the billing period.", numberOf(o.calendar.Begin()/1000))
	r.set("period_end", table.TimestampMicro, "End of the billing period, which does not belong to it any more.", numberOf(o.calendar.End()/1000))
	r.set("period", table.Text, "Billing period as local days, the last one not belonging to it.", textOf(p.String()))
	r.set("zone", table.Text, "Time zone of the period.", textOf(o.zone))
	r.set("sample_seconds", table.Float64, "Width of the samples in seconds.", floatOf(new(big.Rat).SetFrac64(int64(o.sample), int64(time.Second))))
	r.set("samples_expected", table.Int64, "Number of samples in the period.", numberOf(int64(o.calendar.Samples())))
	r.set("source", table.Text, "Table that was billed.", textOf(source))
	r.set("counter", table.Text, "Column that was billed.", textOf(o.counter))
	r.set("l2_overhead", table.Int64, "Octets that were added for each packet.", numberOf(int64(o.overhead)))
	r.set("rate", table.Text, "Which rate is billed: pN is the sample of rank ceil(n*N/100) in ascending order of n samples.", textOf(o.rule.Rate.Name))
	r.set("direction", table.Text, "Which directions are billed.", textOf(o.rule.Direction.String()))
	r.set("missing", table.Text, "What samples without rows are.", textOf(o.rule.Missing.String()))
	r.set("combine", table.Text, "Whether the rows of a customer are added up in each sample, or the rates of what per tells apart.", textOf(o.combine))
	r.set("per", table.Text, "Columns that tell the interfaces of a customer apart.", table.ResultCell{Null: o.per == "", Text: o.per})
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
	unit, suffix, volume := "bit/s", "bps", "octets"
	if o.packets() {
		unit, suffix, volume = "packet/s", "pps", "packets"
	}
	column := func(name string, kind table.Kind, unit, definition string) {
		r.columns = append(r.columns, table.ResultColumn{Name: name, Kind: kind, Unit: unit, Definition: definition})
	}
	column("rows", table.Int64, "", "Number of rows of the tables.")
	column("series", table.Int64, "", "Number of series whose rates are added up.")
	column("samples_present", table.Int64, "", "Number of samples in which the customer has a row.")
	column("samples_used", table.Int64, "", "Number of samples that the rate is of; NULL if it differs between series.")
	column("samples_dropped", table.Int64, "", "Number of samples above the one that is billed; NULL if none is.")
	column("billed", table.Text, "", "Direction that has the rate.")
	column("rate_"+suffix, table.Float64, unit, "The rate that is billed, rounded to binary64.")
	column("rate_exact", table.Text, unit, "The same as a fraction in lowest terms.")
	column("rate_in_"+suffix, table.Float64, unit, "The rate of in.")
	column("rate_out_"+suffix, table.Float64, unit, "The rate of out.")
	column("volume", table.Int64, volume, "Volume in the period by the rule of directions.")
	column("volume_in", table.Int64, volume, "Volume of rows that are ingress.")
	column("volume_out", table.Int64, volume, "Volume of rows that are egress.")
	column("volume_other", table.Int64, volume, "Volume of all other rows.")
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
	r.set("currency", table.Text, "Currency of prices and amounts.", textOf(o.prices.Currency))
	r.columns = append(r.columns, []table.ResultColumn{
		{Name: "item", Kind: table.Text, Definition: "Item of the tariff, or total."},
		{Name: "tier", Kind: table.Int64, Definition: "Tier of the item, from 1; NULL if it has one alone."},
		{Name: "item_rate", Kind: table.Text, Definition: "Which rate the quantity is; NULL if it is none."},
		{Name: "item_direction", Kind: table.Text, Definition: "Which directions the quantity is of; NULL of a total and what is paid for the period."},
		{Name: "quantity", Kind: table.Text, Definition: "How many units, rounded half to even to six digits; the amount is of the exact quantity."},
		{Name: "unit", Kind: table.Text, Definition: "Unit of quantity and price."},
		{Name: "price", Kind: table.Text, Definition: "Price of a unit."},
		{Name: "amount", Kind: table.Text, Definition: "Quantity times price, rounded half to even to the digits of the currency; of totals the sum of the amounts."},
	}...)
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
