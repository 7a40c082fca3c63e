package main

import (
	"fmt"

	"netstream/aggregate/flow"
	"netstream/reader"
	"netstream/reader/damage"
	"netstream/reader/header"
	"netstream/writer/table"
)

// ledgerRows gives the rows of the ledger: input after input, of each the packets
// by outcome, the remarks, the flow records that were filtered out, the octets and the
// damaged places; last what was left out.
func (j *job) ledgerRows() []table.LedgerRow {
	var rows []table.LedgerRow
	for ordinal, a := range j.accounts {
		for _, o := range a.Outcomes() {
			rows = append(rows, tallyRow(a, table.LedgerPacket, o.Reason.String(), detailOf(o.Outcome), &o.Tally))
		}
		if lost := a.Capture.LostPackets; lost > 0 {
			rows = append(rows, table.LedgerRow{
				Input: a.Name, Kind: table.LedgerPacket, Outcome: "bad_block", Packets: table.Known(lost)})
		}
		for note := range reader.NoteCount {
			if t := &a.Notes[note]; t.Packets > 0 {
				rows = append(rows, tallyRow(a, table.LedgerNote, note.String(), "", t))
			}
		}
		if a.Exports != nil {
			rows = append(rows, exportLedger(a)...)
		}
		if r := &j.rejected[ordinal]; r.Records > 0 {
			rows = append(rows, rejectedRow(a, r))
		}
		rows = append(rows, octetRows(a)...)
		for _, d := range a.Damages {
			rows = append(rows, damageRow(a, &d))
		}
		if more := a.DamageCount - uint64(len(a.Damages)); more > 0 {
			rows = append(rows, table.LedgerRow{
				Input: a.Name, Kind: table.LedgerDamage, Outcome: "further_places", Detail: fmt.Sprint(more)})
		}
	}
	for _, s := range j.inputs.skipped {
		rows = append(rows, table.LedgerRow{Input: s.Name, Kind: table.LedgerInput, Outcome: "left_out", Detail: s.Why})
	}
	return rows
}

// damageRow gives the row of a damaged place. The records of nfcapd files have no
// column for their number.
func damageRow(a *reader.Account, d *damage.Error) table.LedgerRow {
	row := table.LedgerRow{
		Input: a.Name, Kind: table.LedgerDamage, Outcome: d.Kind.String(), Detail: d.Detail,
		Octets: table.Known(uint64(max(d.Length, 0))), FirstOffset: table.Known(uint64(d.Offset))}
	switch {
	case d.Unit == damage.Packet:
		row.FirstPacket = table.Known(d.Number)
	case d.Unit == damage.Message && d.Number > 0:
		row.FirstMessage = table.Known(d.Number)
	}
	return row
}

// detailOf words the detail of an outcome.
func detailOf(o reader.Outcome) string {
	switch {
	case o.Reason == flow.ReasonNotIP && o.Detail != 0:
		return fmt.Sprintf("%#04x %s", o.Detail, header.EtherTypeName(o.Detail))
	case o.Reason == flow.ReasonUnsupportedLinkType:
		return fmt.Sprintf("%d %s", o.Detail, header.LinkTypeName(uint16(o.Detail)))
	}
	return ""
}

func tallyRow(a *reader.Account, kind table.LedgerKind, outcome, detail string, t *reader.Tally) table.LedgerRow {
	row := table.LedgerRow{Input: a.Name, Kind: kind, Outcome: outcome, Detail: detail, Packets: table.Known(t.Packets)}
	if t.WireOctets > 0 {
		row.WireBytes = table.Known(t.WireOctets)
	}
	if t.CapturedOctets > 0 {
		row.CapturedBytes = table.Known(t.CapturedOctets)
	}
	if t.Octets > 0 {
		row.Bytes = table.Known(t.Octets)
	}
	if t.FirstNumber > 0 {
		row.FirstPacket = table.Known(t.FirstNumber)
		if t.FirstOffset > 0 {
			row.FirstOffset = table.Known(uint64(t.FirstOffset))
		}
	}
	return row
}

// octetRows says where the octets of an input went.
func octetRows(a *reader.Account) []table.LedgerRow {
	var rows []table.LedgerRow
	for _, part := range octetParts(a) {
		if part.octets > 0 {
			rows = append(rows, table.LedgerRow{
				Input: a.Name, Kind: table.LedgerOctets, Outcome: part.outcome, Octets: table.Known(uint64(part.octets))})
		}
	}
	return rows
}

// octetPart is one kind of an input's octets.
type octetPart struct {
	outcome string
	octets  int64
}

// octetParts gives the kinds of octets of an input's format.
func octetParts(a *reader.Account) []octetPart {
	if a.Exports != nil && a.Exports.Raw != nil {
		o := &a.Exports.Raw.Octets
		return []octetPart{{"messages", o.Messages}, {"damaged", o.Damaged}, {"trailing_bytes", o.Trailing}}
	}
	if a.Exports != nil && a.Exports.Nfcapd != nil {
		o := &a.Exports.Nfcapd.Octets
		return []octetPart{{"header", int64(o.Header)}, {"blocks", int64(o.Blocks)},
			{"damaged", int64(o.Damaged)}, {"trailing_bytes", int64(o.Trailing)}}
	}
	o := &a.Capture.Octets
	return []octetPart{
		{"header", o.Header},
		{"packet_records", o.Packets},
		{"known_blocks", o.Known},
		{"unknown_blocks", o.Unknown},
		{"damaged", o.Damaged},
		{"trailing_bytes", o.Trailing},
	}
}
