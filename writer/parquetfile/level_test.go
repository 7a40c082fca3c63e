package parquetfile

import (
	"math/rand/v2"
	"slices"
	"testing"

	"netstream/writer/table"
)

// TestLevels compares the definition levels of pages, gathered in batches, with
// those of row after row.
func TestLevels(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 2000 {
		rows := make([]int, r.IntN(40))
		null := r.IntN(3) // none, all or some are NULL, at least to begin with
		uniform := r.IntN(len(rows) + 1)
		for i := range rows {
			if null == 1 || i >= uniform && r.IntN(2) == 0 {
				rows[i] = -1
			}
		}
		var want []uint32
		nulls := 0
		for _, v := range rows {
			want = append(want, level(v < 0))
			if v < 0 {
				nulls++
			}
		}
		column := table.Column[int]{Null: func(v *int) bool { return *v < 0 }}
		if r.IntN(2) == 0 {
			column.Nulls = &table.Nulls[int]{Mark: func(null []bool, rows *table.Rows[int]) {
				for i, v := range rows.All {
					null[i] = v < 0
				}
			}}
		}
		if column.Nulls != nil && r.IntN(2) == 0 {
			column.Nulls.Same = func(rows *table.Rows[int]) (null, same bool) {
				same = true
				for _, v := range rows.All {
					same = same && v < 0 == (rows.All[0] < 0)
				}
				return rows.All[0] < 0, same
			}
		}
		each, _ := presences([]table.Column[int]{column})
		at := each[0]
		var many func([]int, *table.Rows[int])
		if r.IntN(2) == 0 {
			many = func(dst []int, rows *table.Rows[int]) { copy(dst, rows.All) }
		}
		p := pages{levels: &at.levels}
		var cells []int
		for rest := rows; len(rest) > 0; {
			n := 1 + r.IntN(len(rest))
			batch := &table.Rows[int]{All: rest[:n]}
			if at.Shared { // as the writer has it
				at.take(batch)
			}
			at.ask(batch)
			p.take(n, at.Nulls)
			cells = gather(at, cells, batch, func(v *int) int { return *v }, many)
			rest = rest[n:]
		}
		if p.rows != len(rows) || p.pageNulls != nulls || len(cells) != len(rows)-nulls {
			t.Fatalf("%v gives %d rows, %d NULLs, %d cells", rows, p.rows, p.pageNulls, len(cells))
		}
		if slices.Contains(cells, -1) || p.levels.rows != len(rows) || p.levels.nulls != nulls {
			t.Fatalf("%v gives cells %v, levels of %d rows with %d NULLs", rows, cells, p.levels.rows, p.levels.nulls)
		}
		if mixed := nulls > 0 && nulls < len(rows); mixed && !slices.Equal(p.levels.each, want) || !mixed && len(p.levels.each) > 0 {
			t.Fatalf("%v gives levels %v", rows, p.levels.each)
		}
	}
}
