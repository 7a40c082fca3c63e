package runs

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// shelf makes runs in memory and keeps track of them. What it is told to fail
// fails once failAfter operations of that kind went well.
type shelf struct {
	made, closed, most int
	written            int64
	fails              string // "create", "write", "read" or "close"
	failAfter          int
}

var errBroken = errors.New("the disk is broken")

func (s *shelf) fail(action string) error {
	if s.fails != action {
		return nil
	}
	if s.failAfter--; s.failAfter < 0 {
		return errBroken
	}
	return nil
}

func (s *shelf) create() (File, error) {
	if err := s.fail("create"); err != nil {
		return nil, err
	}
	s.made++
	s.most = max(s.most, s.made-s.closed)
	return &shelved{memory: memory{closed: &s.closed, fail: -1}, shelf: s}, nil
}

type shelved struct {
	memory
	shelf *shelf
}

func (f *shelved) Write(p []byte) (int, error) {
	if err := f.shelf.fail("write"); err != nil {
		return 0, err
	}
	f.shelf.written += int64(len(p))
	return f.memory.Write(p)
}

func (f *shelved) ReadAt(p []byte, at int64) (int, error) {
	if err := f.shelf.fail("read"); err != nil {
		return 0, err
	}
	return f.memory.ReadAt(p, at)
}

func (f *shelved) Close() error {
	return errors.Join(f.memory.Close(), f.shelf.fail("close"))
}

// TestFewFilesAreOpen sorts thousands of rows with room for one in memory.
func TestFewFilesAreOpen(t *testing.T) {
	const rows = 5000
	for _, limit := range []int{0, 4, 5, 16, 64} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			var shelf shelf
			s := NewSorter(pairOrder, Limits{Octets: 1, Runs: limit}, shelf.create)
			rng := rand.New(rand.NewPCG(1, uint64(limit)))
			for _, a := range rng.Perm(rows) {
				s.Add(&pair{a: uint64(a), note: strings.Repeat("n", a%7)})
			}
			if err := s.Finish(); err != nil {
				t.Fatal(err)
			}
			if most := max(LeastRuns, limit); len(s.files) > most || shelf.most > most+1 {
				t.Errorf("%d files are open, %d were, want at most %d and one more", len(s.files), shelf.most, most)
			}
			next := uint64(0)
			err := Merge([]*Sorter[pair]{s}, func(p *pair) error {
				if want := (pair{a: next, note: strings.Repeat("n", int(next%7))}); *p != want {
					return fmt.Errorf("got %v, want %v", *p, want)
				}
				next++
				return nil
			})
			if err != nil || next != rows {
				t.Errorf("%d of %d rows came, %v", next, rows, err)
			}
			if shelf.made != shelf.closed {
				t.Errorf("%d runs made, %d closed", shelf.made, shelf.closed)
			}
			// A row has 20 octets on average with its length.
			if rewritten := float64(shelf.written) / (20 * rows); limit == 64 && rewritten > 4 {
				t.Errorf("each row was written %.1f times, want at most 4", rewritten)
			}
		})
	}
}

// TestFilesAreGivenBack lets every action on files fail at every stage. Whatever
// happens, the error says that it comes from the files, and none stays open.
func TestFilesAreGivenBack(t *testing.T) {
	for _, action := range []string{"create", "write", "read", "close"} {
		failed := 0
		for failAfter := 0; ; failAfter++ {
			shelf := shelf{fails: action, failAfter: failAfter}
			s := NewSorter(pairOrder, Limits{Octets: 1, Runs: 4}, shelf.create)
			for i := range uint64(20) {
				s.Add(&pair{a: i * 7 % 20})
			}
			err, where := s.Err(), "adding"
			if finishing := s.Finish(); finishing != err {
				t.Fatalf("%s: Finish gave %v, Err %v", action, finishing, err)
			}
			if err == nil {
				err, where = Merge([]*Sorter[pair]{s}, func(*pair) error { return nil }), "merging"
			}
			s.Close()
			if err := s.Close(); err != nil {
				t.Errorf("%s: the second Close gave %v", action, err)
			}
			if shelf.made != shelf.closed {
				t.Errorf("%s fails after %d, while %s: %d runs made, %d closed", action, failAfter, where, shelf.made, shelf.closed)
			}
			if err == nil {
				break
			}
			failed++
			var spilling *SpillError
			if !errors.As(err, &spilling) || spilling.Action != action || !errors.Is(err, errBroken) {
				t.Errorf("%s fails after %d, while %s: got %v", action, failAfter, where, err)
			}
			if n := strings.Count(err.Error(), errBroken.Error()); n != 1 {
				t.Errorf("%s: the cause is said %d times in %q", action, n, err)
			}
		}
		if failed < 10 {
			t.Errorf("%s failed only %d times: the test tests little", action, failed)
		}
	}
}

// TestErrorOfYield: what yield gives comes back as it is.
func TestErrorOfYield(t *testing.T) {
	var shelf shelf
	s := NewSorter(pairOrder, Limits{Octets: 64}, shelf.create)
	for i := range uint64(10) {
		s.Add(&pair{a: i})
	}
	if err := s.Finish(); err != nil {
		t.Fatal(err)
	}
	if err := Merge([]*Sorter[pair]{s}, func(*pair) error { return io.ErrShortWrite }); err != io.ErrShortWrite {
		t.Errorf("got %v, want the error of yield", err)
	}
	if shelf.made == 0 || shelf.made != shelf.closed {
		t.Errorf("%d runs made, %d closed", shelf.made, shelf.closed)
	}
}

// TestRowsComeOnce: a sorter that was merged or closed gives an error, not an
// empty table.
func TestRowsComeOnce(t *testing.T) {
	ends := map[string]func(s *Sorter[pair]) error{
		"merged": func(s *Sorter[pair]) error {
			return Merge([]*Sorter[pair]{s}, func(*pair) error { return nil })
		},
		"closed": (*Sorter[pair]).Close,
	}
	for name, end := range ends {
		s := NewSorter(pairOrder, Limits{Octets: 1 << 10}, nil)
		s.Add(&pair{a: 1})
		if err := errors.Join(s.Finish(), end(s)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		s.Add(&pair{a: 2})
		rows := 0
		if err := Merge([]*Sorter[pair]{s}, func(*pair) error { rows++; return nil }); err == nil || rows != 0 {
			t.Errorf("%s, then merged: %d rows and %v, want an error", name, rows, err)
		}
	}
}

// TestManySorters merges more runs than have full buffers.
func TestManySorters(t *testing.T) {
	const sorters, rows = 40, 4000
	var shelf shelf
	var all []*Sorter[pair]
	for range sorters {
		all = append(all, NewSorter(pairOrder, Limits{Octets: 1, Runs: 64}, shelf.create))
	}
	for i := range uint64(rows) {
		all[i%sorters].Add(&pair{a: i * 1009 % rows, note: strings.Repeat("n", 3000)})
	}
	for _, s := range all {
		if err := s.Finish(); err != nil {
			t.Fatal(err)
		}
	}
	var got []uint64
	if err := Merge(all, func(p *pair) error { got = append(got, p.a); return nil }); err != nil {
		t.Fatal(err)
	}
	if len(got) != rows || !slices.IsSorted(got) {
		t.Errorf("%d of %d rows came, in order: %v", len(got), rows, slices.IsSorted(got))
	}
}
