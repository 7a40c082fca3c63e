package accounting

import (
	"netstream/aggregate/carry"
	"netstream/aggregate/flow"
	"netstream/aggregate/runs"
)

// HandOver is where the groups of a scheme go whose intervals may still grow.
type HandOver struct {
	// Later says whether that is so of the interval that begins at a time. It is asked in
	// the order of intervals, and once true stays so.
	Later func(start flow.Timestamp) bool

	// Groups, Addresses and Seconds take the rows. The last two are used with
	// Config.Distinct and Config.Peak only.
	Groups, Addresses, Seconds *carry.Writer
}

// Resume is what a scheme's HandOver has written in the run before.
type Resume struct{ Groups, Addresses, Seconds *carry.Reader }

// HandOver has Rows keep back groups. There is one element for each scheme.
func (b *Book) HandOver(all []HandOver) {
	for i, c := range b.collectors {
		c.handOver = &all[i]
	}
}

// later says whether a group is kept back.
func (c *collector) later(key []byte) bool {
	return c.handOver != nil && c.handOver.Later(startOf(key))
}

// give keeps a group back.
func give[S any](w *carry.Writer, order *runs.Order[item[S]], row *item[S]) {
	octets := order.Append(nil, row)
	w.Row(func(c *carry.Coder) { c.Rest(&octets) })
}

// giveRest keeps what has not been read of addresses or seconds back, since the groups
// that it belongs to are.
//
// order lays out a row; each gives the rows that one which was read and added up becomes.
func (f *follower[S]) giveRest(w *carry.Writer, order runs.Order[item[S]], each func(*item[S], func(*item[S]))) error {
	if f.next == nil {
		return nil
	}
	if err := f.start(); err != nil {
		return err
	}
	for f.have {
		each(&f.head, func(row *item[S]) { give(w, &order, row) })
		if err := f.advance(); err != nil {
			return err
		}
	}
	return w.Flush()
}

// theRow gives a row as it is.
func theRow(row *item[struct{}], yield func(*item[struct{}])) { yield(row) }

// Resume takes over what a scheme, by its place in Schemes, has handed over. It must be
// called before the first feed is flushed.
func (b *Book) Resume(scheme int, from *Resume) error {
	c := b.collectors[scheme]
	err := take(from.Groups, c.groups, groupOrder())
	if err == nil && c.addresses != nil {
		err = take(from.Addresses, c.addresses, addressOrder())
	}
	if err == nil && c.seconds != nil {
		err = take(from.Seconds, c.seconds, secondOrder())
	}
	return err
}

func take[S any](from *carry.Reader, to *runs.Sorter[item[S]], order runs.Order[item[S]]) error {
	var row item[S]
	var octets []byte
	return from.Each(func(c *carry.Coder) error {
		c.Rest(&octets)
		if order.Decode(octets, &row) != nil || len(row.key) < startLength {
			return carry.ErrDamaged
		}
		to.Add(&row)
		return to.Err()
	})
}
