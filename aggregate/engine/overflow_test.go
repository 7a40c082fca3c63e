package engine

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"netstream/aggregate/carry"
	"netstream/aggregate/flow"
)

// crowd gives packets of many flows, in order of their clocks. With an even seed flows have more packets, of which some
// are earlier than those before.
func crowd(seed uint64, config *Config) []flow.Packet {
	random := rand.New(rand.NewPCG(seed, 11))
	var packets []flow.Packet
	at := flow.Timestamp(0)
	count, ports, jitter, duration := 1500, 500, time.Microsecond, 160*time.Second
	if seed%2 == 0 {
		count, ports, jitter, duration = 12_000, 400, 8*time.Second, 80*time.Second
	}
	for i := range count {
		p := flow.Packet{Key: flow.Key{SourcePort: uint16(random.IntN(ports)), Protocol: uint8(6 + 11*random.IntN(2)), Version: 4, Shape: flow.Ports}}
		at += flow.Timestamp(random.Int64N(int64(duration / time.Duration(count/2))))
		p.Clock, p.Time, p.Number = at, at-flow.Timestamp(random.Int64N(int64(jitter))), uint64(i+1)
		p.Meta.Octets, p.Meta.TCPFlags, p.Meta.Marks = uint64(random.IntN(1500)), uint16(random.IntN(64)), flow.MarkTCP
		if random.IntN(2) == 1 {
			p.Meta.Marks |= flow.MarkReversed
		}
		p.Hash = config.Hasher.Hash(&p.Key)
		packets = append(packets, p)
	}
	return packets
}

// rowsUnder meters packets in two runs, of which the first one hands over to the second,
// and words all rows and what is handed over.
func rowsUnder(t *testing.T, config Config, packets []flow.Packet) (rows []string, overflow Overflow) {
	t.Helper()
	numbers := carry.Numbers{Points: config.Points, Names: flow.NewNames(), Input: func(uint32) carry.Input { return carry.Input{} }}
	var resume *Resume
	for night, given := range [][]flow.Packet{packets[:len(packets)/2], packets[len(packets)/2:]} {
		config.Resume, config.HandOver = resume, night == 0
		result, err := Run(context.Background(), []Input{{Open: func(int) (Source, error) {
			return sourceOf(func(dst []flow.Packet) int {
				n := copy(dst, given)
				given = given[n:]
				return n
			}), nil
		}}}, nil, config)
		if err != nil {
			t.Fatal(err)
		}
		overflow.Packets += result.Overflow.Packets
		overflow.States += result.Overflow.States
		overflow.Parts += result.Overflow.Parts
		if night == 0 {
			var flows, slices bytes.Buffer
			if err := result.HandOverFlows(carry.NewWriter(&flows, numbers)); err != nil {
				t.Fatal(err)
			}
			result.HandOverIntervals(result.Clocks.Last, carry.NewWriter(&slices, numbers), nil)
			defer func() { rows = append(rows, flows.String(), slices.String()) }()
			resume = &Resume{Clock: result.Clocks.Last}
			defer result.Close()
			if err := result.Intervals(func(r *flow.IntervalRecord) error { rows = append(rows, fmt.Sprintf("%+v", *r)); return nil }); err != nil {
				t.Fatal(err)
			}
			resume.Flows, resume.Slices = carry.NewReader(bytes.NewReader(flows.Bytes()), numbers, nil), carry.NewReader(bytes.NewReader(slices.Bytes()), numbers, nil)
		} else if err := result.Intervals(func(r *flow.IntervalRecord) error { rows = append(rows, fmt.Sprintf("%+v", *r)); return nil }); err != nil {
			t.Fatal(err)
		}
		err = result.Flows(func(r *flow.Record) error {
			alone := *r
			alone.Reverse, alone.Statistics = nil, nil // pointers say nothing
			rows = append(rows, fmt.Sprintf("%+v %+v %+v", alone, r.Reverse, r.Statistics))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		result.Close()
	}
	return rows, overflow
}

// TestOverflow: a bound of the flow cache changes no row and nothing that is handed over.
func TestOverflow(t *testing.T) {
	for seed := range uint64(4) {
		config := resumable(t)
		config.Biflows = seed%2 == 0
		config.Workers = 1 + int(seed%3)
		packets := crowd(seed, &config)
		want, none := rowsUnder(t, config, packets)
		if none.Parts != 0 {
			t.Errorf("seed %d: %+v without a bound", seed, none)
		}
		for _, states := range []int{1, 5, 15} {
			config.CacheMemory = 1
			each := config.CacheMemory
			for config.CacheMemory = each; config.mostStates() < states; config.CacheMemory *= 2 {
			}
			got, overflow := rowsUnder(t, config, packets)
			if overflow.Packets == 0 || overflow.States == 0 {
				t.Errorf("seed %d, %d states: %+v: the test tests nothing", seed, states, overflow)
			}
			if len(got) != len(want) {
				t.Fatalf("seed %d, %d states: %d rows, want %d", seed, states, len(got), len(want))
			}
			for i := range want {
				if got[i] != want[i] {
					t.Fatalf("seed %d, %d states: got  %s\nwant %s", seed, states, got[i], want[i])
				}
			}
		}
	}
}

// TestPacketsAside: packets come back from their part as they went there, all members that
// their marks say are valid.
func TestPacketsAside(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	var to, from part
	for range 2000 {
		var p flow.Packet
		fill(reflect.ValueOf(&p).Elem(), random)
		p.Clock = to.clock + flow.Timestamp(random.Int64N(1<<40))
		if random.IntN(50) == 0 {
			p.Clock, to.clock, from.clock = flow.MinTimestamp, flow.MinTimestamp, flow.MinTimestamp
		}
		p.Key.Point >>= 1
		p.Hash = 0
		m := &p.Meta
		for mark, clear := range map[flow.Mark]func(){
			flow.MarkFragment: func() { p.FragmentID = 0 }, flow.MarkMPLS: func() { m.MPLSTop = 0 },
			flow.MarkVLAN | flow.MarkInnerVLAN: func() { m.VLAN, m.InnerVLAN = 0, 0 },
			flow.MarkMAC:                       func() { m.SourceMAC, m.DestinationMAC = [6]byte{}, [6]byte{} },
		} {
			if m.Marks&mark == 0 {
				clear()
			}
		}
		if !m.HasSegment {
			m.Sequence, m.Acknowledgment, m.Window = 0, 0, 0
		}
		want := p
		row := to.appendPacket(nil, &p)
		var got flow.Packet
		if err := from.decodePacket(row, &got); err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Fatalf("got  %+v\nwant %+v", got, want)
		}
		if from.decodePacket(row[:len(row)-1], &got) == nil {
			t.Fatal("a cut row is read")
		}
		from.clock = to.clock
	}
}

// fill sets all members at random, most to small numbers.
func fill(v reflect.Value, random *rand.Rand) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), random)
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), random)
		}
	case reflect.Bool:
		v.SetBool(random.IntN(2) == 0)
	case reflect.Int64:
		v.SetInt(int64(random.Uint64() >> random.IntN(64)))
	default:
		v.SetUint(random.Uint64() >> (64 - v.Type().Bits()) >> random.IntN(v.Type().Bits()))
	}
}
