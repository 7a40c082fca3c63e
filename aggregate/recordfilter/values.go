package recordfilter

import (
	"fmt"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"netstream/aggregate/flow"
)

// value reads what a column is compared with. what is for messages.
func (p *parser) value(c *Column, what string) value {
	if p.fault != nil {
		return value{}
	}
	if p.token.kind != tokenWord && p.token.kind != tokenQuoted || p.token.isKeyword() {
		p.want(what)
		return value{}
	}
	if c.whole() {
		return p.bits(c)
	}
	t := p.token
	v, wanted, hint := c.parse(t.text, p.options.Nanoseconds)
	if wanted != "" {
		p.fail(t.column, hint, "got %s, want %s", &t, wanted)
		return value{}
	}
	p.advance()
	return v
}

// bits reads a whole number, which can be several with | between them.
func (p *parser) bits(c *Column) value {
	v := value{exact: true}
	for first := true; ; first = false {
		t := p.token
		if t.kind != tokenWord && t.kind != tokenQuoted || t.isKeyword() {
			p.want("a number")
			return value{}
		}
		one, wanted, hint := c.parseNumber(t.text)
		if wanted != "" {
			p.fail(t.column, hint, "got %s, want %s", &t, wanted)
			return value{}
		}
		p.advance()
		if !first && !(v.exact && one.exact) {
			p.fail(t.column, "", "got %s, want a whole number", &t)
			return value{}
		}
		v.number, v.exact = v.number|one.number, one.exact
		if !p.take("|") {
			return v
		}
	}
}

// parse reads a value of a column whose cells are no whole numbers. If it is none,
// wanted says what is one.
func (c *Column) parse(text string, nanoseconds bool) (v value, wanted, hint string) {
	switch {
	case c.same != nil:
		v.text, v.exact = octetsOf(text)
		return v, "", ""
	case c.address != nil:
		return parseAddress(text)
	case c.meaning == named:
		return c.parseName(text)
	case c.meaning == hardware:
		return parseHardware(text)
	case c.meaning == application:
		return parseApplication(text)
	case c.meaning == duration:
		return parseDuration(text)
	case c.Type == "timestamp":
		return parseTime(text, nanoseconds)
	}
	return parseReal(text)
}

// parseNumber reads a whole number or the name of one.
func (c *Column) parseNumber(text string) (v value, wanted, hint string) {
	greatest, _ := c.greatest()
	wanted = fmt.Sprintf("a number from 0 to %d", greatest)
	if c.name != nil {
		wanted = "a name or " + wanted
		if v, _, _ := c.parseName(text); v.exact {
			return v, "", ""
		}
		_, _, hint = c.parseName("")
	}
	number, ok := parseDecimal(text)
	if !ok || number.Sign() < 0 {
		return value{}, wanted, hint
	}
	if v, ok = whole(number); !ok || v.number > greatest {
		return value{}, wanted, hint
	}
	return v, "", ""
}

// parseName reads a name that stands for a number.
func (c *Column) parseName(text string) (v value, wanted, hint string) {
	const most = 60 // of the names that are listed
	var names []string
	for n := 0; ; n++ {
		name, number := c.name(n)
		if name == "" {
			break
		}
		if strings.EqualFold(name, text) {
			return value{number: number, exact: true}, "", ""
		}
		if len(names) < most {
			names = append(names, name)
		}
	}
	return value{}, "a name of " + c.Name, "names are " + strings.Join(names, ", ")
}

// parseAddress reads an address or a prefix.
func parseAddress(text string) (v value, wanted, hint string) {
	const want = "an IP address or a prefix"
	if !strings.Contains(text, "/") {
		a, err := netip.ParseAddr(text)
		if err != nil || a.Zone() != "" {
			return value{}, want, "names are not resolved"
		}
		return value{first: a, last: a}, "", ""
	}
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		return value{}, want, ""
	}
	if masked := prefix.Masked(); masked != prefix {
		return value{}, "no bits behind the prefix", "the prefix is " + masked.String()
	}
	return value{first: prefix.Addr(), last: lastOf(prefix), prefix: true}, "", ""
}

// lastOf gives the last address of a prefix.
func lastOf(prefix netip.Prefix) netip.Addr {
	octets := prefix.Addr().AsSlice()
	for bit := prefix.Bits(); bit < 8*len(octets); bit++ {
		octets[bit/8] |= 0x80 >> (bit % 8)
	}
	last, _ := netip.AddrFromSlice(octets) // as many octets as the prefix has
	return last
}

// parseHardware reads six octets in hexadecimal digits with colons between them.
func parseHardware(text string) (v value, wanted, hint string) {
	parts := strings.Split(text, ":")
	var octets []byte
	for _, part := range parts {
		octet, err := strconv.ParseUint(part, 16, 8)
		if err != nil || len(part) != 2 {
			break
		}
		octets = append(octets, byte(octet))
	}
	if len(parts) != 6 || len(octets) != 6 {
		return value{}, "a hardware address like 00:1b:21:aa:bb:cc", ""
	}
	return value{number: hardwareNumber(octets), exact: true}, "", ""
}

// parseApplication reads a classification engine and a selector (RFC 6759).
func parseApplication(text string) (v value, wanted, hint string) {
	const engineBits, selectorBits = 8, 56
	first, second, _ := strings.Cut(text, ":")
	engine, err := strconv.ParseUint(first, 10, engineBits)
	if err == nil {
		var selector uint64
		if selector, err = strconv.ParseUint(second, 10, selectorBits); err == nil {
			return value{number: int64(engine<<selectorBits | selector), exact: true}, "", ""
		}
	}
	return value{}, "an application like 3:443", ""
}

// parseDuration reads a number of microseconds, or numbers with units of time. Those
// of sizes would be taken for these: m is a minute.
func parseDuration(text string) (v value, wanted, hint string) {
	if number, ok := parseDecimal(text); ok && text[len(text)-1] <= '9' {
		if v, ok := whole(number); ok {
			return v, "", ""
		}
	}
	d, err := time.ParseDuration(text)
	if days, ok := strings.CutSuffix(text, "d"); err != nil && ok {
		var n uint64
		n, err = strconv.ParseUint(days, 10, 16)
		d = time.Duration(n) * 24 * time.Hour
	}
	if err != nil {
		return value{}, "a duration like 1500ms, 5s or 1h30m, or a number of microseconds", ""
	}
	return inUnits(int64(d), int64(time.Microsecond)), "", ""
}

// parseTime reads a time, in the unit of the cells.
func parseTime(text string, nanoseconds bool) (v value, wanted, hint string) {
	at, err := flow.ParseTimestamp(text)
	if err != nil {
		return value{}, "a time like 2026-01-31T05:00:00Z or '2026-01-31 05:00', a date, or seconds since 1970", ""
	}
	if nanoseconds {
		return value{number: int64(at), exact: true}, "", ""
	}
	return inUnits(int64(at), int64(time.Microsecond)), "", ""
}

// inUnits gives a number of nanoseconds in units of so many.
func inUnits(n, unit int64) value {
	v := value{number: n / unit, exact: n%unit == 0}
	if n%unit < 0 {
		v.number--
	}
	return v
}

// parseReal reads a number of a column of kind float64.
func parseReal(text string) (v value, wanted, hint string) {
	number, ok := parseDecimal(text)
	if !ok || number.Sign() < 0 {
		return value{}, "a number from 0 on", ""
	}
	f, _ := number.Float64()
	return value{number: int64(math.Float64bits(f)), exact: true}, "", ""
}
