package naive

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/aggregate/naive/randomcapture"
)

// intervalLines writes interval records as "start: first..last packets
// active/started/ended", times since base.
func intervalLines(records []flow.IntervalRecord) []string {
	var lines []string
	since := func(t flow.Timestamp) time.Duration { return time.Duration(t - base) }
	for _, r := range records {
		lines = append(lines, fmt.Sprintf("%v: %v..%v %d %d/%d/%d", since(r.Start), since(r.First), since(r.Last),
			r.Counters.Packets, r.FlowsActive, r.FlowsStarted, r.FlowsEnded))
	}
	return lines
}

func TestIntervals(t *testing.T) {
	const min5 = 5 * time.Minute
	u, other := udp(1, 2), udp(3, 4)
	type packets = []randomcapture.Packet
	tests := []struct {
		name string
		in   packets
		want []string
	}{
		{"edges are half open", packets{at(min5-ns, u), at(min5, u), at(2*min5-ns, u)},
			[]string{"0s: 4m59.999999999s..4m59.999999999s 1 1/1/0", "5m0s: 5m0s..9m59.999999999s 2 2/1/2"}},
		{"a flow over an edge", packets{at(min5-20*sec, u), at(min5-sec, u), at(min5, u), at(min5+sec, u)},
			[]string{"0s: 4m40s..4m59s 2 1/1/0", "5m0s: 5m0s..5m1s 2 1/0/1"}},
		{"two flows of a key in an interval", packets{at(0, u), at(40*sec, u)},
			[]string{"0s: 0s..40s 2 2/2/2"}},
		{"intervals without packets have no row", packets{at(0, u), at(3*min5, u)},
			[]string{"0s: 0s..0s 1 1/1/1", "15m0s: 15m0s..15m0s 1 1/1/1"}},
		{"a stray counts where its own time is", packets{at(0, u), at(24*time.Hour, u), at(ns, u)},
			[]string{"0s: 0s..1ns 2 1/1/0", "24h0m0s: 24h0m0s..24h0m0s 1 1/0/1"}},
		{"a late packet counts where its own time is", packets{at(min5, u), at(min5+ns, u), at(0, u)},
			[]string{"0s: 0s..0s 1 1/1/0", "5m0s: 5m0s..5m0.000000001s 2 1/0/1"}},
		{"by interval, then by key", packets{at(0, other), at(sec, u), at(min5, u), at(min5+sec, other)},
			[]string{"0s: 1s..1s 1 1/1/1", "0s: 0s..0s 1 1/1/1", "5m0s: 5m0s..5m0s 1 1/1/1", "5m0s: 5m1s..5m1s 1 1/1/1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := intervalLines(run(t, defaults, tt.in...).Intervals)
			if !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestIntervalRecord(t *testing.T) {
	got := run(t, defaults, at(0, tcp(syn)), at(sec, tcp(ack)), at(2*sec, udp(1, 2))).Intervals
	key := flow.Key{
		Source: flow.MappedIPv4([4]byte{10, 0, 0, 1}), Destination: flow.MappedIPv4([4]byte{10, 0, 0, 2}),
		SourcePort: 1000, DestinationPort: 80, Protocol: 6, Version: 4, Shape: 1,
	}
	udpKey := key
	udpKey.DestinationPort, udpKey.Protocol = 53, 17
	want := []flow.IntervalRecord{
		{
			Key: udpKey, Start: base, End: base + flow.Timestamp(300*sec), First: base + flow.Timestamp(2*sec), Last: base + flow.Timestamp(2*sec),
			Counters:    flow.Counters{Packets: 1, Octets: 28, WireOctets: 42},
			FlowsActive: 1, FlowsStarted: 1, FlowsEnded: 1, Has: flow.MeteredFields, Distribution: flow.DistributionDirect,
		},
		{
			Key: key, Start: base, End: base + flow.Timestamp(300*sec), First: base, Last: base + flow.Timestamp(sec),
			Counters:    flow.Counters{Packets: 2, Octets: 80, WireOctets: 108},
			FlowsActive: 1, FlowsStarted: 1, FlowsEnded: 1, ActiveTime: uint64(sec), Has: flow.MeteredFields, Distribution: flow.DistributionDirect,
			TCPFlags: syn | ack, Marks: flow.MarkTCP,
		},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestIntervalOf(t *testing.T) {
	tests := []struct {
		t     flow.Timestamp
		width time.Duration
		want  flow.Timestamp
	}{
		{0, 10, 0}, {9, 10, 0}, {10, 10, 10},
		{-1, 10, -10}, {-10, 10, -10}, {-11, 10, -20},
		{math.MinInt64, 10, math.MinInt64}, // its start, 2 ns before, cannot be represented
		{math.MaxInt64, 10, math.MaxInt64 - 7},
	}
	for _, tt := range tests {
		if got := intervalOf(tt.t, tt.width); got != tt.want {
			t.Errorf("interval of %d by %d: got %d, want %d", tt.t, int64(tt.width), got, tt.want)
		}
	}
}
