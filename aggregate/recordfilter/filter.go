package recordfilter

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"netstream/aggregate/flow"
)

// MaxLength and MaxDepth bound a filter: its octets, and the parentheses and
// negations that are open at a time.
const (
	MaxLength = 1 << 16
	MaxDepth  = 500
)

// Options say which columns the flow table has and in which unit its times are.
type Options struct {
	Nanoseconds bool     // time stamps are in nanoseconds instead of microseconds
	WithMAC     bool     // there are src_mac and dst_mac
	Biflows     bool     // there are the columns of the reverse direction and of the connection
	Elements    []string // names of the columns of requested elements, by their index in flow.Export.Elements
}

// Filter is a filter that was read. It is not changed by its use and may be shared.
type Filter struct {
	root test // nil selects everything
}

// Parse reads a filter. A text of white space selects everything. The error is an
// [*Error].
func Parse(text string, options Options) (*Filter, error) {
	if len(text) > MaxLength {
		return nil, (&Error{Text: fmt.Sprintf("the filter has %d octets, want at most %d", len(text), MaxLength)}).in(text)
	}
	for i, r := range text {
		if r == utf8.RuneError && !strings.HasPrefix(text[i:], replacement) {
			return nil, (&Error{Column: i + 1, Text: fmt.Sprintf("got octet %#02x, want UTF-8", text[i])}).in(text)
		}
	}
	p := newParser(text, options)
	if p.token.kind == tokenEnd {
		return &Filter{}, nil
	}
	root := p.disjunction()
	if p.fault == nil && p.token.kind != tokenEnd {
		p.want("and, or or the end of the filter")
	}
	if p.fault != nil {
		return nil, p.fault.in(text)
	}
	return &Filter{root: root}, nil
}

// Matcher gives the filter for records of a run: points and names are those that
// the records refer to. It allocates nothing when it is called, and several
// goroutines may call it at a time. It does not look at ordinals.
func (f *Filter) Matcher(points *flow.Points, names *flow.Names) func(*flow.Record) bool {
	if f.root == nil {
		return func(*flow.Record) bool { return true }
	}
	refs := &references{points: points, names: names}
	return func(r *flow.Record) bool { return f.root(refs, r) }
}

// references are what records refer to by number.
type references struct {
	points *flow.Points
	names  *flow.Names
}

// test says whether a record is selected.
type test func(*references, *flow.Record) bool

// Error says why a filter cannot be compiled.
type Error struct {
	Line   int    // of what is at fault in the text, from 1
	Column int    // in that line, in octets from 1
	Text   string // what was got and what was wanted
	Hint   string // the next step, "" if there is none
}

// Error gives all but the hint.
func (e *Error) Error() string {
	place := fmt.Sprintf("column %d", e.Column)
	if e.Line > 1 {
		place = fmt.Sprintf("line %d, %s", e.Line, place)
	}
	return fmt.Sprintf("cannot compile the flow filter: %s: %s", place, e.Text)
}

// in works out the line of an error whose column counts from the beginning of
// the text.
func (e *Error) in(text string) *Error {
	e.Column = max(e.Column, 1)
	before := text[:min(len(text), e.Column-1)]
	e.Line = 1 + strings.Count(before, "\n")
	e.Column -= 1 + strings.LastIndexByte(before, '\n')
	return e
}
