package table

// ResultColumn is a column of what is worked out from finished tables: bills and sums,
// whose columns depend on what is asked for.
type ResultColumn struct {
	Name       string
	Kind       Kind
	Unit       string
	Definition string // one sentence
}

// ResultCell is a cell of such a table: Int is as Kind says, Text of kind Text.
type ResultCell struct {
	Null bool
	Int  int64
	Text string
}

// ResultRow is a row, with a cell for each column.
type ResultRow struct{ Cells []ResultCell }

// Results declares the columns of a result.
func Results(columns []ResultColumn) []Column[ResultRow] {
	declared := make([]Column[ResultRow], len(columns))
	for i, c := range columns {
		declared[i] = Column[ResultRow]{
			Name: c.Name, Kind: c.Kind, Unit: c.Unit, Definition: c.Definition,
			Null: func(r *ResultRow) bool { return r.Cells[i].Null },
		}
		if c.Kind == Text {
			declared[i].Text = func(dst []byte, r *ResultRow) []byte { return append(dst, r.Cells[i].Text...) }
		} else {
			declared[i].Int = func(r *ResultRow) int64 { return r.Cells[i].Int }
		}
	}
	return declared
}
