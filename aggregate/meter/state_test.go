package meter

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"netstream/aggregate/flow"
)

var settings = Settings{IdleTimeout: 30 * time.Second, ActiveTimeout: 1800 * time.Second, EndGrace: 30 * time.Second, Interval: 300 * time.Second}

const second = flow.Timestamp(time.Second)

// collected words what a State gives.
type collected struct{ records, slices []string }

func (c *collected) Record(r *flow.Record) {
	c.records = append(c.records, fmt.Sprintf("%g..%g %dp %db %v #%d", float64(r.Start)/float64(second), float64(r.End)/float64(second),
		r.Counters.Packets, r.Counters.Octets, r.EndReason, r.Ordinal))
}

func (c *collected) Slice(s *Slice) {
	c.slices = append(c.slices, fmt.Sprintf("@%g %dp a%d s%d e%d", float64(s.Start)/float64(second), s.Counters.Packets, s.FlowsActive, s.FlowsStarted, s.FlowsEnded))
}

// packet is a TCP packet of 100 octets at a time in seconds.
func packet(at float64, flags uint16) flow.Packet {
	t := flow.Timestamp(at * float64(second))
	return flow.Packet{Time: t, Clock: t, Meta: flow.Meta{Octets: 100, TCPFlags: flags, Marks: flow.MarkTCP}}
}

// stamped is a packet whose clock is not its time.
func stamped(at, clock float64) flow.Packet {
	p := packet(at, flow.TCPAck)
	p.Clock = flow.Timestamp(clock * float64(second))
	return p
}

func TestState(t *testing.T) {
	const syn, ack, fin, rst = flow.TCPSyn, flow.TCPAck, flow.TCPFin, flow.TCPRst
	tests := []struct {
		name    string
		packets []flow.Packet
		end     float64
		records []string
		slices  []string
	}{
		{"one packet", []flow.Packet{packet(10, ack)}, 10,
			[]string{"10..10 1p 100b forced_end #0"}, []string{"@0 1p a1 s1 e1"}},
		{"exactly at the idle timeout", []flow.Packet{packet(0, ack), packet(30, ack)}, 30,
			[]string{"0..30 2p 200b forced_end #0"}, []string{"@0 2p a1 s1 e1"}},
		{"over the idle timeout", []flow.Packet{packet(0, ack), packet(30.000000001, ack)}, 30,
			[]string{"0..0 1p 100b idle_timeout #0", "30.000000001..30.000000001 1p 100b forced_end #0"}, []string{"@0 1p a1 s1 e1", "@0 1p a1 s1 e1"}},
		{"silent at the end of input", []flow.Packet{packet(0, ack)}, 31,
			[]string{"0..0 1p 100b idle_timeout #0"}, []string{"@0 1p a1 s1 e1"}},
		{"FIN and the closing ACK", []flow.Packet{packet(0, syn), packet(1, fin|ack), packet(2, ack)}, 2,
			[]string{"0..2 3p 300b end_of_flow #0"}, []string{"@0 3p a1 s1 e1"}},
		{"FIN repeated", []flow.Packet{packet(0, fin), packet(29, fin), packet(58, fin)}, 58,
			[]string{"0..58 3p 300b end_of_flow #0"}, []string{"@0 3p a1 s1 e1"}},
		{"a new SYN behind RST", []flow.Packet{packet(0, syn), packet(0, rst), packet(0, syn)}, 0,
			[]string{"0..0 2p 200b end_of_flow #0", "0..0 1p 100b forced_end #1"}, []string{"@0 2p a1 s1 e1", "@0 1p a1 s1 e1"}},
		{"SYN repeated before any end", []flow.Packet{packet(0, syn), packet(3, syn)}, 3,
			[]string{"0..3 2p 200b forced_end #0"}, []string{"@0 2p a1 s1 e1"}},
		{"behind the grace", []flow.Packet{packet(0, fin), packet(31, ack)}, 31,
			[]string{"0..0 1p 100b end_of_flow #0", "31..31 1p 100b forced_end #0"}, []string{"@0 1p a1 s1 e1", "@0 1p a1 s1 e1"}},
		{"over an interval", []flow.Packet{packet(299, ack), packet(300, ack)}, 300,
			[]string{"299..300 2p 200b forced_end #0"}, []string{"@0 1p a1 s0 e0", "@0 0p a0 s1 e0", "@300 1p a1 s0 e1"}},
		{"late packet of an interval before", []flow.Packet{packet(299, ack), packet(301, ack), stamped(280, 301)}, 301,
			[]string{"280..301 3p 300b forced_end #0"}, []string{"@0 1p a1 s0 e0", "@300 1p a1 s0 e0", "@300 0p a0 s0 e1", "@0 1p a1 s1 e0"}},
		{"stray of 2106 does not end the flow", []flow.Packet{packet(1, ack), stamped(4e9, 1), packet(2, ack)}, 2,
			[]string{"1..4e+09 3p 300b forced_end #0"}, nil},
		{"before 1970", []flow.Packet{packet(-1, ack), packet(1, ack)}, 1,
			[]string{"-1..1 2p 200b forced_end #0"}, []string{"@-300 1p a1 s0 e0", "@-300 0p a0 s1 e0", "@0 1p a1 s0 e1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got collected
			state := State{Key: flow.Key{Version: 4, Protocol: 6}}
			process := NewProcess(settings, &got)
			for i := range tt.packets {
				process.Add(&state, Extension{}, &tt.packets[i])
			}
			process.Flush(&state, Extension{}, flow.Timestamp(tt.end*float64(second)))
			if !slices.Equal(got.records, tt.records) {
				t.Errorf("records: got %q, want %q", got.records, tt.records)
			}
			if tt.slices != nil && !slices.Equal(got.slices, tt.slices) {
				t.Errorf("slices: got %q, want %q", got.slices, tt.slices)
			}
		})
	}
}

