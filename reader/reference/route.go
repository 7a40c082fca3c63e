package reference

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// Route says that a prefix is originated by an autonomous system.
type Route struct {
	Prefix netip.Prefix
	Origin uint32 // never 0
	Votes  uint32 // how many peers, or lines, say so
}

// ReadRoutes reads routes: RIB dumps in the MRT format, CAIDA's pfx2as, CSV of prefix
// and AS, and MaxMind DB files. The error is one of reading.
func ReadRoutes(in Stream, add func(Route)) (Report, error) {
	var report Report
	head := in.Peek(sniffed)
	if !isMMDB(head) && isMRT(head) {
		report.Format = formatMRT
		err := newMRT(in, &report, add).read()
		return report, err
	}
	if isBinary(head) {
		err := readMMDB(in, &report, func(prefix netip.Prefix, c content) bool {
			if c.as != 0 {
				add(Route{Prefix: prefix, Origin: c.as, Votes: 1})
			}
			return c.as != 0
		})
		return report, err
	}
	l := newLines(in, &report)
	first, ok, err := l.next()
	if err != nil || !ok {
		return report, err
	}
	if isPfx2as(first) {
		report.Format = formatPfx2as
		err := readPfx2as(l, first, add)
		return report, err
	}
	err = readTable(l, first, []column{prefixColumn(), asColumn()}, func(t *table) error {
		prefix, err := parsePrefix(t.cell(0))
		if err != nil {
			return err
		}
		origin, err := parseAS(t.cell(1))
		if err == nil {
			add(Route{Prefix: prefix, Origin: origin, Votes: 1})
		}
		return err
	})
	return report, err
}

// sniffed is how many octets decide on the format.
const sniffed = 256 << 10

// isBinary says whether the content is no text.
func isBinary(head []byte) bool {
	return slices.Contains(head[:min(len(head), 4096)], 0) || isMMDB(head)
}

// isMRT says whether the content begins with an MRT record (RFC 6396 section 2).
func isMRT(head []byte) bool {
	if len(head) < mrtHeader {
		return false
	}
	switch kind, subtype := binary.BigEndian.Uint16(head[4:]), binary.BigEndian.Uint16(head[6:]); kind {
	case mrtTableDump, mrtTableDump2, mrtBGP4MP, mrtBGP4MPET:
		return subtype <= maxSubtype && binary.BigEndian.Uint32(head[8:]) <= maxRecord
	}
	return false
}

// isPfx2as says whether a line has CAIDA's three fields: address, prefix length and AS.
func isPfx2as(line string) bool {
	fields := strings.Fields(line)
	if len(fields) != 3 {
		return false
	}
	_, err := netip.ParseAddr(fields[0])
	return err == nil && !strings.Contains(fields[0], "/")
}

// readPfx2as reads lines of CAIDA's format. Of several origins, which _ parts, the first
// one is the most frequent; of a set, which commas part, the least member counts.
func readPfx2as(l *lines, line string, add func(Route)) error {
	for {
		if route, err := parsePfx2as(line); err != nil {
			l.fault(err)
		} else {
			add(route)
			l.report.Entries++
		}
		var ok bool
		var err error
		if line, ok, err = l.next(); err != nil || !ok {
			return err
		}
	}
}

func parsePfx2as(line string) (Route, error) {
	fields := strings.Fields(line)
	if len(fields) != 3 {
		return Route{}, fmt.Errorf("got %d fields, want address, prefix length and AS", len(fields))
	}
	if _, err := strconv.ParseUint(fields[1], 10, 8); err != nil {
		return Route{}, fmt.Errorf("got %q, want a prefix length", fields[1])
	}
	prefix, err := parsePrefix(fields[0] + "/" + fields[1])
	if err != nil {
		return Route{}, err
	}
	origins, _, _ := strings.Cut(fields[2], "_")
	var least uint32
	for member := range strings.SplitSeq(origins, ",") {
		origin, err := parseAS(member)
		if err != nil {
			return Route{}, err
		}
		if least == 0 || origin < least {
			least = origin
		}
	}
	return Route{Prefix: prefix, Origin: least, Votes: 1}, nil
}
