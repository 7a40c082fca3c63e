package netflow

import (
	"encoding/binary"

	"netstream/aggregate/flow"
)

// The lengths of headers in octets: RFC 3954 section 5.1, RFC 7011 section 3.1, and
// for the fixed versions what flow-tools and nfdump agree on.
const (
	headerVersion1 = 16
	headerVersion5 = 24 // also of versions 6 and 7
	headerVersion8 = 28
	headerVersion9 = 20
	headerIPFIX    = 16
	headerSet      = 4
)

// MaxMessage is the longest message in octets: the length of IPFIX has 16 bits, and
// messages of the other versions come in UDP datagrams, whose length has 16 bits.
const MaxMessage = 65535

const versionIPFIX = 10

// headerOctets gives the length of a version's header; 0 if it is not known.
func headerOctets(version uint16) int {
	switch version {
	case 1:
		return headerVersion1
	case 5, 6, 7:
		return headerVersion5
	case 8:
		return headerVersion8
	case 9:
		return headerVersion9
	case versionIPFIX:
		return headerIPFIX
	}
	return 0
}

// header is the header of a message, of any version.
type header struct {
	version    uint16
	count      uint16 // of IPFIX the length
	uptime     uint32 // milliseconds
	exportTime flow.Timestamp
	sequence   uint32
	domain     uint32
	scheme     uint8  // aggregation of version 8
	schemeForm uint8  // aggregation version of version 8
	sampling   uint16 // of version 5: two bits of mode, 14 bits of interval
}

// parse reads the header of a message, integers in network byte order.
func (h *header) parse(message []byte) *Error {
	*h = header{}
	if len(message) < 2 {
		return &Error{Reason: ShortMessage, Got: uint64(len(message)), Want: "at least 2 octets"}
	}
	h.version = binary.BigEndian.Uint16(message)
	octets := headerOctets(h.version)
	if octets == 0 {
		return &Error{Reason: UnknownVersion, Version: h.version, Got: uint64(h.version), Want: "1 or 5 to 10"}
	}
	if len(message) < octets {
		return &Error{Reason: ShortMessage, Version: h.version, Got: uint64(len(message)), Want: "the whole header"}
	}
	word := func(at int) uint32 { return binary.BigEndian.Uint32(message[at:]) }
	h.count = binary.BigEndian.Uint16(message[2:])
	if h.version == versionIPFIX {
		h.exportTime = seconds(word(4))
		h.sequence, h.domain = word(8), word(12)
		return nil
	}
	h.uptime = word(4)
	h.exportTime = seconds(word(8))
	if h.version == 9 {
		h.sequence, h.domain = word(12), word(16)
		return nil
	}
	h.exportTime += flow.Timestamp(word(12))
	if h.version == 1 {
		return nil
	}
	h.sequence = word(16)
	if h.version != 7 {
		// engine_type and engine_id; version 7 has reserved octets there.
		h.domain = uint32(binary.BigEndian.Uint16(message[20:]))
	}
	switch h.version {
	case 5:
		h.sampling = binary.BigEndian.Uint16(message[22:])
	case 8:
		h.scheme, h.schemeForm = message[22], message[23]
	}
	return nil
}

func seconds(s uint32) flow.Timestamp { return flow.Timestamp(s) * 1_000_000_000 }

// summarize begins a summary with what the header alone tells.
func (h *header) summarize(s *Summary) {
	*s = Summary{}
	s.Version, s.Domain, s.ExportTime = h.version, h.domain, h.exportTime
	s.Sequence, s.HasSequence = h.sequence, h.version != 1
	if h.version != versionIPFIX {
		s.Count, s.Uptime, s.HasUptime = h.count, h.uptime, true
	}
}