func TestActiveTimeout(t *testing.T) {
	run := func(active time.Duration) []string {
		s := settings
		s.ActiveTimeout = active
		var got collected
		state := State{Key: flow.Key{Version: 4}}
		process := NewProcess(s, &got)
		for at := 0.0; at <= 3700; at += 10 {
			p := packet(at, flow.TCPAck)
			process.Add(&state, Extension{}, &p)
		}
		process.Flush(&state, Extension{}, 3700*second)
		return got.records
	}
	want := []string{"0..1800 181p 18100b active_timeout #0", "1810..3610 181p 18100b active_timeout #0", "3620..3700 9p 900b forced_end #0"}
	if got := run(1800 * time.Second); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := run(0), []string{"0..3700 371p 37100b forced_end #0"}; !slices.Equal(got, want) {
		t.Errorf("turned off: got %q, want %q", got, want)
	}
}

// TestEarlyFlushChangesNothing flushes whenever the state is expired, as a table
// does that needs the room.
func TestEarlyFlushChangesNothing(t *testing.T) {
	times := []float64{0, 5, 40, 71, 72, 200, 229, 259.5, 1000}
	for _, flags := range []uint16{flow.TCPAck, flow.TCPFin} {
		var whole, early collected
		a, b := State{Key: flow.Key{Version: 4}}, State{Key: flow.Key{Version: 4}}
		one, other := NewProcess(settings, &whole), NewProcess(settings, &early)
		for _, at := range times {
			p := packet(at, flags)
			if b.open && other.Expired(&b, p.Clock) {
				other.Flush(&b, Extension{}, p.Clock)
				b = State{Key: flow.Key{Version: 4}}
			}
			one.Add(&a, Extension{}, &p)
			other.Add(&b, Extension{}, &p)
		}
		one.Flush(&a, Extension{}, 1000*second)
		other.Flush(&b, Extension{}, 1000*second)
		if !slices.Equal(whole.records, early.records) || !slices.Equal(whole.slices, early.slices) {
			t.Errorf("got %q, want %q", early, whole)
		}
	}
}

