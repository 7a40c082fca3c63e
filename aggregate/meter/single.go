package meter

import (
	"time"

	"netstream/aggregate/flow"
)

// A key of which one packet has come so far needs much less room than a State. A caller who keeps such
// flows in a form of his own, and makes a State of them with Add when the second packet comes, asks what
// follows here. It goes by the clock and the control bits of the packet.

// Singles says whether flows of one packet can be kept so: when they end, they are given as a whole, and only
// timers and control bits end them.
func (m *Process) Singles() bool { return m.whole != nil && m.quick }

// OpensSingle says whether the flow that p begins is open behind it.
func (m *Process) OpensSingle(p *flow.Packet) bool { return p.Meta.TCPFlags&m.ageing.immediate == 0 }

// IntervalOf gives the start of the interval that a time lies in.
func (m *Process) IntervalOf(at flow.Timestamp) flow.Timestamp { return m.intervalOf(at) }

// WaitSingle is Wait for an open flow of one packet.
func (m *Process) WaitSingle(clock flow.Timestamp, tcpFlags uint16, now flow.Timestamp) time.Duration {
	patience := m.ageing.general.Idle
	if tcpFlags&m.ageing.grace != 0 {
		patience = min(patience, m.ageing.endGrace)
	}
	return patience - max(now.Since(clock), 0)
}

// EndSingle gives the reason for which such a flow ends, as Flush does.
func (m *Process) EndSingle(clock flow.Timestamp, tcpFlags uint16, end flow.Timestamp) flow.EndReason {
	switch {
	case tcpFlags&m.ageing.grace != 0:
		return flow.EndOfFlow
	case end.Since(clock) > m.ageing.general.Idle:
		return flow.EndIdleTimeout
	}
	return flow.EndForced
}
