package accounting

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"netstream/aggregate/runs"
)

// heldFile is a file in memory that counts how many are open.
type heldFile struct {
	bytes.Buffer
	open *int
}

func (f *heldFile) ReadAt(p []byte, at int64) (int, error) {
	return bytes.NewReader(f.Bytes()).ReadAt(p, at)
}

func (f *heldFile) Close() error {
	*f.open--
	return nil
}

// TestShelf sorts so many rows that runs share files, are merged before the end and lie in
// several files: all come back in order, few files are open, and none is left.
func TestShelf(t *testing.T) {
	open, most, made := 0, 0, 0
	s := &shelf{create: func() (runs.File, error) {
		open++
		made++
		most = max(most, open)
		return &heldFile{open: &open}, nil
	}}
	sorter := runs.NewSorter(addressOrder(), runs.Limits{Octets: 1 << 10, Runs: mostRuns}, s.room)
	random := rand.New(rand.NewPCG(1, 1))
	const rows = 10000
	for _, n := range random.Perm(rows) {
		sorter.Add(&item[struct{}]{key: fmt.Appendf(nil, "%08d", n)})
	}
	if err := sorter.Finish(); err != nil {
		t.Fatal(err)
	}
	next := 0
	err := runs.Merge([]*runs.Sorter[item[struct{}]]{sorter}, func(i *item[struct{}]) error {
		if want := fmt.Sprintf("%08d", next); string(i.key) != want {
			return fmt.Errorf("got %s, want %s", i.key, want)
		}
		next++
		return nil
	})
	if err != nil || next != rows || open != 0 || most > 6 || made < 4 {
		t.Errorf("got %d rows, %v; %d files are open, at most %d were of %d", next, err, open, most, made)
	}
}

// TestShelfFails: a file that cannot be made is told of, and the next run asks again.
func TestShelfFails(t *testing.T) {
	full, fails, open := errors.New("full"), true, 1
	s := &shelf{create: func() (runs.File, error) {
		if fails {
			return nil, full
		}
		return &heldFile{open: &open}, nil
	}}
	if _, err := s.room(); err != full {
		t.Errorf("got %v", err)
	}
	fails = false
	if _, err := s.room(); err != nil {
		t.Error(err)
	}
}
