package netflow

import "netstream/aggregate/flow"

// ExportTime gives the export time that the header of a message says; ok is false
// if the header cannot be read.
func ExportTime(message []byte) (at flow.Timestamp, ok bool) {
	var h header
	err := h.parse(message)
	return h.exportTime, err == nil
}

// Header gives what the header of a message says: its version, and its observation
// domain as flow.Point.Domain has it; ok is false if the header cannot be read.
func Header(message []byte) (version uint16, domain uint32, ok bool) {
	var h header
	err := h.parse(message)
	return h.version, h.domain, err == nil
}

// Teaches says whether a message can teach a survey anything, or needs what one has
// learned: those of versions 1 and 5 to 7 do not.
func Teaches(message []byte) bool {
	var h header
	err := h.parse(message)
	return err == nil && h.version >= 8
}
