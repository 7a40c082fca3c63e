package accounting

import (
	"netstream/aggregate/flow"
	"netstream/aggregate/runs"
)

// Config says what is accounted, and how.
type Config struct {
	Schemes []flow.Scheme
	Points  *flow.Points
	Lookup  Lookup // nil if there is nothing to look up

	// Minimum are the least lengths of prefixes, and the lengths of those without a known
	// route; MinimumGiven says that they hold for known routes, too.
	Minimum      flow.PrefixLengths
	MinimumGiven bool

	// Distinct asks for the numbers of distinct addresses, Peak for those of octets in
	// the busiest second.
	Distinct, Peak bool

	// Memory bounds the octets of groups that are kept in memory, 0 for the default.
	Memory int
}

// DefaultMinimum gives the lengths of prefixes that hold if no others are asked for.
func DefaultMinimum() flow.PrefixLengths { return flow.PrefixLengths{IPv4: 24, IPv6: 64} }

func (c *Config) minimum(version uint8) uint8 {
	if version == 4 {
		return c.Minimum.IPv4
	}
	return c.Minimum.IPv6
}

// DefaultMemory is the default bound of octets for the groups of all schemes. Half of
// it is for the groups being summed, half for those being sorted.
const DefaultMemory = 64 << 20

// Bounds for each scheme, however many there are.
const (
	leastMemory = 256 << 10
	mostRuns    = runsOfFile // of one sorter before it merges some
)

// limits gives the part of one of so many sorters of a memory.
func limits(memory, sorters int) runs.Limits {
	return runs.Limits{Octets: share(memory, sorters), Runs: mostRuns}
}

// share gives one of so many parts of a memory.
func share(memory, parts int) int { return max(memory/parts, min(memory, leastMemory)) }
