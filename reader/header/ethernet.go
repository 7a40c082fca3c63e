package header

import (
	"encoding/binary"

	"netstream/aggregate/flow"
)

// ethernetLength is the length in octets of two addresses and the type field.
const ethernetLength = 14

// vlanLength is the length in octets of a tag's control information, of which vlanID is
// the identifier, and the type behind it.
const (
	vlanLength = 4
	vlanID     = 0xfff
)

// IEEE 802.3-2022 clause 3.2.6: the field behind the addresses is a length up to
// 1500 and a type from 1536 on.
const (
	maxEthernetLength = 1500
	minEtherType      = 0x600
)

// ethernet opens an Ethernet header.
func (w *walk) ethernet() (protocol, flow.Reason) {
	b := w.take(ethernetLength)
	if b == nil {
		return cut()
	}
	if w.withMAC {
		setMAC(w.packet, b[0:6], b[6:12])
	}
	return w.typeOrLength(b[12:14])
}

// typeOrLength judges the field that ends an Ethernet header or a VLAN tag.
func (w *walk) typeOrLength(field []byte) (protocol, flow.Reason) {
	v := protocol(binary.BigEndian.Uint16(field))
	switch {
	case v >= minEtherType:
		w.noteType(v)
		return then(v)
	case v <= maxEthernetLength:
		return w.llc()
	}
	return belowTypes + v, flow.ReasonNotIP
}

// vlan opens the tag control information and type that follow a tag protocol
// identifier, IEEE 802.1Q-2022 clause 9.6. The id is the low 12 bits.
func (w *walk) vlan() (protocol, flow.Reason) {
	b := w.take(vlanLength)
	if b == nil {
		return cut()
	}
	id := binary.BigEndian.Uint16(b) & vlanID
	switch m := &w.packet.Meta; {
	case w.inside:
	case m.Marks&flow.MarkVLAN == 0:
		m.VLAN = id
		m.Marks |= flow.MarkVLAN
	case m.Marks&flow.MarkInnerVLAN == 0:
		m.InnerVLAN = id
		m.Marks |= flow.MarkInnerVLAN
	}
	return w.typeOrLength(b[2:4])
}

// ciscoMetadata opens the tag that Cisco TrustSec puts in front of the type: version,
// length, one option of four octets with the security group, then the type that was
// there (no published standard; laid out as in captures of it).
func (w *walk) ciscoMetadata() (protocol, flow.Reason) {
	b := w.take(8)
	if b == nil {
		return cut()
	}
	return w.typeOrLength(b[6:8])
}

// switchTag opens an Ethernet header with the tag of a switch chip between the
// addresses and the type. The tag says which port of the switch the frame took.
func (w *walk) switchTag(tagLength int) (protocol, flow.Reason) {
	b := w.take(12)
	if b == nil {
		return cut()
	}
	if w.withMAC {
		setMAC(w.packet, b[0:6], b[6:12])
	}
	if w.take(tagLength) == nil {
		return cut()
	}
	field := w.take(2)
	if field == nil {
		return cut()
	}
	return w.typeOrLength(field)
}

// etherTypeBehind opens a header that is n octets of no interest and an EtherType.
func (w *walk) etherTypeBehind(n int) (protocol, flow.Reason) {
	b := w.take(n + 2)
	if b == nil {
		return cut()
	}
	return w.etherType(b[n:])
}

// ipOverIB opens a global routing header and the encapsulation header of
// IP over InfiniBand, RFC 4391: an EtherType and two reserved octets.
func (w *walk) ipOverIB() (protocol, flow.Reason) {
	b := w.take(44)
	if b == nil {
		return cut()
	}
	return w.etherType(b[40:])
}
