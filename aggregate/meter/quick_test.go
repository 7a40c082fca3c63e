package meter

import (
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/aggregate/statistics"
)

// TestContinueIsQuick has Continue take all packets that go on in the simplest way, up to the edges of timers, and leave all others to Add.
func TestContinueIsQuick(t *testing.T) {
	plain := Settings{IdleTimeout: 10 * time.Second, EndGrace: time.Second, Interval: 300 * time.Second}
	active := plain
	active.ActiveTimeout = 15 * time.Second
	cut, bounded, own, kept, atOnce := plain, plain, plain, plain, plain
	cut.CutEvery, bounded.MaxPackets, own.Protocols, kept.Statistics.Early = time.Hour, 1000, map[uint8]Timers{17: {Idle: time.Second}}, 3
	atOnce.Fin = EndAtOnce
	for _, tt := range []struct {
		name      string
		settings  Settings
		at, clock float64 // of the third packet, behind packets at 1000 and 1008
		flags     uint16
		want      bool
	}{
		{"no active timeout", plain, 1009, 1009, ack, true},
		{"at the same time", plain, 1008, 1008, ack, true},
		{"at the idle timeout", plain, 1018, 1018, ack, true},
		{"over the idle timeout", plain, 1018 + moment, 1018 + moment, ack, false},
		{"at the active timeout", active, 1015, 1015, ack, true},
		{"over the active timeout", active, 1015 + moment, 1015 + moment, ack, false},
		{"clock goes back", plain, 1007, 1007, ack, false},
		{"of the interval before", plain, 899, 1009, ack, false},
		{"with FIN by grace", plain, 1009, 1009, fin, true},
		{"with FIN that ends at once", atOnce, 1009, 1009, fin, false},
		{"flows are cut", cut, 1009, 1009, ack, false},
		{"packets are bounded", bounded, 1009, 1009, ack, false},
		{"a protocol has timers of its own", own, 1009, 1009, ack, false},
		{"statistics are kept", kept, 1009, 1009, ack, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got collected
			process, state := NewProcess(tt.settings, &got), &State{Key: flow.Key{Version: 4, Protocol: 6}}
			for _, at := range []float64{1000, 1008} {
				p := packet(at, ack)
				process.Add(state, Extension{}, &p)
			}
			p := stamped(tt.at, tt.clock)
			p.Meta.TCPFlags = tt.flags
			if did := process.Continue(state, &p); did != tt.want {
				t.Errorf("continued: %v, want %v", did, tt.want)
			}
			if tt.want && tt.flags == fin { // which Continue has noted
				for _, next := range []flow.Packet{packet(1010, syn), packet(1010+moment, ack)} {
					if process.Continue(state, &next) {
						t.Errorf("it goes on behind FIN with %v at %v", next.Meta.TCPFlags, next.Clock)
					}
				}
				if next := packet(1010, ack); !process.Continue(state, &next) {
					t.Error("it does not go on in its end")
				}
			}
		})
	}
	var got collected
	process, state, p := NewProcess(plain, &got), &State{}, packet(1000, ack)
	if process.Continue(state, &p) {
		t.Error("a flow that is not open goes on")
	}
}

// TestSlicesOfTwoKeys has the packets of another key in another interval between those of one: it still has one slice.
func TestSlicesOfTwoKeys(t *testing.T) {
	var got collected
	process := NewProcess(settings, &got)
	one, other := &State{Key: flow.Key{Version: 4, Protocol: 6}}, &State{Key: flow.Key{Version: 4, Protocol: 17}}
	for _, clock := range []float64{301, 303, 305} {
		late, p := stamped(clock-290, clock), packet(clock, ack)
		process.Add(one, Extension{}, &late)
		process.Add(other, Extension{}, &p)
	}
	process.Flush(one, Extension{}, 305*second)
	if want := []string{"@0 3p a1 s1 e1"}; !reflect.DeepEqual(got.slices, want) {
		t.Errorf("slices %v, want %v", got.slices, want)
	}
}

// described collects the statistics of records.
type described struct {
	taken
	all []flow.Statistics
}

func (d *described) Record(r *flow.Record) {
	s := *r.Statistics
	s.Early = append([]flow.EarlyPacket(nil), s.Early...)
	d.all = append(d.all, s)
}

// TestStatisticsOfFlows has the packets of each flow of random histories described by package statistics on their own.
func TestStatisticsOfFlows(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for n := range 1000 {
		biflow := n%2 == 1
		settings, packets, end := history(random, biflow)
		settings.Statistics = statistics.Settings{Moments: true, Early: 4}
		m := &model{settings: settings, biflow: biflow, cells: map[cellKey]cell{}, oneEnded: packets[0].Key.Reversed() == packets[0].Key}
		for _, p := range packets {
			m.add(p)
		}
		m.end(end)
		var want []flow.Statistics
		for i, members := range m.flows {
			var s statistics.State
			early := make([]flow.EarlyPacket, 4)
			for k := range members {
				s.Add(&members[k], directionOf(&members[k]), settings.Statistics, early)
			}
			initiator := 0
			if m.turns[i] {
				initiator = 1
			}
			var result flow.Statistics
			s.Result(initiator, settings.Statistics, early, &result)
			want = append(want, result)
		}
		got := &described{taken: taken{cells: map[cellKey]cell{}}}
		process := NewProcess(settings, got)
		s, x := &State{Key: packets[0].Key}, Extension{Statistics: new(statistics.State), Early: make([]flow.EarlyPacket, 4)}
		if biflow {
			x.Pair = new(Pair)
			process.MeterBiflows(func(point uint32) uint32 { return point })
		}
		for i := range packets {
			if !process.Continue(s, &packets[i]) {
				process.Add(s, x, &packets[i])
			}
		}
		process.Flush(s, x, end)
		if !reflect.DeepEqual(got.all, want) {
			t.Fatalf("history %d: got\n%+v\nwant\n%+v", n, got.all, want)
		}
	}
}
