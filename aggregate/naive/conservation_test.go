package naive

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/aggregate/naive/randomcapture"
)

// optionsFor varies the options with the seed.
func optionsFor(seed uint64) Options {
	random := rand.New(rand.NewPCG(seed, 99))
	pick := func(from ...time.Duration) time.Duration { return from[random.IntN(len(from))] }
	opts := Options{
		Idle:          pick(30*sec, 30*sec, 10*sec, 0),
		Active:        pick(30*time.Minute, 15*sec, 60*sec, 0),
		EndGrace:      pick(30*sec, sec, time.Minute, 0),
		ReorderWindow: pick(sec, sec, 0, 10*sec),
		Interval:      pick(5*time.Minute, 5*time.Minute, sec, time.Hour),
	}
	if random.IntN(2) == 0 {
		return opts
	}
	rules := []string{"grace", "immediate", "existing", "ignore"}
	opts.Fin, opts.Rst = rules[random.IntN(4)], rules[random.IntN(4)]
	opts.MaxOctets, opts.MaxPackets = []uint64{0, 0, 40, 1000}[random.IntN(4)], []uint64{0, 0, 1, 5}[random.IntN(4)]
	opts.CutEvery = pick(0, 0, sec, 15*sec, 5*time.Minute)
	opts.MaxFlows = []int{0, 0, 1, 3}[random.IntN(4)]
	opts.Protocols = map[uint8]Timers{6: {pick(sec, 30*sec, time.Hour), pick(0, 15*sec)}, 17: {pick(0, sec, time.Hour), 0}}
	return opts
}

func disorderFor(seed uint64) randomcapture.Disorder {
	return []randomcapture.Disorder{randomcapture.Hostile, randomcapture.Jumbled, randomcapture.Calm}[seed%3]
}

func TestConservation(t *testing.T) {
	ends := map[flow.EndReason]int{}
	late, ordinals := uint64(0), 0
	for seed := range uint64(2000) {
		packets := randomcapture.New(seed, randomcapture.Options{Packets: 200, Disorder: disorderFor(seed)})
		opts := optionsFor(seed)
		result := run(t, opts, packets...)
		checkLaws(t, seed, opts, len(packets), result)
		for _, f := range result.Flows {
			ends[f.EndReason]++
			late += f.LatePackets
			if f.Ordinal > 0 {
				ordinals++
			}
		}
	}
	if len(ends) != 5 || late == 0 || ordinals == 0 {
		t.Errorf("the captures are too tame: end reasons %v, %d late packets, %d ordinals above 0", ends, late, ordinals)
	}
}

// checkLaws checks what holds of any result: every packet is accounted or not,
// both tables have the same sums, key by key, and the rows ascend.
func checkLaws(t *testing.T, seed uint64, opts Options, packets int, result Result) {
	t.Helper()
	read := result.Accounted
	for _, n := range result.NotAccounted {
		read += n
	}
	if read != uint64(packets) {
		t.Fatalf("seed %d: got %d packets, want %d", seed, read, packets)
	}
	flows, inIntervals := map[flow.Key]flow.Counters{}, map[flow.Key]flow.Counters{}
	var total, started, ended uint64
	for _, f := range result.Flows {
		c := flows[f.Key]
		c.Add(f.Counters)
		flows[f.Key] = c
		total += f.Counters.Packets
		if f.Start > f.End || f.MinOctets > f.MaxOctets || f.MinTTL > f.MaxTTL || f.EndReason < 1 || f.EndReason > 5 ||
			f.Counters.Octets < f.Counters.PayloadOctets || f.LatePackets > f.Counters.Packets {
			t.Fatalf("seed %d: flow record contradicts itself: %+v", seed, f)
		}
	}
	for _, r := range result.Intervals {
		c := inIntervals[r.Key]
		c.Add(r.Counters)
		inIntervals[r.Key] = c
		started += r.FlowsStarted
		ended += r.FlowsEnded
		if r.First < r.Start || r.Last < r.First || r.Last-r.Start >= flow.Timestamp(opts.Interval) ||
			r.FlowsActive < max(1, r.FlowsStarted, r.FlowsEnded) || r.FlowsActive > r.Counters.Packets {
			t.Fatalf("seed %d: interval record contradicts itself: %+v", seed, r)
		}
	}
	if total != result.Accounted+result.Second {
		t.Fatalf("seed %d: flow records have %d packets, %d are accounted, %d of them twice", seed, total, result.Accounted, result.Second)
	}
	if n := uint64(len(result.Flows)); started != n || ended != n {
		t.Fatalf("seed %d: %d flows started and %d ended in intervals, want %d", seed, started, ended, n)
	}
	if len(flows) != len(inIntervals) {
		t.Fatalf("seed %d: %d keys in the flow table, %d in the interval table", seed, len(flows), len(inIntervals))
	}
	for key, want := range flows {
		if got := inIntervals[key]; got != want {
			t.Fatalf("seed %d: the intervals of a key have %+v, its flows %+v", seed, got, want)
		}
	}
	if !slices.IsSortedFunc(result.Intervals, func(a, b flow.IntervalRecord) int {
		if a.Start != b.Start {
			return int(min(1, max(-1, a.Start-b.Start)))
		}
		return compareKeys(a.Key, b.Key)*2 - 1 // equal ones are out of order
	}) {
		t.Fatalf("seed %d: interval records do not ascend", seed)
	}
}
