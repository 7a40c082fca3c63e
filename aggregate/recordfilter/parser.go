package recordfilter

import (
	"fmt"
	"strings"

	"netstream/aggregate/flow"
)

// parser reads
//
//	disjunction = conjunction {"or" conjunction}
//	conjunction = negation {"and" negation}
//	negation    = "not" negation | "(" disjunction ")" | condition
//	condition   = column ["&" value] (operator value | ["not"] "in" list | list | "is" ["not"] "null" | nothing behind a mask)
//
// and makes the tests on its way. After the first fault it gives nil.
type parser struct {
	lexer   lexer
	token   token
	options Options
	columns []Column
	depth   int
	fault   *Error
}

func newParser(text string, options Options) *parser {
	p := &parser{lexer: lexer{text: text}, options: options, columns: Columns(options)}
	p.token = p.lexer.next()
	return p
}

func (p *parser) advance() { p.token = p.lexer.next() }

// take goes over a symbol or keyword if it is there.
func (p *parser) take(text string) bool {
	if !p.token.is(text) {
		return false
	}
	p.advance()
	return true
}

// fail keeps the first fault.
func (p *parser) fail(column int, hint, format string, args ...any) {
	if p.fault == nil {
		p.fault = &Error{Column: column, Text: fmt.Sprintf(format, args...), Hint: hint}
	}
}

// want says that something else is there than was wanted.
func (p *parser) want(what string) {
	hint := ""
	switch t := &p.token; {
	case t.kind == tokenBad && (t.text == "'" || t.text == `"`):
		p.fail(t.column, "", "the quotation mark %s is not closed", t.text)
		return
	case t.kind == tokenWord && strings.EqualFold(t.text, "like"):
		hint = "texts are compared as a whole, with = and in"
	case t.kind == tokenWord && strings.EqualFold(t.text, "between"):
		hint = "a range is written COLUMN in A..B"
	}
	p.fail(p.token.column, hint, "got %s, want %s", &p.token, what)
}

// expect goes over a symbol that must be there.
func (p *parser) expect(text string) {
	if !p.take(text) {
		p.want(text)
	}
}

func (p *parser) disjunction() test {
	tests := []test{p.conjunction()}
	for p.fault == nil && p.take("or") {
		tests = append(tests, p.conjunction())
	}
	if len(tests) == 1 {
		return tests[0]
	}
	return func(refs *references, r *flow.Record) bool {
		for _, t := range tests {
			if t(refs, r) {
				return true
			}
		}
		return false
	}
}

func (p *parser) conjunction() test {
	tests := []test{p.negation()}
	for p.fault == nil && p.take("and") {
		tests = append(tests, p.negation())
	}
	if len(tests) == 1 {
		return tests[0]
	}
	return func(refs *references, r *flow.Record) bool {
		for _, t := range tests {
			if !t(refs, r) {
				return false
			}
		}
		return true
	}
}

func (p *parser) negation() test {
	if p.depth++; p.depth > MaxDepth+1 {
		p.fail(p.token.column, "", "more than %d parentheses and negations are open", MaxDepth)
		return nil
	}
	defer func() { p.depth-- }()
	switch {
	case p.take("not"):
		inner := p.negation()
		return func(refs *references, r *flow.Record) bool { return !inner(refs, r) }
	case p.take("("):
		inner := p.disjunction()
		if p.fault == nil {
			p.expect(")")
		}
		return inner
	}
	return p.condition()
}

// condition reads what is said of one column.
func (p *parser) condition() test {
	if p.token.kind != tokenWord || p.token.isKeyword() {
		p.want("a column, not or (")
		return nil
	}
	c, place := p.column(), p.token.column
	if p.fault != nil {
		return nil
	}
	p.advance()
	if p.take("&") {
		return p.masked(c, place)
	}
	if p.take("is") {
		unknown := !p.take("not")
		if p.expect("null"); p.fault != nil {
			return nil
		}
		return c.nullTest(unknown)
	}
	return p.comparison(c)
}

