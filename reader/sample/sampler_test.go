package sample

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"netstream/aggregate/flow"
)

// take shows packets of one stream to a sampler and gives the numbers, from 1, of
// those that are selected, as a caller finds them out.
func take(spec Spec, reorder time.Duration, times ...flow.Timestamp) []int {
	s := New(spec, reorder)
	stream := s.Stream(Place{})
	var selected []int
	held := 0
	for i, t := range times {
		if s.Turn(t) && held > 0 {
			selected, held = append(selected, held), 0
		}
		switch s.Take(&stream) {
		case Selected:
			selected = append(selected, i+1)
		case Held:
			held = i + 1
		}
	}
	if held > 0 {
		selected = append(selected, held)
	}
	return selected
}

// The generator gives the numbers of its authors' C code for the seed 1234567 (as
// the test suites of many languages have them).
func TestGenerator(t *testing.T) {
	for i, want := range []uint64{6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821} {
		if got := output(1234567, uint64(i)); got != want {
			t.Errorf("number %d is %d, want %d", i, got, want)
		}
	}
	if got := output(0, 0); got != 0xe220a8397b1dcdaf {
		t.Errorf("number 0 of the seed 0 is %#x", got)
	}
}

func TestFixPackets(t *testing.T) {
	tests := []struct {
		n, phase uint64
		packets  int
		want     []int
	}{
		{1, 1, 4, []int{1, 2, 3, 4}},
		{2, 1, 5, []int{1, 3, 5}},
		{2, 2, 5, []int{2, 4}},
		{100, 1, 301, []int{1, 101, 201, 301}}, // H3C: the first of each group
		{100, 5, 304, []int{5, 105, 205}},      // Huawei: one packet short of the fourth
		{100, 5, 305, []int{5, 105, 205, 305}},
		{100, 100, 300, []int{100, 200, 300}},
		{100, 100, 99, nil},
		{MaxPackets, 3, 10, []int{3}},
		{MaxPackets, MaxPackets, 10, nil},
	}
	for _, tt := range tests {
		spec := Spec{Method: FixPackets, Packets: tt.n, Phase: tt.phase}
		if got := take(spec, 0, make([]flow.Timestamp, tt.packets)...); !slices.Equal(got, tt.want) {
			t.Errorf("%v of %d packets: got %v, want %v", &spec, tt.packets, got, tt.want)
		}
	}
}

// drawn works out by the definition alone, in big numbers, which of n packets number
// i of a generator means, from 0.
func drawn(seed, i, n uint64) uint64 {
	modulus := new(big.Int).Lsh(big.NewInt(1), 64)
	number := func(v uint64) *big.Int { return new(big.Int).SetUint64(v) }
	z := number(i)
	z.Add(z, big.NewInt(1))
	z.Mul(z, number(0x9e3779b97f4a7c15))
	z.Add(z, number(seed))
	z.Mod(z, modulus)
	mix := func(shift uint, factor uint64) {
		z.Xor(z, new(big.Int).Rsh(z, shift))
		z.Mul(z, number(factor))
		z.Mod(z, modulus)
	}
	mix(30, 0xbf58476d1ce4e5b9)
	mix(27, 0x94d049bb133111eb)
	mix(31, 1)
	if n == 0 {
		return z.Uint64()
	}
	z.Mul(z, number(n))
	return z.Rsh(z, 64).Uint64()
}

// seedOf is the seed of a stream by the definition.
func seedOf(seed uint64, at Place) uint64 {
	octets := []byte(at.Interface)
	if at.HasIndex {
		octets = binary.BigEndian.AppendUint32(octets, at.Index)
	}
	for _, octet := range append(octets, byte(at.Direction)) {
		seed = drawn(seed, uint64(octet), 0)
	}
	return seed
}

func TestRandomPackets(t *testing.T) {
	for _, n := range []uint64{1, 2, 3, 10, 100, 1000} {
		for _, seed := range []uint64{0, 1, math.MaxUint64} {
			var want []int
			packets := 5*int(n) + int(n)/2
			for group := range uint64(6) {
				if at := int(group*n+drawn(seedOf(seed, Place{}), group, n)) + 1; at <= packets {
					want = append(want, at)
				}
			}
			got := take(Spec{Method: RandomPackets, Packets: n, Seed: seed}, 0, make([]flow.Timestamp, packets)...)
			if !slices.Equal(got, want) {
				t.Errorf("one of %d, seed %d: got %v, want %v", n, seed, got, want)
			}
		}
	}
}

