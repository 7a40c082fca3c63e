package naive

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/aggregate/naive/randomcapture"
)

// captures calls f with n random captures of the given disorder.
func captures(t *testing.T, n uint64, disorder randomcapture.Disorder, f func(seed uint64, opts Options, packets []randomcapture.Packet, random *rand.Rand)) {
	t.Helper()
	for seed := range n {
		packets := randomcapture.New(seed, randomcapture.Options{Packets: 100, Disorder: disorder})
		f(seed, optionsFor(seed), packets, rand.New(rand.NewPCG(seed, 7)))
		if t.Failed() {
			return
		}
	}
}

// without gives the tables as far as a relation lets them be, in their order.
func without(r Result, change func(f *flow.Record), changeInterval func(i *flow.IntervalRecord)) Result {
	r.Flows, r.Intervals = slices.Clone(r.Flows), slices.Clone(r.Intervals)
	for i := range r.Flows {
		change(&r.Flows[i])
	}
	for i := range r.Intervals {
		if changeInterval != nil {
			changeInterval(&r.Intervals[i])
		}
	}
	slices.SortStableFunc(r.Flows, compareRecords)
	slices.SortStableFunc(r.Intervals, func(a, b flow.IntervalRecord) int {
		if a.Start != b.Start {
			return int(min(1, max(-1, a.Start-b.Start)))
		}
		return compareKeys(a.Key, b.Key)
	})
	return r
}

func noPlaces(f *flow.Record) { f.FirstInput, f.FirstNumber = 0, 0 }

func wantEqual(t *testing.T, seed uint64, got, want Result) {
	t.Helper()
	if reflect.DeepEqual(got, want) {
		return
	}
	t.Errorf("seed %d: got %d flows, %d intervals, %d accounted, %v; want %d, %d, %d, %v", seed,
		len(got.Flows), len(got.Intervals), got.Accounted, got.NotAccounted,
		len(want.Flows), len(want.Intervals), want.Accounted, want.NotAccounted)
	for i := range min(len(got.Flows), len(want.Flows)) {
		if got.Flows[i] != want.Flows[i] {
			t.Errorf("flow %d:\n got %+v\nwant %+v", i, got.Flows[i], want.Flows[i])
			return
		}
	}
	for i := range min(len(got.Intervals), len(want.Intervals)) {
		if got.Intervals[i] != want.Intervals[i] {
			t.Errorf("interval %d:\n got %+v\nwant %+v", i, got.Intervals[i], want.Intervals[i])
			return
		}
	}
}

func TestSplitAndShuffleFiles(t *testing.T) { // M1, M2
	captures(t, 300, randomcapture.Calm, func(seed uint64, opts Options, packets []randomcapture.Packet, random *rand.Rand) {
		var at []int
		for range 1 + random.IntN(8) {
			at = append(at, random.IntN(len(packets)+1))
		}
		slices.Sort(at)
		var files []File
		for i, part := range randomcapture.Split(packets, at...) {
			files = append(files, File{Name: string(rune('a' + i)), Content: encode(part...)})
		}
		inOrder, err := Run(files, opts)
		if err != nil {
			t.Fatal(err)
		}
		wantEqual(t, seed, without(inOrder, noPlaces, nil), without(run(t, opts, packets...), noPlaces, nil))
		random.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
		shuffled, err := Run(files, opts)
		if err != nil {
			t.Fatal(err)
		}
		wantEqual(t, seed, shuffled, inOrder)
	})
}

func TestFormats(t *testing.T) { // M3
	captures(t, 200, randomcapture.Hostile, func(seed uint64, opts Options, packets []randomcapture.Packet, _ *rand.Rand) {
		packets = randomcapture.TruncateToMicroseconds(packets)
		want := run(t, opts, packets...)
		for _, format := range randomcapture.Formats() {
			got, err := Run([]File{{"a", randomcapture.Encode(packets, format)}}, opts)
			if err != nil {
				t.Fatal(err)
			}
			wantEqual(t, seed, got, want)
		}
	})
}

