package parquetfile_test

import (
	"testing"

	"netstream/writer/table"
)

// truth is a row of a truth value that may be unknown.
type truth struct{ is, known bool }

func TestBool(t *testing.T) {
	var rows []truth
	for i := range 20_001 { // pages and octets that are not full
		rows = append(rows, truth{i%3 == 0 || i > 9000, i%7 > 0 || i < 5000})
	}
	value := func(r *truth) int64 {
		if r.is {
			return 1
		}
		return 0
	}
	columns := []table.Column[truth]{
		{Name: "nullable", Kind: table.Bool, Definition: "A truth.", Pattern: table.Varied, Int: value, Null: func(r *truth) bool { return !r.known }},
		{Name: "always", Kind: table.Bool, Definition: "A truth.", Pattern: table.Varied, Int: value},
	}
	for _, n := range []int{0, 1, 7, 8, 9, len(rows)} {
		checkRoundTrip(t, "truths", columns, rows[:n])
	}
	checkRoundTrip(t, "truths", columns, rows[9001:])
}
