package header

import (
	"encoding/binary"

	"netstream/aggregate/flow"
)

// Frame control of IEEE 802.11-2020 clause 9.2.4.1: the first octet has version,
// type and subtype, the second the flags.
const (
	wirelessTypeMask = 0x0f // version and type
	wirelessData     = 0x08
	wirelessNoData   = 0x40 // subtype bit of data frames without payload
	wirelessQoS      = 0x80 // subtype bit of frames with a QoS control field

	wirelessToDS      = 0x01
	wirelessFromDS    = 0x02
	wirelessProtected = 0x40
	wirelessHTControl = 0x80 // with QoS only

	aggregateMSDU = 0x80 // in the first octet of QoS control
)

// Details of data frames whose payload cannot be read, added to frameControl and
// the first octet of the frame control field.
const (
	detailProtected     = 0x100 // encrypted
	detailLaterFragment = 0x200 // the LLC header is in the first fragment
)

// wireless opens an IEEE 802.11 header, clause 9.3.2.1. Only data frames that are
// neither encrypted nor later fragments lead on. Of an aggregate of MSDUs the
// first one is taken.
func (w *walk) wireless() (protocol, flow.Reason) {
	b := w.rest()
	if len(b) < 2 {
		return cut()
	}
	control, flags := b[0], b[1]
	if control&wirelessTypeMask != wirelessData || control&wirelessNoData != 0 {
		return frameControl + protocol(control), flow.ReasonNotIP
	}
	if flags&wirelessProtected != 0 {
		return frameControl + detailProtected + protocol(control), flow.ReasonNotIP
	}
	length := 24
	if flags&wirelessToDS != 0 && flags&wirelessFromDS != 0 {
		length += 6
	}
	qos := length
	if control&wirelessQoS != 0 {
		length += 2
		if flags&wirelessHTControl != 0 {
			length += 4
		}
	}
	if w.padded {
		length = (length + 3) &^ 3
	}
	if w.take(length) == nil {
		return cut()
	}
	const fragmentNumber = 0x0f
	if b[22]&fragmentNumber != 0 {
		return frameControl + detailLaterFragment + protocol(control), flow.ReasonNotIP
	}
	if w.withMAC {
		w.wirelessMAC(b, flags)
	}
	if control&wirelessQoS != 0 && b[qos]&aggregateMSDU != 0 {
		return w.firstMSDU()
	}
	return w.llc()
}

// wirelessMAC notes destination and source, whose places depend on the two DS
// flags, clause 9.3.2.1.
func (w *walk) wirelessMAC(b []byte, flags byte) {
	destination, source := b[4:10], b[10:16]
	switch flags & (wirelessToDS | wirelessFromDS) {
	case wirelessFromDS:
		source = b[16:22]
	case wirelessToDS:
		destination = b[16:22]
	case wirelessToDS | wirelessFromDS:
		destination, source = b[16:22], b[24:30]
	}
	setMAC(w.packet, destination, source)
}

// firstMSDU opens the first subframe of an aggregate, clause 9.3.2.2.2:
// destination, source, length in network byte order, payload.
func (w *walk) firstMSDU() (protocol, flow.Reason) {
	b := w.take(ethernetLength)
	if b == nil {
		return cut()
	}
	if w.withMAC {
		setMAC(w.packet, b[0:6], b[6:12])
	}
	w.limit(int(binary.BigEndian.Uint16(b[12:])))
	return w.llc()
}
