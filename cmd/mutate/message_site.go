package main

import "encoding/binary"

// messageSurvey finds the numbers and pieces of export messages. It knows sound
// messages only; of others it finds what it comes across.
type messageSurvey struct {
	o       *original
	layouts map[uint16][]uint16 // lengths of the fields, by template id
	begin   int                 // of the message in the content
	octets  []byte              // of the message
	outer   []site              // lengths that count the message
}

// variable is the length of a field in a template whose values have their own
// lengths (RFC 7011 section 7).
const variable = 65535

// message surveys a message that begins at an offset of the content.
func (s *messageSurvey) message(begin, end int, outer []site) {
	s.begin, s.octets, s.outer = begin, s.o.content[begin:end], outer
	if len(s.octets) < 16 {
		return
	}
	s.site(0, 2, versionRole)
	switch version := s.number(0); version {
	case 1, 5, 6, 7, 8:
		s.fixed(version)
	case 9:
		if len(s.octets) >= 20 {
			count := s.site(2, 2, countRole)
			s.sites(clockRole, 4, 8, 12)
			s.site(16, 4, domainRole)
			s.sets(20, []site{count})
		}
	case 10:
		s.outer = append(s.outer[:len(s.outer):len(s.outer)], s.site(2, 2, lengthRole))
		s.sites(clockRole, 4, 8)
		s.site(12, 4, domainRole)
		s.sets(16, nil)
	}
}

func (s *messageSurvey) number(at int) uint16 { return binary.BigEndian.Uint16(s.octets[at:]) }

// site adds a number of the message.
func (s *messageSurvey) site(at, width int, r role) site {
	found := site{at: s.begin + at, width: width, role: r}
	s.o.sites = append(s.o.sites, found)
	return found
}

// sites adds numbers of 32 bits.
func (s *messageSurvey) sites(r role, at ...int) {
	for _, at := range at {
		s.site(at, 4, r)
	}
}

// piece adds a part of the message. What counts it counts the message, too.
func (s *messageSurvey) piece(begin, end int, inner, lengths, counts []site) {
	s.o.pieces = append(s.o.pieces, piece{
		span: span{s.begin + begin, s.begin + end}, inner: inner, counts: counts,
		lengths: append(lengths[:len(lengths):len(lengths)], s.outer...),
	})
}

// fixed surveys a message of a version with one layout of records.
func (s *messageSurvey) fixed(version uint16) {
	header := map[uint16]int{1: 16, 5: 24, 6: 24, 7: 24, 8: 28}[version]
	records := int(s.number(2))
	if len(s.octets) < header {
		return
	}
	count := s.site(2, 2, countRole)
	s.sites(clockRole, 4, 8, 12)
	if version > 1 {
		s.site(16, 4, clockRole)
		s.site(20, 2, domainRole)
		s.site(22, 1, domainRole)
		s.site(23, 1, domainRole)
	}
	if records == 0 {
		return
	}
	octets := (len(s.octets) - header) / records
	for at := header; octets > 0 && at+octets <= len(s.octets); at += octets {
		s.piece(at, at+octets, nil, nil, []site{count})
	}
}

// sets surveys the sets of a message. counts count its records.
func (s *messageSurvey) sets(at int, counts []site) {
	for at+4 <= len(s.octets) {
		id, length := s.number(at), int(s.number(at+2))
		if length < 4 || at+length > len(s.octets) {
			return
		}
		s.site(at, 2, setRole)
		own := s.site(at+2, 2, lengthRole)
		s.piece(at, at+length, []site{own}, nil, nil)
		switch {
		case id <= 3:
			s.templates(at+4, at+length, id&1 != 0, s.octets[1] == 9, own)
		case id >= 256:
			s.records(at+4, at+length, s.layouts[id], own, counts)
		}
		at += length
	}
}

// templates surveys the template records of a set.
func (s *messageSurvey) templates(at, end int, options, version9 bool, set site) {
	header := 4
	if options {
		header = 6
	}
	for at+header <= end {
		id, fields := s.number(at), int(s.number(at+2))
		if fields == 0 { // padding, or a withdrawal
			return
		}
		s.site(at, 2, templateRole)
		count := s.site(at+2, 2, fieldCountRole)
		change := []site{count}
		if options {
			scope := s.site(at+4, 2, fieldCountRole)
			if version9 { // both are octets of specifiers
				fields, change = (fields+int(s.number(at+4)))/4, []site{scope}
			}
		}
		at = s.fields(at+header, end, id, fields, change, set)
	}
}

// fields surveys the field specifiers of a template record, and gives where it
// ends.
func (s *messageSurvey) fields(at, end int, id uint16, fields int, counts []site, set site) int {
	var lengths []uint16
	for ; fields > 0 && at+4 <= end; fields-- {
		octets := 4
		if s.octets[at]&0x80 != 0 && s.octets[1] == 10 {
			octets = 8
		}
		if at+octets > end {
			return end
		}
		s.site(at, 2, elementRole)
		s.site(at+2, 2, fieldLengthRole)
		s.piece(at, at+octets, nil, []site{set}, counts)
		lengths = append(lengths, s.number(at+2))
		at += octets
	}
	if _, known := s.layouts[id]; !known {
		s.layouts[id] = lengths
	}
	return at
}

// records surveys the records of a data set.
func (s *messageSurvey) records(at, end int, layout []uint16, set site, counts []site) {
	for len(layout) > 0 && at < end {
		begin := at
		var values []site // lengths of its values
		for _, length := range layout {
			octets := int(length)
			if length == variable && at < end {
				width := 1
				if octets = int(s.octets[at]); octets == 255 && at+3 <= end {
					s.site(at, 1, valueLengthRole)
					at, octets, width = at+1, int(s.number(at+1)), 2
				}
				values = append(values, site{at: s.begin + at, width: width, role: valueLengthRole})
				at += width
			}
			at += octets
		}
		if at > end || at == begin {
			return
		}
		s.o.sites = append(s.o.sites, values...)
		s.piece(begin, at, nil, []site{set}, counts)
	}
}