// comparison reads how a column is compared, and with what.
func (p *parser) comparison(c *Column) test {
	operator := p.token
	if operator.kind == tokenSymbol {
		switch operator.text {
		case "=", "!=", "<", "<=", ">", ">=":
			p.advance()
			return p.compare(c, operator)
		}
	}
	listed := true
	switch {
	case p.take("not"):
		p.expect("in")
		listed = false
	case p.take("in"):
	case p.token.kind != tokenWord && p.token.kind != tokenQuoted && !p.token.is("(") || p.token.isKeyword():
		p.want("= != < <= > >=, in, not in, is null, is not null or a value")
	}
	if p.fault != nil {
		return nil
	}
	return p.list(c, listed)
}

// compare reads the value behind an operator.
func (p *parser) compare(c *Column, operator token) test {
	ordered := operator.text != "=" && operator.text != "!="
	if ordered && !c.ordered() {
		p.fail(operator.column, "", "%s has no order: got %s, want =, !=, in, not in, is null or is not null", c.Name, operator.text)
	}
	start := p.token
	v := p.value(c, "a value")
	if p.fault == nil && (p.token.is(",") || p.token.is("..") || v.prefix) {
		p.fail(start.column, "lists, ranges and prefixes go with in: "+c.Name+" in A, B..C", "want one value behind %s", operator.text)
	}
	if p.fault != nil {
		return nil
	}
	s := c.newSet()
	switch operator.text {
	case "=", "!=":
		s.addBetween(v, v)
	case "<":
		s.addBelow(v, false)
	case "<=":
		s.addBelow(v, true)
	case ">":
		s.addAbove(v, false)
	case ">=":
		s.addAbove(v, true)
	}
	return s.test(operator.text != "!=")
}

// list reads values, ranges and prefixes with commas between them, in parentheses
// or without.
func (p *parser) list(c *Column, listed bool) test {
	enclosed := p.take("(")
	s := c.newSet()
	for {
		from := p.value(c, "a value")
		to := from
		if place := p.token.column; p.fault == nil && p.take("..") {
			to = p.value(c, "the end of the range")
			if p.fault == nil && (!c.ordered() || from.prefix || to.prefix) {
				p.fail(place, "", "%s has no such range", c.Name)
			}
			if p.fault == nil && !from.upTo(to) {
				p.fail(place, "", "the range ends before it begins")
			}
		}
		if p.fault != nil {
			return nil
		}
		s.addBetween(from, to)
		if !p.take(",") {
			break
		}
	}
	if enclosed {
		p.expect(")")
	}
	if p.fault != nil {
		return nil
	}
	return s.test(listed)
}

// masked reads the bits of a column that are looked at, and what they are compared
// with: without an operator, whether any of them is set.
func (p *parser) masked(c *Column, place int) test {
	if c.number == nil || !c.whole() {
		p.fail(place, "", "%s has no bits that & could select", c.Name)
		return nil
	}
	start := p.token
	v := p.value(c, "the bits")
	if p.fault == nil && !v.exact {
		p.fail(start.column, "", "got %s, want a whole number", &start)
	}
	if p.fault != nil {
		return nil
	}
	bits, get := *c, c.number
	mask := v.number
	bits.number = func(refs *references, r *flow.Record) (int64, bool) {
		n, known := get(refs, r)
		return n & mask, known
	}
	if operator := p.token; operator.is("=") || operator.is("!=") {
		p.advance()
		return p.compare(&bits, operator)
	} else if operator.is("in") || operator.is("not") {
		return p.comparison(&bits)
	}
	s := bits.newSet()
	s.addBetween(value{exact: true}, value{exact: true})
	return s.test(false)
}

// column finds the column that the token names.
func (p *parser) column() *Column {
	name := strings.ToLower(p.token.text)
	for i := range p.columns {
		if p.columns[i].Name == name {
			return &p.columns[i]
		}
	}
	for _, later := range Unavailable() {
		if name == later {
			p.fail(p.token.column, p.names(), "%s is not known before the table is written", name)
			return nil
		}
	}
	if !p.options.WithMAC && (name == "src_mac" || name == "dst_mac") {
		p.fail(p.token.column, "add --with-mac", "there is no column %s", name)
		return nil
	}
	p.fail(p.token.column, p.names(), "got %s, want the name of a column", &p.token)
	return nil
}

// names lists the columns.
func (p *parser) names() string {
	var names []string
	for i := range p.columns {
		names = append(names, p.columns[i].Name)
	}
	return "columns are " + strings.Join(names, ", ")
}
