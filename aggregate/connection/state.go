package connection

import "netstream/aggregate/flow"

// State is what is known of a conversation. The zero State is that of one without
// packets. It holds no pointer.
type State struct {
	ends           [2]end // of the source and of the destination of the key
	synRTT, ackRTT span
	udp            bool
}

// end is one end of a conversation: what it has sent.
type end struct {
	phase, before phase
	sent          sequence
	seen          bool // any packet
	synThenReset  bool // of those that count for RSTOS0

	acknowledged   uint32 // greatest acknowledgment number of what the other end sends now; valid iff acknowledges
	window         uint16
	acknowledges   bool
	payload        bool // any octet of data
	duplicateACKs  uint64
	zeroWindows    uint64
	synSeq, ackSeq uint32 // numbers of the last SYN and the last SYN/ACK
	synAt, ackAt   moment
}

// moment is a time that may be unknown.
type moment struct {
	at    flow.Timestamp
	known bool
}

// span is a time in nanoseconds that may be unknown.
type span struct {
	nanoseconds int64
	known       bool
}

// Add takes the next packet. from is 0 if it ran from the source of the key to its
// destination, 1 if it ran the other way. Only TCP and UDP tell anything.
func (s *State) Add(p *flow.Packet, from int) {
	e, peer := &s.ends[from], &s.ends[1-from]
	e.seen = true
	m := &p.Meta
	if m.Marks&flow.MarkTCP == 0 {
		s.udp = s.udp || p.Key.Protocol == protocolUDP
		return
	}
	e.payload = e.payload || m.PayloadOctets > 0
	e.advance(peer, m.TCPFlags)
	if !m.HasSegment || m.Marks&(flow.MarkFragment|flow.MarkBadTransport) != 0 {
		return
	}
	s.time(p, e, peer)
	e.acknowledge(m, peer)
	if e.sent.add(m, e.unseen(peer)) && peer.acknowledges {
		peer.acknowledged = m.Sequence - 1
	}
}

const protocolUDP = 17

// time measures the handshake.
func (s *State) time(p *flow.Packet, e, peer *end) {
	m := &p.Meta
	switch m.TCPFlags & (flow.TCPSyn | flow.TCPAck | flow.TCPRst) {
	case flow.TCPSyn:
		e.synAt, e.synSeq = moment{p.Time, true}, m.Sequence
	case flow.TCPSyn | flow.TCPAck:
		if !s.synRTT.known && peer.synAt.known && m.Acknowledgment == peer.synSeq+1 {
			s.synRTT = between(peer.synAt.at, p.Time)
		}
		e.ackAt, e.ackSeq = moment{p.Time, true}, m.Sequence
	case flow.TCPAck:
		if !s.ackRTT.known && peer.ackAt.known && m.Acknowledgment == peer.ackSeq+1 {
			s.ackRTT = between(peer.ackAt.at, p.Time)
		}
	}
}

// between gives the time from one packet to another; unknown if it is negative, as
// between packets that came out of order.
func between(earlier, later flow.Timestamp) span {
	if later < earlier {
		return span{}
	}
	return span{int64(later.Since(earlier)), true}
}

// acknowledge looks at what a segment says of the other direction.
func (e *end) acknowledge(m *flow.Meta, peer *end) {
	const special = flow.TCPSyn | flow.TCPFin | flow.TCPRst
	if m.TCPFlags&special == 0 && m.Window == 0 {
		e.zeroWindows++
	}
	if m.TCPFlags&flow.TCPAck != 0 && m.TCPFlags&flow.TCPRst == 0 {
		if e.acknowledges && m.TCPFlags&special == 0 && m.PayloadOctets == 0 && m.Acknowledgment == e.acknowledged &&
			m.Window == e.window && peer.sent.outstanding(m.Acknowledgment) {
			e.duplicateACKs++
		}
		if !e.acknowledges || int32(m.Acknowledgment-e.acknowledged) > 0 {
			e.acknowledges, e.acknowledged = true, m.Acknowledgment
		}
	}
	if m.TCPFlags&flow.TCPRst == 0 {
		e.window = m.Window
	}
}

// Result gives what the packets amount to. initiator is 0 if the source of the key
// is the initiator, 1 if the destination is.
func (s *State) Result(initiator int) flow.TCPConversation {
	a, b := &s.ends[initiator], &s.ends[1-initiator]
	return flow.TCPConversation{
		State: s.letters(a, b), SynRTT: s.synRTT.value(), AckRTT: s.ackRTT.value(),
		Forward: a.segments(b), Reverse: b.segments(a),
	}
}

func (s span) value() int64 {
	if !s.known {
		return -1
	}
	return s.nanoseconds
}

// unseen gives the octets that the other end has acknowledged, and that were not seen.
func (e *end) unseen(peer *end) uint64 {
	if !peer.acknowledges {
		return 0
	}
	return e.sent.unseen(peer.acknowledged)
}

func (e *end) segments(peer *end) flow.Segments {
	return flow.Segments{
		Retransmitted: e.sent.retransmitted, OutOfOrder: e.sent.outOfOrder, Missing: e.sent.missing() + e.unseen(peer),
		DuplicateACKs: e.duplicateACKs, ZeroWindows: e.zeroWindows,
	}
}
