package datagram

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"

	"netstream/reader/capture"
	"netstream/reader/damage"
)

// Kind says what an input is.
type Kind uint8

// The kinds.
const (
	Unknown          Kind = iota
	Capture               // pcap or pcapng of traffic that is to be metered
	CaptureOfExports      // pcap or pcapng of what exporters sent to collectors
	RawExports            // concatenated export messages, IPFIX file
	Nfcapd                // file of nfcapd (nfdump)
)

// String gives the name of the kind.
func (k Kind) String() string {
	switch k {
	case Capture:
		return "capture"
	case CaptureOfExports:
		return "capture of exports"
	case RawExports:
		return "raw exports"
	case Nfcapd:
		return "nfcapd"
	}
	return "unknown"
}

// LooksLikeExports tells what an input is by its first octets: at least
// [PrefixLength] of them, or all if it has less. It knows
//
//   - captures by their magic number. A capture is CaptureOfExports if its frames
//     in the prefix carry at least one whole message, and at least half of its IP
//     packets there carry messages or parts of them.
//   - files of nfcapd by their magic number, in both byte orders.
//   - raw exports by the message that they must begin with. It is measured whole,
//     and another one follows it, whatever is behind that, or the input ends there;
//     or at least half of the prefix is messages (see [Raw]); or the input ends within
//     the first one and is no longer than a message may be.
//
// Everything else is Unknown.
func LooksLikeExports(prefix []byte, measure Measure) Kind {
	if len(prefix) >= 2 && isNfcapd(prefix) {
		return Nfcapd
	}
	frames, err := capture.NewReader(bytes.NewReader(prefix))
	if err == nil {
		if mostlyExports(frames, measure) {
			return CaptureOfExports
		}
		return Capture
	}
	var found *damage.Error
	if errors.As(err, &found) && len(prefix) > 0 {
		return Capture // the start of one, and no more
	}
	if isRaw(prefix, measure) {
		return RawExports
	}
	return Unknown
}

// isNfcapd knows the magic number of nfdump's nffile.h.
func isNfcapd(prefix []byte) bool {
	const magic = 0xa50c
	return binary.BigEndian.Uint16(prefix) == magic || binary.LittleEndian.Uint16(prefix) == magic
}

// mostlyExports reads the frames of a capture's prefix.
func mostlyExports(frames FrameSource, measure Measure) bool {
	packets := NewPackets(frames, measure)
	var m Message
	for {
		err := packets.Next(&m)
		if err == io.EOF {
			break
		}
		var found *damage.Error
		if err != nil && !errors.As(err, &found) {
			break
		}
	}
	var carrying, all uint64
	for _, o := range packets.Outcomes() {
		if !o.Outcome.isIP() {
			continue
		}
		all += o.Packets
		if o.Outcome == OutcomeExport {
			carrying += o.Packets
		}
	}
	t := packets.Tally()
	return t.Messages > t.Malformed && carrying >= all-carrying
}

// isRaw says whether a message begins the prefix and messages are what it holds.
func isRaw(prefix []byte, measure Measure) bool {
	if len(prefix) < shortestHeader || !exportVersion(version(prefix)) {
		return false
	}
	n, whole, err := measure(prefix)
	switch {
	case err != nil || n > MaxMessage:
		return false
	case !whole:
		return n == len(prefix) || len(prefix) < PrefixLength
	case n == len(prefix):
		return true
	}
	rest := prefix[n:]
	next, whole, err := measure(rest)
	if err == nil && !isEmpty9(rest, next, whole) || beginsMessage(rest, measure) {
		return true
	}
	raw := NewRaw(bytes.NewReader(prefix), measure)
	var m Message
	for err = nil; err != io.EOF; {
		if err = raw.Next(&m); m.Number == 1 && m.Offset != 0 {
			return false
		}
	}
	octets := raw.Tally().Octets
	return octets.Messages >= octets.Sum()-octets.Messages
}

// isEmpty9 says whether a message of n octets is one of version 9 without FlowSets, as
// zeros behind anything that looks like a header make one.
func isEmpty9(b []byte, n int, whole bool) bool {
	return whole && version(b) == 9 && n == headerVersion9
}

// headerVersion9 is the length of a header of version 9 in octets, RFC 3954 section
// 5.1. By itself it says too little.
const headerVersion9 = 20

// beginsMessage says whether a message begins b, whatever is behind it. Of version 9,
// which has no length field, Measure finds the end by what follows, and must refuse the
// last message in front of zeros or of anything else that is none. So it is given the
// message as if the input ended: behind the header, and behind the first FlowSet.
func beginsMessage(b []byte, measure Measure) bool {
	for end := shortestHeader; end <= len(b); {
		n, whole, err := measure(b[:end])
		switch {
		case err != nil, isEmpty9(b, n, whole):
			return false
		case whole, n == end && end > headerVersion9:
			return true
		}
		end = max(n, end+1)
	}
	return false
}
