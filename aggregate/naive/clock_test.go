package naive

import (
	"slices"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/aggregate/naive/frames"
)

func clocksOf(times []flow.Timestamp, window time.Duration) (clocks []flow.Timestamp, late []int) {
	var packets []*packet
	for _, t := range times {
		packets = append(packets, &packet{Packet: frames.Packet{Time: t}})
	}
	setClocks(packets, window)
	for i, p := range packets {
		clocks = append(clocks, p.clock)
		if p.late {
			late = append(late, i)
		}
	}
	return clocks, late
}

// The window is 10 in all cases.
func TestClock(t *testing.T) {
	type times = []flow.Timestamp
	const day = 24 * flow.Timestamp(time.Hour)
	tests := []struct {
		name   string
		times  times
		clocks times
		late   []int
	}{
		{"no packet", nil, nil, nil},
		{"one packet", times{100}, times{100}, nil},
		{"rising", times{100, 100, 105, 300, 1000}, times{100, 100, 105, 300, 1000}, nil},
		{"within the window keeps its time", times{100, 95, 90, 101}, times{100, 95, 90, 101}, nil},
		{"exactly at the window is not late", times{100, 90}, times{100, 90}, nil},
		{"one over the window is late", times{100, 101, 90}, times{100, 101, 101}, []int{2}},
		{"the highest time counts, not the last", times{100, 95, 89}, times{100, 95, 100}, []int{2}},
		{"late packets do not lower the clock", times{99, 100, 50, 60, 95}, times{99, 100, 100, 100, 95}, []int{2, 3}},

		{"stray ahead", times{100, 500, 101, 102}, times{100, 100, 101, 102}, nil},
		{"stray after a lower packet takes the highest", times{100, 95, 500, 101}, times{100, 95, 100, 101}, nil},
		{"not more than the window ahead is no stray", times{100, 110, 95}, times{100, 110, 110}, []int{2}},
		{"one more than the window ahead is", times{100, 111, 100}, times{100, 100, 100}, nil},
		{"next exactly the window below is no stray", times{100, 500, 490}, times{100, 500, 490}, nil},
		{"next one more below is", times{100, 500, 489}, times{100, 100, 489}, nil},
		{"of two strays in a row the first is not seen", times{100, 500, 600, 101}, times{100, 500, 500, 500}, []int{3}},
		{"ahead at the end is no stray", times{100, 500}, times{100, 500}, nil},
		{"a day ahead at the end is no stray", times{100, 100 + day}, times{100, 100 + day}, nil},
		{"more than a day ahead at the end is", times{100, 101 + day}, times{100, 100}, nil},
		{"more than a day ahead, then a packet there, is not", times{100, 101 + day, 101 + day}, times{100, 101 + day, 101 + day}, nil},
		{"more than a day ahead, alone", times{101 + day}, times{101 + day}, nil},

		{"stray first", times{500, 100, 101}, times{100, 100, 101}, nil},
		{"stray first, then one much ahead", times{500, 100, 300, 301}, times{100, 100, 300, 301}, nil},
		{"behind a stray first, all is accepted", times{500, 300, 100, 101}, times{300, 300, 300, 300}, []int{2, 3}},
		{"a window below the first is not enough", times{110, 99, 100}, times{110, 110, 100}, []int{1}},
		{"stray first in a file of two", times{500, 100}, times{500, 500}, []int{1}},
		{"only the second is below", times{500, 0, 501}, times{500, 500, 501}, []int{1}},
		{"only the third is below", times{500, 501, 0}, times{500, 501, 501}, []int{2}},
		{"in the past at first", times{0, 100, 101}, times{0, 100, 101}, nil},
		{"in the past after small steps", times{100, 101, 101, 0, 102}, times{100, 101, 101, 101, 102}, []int{3}},
		{"in the past after a large step", times{100, 101, 200, 0, 201}, times{100, 101, 200, 200, 201}, []int{3}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			clocks, late := clocksOf(tt.times, 10)
			if !slices.Equal(clocks, tt.clocks) || !slices.Equal(late, tt.late) {
				t.Errorf("clocks of %v:\n got %v, late %v\nwant %v, late %v", tt.times, clocks, late, tt.clocks, tt.late)
			}
		})
	}
}

// ahead gives n times from start on, each by one above the one before.
func ahead(start flow.Timestamp, n int) []flow.Timestamp {
	var times []flow.Timestamp
	for i := range n {
		times = append(times, start+flow.Timestamp(i))
	}
	return times
}

