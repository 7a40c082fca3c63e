package netflow

import "netstream/aggregate/flow"

// ExportTime gives the export time that the header of a message says; ok is false
// if the header cannot be read.
func ExportTime(message []byte) (at flow.Timestamp, ok bool) {
	h, err := parseHeader(message)
	return h.exportTime, err == nil
}

// Header gives what the header of a message says: its version, and its observation
// domain as flow.Point.Domain has it; ok is false if the header cannot be read.
func Header(message []byte) (version uint16, domain uint32, ok bool) {
	h, err := parseHeader(message)
	return h.version, h.domain, err == nil
}
