package meter

import "netstream/aggregate/flow"

// Slice is the part of one flow that fell into one interval. The interval
// records of a key are the sums of its slices; a flow can give several slices
// of one interval when packets come late, and a slice without packets when its
// start or end was found to lie in an interval that was handed over before.
type Slice struct {
	flow.IntervalRecord

	// FirstInput and FirstNumber say where the flow's first packet lies. They tell
	// the flows of a key apart while their slices are summed: FlowsActive counts
	// distinct ones with packets. FirstNumber is twice the number of its frame, and
	// one more for the second packet of the frame, which can be of the same key.
	FirstInput  uint32
	FirstNumber uint64
}

// Output takes what the metering process gives. The pointers are valid during
// the call only.
type Output interface {
	Record(*flow.Record)
	Slice(*Slice)
}

// WholeOutput takes flows whose packets all lie in one interval as a whole. The record says all that
// their only slice does but for the start of the interval and the place of the flow's first packet,
// which is as FirstNumber of Slice. The pointer is valid during the call only.
type WholeOutput interface {
	Whole(r *flow.Record, interval flow.Timestamp, place uint64)
}
