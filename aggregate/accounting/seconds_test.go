package accounting

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/aggregate/runs"
)

// TestSecondsAgainstMap compares peaks with those of a map of all moments, for packets out
// of order, strays at the ends of time, intervals that part seconds, several feeds, and
// memory from none to enough.
func TestSecondsAgainstMap(t *testing.T) {
	type moment struct {
		group  uint16
		start  flow.Timestamp // of the interval
		second flow.Timestamp
	}
	several := 0
	for seed := range uint64(40) {
		random := rand.New(rand.NewPCG(seed, 9))
		calendar := flow.Fixed([]time.Duration{time.Minute, 1500 * time.Millisecond, time.Hour}[seed%3])
		schemes, err := Parse([]string{"ports=dst_port"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		open := 0
		b := NewBook(Config{Schemes: schemes, Points: flow.NewPoints(), Peak: true, Memory: []int{1, 3000, 100_000, 0}[seed%4]}, 2,
			func() (runs.File, error) { open++; return &heldFile{open: &open}, nil })
		want := map[moment]uint64{}
		feeds := [2]*Seconds{b.NewSeconds(calendar), b.NewSeconds(calendar)}
		now := flow.Timestamp(random.Int64N(3e9)) - 1e9
		rows := map[string]*flow.IntervalRecord{}
		for range 3000 {
			now += flow.Timestamp(random.ExpFloat64() * 1e8)
			p := flow.Packet{Time: now - flow.Timestamp(random.ExpFloat64()*1e8), Meta: flow.Meta{Octets: random.Uint64N(1500)}}
			switch random.IntN(400) {
			case 0:
				p.Time = flow.MinTimestamp + flow.Timestamp(random.Int64N(3e9))
			case 1:
				p.Time = flow.MaxTimestamp - flow.Timestamp(random.Int64N(3e9))
			}
			p.Key = flow.Key{Version: 4, Shape: flow.Ports, SourcePort: uint16(random.IntN(50)), DestinationPort: uint16(random.IntN(4))}
			p.Hash = uint64(p.Key.SourcePort)<<2 | uint64(p.Key.DestinationPort)
			interval := calendar.Interval(p.Time)
			want[moment{p.Key.DestinationPort, interval.Start, secondOf(p.Time)}] += p.Meta.Octets
			name := fmt.Sprint(interval.Start, p.Key.DestinationPort)
			if rows[name] == nil {
				rows[name] = &flow.IntervalRecord{Key: p.Key, Start: interval.Start}
			}
			feeds[p.Hash%2].Add([]flow.Packet{p}, []uint16{0})
		}
		for _, s := range feeds {
			if err := s.Flush(); err != nil {
				t.Fatal(err)
			}
		}
		feed := b.NewFeed()
		for _, r := range rows {
			if err := feed.AddInterval(r); err != nil {
				t.Fatal(err)
			}
		}
		if err := feed.Flush(); err != nil {
			t.Fatal(err)
		}
		peaks := map[string]uint64{}
		for m, octets := range want {
			name := fmt.Sprint(m.start, m.group)
			if peaks[name] > 0 {
				several++
			}
			peaks[name] = max(peaks[name], octets)
		}
		seen := 0
		err = b.Rows(0, func(r *flow.SchemeRow) error {
			seen++
			if name := fmt.Sprint(r.Start, r.Key[0].Low); !r.HasPeak || r.Peak != peaks[name] {
				return fmt.Errorf("%s: got %d, want %d", name, r.Peak, peaks[name])
			}
			return nil
		})
		if err != nil || seen != len(rows) || open != 0 {
			t.Errorf("seed %d: %d of %d rows, %d files are open: %v", seed, seen, len(rows), open, err)
		}
	}
	if several < 1000 {
		t.Errorf("only %d moments are not the only one of their group", several)
	}
}

// TestSecondsDamaged: a row that is cut is told of, unless it is one of fewer moments.
func TestSecondsDamaged(t *testing.T) {
	order := secondOrder()
	row := order.Append(nil, &item[seconds]{key: []byte("a"), sums: seconds{moments: []byte{7, 0x85, 0x01, 8, 3}}})
	var back item[seconds]
	if err := order.Decode(row, &back); err != nil || !bytes.Equal(back.sums.moments, []byte{7, 0x85, 0x01, 8, 3}) {
		t.Errorf("got %x, %v", back.sums.moments, err)
	}
	for cut := range len(row) {
		if err := order.Decode(row[:cut], &back); !errors.Is(err, errItem) && cut != len(row)-2 {
			t.Errorf("%d octets: got %v", cut, err)
		}
	}
}

// TestDirections: those that exporters do not have are in keys, too.
func TestDirections(t *testing.T) {
	scheme := &flow.Scheme{Columns: []flow.SchemeColumn{{Field: flow.SchemeDirection}}}
	seen := map[string]flow.Direction{}
	for _, d := range []flow.Direction{flow.DirectionUnknown, flow.DirectionIngress, flow.DirectionEgress, flow.DirectionEgress + 1, flow.DirectionEgress + 2} {
		s := &subject{key: &flow.Key{}, record: &flow.Record{}, export: &flow.Export{}, attributes: &Attributes{}, point: &flow.Point{Direction: d}}
		key, cells := s.appendKey(nil, scheme, &Config{}), make([]flow.SchemeValue, 1)
		if err := decodeKey(key, scheme, cells); err != nil || cells[0] != s.value(&scheme.Columns[0], &Config{}) {
			t.Errorf("%d: got %+v, %v", d, cells[0], err)
		}
		if other, twice := seen[string(key)]; twice {
			t.Errorf("%d and %d have the key %x", d, other, key)
		}
		seen[string(key)] = d
	}
}
