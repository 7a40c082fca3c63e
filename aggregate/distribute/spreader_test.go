package distribute

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"netstream/aggregate/flow"
)

const second = flow.Timestamp(time.Second)

func methods() []flow.Distribution {
	return []flow.Distribution{
		flow.DistributionStart, flow.DistributionEnd, flow.DistributionMid, flow.DistributionUniform, flow.DistributionProportional}
}

// shares gives all shares of a record.
func shares(s *Spreader, start, end flow.Timestamp, v Volume) []Share {
	var all []Share
	s.Begin(start, end, &v)
	for share := (Share{}); s.Next(&share); {
		all = append(all, share)
	}
	return all
}

func packets(n uint64) Volume { return Volume{Counters: flow.Counters{Packets: n}} }

// TestMethods: the first case is the vector of RFC 7015's methods that the
// project's specification gives.
func TestMethods(t *testing.T) {
	tests := []struct {
		name         string
		start, end   flow.Timestamp
		width        time.Duration
		count        uint64
		starts       []flow.Timestamp
		byMethod     [5][]uint64 // start, end, mid, uniform, proportional
		firsts, last []flow.Timestamp
	}{
		{
			"50 s to 370 s", 50 * second, 370 * second, 300 * time.Second, 3200, []flow.Timestamp{0, 300 * second},
			[5][]uint64{{3200, 0}, {0, 3200}, {3200, 0}, {1600, 1600}, {2500, 700}},
			[]flow.Timestamp{50 * second, 300 * second}, []flow.Timestamp{300*second - 1, 370 * second},
		},
		{
			"a moment", 50 * second, 50 * second, 300 * time.Second, 7, []flow.Timestamp{0},
			[5][]uint64{{7}, {7}, {7}, {7}, {7}}, []flow.Timestamp{50 * second}, []flow.Timestamp{50 * second},
		},
		{
			"ends on a boundary", 200, 300, 100, 5, []flow.Timestamp{200, 300},
			[5][]uint64{{5, 0}, {0, 5}, {5, 0}, {3, 2}, {5, 0}}, []flow.Timestamp{200, 300}, []flow.Timestamp{299, 300},
		},
		{
			"around the epoch", -150, 151, 100, 10, []flow.Timestamp{-200, -100, 0, 100},
			[5][]uint64{{10, 0, 0, 0}, {0, 0, 0, 10}, {0, 0, 10, 0}, {3, 3, 2, 2}, {1, 3, 4, 2}},
			[]flow.Timestamp{-150, -100, 0, 100}, []flow.Timestamp{-101, -1, 99, 151},
		},
		{
			"the middle is rounded towards the past", -2, 1, 1, 1, []flow.Timestamp{-2, -1, 0, 1},
			[5][]uint64{{1, 0, 0, 0}, {0, 0, 0, 1}, {0, 1, 0, 0}, {1, 0, 0, 0}, {0, 0, 1, 0}},
			[]flow.Timestamp{-2, -1, 0, 1}, []flow.Timestamp{-2, -1, 0, 1},
		},
		{
			"the whole range", flow.MinTimestamp, flow.MaxTimestamp, 1 << 62, 4, []flow.Timestamp{flow.MinTimestamp, -1 << 62, 0, 1 << 62},
			[5][]uint64{{4, 0, 0, 0}, {0, 0, 0, 4}, {0, 4, 0, 0}, {1, 1, 1, 1}, {1, 1, 1, 1}},
			[]flow.Timestamp{flow.MinTimestamp, -1 << 62, 0, 1 << 62}, []flow.Timestamp{-1<<62 - 1, -1, 1<<62 - 1, flow.MaxTimestamp},
		},
		{
			"the first interval of the range is cut", flow.MinTimestamp, flow.MinTimestamp + 8, 10, 8, []flow.Timestamp{flow.MinTimestamp, flow.MinTimestamp + 8},
			[5][]uint64{{8, 0}, {0, 8}, {8, 0}, {4, 4}, {8, 0}},
			[]flow.Timestamp{flow.MinTimestamp, flow.MinTimestamp + 8}, []flow.Timestamp{flow.MinTimestamp + 7, flow.MinTimestamp + 8},
		},
	}
	for _, tt := range tests {
		for i, method := range methods() {
			t.Run(tt.name+" "+method.String(), func(t *testing.T) {
				all := shares(New(flow.Fixed(tt.width), method), tt.start, tt.end, packets(tt.count))
				var starts, firsts, lasts []flow.Timestamp
				var counts []uint64
				for _, s := range all {
					starts, firsts, lasts = append(starts, s.Start), append(firsts, s.First), append(lasts, s.Last)
					counts = append(counts, s.Volume.Counters.Packets)
				}
				if !slices.Equal(starts, tt.starts) || !slices.Equal(firsts, tt.firsts) || !slices.Equal(lasts, tt.last) {
					t.Errorf("got intervals %v from %v to %v, want %v from %v to %v", starts, firsts, lasts, tt.starts, tt.firsts, tt.last)
				}
				if !slices.Equal(counts, tt.byMethod[i]) {
					t.Errorf("got %v, want %v", counts, tt.byMethod[i])
				}
			})
		}
	}
}

