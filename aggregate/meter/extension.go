package meter

import (
	"netstream/aggregate/flow"
	"netstream/aggregate/statistics"
)

// Extension is what the open flow of a State has besides it, for what was asked for.
// It means nothing unless the State has an open flow.
type Extension struct {
	*Pair                         // nil unless biflows are metered
	Statistics *statistics.State  // nil unless Settings.Statistics asks for any
	Early      []flow.EarlyPacket // as long as Settings.Statistics.Early
}

// initiator gives 0 if the source of the key is the initiator, 1 if its destination is.
func (s *State) initiator(x Extension) int {
	if x.Pair != nil && s.turned {
		return 1
	}
	return 0
}
