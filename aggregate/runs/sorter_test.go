package runs

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
)

// pair is a row: ordered by a, then b; note is carried along.
type pair struct {
	a, b uint64
	note string
}

var pairOrder = Order[pair]{
	Append: func(dst []byte, p *pair) []byte {
		dst = binary.BigEndian.AppendUint64(dst, p.a)
		dst = binary.BigEndian.AppendUint64(dst, p.b)
		return append(dst, p.note...)
	},
	Decode: func(src []byte, p *pair) error {
		if len(src) < 16 {
			return errors.New("row is cut")
		}
		*p = pair{binary.BigEndian.Uint64(src), binary.BigEndian.Uint64(src[8:]), string(src[16:])}
		return nil
	},
	Prefix:  func(row []byte) (first, second, third uint64) { return binary.BigEndian.Uint64(row), 0, 0 },
	Compare: func(a, b []byte) int { return bytes.Compare(a[8:], b[8:]) },
}

// memory is a run in memory; closed counts the runs given back.
type memory struct {
	bytes.Buffer
	closed *int
	fail   int // writes that succeed before one fails; -1 for never
}

func (m *memory) Write(p []byte) (int, error) {
	if m.fail == 0 {
		return 0, errors.New("disk is full")
	}
	m.fail--
	return m.Buffer.Write(p)
}
func (m *memory) ReadAt(p []byte, at int64) (int, error) {
	return bytes.NewReader(m.Bytes()).ReadAt(p, at)
}
func (m *memory) Close() error { *m.closed++; return nil }

// merged sorts rows with so many sorters. Each keep-th row a sorter is told to keep one more run in memory; 0 for never.
func merged(t *testing.T, rows []pair, sorters, limit, keep int) []pair {
	t.Helper()
	made, closed := 0, 0
	all := make([]*Sorter[pair], sorters)
	for i := range all {
		all[i] = NewSorter(pairOrder, Limits{Octets: limit, Runs: 64}, func() (File, error) { made++; return &memory{closed: &closed, fail: -1}, nil })
	}
	for i := range rows {
		if keep > 0 && i/sorters%keep == 0 {
			all[i%sorters].Keep()
		}
		all[i%sorters].Add(&rows[i])
	}
	var has uint64
	for _, s := range all {
		if err := s.Finish(); err != nil {
			t.Fatalf("Finish: %v", err)
		}
		has += s.Rows()
	}
	if has != uint64(len(rows)) {
		t.Errorf("sorters have %d rows, want %d", has, len(rows))
	}
	var got []pair
	if err := Merge(all, func(p *pair) error { got = append(got, *p); return nil }); err != nil {
		t.Fatalf("Merge: %v", err)
	}
	if made != closed {
		t.Errorf("%d runs made, %d closed", made, closed)
	}
	if keep == 1 && made > 0 {
		t.Errorf("%d runs went to files", made)
	}
	if limit < 100 && len(rows) > 50 && (keep == 0 || keep > 1 && limit == 1) && made == 0 {
		t.Error("nothing was spilled: the test tests nothing")
	}
	return got
}

// TestOrderDoesNotDependOnMemory sorts the same rows with room for one, for some
// and for all of them, in one and in many sorters, with runs in files and in memory.
func TestOrderDoesNotDependOnMemory(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		rows := make([]pair, rng.IntN(300))
		for i := range rows {
			rows[i] = pair{rng.Uint64N(5), rng.Uint64N(5), string(rune('a' + rng.IntN(26)))}
		}
		want := slices.Clone(rows)
		slices.SortFunc(want, func(x, y pair) int {
			return bytes.Compare(pairOrder.Append(nil, &x), pairOrder.Append(nil, &y))
		})
		for _, limit := range []int{1, 64, 1000, 1 << 20} {
			for _, sorters := range []int{1, 2, 7} {
				for keep := range 4 {
					if got := merged(t, rows, sorters, limit, keep); !slices.Equal(got, want) {
						t.Fatalf("%d rows, limit %d, %d sorters, keep %d: got %v, want %v", len(rows), limit, sorters, keep, got, want)
					}
				}
			}
		}
	}
}

// TestDamagedRun cuts a run at every octet: always an error.
func TestDamagedRun(t *testing.T) {
	closed := 0
	var run *memory
	s := NewSorter(pairOrder, Limits{Octets: 1}, func() (File, error) { run = &memory{closed: &closed, fail: -1}; return run, nil })
	s.Add(&pair{1, 2, "x"})
	s.Add(&pair{3, 4, "y"})
	if err := s.Finish(); err != nil {
		t.Fatal(err)
	}
	whole := slices.Clone(run.Bytes())
	for i := range whole {
		run.Reset()
		run.Buffer.Write(whole[:i])
		err := Merge([]*Sorter[pair]{{order: pairOrder, files: s.files}}, func(*pair) error { return nil })
		var spilling *SpillError
		if !errors.As(err, &spilling) {
			t.Errorf("run cut to %d of %d octets gave %v, want a SpillError", i, len(whole), err)
		}
	}
}