func TestShiftTime(t *testing.T) { // M4
	toYear2038 := time.Duration(2147483648e9-base) / time.Hour * time.Hour
	captures(t, 200, randomcapture.Jumbled, func(seed uint64, opts Options, packets []randomcapture.Packet, random *rand.Rand) {
		for _, d := range []time.Duration{toYear2038, time.Hour * time.Duration(random.IntN(690_000)), -time.Duration(base)} {
			shifted, ok := randomcapture.ShiftTime(packets, d)
			if !ok && d >= 0 {
				t.Fatalf("seed %d: a shift by %v leads out of range", seed, d)
			}
			if !ok {
				continue
			}
			want := without(run(t, opts, packets...), func(f *flow.Record) {
				f.Start += flow.Timestamp(d)
				f.End += flow.Timestamp(d)
			}, func(i *flow.IntervalRecord) {
				i.Start += flow.Timestamp(d)
				i.End += flow.Timestamp(d)
				i.First += flow.Timestamp(d)
				i.Last += flow.Timestamp(d)
			})
			wantEqual(t, seed, run(t, opts, shifted...), want)
		}
	})
}

func TestLinkHeaders(t *testing.T) { // M5
	shorter := func(f *flow.Record) { f.Counters.WireOctets -= 4 * f.Counters.Packets }
	shorterInterval := func(i *flow.IntervalRecord) { i.Counters.WireOctets -= 4 * i.Counters.Packets }
	captures(t, 300, randomcapture.Hostile, func(seed uint64, opts Options, packets []randomcapture.Packet, _ *rand.Rand) {
		plain := run(t, opts, packets...)

		tagged := run(t, opts, randomcapture.AddVLAN(packets, 77)...)
		for _, f := range tagged.Flows {
			if f.Marks&flow.MarkVLAN == 0 || f.VLAN != 77 {
				t.Errorf("seed %d: got VLAN %d, want 77", seed, f.VLAN)
			}
		}
		noVLAN := func(f *flow.Record) {
			f.VLAN, f.InnerVLAN = 0, 0
			f.Marks &^= flow.MarkVLAN | flow.MarkInnerVLAN
		}
		wantEqual(t, seed, without(tagged, func(f *flow.Record) { noVLAN(f); shorter(f) }, shorterInterval), without(plain, noVLAN, nil))

		labelled := run(t, opts, randomcapture.AddMPLS(packets, 777)...)
		for _, f := range labelled.Flows {
			if f.Marks&flow.MarkMPLS == 0 || f.MPLSTop != 777 {
				t.Errorf("seed %d: got label %d, want 777", seed, f.MPLSTop)
			}
		}
		noMPLS := func(f *flow.Record) {
			f.MPLSTop = 0
			f.Marks &^= flow.MarkMPLS
		}
		wantEqual(t, seed, without(labelled, func(f *flow.Record) { noMPLS(f); shorter(f) }, shorterInterval), without(plain, noMPLS, nil))

		source, destination := [6]byte{2, 1}, [6]byte{2, 2}
		want := without(plain, func(f *flow.Record) { f.SourceMAC, f.DestinationMAC = source, destination }, nil)
		wantEqual(t, seed, run(t, opts, randomcapture.ChangeMACs(packets, source, destination)...), want)
	})
}

func TestSnap(t *testing.T) { // M7
	captures(t, 300, randomcapture.Hostile, func(seed uint64, opts Options, packets []randomcapture.Packet, _ *rand.Rand) {
		packets = slices.DeleteFunc(packets, func(p randomcapture.Packet) bool { return int(p.WireLength) < len(p.Frame) })
		wantEqual(t, seed, run(t, opts, randomcapture.Snap(packets, randomcapture.MaxHeaders)...), run(t, opts, packets...))
	})
}

func TestSwapDirection(t *testing.T) { // M9
	swapKey := func(k *flow.Key) {
		k.Source, k.Destination = k.Destination, k.Source
		if k.Protocol != 1 && k.Protocol != 58 {
			k.SourcePort, k.DestinationPort = k.DestinationPort, k.SourcePort
		}
	}
	captures(t, 300, randomcapture.Hostile, func(seed uint64, opts Options, packets []randomcapture.Packet, _ *rand.Rand) {
		want := without(run(t, opts, packets...), func(f *flow.Record) {
			swapKey(&f.Key)
			f.SourceMAC, f.DestinationMAC = f.DestinationMAC, f.SourceMAC
		}, func(i *flow.IntervalRecord) { swapKey(&i.Key) })
		wantEqual(t, seed, run(t, opts, randomcapture.SwapDirection(packets)...), want)
	})
}

