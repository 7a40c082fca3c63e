package naive

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/aggregate/naive/randomcapture"
)

const (
	fin, syn, rst, ack = flow.TCPFin, flow.TCPSyn, flow.TCPRst, flow.TCPAck

	ns  = time.Nanosecond
	sec = time.Second
)

// flowLines writes flow records as "start..end packets reason", times since base.
func flowLines(records []flow.Record) []string {
	var lines []string
	for _, r := range records {
		line := fmt.Sprintf("%v..%v %d %s", time.Duration(r.Start-base), time.Duration(r.End-base), r.Counters.Packets, r.EndReason)
		if r.Ordinal != 0 {
			line += fmt.Sprintf(" ordinal %d", r.Ordinal)
		}
		if r.LatePackets != 0 {
			line += fmt.Sprintf(" late %d", r.LatePackets)
		}
		lines = append(lines, line)
	}
	return lines
}

func every(step, until time.Duration, frame []byte) []randomcapture.Packet {
	var packets []randomcapture.Packet
	for after := time.Duration(0); after <= until; after += step {
		packets = append(packets, at(after, frame))
	}
	return packets
}

func TestFlowEnds(t *testing.T) {
	u, other := udp(1, 2), udp(3, 4)
	with := func(change func(o *Options)) Options {
		o := defaults
		change(&o)
		return o
	}
	type packets = []randomcapture.Packet
	tests := []struct {
		name string
		opts Options
		in   packets
		want []string
	}{
		{"exactly at the idle timeout", defaults, packets{at(0, u), at(30*sec, u)},
			[]string{"0s..30s 2 forced_end"}},
		{"one nanosecond over the idle timeout", defaults, packets{at(0, u), at(30*sec+ns, u)},
			[]string{"0s..0s 1 idle_timeout", "30.000000001s..30.000000001s 1 forced_end"}},
		{"idle timeout counts from the last packet", defaults, packets{at(0, u), at(20*sec, u), at(50*sec, u)},
			[]string{"0s..50s 3 forced_end"}},
		{"idle timeout 0", with(func(o *Options) { o.Idle = 0 }), packets{at(0, u), at(0, u), at(ns, u)},
			[]string{"0s..0s 2 idle_timeout", "1ns..1ns 1 forced_end"}},
		{"other flows do not keep it", defaults, packets{at(0, u), at(20*sec, other), at(40*sec, u)},
			[]string{"0s..0s 1 idle_timeout", "20s..20s 1 forced_end", "40s..40s 1 forced_end"}},

		{"exactly at the active timeout", defaults, every(30*sec, 30*time.Minute, u),
			[]string{"0s..30m0s 61 forced_end"}},
		{"one nanosecond over the active timeout", defaults, append(every(30*sec, 30*time.Minute, u), at(30*time.Minute+ns, u)),
			[]string{"0s..30m0s 61 active_timeout", "30m0.000000001s..30m0.000000001s 1 forced_end"}},
		{"active timeout again and again", with(func(o *Options) { o.Active = 10 * sec }), every(5*sec, 35*sec, u),
			[]string{"0s..10s 3 active_timeout", "15s..25s 3 active_timeout", "30s..35s 2 forced_end"}},
		{"no active timeout", with(func(o *Options) { o.Active = 0 }), every(30*sec, time.Hour, u),
			[]string{"0s..1h0m0s 121 forced_end"}},
		{"idle and active timeout: idle", with(func(o *Options) { o.Active = 10 * sec }), packets{at(0, u), at(31*sec, u)},
			[]string{"0s..0s 1 idle_timeout", "31s..31s 1 forced_end"}},

		{"FIN, closing ACK, repeated FIN", defaults, packets{at(0, tcp(syn)), at(sec, tcp(fin|ack)), at(2*sec, tcp(ack)), at(3*sec, tcp(fin|ack))},
			[]string{"0s..3s 4 end_of_flow"}},
		{"FIN, new SYN", defaults, packets{at(0, tcp(syn)), at(sec, tcp(fin|ack)), at(2*sec, tcp(ack)), at(3*sec, tcp(syn)), at(4*sec, tcp(ack))},
			[]string{"0s..2s 3 end_of_flow", "3s..4s 2 forced_end"}},
		{"SYN without FIN before", defaults, packets{at(0, tcp(syn)), at(sec, tcp(syn)), at(2*sec, tcp(ack))},
			[]string{"0s..2s 3 forced_end"}},
		{"RST repeated", defaults, packets{at(0, tcp(ack)), at(sec, tcp(rst)), at(2*sec, tcp(rst)), at(3*sec, tcp(rst|ack))},
			[]string{"0s..3s 4 end_of_flow"}},
		{"RST with SYN", defaults, packets{at(0, tcp(rst)), at(sec, tcp(rst|syn)), at(2*sec, tcp(ack))},
			[]string{"0s..0s 1 end_of_flow", "1s..2s 2 end_of_flow"}},
		{"SYN and FIN in one packet", defaults, packets{at(0, tcp(syn|fin)), at(sec, tcp(syn|fin))},
			[]string{"0s..0s 1 end_of_flow", "1s..1s 1 end_of_flow"}},
		{"exactly at the grace", with(func(o *Options) { o.EndGrace = 5 * sec }), packets{at(0, tcp(fin)), at(5*sec, tcp(ack)), at(10*sec, tcp(ack))},
			[]string{"0s..10s 3 end_of_flow"}},
		{"one nanosecond over the grace", with(func(o *Options) { o.EndGrace = 5 * sec }), packets{at(0, tcp(fin)), at(5*sec+ns, tcp(ack))},
			[]string{"0s..0s 1 end_of_flow", "5.000000001s..5.000000001s 1 forced_end"}},
		{"grace 0", with(func(o *Options) { o.EndGrace = 0 }), packets{at(0, tcp(fin)), at(0, tcp(ack)), at(ns, tcp(ack))},
			[]string{"0s..0s 2 end_of_flow", "1ns..1ns 1 forced_end"}},
		{"grace above the idle timeout", with(func(o *Options) { o.EndGrace = time.Minute }), packets{at(0, tcp(fin)), at(45*sec, tcp(ack))},
			[]string{"0s..45s 2 end_of_flow"}},
		{"no grace without FIN", with(func(o *Options) { o.EndGrace = time.Minute }), packets{at(0, tcp(ack)), at(45*sec, tcp(ack))},
			[]string{"0s..0s 1 idle_timeout", "45s..45s 1 forced_end"}},
		{"active timeout after FIN", with(func(o *Options) { o.Active = 10 * sec }), packets{at(0, tcp(syn)), at(6*sec, tcp(fin)), at(10*sec, tcp(ack)), at(10*sec+ns, tcp(ack))},
			[]string{"0s..10s 3 end_of_flow", "10.000000001s..10.000000001s 1 forced_end"}},
		{"URG, PSH and the rest end nothing", defaults, packets{at(0, tcp(0x1f8)), at(sec, tcp(syn))},
			[]string{"0s..1s 2 forced_end"}},

		{"own timers, exactly", with(func(o *Options) { o.Protocols = map[uint8]Timers{17: {10 * sec, 15 * sec}} }), packets{at(0, u), at(10*sec, u), at(15*sec, u)},
			[]string{"0s..15s 3 forced_end"}},
		{"own timers, over", with(func(o *Options) { o.Protocols = map[uint8]Timers{17: {10 * sec, 15 * sec}} }), packets{at(0, u), at(10*sec, u), at(15*sec+ns, u), at(25*sec+2*ns, u)},
			[]string{"0s..10s 2 active_timeout", "15.000000001s..15.000000001s 1 idle_timeout", "25.000000002s..25.000000002s 1 forced_end"}},
		{"own timers of another protocol", with(func(o *Options) { o.Protocols = map[uint8]Timers{6: {sec, sec}} }), packets{at(0, u), at(30*sec, u)},
			[]string{"0s..30s 2 forced_end"}},
		{"byte limit, exactly", with(func(o *Options) { o.MaxOctets = 56 }), packets{at(0, u), at(sec, u), at(2*sec, u)},
			[]string{"0s..1s 2 lack_of_resources", "2s..2s 1 forced_end"}},
		{"byte limit, over by one", with(func(o *Options) { o.MaxOctets = 55 }), packets{at(0, u), at(sec, u)},
			[]string{"0s..0s 1 lack_of_resources", "1s..1s 1 forced_end"}},
		{"a packet above the limit", with(func(o *Options) { o.MaxOctets = 27 }), packets{at(0, u), at(sec, u)},
			[]string{"0s..0s 1 lack_of_resources", "1s..1s 1 forced_end"}},
		{"packet limit within the grace", with(func(o *Options) { o.MaxPackets = 2 }), packets{at(0, tcp(syn)), at(sec, tcp(fin)), at(2*sec, tcp(ack))},
			[]string{"0s..1s 2 lack_of_resources", "2s..2s 1 forced_end"}},
		{"immediate", with(func(o *Options) { o.Fin, o.Rst = "immediate", "immediate" }), packets{at(0, tcp(fin)), at(sec, tcp(ack)), at(2*sec, tcp(rst)), at(3*sec, tcp(ack))},
			[]string{"0s..0s 1 end_of_flow", "1s..2s 2 end_of_flow", "3s..3s 1 forced_end"}},
		{"existing", with(func(o *Options) { o.Fin, o.Rst = "existing", "existing" }), packets{at(0, tcp(rst)), at(sec, tcp(ack)), at(2*sec, tcp(fin)), at(3*sec, tcp(ack))},
			[]string{"0s..2s 3 end_of_flow", "3s..3s 1 forced_end"}},
		{"ignore", with(func(o *Options) { o.Fin, o.Rst = "ignore", "ignore" }), packets{at(0, tcp(fin)), at(sec, tcp(rst)), at(2*sec, tcp(syn))},
			[]string{"0s..2s 3 forced_end"}},
		{"FIN ignored, RST immediate", with(func(o *Options) { o.Fin, o.Rst = "ignore", "immediate" }), packets{at(0, tcp(fin)), at(sec, tcp(fin|rst)), at(2*sec, tcp(ack))},
			[]string{"0s..1s 2 end_of_flow", "2s..2s 1 forced_end"}},
		{"ordinal: immediate", with(func(o *Options) { o.Fin, o.Rst = "immediate", "grace" }), packets{at(0, tcp(fin)), at(0, tcp(fin)), at(0, tcp(ack))},
			[]string{"0s..0s 1 end_of_flow", "0s..0s 1 end_of_flow ordinal 1", "0s..0s 1 forced_end ordinal 2"}},
		{"cut, exactly", with(func(o *Options) { o.CutEvery = 20 * sec }), packets{at(0, u), at(20*sec-ns, u), at(20*sec, u)},
			[]string{"0s..19.999999999s 2 forced_end", "20s..20s 1 forced_end"}},
		{"cut when idle for exactly the timeout", with(func(o *Options) { o.CutEvery = 40 * sec }), packets{at(10*sec, u), at(50*sec, u)},
			[]string{"10s..10s 1 forced_end", "50s..50s 1 forced_end"}},
		{"idle before the cut", with(func(o *Options) { o.CutEvery = 40 * sec }), packets{at(10*sec-ns, u), at(50*sec, u)},
			[]string{"9.999999999s..9.999999999s 1 idle_timeout", "50s..50s 1 forced_end"}},
		{"cut after FIN", with(func(o *Options) { o.CutEvery = 40 * sec }), packets{at(39*sec, tcp(fin)), at(40*sec, tcp(ack))},
			[]string{"39s..39s 1 end_of_flow", "40s..40s 1 forced_end"}},
		{"one entry", with(func(o *Options) { o.MaxFlows = 1 }), packets{at(0, u), at(sec, u), at(2*sec, other), at(3*sec, u)},
			[]string{"0s..1s 2 lack_of_resources", "2s..2s 1 lack_of_resources", "3s..3s 1 forced_end"}},
		{"two entries: the one seen least recently goes", with(func(o *Options) { o.MaxFlows = 2 }), packets{at(0, u), at(sec, other), at(2*sec, u), at(3*sec, tcp(ack)), at(4*sec, u)},
			[]string{"0s..4s 3 forced_end", "1s..1s 1 lack_of_resources", "3s..3s 1 forced_end"}},
		{"equal times: in the order of the file", with(func(o *Options) { o.MaxFlows = 2 }), packets{at(0, other), at(0, u), at(0, tcp(ack))},
			[]string{"0s..0s 1 forced_end", "0s..0s 1 forced_end", "0s..0s 1 lack_of_resources"}},
		{"a flow that is over takes no entry", with(func(o *Options) { o.MaxFlows, o.Protocols = 2, map[uint8]Timers{17: {sec, 0}} }), packets{at(0, tcp(ack)), at(sec, u), at(2*sec+ns, other), at(4*sec, tcp(ack))},
			[]string{"0s..4s 2 forced_end", "1s..1s 1 idle_timeout", "2.000000001s..2.000000001s 1 idle_timeout"}},
		{"neither does one that FIN has closed", with(func(o *Options) { o.MaxFlows, o.Fin = 1, "immediate" }), packets{at(0, tcp(fin)), at(sec, u)},
			[]string{"0s..0s 1 end_of_flow", "1s..1s 1 forced_end"}},
		{"ordinal: evicted and back", with(func(o *Options) { o.MaxFlows = 1 }), packets{at(0, u), at(0, other), at(0, u)},
			[]string{"0s..0s 1 lack_of_resources", "0s..0s 1 forced_end ordinal 1", "0s..0s 1 lack_of_resources"}},

		{"end of input exactly at the idle timeout", defaults, packets{at(0, u), at(30*sec, other)},
			[]string{"0s..0s 1 forced_end", "30s..30s 1 forced_end"}},
		{"end of input over the idle timeout", defaults, packets{at(0, u), at(30*sec+ns, other)},
			[]string{"0s..0s 1 idle_timeout", "30.000000001s..30.000000001s 1 forced_end"}},
		{"end of input after FIN", defaults, packets{at(0, tcp(fin)), at(time.Hour, other)},
			[]string{"0s..0s 1 end_of_flow", "1h0m0s..1h0m0s 1 forced_end"}},
		{"end of input over the active timeout alone", with(func(o *Options) { o.Active = sec }), packets{at(0, u), at(10*sec, other)},
			[]string{"0s..0s 1 forced_end", "10s..10s 1 forced_end"}},

		{"within the reorder window: in order of time", defaults, packets{at(sec, tcp(syn)), at(500*time.Millisecond, tcp(fin))},
			[]string{"500ms..500ms 1 end_of_flow", "1s..1s 1 forced_end"}},
		{"a late packet ends nothing and lowers flow_start", defaults, packets{at(60*sec, u), at(60*sec+ns, u), at(0, u)},
			[]string{"0s..1m0.000000001s 3 forced_end late 1"}},
		{"a stray ends nothing and raises flow_end", defaults, packets{at(0, u), at(24*time.Hour, u), at(ns, u)},
			[]string{"0s..24h0m0s 3 forced_end"}},
		{"a stray at first", defaults, packets{at(24*time.Hour, other), at(0, u), at(sec, u)},
			[]string{"0s..1s 2 forced_end", "24h0m0s..24h0m0s 1 forced_end"}},

		{"ordinal: SYN within the grace at the same time", defaults, packets{at(0, tcp(fin)), at(0, tcp(syn|fin)), at(0, tcp(syn))},
			[]string{"0s..0s 1 end_of_flow", "0s..0s 1 end_of_flow ordinal 1", "0s..0s 1 forced_end ordinal 2"}},
		{"ordinal: active timeout, then a late packet of the same time", with(func(o *Options) { o.Active = 10 * sec }),
			packets{at(0, u), at(9*sec, other), at(11*sec, other), at(11*sec, other), at(0, u)},
			[]string{"0s..0s 1 active_timeout", "0s..0s 1 forced_end ordinal 1 late 1", "9s..11s 3 forced_end"}},
		{"ordinal: none after silence", defaults,
			packets{at(0, u), at(40*sec, other), at(40*sec, other), at(0, u)},
			[]string{"0s..0s 1 idle_timeout", "0s..0s 1 forced_end late 1", "40s..40s 2 forced_end"}},
		{"ordinal: none after a SYN beyond the grace", defaults,
			packets{at(0, tcp(fin)), at(40*sec, other), at(40*sec, other), at(0, tcp(syn))},
			[]string{"0s..0s 1 end_of_flow", "0s..0s 1 forced_end late 1", "40s..40s 2 forced_end"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := flowLines(run(t, tt.opts, tt.in...).Flows)
			if !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

// One flow, every field of its record by hand.
func TestFlowRecord(t *testing.T) {
	second := tcp(fin | ack)
	second[14+8] = 63                                                                 // TTL
	second = append(second[:12:12], append([]byte{0x81, 0, 0, 9}, second[12:]...)...) // VLAN 9
	third := tcp(ack | flow.TCPAe)
	third[14+3] = 41 // one octet of payload
	third = append(third, 0xaa)
	third[14+6] = 0x20 // more fragments
	got := run(t, defaults, at(2*sec, tcp(syn)), at(0, []byte{1, 2, 3}), at(3*sec, second), at(3*sec, third), at(sec, second)).Flows
	want := []flow.Record{{
		Key: flow.Key{
			Source: flow.MappedIPv4([4]byte{10, 0, 0, 1}), Destination: flow.MappedIPv4([4]byte{10, 0, 0, 2}),
			SourcePort: 1000, DestinationPort: 80, Protocol: 6, Version: 4, Shape: 1,
		},
		Start: base + flow.Timestamp(sec), End: base + flow.Timestamp(3*sec),
		Counters:    flow.Counters{Packets: 4, Octets: 161, WireOctets: 54 + 58 + 55 + 58, PayloadOctets: 1},
		FirstNumber: 1, Fragments: 1, LatePackets: 1,
		TCPFlags:      fin | syn | ack | flow.TCPAe,
		TCPFlagCounts: [flow.TCPFlagCount]uint64{2, 1, 0, 0, 3, 0, 0, 0, 1},
		Marks:         flow.MarkTCP | flow.MarkMAC,
		MinOctets:     40, MaxOctets: 41, MinTTL: 63, MaxTTL: 64,
		SourceMAC: [6]byte{2, 0, 0, 0, 0, 1}, DestinationMAC: [6]byte{2, 0, 0, 0, 0, 2},
		EndReason: flow.EndOfFlow,
	}}
	// The last packet is later than the window by being 2 s below 3 s.
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestFlowOrder(t *testing.T) {
	result := run(t, defaults,
		at(0, udp(3, 1)), at(0, udp(2, 9)), at(0, udp(2, 1)), // source, then destination
		at(0, udp(1, 5)), at(sec, udp(1, 5)), // flow_end comes before the key
		at(sec, udp(1, 1)))
	var got []string
	for _, r := range result.Flows {
		got = append(got, fmt.Sprintf("%v>%v", r.Key.SourceAddr(), r.Key.DestinationAddr()))
	}
	want := []string{"10.0.0.2>10.0.0.1", "10.0.0.2>10.0.0.9", "10.0.0.3>10.0.0.1", "10.0.0.1>10.0.0.5", "10.0.0.1>10.0.0.1"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Keys differ in each field alone, and sort by the fields in this order.
func TestKeyOrder(t *testing.T) {
	var ascending []flow.Key
	k := flow.Key{}
	for _, change := range []func(k *flow.Key){
		func(k *flow.Key) {},
		func(k *flow.Key) { k.Shape = 1 },
		func(k *flow.Key) { k.Version = 4 },
		func(k *flow.Key) { k.ClassOfService = 1 },
		func(k *flow.Key) { k.Protocol = 1 },
		func(k *flow.Key) { k.DestinationPort = 1 },
		func(k *flow.Key) { k.SourcePort = 1 },
		func(k *flow.Key) { k.Destination[15] = 1 },
		func(k *flow.Key) { k.Source[15] = 1 },
		func(k *flow.Key) { k.Source[0] = 1 },
	} {
		next := k
		change(&next)
		ascending = append(ascending, next)
	}
	for i, a := range ascending {
		for j, b := range ascending {
			if got, want := compareKeys(a, b), min(1, max(-1, i-j)); got != want {
				t.Errorf("key %d against key %d: got %d, want %d", i, j, got, want)
			}
		}
	}
}
