package main

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"netstream/aggregate/naive/randomcapture"
	"netstream/writer/manifest"
)

// overlap is two captures of one link, the second of which began before the first one had
// ended, put together by time. Packets that both have differ by what their clocks do.
type overlap struct {
	first, second []randomcapture.Packet
	merged        []randomcapture.Packet
	copies        manifest.Outcome // what of them lies within the window
	beyond        uint64           // packets that both have, further apart
}

func newOverlap(packets []randomcapture.Packet, random *rand.Rand, window time.Duration) *overlap {
	from := random.IntN(len(packets))
	to := from + random.IntN(len(packets)-from) + 1
	o := &overlap{first: packets[:to]}
	for i, p := range packets[from:] {
		// A third is exactly as far apart as copies may be, or one more.
		apart := []time.Duration{time.Duration(random.Int64N(int64(2 * window))), window, window + 1}[random.IntN(3)]
		if random.IntN(2) == 0 {
			apart = -apart
		}
		p.Time += int64(apart)
		o.second = append(o.second, p)
		if from+i >= to { // the first one had ended
			continue
		}
		if max(apart, -apart) > window {
			o.beyond++
			continue
		}
		o.copies.Packets++
		o.copies.WireBytes += uint64(p.WireLength)
		o.copies.Captured += uint64(len(p.Frame))
	}
	o.merged = slices.Concat(o.first, o.second)
	slices.SortStableFunc(o.merged, func(a, b randomcapture.Packet) int { return cmp.Compare(a.Time, b.Time) })
	return o
}

// TestI5Overlaps (I5): of captures that overlap the copies are counted exactly, by packets,
// and left out with --dedup-window; without it none is. Copies are not found across files,
// and the times that two files have in common can be read in run.json.
func TestI5Overlaps(t *testing.T) {
	const window = 10 * time.Millisecond
	overlaps := figure(6, 100)
	var copies, beyond uint64
	for seed := range overlaps {
		random := rand.New(rand.NewPCG(seed, 9))
		packets := slices.DeleteFunc(distinct(metered(t, randomcapture.New(seed, randomcapture.Options{Packets: 200, Disorder: randomcapture.Calm}))),
			func(p randomcapture.Packet) bool { return int(p.WireLength) < len(p.Frame) }) // which count other octets
		if len(packets) < 2 {
			packets = distinct(metered(t, randomcapture.New(seed+1000, randomcapture.Options{Packets: 200, Disorder: randomcapture.Calm})))
		}
		o := newOverlap(packets, random, window)
		file := saved(t, "merged.pcap", encoded(o.merged))
		all := uint64(len(o.merged))
		for _, tt := range []struct {
			flags []string
			want  manifest.Outcome
		}{{nil, manifest.Outcome{}}, {[]string{"--dedup-window", window.String()}, o.copies}} {
			in := manifestOf(t, outputOf(t, append(tt.flags, file)...)).Inputs[0]
			got, accounted := outcomeOf(in, "duplicate"), outcomeOf(in, "accounted")
			if got.Packets != tt.want.Packets || got.WireBytes != tt.want.WireBytes || got.Captured != tt.want.Captured || accounted.Packets != all-tt.want.Packets {
				t.Errorf("overlap %d, %q: got %+v, want %+v; %d of %d accounted", seed, tt.flags, got, tt.want, accounted.Packets, all)
			}
		}
		copies, beyond = copies+o.copies.Packets, beyond+o.beyond
		mustShowOverlap(t, o, window)
	}
	if copies < 5*overlaps || beyond < 5*overlaps { // some captures have few packets
		t.Errorf("only %d copies and %d packets that are none", copies, beyond)
	}
	t.Logf("assertion I5: %d overlaps, %d copies counted exactly, %d of the same octets further apart not taken for copies", overlaps, copies, beyond)
}

// outcomeOf gives what an input has under a name.
func outcomeOf(in manifest.Input, name string) (found manifest.Outcome) {
	for _, o := range in.Outcomes {
		if o.Name == name {
			found = o
		}
	}
	return found
}

// mustShowOverlap runs over the two captures as they are.
func mustShowOverlap(t *testing.T, o *overlap, window time.Duration) {
	t.Helper()
	names := []string{saved(t, "first.pcap", encoded(o.first)), saved(t, "second.pcap", encoded(o.second))}
	if string(encoded(o.first)) == string(encoded(o.second)) {
		return
	}
	there := manifestOf(t, outputOf(t, append([]string{"--dedup-window", window.String()}, names...)...))
	for _, in := range there.Inputs {
		packets := o.first
		if strings.HasSuffix(in.Name, "second.pcap") {
			packets = o.second
		}
		first, last := packets[0].Time, packets[0].Time
		for _, p := range packets {
			first, last = min(first, p.Time), max(last, p.Time)
		}
		zulu := func(t int64) string { return time.Unix(0, t).UTC().Format("2006-01-02T15:04:05.000000000Z") }
		if in.FirstTime != zulu(first) || in.LastTime != zulu(last) || in.Packets != uint64(len(packets)) || outcomeOf(in, "duplicate").Packets != 0 {
			t.Errorf("%s: got %s to %s, %s; want %s to %s, %d packets and no copies", in.Name, in.FirstTime, in.LastTime, fmt.Sprint(in.Outcomes), zulu(first), zulu(last), len(packets))
		}
	}
}
