package main

import (
	"netstream/aggregate/balance"
	"netstream/reader"
)

// books fills in all sides of the conservation laws.
func (j *job) books() {
	b := &j.sides
	for _, a := range j.accounts {
		in := inputSides(a)
		b.Inputs = append(b.Inputs, in)
		b.Accounted.Packets.Add(a.Accounted.Packets)
		b.Accounted.Octets.Add(a.Accounted.Octets)
		b.Accounted.WireOctets.Add(a.Accounted.WireOctets)
		b.PacketsRead.Add(in.Packets)
		b.PacketsSpent.Add(in.Outcomes + in.Lost)
	}
	b.Flows, b.FlowRecords, b.EndReasons = j.flows.totals, j.flows.records, j.flows.ends
	b.Intervals = j.perBin.totals
	b.FlowsStarted, b.FlowsEnded = j.perBin.started, j.perBin.ended
}

func inputSides(a *reader.Account) balance.Input {
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
	return in
}
