package accounting

import (
	"bytes"
	"errors"

	"netstream/aggregate/flow"
	"netstream/aggregate/runs"
)

// Rows gives the rows of a scheme by its place in Schemes, in the order of interval
// and key, when all feeds are flushed. It can be called once for each scheme, for
// different ones at a time. yield must keep neither the pointer nor the key.
func (b *Book) Rows(scheme int, yield func(*flow.SchemeRow) error) error {
	c := b.collectors[scheme]
	if err := c.finish(); err != nil {
		return err
	}
	addresses := follow(c.addresses, addressTail, countAddress, func(*struct{}) {}, func(*struct{}, *struct{}) {})
	defer addresses.stop()
	seconds := follow(c.seconds, windowTail, takeSeconds, resetSeconds, addSeconds)
	defer seconds.stop()
	row := flow.SchemeRow{Key: make([]flow.SchemeValue, len(c.scheme.Columns))}
	order := groupOrder()
	giveRow := func(key []byte, sums *flow.SchemeSums) error {
		if c.later(key) { // and so are all that follow
			give(c.handOver.Groups, &order, &item[flow.SchemeSums]{key, *sums})
			return nil
		}
		row.Start, row.SchemeSums = startOf(key), *sums
		row.DistinctSources, row.DistinctDestinations, row.HasPeak, row.Peak = 0, 0, false, 0
		if row.Has&flow.FieldSampling == 0 {
			row.Scaled = flow.Scaled{}
		}
		if err := decodeKey(key[startLength:], c.scheme, row.Key); err != nil {
			return err
		}
		if err := addresses.belonging(key, &row); err != nil {
			return err
		}
		if err := seconds.belonging(key, &row); err != nil {
			return err
		}
		return yield(&row)
	}
	var key []byte
	var sum flow.SchemeSums
	err := runs.Merge([]*runs.Sorter[item[flow.SchemeSums]]{c.groups}, func(g *item[flow.SchemeSums]) error {
		if key != nil && bytes.Equal(key, g.key) {
			sum.Add(&g.sums)
			return nil
		}
		if key != nil {
			if err := giveRow(key, &sum); err != nil {
				return err
			}
		}
		key, sum = append(key[:0], g.key...), g.sums
		return nil
	})
	if err == nil && key != nil {
		err = giveRow(key, &sum)
	}
	if err == nil && c.handOver != nil {
		err = errors.Join(c.handOver.Groups.Flush(), addresses.giveRest(c.handOver.Addresses, addressOrder(), theRow),
			seconds.giveRest(c.handOver.Seconds, secondOrder(), secondsRows))
	}
	if err == nil {
		err = errors.Join(addresses.ended(), seconds.ended())
	}
	return err
}

// finish makes the sorters ready to be read.
func (c *collector) finish() error {
	err := c.groups.Finish()
	if err == nil && c.addresses != nil {
		err = c.addresses.Finish()
	}
	if err == nil && c.seconds != nil {
		err = c.seconds.Finish()
	}
	return err
}
