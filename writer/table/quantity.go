package table

// Quantity is a number that may be unknown. Its zero value is unknown.
type Quantity struct {
	Value int64
	Known bool
}

// Known gives the quantity of a counter. It saturates at the end of the int64
// range.
func Known(value uint64) Quantity { return Quantity{Value: count(value), Known: true} }

// quantity declares a column that is NULL where the quantity is unknown.
func quantity[R any](name, unit, definition string, of func(*R) *Quantity) Column[R] {
	return Column[R]{
		Name: name, Kind: Int64, Unit: unit, Pattern: Varied, Definition: definition + " NULL if it is not known.",
		Null: func(r *R) bool { return !of(r).Known },
		Int:  func(r *R) int64 { return of(r).Value },
	}
}