func TestClockSetBack(t *testing.T) {
	times := slices.Concat([]flow.Timestamp{100_000, 100_001}, ahead(50_000, 2000))
	clocks, late := clocksOf(times, 10)
	if len(late) != 1024 || late[0] != 2 || late[1023] != 1025 {
		t.Fatalf("got %d late packets, want 1,024 from index 2 on", len(late))
	}
	for i := 2; i <= 1025; i++ {
		if clocks[i] != 100_001 {
			t.Fatalf("clock %d is %d, want 100001, the highest time before the step", i, clocks[i])
		}
	}
	// The 1,024th late packet has the time 51,023, which is 100,001 from then on.
	if want := ahead(100_002, 2000-1024); !slices.Equal(clocks[1026:], want) {
		t.Errorf("clocks behind the step are %d, %d ... %d, want %d to %d", clocks[1026], clocks[1027], clocks[len(clocks)-1], want[0], want[len(want)-1])
	}
}

func TestClockNotSetBack(t *testing.T) {
	tests := []struct {
		name     string
		between  flow.Timestamp // time of the packet behind 1,023 late ones
		wantLate int
	}{
		{"a packet in time breaks the row", 100_002, 1023 + 1000},
		{"a stray breaks the row", 200_000, 1023 + 1000},
		{"a late one completes it", 51_023, 1024},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			times := slices.Concat([]flow.Timestamp{100_000, 100_001}, ahead(50_000, 1023), []flow.Timestamp{tt.between}, ahead(51_024, 1000))
			if _, late := clocksOf(times, 10); len(late) != tt.wantLate {
				t.Errorf("got %d late packets, want %d", len(late), tt.wantLate)
			}
		})
	}
}

// The look ahead for strays goes by the offset too.
func TestClockStrayBehindStep(t *testing.T) {
	times := slices.Concat([]flow.Timestamp{100_000, 100_001}, ahead(50_000, 1024), []flow.Timestamp{70_000, 51_024, 51_025})
	clocks, _ := clocksOf(times, 10)
	if got, want := clocks[1026:], []flow.Timestamp{100_001, 100_002, 100_003}; !slices.Equal(got, want) {
		t.Errorf("clocks behind the step are %v, want %v", got, want)
	}
}

func TestClockTwoSteps(t *testing.T) {
	times := slices.Concat([]flow.Timestamp{99_999, 100_000}, ahead(50_000, 1024), ahead(20_000, 1024), ahead(21_024, 3))
	clocks, late := clocksOf(times, 10)
	if len(late) != 2048 {
		t.Fatalf("got %d late packets, want 2,048", len(late))
	}
	if got, want := clocks[2050:], ahead(100_001, 3); !slices.Equal(got, want) {
		t.Errorf("clocks behind the second step are %v, want %v", got, want)
	}
}

// With 65,536 packets in wait, one more makes the first in order leave, and what
// is earlier than that is late, however wide the window.
func TestClockFullWait(t *testing.T) {
	tests := []struct {
		name     string
		waiting  int
		then     []flow.Timestamp
		wantLate []int
	}{
		{"none left", 65536, []flow.Timestamp{999}, nil}, // 999 itself leaves at once
		{"one left, and one more for each", 65537, []flow.Timestamp{999, 1000, 1001}, []int{65537, 65538, 65539}},
		{"its clock is the bound", 65537, []flow.Timestamp{1000, 1000, 1001, 1000}, []int{65540}},
		{"the newcomer may be the first", 65536, []flow.Timestamp{999, 998}, []int{65537}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, late := clocksOf(slices.Concat(ahead(1000, tt.waiting), tt.then), time.Hour)
			if !slices.Equal(late, tt.wantLate) {
				t.Errorf("got late packets %v, want %v", late, tt.wantLate)
			}
		})
	}
}

func TestSaturation(t *testing.T) {
	const least, most = flow.MinTimestamp, flow.MaxTimestamp
	tests := []struct{ a, b, sum, difference flow.Timestamp }{
		{1, 2, 3, -1},
		{most, 1, most, most - 1},
		{least, 1, least + 1, least},
		{most, -1, most - 1, most},
		{least, -1, least, least + 1},
		{most, most, most, 0},
		{least, least, least, 0},
		{least, most, -1, least},
		{0, least, least, most},
		{-1, least, least, most},
	}
	for _, tt := range tests {
		if got := plus(tt.a, tt.b); got != tt.sum {
			t.Errorf("%d + %d is %d, want %d", tt.a, tt.b, got, tt.sum)
		}
		if got := minus(tt.a, tt.b); got != tt.difference {
			t.Errorf("%d - %d is %d, want %d", tt.a, tt.b, got, tt.difference)
		}
	}
}
