package netflow

import "netstream/aggregate/flow"

// ExportTime gives the export time that the header of a message says; ok is false
// if the header cannot be read.
func ExportTime(message []byte) (at flow.Timestamp, ok bool) {
	h, err := parseHeader(message)
	return h.exportTime, err == nil
}
