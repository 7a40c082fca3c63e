package naive

import (
	"slices"

	"netstream/aggregate/flow"
)

// connection is what the packets of a biflow tell of its connection: docs/biflows.md
// section 3.
func (f *meteredFlow) connection() flow.TCPConversation {
	c := flow.TCPConversation{SynRTT: f.handshake(true), AckRTT: f.handshake(false), State: f.state()}
	for _, p := range f.packets {
		of := &c.Forward
		if p.against(f) {
			of = &c.Reverse
		}
		if p.isSegment() && p.TCPFlags&(flow.TCPSyn|flow.TCPFin|flow.TCPRst) == 0 && p.Window == 0 {
			of.ZeroWindows++
		}
	}
	ways := [2]*way{{}, {}}
	for _, p := range f.packets {
		from := 0
		if p.against(f) {
			from = 1
		}
		if p.isSegment() {
			ways[from].acknowledge(p, ways[1-from])
			ways[from].send(p, ways[1-from])
		}
	}
	for i, of := range []*flow.Segments{&c.Forward, &c.Reverse} {
		w, peer := ways[i], ways[1-i]
		of.Retransmitted, of.OutOfOrder, of.DuplicateACKs, of.Missing = w.retransmitted, w.outOfOrder, w.duplicates, w.lost
		for _, gap := range w.gaps() {
			of.Missing += uint64(gap[1] - gap[0])
		}
		of.Missing += w.beyond(peer)
	}
	return c
}

func (p *packet) isSegment() bool { return p.HasTCPFlags && p.Segment && !p.Fragment }

// handshake gives the time from SYN to SYN/ACK, or from SYN/ACK to ACK.
func (f *meteredFlow) handshake(syn bool) int64 {
	const controls = flow.TCPSyn | flow.TCPAck | flow.TCPRst
	asks, answers := uint16(flow.TCPSyn|flow.TCPAck), uint16(flow.TCPAck)
	if syn {
		asks, answers = flow.TCPSyn, flow.TCPSyn|flow.TCPAck
	}
	for i, answer := range f.packets {
		if !answer.isSegment() || answer.TCPFlags&controls != answers {
			continue
		}
		for _, question := range slices.Backward(f.packets[:i]) {
			if !question.isSegment() || question.TCPFlags&controls != asks || question.own == answer.own {
				continue
			}
			if question.Sequence+1 == answer.Acknowledgment && question.Time <= answer.Time {
				return int64(answer.Time - question.Time)
			}
			break // only the last question is looked at
		}
	}
	return -1
}

// state gives the letters of the connection's state.
func (f *meteredFlow) state() flow.ConnState {
	type side struct{ now, before string }
	sides := map[bool]*side{false: {now: "none"}, true: {now: "none"}} // by whether it is the responder
	tcp, udp := false, false
	sent, payload, aborted := [2]bool{}, [2]bool{}, [2]bool{}
	plain := [2]bool{true, true} // nothing but SYN was sent
	index := map[bool]int{true: 1}
	for _, p := range f.packets {
		responder := p.against(f)
		n, me, peer := index[responder], sides[responder], sides[!responder]
		become := func(s *side, next string) {
			if s.now != next {
				s.before, s.now = s.now, next
			}
		}
		sent[n] = true
		if !p.HasTCPFlags {
			udp = udp || p.Key.Protocol == 17
			continue
		}
		tcp = true
		payload[n] = payload[n] || p.PayloadOctets > 0
		syn, ack := p.TCPFlags&flow.TCPSyn != 0, p.TCPFlags&flow.TCPAck != 0
		switch {
		case p.TCPFlags&flow.TCPRst != 0:
			if me.now != "closed" || peer.now != "closed" {
				aborted[n] = aborted[n] || me.now == "syn" && !payload[n] && plain[n]
				become(me, "reset")
			}
		case me.now == "reset":
		case p.TCPFlags&flow.TCPFin != 0:
			become(me, "closed")
			if peer.now == "reset" && peer.before == "closed" {
				peer.now = "closed"
			}
		case me.now == "closed":
		case syn && !ack:
			if me.now == "none" || me.now == "partial" && peer.now == "none" {
				become(me, "syn")
			}
		case syn:
			if peer.now == "syn" && me.now != "established" {
				become(me, "established")
				become(peer, "established")
			} else if me.now == "none" {
				become(me, "syn/ack")
			}
		case me.now == "none":
			become(me, "partial")
		}
		if p.isSegment() && ack && p.TCPFlags&flow.TCPRst == 0 {
			plain[n] = false
		}
	}
	if !tcp {
		switch {
		case !udp:
			return flow.ConnNone
		case sent[0] && sent[1]:
			return flow.ConnSF
		case sent[0]:
			return flow.ConnS0
		}
		return flow.ConnSHR
	}
	unknown := func(state string) bool { return state == "none" || state == "partial" }
	i, r := sides[false].now, sides[true].now
	table := []struct {
		state flow.ConnState
		holds bool
	}{
		{flow.ConnREJ, r == "reset" && (i == "syn" || i == "syn/ack" || i == "reset" && !payload[0] && !payload[1])},
		{flow.ConnRSTRH, r == "reset" && unknown(i)},
		{flow.ConnRSTR, r == "reset"},
		{flow.ConnRSTO, i == "reset" && !unknown(r)},
		{flow.ConnRSTOS0, i == "reset" && aborted[0]},
		{flow.ConnOTH, i == "reset"},
		{flow.ConnSF, i == "closed" && r == "closed"},
		{flow.ConnSH, i == "closed" && unknown(r)},
		{flow.ConnS2, i == "closed"},
		{flow.ConnSHR, r == "closed" && unknown(i)},
		{flow.ConnS3, r == "closed"},
		{flow.ConnS0, i == "syn" && r == "none"},
		{flow.ConnS1, i == "established" && r == "established"},
		{flow.ConnOTH, true},
	}
	for _, row := range table {
		if row.holds {
			return row.state
		}
	}
	return flow.ConnNone
}

