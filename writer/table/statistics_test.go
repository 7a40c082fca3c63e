package table_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"netstream/aggregate/flow"
	"netstream/writer/table"
)

// statisticsColumns gives the columns of statistics by name.
func statisticsColumns() map[string]*table.Column[flow.Record] {
	columns := table.Flows(table.Options{Points: flow.NewPoints(), Biflows: true, Moments: true, Early: true})
	byName := make(map[string]*table.Column[flow.Record])
	for i := range columns {
		byName[columns[i].Name] = &columns[i]
	}
	return byName
}

// TestStatisticsExample has the example of docs/features.md.
func TestStatisticsExample(t *testing.T) {
	const second = 1_000_000_000
	r := flow.Record{
		Counters: flow.Counters{Packets: 3, Octets: 1600},
		Reverse:  &flow.Reverse{Counters: flow.Counters{Packets: 1, Octets: 52}},
		Statistics: &flow.Statistics{
			HasMoments: true, HasEarly: true,
			Forward: flow.Moments{
				LengthSquares: flow.Squares{Low: 60*60 + 1500*1500 + 40*40}, Classes: [flow.LengthClasses]uint64{2, 5: 1},
				Gaps: 9 * second, GapSquares: flow.Squares{High: 2, Low: 8106511852580896768}, MinGap: 3 * second, MaxGap: 6 * second, // 45e18
			},
			Reverse: flow.Moments{LengthSquares: flow.Squares{Low: 52 * 52}, Classes: [flow.LengthClasses]uint64{1}},
			Active:  flow.Periods{Count: 2, Sum: 3 * second, Max: 3 * second},
			Idle:    flow.Periods{Count: 1, Sum: 6 * second, Min: 6 * second, Max: 6 * second},
			Early:   []flow.EarlyPacket{{Octets: 60}, {Octets: 52, Gap: second, Reverse: true}, {Octets: 1500, Gap: 2 * second}, {Octets: 40, Gap: 6 * second}},
		},
	}
	columns := statisticsColumns()
	for name, want := range map[string]float64{
		"ip_len_mean": 1600.0 / 3, "ip_len_stddev": math.Sqrt(4205600.0 / 6), "rev_ip_len_mean": 52,
		"iat_mean_ns": 4.5e9, "iat_stddev_ns": math.Sqrt(9e18 / 2), "active_mean_ns": 1.5e9, "idle_mean_ns": 6e9,
	} {
		c := columns[name]
		if got := math.Float64frombits(uint64(c.Int(&r))); c.Null(&r) || got != want {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
	for name, want := range map[string]int64{
		"iat_min_ns": 3 * second, "iat_max_ns": 6 * second, "ip_len_upto_64": 2, "ip_len_upto_1518": 1, "ip_len_above_1518": 0, "rev_ip_len_upto_64": 1,
		"active_periods": 2, "active_min_ns": 0, "active_max_ns": 3 * second, "idle_periods": 1, "idle_min_ns": 6 * second, "idle_max_ns": 6 * second,
	} {
		c := columns[name]
		if got := c.Int(&r); c.Null(&r) || got != want {
			t.Errorf("%s: got %d, want %d", name, got, want)
		}
	}
	for _, name := range []string{"rev_ip_len_stddev", "rev_iat_min_ns", "rev_iat_mean_ns", "rev_iat_stddev_ns", "rev_iat_max_ns"} {
		if !columns[name].Null(&r) {
			t.Errorf("%s is not NULL", name)
		}
	}
	for name, want := range map[string]string{
		"splt_ip_len": "[60,52,1500,40]", "splt_direction": "[0,1,0,0]", "splt_iat_ns": "[0,1000000000,2000000000,6000000000]",
	} {
		if got := string(columns[name].Text(nil, &r)); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
	exported := flow.Record{Export: &flow.Export{}}
	for _, name := range []string{"ip_len_mean", "iat_max_ns", "ip_len_upto_64", "active_periods", "idle_periods", "splt_ip_len", "rev_packets", "conn_state", "syn_rtt_ns", "rev_tcp_missing_bytes"} {
		if !columns[name].Null(&exported) {
			t.Errorf("%s is not NULL for an exported flow", name)
		}
	}
}

// TestStatisticsTogether has what columns say of many rows be what they say of each one.
func TestStatisticsTogether(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	moments := func() flow.Moments {
		return flow.Moments{
			LengthSquares: flow.Squares{Low: random.Uint64() | 1<<63}, Classes: [flow.LengthClasses]uint64{random.Uint64N(3), random.Uint64N(3)},
			Gaps: random.Uint64N(1 << 40), GapSquares: flow.Squares{High: random.Uint64N(1<<20) | 1<<20}, MinGap: random.Uint64N(9), MaxGap: random.Uint64N(1 << 40),
		}
	}
	periods := func() flow.Periods {
		return flow.Periods{Count: random.Uint64N(3), Sum: random.Uint64N(1 << 40), Min: random.Uint64N(9), Max: random.Uint64N(1 << 40)}
	}
	rows := make([]flow.Record, 2000)
	for i := range rows {
		r := &rows[i]
		r.Counters = flow.Counters{Packets: random.Uint64N(4), Octets: random.Uint64N(1 << 30)}
		if random.IntN(2) == 0 {
			r.Reverse = &flow.Reverse{Counters: flow.Counters{Packets: random.Uint64N(4), Octets: random.Uint64N(1 << 30)}}
		}
		if random.IntN(4) > 0 {
			r.Statistics = &flow.Statistics{
				HasMoments: true, HasEarly: true, Forward: moments(), Reverse: moments(), Active: periods(), Idle: periods(),
				Early: make([]flow.EarlyPacket, random.IntN(3)),
			}
		}
	}
	for _, biflows := range []bool{false, true} {
		if checkBatches(t, table.Flows(table.Options{Points: flow.NewPoints(), Biflows: biflows, Moments: true, Early: true}), rows) == 0 {
			t.Error("no column has a batch")
		}
	}
}

// TestDeviationIsExact: sums near 2^64 lose nothing before the quotient is made.
func TestDeviationIsExact(t *testing.T) {
	// Two lengths, 2^32 and 2^32 + 2: the variance is 2, and 2^65 in squares cancel out.
	r := flow.Record{
		Counters:   flow.Counters{Packets: 2, Octets: 1<<33 + 2},
		Statistics: &flow.Statistics{HasMoments: true, Forward: flow.Moments{LengthSquares: flow.Squares{High: 2, Low: 4<<32 + 4}}},
	}
	if got := math.Float64frombits(uint64(statisticsColumns()["ip_len_stddev"].Int(&r))); got != math.Sqrt2 {
		t.Errorf("got %v, want the square root of 2", got)
	}
}
