package datagram

import "encoding/binary"

// udp looks into a UDP datagram, RFC 768.
func (r *Packets) udp(p *ipPayload, frames Frames) {
	const header = 8
	switch {
	case p.length < header:
		r.fates.add(OutcomeBadLength, 0, frames)
		return
	case len(p.octets) < header:
		r.fates.add(OutcomeTruncatedHeader, 0, frames)
		return
	}
	length := int(binary.BigEndian.Uint16(p.octets[4:]))
	if length == 0 { // of a packet too long for the field (RFC 2675 section 4), or not filled in by the sender
		length = p.length
	}
	if length < header || length > p.length {
		r.fates.add(OutcomeBadLength, 0, frames)
		return
	}
	e := r.endpoints(binary.BigEndian.Uint16(p.octets), binary.BigEndian.Uint16(p.octets[2:]))
	octets := p.octets[header:min(length, len(p.octets))]
	outcome := OutcomeNotExport
	switch whole := length - header; {
	case len(octets) < whole:
		if r.begins(octets, whole) {
			outcome = OutcomeCutMessage
		}
	case r.messages(&e, octets):
		r.remember(e)
		outcome = OutcomeExport
	case len(octets) >= shortestHeader && exportVersion(version(octets)) && r.expected(e):
		r.tally.Malformed++
		r.deliver(&e, octets)
		outcome = OutcomeExport
	}
	if outcome == OutcomeExport && !r.checksumHolds(p.octets[:header+len(octets)]) {
		r.tally.BadChecksums++
	}
	r.fates.add(outcome, 0, frames)
}

// begins says whether octets are the start of a message of at most the given
// length.
func (r *Packets) begins(octets []byte, length int) bool {
	if len(octets) < 4 || !exportVersion(version(octets)) {
		return false
	}
	n, _, err := r.measure(octets)
	return err == nil && n <= length
}

// messages delivers the messages that a datagram is made of; if it is not made
// of messages, it delivers nothing and gives false.
func (r *Packets) messages(e *endpoints, octets []byte) bool {
	before := len(r.found)
	for rest := octets; ; {
		n, padded := r.message(rest)
		if n == 0 {
			r.found = r.found[:before]
			return false
		}
		first := rest[:n]
		r.deliver(e, first)
		rest = rest[n:]
		switch {
		case len(rest) == 0:
			return true
		case padded:
			r.tally.Padded++
			return true
		case version(first) != versionIPFIX || version(rest) != versionIPFIX:
			r.found = r.found[:before]
			return false
		}
	}
}

// message gives the length of the message at the start of a datagram and whether
// nothing but padding follows it; 0 if no message begins there or it does not fit
// into the datagram.
func (r *Packets) message(octets []byte) (n int, padded bool) {
	if len(octets) < shortestHeader || !exportVersion(version(octets)) {
		return 0, false
	}
	for pad := 0; pad <= MaxPadding && (pad == 0 || octets[len(octets)-pad] == 0); pad++ {
		// A version without length field takes padding for a set: measure without it.
		n, whole, err := r.measure(octets[:len(octets)-pad])
		switch {
		case err != nil:
		case whole && n >= shortestHeader && n <= len(octets)-pad:
			return n, n < len(octets) && padding(octets[n:])
		case !whole && n == len(octets)-pad:
			return n, pad > 0
		}
	}
	return 0, false
}

// remember notes that a stream carries messages.
func (r *Packets) remember(e endpoints) {
	e.sourcePort = 0
	if e == r.latest {
		return
	}
	r.latest = e
	if len(r.streams) < MaxStreams {
		r.streams[e] = struct{}{}
	}
}

// expected says whether something that looks like a message is one, for where it
// comes from and goes to. The ports are those that exporters have by default:
// 4739 is assigned to IPFIX, the others are usual for NetFlow.
func (r *Packets) expected(e endpoints) bool {
	switch e.destinationPort {
	case 2055, 4739, 9995, 9996:
		return true
	}
	e.sourcePort = 0
	_, known := r.streams[e]
	return known
}
