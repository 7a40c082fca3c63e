package connection

import (
	"testing"

	"netstream/aggregate/flow"
)

// segment is a segment as the tests write it: who sends it, its control bits, its
// numbers and its payload.
type segment struct {
	from          int
	flags         string
	sequence, ack uint32
	payload       uint32
	window        uint16
	at            flow.Timestamp
}

// bits reads control bits by the first letters of their names.
func bits(t *testing.T, letters string) (flags uint16) {
	t.Helper()
	for _, letter := range letters {
		bit, ok := map[rune]uint16{'F': flow.TCPFin, 'S': flow.TCPSyn, 'R': flow.TCPRst, 'P': flow.TCPPsh, 'A': flow.TCPAck}[letter]
		if !ok {
			t.Fatalf("no control bit %c", letter)
		}
		flags |= bit
	}
	return flags
}

func follow(t *testing.T, segments []segment) flow.TCPConversation {
	t.Helper()
	var s State
	for _, g := range segments {
		p := flow.Packet{Time: g.at, Key: flow.Key{Protocol: 6}}
		p.Meta = flow.Meta{
			Marks: flow.MarkTCP, TCPFlags: bits(t, g.flags), PayloadOctets: g.payload,
			Sequence: g.sequence, Acknowledgment: g.ack, Window: g.window, HasSegment: true,
		}
		s.Add(&p, g.from)
	}
	return s.Result(0)
}

// TestStates has the segments of each state as Zeek's documentation of conn_state
// describes it.
func TestStates(t *testing.T) {
	open := []segment{{0, "S", 100, 0, 0, 9, 0}, {1, "SA", 500, 101, 0, 9, 0}, {0, "A", 101, 501, 0, 9, 0}}
	for _, c := range []struct {
		want     flow.ConnState
		opened   bool
		segments []segment
	}{
		{flow.ConnS0, false, open[:1]},
		{flow.ConnS0, false, []segment{open[0], open[0]}},
		{flow.ConnS1, true, nil},
		{flow.ConnSF, true, []segment{{0, "FA", 101, 501, 0, 9, 0}, {1, "FA", 501, 102, 0, 9, 0}, {0, "A", 102, 502, 0, 9, 0}}},
		{flow.ConnSF, true, []segment{{0, "FA", 101, 501, 0, 9, 0}, {1, "FA", 501, 102, 0, 9, 0}, {0, "R", 102, 0, 0, 9, 0}}},
		{flow.ConnSF, true, []segment{{0, "FA", 101, 501, 0, 9, 0}, {0, "R", 102, 0, 0, 9, 0}, {1, "FA", 501, 102, 0, 9, 0}}},
		{flow.ConnREJ, false, []segment{open[0], {1, "RA", 0, 101, 0, 9, 0}}},
		{flow.ConnS2, true, []segment{{0, "FA", 101, 501, 0, 9, 0}}},
		{flow.ConnS3, true, []segment{{1, "FA", 501, 101, 0, 9, 0}}},
		{flow.ConnRSTO, true, []segment{{0, "RA", 101, 501, 0, 9, 0}}},
		{flow.ConnRSTR, true, []segment{{1, "RA", 501, 101, 0, 9, 0}}},
		{flow.ConnRSTOS0, false, []segment{open[0], {0, "R", 101, 0, 0, 9, 0}}},
		{flow.ConnRSTOS0, false, []segment{open[0], {0, "R", 101, 0, 0, 9, 0}, {0, "R", 101, 0, 0, 9, 0}}},
		{flow.ConnRSTRH, false, []segment{open[1], {1, "R", 501, 0, 0, 9, 0}}},
		{flow.ConnSH, false, []segment{open[0], {0, "F", 101, 0, 0, 9, 0}}},
		{flow.ConnSHR, false, []segment{open[1], {1, "FA", 501, 101, 0, 9, 0}}},
		{flow.ConnOTH, false, []segment{{0, "PA", 101, 501, 7, 9, 0}, {1, "A", 501, 108, 0, 9, 0}}},
		{flow.ConnOTH, false, []segment{{0, "PA", 101, 501, 7, 9, 0}, {0, "R", 108, 0, 0, 9, 0}}},
	} {
		segments := c.segments
		if c.opened {
			segments = append(append([]segment(nil), open...), c.segments...)
		}
		if got := follow(t, segments); got.State != c.want {
			t.Errorf("got %v, want %v of %+v", got.State, c.want, segments)
		}
	}
}

func TestDatagrams(t *testing.T) {
	for _, c := range []struct {
		protocol uint8
		from     []int
		want     flow.ConnState
	}{{17, []int{0}, flow.ConnS0}, {17, []int{0, 1}, flow.ConnSF}, {17, []int{1}, flow.ConnSHR}, {47, []int{0, 1}, flow.ConnNone}} {
		var s State
		for _, from := range c.from {
			s.Add(&flow.Packet{Key: flow.Key{Protocol: c.protocol}}, from)
		}
		if got := s.Result(0).State; got != c.want {
			t.Errorf("protocol %d, packets of %v: got %q, want %q", c.protocol, c.from, got, c.want)
		}
	}
}

