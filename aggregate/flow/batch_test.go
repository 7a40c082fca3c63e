package flow

import (
	"reflect"
	"testing"
)

// fillMembers gives all members of a group values other than zero.
func fillMembers(r *Record, m Members) {
	e := r.Export
	if m&MembersUsual != 0 {
		r.Key, r.Start, r.End, r.Counters = Key{Version: 4}, 1, 2, Counters{1, 2, 3, 4}
		r.FirstNumber, r.FirstInput, r.TCPFlags, r.Marks = 1, 2, 3, MarkTCP
		e.Has, e.InIf, e.OutIf, e.InIfName, e.OutIfName, e.SourceAS, e.DestinationAS = 1, 2, 3, 4, 5, 6, 7
		e.SourceMask, e.DestinationMask, e.Direction, e.TimeSource, e.SamplingSource = 1, 2, 1, TimeUptime, SamplingHeader
		e.Population, e.Sample, e.Total = 10, 1, true
	}
	if m&MembersNextHop != 0 {
		e.NextHop, e.BGPNextHop = [16]byte{1}, [16]byte{2}
	}
	if m&MembersMore != 0 {
		r.MinTTL, r.MaxTTL, r.MinOctets, r.MaxOctets, r.EndReason = 1, 2, 3, 4, EndForced
		e.ForwardingStatus, e.NATEvent, e.FirewallEvent, e.Flows = 1, 2, 3, 4
	}
}

// TestNextFillingZeroesTheRest: whoever had the place before, what is not filled is zero.
func TestNextFillingZeroesTheRest(t *testing.T) {
	const groups = MembersUsual | MembersNextHop | MembersMore
	b := NewBatch()
	for before := range groups + 2 { // the last one is of Next
		for m := range groups + 1 {
			b.Reset()
			if before > groups {
				r := b.Next()
				fillMembers(r, groups)
				r.VLAN, r.Export.Elements = 1, b.Keep([]byte("x"))
			} else {
				fillMembers(b.NextFilling(before), before)
			}
			b.Reset()
			r := b.NextFilling(m)
			fillMembers(r, m)
			got, export := *r, *r.Export
			want := Record{Export: &Export{}}
			fillMembers(&want, m)
			if got.Export = nil; !reflect.DeepEqual(export, *want.Export) {
				t.Errorf("%b after %b: got %+v, want %+v", m, before, export, *want.Export)
			}
			if want.Export = nil; got != want {
				t.Errorf("%b after %b: got %+v, want %+v", m, before, got, want)
			}
		}
	}
	if r := b.Next(); r.Key != (Key{}) || r.Export == nil || !reflect.DeepEqual(*r.Export, Export{}) {
		t.Errorf("Next gives %+v", r)
	}
}
