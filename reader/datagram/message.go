package datagram

import (
	"encoding/binary"
	"net/netip"

	"netstream/aggregate/flow"
)

// Message is one export message in its container.
type Message struct {
	// Exporter and Port are the source, Collector and CollectorPort the
	// destination of the packet that carried the message; zero if the container
	// has no packets. IPv4 addresses are in their own form, not IPv4-mapped.
	Exporter      netip.Addr
	Port          uint16
	Collector     netip.Addr
	CollectorPort uint16

	// Received is when the last packet of the message was captured, valid iff
	// ReceivedValid.
	Received      flow.Timestamp
	ReceivedValid bool

	// Data is the message, header included. It is valid until the next call of
	// Next, and so is what it has capacity for, which is not to be written.
	Data []byte

	// Offset is that of the message in the decompressed input, or of the capture
	// record that holds its last octets.
	Offset int64

	// Number counts the messages of the input from 1.
	Number uint64

	// Packet is the number of the frame that holds the message's last octets, 0 if
	// the container has no packets.
	Packet uint64
}

// Measure tells how long the message at the start of prefix is, in octets. It is
// what a container without framing of its own needs to know of export formats.
//
//   - err is set if no message can begin like this, however the prefix goes on.
//   - whole says that the prefix holds the first message to its end: it has n
//     octets, at most len(prefix).
//   - Else the prefix does not decide. With n > len(prefix), at least n octets
//     are needed. With n == len(prefix), the prefix may be a message in whole, but
//     may also go on: NetFlow version 9 has no length field, and only what follows
//     tells. It is whole if its container ends there.
type Measure func(prefix []byte) (n int, whole bool, err error)

// versionIPFIX is the version number of IPFIX, RFC 7011 section 3.1.
const versionIPFIX = 10

// version gives the version field of an export message, which all formats have
// in their first two octets; 0 if they are not there.
func version(b []byte) uint16 {
	if len(b) < 2 {
		return 0
	}
	return binary.BigEndian.Uint16(b)
}

// exportVersion says whether v is the number of an export format: NetFlow
// versions 1 and 5 to 9, IPFIX. Versions 2 to 4 were never released.
func exportVersion(v uint16) bool { return v == 1 || v >= 5 && v <= versionIPFIX }

// isIPFIX judges the start of a message of which nothing else is known, where
// four octets that fit could be chance: version, length, and set id and set
// length of the first set (RFC 7011 sections 3.1 and 3.3.2). decided is false if
// more octets are needed and those that are there do not contradict.
func isIPFIX(b []byte) (fits, decided bool) {
	if len(b) < 2 {
		return len(b) == 0 || b[0] == 0, len(b) == 1 && b[0] != 0
	}
	if version(b) != versionIPFIX {
		return false, true
	}
	if len(b) < 4 {
		return true, false
	}
	length := int(binary.BigEndian.Uint16(b[2:]))
	if length < shortestHeader {
		return false, true
	}
	if length < shortestHeader+4 {
		return true, true
	}
	if len(b) < shortestHeader+4 {
		return true, false
	}
	id, set := binary.BigEndian.Uint16(b[16:]), int(binary.BigEndian.Uint16(b[18:]))
	return (id == 2 || id == 3 || id >= 256) && set >= 4 && set <= length-shortestHeader, true
}

// padding says whether b is what pads a datagram behind its message.
func padding(b []byte) bool {
	return len(b) <= MaxPadding && zeros(b)
}

func zeros(b []byte) bool {
	for _, octet := range b {
		if octet != 0 {
			return false
		}
	}
	return true
}