// way is what one end sends. Sequence numbers count on from 2^32 and the first one.
type way struct {
	begun       bool
	first, next int64
	seen        [][2]int64 // ranges, also those that were given up
	syn         *uint32
	lost        uint64

	retransmitted, outOfOrder, duplicates uint64

	acknowledged bool
	greatest     uint32
	window       uint16
}

// gaps gives the ranges from first to next that were not seen.
func (w *way) gaps() (gaps [][2]int64) {
	seen := slices.Clone(w.seen)
	slices.SortFunc(seen, func(a, b [2]int64) int { return int(a[0] - b[0]) })
	at := w.first
	for _, s := range seen {
		if s[0] > at {
			gaps = append(gaps, [2]int64{at, s[0]})
		}
		at = max(at, s[1])
	}
	return gaps
}

// beyond gives the numbers that were not seen, though the other end has acknowledged them.
func (w *way) beyond(peer *way) uint64 {
	if beyond := int32(peer.greatest - uint32(w.next)); peer.acknowledged && w.begun && beyond > 0 && beyond <= 1<<30 {
		return uint64(beyond)
	}
	return 0
}

// send takes the numbers of a segment.
func (w *way) send(p *packet, peer *way) {
	length := int64(p.PayloadOctets)
	syn, fin := p.TCPFlags&flow.TCPSyn != 0, p.TCPFlags&flow.TCPFin != 0
	for _, counts := range []bool{syn, fin} {
		if counts {
			length++
		}
	}
	if length == 0 || p.TCPFlags&flow.TCPRst != 0 {
		return
	}
	distance := int64(int32(p.Sequence - uint32(w.next)))
	anew := !w.begun || distance > 1<<30 || distance < -1<<30
	if syn {
		anew = anew || w.syn == nil || *w.syn != p.Sequence
		w.syn = &p.Sequence
	}
	if anew {
		w.lost += w.beyond(peer)
		if w.begun || syn {
			peer.greatest = p.Sequence - 1 // what was acknowledged were other numbers
		}
		for _, gap := range w.gaps() {
			w.lost += uint64(gap[1] - gap[0])
		}
		w.begun, w.first, w.seen = true, 1<<32+int64(p.Sequence), nil
		w.next = w.first + length
		w.seen = append(w.seen, [2]int64{w.first, w.next})
		return
	}
	start, end := w.next+distance, w.next+distance+length
	if distance < 0 {
		if length == 1 && !syn && !fin && end == w.next {
			return
		}
		fills := false
		for _, gap := range w.gaps() {
			fills = fills || start < gap[1] && gap[0] < end
		}
		if fills {
			w.outOfOrder++
		} else {
			w.retransmitted++
		}
	}
	w.next = max(w.next, end)
	w.seen = append(w.seen, [2]int64{start, end})
	for gaps := w.gaps(); len(gaps) > 8; gaps = w.gaps() {
		w.lost += uint64(gaps[0][1] - gaps[0][0])
		w.seen = append(w.seen, gaps[0])
	}
}

// acknowledge takes what a segment says of the other way.
func (w *way) acknowledge(p *packet, other *way) {
	if p.TCPFlags&flow.TCPRst != 0 {
		return
	}
	plain := p.TCPFlags&(flow.TCPSyn|flow.TCPFin) == 0 && p.PayloadOctets == 0
	if p.TCPFlags&flow.TCPAck != 0 {
		if w.acknowledged && plain && p.Acknowledgment == w.greatest && p.Window == w.window &&
			other.begun && int32(uint32(other.next)-p.Acknowledgment) > 0 {
			w.duplicates++
		}
		if !w.acknowledged || int32(p.Acknowledgment-w.greatest) > 0 {
			w.acknowledged, w.greatest = true, p.Acknowledgment
		}
	}
	w.window = p.Window
}
