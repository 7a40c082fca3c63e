package engine

import (
	"cmp"

	"netstream/aggregate/accounting"
	"netstream/aggregate/distribute"
	"netstream/aggregate/flow"
)

// newBook begins the accounts of a run: a feed for each worker, which takes exported
// records, and one for the rows of the interval table. It is nil without schemes.
func newBook(config *Config) *accounting.Book {
	if len(config.Accounting.Schemes) == 0 {
		return nil
	}
	accounts := config.Accounting
	accounts.Points = config.Points
	return accounting.NewBook(accounts, max(1, config.Workers)+1, config.Spill)
}

func closeBook(book *accounting.Book) error {
	if book == nil {
		return nil
	}
	return book.Close()
}

// account gives each worker what accounts take flows with, if there are any.
func (ws workers) account(book *accounting.Book, calendar flow.Calendar) {
	if book == nil {
		return
	}
	for _, w := range ws {
		w.recorder.accounts = book.NewFeed()
		w.seconds = book.NewSeconds(calendar)
	}
}

// account adds a share of the record that was begun with to its groups.
func (r *recorder) account(share *distribute.Share) {
	err := r.accounts.AddShare(share.Start, &flow.SchemeSums{
		First: share.First, Last: share.Last, Counters: share.Volume.Counters, Scaled: share.Volume.Scaled,
		FlowsActive: 1, FlowsStarted: share.Started, FlowsEnded: share.Ended,
	})
	if err != nil && r.accountsErr == nil {
		r.accountsErr = err
	}
}

// accountingTo gives a yield that also takes the rows of metered flows to the accounts;
// those of exported ones are there already, since their rows do not tell all. feed is
// nil if there are no schemes.
func (r *Result) accountingTo(yield func(*flow.IntervalRecord) error) (feed *accounting.Feed, _ func(*flow.IntervalRecord) error) {
	if r.book == nil {
		return nil, yield
	}
	feed = r.book.NewFeed()
	return feed, func(row *flow.IntervalRecord) error {
		if row.Distribution == flow.DistributionDirect {
			if err := feed.AddInterval(row); err != nil {
				return err
			}
		}
		return yield(row)
	}
}

// Scheme gives the rows of an accounting scheme, by its place in Config.Accounting, in
// the order of their table, once, when Intervals has given all of its rows. Schemes may
// be read at the same time. yield must keep neither the pointer nor the row's key.
func (r *Result) Scheme(scheme int, yield func(*flow.SchemeRow) error) error {
	var current flow.Interval
	var packets, reports bool
	have := false
	return r.book.Rows(scheme, func(row *flow.SchemeRow) error {
		if !have || row.Start != current.Start {
			current, have = r.calendar.Interval(row.Start), true
			packets, reports = r.Packets.Includes(current), r.Reports.Includes(current)
		}
		row.End, row.Complete = current.End(), (packets || !row.Metered) && (reports || !row.Reported)
		return yield(row)
	})
}

// flushAccounts hands on what the worker keeps for the accounts.
func (w *worker) flushAccounts() error {
	if w.recorder.accounts == nil {
		return nil
	}
	err := w.recorder.accounts.Flush()
	if w.seconds != nil {
		err = cmp.Or(err, w.seconds.Flush())
		w.seconds = nil
	}
	return err
}
