package rowtest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"

	"netstream/aggregate/flow"
	"netstream/writer/table"
)

// Ledger gives n ledger rows with all kinds, hostile names, and quantities that
// are known and unknown.
func Ledger(n int, seed uint64) []table.LedgerRow {
	r := rand.New(rand.NewPCG(seed, 4))
	quantity := func() table.Quantity { return wildQuantity(r) }
	names := Hostile(50, seed)
	rows := make([]table.LedgerRow, n)
	for i := range rows {
		rows[i] = table.LedgerRow{
			Input: names[r.IntN(len(names))], Kind: table.LedgerKind(r.IntN(int(table.LedgerFlow) + 1)),
			Outcome: flow.Reason(r.IntN(int(flow.ReasonCount))).String(), Detail: []string{"", fmt.Sprintf("%#04x", r.IntN(65536)), names[r.IntN(len(names))]}[r.IntN(3)],
			Packets: quantity(), WireBytes: quantity(), CapturedBytes: quantity(), Bytes: quantity(),
			Octets: quantity(), FirstOffset: quantity(), FirstPacket: quantity(),
			Messages: quantity(), Records: quantity(), Sets: quantity(), FirstMessage: quantity(),
		}
	}
	return rows
}

func wildQuantity(r *rand.Rand) table.Quantity {
	if r.IntN(2) == 0 {
		return table.Quantity{}
	}
	return table.Known(wild(r))
}

// Exporters gives n rows of the table of exporters, with what is known and what is
// not.
func Exporters(n int, seed uint64) []table.ExporterRow {
	r := rand.New(rand.NewPCG(seed, 6))
	names := Hostile(50, seed)
	rows := make([]table.ExporterRow, n)
	for i := range rows {
		row := &rows[i]
		*row = table.ExporterRow{
			Input: names[r.IntN(len(names))], Port: uint16(r.Uint32N(3) * r.Uint32N(20_000)),
			Version:     []string{"netflow1", "netflow5", "netflow9", "ipfix", "nfcapd"}[r.IntN(5)],
			Domain:      []table.Quantity{{}, table.Known(0), table.Known(math.MaxUint32)}[r.IntN(3)],
			FirstExport: table.Instant{Time: wildTime(r), Known: r.IntN(2) == 0}, LastExport: table.Instant{Time: wildTime(r), Known: r.IntN(2) == 0},
			SequenceRule: []string{"", "records", "messages"}[r.IntN(3)],
		}
		if r.IntN(3) > 0 {
			row.Exporter = netip.AddrFrom16(wildAddress(r))
		}
		for _, q := range []*table.Quantity{
			&row.Messages, &row.Octets, &row.DuplicatesDropped, &row.RejectedMessages, &row.Records, &row.OptionRecords, &row.Rows,
			&row.Templates, &row.OptionTemplates, &row.Redefinitions, &row.Withdrawals, &row.SequenceGaps, &row.Lost, &row.Duplicates,
			&row.Reordered, &row.Resets, &row.ClockBackwards, &row.ClockJumps, &row.UptimeWraps, &row.TimeInverted,
			&row.UndecodableSets, &row.UndecodableOctets, &row.DecodedLate,
		} {
			*q = wildQuantity(r)
		}
	}
	return rows
}

// Hostile gives n different-looking names of the kind that hurts tables: formula
// beginnings behind blanks, quotes, separators, line breaks, control and
// bidirectional characters, octets that are not UTF-8, and the escapes that
// this program writes itself.
func Hostile(n int, seed uint64) []string {
	pieces := []string{
		"=", "+", "-", "@", "\t", "\r", "\n", "\r\n", " ", "\u00a0", "\u3000", "'", "\"", ",", ";", "|", "\\", `\x41`, `\\`,
		"\x00", "\x1b[31m", "\x7f", "\u0085", "\u009b", "\u202e", "\u2066", "\u200b", "\ufeff", "\u2028", "\uff1d", "\uff0b", "\uff0d", "\uff20",
		"\ufffd", "\ufffdff", "\ufffd4", "\xff", "\xc3", "\xed\xa0\x80", "\xf4\x90\x80\x80", "eth0", "SUM(A1)", "é", "日本", "x", "1", "",
	}
	r := rand.New(rand.NewPCG(seed, 5))
	names := make([]string, n)
	for i := range names {
		for range r.IntN(6) {
			names[i] += pieces[r.IntN(len(pieces))]
		}
	}
	return names
}
