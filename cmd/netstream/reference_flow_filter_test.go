package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"netstream/aggregate/balance"
	"netstream/aggregate/flow"
	"netstream/aggregate/naive"
	"netstream/aggregate/recordfilter"
)

// condition is a condition on flow records, in the language of --flow-filter and in
// Go.
type condition struct {
	text  string
	holds func(*flow.Record) bool
}

// conditions are such as depend on what is known of a flow only when it ends, and
// such as follow from its key.
func (e *experiment) conditions(random *rand.Rand) []condition {
	moment := flow.Timestamp(e.packets[random.IntN(len(e.packets))].Time)
	micro := flow.Timestamp(moment.Microseconds())
	floor := func(t flow.Timestamp) flow.Timestamp { return flow.Timestamp(t.Microseconds()) }
	address := e.settings.Select.Seed // any bits
	return []condition{
		{"protocol = tcp", func(r *flow.Record) bool { return r.Key.Protocol == 6 }},
		{"ip_version = 4", func(r *flow.Record) bool { return r.Key.Version == 4 }},
		{"src_port in 0..1023, 8080", func(r *flow.Record) bool {
			return r.Key.Shape&(flow.Ports|flow.NoSourcePort) == flow.Ports && (r.Key.SourcePort < 1024 || r.Key.SourcePort == 8080)
		}},
		{"src_ip in 0.0.0.0/1, ::/1", func(r *flow.Record) bool {
			a := r.Key.SourceAddr().AsSlice()
			return r.Key.Shape&flow.NoSource == 0 && a[0] < 128
		}},
		{"packets > 1", func(r *flow.Record) bool { return r.Counters.Packets > 1 }},
		{"packets = 2 or payload_bytes = 0", func(r *flow.Record) bool { return r.Counters.Packets == 2 || r.Counters.PayloadOctets == 0 }},
		{"bytes < 0.1K", func(r *flow.Record) bool { return r.Counters.Octets < 100 }},
		{"wire_bytes & 1 = 1", func(r *flow.Record) bool { return r.Counters.WireOctets%2 == 1 }},
		{"tcp_flags & syn", func(r *flow.Record) bool { return r.Marks&flow.MarkTCP != 0 && r.TCPFlags&2 != 0 }},
		{"tcp_flags is null", func(r *flow.Record) bool { return r.Marks&flow.MarkTCP == 0 }},
		{"end_reason in idle_timeout, forced_end", func(r *flow.Record) bool { return r.EndReason == 1 || r.EndReason == 4 }},
		{"duration_us >= 1s", func(r *flow.Record) bool { return floor(r.End)-floor(r.Start) >= 1_000_000 }},
		{"duration_us = 0", func(r *flow.Record) bool { return floor(r.End) == floor(r.Start) }},
		{"flow_start > " + quoted(moment), func(r *flow.Record) bool { return floor(r.Start) > micro }},
		{"flow_end <= " + quoted(micro*1000), func(r *flow.Record) bool { return floor(r.End) <= micro }},
		{"late_packets > 0 or fragments > 0", func(r *flow.Record) bool { return r.LatePackets > 0 || r.Fragments > 0 }},
		{"vlan_id != 10", func(r *flow.Record) bool { return r.Marks&flow.MarkVLAN != 0 && r.VLAN != 10 }},
		{"packets_scaled is not null", func(r *flow.Record) bool { return r.Population > 0 }},
		{fmt.Sprintf("min_ttl & %d", address%256), func(r *flow.Record) bool { return uint64(r.MinTTL)&address%256 != 0 }},
	}
}

// quoted gives a time as a value; times are rounded to nanoseconds there and to
// microseconds in the cells.
func quoted(t flow.Timestamp) string { return "'" + timeText(t.Time()) + "'" }

// filterFlows has flow records filtered in half of the experiments.
func (e *experiment) filterFlows(random *rand.Rand) {
	if random.IntN(2) == 0 {
		return
	}
	all := e.conditions(random)
	c := all[random.IntN(len(all))]
	for range random.IntN(3) {
		before, next := c, all[random.IntN(len(all))]
		switch random.IntN(3) {
		case 0:
			c = condition{"(" + before.text + ") and (" + next.text + ")", func(r *flow.Record) bool { return before.holds(r) && next.holds(r) }}
		case 1:
			c = condition{"(" + before.text + ") or (" + next.text + ")", func(r *flow.Record) bool { return before.holds(r) || next.holds(r) }}
		case 2:
			c = condition{"not (" + before.text + ")", func(r *flow.Record) bool { return !before.holds(r) }}
		}
	}
	e.flowFilter, e.settings.Keep = c.text, c.holds
}

// keep gives the same to the engine.
func (e *experiment) keep(points *flow.Points) (func(*flow.Record) bool, error) {
	if e.flowFilter == "" {
		return nil, nil
	}
	parsed, err := recordfilter.Parse(e.flowFilter, recordfilter.Options{WithMAC: true})
	if err != nil {
		return nil, err
	}
	return parsed.Matcher(points, flow.NewNames()), nil
}

func countersOf(t *balance.Totals) flow.Counters {
	var c flow.Counters
	c.Packets, _ = t.Packets.Uint64()
	c.Octets, _ = t.Octets.Uint64()
	c.WireOctets, _ = t.WireOctets.Uint64()
	c.PayloadOctets, _ = t.PayloadOctets.Uint64()
	return c
}

// TestReferenceFiltersFlows: the experiments keep and reject flows of one interval and
// of several, under each condition.
func TestReferenceFiltersFlows(t *testing.T) {
	t.Parallel()
	met := make(map[string]int)
	texts := make(map[string]bool)
	for seed := range uint64(600) {
		e := newExperiment(seed)
		if e.flowFilter == "" {
			continue
		}
		for _, c := range e.conditions(rand.New(rand.NewPCG(seed, 1))) {
			name := strings.Fields(c.text)[0]
			texts[name] = texts[name] || strings.Contains(e.flowFilter, name)
		}
		all := e.settings
		all.Keep = nil
		result, err := naive.Run(e.files(e.packets), all)
		if err != nil {
			t.Fatal(err)
		}
		for i := range result.Flows {
			r := &result.Flows[i]
			what := "kept"
			if !e.settings.Keep(r) {
				what = "rejected"
			}
			met[what]++
			if r.Start.Interval(e.settings.Interval) != r.End.Interval(e.settings.Interval) {
				met[what+" with several intervals"]++
			}
		}
	}
	for what, n := range met {
		if n < 100 {
			t.Errorf("only %d records are %s", n, what)
		}
	}
	for name, is := range texts {
		if !is {
			t.Errorf("no filter has %s", name)
		}
	}
	if len(met) != 4 || len(texts) < 15 {
		t.Errorf("met %v, conditions on %v", met, texts)
	}
}
