package netflow

import "encoding/binary"

// Length gives the length of the message at the start of prefix, for files in which
// messages follow each other without anything between them. With whole, the message
// is n octets long. Without, prefix ends before that can be told: at least n octets
// are needed to tell. If the input ends with prefix, a message of version 9 ends
// there, too, if n is the length of prefix; else the message is cut.
//
// Versions 1 to 8 have a count of records and IPFIX a length. Version 9 has neither:
// its count is one of records, or of FlowSets, as Huawei has it. Its FlowSets are
// walked up to what is no FlowSet but the header of another message: ids 2 to 255
// are reserved (RFC 3954 section 5.2), and 9 and 5 to 8 and 10 are versions; 1 is an
// options template, unless it cannot be one and can be version 1. Four octets of
// zeros in the place of a FlowSet are none, but end the message as padding does:
// files that were preallocated, or cut by a power failure, have zeros at their end.
//
// The error is an *Error: an unknown version, a length that cannot be.
func Length(prefix []byte) (n int, whole bool, err error) {
	if len(prefix) < 2 {
		return 2, false, nil
	}
	version := binary.BigEndian.Uint16(prefix)
	header := headerOctets(version)
	if header == 0 {
		return 0, false, &Error{Reason: UnknownVersion, Version: version, Got: uint64(version), Want: "1 or 5 to 10"}
	}
	if len(prefix) < header {
		return header, false, nil
	}
	count := int(binary.BigEndian.Uint16(prefix[2:]))
	switch version {
	case versionIPFIX:
		if count < headerIPFIX {
			return 0, false, &Error{Reason: BadLength, Version: version, Offset: 2, Got: uint64(count), Want: "at least 16"}
		}
		return count, count <= len(prefix), nil
	case 9:
		return lengthVersion9(prefix)
	}
	octets := recordOctets(version, schemeAt(version, prefix))
	if octets == 0 {
		return 0, false, &Error{Reason: UnknownVersion, Version: version, Offset: 22, Got: uint64(prefix[22]), Want: "an aggregation of 1 to 14"}
	}
	n = header + count*octets
	if n > MaxMessage {
		return 0, false, &Error{Reason: BadLength, Version: version, Offset: 2, Got: uint64(count), Want: "records that fit into a datagram"}
	}
	return n, n <= len(prefix), nil
}

func schemeAt(version uint16, message []byte) uint8 {
	if version == 8 {
		return message[22]
	}
	return 0
}

// lengthVersion9 walks FlowSets.
func lengthVersion9(prefix []byte) (n int, whole bool, err error) {
	at := headerVersion9
	for {
		left := len(prefix) - at
		if left == 0 {
			return at, at >= MaxMessage-headerSet, nil
		}
		if left < headerSet {
			return at + headerSet, false, nil
		}
		id, length := binary.BigEndian.Uint16(prefix[at:]), int(binary.BigEndian.Uint16(prefix[at+2:]))
		isSet := id == setTemplate9 || id == setOptions9 || id >= minDataSet
		switch {
		case isSet && length >= headerSet && at+length <= MaxMessage:
			if id == setOptions9 && length < shortestOptionsSet && plausible(prefix[at:]) {
				return at, true, nil
			}
		case plausible(prefix[at:]), id == 0 && length == 0:
			return at, true, nil
		case !isSet:
			return 0, false, &Error{Reason: BadSet, Version: 9, Offset: at, Got: uint64(id), Want: "a FlowSet or the header of a message"}
		default:
			return 0, false, &Error{Reason: BadLength, Version: 9, Offset: at + 2, Got: uint64(length), Want: "at least 4, and no message beyond 65535 octets"}
		}
		if length > left {
			return at + length, false, nil
		}
		at += length
	}
}

// shortestOptionsSet is the octets of a FlowSet with an options template of one
// field: what is shorter and begins with 1 may be a message of version 1.
const shortestOptionsSet = headerSet + 6 + fieldSpecifier