// TestExpired: silence ends a flow that saw FIN after the end grace, any other
// after the idle timeout, and not a moment earlier.
func TestExpired(t *testing.T) {
	short := settings
	short.EndGrace = 5 * time.Second
	tests := []struct {
		name  string
		flags uint16
		now   flow.Timestamp
		want  bool
	}{
		{"at the idle timeout", flow.TCPAck, 30 * second, false},
		{"over the idle timeout", flow.TCPAck, 30*second + 1, true},
		{"at the grace", flow.TCPFin, 5 * second, false},
		{"over the grace", flow.TCPRst, 5*second + 1, true},
	}
	for _, tt := range tests {
		process := NewProcess(short, &discard{})
		state := State{Key: flow.Key{Version: 4}}
		p := packet(0, tt.flags)
		process.Add(&state, Extension{}, &p)
		if got := process.Expired(&state, tt.now); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestSettings(t *testing.T) {
	bad := []Settings{
		{}, {IdleTimeout: -1, Interval: 1}, {IdleTimeout: 1, Interval: 0}, {IdleTimeout: 1, Interval: 1, ActiveTimeout: -1},
		{IdleTimeout: 1, Interval: 1, EndGrace: 2}, {IdleTimeout: 1, Interval: 1, EndGrace: -1},
		{IdleTimeout: 1, Interval: 1, Protocols: map[uint8]Timers{17: {}}}, {IdleTimeout: 1, Interval: 1, Protocols: map[uint8]Timers{17: {Idle: 1, Active: -1}}},
		{IdleTimeout: 9, Interval: 1, Protocols: map[uint8]Timers{6: {Idle: 1}}, EndGrace: 2},
		{IdleTimeout: 1, Interval: 1, Fin: endRuleCount}, {IdleTimeout: 1, Interval: 1, Rst: endRuleCount}, {IdleTimeout: 1, Interval: 1, CutEvery: -1},
	}
	for _, s := range bad {
		if err := s.Validate(); err == nil {
			t.Errorf("%+v was taken", s)
		}
	}
	good := []Settings{settings, {IdleTimeout: 1, Interval: 1, EndGrace: 0}, {IdleTimeout: 1, Interval: 1, EndGrace: 1}, {IdleTimeout: 1, Interval: 1, CutEvery: 1, Fin: endRuleCount - 1, Rst: endRuleCount - 1}}
	for _, s := range good {
		if err := s.Validate(); err != nil {
			t.Error(err)
		}
	}
}

// TestNothingAllocates: neither packets nor the records that they end take new
// memory, whatever rules there are.
func TestNothingAllocates(t *testing.T) {
	all := with(func(s *Settings) {
		s.Protocols, s.EndGrace = map[uint8]Timers{6: {Idle: 15 * time.Second, Active: time.Minute}}, time.Second
		s.Fin, s.MaxOctets, s.MaxPackets, s.CutEvery = EndAtOnce, 300, 10, 45*time.Second
	})
	for _, s := range []Settings{settings, all} {
		var got discard
		process := NewProcess(s, &got)
		state := State{Key: flow.Key{Version: 4, Protocol: 6}}
		p := packet(0, flow.TCPAck)
		if n := testing.AllocsPerRun(10, func() {
			for i := range 100 {
				p.Clock += 10 * second
				p.Time += 10 * second
				p.Meta.TCPFlags = flow.TCPAck
				if i%7 == 0 {
					p.Meta.TCPFlags |= flow.TCPFin
				}
				process.Add(&state, Extension{}, &p)
			}
			process.Flush(&state, Extension{}, p.Clock)
		}); n != 0 {
			t.Errorf("%g allocations in 100 packets, want none", n)
		}
		if got.records == 0 || got.slices == 0 {
			t.Error("nothing came out: the test tests nothing")
		}
	}
}

type discard struct{ records, slices int }

func (d *discard) Record(*flow.Record) { d.records++ }
func (d *discard) Slice(*Slice)        { d.slices++ }
