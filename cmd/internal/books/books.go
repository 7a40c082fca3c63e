// Package books joins the readers' accounts to the conservation laws, for the
// programs that run both.
package books

import (
	"fmt"

	"netstream/aggregate/balance"
	"netstream/reader"
	"netstream/reader/sequence"
)

// AddAccount adds what one input held and where it went.
func AddAccount(b *balance.Books, a *reader.Account) {
	in := balance.Input{
		Name:     a.Name,
		Size:     uint64(a.Input.Expanded),
		Consumed: uint64(consumed(a)),
		Packets:  a.Packets(),
		Lost:     a.Capture.LostPackets,
		Captured: a.Capture.CapturedOctets,
	}
	for _, layer := range a.Input.Layers {
		in.StoredSize += uint64(layer.In)
		in.Decoded += uint64(layer.Decoded + layer.Trailing + layer.Undecoded)
	}
	for _, o := range a.Outcomes() {
		in.Outcomes += o.Packets
		in.ByOutcome += o.CapturedOctets
	}
	if e := a.Exports; e != nil {
		if e.Frames != nil {
			for _, o := range e.Frames.Outcomes {
				in.Outcomes += o.Packets
				in.ByOutcome += o.CapturedOctets
			}
		}
		addExport(b, a.Name, e)
	}
	b.Inputs = append(b.Inputs, in)
	for _, metered := range []*reader.Tally{&a.Accounted, &a.Notes[reader.NoteSecond]} {
		b.Accounted.Packets.Add(metered.Packets)
		b.Accounted.Octets.Add(metered.Octets)
		b.Accounted.WireOctets.Add(metered.WireOctets)
	}
	b.Accounted.Imprint += a.Imprint
	b.PacketsRead.Add(in.Packets)
	b.PacketsSpent.Add(in.Outcomes + in.Lost)
}

// consumed gives the octets of the content that the reader of its format accounts
// for.
func consumed(a *reader.Account) int64 {
	switch e := a.Exports; {
	case e != nil && e.Raw != nil:
		return e.Raw.Octets.Sum()
	case e != nil && e.Nfcapd != nil:
		o := &e.Nfcapd.Octets
		return int64(o.Header + o.Blocks + o.Damaged + o.Trailing)
	}
	return a.Capture.Octets.Sum()
}

// addExport adds the messages and records of an input.
func addExport(b *balance.Books, name string, e *reader.ExportAccount) {
	side := balance.Export{
		Name:           name,
		Messages:       e.MessagesRead(),
		SetOctets:      e.SetOctets,
		SetOctetsSpent: e.RecordOctets + e.PaddingOctets + e.UndecodableOctets,
		DataRecords:    e.DataRecords,
		Accounted:      e.FlowRecords + e.OptionRecords,
		Rows:           e.RowsDecoded,
	}
	if n := e.Nfcapd; n != nil {
		side.DataRecords, side.Accounted, side.NotAccounted = n.Records.Flow+n.Records.Malformed, n.Records.Flow, n.Records.Malformed
		side.Rows = n.Rows
	}
	for _, t := range e.Messages {
		side.MessageOutcomes += t.Messages
	}
	for i := range e.Streams {
		s := &e.Streams[i]
		if s.Version == 0 || s.Sequence.Rule == sequence.None {
			continue
		}
		side.Sequences = append(side.Sequences, balance.Sequence{
			Name: fmt.Sprintf("%v port %d version %d domain %d", s.Exporter, s.Port, s.Version, s.Domain),
			Span: s.Sequence.Span, Counted: s.Sequence.Counted, Lost: s.Sequence.Lost,
		})
	}
	b.Exports = append(b.Exports, side)
	b.Accounted.Packets.AddSum(e.Packets)
	b.Accounted.Octets.AddSum(e.Octets)
	b.Accounted.WireOctets.AddSum(e.WireOctets)
}
