package engine

import (
	"cmp"

	"netstream/aggregate/accounting"
	"netstream/aggregate/balance"
	"netstream/aggregate/distribute"
	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
	"netstream/aggregate/runs"
)

// recorder makes rows of exported records: it is the part of a worker that package
// meter is for packets.
type recorder struct {
	flows   *runs.Sorter[flow.Record]
	slices  *runs.Sorter[meter.Slice]
	reports *runs.Sorter[flow.Record] // records that go to package report first
	stitch  bool                      // all do
	keep    func(*flow.Record) bool   // Config's; nil if all records are kept

	accounts    *accounting.Feed // nil if there are no schemes
	accountsErr error

	spreader *distribute.Spreader
	volume   distribute.Volume
	share    distribute.Share
	slice    meter.Slice

	read     uint64 // records as inputs gave them
	totals   balance.Totals
	reported uint64 // of them those that went to reports
	rows     uint64 // flow records of the table
	unspread uint64 // of them those too long to be spread
	rejected *rejections
	keys     flow.KeyHasher
	present  flow.Fields
	common   flow.Fields

	firstEnd, lastEnd flow.Timestamp // of all records
}

// everyField is the set of all fields.
const everyField = ^flow.Fields(0)

// newRecorder gives a recorder whose rows go to the sorters of its worker.
func newRecorder(config *Config, rejected *rejections, flows *runs.Sorter[flow.Record], slices *runs.Sorter[meter.Slice], reports runs.Limits) recorder {
	method := cmp.Or(config.Distribution, flow.DistributionProportional)
	return recorder{
		flows: flows, slices: slices, stitch: config.Stitch, keep: config.Keep, rejected: rejected, keys: config.keys(),
		reports:  runs.NewSorter(reportOrder(config.Points), reports, config.Spill),
		spreader: distribute.New(config.Meter.Intervals(), method),
		common:   everyField,
		firstEnd: flow.MaxTimestamp, lastEnd: flow.MinTimestamp,
	}
}

// take takes records of an input. It gives the failure of a sorter, if one failed.
func (r *recorder) take(b *flow.Batch) error {
	for i := range b.Records {
		record := &b.Records[i]
		r.totals.Add(&record.Counters)
		if r.stitch || record.Export.Total {
			r.reported++
			r.reports.Add(record)
		} else {
			r.row(record)
		}
	}
	r.read += uint64(len(b.Records))
	return cmp.Or(r.flows.Err(), r.slices.Err(), r.reports.Err(), r.accountsErr)
}

// takeJoined takes records that package report has made, as take does. The sorter
// of reports is being read then.
func (r *recorder) takeJoined(b *flow.Batch) error {
	for i := range b.Records {
		r.row(&b.Records[i])
	}
	return cmp.Or(r.flows.Err(), r.slices.Err(), r.accountsErr)
}

// tells notes what a share of a record before the run says that rows of the run may not.
func (r *recorder) tells(points *flow.Points, slice *meter.Slice) {
	if n := slice.Key.Point; n == 0 || !points.Point(n).Exported {
		return // of a metered flow
	}
	r.present |= slice.Has
	r.common &= slice.Has
	if slice.InIfName|slice.OutIfName != 0 {
		r.present |= flow.FieldNames
	}
}

// row makes a flow record and its shares of the intervals. A record that is rejected
// goes no further than to where records get their ordinals.
func (r *recorder) row(record *flow.Record) {
	e := record.Export
	r.flows.Add(record)
	r.firstEnd, r.lastEnd = min(r.firstEnd, record.End), max(r.lastEnd, record.End)
	if r.keep != nil && !r.keep(record) {
		r.rejected.add(record, &r.keys)
		return
	}
	r.rows++
	r.present |= e.Has
	r.common &= e.Has

	r.volume = distribute.Volume{Counters: record.Counters}
	r.volume.Scaled.Packets, _ = e.Scaled(record.Counters.Packets)
	r.volume.Scaled.Octets, _ = e.Scaled(record.Counters.Octets)
	r.slice = meter.Slice{
		IntervalRecord: flow.IntervalRecord{
			Key: record.Key, FlowsActive: 1, TCPFlags: record.TCPFlags, Marks: record.Marks & flow.MarkTCP,
			Has: e.Has & (spreadCounters | pointFields | flow.FieldSampling), InIf: e.InIf, OutIf: e.OutIf, Direction: e.Direction,
			InIfName: e.InIfName, OutIfName: e.OutIfName,
		},
		FirstInput: record.FirstInput, FirstNumber: record.FirstNumber,
	}
	r.spreader.Begin(record.Start, record.End, &r.volume)
	if r.spreader.TooLong() {
		r.unspread++
	}
	if r.accounts != nil {
		r.accounts.BeginRecord(record)
	}
	s := &r.slice
	for r.spreader.Next(&r.share) {
		share := &r.share
		s.Start, s.First, s.Last, s.Distribution = share.Start, share.First, share.Last, share.Method
		s.Counters, s.Scaled = share.Volume.Counters, share.Volume.Scaled
		s.FlowsStarted, s.FlowsEnded = share.Started, share.Ended
		r.slices.Add(s)
		if r.accounts != nil {
			r.account(share)
		}
	}
}