func TestSwapEqualTimes(t *testing.T) { // M10
	different, same := 0, 0
	captures(t, 300, randomcapture.Hostile, func(seed uint64, opts Options, packets []randomcapture.Packet, _ *rand.Rand) {
		opts.MaxFlows = 0 // with a bound it matters which of the two comes first
		plain := run(t, opts, packets...)
		for at := range packets {
			swapped, ok := randomcapture.SwapEqualTimes(packets, at)
			if !ok || at%3 != 0 {
				continue
			}
			got, pair := run(t, opts, swapped...), run(t, opts, packets[at], packets[at+1])
			if pair.Accounted == 2 && len(pair.Intervals) == 1 { // of one key
				same++
				volumes := func(i *flow.IntervalRecord) { i.FlowsActive, i.FlowsStarted, i.FlowsEnded, i.ActiveTime = 0, 0, 0, 0 }
				wantEqual(t, seed, Result{Intervals: without(got, noPlaces, volumes).Intervals}, Result{Intervals: without(plain, noPlaces, volumes).Intervals})
				continue
			}
			different++
			wantEqual(t, seed, without(got, noPlaces, nil), without(plain, noPlaces, nil))
		}
	})
	if different < 100 || same < 100 {
		t.Errorf("only %d pairs of different keys and %d of one key", different, same)
	}
}

// An alien ahead is seen as a stray wherever a packet of the capture follows.
// One in the past makes a stray of a packet before it that is more than the
// window ahead of those before: such places are left out.
func TestInsertAlien(t *testing.T) { // M11
	past, future := 0, 0
	captures(t, 300, randomcapture.Calm, func(seed uint64, opts Options, packets []randomcapture.Packet, random *rand.Rand) {
		packets = slices.DeleteFunc(packets, func(p randomcapture.Packet) bool { return run(t, opts, p).Accounted == 0 })
		opts.MaxFlows = 0 // with a bound the alien takes the place of another flow
		plain := run(t, opts, packets...)
		for range 8 {
			if len(packets) < 3 {
				return
			}
			at := random.IntN(len(packets))
			calm := at < 2 || packets[at-1].Time-packets[at-2].Time <= int64(opts.ReorderWindow)
			for _, when := range []time.Time{time.Unix(1<<32-1, 0), time.Unix(0, 0), time.Unix(0, packets[at].Time).AddDate(0, 0, -1)} {
				ahead := when.UnixNano() > packets[at].Time
				if !ahead && !calm {
					continue
				}
				if ahead {
					future++
				} else {
					past++
				}
				got := run(t, opts, randomcapture.InsertAlien(packets, at, when)...)
				wantOwnRows(t, seed, got, len(plain.Flows)+1, len(plain.Intervals)+1)
				notAlien := got
				notAlien.Flows = slices.DeleteFunc(slices.Clone(got.Flows), func(f flow.Record) bool { return f.Key.DestinationPort == 9 })
				notAlien.Intervals = slices.DeleteFunc(slices.Clone(got.Intervals), func(i flow.IntervalRecord) bool { return i.Key.DestinationPort == 9 })
				notAlien.Accounted--
				var seen func(*flow.IntervalRecord)
				if at == 0 { // the run then begins with the alien
					seen = func(i *flow.IntervalRecord) { i.Complete = false }
				}
				wantEqual(t, seed, without(notAlien, noPlaces, seen), without(plain, noPlaces, seen))
			}
		}
	})
	if past < 100 || future < 100 {
		t.Errorf("only %d aliens in the past and %d ahead", past, future)
	}
}

func wantOwnRows(t *testing.T, seed uint64, got Result, flows, intervals int) {
	t.Helper()
	if len(got.Flows) != flows || len(got.Intervals) != intervals {
		t.Errorf("seed %d: with the alien %d flows and %d intervals, want %d and %d", seed, len(got.Flows), len(got.Intervals), flows, intervals)
	}
}
