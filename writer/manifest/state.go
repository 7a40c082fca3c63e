package manifest

// State says what a run has taken over from the one before and handed over to the next
// (docs/nightly.md).
type State struct {
	Taken         Carried `json:"taken"`
	Given         Carried `json:"given"`
	RaisedPackets uint64  `json:"raised_packets"` // with a clock before that of the run before
}

// Carried is what goes from one run to the next.
type Carried struct {
	Flows        uint64 `json:"flows"` // open ones
	FlowPackets  Number `json:"flow_packets"`
	Slices       uint64 `json:"slices"` // parts of flows in intervals that may still grow
	SlicePackets Number `json:"slice_packets"`
}
