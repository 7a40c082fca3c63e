// Package connection follows the segments of one TCP conversation in both directions:
// in which state its ends are, how long the network took, and which segments came
// twice, late or not at all. It sees headers only and knows nothing of flows, so the
// metering process can keep one State for each biflow.
//
// docs/biflows.md has the definitions.
package connection