// TestTimes measures the handshake from the last SYN and the last SYN/ACK.
func TestTimes(t *testing.T) {
	got := follow(t, []segment{
		{0, "S", 100, 0, 0, 9, 1000}, {0, "S", 100, 0, 0, 9, 4000}, {1, "SA", 500, 101, 0, 9, 4070}, {1, "SA", 500, 101, 0, 9, 5000},
		{0, "A", 101, 400, 0, 9, 5001}, {0, "A", 101, 501, 0, 9, 5030}, {0, "A", 101, 501, 0, 9, 9000},
	})
	if got.SynRTT != 70 || got.AckRTT != 30 {
		t.Errorf("got %d and %d ns, want 70 and 30", got.SynRTT, got.AckRTT)
	}
	for _, segments := range [][]segment{
		{{0, "S", 100, 0, 0, 9, 1000}, {1, "SA", 500, 100, 0, 9, 1070}}, // acknowledges another SYN
		{{0, "S", 100, 0, 0, 9, 1000}, {1, "SA", 500, 101, 0, 9, 999}},  // came before it
		{{1, "SA", 500, 101, 0, 9, 1000}},
	} {
		if got := follow(t, segments); got.SynRTT != -1 || got.AckRTT != -1 {
			t.Errorf("got %d and %d ns, want none of %+v", got.SynRTT, got.AckRTT, segments)
		}
	}
}

// TestSegments has one direction's segments, and what is to be told of them.
func TestSegments(t *testing.T) {
	data := func(sequence, payload uint32) segment { return segment{0, "A", sequence, 1, payload, 9, 0} }
	acks := func(ack uint32, window uint16) segment { return segment{1, "A", 1, ack, 0, window, 0} }
	var torn []segment // nine gaps of 10 octets, of which the lowest is forgotten and then filled
	for i := range uint32(10) {
		torn = append(torn, data(1000+20*i, 10))
	}
	torn = append(torn, data(1010, 10))
	for _, c := range []struct {
		name     string
		segments []segment
		forward  flow.Segments
		reverse  flow.Segments
	}{
		{"in order", []segment{data(100, 50), data(150, 50), acks(200, 9)}, flow.Segments{}, flow.Segments{}},
		{"retransmitted", []segment{data(100, 50), data(100, 50), data(90, 60)}, flow.Segments{Retransmitted: 2}, flow.Segments{}},
		{"partly new", []segment{data(100, 50), data(140, 50), data(190, 1)}, flow.Segments{Retransmitted: 1}, flow.Segments{}},
		{"out of order", []segment{data(100, 50), data(200, 50), data(150, 50)}, flow.Segments{OutOfOrder: 1}, flow.Segments{}},
		{"gap filled in parts", []segment{data(100, 50), data(200, 50), data(170, 10), data(150, 20), data(180, 5)}, flow.Segments{OutOfOrder: 3, Missing: 15}, flow.Segments{}},
		{"missing", []segment{data(100, 50), data(200, 50)}, flow.Segments{Missing: 50}, flow.Segments{}},
		{"acknowledged, not seen", []segment{data(100, 50), acks(180, 9)}, flow.Segments{Missing: 30}, flow.Segments{}},
		{"keep-alive", []segment{data(100, 50), data(149, 1)}, flow.Segments{}, flow.Segments{}},
		{"numbers wrap", []segment{data(1<<32-20, 20), data(0, 20), data(1<<32-20, 20), data(30, 5)}, flow.Segments{Retransmitted: 1, Missing: 10}, flow.Segments{}},
		{"another SYN", []segment{data(100, 50), {0, "S", 7000, 0, 0, 9, 0}, data(7001, 10)}, flow.Segments{}, flow.Segments{}},
		{"another SYN, what was acknowledged before is of other numbers", []segment{
			{0, "S", 2000000, 0, 0, 9, 0}, {1, "SA", 1, 2000001, 0, 9, 0}, {0, "S", 1000000, 0, 0, 9, 0}, {1, "SA", 1, 1000001, 0, 9, 0}, data(1000001, 10), acks(1000011, 9),
		}, flow.Segments{}, flow.Segments{Retransmitted: 1}},
		{"another SYN, what was lost before stays lost", []segment{data(100, 50), acks(180, 9), {0, "S", 7000, 0, 0, 9, 0}, acks(7001, 9), data(7001, 10), acks(7016, 9)}, flow.Segments{Missing: 35}, flow.Segments{}},
		{"SYN repeated", []segment{{0, "S", 99, 0, 0, 9, 0}, {0, "S", 99, 0, 0, 9, 0}, data(100, 10)}, flow.Segments{Retransmitted: 1}, flow.Segments{}},
		{"beyond any window", []segment{data(100, 50), data(150+1<<30+1, 50), data(100, 50)}, flow.Segments{}, flow.Segments{}},
		{"more gaps than are remembered", torn, flow.Segments{Retransmitted: 1, Missing: 90}, flow.Segments{}},
		{"duplicate ACKs", []segment{data(100, 50), acks(120, 9), acks(120, 9), acks(120, 9), acks(120, 8), acks(150, 8), acks(150, 8)}, flow.Segments{}, flow.Segments{DuplicateACKs: 2}},
		{"zero windows", []segment{acks(120, 0), acks(120, 0), {1, "FA", 1, 120, 0, 0, 0}}, flow.Segments{}, flow.Segments{ZeroWindows: 2}},
		{"RST has no octets", []segment{data(100, 50), {0, "R", 120, 0, 9, 9, 0}}, flow.Segments{}, flow.Segments{}},
	} {
		got := follow(t, c.segments)
		if got.Forward != c.forward || got.Reverse != c.reverse {
			t.Errorf("%s: got %+v and %+v, want %+v and %+v", c.name, got.Forward, got.Reverse, c.forward, c.reverse)
		}
	}
}

// TestFollowingAllocatesNothing: a packet costs no memory.
func TestFollowingAllocatesNothing(t *testing.T) {
	var s State
	p := flow.Packet{Key: flow.Key{Protocol: 6}, Meta: flow.Meta{Marks: flow.MarkTCP, TCPFlags: flow.TCPAck, HasSegment: true, PayloadOctets: 10}}
	if n := testing.AllocsPerRun(100, func() {
		p.Meta.Sequence += 20
		s.Add(&p, 0)
	}); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}
