package flow

import (
	"bytes"
	"cmp"
)

// MaxKeyLabels is how many labels of a stack can be in a key, as devices have it.
const MaxKeyLabels = 3

// Flexible is what flexible keys hold beyond [Key]. It belongs to the observation
// point, which is numbered once for all packets that agree, so that keys without
// such fields stay as small as they are. The zero Flexible is that of the 7-tuple,
// and of packets that have none of the fields of their key. Flexible is comparable
// with ==; members that Has does not name are 0.
type Flexible struct {
	// Has are those fields of the key that the packets have: untagged ones have no
	// VLAN, for one.
	Has KeyFields

	SourceMask, DestinationMask uint8                // prefix lengths of the addresses in the key
	TCPFlags                    uint16               // as in [Meta]
	VLAN, InnerVLAN             uint16               // 12 bits
	SourceMAC, DestinationMAC   [6]byte              // in the order of the wire
	FlowLabel                   uint32               // 20 bits
	MPLS                        [MaxKeyLabels]uint32 // 20 bits each, the top one first
	EtherType                   uint16               // that behind the VLAN tags
}

// Compare gives the order in tables: by which fields there are, then by prefix
// lengths, VLANs, labels, hardware addresses, flow label, TCP flags and EtherType.
func (f *Flexible) Compare(other *Flexible) int {
	if *f == *other {
		return 0
	}
	return cmp.Or(cmp.Compare(f.Has, other.Has),
		cmp.Compare(f.SourceMask, other.SourceMask), cmp.Compare(f.DestinationMask, other.DestinationMask),
		cmp.Compare(f.VLAN, other.VLAN), cmp.Compare(f.InnerVLAN, other.InnerVLAN),
		cmp.Compare(f.MPLS[0], other.MPLS[0]), cmp.Compare(f.MPLS[1], other.MPLS[1]), cmp.Compare(f.MPLS[2], other.MPLS[2]),
		bytes.Compare(f.SourceMAC[:], other.SourceMAC[:]), bytes.Compare(f.DestinationMAC[:], other.DestinationMAC[:]),
		cmp.Compare(f.FlowLabel, other.FlowLabel), cmp.Compare(f.TCPFlags, other.TCPFlags),
		cmp.Compare(f.EtherType, other.EtherType))
}
