package reference

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
)

// The MRT format: RFC 6396, and RFC 8050 for routes with path identifiers.
const (
	mrtHeader     = 12 // octets in front of a record: time, type, subtype, length
	mrtTableDump  = 12
	mrtTableDump2 = 13
	mrtBGP4MP     = 16 // messages, of which routes cannot be made
	mrtBGP4MPET   = 17

	maxSubtype = 12

	// maxRecord bounds a record. One has at most 65,535 routes of a prefix; those of the
	// collectors with the most peers have some hundreds of kilobytes.
	maxRecord = 64 << 20
)

// The subtypes of mrtTableDump and mrtTableDump2.
const (
	dumpIPv4         = 1
	dumpIPv6         = 2
	ribIPv4          = 2
	ribIPv6          = 4
	ribIPv4PathID    = 8
	ribIPv6PathID    = 10
	mrtPieceOfRecord = 64 << 10
)

// mrt reads a dump of a routing table.
type mrt struct {
	in     *bufio.Reader
	report *Report
	add    func(Route)

	offset int64 // of the record in hand
	body   []byte
	votes  []Route // of the prefix in hand
}

func newMRT(in io.Reader, report *Report, add func(Route)) *mrt {
	return &mrt{in: bufio.NewReaderSize(in, 256<<10), report: report, add: add}
}

// read reads records up to the end.
func (m *mrt) read() error {
	for {
		var header [mrtHeader]byte
		n, err := io.ReadFull(m.in, header[:])
		switch {
		case err == io.EOF:
			return nil
		case errors.Is(err, io.ErrUnexpectedEOF):
			m.fault(fmt.Errorf("the record is cut: got %d octets of its header, want %d", n, mrtHeader))
			return nil
		case err != nil:
			return err
		}
		length := binary.BigEndian.Uint32(header[8:])
		if more, err := m.take(length); err != nil || !more {
			return err
		}
		if length <= maxRecord {
			if err := m.record(binary.BigEndian.Uint16(header[4:]), binary.BigEndian.Uint16(header[6:])); err != nil {
				m.fault(err)
			}
		}
		m.offset += mrtHeader + int64(length)
	}
}

func (m *mrt) fault(err error) { m.report.fault(Fault{Offset: m.offset, Text: err.Error()}) }

// take reads the body of a record. Memory grows with what is there, not with what the
// length promises. It says whether there may be another record.
func (m *mrt) take(length uint32) (more bool, err error) {
	m.body = m.body[:0]
	if length > maxRecord {
		m.fault(fmt.Errorf("the record has %d octets, want at most %d", length, maxRecord))
		n, err := io.CopyN(io.Discard, m.in, int64(length))
		if err == io.EOF {
			err = nil
		}
		return n == int64(length), err
	}
	for len(m.body) < int(length) {
		start := len(m.body)
		piece := min(int(length)-start, mrtPieceOfRecord)
		m.body = append(m.body, make([]byte, piece)...)
		n, err := io.ReadFull(m.in, m.body[start:])
		if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
			m.fault(fmt.Errorf("the record is cut: got %d octets, want %d", start+n, length))
			return false, nil
		}
		if err != nil {
			return false, err
		}
	}
	return true, nil
}

// record reads the record in hand. Records that are no unicast routes are left out.
func (m *mrt) record(kind, subtype uint16) error {
	r := octets{rest: m.body}
	switch {
	case kind == mrtTableDump && (subtype == dumpIPv4 || subtype == dumpIPv6):
		return m.dump(&r, subtype == dumpIPv6)
	case kind == mrtTableDump2 && (subtype == ribIPv4 || subtype == ribIPv6):
		return m.rib(&r, subtype == ribIPv6, false)
	case kind == mrtTableDump2 && (subtype == ribIPv4PathID || subtype == ribIPv6PathID):
		return m.rib(&r, subtype == ribIPv6PathID, true)
	}
	m.report.LeftOut++
	return nil
}

// dump reads the one route of a TABLE_DUMP record (RFC 6396 section 4.2).
func (m *mrt) dump(r *octets, ipv6 bool) error {
	width := 4
	if ipv6 {
		width = 16
	}
	r.take(4, "view and sequence number")
	address := r.take(width, "prefix")
	length := r.take(1, "prefix length")
	r.take(1+4+width+2, "status, time and peer")
	attributes := r.take(int(r.uint16("length of attributes")), "attributes")
	if r.err != nil {
		return r.err
	}
	prefix, err := prefixOf(address, int(length[0]), width)
	if err != nil {
		return err
	}
	m.votes = m.votes[:0]
	if err := m.vote(prefix, attributes, false); err != nil {
		return err
	}
	m.hand()
	return nil
}

// rib reads all routes of a prefix: a record of TABLE_DUMP_V2 (RFC 6396 section 4.3.2,
// RFC 8050 section 4). The routes in front of one that cannot be read count.
func (m *mrt) rib(r *octets, ipv6, pathID bool) error {
	width := 4
	if ipv6 {
		width = 16
	}
	r.take(4, "sequence number")
	length := int(r.uint8("prefix length"))
	if r.err == nil && length > 8*width {
		return fmt.Errorf("got a prefix length of %d, want at most %d", length, 8*width)
	}
	address := r.take((length+7)/8, "prefix")
	count := r.uint16("number of routes")
	if r.err != nil {
		return r.err
	}
	prefix, err := prefixOf(address, length, width)
	if err != nil {
		return err
	}
	m.votes = m.votes[:0]
	for range count {
		r.take(2+4, "peer and time of a route")
		if pathID {
			r.take(4, "path identifier")
		}
		attributes := r.take(int(r.uint16("length of attributes")), "attributes")
		if err = r.err; err == nil {
			err = m.vote(prefix, attributes, true)
		}
		if err != nil {
			break
		}
	}
	m.hand()
	return err
}

// vote counts the origin of a route.
func (m *mrt) vote(prefix netip.Prefix, attributes []byte, wide bool) error {
	origin, err := originOf(attributes, wide)
	if err != nil || origin == 0 {
		return err
	}
	for i := range m.votes {
		if m.votes[i].Origin == origin {
			m.votes[i].Votes++
			return nil
		}
	}
	m.votes = append(m.votes, Route{Prefix: prefix, Origin: origin, Votes: 1})
	return nil
}

// hand gives the origins of the prefix away.
func (m *mrt) hand() {
	for _, route := range m.votes {
		m.add(route)
	}
	if len(m.votes) == 0 {
		m.report.LeftOut++
		return
	}
	m.report.Entries++
}

// prefixOf makes a prefix of its leading octets. Bits behind its length mean nothing.
func prefixOf(address []byte, length, width int) (netip.Prefix, error) {
	if length > 8*width {
		return netip.Prefix{}, fmt.Errorf("got a prefix length of %d, want at most %d", length, 8*width)
	}
	var whole [16]byte
	copy(whole[:], address)
	a := netip.AddrFrom16(whole)
	if width == 4 {
		a = netip.AddrFrom4([4]byte(whole[:4]))
	}
	return a.Prefix(length)
}
