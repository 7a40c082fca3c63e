package main

import (
	"maps"
	"slices"

	"netstream/aggregate/flow"
	"netstream/reader"
	"netstream/reader/sequence"
	"netstream/writer/manifest"
)

// describeOctets says where the octets of an input went, in the terms of its format.
func describeOctets(a *reader.Account) manifest.Octets {
	if e := a.Exports; e != nil && e.Raw != nil {
		o := &e.Raw.Octets
		return manifest.Octets{Messages: o.Messages, Damaged: o.Damaged, Trailing: o.Trailing}
	} else if e != nil && e.Nfcapd != nil {
		o := &e.Nfcapd.Octets
		return manifest.Octets{Header: int64(o.Header), Blocks: int64(o.Blocks), Damaged: int64(o.Damaged), Trailing: int64(o.Trailing)}
	}
	o := &a.Capture.Octets
	return manifest.Octets{
		Header: o.Header, Packets: o.Packets, Known: o.Known,
		Unknown: o.Unknown, Damaged: o.Damaged, Trailing: o.Trailing,
	}
}

// describeExports says what an input held of exporters. first is how many exported
// rows lie before it.
func describeExports(in *manifest.Input, e *reader.ExportAccount, first uint64) {
	in.Messages, in.Records, in.FirstRecord = e.MessagesRead(), e.DataRecords, first+1
	if e.Frames != nil {
		for _, o := range e.Frames.Outcomes {
			in.Outcomes = append(in.Outcomes, manifest.Outcome{
				Name: o.Outcome.String(), Detail: frameDetail(&o), Packets: o.Packets, WireBytes: o.WireOctets,
				Captured: o.CapturedOctets, FirstOffset: o.FirstOffset, FirstPacket: o.FirstNumber,
			})
		}
	}
	if e.Nfcapd != nil {
		in.Records = e.Nfcapd.Records.Flow + e.Nfcapd.Records.Malformed
	}
	if e.Rows > 0 {
		in.FirstTime, in.LastTime = timeText(e.FirstTime.Time()), timeText(e.LastTime.Time())
	}
	in.Remarks = nil
	for _, name := range slices.Sorted(maps.Keys(e.Remarks)) {
		in.Remarks = append(in.Remarks, manifest.Remark{Name: name, Count: e.Remarks[name]})
	}
	for i := range e.Streams {
		in.Streams = append(in.Streams, describeStream(&e.Streams[i]))
	}
}

func describeStream(s *reader.Stream) manifest.Stream {
	q := &s.Sequence
	d := manifest.Stream{
		Port: s.Port, Version: versionName(s.Version), Domain: s.Domain,
		Messages: s.Messages, Bytes: s.Octets, DuplicatesDropped: s.Dropped, RejectedMessages: s.Rejected,
		Records: s.FlowRecords, OptionRecords: s.OptionRecords, Rows: s.Rows,
		Templates: s.Templates, OptionTemplates: s.OptionTemplates, Redefinitions: s.Redefinitions, Withdrawals: s.Withdrawals,
		SequenceGaps: q.Gaps, Lost: q.Lost, Duplicates: q.Duplicates, Reordered: q.Reordered, Resets: q.Resets,
		ClockBackwards: q.ClockBackwards, ClockJumps: q.ClockJumps, UptimeWraps: q.UptimeWraps, TimeInverted: s.TimeInverted,
		UndecodableSets: s.UndecodableSets, UndecodableBytes: s.UndecodableOctets, DecodedLate: s.DecodedLate,
	}
	if s.Exporter.IsValid() {
		d.Exporter = s.Exporter.String()
	}
	if q.Messages > 0 {
		d.FirstExport, d.LastExport = timeText(q.FirstExport.Time()), timeText(q.LastExport.Time())
	}
	if s.Version != 0 {
		d.SequenceRule = q.Rule.String()
	}
	for _, score := range q.Scores {
		if score.Rule != sequence.None {
			d.Hypotheses = append(d.Hypotheses, manifest.Hypothesis{Rule: score.Rule.String(), Gaps: score.Gaps, Lost: score.Lost})
		}
	}
	return d
}

// exportTotals adds what concerns exporters, if there are any.
func (j *job) exportTotals(t *manifest.Totals) {
	var messages, read, accounted flow.Sum
	any := false
	for _, a := range j.accounts {
		if e := a.Exports; e != nil {
			any = true
			messages.Add(e.MessagesRead())
			read.Add(e.DataRecords)
			accounted.Add(e.FlowRecords)
			if e.Nfcapd != nil {
				read.Add(e.Nfcapd.Records.Flow + e.Nfcapd.Records.Malformed)
				accounted.Add(e.Nfcapd.Records.Flow)
			}
		}
	}
	if !any {
		return
	}
	number := func(s flow.Sum) manifest.Number { return manifest.Number(s.String()) }
	t.Messages, t.RecordsRead, t.RecordsAccounted = number(messages), number(read), number(accounted)
	if j.flows.scaled.Unknown == 0 {
		t.PacketsScaled, t.BytesScaled = number(j.flows.scaled.Packets), number(j.flows.scaled.Octets)
	}
	t.Distribution = j.options.distribution
	t.Stitched, t.Differenced, t.Unspread = j.exported.Stitched, j.exported.Differenced, j.exported.Unspread
}
