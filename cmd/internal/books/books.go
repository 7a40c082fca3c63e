// Package books joins the readers' accounts to the conservation laws, for the
// programs that run both.
package books

import (
	"netstream/aggregate/balance"
	"netstream/reader"
)

// AddAccount adds what one input held and where it went.
func AddAccount(b *balance.Books, a *reader.Account) {
	in := balance.Input{
		Name:     a.Name,
		Size:     uint64(a.Input.Expanded),
		Consumed: uint64(a.Capture.Octets.Sum()),
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
	b.Inputs = append(b.Inputs, in)
	b.Accounted.Packets.Add(a.Accounted.Packets)
	b.Accounted.Octets.Add(a.Accounted.Octets)
	b.Accounted.WireOctets.Add(a.Accounted.WireOctets)
	b.PacketsRead.Add(in.Packets)
	b.PacketsSpent.Add(in.Outcomes + in.Lost)
}
