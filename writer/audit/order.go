package audit

import (
	"bytes"
	"cmp"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"netstream/aggregate/flow"
	"netstream/writer/manifest"
	"netstream/writer/table"
)

// order checks that the rows of a file are in the order of its table. Where columns do
// not tell the whole order, as time stamps of microseconds do not for rows that
// nanoseconds part, rows may be in any order that the columns allow.
type order struct {
	compare []func(a, b *cell) int
	columns []int
	last    []cell // of the columns, in the row before
	any     bool
	row     uint64
	wrong   uint64 // rows that are below the one before
	first   uint64 // the first of them, from 1

	ordinals map[string]int64 // of inputs by name, for tables in the order of inputs
}

func newOrder(m *manifest.Manifest, name string, columns []column) *order {
	o := &order{}
	switch {
	case name == table.FlowTable:
		o.by(columns, "flow_start", numbers)
		if m.Parameters["time_unit"] == "ns" {
			o.by(columns, "flow_end", numbers)
			o.byKey(columns)
		}
	case name == table.IntervalTable:
		o.by(columns, "interval_start", numbers)
		o.byKey(columns)
	case strings.HasPrefix(name, "accounting/"):
		o.byScheme(columns)
	case name == table.LedgerTable || name == table.ExporterTable:
		o.ordinals = make(map[string]int64)
		for i := range m.Inputs {
			o.ordinals[m.Inputs[i].Name] = int64(i)
		}
		o.by(columns, "input", func(a, b *cell) int { return cmp.Compare(o.ordinal(a), o.ordinal(b)) })
	}
	o.last = make([]cell, len(o.columns))
	return o
}

// ordinal puts what was left out behind all inputs.
func (o *order) ordinal(c *cell) int64 {
	if n, ok := o.ordinals[c.text]; ok {
		return n
	}
	return int64(len(o.ordinals))
}

func (o *order) by(columns []column, name string, compare func(a, b *cell) int) {
	if i := indexOf(columns, name); i >= 0 {
		o.columns = append(o.columns, i)
		o.compare = append(o.compare, compare)
	}
}

// byKey is the order of flow keys (docs/metering.md section 4) as far as the columns of
// both tables tell it. Biflows are turned as each of them began, which their order is not.
func (o *order) byKey(columns []column) {
	if indexOf(columns, "rev_packets") >= 0 {
		return
	}
	for _, name := range [...]string{"src_ip", "dst_ip"} {
		o.by(columns, name, addresses)
	}
	for _, name := range [...]string{"src_port", "dst_port", "protocol", "tos"} {
		o.by(columns, name, numbersOrZero)
	}
}

// byScheme is the order of the key columns of a scheme (docs/accounting.md section 3),
// which are those before the first count.
func (o *order) byScheme(columns []column) {
	end := indexOf(columns, "flows")
	for i := 0; i < end; i++ {
		c := &columns[i]
		switch {
		case c.name == "interval_end" || c.name == "src_mask_source" || c.name == "dst_mask_source":
		case c.kind != table.Text:
			o.by(columns, c.name, nullFirst(numbers))
		case slices.Contains(addressColumns[:], c.name):
			o.by(columns, c.name, nullFirst(addressesByVersion))
		case c.name == "direction":
			o.by(columns, c.name, nullFirst(func(a, b *cell) int { return cmp.Compare(directionOf(a), directionOf(b)) }))
		case c.name == "tunnel_type":
			o.by(columns, c.name, nullFirst(func(a, b *cell) int { return cmp.Compare(tunnelOf(a), tunnelOf(b)) }))
		default:
			o.by(columns, c.name, nullFirst(texts))
		}
	}
}

// addressColumns are the key columns of schemes that hold addresses or prefixes.
var addressColumns = [...]string{"exporter_ip", "src_ip", "dst_ip", "src_prefix", "dst_prefix", "next_hop", "bgp_next_hop", "outer_src_ip", "outer_dst_ip"}

// add compares a row with the one before.
func (o *order) add(row []cell) {
	o.row++
	if o.any {
		for i, column := range o.columns {
			difference := o.compare[i](&o.last[i], &row[column])
			if difference > 0 {
				if o.wrong++; o.wrong == 1 {
					o.first = o.row
				}
			}
			if difference != 0 {
				break
			}
		}
	}
	for i, column := range o.columns {
		o.last[i] = row[column]
	}
	o.any = true
}

func numbers(a, b *cell) int { return cmp.Compare(a.number, b.number) }

// texts compares octets. Those of a text that was not UTF-8 are not in the table.
func texts(a, b *cell) int {
	if strings.ContainsRune(a.text, utf8.RuneError) || strings.ContainsRune(b.text, utf8.RuneError) {
		return 0
	}
	return cmp.Compare(a.text, b.text)
}

// directionOf gives the number of a direction: that of flowDirection (61), and behind its
// eight bits those that exporters do not have.
func directionOf(c *cell) int {
	for d := flow.DirectionIngress; d <= flow.DirectionExternal; d++ {
		switch {
		case d.String() != c.text:
		case d <= flow.DirectionEgress:
			return int(d - flow.DirectionIngress)
		default:
			return 1<<8 + int(d)
		}
	}
	number, err := strconv.Atoi(c.text)
	if err != nil {
		return math.MaxInt
	}
	return number
}

// tunnelOf gives the place of a type of tunnel in the table of docs/metering.md section 1.
func tunnelOf(c *cell) int {
	for t := range 256 {
		if flow.TunnelType(t).String() == c.text {
			return t
		}
	}
	return math.MaxInt
}

// numbersOrZero takes what is not known for 0, as keys do.
func numbersOrZero(a, b *cell) int {
	var x, y int64
	if !a.null {
		x = a.number
	}
	if !b.null {
		y = b.number
	}
	return cmp.Compare(x, y)
}

func nullFirst(compare func(a, b *cell) int) func(a, b *cell) int {
	return func(a, b *cell) int {
		switch {
		case a.null && b.null:
			return 0
		case a.null:
			return -1
		case b.null:
			return 1
		}
		return compare(a, b)
	}
}

// addresses compares addresses and prefixes as 16 octets, IPv4 in IPv4-mapped form; what
// is not known is 0.
func addresses(a, b *cell) int {
	x, y := octetsOf(a), octetsOf(b)
	return bytes.Compare(x[:], y[:])
}

// addressesByVersion puts IPv4 addresses before the IPv6 addresses of the same octets.
func addressesByVersion(a, b *cell) int {
	return cmp.Or(addresses(a, b), cmp.Compare(strings.Count(a.text, ":"), strings.Count(b.text, ":")))
}

func octetsOf(c *cell) [16]byte {
	text, _, _ := strings.Cut(c.text, "/")
	address, err := netip.ParseAddr(text)
	if c.null || err != nil {
		return [16]byte{}
	}
	return address.As16()
}
