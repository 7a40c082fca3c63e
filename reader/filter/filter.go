package filter

import (
	"fmt"
	"strings"
)

// Filter is a filter that was read, for any link type. It is not changed by its
// use and may be shared.
type Filter struct {
	text string
	root expression // nil selects everything
}

// Parse reads a filter. Its error is an *Error. What only some link types have is
// not found wanting here, but by Compile.
func Parse(text string) (*Filter, error) {
	root, fault := parse(text)
	if fault == nil && root != nil {
		trial := newLowering(linkEthernet, false, "ETHERNET")
		trial.expression(root)
		if trial.fault != nil && trial.fault.LinkType == "" {
			fault = trial.fault
		}
	}
	if fault != nil {
		return nil, fault.in(text)
	}
	return &Filter{text: text, root: root}, nil
}

// String gives the filter as it was written.
func (f *Filter) String() string { return f.text }

// Error says why a filter cannot be compiled.
type Error struct {
	Line     int    // of what is at fault in the text, from 1
	Column   int    // in that line, in octets from 1
	Text     string // what was got and what was wanted
	Hint     string // the next step, "" if there is none
	LinkType string // that the filter was compiled for, "" if the fault is in the filter alone
}

// Error gives all but the hint.
func (e *Error) Error() string {
	place := fmt.Sprintf("column %d", e.Column)
	if e.Line > 1 {
		place = fmt.Sprintf("line %d, %s", e.Line, place)
	}
	return fmt.Sprintf("cannot compile the filter: %s: %s", place, e.Text)
}

// in works out the line of an error whose column counts from the beginning of
// the text.
func (e *Error) in(text string) *Error {
	e.Column = max(e.Column, 1) // a link type that is not known has no place
	before := text[:min(len(text), e.Column-1)]
	e.Line = 1 + strings.Count(before, "\n")
	e.Column -= 1 + strings.LastIndexByte(before, '\n')
	return e
}

// Program is a filter for the frames of one link type. It must not be used by
// two goroutines at a time.
type Program struct {
	begin  func(*frame) bool // nil if nothing is to be done
	root   test
	clears bool // registers must be 0 at the beginning
	frame  frame
}

// Capture says what of a capture the meaning of a filter depends on.
type Capture struct {
	LinkType     uint16 // LINKTYPE_ value
	LinkTypeName string // for messages; "" for its number
	BigEndian    bool   // the byte order of the file (pcap) or section (pcapng), which BSD's loopback headers have
}

func (c *Capture) linkTypeName() string {
	if c.LinkTypeName == "" {
		return fmt.Sprint(c.LinkType)
	}
	return c.LinkTypeName
}

// Compile makes the program for the frames of a capture interface. Its error is
// an *Error; it names the link type if the filter asks for what frames of that
// do not have.
func (f *Filter) Compile(c Capture) (*Program, error) {
	if f.root == nil {
		return &Program{root: func(*frame) verdict { return yes }}, nil
	}
	linkType := c.LinkType
	if linkType == linkRaw12 || linkType == linkRaw14 { // as systems wrote it into files before 101
		linkType = linkRaw
	}
	l := newLowering(linkType, c.BigEndian, c.linkTypeName())
	if !isKnown(linkType) {
		l.unsupported("anything")
	}
	root := l.expression(f.root)
	if l.fault == nil && l.linkType == linkPPI {
		root = both(l.isPPIWireless(), root)
	}
	if l.fault == nil && !l.isUnfolded() {
		root = l.folded(root)
	}
	if l.fault != nil {
		return nil, l.fault.in(f.text)
	}
	return &Program{begin: l.begin.compile(), root: compileCondition(root), clears: l.assigns}, nil
}

// isUnfolded says whether libpcap's optimiser leaves the program alone: it cannot
// cope with the jumps by which some values are worked out.
func (l *lowering) isUnfolded() bool {
	begin := l.begin.linkType
	return l.unfolded || begin == linkPrism || isWireless(begin) && l.begin.payload != unassigned
}

// isPPIWireless says whether what follows the PPI header is IEEE 802.11: nothing
// else can be filtered behind it.
func (l *lowering) isPPIWireless() condition {
	const wireless = linkWireless << 24 // little-endian
	return equals(load{offset: 4, size: 4}, wireless)
}

// Match says whether a frame is selected. length is its original length on the
// link in octets, which is at least len(octets) in good captures. It allocates
// nothing.
func (p *Program) Match(octets []byte, length uint32) bool {
	f := &p.frame
	f.octets, f.length = octets, length
	if p.clears {
		f.registers = [registers]uint32{}
	}
	if p.begin != nil && !p.begin(f) {
		return false
	}
	selected := p.root(f) == yes
	f.octets = nil
	return selected
}
