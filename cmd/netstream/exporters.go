package main

import (
	"fmt"
	"maps"
	"slices"

	"netstream/reader"
	"netstream/reader/datagram"
	"netstream/reader/header"
	"netstream/reader/sequence"
	"netstream/writer/table"
)

// exporterRows gives the rows of the exporters table: of each input the streams.
func exporterRows(accounts []*reader.Account) []table.ExporterRow {
	var rows []table.ExporterRow
	for _, a := range accounts {
		if a.Exports == nil {
			continue
		}
		for i := range a.Exports.Streams {
			rows = append(rows, exporterRow(a.Name, &a.Exports.Streams[i]))
		}
	}
	return rows
}

func exporterRow(input string, s *reader.Stream) table.ExporterRow {
	row := table.ExporterRow{
		Input: input, Exporter: s.Exporter, Port: s.Port, Version: versionName(s.Version), Domain: table.Known(uint64(s.Domain)),
		Records: table.Known(s.FlowRecords), Rows: table.Known(s.Rows),
	}
	q := &s.Sequence
	if s.Version == 0 { // nfcapd: the messages are gone
		if s.Messages > 0 { // the file has statistics
			row.Messages, row.SequenceGaps = table.Known(s.Messages), table.Known(q.Gaps)
		}
		return row
	}
	if q.Messages > 0 {
		row.FirstExport = table.Instant{Time: q.FirstExport, Known: true}
		row.LastExport = table.Instant{Time: q.LastExport, Known: true}
	}
	row.Messages, row.Octets = table.Known(s.Messages), table.Known(s.Octets)
	row.DuplicatesDropped, row.RejectedMessages = table.Known(s.Dropped), table.Known(s.Rejected)
	row.OptionRecords = table.Known(s.OptionRecords)
	row.Duplicates = table.Known(q.Duplicates)
	row.ClockBackwards, row.ClockJumps = table.Known(q.ClockBackwards), table.Known(q.ClockJumps)
	row.TimeInverted = table.Known(s.TimeInverted)
	if s.Version >= 9 {
		row.Templates, row.OptionTemplates = table.Known(s.Templates), table.Known(s.OptionTemplates)
		row.Redefinitions, row.Withdrawals = table.Known(s.Redefinitions), table.Known(s.Withdrawals)
		row.UndecodableSets, row.UndecodableOctets = table.Known(s.UndecodableSets), table.Known(s.UndecodableOctets)
		row.DecodedLate = table.Known(s.DecodedLate)
	}
	if s.Version != 10 {
		row.UptimeWraps = table.Known(q.UptimeWraps)
	}
	row.SequenceRule = q.Rule.String()
	if q.Rule != sequence.None {
		row.SequenceGaps, row.Lost = table.Known(q.Gaps), table.Known(q.Lost)
		row.Reordered, row.Resets = table.Known(q.Reordered), table.Known(q.Resets)
	}
	return row
}

// versionName gives the name of a message version as the tables have it.
func versionName(version uint16) string {
	switch version {
	case 0:
		return "nfcapd"
	case 10:
		return "ipfix"
	}
	return fmt.Sprint("netflow", version)
}

// exportLedger gives the ledger's rows of the messages and records of an input.
func exportLedger(a *reader.Account) []table.LedgerRow {
	e := a.Exports
	var rows []table.LedgerRow
	if e.Frames != nil {
		for _, o := range e.Frames.Outcomes {
			rows = append(rows, frameRow(a, &o))
		}
	}
	for _, outcome := range slices.Sorted(maps.Keys(e.Messages)) {
		t := e.Messages[outcome]
		rows = append(rows, table.LedgerRow{
			Input: a.Name, Kind: table.LedgerMessage, Outcome: outcome, Messages: table.Known(t.Messages),
			Octets: table.Known(t.Octets), FirstOffset: table.Known(uint64(t.FirstOffset)), FirstMessage: table.Known(t.FirstNumber)})
	}
	record := func(outcome string, n uint64) {
		if n > 0 {
			rows = append(rows, table.LedgerRow{Input: a.Name, Kind: table.LedgerRecord, Outcome: outcome, Records: table.Known(n)})
		}
	}
	record("accounted", e.FlowRecords)
	record("options", e.OptionRecords)
	if n := e.Nfcapd; n != nil {
		record("accounted", n.Records.Flow)
		record("malformed", n.Records.Malformed)
	}
	if e.UndecodableSets > 0 {
		rows = append(rows, table.LedgerRow{Input: a.Name, Kind: table.LedgerSet, Outcome: "no_template",
			Sets: table.Known(e.UndecodableSets), Octets: table.Known(e.UndecodableOctets)})
	}
	note := func(outcome string, n uint64) {
		if n > 0 {
			rows = append(rows, table.LedgerRow{Input: a.Name, Kind: table.LedgerNote, Outcome: outcome, Records: table.Known(n)})
		}
	}
	note("decoded_late", e.DecodedLate)
	for _, remark := range slices.Sorted(maps.Keys(e.Remarks)) {
		note(remark, e.Remarks[remark])
	}
	return rows
}

func frameRow(a *reader.Account, o *datagram.OutcomeFrames) table.LedgerRow {
	return table.LedgerRow{
		Input: a.Name, Kind: table.LedgerPacket, Outcome: o.Outcome.String(), Detail: frameDetail(o),
		Packets: table.Known(o.Packets), WireBytes: table.Known(o.WireOctets), CapturedBytes: table.Known(o.CapturedOctets),
		FirstOffset: table.Known(uint64(o.FirstOffset)), FirstPacket: table.Known(o.FirstNumber),
	}
}

// frameDetail words the detail of a frame's outcome as detailOf does.
func frameDetail(o *datagram.OutcomeFrames) string {
	switch {
	case o.Outcome == datagram.OutcomeNotIP && o.Detail != 0:
		return fmt.Sprintf("%#04x %s", o.Detail, header.EtherTypeName(o.Detail))
	case o.Outcome == datagram.OutcomeLinkType:
		return fmt.Sprintf("%d %s", o.Detail, header.LinkTypeName(uint16(o.Detail)))
	}
	return ""
}
