// Package statistics sums up the lengths and times of a flow's packets, direction by
// direction, in integers: means and deviations are worked out from them when rows are
// written. It knows nothing of flows, so the metering process can keep one State for
// each.
//
// docs/features.md has the definitions.
package statistics
