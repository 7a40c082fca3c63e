package datagram

import "encoding/binary"

// tcp looks into a TCP segment, RFC 9293 section 3.1.
func (r *Packets) tcp(p *ipPayload, frames Frames) {
	const fixed = 20
	switch {
	case p.length < fixed:
		r.fates.add(OutcomeBadLength, 0, frames)
		return
	case len(p.octets) < fixed:
		r.fates.add(OutcomeTruncatedHeader, 0, frames)
		return
	}
	header := int(p.octets[12]>>4) * 4
	if header < fixed || header > p.length {
		r.fates.add(OutcomeBadLength, 0, frames)
		return
	}
	e := r.endpoints(binary.BigEndian.Uint16(p.octets), binary.BigEndian.Uint16(p.octets[2:]))
	s := segment{
		key:      connectionKey{endpoints: e, protocol: protocolTCP},
		sequence: binary.BigEndian.Uint32(p.octets[4:]),
		flags:    p.octets[13],
		octets:   p.octets[min(header, len(p.octets)):],
	}
	if s.flags&tcpSYN != 0 {
		s.sequence++ // of the first octet: SYN has a number of its own
	}
	r.segment(&s, frames)
}

// Control bits, RFC 9293 section 3.1.
const (
	tcpSYN = 2
	tcpRST = 4
)

// segment is what counts of a TCP segment.
type segment struct {
	key      connectionKey
	sequence uint32 // of the first octet
	flags    uint8
	octets   []byte // what was captured of them
}

// segment takes a segment of a connection that is followed, or shall be.
func (r *Packets) segment(s *segment, frames Frames) {
	c := r.connections.get(s.key)
	if c != nil && r.reused(c, s) {
		r.forget(r.connections.entries[s.key])
		c = nil
	}
	if c == nil {
		if c = r.opened(s); c == nil {
			r.fates.add(OutcomeNotExport, 0, frames)
			return
		}
	}
	c.compact()
	if len(s.octets) == 0 || c.carries == otherwise {
		r.fates.add(OutcomeNotExport, 0, frames)
	} else {
		again := c.insert(s.sequence, s.octets, r.now)
		r.extract(&s.key.endpoints, c, false)
		for c.carries != otherwise && c.waited(r.now) {
			r.skipHole(&s.key.endpoints, c)
			r.extract(&s.key.endpoints, c, false)
		}
		if c.carries == exports {
			r.tally.RetransmittedOctets += uint64(again)
		}
		r.account(c, frames)
	}
	if c.carries == otherwise {
		c.segments.release()
	}
	if s.flags&tcpRST != 0 {
		r.closeSegments(&s.key, c)
	}
	r.weigh(s.key, c)
}

// reused says whether a segment is of another connection between the same ports:
// it opens one with another sequence number, or its sequence number is far off.
// That of a reset may be anything.
func (r *Packets) reused(c *connection, s *segment) bool {
	switch {
	case s.flags&tcpRST != 0:
		return false
	case s.flags&tcpSYN != 0:
		return s.sequence != c.next-uint32(c.received)
	}
	return c.far(s.sequence)
}

// opened begins to follow the connection of a segment: one that the segment opens,
// or one that is open and in which the segment begins with a message, or which
// goes to a port of IPFIX (RFC 7011 section 10.4.4). Else it gives nil.
func (r *Packets) opened(s *segment) *connection {
	searched := false
	if s.flags&tcpSYN == 0 {
		if s.flags&tcpRST != 0 || len(s.octets) == 0 {
			return nil
		}
		fits, decided := isIPFIX(s.octets)
		if !fits || !decided {
			if searched = isPortIPFIX(s.key.destinationPort); !searched {
				return nil
			}
		}
	}
	c := r.follow(s.key)
	c.begin(s.sequence)
	c.lost = searched
	return c
}

// isPortIPFIX knows the ports of IPFIX and of IPFIX over TLS, whose octets are of
// no use and found to be so.
func isPortIPFIX(port uint16) bool { return port == 4739 || port == 4740 }
