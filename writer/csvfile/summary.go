package csvfile

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strconv"
)

// Summary is what a finished table holds.
type Summary struct {
	Rows  uint64
	Sums  []*big.Int // of the columns that were asked for, in that order
	Nulls []uint64   // of the same columns the empty cells
}

// Summarize reads a finished table with encoding/csv, which did not write it, and
// sums the named columns, which must be of integers. Columns that are not named
// may hold anything.
func Summarize(r io.Reader, names ...string) (Summary, error) {
	rows := csv.NewReader(r)
	rows.ReuseRecord = true
	header, err := rows.Read()
	if err != nil {
		return Summary{}, fmt.Errorf("cannot read back header: %w", err)
	}
	s := Summary{Sums: make([]*big.Int, len(names)), Nulls: make([]uint64, len(names))}
	columns := make([]int, len(names))
	for i, name := range names {
		s.Sums[i] = new(big.Int)
		if columns[i] = slices.Index(header, name); columns[i] < 0 {
			return Summary{}, fmt.Errorf("cannot read back: there is no column %s", name)
		}
	}
	var cell big.Int
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return s, nil
		}
		if err != nil {
			return Summary{}, fmt.Errorf("cannot read back row %d: %w", s.Rows+1, err)
		}
		s.Rows++
		for i, column := range columns {
			if row[column] == "" {
				s.Nulls[i]++
				continue
			}
			v, err := strconv.ParseInt(row[column], 10, 64)
			if err != nil {
				return Summary{}, fmt.Errorf("cannot read back row %d, column %s: %w", s.Rows, names[i], err)
			}
			s.Sums[i].Add(s.Sums[i], cell.SetInt64(v))
		}
	}
}