// TestTooLong: a record of MaxTouched intervals is spread, one of one more is not.
func TestTooLong(t *testing.T) {
	for _, method := range methods() {
		s := New(flow.Fixed(time.Second), method)
		if n := len(shares(s, 0, MaxTouched*second-1, packets(1))); n != MaxTouched || s.TooLong() {
			t.Errorf("%v: got %d shares, want %d", method, n, MaxTouched)
		}
		got := shares(s, 1, MaxTouched*second, packets(9))
		want := []Share{
			{Start: 0, First: 1, Last: second - 1, Started: 1, Method: flow.DistributionEnd},
			{Start: MaxTouched * second, First: MaxTouched * second, Last: MaxTouched * second, Ended: 1,
				Method: flow.DistributionEnd, Volume: packets(9)},
		}
		if !slices.Equal(got, want) || !s.TooLong() {
			t.Errorf("%v: got %+v, want %+v", method, got, want)
		}
		if n := len(shares(New(flow.Fixed(1), method), flow.MinTimestamp, flow.MaxTimestamp, packets(1))); n != 2 {
			t.Errorf("%v: 2^64 intervals: got %d shares, want 2", method, n)
		}
	}
}

// TestAgainstBigNumbers spreads random records and computes every share again from
// the definition, with numbers of any size.
func TestAgainstBigNumbers(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		start, end, width := randomSpan(rng)
		v := Volume{
			Counters: flow.Counters{Packets: randomCount(rng), Octets: randomCount(rng), WireOctets: randomCount(rng), PayloadOctets: randomCount(rng)},
			Scaled:   flow.Scaled{Packets: randomCount(rng), Octets: randomCount(rng)},
		}
		method := methods()[rng.IntN(5)]
		s := New(flow.Fixed(width), method)
		all := shares(s, start, end, v)
		if s.TooLong() {
			continue
		}
		given := new([6]big.Int)
		var sums [6]uint64
		for i, share := range all {
			if want := start.Interval(width); i == 0 && share.Start != want {
				t.Fatalf("the first interval begins at %d, want %d", share.Start, want)
			}
			got := members(&share.Volume)
			for m, count := range members(&v) {
				if want := defined(method, start, end, all, i, count, &given[m]); got[m] != want {
					t.Fatalf("%v, %d to %d by %d: share %d of %d is %d, want %d", method, start, end, width, i, count, got[m], want)
				}
				sums[m] += got[m]
			}
			if share.First < share.Start || share.Last < share.First || share.Method != method ||
				(share.Started == 1) != (i == 0) || (share.Ended == 1) != (i == len(all)-1) {
				t.Fatalf("share %d of %d contradicts itself: %+v", i, len(all), share)
			}
		}
		if sums != members(&v) {
			t.Fatalf("%v: the sum of shares is %d, want %d", method, sums, members(&v))
		}
	}
}

func members(v *Volume) [6]uint64 {
	return [6]uint64{v.Counters.Packets, v.Counters.Octets, v.Counters.WireOctets, v.Counters.PayloadOctets, v.Scaled.Packets, v.Scaled.Octets}
}

func randomCount(rng *rand.Rand) uint64 {
	return []uint64{0, 1, math.MaxUint64, rng.Uint64(), rng.Uint64N(100)}[rng.IntN(5)]
}

func randomSpan(rng *rand.Rand) (start, end flow.Timestamp, width time.Duration) {
	switch rng.IntN(4) {
	case 0: // anywhere, by wide intervals
		start, end = flow.Timestamp(rng.Uint64()), flow.Timestamp(rng.Uint64())
		return min(start, end), max(start, end), time.Duration(1<<58 + rng.Int64N(1<<60))
	case 1: // at the ends of the range
		length := flow.Timestamp(rng.Int64N(1000))
		if rng.IntN(2) == 0 {
			return flow.MaxTimestamp - length, flow.MaxTimestamp - flow.Timestamp(rng.Int64N(int64(length)+1)), time.Duration(1 + rng.Int64N(300))
		}
		return flow.MinTimestamp + flow.Timestamp(rng.Int64N(int64(length)+1)), flow.MinTimestamp + length, time.Duration(1 + rng.Int64N(300))
	case 2: // on boundaries
		width = time.Duration(1 + rng.Int64N(1000))
		start = flow.Timestamp(width) * flow.Timestamp(rng.Int64N(20)-10)
		return start, start + flow.Timestamp(width)*flow.Timestamp(rng.Int64N(20)), width
	}
	start = flow.Timestamp(rng.Int64N(2000) - 1000)
	return start, start + flow.Timestamp(rng.Int64N(3000)), time.Duration(1 + rng.Int64N(1000))
}

