package header

import (
	"encoding/binary"

	"netstream/aggregate/flow"
)

// radiotap opens the header of radiotap.org: version, padding, length in
// little-endian byte order, then bit maps that say which fields follow.
func (w *walk) radiotap() (protocol, flow.Reason) {
	b := w.rest()
	if len(b) < 8 {
		return cut()
	}
	length := int(binary.LittleEndian.Uint16(b[2:]))
	if w.take(max(length, 8)) == nil {
		return cut()
	}
	const headerPadded = 0x20
	w.padded = radiotapFlags(b[:max(length, 8)])&headerPadded != 0
	return then(link80211)
}

// radiotapFlags gives the flags field, 0 if there is none. Its place behind the
// bit maps depends on field 0 only, a time stamp of eight octets, aligned.
func radiotapFlags(b []byte) byte {
	const timeStamp, flags, anotherMap = 1 << 0, 1 << 1, 1 << 31
	present := binary.LittleEndian.Uint32(b[4:])
	if present&flags == 0 {
		return 0
	}
	at := 8
	for word := present; word&anotherMap != 0; at += 4 {
		if len(b) < at+4 {
			return 0
		}
		word = binary.LittleEndian.Uint32(b[at:])
	}
	if present&timeStamp != 0 {
		at = (at+7)&^7 + 8
	}
	if len(b) <= at {
		return 0
	}
	return b[at]
}

// avsMagic is the first word of an AVS capture header but for its version.
const avsMagic = 0x80211000

// prism opens the header of Prism II drivers: message code, length in the byte
// order of the capturing machine, device name, and values. Some drivers write AVS
// headers under the same link type.
func (w *walk) prism() (protocol, flow.Reason) {
	b := w.rest()
	if len(b) < 8 {
		return cut()
	}
	if binary.BigEndian.Uint32(b)&^0xfff == avsMagic {
		return w.avs()
	}
	length := binary.LittleEndian.Uint32(b[4:])
	if length > 0xffff {
		length = binary.BigEndian.Uint32(b[4:])
	}
	return w.radioHeader(length)
}

// avs opens the header of the AVS wireless drivers: magic number and length in
// network byte order, and values.
func (w *walk) avs() (protocol, flow.Reason) {
	b := w.rest()
	if len(b) < 8 {
		return cut()
	}
	return w.radioHeader(binary.BigEndian.Uint32(b[4:]))
}

// radioHeader passes over a header of the given length, its own eight octets of
// code and length included.
func (w *walk) radioHeader(length uint32) (protocol, flow.Reason) {
	if uint64(length) > uint64(len(w.rest())) {
		return cut()
	}
	w.at += max(8, int(length))
	return then(link80211)
}

// perPacketInformation opens the PPI header of CACE Technologies: version, flags,
// length of all of it and link type of what follows, in little-endian byte order.
// A number that no link type can have counts as 65,535.
func (w *walk) perPacketInformation() (protocol, flow.Reason) {
	b := w.rest()
	if len(b) < 8 {
		return cut()
	}
	length := int(binary.LittleEndian.Uint16(b[2:]))
	link := binary.LittleEndian.Uint32(b[4:])
	if w.take(max(length, 8)) == nil {
		return cut()
	}
	return then(linkHeader + protocol(min(link, 0xffff)))
}