// Streams are sampled apart, each by draws of its own.
func TestStreams(t *testing.T) {
	const n, groups = 1000, 3
	spec := Spec{Method: RandomPackets, Packets: n, Seed: 7}
	s := New(spec, 0)
	const ingress, egress = flow.DirectionIngress, flow.DirectionEgress
	names := []Place{{}, {Direction: ingress}, {Direction: egress}, {Interface: "eth0"}, {Interface: "eth0", Direction: ingress},
		{Interface: "eth1", Direction: ingress}, {Interface: "\x00"}, {Interface: "GigabitEthernet0/0/1\xff", Direction: egress},
		{HasIndex: true}, {HasIndex: true, Index: 1<<32 - 2, Direction: egress}, {Interface: "eth0", HasIndex: true, Index: 0x01020304, Direction: ingress}}
	streams := make([]Stream, len(names))
	for i, name := range names {
		streams[i] = s.Stream(name)
	}
	seen := make(map[string]Place)
	got, want := make([][]uint64, len(names)), make([][]uint64, len(names))
	for packet := range uint64(n * groups) {
		for i := range streams {
			if s.Take(&streams[i]) == Selected {
				got[i] = append(got[i], packet%n)
			}
		}
	}
	for i, name := range names {
		for group := range uint64(groups) {
			want[i] = append(want[i], drawn(seedOf(7, name), group, n))
		}
		if !slices.Equal(got[i], want[i]) {
			t.Errorf("%+v: got %v, want %v", name, got[i], want[i])
		}
		if twin, twice := seen[fmt.Sprint(got[i])]; twice {
			t.Errorf("%v draws as %v does", name, twin)
		}
		seen[fmt.Sprint(got[i])] = name
	}
}

const ms = flow.Timestamp(time.Millisecond)

