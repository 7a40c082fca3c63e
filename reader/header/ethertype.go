package header

import (
	"encoding/binary"

	"netstream/aggregate/flow"
)

// etherType judges a field that holds an EtherType and never a length.
func (w *walk) etherType(field []byte) (protocol, flow.Reason) {
	v := protocol(binary.BigEndian.Uint16(field))
	if v < minEtherType {
		return belowTypes + v, flow.ReasonNotIP
	}
	w.noteType(v)
	return v, flow.ReasonAccounted
}

// noteType notes the EtherType of the frame, which is the first one of its own link that
// is not that of a tag.
func (w *walk) noteType(v protocol) {
	if w.labels == nil || w.inside || w.labels.HasEtherType {
		return
	}
	switch v {
	case etherTypeVLAN, etherTypeServiceVLAN, etherTypeVLAN9100, etherTypeVLAN9200, etherTypeVLAN9300, etherTypeCiscoMetadata:
		return
	}
	w.labels.HasEtherType, w.labels.EtherType = true, uint16(v)
}
