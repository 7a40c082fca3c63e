package main

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"hash"
	"maps"
	"slices"
	"strings"

	"netstream/aggregate/balance"
	"netstream/aggregate/engine"
	"netstream/aggregate/flow"
	"netstream/cmd/internal/books"
	"netstream/reader"
	"netstream/reader/nfcapd"
)

// auditor reads the tables of a run, and checks their order and the conservation
// laws.
type auditor struct {
	books  balance.Books
	points *flow.Points
	rows   hash.Hash // nil if no digest of the rows is wanted

	intervals uint64 // rows of the interval table
}

// auditCapture reads the tables of a capture.
func auditCapture(account *reader.Account, result *engine.Result, points *flow.Points) (outcome, error) {
	a := auditor{points: points, rows: sha256.New()}
	if err := a.audit(result, account); err != nil {
		return outcome{}, err
	}
	accounts := sha256.New()
	addAccount(accounts, account)
	got := outcome{verdict: "metered", packets: account.Accounted.Packets, intervals: a.intervals,
		tables: [sha256.Size]byte(a.rows.Sum(nil)), account: [sha256.Size]byte(accounts.Sum(nil))}
	if !account.Complete() {
		got.verdict = "damaged"
	}
	return got, nil
}

// addAccount adds the account of packets to a digest.
func addAccount(digest hash.Hash, account *reader.Account) {
	for _, o := range account.Outcomes() {
		fmt.Fprintln(digest, o)
	}
	fmt.Fprintln(digest, account.Notes, account.DamageCount, account.Damages, account.FirstTime, account.LastTime)
}

// audit of the exports of a run whose inputs have some octets.
func (r *exportRun) audit(result *engine.Result, octets int) (outcome, error) {
	a := auditor{points: r.points}
	if r.layout.digest {
		a.rows = sha256.New()
	}
	if err := a.audit(result, r.accounts...); err != nil {
		return outcome{}, err
	}
	got := outcome{verdict: "decoded", intervals: a.intervals}
	accounts := sha256.New()
	for _, account := range r.accounts {
		if err := bounded(account, octets); err != nil {
			return outcome{}, err
		}
		if !account.Complete() {
			got.verdict = "damaged"
		}
		got.packets += account.Accounted.Packets
		if e := account.Exports; e != nil {
			got.messages += e.MessagesRead()
			if e.Nfcapd != nil {
				got.messages += e.Nfcapd.Blocks + e.Nfcapd.OtherBlocks + e.Nfcapd.DamagedBlocks
			}
			got.rows += e.Rows
		}
		if r.layout.digest {
			addAccount(accounts, account)
			addExports(accounts, account.Exports)
		}
	}
	if r.layout.digest {
		got.tables, got.account = [sha256.Size]byte(a.rows.Sum(nil)), [sha256.Size]byte(accounts.Sum(nil))
	}
	return got, nil
}

// bounded checks that an input made no more of its octets than they can hold: a
// record has one octet at least and makes two rows at most.
func bounded(account *reader.Account, octets int) error {
	e := account.Exports
	if e == nil {
		return nil
	}
	expanded := uint64(account.Input.Expanded)
	if len(account.Input.Layers) == 0 && expanded > uint64(octets) {
		return fmt.Errorf("%d octets are %d that are read", octets, expanded)
	}
	if e.Nfcapd != nil {
		const shortest = 4 // a record's header
		blocks := e.Nfcapd.Blocks + e.Nfcapd.DamagedBlocks
		if limit := 2 * max(expanded, blocks*nfcapd.MaxBlock) / shortest; e.Rows > limit {
			return fmt.Errorf("%d rows are made of %d blocks, at most %d can be", e.Rows, blocks, limit)
		}
		return nil
	}
	var read uint64
	for _, t := range e.Messages {
		read += t.Octets
	}
	switch {
	case read > expanded:
		return fmt.Errorf("messages of %d octets are read from %d", read, expanded)
	case e.SetOctets > read || e.RecordOctets > e.SetOctets:
		return fmt.Errorf("records of %d octets are in sets of %d in messages of %d", e.RecordOctets, e.SetOctets, read)
	case e.DataRecords > e.RecordOctets || e.Rows > 2*e.FlowRecords:
		return fmt.Errorf("%d rows are made of %d records of %d octets", e.Rows, e.DataRecords, e.RecordOctets)
	}
	return nil
}

// addExports adds the account of exports to a digest.
func addExports(digest hash.Hash, e *reader.ExportAccount) {
	if e == nil {
		return
	}
	for _, outcome := range slices.Sorted(maps.Keys(e.Messages)) {
		fmt.Fprintln(digest, outcome, *e.Messages[outcome])
	}
	plain := *e
	plain.Messages, plain.Raw, plain.Frames, plain.Nfcapd, plain.Info = nil, nil, nil, nil, nil
	fmt.Fprintln(digest, plain)
	switch {
	case e.Raw != nil:
		fmt.Fprintln(digest, *e.Raw)
	case e.Frames != nil:
		fmt.Fprintln(digest, *e.Frames)
	case e.Nfcapd != nil:
		fmt.Fprintln(digest, *e.Nfcapd, *e.Info)
	}
}

