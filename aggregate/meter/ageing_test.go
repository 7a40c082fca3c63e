package meter

import (
	"math"
	"slices"
	"testing"
	"time"

	"netstream/aggregate/flow"
)

const (
	fin, syn, rst, ack = flow.TCPFin, flow.TCPSyn, flow.TCPRst, flow.TCPAck

	// moment is a nanosecond in seconds.
	moment = 1e-9
)

// with gives the settings of the other tests with a change.
func with(change func(s *Settings)) Settings {
	s := settings
	change(&s)
	return s
}

// recordsOf meters packets of one TCP flow that all have 100 octets; end is the end
// of input in seconds.
func recordsOf(s Settings, end float64, packets ...flow.Packet) []string {
	var got collected
	state := State{Key: flow.Key{Version: 4, Protocol: 6}}
	process := NewProcess(s, &got)
	for i := range packets {
		process.Add(&state, nil, &packets[i])
	}
	process.Flush(&state, nil, flow.Timestamp(end*float64(second)))
	return got.records
}

// TestAgeingRules has every rule of docs/metering.md section 4 that is off unless it
// is set, at its edge and beyond it.
func TestAgeingRules(t *testing.T) {
	rules := func(fin, rst EndRule) Settings { return with(func(s *Settings) { s.Fin, s.Rst = fin, rst }) }
	own := func(protocol uint8, timers Timers) Settings {
		return with(func(s *Settings) {
			s.Protocols = map[uint8]Timers{protocol: timers}
			s.EndGrace = min(s.EndGrace, s.TimersOf(tcp).Idle)
		})
	}
	octets := func(n uint64) Settings { return with(func(s *Settings) { s.MaxOctets = n }) }
	count := func(n uint64) Settings { return with(func(s *Settings) { s.MaxPackets = n }) }
	cut := func(d time.Duration) Settings { return with(func(s *Settings) { s.CutEvery = d }) }
	atOnce, ifOpen, ignored := rules(EndAtOnce, EndAtOnce), rules(EndIfOpen, EndIfOpen), rules(EndIgnored, EndIgnored)
	type packets = []flow.Packet
	tests := []struct {
		name     string
		settings Settings
		packets  packets
		end      float64
		want     []string
	}{
		{"own idle timeout, exactly", own(6, Timers{Idle: 10 * time.Second}), packets{packet(0, ack), packet(10, ack)}, 10,
			[]string{"0..10 2p 200b forced_end #0"}},
		{"own idle timeout, over", own(6, Timers{Idle: 10 * time.Second}), packets{packet(0, ack), packet(10+moment, ack)}, 20 + 2*moment,
			[]string{"0..0 1p 100b idle_timeout #0", "10.000000001..10.000000001 1p 100b idle_timeout #0"}},
		{"own idle timeout, longer", own(6, Timers{Idle: time.Minute}), packets{packet(0, ack), packet(60, ack)}, 120,
			[]string{"0..60 2p 200b forced_end #0"}},
		{"own active timeout, exactly", own(6, Timers{Idle: time.Minute, Active: 20 * time.Second}), packets{packet(0, ack), packet(20, ack)}, 20,
			[]string{"0..20 2p 200b forced_end #0"}},
		{"own active timeout, over", own(6, Timers{Idle: time.Minute, Active: 20 * time.Second}), packets{packet(0, ack), packet(20+moment, ack)}, 20,
			[]string{"0..0 1p 100b active_timeout #0", "20.000000001..20.000000001 1p 100b forced_end #0"}},
		{"own active timeout never", own(6, Timers{Idle: time.Hour}), packets{packet(0, ack), packet(3600, ack)}, 3600,
			[]string{"0..3600 2p 200b forced_end #0"}},
		{"timers of another protocol", own(17, Timers{Idle: time.Second, Active: time.Second}), packets{packet(0, ack), packet(30, ack)}, 30,
			[]string{"0..30 2p 200b forced_end #0"}},

		{"byte limit, exactly", octets(200), packets{packet(0, ack), packet(1, ack)}, 1, []string{"0..1 2p 200b forced_end #0"}},
		{"byte limit, over by one", octets(199), packets{packet(0, ack), packet(1, ack)}, 1,
			[]string{"0..0 1p 100b lack_of_resources #0", "1..1 1p 100b forced_end #0"}},
		{"byte limit over intervals", octets(200), packets{packet(299, ack), packet(300, ack), packet(301, ack)}, 301,
			[]string{"299..300 2p 200b lack_of_resources #0", "301..301 1p 100b forced_end #0"}},
		{"a packet above the limit", octets(99), packets{packet(0, ack), packet(1, ack)}, 1,
			[]string{"0..0 1p 100b lack_of_resources #0", "1..1 1p 100b forced_end #0"}},
		{"greatest byte limit", octets(math.MaxInt64), packets{packet(0, ack), packet(1, ack)}, 1, []string{"0..1 2p 200b forced_end #0"}},
		{"packet limit", count(2), packets{packet(0, ack), packet(1, ack), packet(2, ack)}, 2,
			[]string{"0..1 2p 200b lack_of_resources #0", "2..2 1p 100b forced_end #0"}},
		{"records of one packet at one time", count(1), packets{packet(0, ack), packet(0, ack), packet(0, ack)}, 0,
			[]string{"0..0 1p 100b lack_of_resources #0", "0..0 1p 100b lack_of_resources #1", "0..0 1p 100b forced_end #2"}},
		{"idle before limit", count(1), packets{packet(0, ack), packet(31, ack)}, 31,
			[]string{"0..0 1p 100b idle_timeout #0", "31..31 1p 100b forced_end #0"}},
		{"active before limit", with(func(s *Settings) { s.ActiveTimeout, s.MaxPackets = time.Second, 1 }), packets{packet(0, ack), packet(2, ack)}, 2,
			[]string{"0..0 1p 100b active_timeout #0", "2..2 1p 100b forced_end #0"}},
		{"limit within the grace", count(2), packets{packet(0, ack), packet(1, fin), packet(2, ack)}, 2,
			[]string{"0..1 2p 200b lack_of_resources #0", "2..2 1p 100b forced_end #0"}},
		{"SYN before limit", count(2), packets{packet(0, ack), packet(1, fin), packet(2, syn)}, 2,
			[]string{"0..1 2p 200b end_of_flow #0", "2..2 1p 100b forced_end #0"}},

		{"immediate: FIN and what follows", atOnce, packets{packet(0, syn), packet(1, fin|ack), packet(2, ack)}, 2,
			[]string{"0..1 2p 200b end_of_flow #0", "2..2 1p 100b forced_end #0"}},
		{"immediate: the first packet", atOnce, packets{packet(0, rst), packet(1, ack)}, 1,
			[]string{"0..0 1p 100b end_of_flow #0", "1..1 1p 100b forced_end #0"}},
		{"immediate: repeated at one time", atOnce, packets{packet(0, fin), packet(0, fin)}, 0,
			[]string{"0..0 1p 100b end_of_flow #0", "0..0 1p 100b end_of_flow #1"}},
		{"immediate: ordinal up to silence", atOnce, packets{packet(0, fin), stamped(0, 30)}, 30,
			[]string{"0..0 1p 100b end_of_flow #0", "0..0 1p 100b forced_end #1"}},
		{"immediate: ordinal behind silence", atOnce, packets{packet(0, fin), stamped(0, 30+moment)}, 31,
			[]string{"0..0 1p 100b end_of_flow #0", "0..0 1p 100b forced_end #0"}},
		{"immediate: timers go first", atOnce, packets{packet(0, ack), packet(31, fin)}, 31,
			[]string{"0..0 1p 100b idle_timeout #0", "31..31 1p 100b end_of_flow #0"}},
		{"existing: the first packet", ifOpen, packets{packet(0, rst), packet(10, ack), packet(20, ack)}, 51,
			[]string{"0..20 3p 300b idle_timeout #0"}},
		{"existing: the second packet", ifOpen, packets{packet(0, rst), packet(10, rst), packet(20, ack)}, 20,
			[]string{"0..10 2p 200b end_of_flow #0", "20..20 1p 100b forced_end #0"}},
		{"existing: no SYN begins a flow", ifOpen, packets{packet(0, fin), packet(1, syn)}, 1, []string{"0..1 2p 200b forced_end #0"}},
		{"existing: first of what a timer has cut", ifOpen, packets{packet(0, ack), packet(31, fin), packet(32, ack)}, 32,
			[]string{"0..0 1p 100b idle_timeout #0", "31..32 2p 200b forced_end #0"}},
		{"ignore", ignored, packets{packet(0, syn), packet(1, fin), packet(2, rst), packet(3, syn)}, 60,
			[]string{"0..3 4p 400b idle_timeout #0"}},
		{"FIN by grace, RST at once: FIN", rules(EndByGrace, EndAtOnce), packets{packet(0, fin), packet(1, ack), packet(2, syn)}, 2,
			[]string{"0..1 2p 200b end_of_flow #0", "2..2 1p 100b forced_end #0"}},
		{"FIN by grace, RST at once: RST", rules(EndByGrace, EndAtOnce), packets{packet(0, fin), packet(1, rst), packet(2, ack)}, 2,
			[]string{"0..1 2p 200b end_of_flow #0", "2..2 1p 100b forced_end #0"}},
		{"FIN ignored, RST at once: both in a packet", rules(EndIgnored, EndAtOnce), packets{packet(0, fin|rst), packet(1, fin)}, 1,
			[]string{"0..0 1p 100b end_of_flow #0", "1..1 1p 100b forced_end #0"}},
		{"FIN by grace, RST if open: both in the first packet", rules(EndByGrace, EndIfOpen), packets{packet(0, fin|rst), packet(1, syn)}, 1,
			[]string{"0..0 1p 100b end_of_flow #0", "1..1 1p 100b forced_end #0"}},

		{"cut, at the moment before", cut(time.Minute), packets{packet(50, ack), packet(60-moment, ack)}, 59,
			[]string{"50..59.999999999 2p 200b forced_end #0"}},
		{"cut, exactly", cut(time.Minute), packets{packet(50, ack), packet(60, ack)}, 60,
			[]string{"50..50 1p 100b forced_end #0", "60..60 1p 100b forced_end #0"}},
		{"cut when idle for exactly the timeout", cut(time.Minute), packets{packet(30, ack), packet(90, ack)}, 90,
			[]string{"30..30 1p 100b forced_end #0", "90..90 1p 100b forced_end #0"}},
		{"idle before the cut", cut(time.Minute), packets{packet(30-moment, ack), packet(90, ack)}, 90,
			[]string{"29.999999999..29.999999999 1p 100b idle_timeout #0", "90..90 1p 100b forced_end #0"}},
		{"cut after FIN", cut(time.Minute), packets{packet(59, fin), packet(60, ack)}, 60,
			[]string{"59..59 1p 100b end_of_flow #0", "60..60 1p 100b forced_end #0"}},
		{"cut before the active timeout", with(func(s *Settings) { s.CutEvery, s.ActiveTimeout = time.Minute, time.Second }), packets{packet(59, ack), packet(61, ack)}, 61,
			[]string{"59..59 1p 100b forced_end #0", "61..61 1p 100b forced_end #0"}},
		{"cut of a flow that stays silent", cut(time.Minute), packets{packet(59, ack)}, 1000, []string{"59..59 1p 100b forced_end #0"}},
		{"cut before 1970", cut(time.Minute), packets{packet(-1, ack), packet(0, ack)}, 0,
			[]string{"-1..-1 1p 100b forced_end #0", "0..0 1p 100b forced_end #0"}},
		{"cut by more than time has", cut(math.MaxInt64), packets{packet(0, ack), packet(30, ack)}, 30, []string{"0..30 2p 200b forced_end #0"}},
		{"ordinal behind a cut", cut(time.Minute), packets{packet(59, ack), stamped(59, 60)}, 60,
			[]string{"59..59 1p 100b forced_end #0", "59..59 1p 100b forced_end #0"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.settings.Validate(); err != nil {
				t.Fatal(err)
			}
			if got := recordsOf(tt.settings, tt.end, tt.packets...); !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

// TestCutAtTheEndsOfTime: the first period of the representable range may be cut.
func TestCutAtTheEndsOfTime(t *testing.T) {
	for _, width := range []time.Duration{time.Minute, 1 << 62, math.MaxInt64, 1} {
		a := newAgeing(&Settings{IdleTimeout: math.MaxInt64, CutEvery: width, Interval: 1})
		for _, first := range []flow.Timestamp{flow.MinTimestamp, flow.MinTimestamp + 1, -1, 0} {
			at := a.cutAfter(first)
			if at <= first || at.Interval(width) != at || (at-1).Interval(width) != first.Interval(width) {
				t.Errorf("the cut behind %d, every %d, is at %d", first, width, at)
			}
			s := State{Key: flow.Key{Version: 4}, open: true, firstClock: first, lastClock: first}
			if a.cut(&s, at-1) || !a.cut(&s, at) {
				t.Errorf("a flow of %d is cut at %d: %v, at %d: %v", first, at-1, a.cut(&s, at-1), at, a.cut(&s, at))
			}
		}
	}
}

// TestEarlyFlushWithEveryRule flushes whenever a state is expired, as a table does
// that needs the room, and must give the same records.
func TestEarlyFlushWithEveryRule(t *testing.T) {
	times := []float64{0, 0, 5, 40, 71, 72, 72, 120, 200, 229, 259.5, 300, 300, 1000}
	for _, s := range []Settings{
		with(func(s *Settings) { s.Fin, s.Rst = EndAtOnce, EndAtOnce }),
		with(func(s *Settings) { s.Fin, s.Rst = EndIfOpen, EndIfOpen }),
		with(func(s *Settings) { s.CutEvery = time.Minute }),
		with(func(s *Settings) { s.MaxPackets = 1 }),
		with(func(s *Settings) {
			s.Protocols, s.EndGrace = map[uint8]Timers{6: {Idle: time.Second, Active: time.Second}}, 0
		}),
	} {
		for _, flags := range []uint16{ack, fin, rst} {
			var whole, early collected
			a, b := State{Key: flow.Key{Version: 4, Protocol: 6}}, State{Key: flow.Key{Version: 4, Protocol: 6}}
			one, other := NewProcess(s, &whole), NewProcess(s, &early)
			for _, at := range times {
				p := packet(at, flags)
				if other.Expired(&b, p.Clock) {
					other.Flush(&b, nil, p.Clock)
					b.Reset(&b.Key)
				}
				one.Add(&a, nil, &p)
				other.Add(&b, nil, &p)
			}
			one.Flush(&a, nil, 1000*second)
			other.Flush(&b, nil, 1000*second)
			if !slices.Equal(whole.records, early.records) || !slices.Equal(whole.slices, early.slices) {
				t.Errorf("%+v: got %q, want %q", s, early, whole)
			}
		}
	}
}

// TestPatience: it is how long a state may be silent, to the moment.
func TestPatience(t *testing.T) {
	s := with(func(s *Settings) {
		s.Protocols, s.EndGrace = map[uint8]Timers{6: {Idle: 20 * time.Second}}, 5*time.Second
	})
	for _, c := range []struct {
		protocol uint8
		flags    uint16
		want     time.Duration
	}{{6, ack, 20 * time.Second}, {6, fin, 5 * time.Second}, {17, 0, 30 * time.Second}} {
		process := NewProcess(s, &discard{})
		state := State{Key: flow.Key{Version: 4, Protocol: c.protocol}}
		p := packet(0, c.flags)
		process.Add(&state, nil, &p)
		got := process.Patience(&state)
		if got != c.want || process.Expired(&state, flow.Timestamp(got)) || !process.Expired(&state, flow.Timestamp(got)+1) {
			t.Errorf("protocol %d, flags %d: got %v, want %v", c.protocol, c.flags, got, c.want)
		}
	}
}

func TestLeastPatience(t *testing.T) {
	for _, c := range []struct {
		name     string
		settings Settings
		want     time.Duration
	}{
		{"idle timeout", settings, 30 * time.Second},
		{"of a protocol", with(func(s *Settings) { s.Protocols = map[uint8]Timers{17: {Idle: time.Second}, 1: {Idle: time.Hour}} }), time.Second},
		{"end grace", with(func(s *Settings) { s.EndGrace, s.Fin = time.Second, EndIgnored }), time.Second},
		{"end grace of no rule", with(func(s *Settings) { s.EndGrace, s.Fin, s.Rst = time.Second, EndIgnored, EndAtOnce }), 30 * time.Second},
		{"cut", with(func(s *Settings) { s.CutEvery = time.Second }), time.Second},
	} {
		if got := c.settings.LeastPatience(); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

// TestEvict ends an open flow only.
func TestEvict(t *testing.T) {
	var got collected
	process := NewProcess(settings, &got)
	state := State{Key: flow.Key{Version: 4}}
	process.Evict(&state, nil)
	for range 2 {
		p := packet(0, ack)
		process.Add(&state, nil, &p)
		if !state.Open() {
			t.Error("the flow is not open")
		}
		process.Evict(&state, nil)
		process.Evict(&state, nil)
	}
	if want := []string{"0..0 1p 100b lack_of_resources #0", "0..0 1p 100b lack_of_resources #1"}; !slices.Equal(got.records, want) || state.Open() {
		t.Errorf("got %q, want %q", got.records, want)
	}
}

func TestEndRules(t *testing.T) {
	for r := EndByGrace; r < endRuleCount; r++ {
		if got, err := ParseEndRule(r.String()); got != r || err != nil {
			t.Errorf("%v: got %v, %v", r, got, err)
		}
	}
	for _, name := range []string{"", "unknown", "Grace"} {
		if _, err := ParseEndRule(name); err == nil {
			t.Errorf("%q was taken", name)
		}
	}
}