func TestFixTime(t *testing.T) {
	tests := []struct {
		name    string
		window  time.Duration
		reorder time.Duration
		times   []flow.Timestamp
		want    []int
	}{
		{"no packet", 5 * time.Millisecond, 0, nil, nil},
		{"the edges of windows", 5 * time.Millisecond, 0, []flow.Timestamp{0, 1, 5*ms - 1, 5 * ms, 5*ms + 1, 10*ms - 1, 10 * ms}, []int{1, 4, 7}},
		{"windows are of the epoch, not of the first packet", 5 * time.Millisecond, 0, []flow.Timestamp{4 * ms, 5 * ms, 9 * ms}, []int{1, 2}},
		{"a window without packets", 5 * time.Millisecond, 0, []flow.Timestamp{0, 50 * ms, 51 * ms}, []int{1, 2}},
		{"before 1970", 5 * time.Millisecond, 0, []flow.Timestamp{-5*ms - 1, -5 * ms, -1, 0}, []int{1, 2, 4}},
		{"back in the window before, without reordering", 5 * time.Millisecond, 0, []flow.Timestamp{4 * ms, 5 * ms, 4 * ms, 6 * ms}, []int{1, 2, 3, 4}},
		{"back by less than the reorder window", 5 * time.Millisecond, 1, []flow.Timestamp{4 * ms, 5 * ms, 4 * ms, 6 * ms}, []int{1, 2}},
		{"back by two windows, one is tolerated", 5 * time.Millisecond, 5 * time.Millisecond, []flow.Timestamp{0, 10 * ms, 5 * ms, 4 * ms, 10 * ms}, []int{1, 2, 4, 5}},
		{"two are tolerated", 5 * time.Millisecond, 5*time.Millisecond + 1, []flow.Timestamp{0, 10 * ms, 5 * ms, 4 * ms, 10 * ms}, []int{1, 2}},
		{"a stray takes its own window and begins the one around it again", time.Second, time.Second, []flow.Timestamp{0, 1000 * 1000 * ms, 0, 1}, []int{1, 2, 3}},
		{"the ends of the range", 24 * time.Hour, math.MaxInt64, []flow.Timestamp{flow.MinTimestamp, flow.MaxTimestamp, flow.MinTimestamp, flow.MaxTimestamp}, []int{1, 2, 3, 4}},
	}
	for _, tt := range tests {
		if got := take(Spec{Method: FixTime, Window: tt.window}, tt.reorder, tt.times...); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

// The packet of a window is the last one whose draw is 0, which is worked out here
// from the definition.
func TestRandomTime(t *testing.T) {
	const window = 5 * time.Millisecond
	for _, seed := range []uint64{0, 3, math.MaxUint64} {
		var times []flow.Timestamp
		var want []int
		for number, packets := range []int{3, 1, 50, 0, 7, 2} {
			first := int64(number) - 2 // windows before 1970, too
			windowSeed := drawn(seedOf(seed, Place{}), uint64(first), 0)
			chosen := 0
			for i := range packets {
				times = append(times, flow.Timestamp(first*int64(window))+flow.Timestamp(i))
				if drawn(windowSeed, uint64(i)+1, uint64(i)+1) == 0 {
					chosen = len(times)
				}
			}
			if packets > 0 {
				want = append(want, chosen)
			}
		}
		if got := take(Spec{Method: RandomTime, Window: window, Seed: seed}, 0, times...); !slices.Equal(got, want) {
			t.Errorf("seed %d: got %v, want %v", seed, got, want)
		}
	}
}

// Every packet of a window has the same chance.
func TestRandomTimeIsFair(t *testing.T) {
	const packets, windows = 8, 40_000
	var times []flow.Timestamp
	for window := range flow.Timestamp(windows) {
		for i := range flow.Timestamp(packets) {
			times = append(times, window*ms+i)
		}
	}
	var chosen [packets]int
	for _, number := range take(Spec{Method: RandomTime, Window: time.Millisecond, Seed: 1}, 0, times...) {
		chosen[(number-1)%packets]++
	}
	for i, n := range chosen { // 5,000 each; the standard deviation is 66
		if n < 4700 || n > 5300 {
			t.Errorf("packet %d was selected %d times in %d windows", i+1, n, windows)
		}
	}
}

func TestNone(t *testing.T) {
	if got := take(Spec{}, time.Second, 0, 1, 2); !slices.Equal(got, []int{1, 2, 3}) {
		t.Errorf("got %v", got)
	}
}

func TestSpec(t *testing.T) {
	tests := []struct {
		spec       Spec
		text       string
		population uint64
		fails      string
	}{
		{Spec{}, "none", 0, ""},
		{Spec{Method: FixPackets, Packets: 100, Phase: 5}, "fix-packets:100/5", 100, ""},
		{Spec{Method: FixPackets, Packets: 1, Phase: 1}, "fix-packets:1/1", 1, ""},
		{Spec{Method: FixPackets, Packets: 100}, "fix-packets:100/0", 100, "packet 0 of every 100, must be 1 to 100"},
		{Spec{Method: FixPackets, Packets: 100, Phase: 101}, "fix-packets:100/101", 100, "packet 101 of every 100"},
		{Spec{Method: RandomPackets, Packets: MaxPackets, Seed: 9}, "random-packets:4294967295", MaxPackets, ""},
		{Spec{Method: RandomPackets, Packets: MaxPackets + 1}, "random-packets:4294967296", MaxPackets + 1, "must be one of 1 to 4294967295"},
		{Spec{Method: RandomPackets}, "random-packets:0", 0, "one of 0 packets"},
		{Spec{Method: FixTime, Window: 5 * time.Millisecond}, "fix-time:5ms", 0, ""},
		{Spec{Method: RandomTime, Window: MaxWindow}, "random-time:24h0m0s", 0, ""},
		{Spec{Method: RandomTime, Window: MaxWindow + 1}, "random-time:24h0m0.000000001s", 0, "must be 1µs to 24h0m0s"},
		{Spec{Method: FixTime, Window: MinWindow - 1}, "fix-time:999ns", 0, "sampling window is 999ns"},
	}
	for _, tt := range tests {
		if got := tt.spec.String(); got != tt.text {
			t.Errorf("got %s, want %s", got, tt.text)
		}
		if got := tt.spec.Population(); got != tt.population {
			t.Errorf("%s: population %d, want %d", tt.text, got, tt.population)
		}
		if err := tt.spec.Validate(); (err == nil) != (tt.fails == "") || err != nil && !strings.Contains(err.Error(), tt.fails) {
			t.Errorf("%s: got %v, want %q", tt.text, err, tt.fails)
		}
	}
}

func TestAllocations(t *testing.T) {
	for method := None; method <= RandomTime; method++ {
		s := New(Spec{Method: method, Packets: 10, Phase: 1, Window: time.Millisecond}, time.Second)
		stream := s.Stream(Place{Interface: "eth0", Direction: flow.DirectionIngress})
		now := flow.Timestamp(0)
		if n := testing.AllocsPerRun(1000, func() {
			s.Turn(now)
			s.Take(&stream)
			now += ms / 3
		}); n != 0 {
			t.Errorf("%v: %v allocations a packet", method, n)
		}
	}
}