// audit reads both tables and checks all laws.
func (a *auditor) audit(result *engine.Result, accounts ...*reader.Account) error {
	b := &a.books
	b.EndReasons = make(map[flow.EndReason]uint64)
	b.Subtracted, b.Stitched = result.Exported.Subtracted, result.Exported.Stitched
	if err := a.auditFlows(result); err != nil {
		return err
	}
	if b.FlowRecords != result.Records {
		return fmt.Errorf("got %d flow records, want the %d that the engine counted", b.FlowRecords, result.Records)
	}
	if err := a.auditIntervals(result); err != nil {
		return err
	}
	for _, account := range accounts {
		books.AddAccount(b, account)
		for i := range account.Damages {
			if detail := account.Damages[i].Detail; strings.Contains(detail, "the decompressor gave up") {
				return fmt.Errorf("a library panicked: %s", detail)
			}
		}
	}
	for _, law := range b.Check() {
		if !law.Holds {
			return fmt.Errorf("law %s (%s) does not hold: %s", law.ID, law.Text, law.Failure)
		}
	}
	return result.Close()
}

func (a *auditor) auditFlows(result *engine.Result) error {
	var last flow.Record
	b := &a.books
	return result.Flows(func(r *flow.Record) error {
		if b.FlowRecords > 0 && (r.Start < last.Start || r.Start == last.Start && (r.End < last.End ||
			r.End == last.End && r.Key.Compare(&last.Key, a.points) < 0)) {
			return fmt.Errorf("flow record %+v comes behind %+v", r, last)
		}
		if r.End < r.Start || r.Counters.Packets == 0 && r.Export == nil {
			return fmt.Errorf("flow record %+v ends before it begins, or is of no packet", r)
		}
		total := r.Total()
		b.Flows.AddOf(result.Keys().Record(r), &total)
		b.FlowRecords++
		a.exported(r)
		last = *r
		return addRecord(a.rows, r)
	})
}

// exported adds what the laws say of flow records of exporters.
func (a *auditor) exported(r *flow.Record) {
	b := &a.books
	if r.EndReason == 0 && r.Export != nil {
		b.WithoutEndReason++
	} else {
		b.EndReasons[r.EndReason]++
	}
	if r.Export != nil {
		b.ExportedRecords++
	}
	packets, known := r.Scaled(r.Counters.Packets)
	octets, _ := r.Scaled(r.Counters.Octets)
	b.FlowsScaled.Add(flow.Scaled{Packets: packets, Octets: octets}, known)
}

// addRecord adds a flow record to a digest.
func addRecord(rows hash.Hash, r *flow.Record) error {
	if r.Export == nil || rows == nil {
		return addRow(rows, r)
	}
	record, export := *r, *r.Export
	record.Export = nil
	_, err := fmt.Fprintln(rows, record, export)
	return err
}

// addRow adds a row without anything that it points to to a digest.
func addRow[R flow.Record | flow.IntervalRecord](rows hash.Hash, r *R) error {
	if rows == nil {
		return nil
	}
	_, err := fmt.Fprintln(rows, *r)
	return err
}

func (a *auditor) auditIntervals(result *engine.Result) error {
	var last flow.IntervalRecord
	b := &a.books
	return result.Intervals(func(r *flow.IntervalRecord) error {
		if a.intervals > 0 && a.compare(r, &last) <= 0 {
			return fmt.Errorf("interval record %+v comes behind %+v", r, last)
		}
		if r.First < r.Start || r.Last < r.First || r.Last > r.End || r.FlowsActive == 0 || r.FlowsActive < r.FlowsStarted || r.FlowsActive < r.FlowsEnded {
			return fmt.Errorf("interval record %+v contradicts itself", r)
		}
		total := r.Total()
		b.Intervals.AddOf(result.Keys().Interval(r), &total)
		b.IntervalsScaled.Add(r.Scaled, r.Has&flow.FieldSampling != 0)
		b.FlowsStarted.Add(r.FlowsStarted)
		b.FlowsEnded.Add(r.FlowsEnded)
		a.intervals++
		last = *r
		return addRow(a.rows, r)
	})
}

// compare compares what rows of the interval table are told apart by: besides the
// key interfaces and direction, of which unknown ones come first.
func (a *auditor) compare(r, other *flow.IntervalRecord) int {
	known := func(r *flow.IntervalRecord, field flow.Fields, v uint32) uint64 {
		if r.Has&field == 0 {
			return 0
		}
		return uint64(v) + 1
	}
	return cmp.Or(cmp.Compare(r.Start, other.Start), r.Key.Compare(&other.Key, a.points),
		cmp.Compare(known(r, flow.FieldInIf, r.InIf), known(other, flow.FieldInIf, other.InIf)),
		cmp.Compare(known(r, flow.FieldOutIf, r.OutIf), known(other, flow.FieldOutIf, other.OutIf)),
		cmp.Compare(known(r, flow.FieldDirection, uint32(r.Direction)), known(other, flow.FieldDirection, uint32(other.Direction))))
}