// defined computes the share of interval i from the definition of the method;
// given is what the intervals before got of a proportional one.
func defined(method flow.Distribution, start, end flow.Timestamp, all []Share, i int, count uint64, given *big.Int) uint64 {
	whole := func(yes bool) uint64 {
		if yes {
			return count
		}
		return 0
	}
	n := uint64(len(all))
	switch method {
	case flow.DistributionStart:
		return whole(i == 0)
	case flow.DistributionEnd:
		return whole(i == len(all)-1)
	case flow.DistributionMid:
		middle := new(big.Int).Add(big.NewInt(int64(start)), big.NewInt(int64(end)))
		middle.Div(middle, big.NewInt(2)) // Euclidean: towards the past for a positive divisor
		at := flow.Timestamp(middle.Int64())
		return whole(at >= all[i].Start && (i == len(all)-1 || at < all[i+1].Start))
	case flow.DistributionUniform:
		if uint64(i) < count%n {
			return count/n + 1
		}
		return count / n
	}
	until := new(big.Int).SetUint64(count)
	if i < len(all)-1 {
		part := new(big.Int).Sub(big.NewInt(int64(all[i+1].Start)), big.NewInt(int64(start)))
		length := new(big.Int).Sub(big.NewInt(int64(end)), big.NewInt(int64(start)))
		until.Mul(until, part).Div(until, length)
	}
	share := new(big.Int).Sub(until, given).Uint64()
	given.Set(until)
	return share
}

func BenchmarkSpreader(b *testing.B) {
	for _, length := range []time.Duration{time.Second, 10 * time.Minute} {
		b.Run(length.String(), func(b *testing.B) {
			s := New(flow.Fixed(5*time.Minute), flow.DistributionProportional)
			v := Volume{Counters: flow.Counters{Packets: 1000, Octets: 1 << 20}}
			var share Share
			b.ReportAllocs()
			for i := range b.N {
				start := flow.Timestamp(i) * second
				s.Begin(start, start+flow.Timestamp(length), &v)
				for s.Next(&share) {
				}
			}
		})
	}
}

// FuzzSpreader: whatever the times, shares are in order, within the record, and sum
// to its counters.
func FuzzSpreader(f *testing.F) {
	f.Add(int64(50*second), int64(370*second), int64(300*second), uint64(3200), uint8(5))
	f.Add(int64(math.MinInt64), int64(math.MaxInt64), int64(1), uint64(math.MaxUint64), uint8(4))
	f.Add(int64(math.MinInt64), int64(math.MinInt64), int64(math.MaxInt64), uint64(1), uint8(3))
	f.Add(int64(-1), int64(0), int64(7), uint64(2), uint8(1))
	f.Fuzz(func(t *testing.T, a, b, width int64, count uint64, method uint8) {
		if width <= 0 {
			width = 1 + width&math.MaxInt64>>1
		}
		start, end := flow.Timestamp(min(a, b)), flow.Timestamp(max(a, b))
		s := New(flow.Fixed(time.Duration(width)), methods()[method%5])
		all := shares(s, start, end, packets(count))
		var sum, started, ended uint64
		for i, share := range all {
			sum += share.Volume.Counters.Packets
			started, ended = started+share.Started, ended+share.Ended
			if share.First < start || share.Last > end || share.Last < share.First || share.Start > share.First ||
				share.First.Interval(time.Duration(width)) != share.Start || share.Last.Interval(time.Duration(width)) != share.Start {
				t.Fatalf("share %d of %d to %d by %d is %+v", i, start, end, width, share)
			}
			if i > 0 && (share.Start <= all[i-1].Start || !s.TooLong() && share.First != all[i-1].Last+1) {
				t.Fatalf("share %+v follows %+v", share, all[i-1])
			}
		}
		if sum != count || started != 1 || ended != 1 || all[0].First != start || all[len(all)-1].Last != end {
			t.Fatalf("%d to %d by %d: got %d of %d in %d shares, %d started, %d ended", start, end, width, sum, count, len(all), started, ended)
		}
	})
}
