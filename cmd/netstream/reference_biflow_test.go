package main

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"netstream/aggregate/flow"
	"netstream/aggregate/naive"
)

// pairSome meters both directions as one flow in a third of the experiments, whose key
// is then one of both directions, and keeps statistics in a third.
func (e *experiment) pairSome(random *rand.Rand) {
	if random.IntN(3) == 0 {
		e.settings.Moments, e.settings.Early = random.IntN(3) > 0, []int{0, 1, 3, 20}[random.IntN(4)]
	}
	if random.IntN(3) > 0 {
		return
	}
	e.settings.Biflow = true
	if e.key == "" {
		return
	}
	e.key = keyOfBoth(e.key)
	e.settings.Key = naiveKey(e.key)
}

// keyOfBoth makes a key one of both directions.
func keyOfBoth(key string) string {
	var both []string
	for _, field := range strings.Split(key, ",") {
		name, other, directed := strings.Cut(field, "src_")
		switch {
		case strings.HasPrefix(field, "dst_") || field == "tcp_flags":
		case directed:
			both = append(both, field, name+"dst_"+other)
		default:
			both = append(both, field)
		}
	}
	if len(both) == 0 {
		return "ip_version"
	}
	return strings.Join(both, ",")
}

// TestReferenceBiflows looks whether the experiments meet every state of connections
// and whatever happens to segments.
func TestReferenceBiflows(t *testing.T) {
	t.Parallel()
	states := make(map[flow.ConnState]int)
	met := make(map[string]int)
	note := func(what string, is bool) {
		if is {
			met[what]++
		} else {
			met[what] += 0
		}
	}
	for seed := range uint64(2400) {
		e := newExperiment(seed)
		if !e.settings.Biflow {
			continue
		}
		result, err := naive.Run(e.files(e.packets), e.settings)
		if err != nil {
			t.Fatal(err)
		}
		for i := range result.Flows {
			r, x := &result.Flows[i], &result.Reverses[i]
			states[x.TCP.State]++
			note("both directions", r.Counters.Packets > 0 && x.Counters.Packets > 0)
			note("reverse only", r.Counters.Packets == 0)
			note("turned", r.Counters.Packets > 0 && x.Counters.Packets > 0 && slices.Compare(r.Key.Source[:], r.Key.Destination[:]) > 0)
			note("replies to pings", r.Key.Protocol == 1 && x.Counters.Packets > 0)
			note("handshake", x.TCP.SynRTT >= 0)
			note("end of the handshake", x.TCP.AckRTT >= 0)
			for _, s := range []flow.Segments{x.TCP.Forward, x.TCP.Reverse} {
				note("retransmitted", s.Retransmitted > 0)
				note("out of order", s.OutOfOrder > 0)
				note("duplicate ACKs", s.DuplicateACKs > 0)
				note("zero windows", s.ZeroWindows > 0)
				note("missing octets", s.Missing > 0)
			}
		}
	}
	for state := flow.ConnNone; state <= flow.ConnOTH; state++ {
		if states[state] < 2 {
			t.Errorf("state %q is met %d times only: %v", state, states[state], states)
		}
	}
	for what, n := range met {
		if n < 5 {
			t.Errorf("%s: met %d times only", what, n)
		}
	}
}
