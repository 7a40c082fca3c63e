package recordfilter

import (
	"math"
	"net/netip"

	"netstream/aggregate/flow"
)

// Column is a column that a filter can speak of. Its cells are those of the flow
// table.
type Column struct {
	Name string
	Type string // as in docs/schema.md: uint8, uint16, uint32, int64, float64, timestamp or text

	meaning meaning

	// Exactly one of these is set. It gives a record's cell; known is false if it is
	// NULL. same says whether the cell has a text.
	number  func(*references, *flow.Record) (n int64, known bool)
	address func(*references, *flow.Record) (a netip.Addr, known bool)
	same    func(refs *references, r *flow.Record, text string) (same, known bool)

	// name gives the n-th name that stands for a number, from 0, and which one that
	// is; "" behind the last one. nil if there are none.
	name func(n int) (string, int64)
}

// meaning is how the values of a column are written, beside its type.
type meaning uint8

const (
	plain       meaning = iota // by the type
	bitSet                     // names with | between them
	named                      // names that have no order
	duration                   // in microseconds
	hardware                   // six hexadecimal octets
	application                // engine:selector
	inNanoseconds
)

// Unavailable gives the columns of the flow table that no filter can speak of: what
// identifies a record in the table, and numbers that count through all inputs.
func Unavailable() []string {
	return []string{"flow_id", "community_id", "first_packet", "first_record", "first_file", "first_file_packet"}
}

// Columns gives the columns that filters can speak of, in the order of the flow
// table.
func Columns(options Options) []Column {
	columns := timeColumns(options)
	columns = append(columns, placeColumns()...)
	columns = append(columns, keyColumns()...)
	columns = append(columns, volumeColumns()...)
	columns = append(columns, tcpColumns()...)
	columns = append(columns, headerColumns()...)
	if options.Biflows {
		columns = append(columns, reverseColumns(options)...)
	}
	columns = append(columns, routingColumns()...)
	columns = append(columns, middleboxColumns()...)
	columns = append(columns, tunnelColumns()...)
	if options.WithMAC {
		columns = append(columns, macColumns()...)
	}
	columns = append(columns, originColumns()...)
	return append(columns, elementColumns(options.Elements)...)
}

// ordered says whether there is less and more among the cells.
func (c *Column) ordered() bool {
	switch c.meaning {
	case named, hardware, application:
		return false
	}
	return c.same == nil
}

// whole says whether the cells are whole numbers that count or number something.
func (c *Column) whole() bool {
	_, ok := c.greatest()
	return ok && (c.meaning == plain || c.meaning == bitSet)
}

// greatest gives the greatest number of a type of whole numbers.
func (c *Column) greatest() (int64, bool) {
	switch c.Type {
	case "uint8":
		return math.MaxUint8, true
	case "uint16":
		return math.MaxUint16, true
	case "uint32":
		return math.MaxUint32, true
	case "int64":
		return math.MaxInt64, true
	}
	return 0, false
}

// nullTest makes the test whether the cell is NULL, or is not.
func (c *Column) nullTest(null bool) test {
	switch {
	case c.address != nil:
		return func(refs *references, r *flow.Record) bool {
			_, known := c.address(refs, r)
			return known != null
		}
	case c.same != nil:
		return func(refs *references, r *flow.Record) bool {
			_, known := c.same(refs, r, "")
			return known != null
		}
	}
	return func(refs *references, r *flow.Record) bool {
		_, known := c.number(refs, r)
		return known != null
	}
}

// field is a column of numbers that are known where the record has a field.
func field(name, kind string, field flow.Fields, get func(*flow.Record) uint64) Column {
	return Column{Name: name, Type: kind, number: func(_ *references, r *flow.Record) (int64, bool) {
		if r.Fields()&field == 0 {
			return 0, false
		}
		return count(get(r)), true
	}}
}

// count gives a counter as tables have it.
func count(v uint64) int64 { return int64(min(v, math.MaxInt64)) }

// marked is a column of numbers that are known where the record has a mark.
func marked(name, kind string, mark flow.Mark, get func(*flow.Record) int64) Column {
	return Column{Name: name, Type: kind, number: func(_ *references, r *flow.Record) (int64, bool) {
		if r.Marks&mark == 0 {
			return 0, false
		}
		return get(r), true
	}}
}

// enumeration is a column of texts that are names of numbers. String gives the name
// of a number, "unknown" behind the last one.
func enumeration(name string, first uint8, text func(uint8) string, get func(*references, *flow.Record) (int64, bool)) Column {
	return Column{Name: name, Type: "text", meaning: named, number: get, name: func(n int) (string, int64) {
		number := first + uint8(n)
		if name := text(number); name != "unknown" {
			return name, int64(number)
		}
		return "", 0
	}}
}

// plainAddress is a column of addresses of exporters, which are IPv4 if they are
// IPv4-mapped.
func plainAddress(name string, field flow.Fields, get func(*flow.Export) *[16]byte) Column {
	return Column{Name: name, Type: "text", address: func(_ *references, r *flow.Record) (netip.Addr, bool) {
		if r.Export == nil || r.Export.Has&field == 0 {
			return netip.Addr{}, false
		}
		return addressOf(get(r.Export), 0), true
	}}
}

// addressOf gives an address as tables have it. Without a version it is IPv4 if it is
// IPv4-mapped.
func addressOf(a *[16]byte, version uint8) netip.Addr {
	switch version {
	case 4:
		return netip.AddrFrom4([4]byte(a[12:]))
	case 0:
		return netip.AddrFrom16(*a).Unmap()
	}
	return netip.AddrFrom16(*a)
}

// exporterName is a column of the names that exporters give to what they number.
func exporterName(name string, get func(*flow.Export) uint32) Column {
	return Column{Name: name, Type: "text", same: func(refs *references, r *flow.Record, text string) (same, known bool) {
		if r.Export == nil || get(r.Export) == 0 {
			return false, false
		}
		return refs.names.Name(get(r.Export)) == text, true
	}}
}
