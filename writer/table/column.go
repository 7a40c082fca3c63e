package table

import "netstream/aggregate/flow"

// Kind is the type of a column.
type Kind uint8

// The kinds. Cells of every kind but Text are int64 values within the range of
// the kind. A cell of kind Float64 is the int64 with the bits of the number
// (math.Float64bits). Such cells are never negative, infinite or NaN, of which
// follows that the order of the int64 values is that of the numbers.
const (
	Uint8          Kind = iota // 0 to 255
	Uint16                     // 0 to 65,535
	Uint32                     // 0 to 4,294,967,295
	Int64                      // -2^63 to 2^63-1
	TimestampMicro             // microseconds since the Unix epoch, UTC
	TimestampNano              // nanoseconds since the Unix epoch, UTC
	Text                       // UTF-8
	Float64                    // IEEE 754 binary64, not negative and finite
	Bool                       // 0 for false, 1 for true; never of the patterns Repetitive and Scattered
)

// String gives the name of the kind as the schema has it.
func (k Kind) String() string {
	switch k {
	case Uint8:
		return "uint8"
	case Uint16:
		return "uint16"
	case Uint32:
		return "uint32"
	case Int64:
		return "int64"
	case TimestampMicro:
		return "timestamp[us, UTC]"
	case TimestampNano:
		return "timestamp[ns]"
	case Text:
		return "text"
	case Float64:
		return "float64"
	case Bool:
		return "bool"
	}
	return "unknown"
}

// Pattern says how the values of a column follow each other in the table's
// order. It never changes a value; writers choose encodings by it.
type Pattern uint8

// The patterns.
const (
	Repetitive Pattern = iota // few different values, or the same ones again and again
	Near                      // each close to the one before, as sorted values are
	Varied                    // many different values
	Random                    // binary hash values: nothing can be saved
	Scattered                 // numbers, few different ones in some tables and many in others: ports, volumes
)

// Element is an IPFIX information element of the IANA registry (RFC 7012).
type Element struct {
	Number uint16
	Name   string
}

// Symbol stands for a text within one column: equal symbols have equal texts.
// Writers look symbols up instead of texts, so that a text that recurs is
// spelled once. An address is a symbol by its 128 bits and its IP version.
type Symbol struct {
	High, Low uint64
	Class     uint32
}

// Column declares one column of a table with rows of type R. Exactly one of
// Int, Symbol and Text is set, and Spell goes with Symbol. The functions keep
// no state and may be called for different rows at the same time.
type Column[R any] struct {
	Name       string    // flat snake_case, unique in the table
	Kind       Kind      // what the cells are
	Elements   []Element // the IPFIX elements of that meaning; two where IPFIX has one for each IP version
	Unit       string    // "octets", "packets", "us", ...; empty for names and numbers without unit
	Definition string    // one sentence
	Pattern    Pattern

	// Null tells whether a row's cell is NULL; nil if it never is. The value
	// functions are not called for rows whose cell is NULL.
	Null func(*R) bool

	// Absent declares that the cell is NULL in all rows of this table. It spares the
	// writers the question row by row and changes nothing of what they write. Null
	// is not nil then and gives true for all rows.
	Absent bool

	// Always declares that the cell is NULL in no row of this table, though it may be
	// in others. It spares the writers the question as Absent does. Null is not nil
	// then and gives false for all rows.
	Always bool

	// field is the field of a flow that the cell shows, 0 if it is none or not one
	// alone. Null, Absent and Always follow from it: see byField.
	field flow.Fields

	// Int gives the cell of a column of any kind but Text.
	Int func(*R) int64

	// Symbol gives the symbol of a cell of kind Text, and Spell appends the text
	// of a symbol to dst and returns the result.
	Symbol func(*R) Symbol
	Spell  func(dst []byte, symbol Symbol) []byte

	// Short sets t to what Spell appends, unless it says false. It is nil for columns
	// whose texts are mostly longer, or few.
	Short func(t *ShortText, symbol Symbol) bool

	// Text appends a cell of kind Text to dst and returns the result.
	Text func(dst []byte, row *R) []byte

	// Ints, Symbols and Nulls say of many rows what Int, Symbol and Null say of one, at
	// a fraction of what a call for each row costs. Ints and Symbols give anything for
	// a row whose cell is NULL. They are nil for columns that most tables lack.
	Ints    func(dst []int64, rows *Rows[R])
	Symbols func(dst []Symbol, rows *Rows[R])
	Nulls   *Nulls[R]

	// Same tells at little cost whether the cells of all rows are the same, as far as
	// they are not NULL; false if it cannot tell, nil if it never can.
	Same func(rows *Rows[R]) bool

	take func(*Rows[R]) // fills in what the batches of the table read beside the rows
}

// Nulls tells which rows have NULL. Columns that have it in the same rows share one, so
// that writers ask once for all of them.
type Nulls[R any] struct {
	// Same tells at little cost whether the cells of all rows are NULL or none is. same
	// is false if that is not so, or it cannot tell; Same is nil if it never can.
	Same func(rows *Rows[R]) (null, same bool)

	Mark func(null []bool, rows *Rows[R])
}

// Nullable tells whether the column can hold NULL.
func (c *Column[R]) Nullable() bool { return c.Null != nil }

// NullTest gives the test whether a row's cell is NULL, nil if it is in no row of
// this table.
func (c *Column[R]) NullTest() func(*R) bool {
	if c.Always {
		return nil
	}
	return c.Null
}

// AppendText appends the text of a row's cell, which must be of kind Text and
// not NULL, to dst and returns the result. The text is valid UTF-8.
func (c *Column[R]) AppendText(dst []byte, row *R) []byte {
	if c.Symbol != nil {
		return c.Spell(dst, c.Symbol(row))
	}
	return c.Text(dst, row)
}

// byField says of the columns that show a field when their cells are NULL: where a
// row lacks it.
func byField[R any](o *Options, lacks func(flow.Fields) func(*R) bool, columns []Column[R]) []Column[R] {
	for i := range columns {
		if c := &columns[i]; c.field != 0 {
			c.Null, c.Absent, c.Always = lacks(c.field), o.absent(c.field), o.always(c.field)
		}
	}
	return columns
}
