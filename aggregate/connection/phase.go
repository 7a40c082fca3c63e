package connection

import "netstream/aggregate/flow"

// phase is how far an end has come, by what it has sent.
type phase uint8

const (
	silent      phase = iota // nothing
	partial                  // something, but no SYN
	synSent                  // SYN
	synAckSent               // SYN/ACK, but the SYN that it answers was not seen
	established              // its SYN and that of the other end were seen
	closed                   // FIN
	reset                    // RST
)

// advance takes an end to the phase that the control bits of its next segment mean.
func (e *end) advance(peer *end, flags uint16) {
	switch {
	case flags&flow.TCPRst != 0:
		if e.phase == closed && peer.phase == closed {
			return // what comes after both have closed changes nothing
		}
		if e.phase != reset {
			e.synThenReset = e.phase == synSent && !e.payload && !e.acknowledges
		}
		e.enter(reset)
	case e.phase == reset:
	case flags&flow.TCPFin != 0:
		e.enter(closed)
		if peer.phase == reset && peer.before == closed {
			peer.phase = closed // it had closed before it reset
		}
	case e.phase == closed:
	case flags&(flow.TCPSyn|flow.TCPAck) == flow.TCPSyn:
		if e.phase == silent || e.phase == partial && peer.phase == silent {
			e.enter(synSent)
		}
	case flags&flow.TCPSyn != 0:
		if peer.phase == synSent && e.phase < established {
			e.enter(established)
			peer.enter(established)
		} else if e.phase == silent {
			e.enter(synAckSent)
		}
	case e.phase == silent:
		e.enter(partial)
	}
}

func (e *end) enter(next phase) {
	if e.phase != next {
		e.before, e.phase = e.phase, next
	}
}

// inactive says whether nothing is known of how an end has opened.
func (e *end) inactive() bool { return e.phase <= partial }

// letters gives the state of the conversation between the initiator and the responder.
func (s *State) letters(initiator, responder *end) flow.ConnState {
	i, r := initiator.phase, responder.phase
	switch {
	case i == silent && r == silent:
		return s.datagrams(initiator, responder)
	case r == reset && (i == synSent || i == synAckSent || i == reset && !initiator.payload && !responder.payload):
		return flow.ConnREJ
	case r == reset && initiator.inactive():
		return flow.ConnRSTRH
	case r == reset:
		return flow.ConnRSTR
	case i == reset && !responder.inactive():
		return flow.ConnRSTO
	case i == reset && initiator.synThenReset:
		return flow.ConnRSTOS0
	case i == reset:
		return flow.ConnOTH
	case i == closed && r == closed:
		return flow.ConnSF
	case i == closed && responder.inactive():
		return flow.ConnSH
	case i == closed:
		return flow.ConnS2
	case r == closed && initiator.inactive():
		return flow.ConnSHR
	case r == closed:
		return flow.ConnS3
	case i == synSent && r == silent:
		return flow.ConnS0
	case i == established && r == established:
		return flow.ConnS1
	}
	return flow.ConnOTH
}

// datagrams gives the state of a conversation in UDP: whether anybody answered.
func (s *State) datagrams(initiator, responder *end) flow.ConnState {
	switch {
	case !s.udp:
		return flow.ConnNone
	case initiator.seen && responder.seen:
		return flow.ConnSF
	case initiator.seen:
		return flow.ConnS0
	}
	return flow.ConnSHR
}
