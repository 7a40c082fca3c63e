package table_test

import (
	"slices"
	"testing"

	"netstream/writer/table"
)

// TestPresences: columns that share a test are asked together, those without NULLs not at all.
func TestPresences(t *testing.T) {
	odd := func(v *int) bool { return *v%2 != 0 }
	asked := 0
	nulls := &table.Nulls[int]{
		Same: func(rows *table.Rows[int]) (null, same bool) {
			asked++
			return odd(&rows.All[0]), !slices.ContainsFunc(rows.All, func(v int) bool { return odd(&v) != odd(&rows.All[0]) })
		},
		Mark: func(null []bool, rows *table.Rows[int]) {
			for i := range rows.All {
				null[i] = odd(&rows.All[i])
			}
		},
	}
	each := table.Presences([]table.Column[int]{
		{}, {Null: odd, Always: true}, {Null: odd, Absent: true},
		{Null: odd, Nulls: nulls}, {Null: odd, Nulls: nulls}, {Null: odd}, {Null: odd},
	})
	never, shared, first, second := each[0], each[3], each[5], each[6]
	if each[1] != never || each[2] != never || each[4] != shared || first == second || shared == never || first == shared {
		t.Error("columns have the presence of others")
	}
	if !never.Never() || !never.Shared || shared.Never() || !shared.Shared || first.Never() || first.Shared {
		t.Error("a presence does not say what it is for")
	}
	var rows table.Rows[int]
	for _, values := range [][]int{{0, 2, 4}, {1, 3}, {2, 1, 0, 5}, {7}, {1, 2}} {
		rows.Take(values)
		for _, p := range []*table.Presence[int]{never, shared, first} {
			p.Take(&rows)
			nulls := 0
			for i := range values {
				null := p != never && odd(&values[i])
				if null {
					nulls++
				}
				if p.IsNull(i) != null {
					t.Errorf("%v: row %d is NULL: %v", values, i, !null)
				}
			}
			if p.Rows != len(values) || p.Nulls != nulls || p.None() != (nulls == len(values)) {
				t.Errorf("%v: %d rows, %d NULLs", values, p.Rows, p.Nulls)
			}
		}
	}
	if asked != 5 {
		t.Errorf("asked %d times", asked)
	}
}
