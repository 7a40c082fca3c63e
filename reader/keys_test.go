package reader

import (
	"testing"

	"netstream/aggregate/flow"
	"netstream/reader/capture"
	"netstream/reader/header"
)

// TestKeysAllocateNothing: packets with known values of their key cost no allocation.
func TestKeysAllocateNothing(t *testing.T) {
	const everything = flow.KeySevenTuple | flow.KeyVLAN | flow.KeyMPLSLabel3 | flow.KeyFlowLabel | flow.KeyTCPFlags | flow.KeySourceMAC
	p := &Packets{
		account:    new(Account),
		options:    Options{Points: flow.NewPoints()},
		keys:       newKeys(&Options{Key: flow.KeyDefinition{Fields: everything, ClassMask: flow.ClassDSCP}}),
		interfaces: []observed{{decoder: header.NewDecoder(1, header.Options{WithMAC: true})}},
	}
	frames := make([]capture.Frame, 2)
	for i := range frames {
		// Two labels 0, the label 16 at the bottom of the stack, an IPv6 header.
		frame := []byte{12: 0x88, 13: 0x47, 23: 1, 24: 1, 26: 0x60, 28: 0x23, 29: byte(i), 65: 0}
		frames[i] = capture.Frame{Data: frame, Length: uint32(len(frame)), Number: uint64(i)}
	}
	var packet flow.Packet
	each := func() {
		for i := range frames {
			f := &frames[i]
			if reason, _ := p.interfaces[0].decoder.Decode(&packet, f.Data, f.Length); reason != flow.ReasonAccounted {
				t.Fatal(reason)
			}
			if err := p.complete(&packet, f, 0, false); err != nil {
				t.Fatal(err)
			}
			p.finishKey(&packet)
			if got := p.options.Points.Point(packet.Key.Point).Flexible; got.FlowLabel != 0x02300+uint32(i) || got.MPLS[2] != 0x10 {
				t.Fatalf("got %+v", got)
			}
		}
	}
	if n := testing.AllocsPerRun(100, each); n != 0 {
		t.Errorf("%v allocations for two packets", n)
	}
}
