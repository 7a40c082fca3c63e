package clock

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"netstream/aggregate/flow"
)

const second = int64(time.Second)

// order runs packets with the given times through an Orderer, taking after
// every take-th packet, and gives "number@clock" in the order they come out;
// late ones have a trailing L.
func order(window time.Duration, times []int64, take int) []string {
	o := NewOrderer(window)
	var got []string
	var buf [7]flow.Packet
	drain := func() {
		for n := o.Take(buf[:]); n > 0; n = o.Take(buf[:]) {
			for _, p := range buf[:n] {
				s := fmt.Sprintf("%d@%g", p.Number, float64(p.Clock)/float64(second))
				if p.Meta.Marks&flow.MarkLate != 0 {
					s += "L"
				}
				got = append(got, s)
			}
		}
	}
	for i, t := range times {
		*o.Slot() = flow.Packet{Number: uint64(i + 1), Time: flow.Timestamp(t)}
		o.Put()
		if i%take == 0 || o.Waiting() > MaxWaiting {
			drain()
		}
	}
	o.Close()
	drain()
	return got
}

func seconds(s ...float64) []int64 {
	times := make([]int64, len(s))
	for i, v := range s {
		times[i] = int64(v * float64(second))
	}
	return times
}

func TestOrder(t *testing.T) {
	tests := []struct {
		name  string
		times []int64
		want  []string
	}{
		{"none", nil, nil},
		{"one", seconds(5), []string{"1@5"}},
		{"in order", seconds(1, 1.5, 2, 60), []string{"1@1", "2@1.5", "3@2", "4@60"}},
		{"equal stamps stay in file order", seconds(3, 3, 3), []string{"1@3", "2@3", "3@3"}},
		{"disorder within the window", seconds(10, 10.5, 10.2, 10.4, 11), []string{"1@10", "3@10.2", "4@10.4", "2@10.5", "5@11"}},
		{"disorder of exactly the window", seconds(10, 11, 10, 11.5), []string{"1@10", "3@10", "2@11", "4@11.5"}},
		{"late", seconds(10, 10.5, 9, 11), []string{"1@10", "2@10.5", "3@10.5L", "4@11"}},
		{"stray in the middle", seconds(10, 4e9, 10.5, 11), []string{"1@10", "2@10", "3@10.5", "4@11"}},
		{"stray from the past is late", seconds(10, 10.1, 0, 10.5), []string{"1@10", "2@10.1", "3@10.1L", "4@10.5"}},
		{"stray from the past in second place", seconds(10, 0, 10.5, 11), []string{"1@10", "2@10L", "3@10.5", "4@11"}},
		{"first packet stray", seconds(4e9, 10, 11), []string{"1@10", "2@10", "3@11"}},
		{"two packets, the second earlier", seconds(60, 10), []string{"1@60", "2@60L"}},
		{"last packet an hour ahead is accepted", seconds(10, 11, 3611), []string{"1@10", "2@11", "3@3611"}},
		{"last packet a leap ahead is stray", seconds(10, 11, 4e9), []string{"1@10", "2@11", "3@11"}},
		{"two far ahead are a step", seconds(10, 100, 100.1), []string{"1@10", "2@100", "3@100.1"}},
		{"stray behind a real jump", seconds(100, 101, 200, 0, 201), []string{"1@100", "2@101", "3@200", "4@200L", "5@201"}},
		{"jump contradicted within the window is none", seconds(10, 20, 19.5), []string{"1@10", "3@19.5", "2@20"}},
		{"stray, then another jump", seconds(10, 50, 30, 31), []string{"1@10", "2@10", "3@30", "4@31"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for take := 1; take <= 5; take++ {
				if got := order(time.Second, tt.times, take); !slices.Equal(got, tt.want) {
					t.Errorf("taking every %d: got %v, want %v", take, got, tt.want)
				}
			}
		})
	}
}

func TestClockSetBack(t *testing.T) {
	times := []int64{3600 * second, 3600 * second}
	for i := range 2 * int64(LateRun) {
		times = append(times, i*second)
	}
	got := order(time.Second, times, 1)
	if want := "1026@3600L"; got[LateRun+1] != want {
		t.Errorf("the %dth late packet is %s, want %s", LateRun, got[LateRun], want)
	}
	if want := "1027@3601"; got[LateRun+2] != want {
		t.Errorf("the packet after the step is %s, want %s", got[LateRun+1], want)
	}
	if want := fmt.Sprintf("%d@%d", len(times), 3600+LateRun); got[len(got)-1] != want {
		t.Errorf("the last packet is %s, want %s", got[len(got)-1], want)
	}
}

func TestExtremeTimes(t *testing.T) {
	times := []int64{math.MinInt64, math.MaxInt64, 0, math.MinInt64, math.MaxInt64, math.MaxInt64, 5}
	for _, window := range []time.Duration{0, time.Second, math.MaxInt64} {
		if got := order(window, times, 2); len(got) != len(times) {
			t.Errorf("window %v: %d of %d packets came out: %v", window, len(got), len(times), got)
		}
	}
}

// TestMaxWaiting puts more packets into one window than may wait; what comes
// back after the limit is late if it precedes what had to leave.
func TestMaxWaiting(t *testing.T) {
	var times []int64
	for i := range int64(MaxWaiting + 10) {
		times = append(times, 1000*second+i)
	}
	times = append(times, 1000*second+3, 1000*second+20)
	got := order(time.Second, times, 1)
	number := len(times) - 1
	last := 1000 + float64(MaxWaiting+9)/float64(second)
	if want := fmt.Sprintf("%d@%gL", number, last); !slices.Contains(got, want) {
		t.Errorf("%s is missing: packet before the floor must be late", want)
	}
	if got[21] != fmt.Sprintf("%d@%g", len(times), 1000+20/float64(second)) {
		t.Errorf("packet behind the floor came out wrong: %v", got[15:25])
	}
}

// TestAgainstSorting compares with the definition itself: clocks first, then a
// stable sort.
func TestAgainstSorting(t *testing.T) {
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 1))
		var times []int64
		now := int64(1e9)
		for range 200 {
			now += rng.Int64N(second / 2)
			times = append(times, now-rng.Int64N(second*9/10))
		}
		var want []string
		type item struct{ number, at int64 }
		var items []item
		for i, at := range times {
			items = append(items, item{int64(i + 1), at})
		}
		slices.SortStableFunc(items, func(a, b item) int { return int(a.at - b.at) })
		for _, it := range items {
			want = append(want, fmt.Sprintf("%d@%g", it.number, float64(it.at)/float64(second)))
		}
		got := order(time.Second, times, 1+int(seed%9))
		late := slices.ContainsFunc(got, func(s string) bool { return s[len(s)-1] == 'L' })
		if late {
			continue
		}
		if !slices.Equal(got, want) {
			t.Fatalf("seed %d: got %v, want %v", seed, got, want)
		}
	}
}

func TestInOrderPacketsDoNotAllocate(t *testing.T) {
	o := NewOrderer(time.Second)
	var buf [64]flow.Packet
	now := flow.Timestamp(0)
	step := func() {
		for range 64 {
			now += flow.Timestamp(second / 100)
			o.Slot().Time = now
			o.Put()
		}
		for o.Take(buf[:]) > 0 {
		}
	}
	step()
	step()
	if n := testing.AllocsPerRun(100, step); n != 0 {
		t.Errorf("%g allocations in 64 packets, want none", n)
	}
}
