package nfcapd

import (
	"bytes"
	"errors"
	"io"
	"os"
	"testing"

	"netstream/aggregate/flow"
	"netstream/reader/damage"
)

// row is a record that outlives its batch.
type row struct {
	record flow.Record
	export flow.Export
}

// reading is what came of an input.
type reading struct {
	rows   []row
	damage []*damage.Error
	reader *Reader
	points *flow.Points
	names  *flow.Names
}

// readAll reads an input with a survey in front, as the program does.
func readAll(t testing.TB, input []byte) reading {
	t.Helper()
	got := reading{points: flow.NewPoints(), names: flow.NewNames()}
	got.open(t, input)
	got.read(t)
	return got
}

// open surveys an input and begins to read it.
func (got *reading) open(t testing.TB, input []byte) {
	t.Helper()
	options := Options{Points: got.points, Names: got.names}
	first, err := NewReader(bytes.NewReader(input), options)
	if err != nil {
		t.Fatal(err)
	}
	if options.Survey, err = first.Survey(); err != nil {
		t.Fatal(err)
	}
	if got.reader, err = NewReader(bytes.NewReader(input), options); err != nil {
		t.Fatal(err)
	}
}

func (got *reading) read(t testing.TB) {
	t.Helper()
	for {
		batch := flow.NewBatch()
		err := got.reader.Read(batch)
		for _, r := range batch.Records {
			got.rows = append(got.rows, row{r, *r.Export})
		}
		var found *damage.Error
		switch {
		case err == io.EOF:
			for i := range got.rows {
				got.rows[i].record.Export = &got.rows[i].export
			}
			return
		case errors.As(err, &found):
			got.damage = append(got.damage, found)
		case err != nil:
			t.Fatal(err)
		}
	}
}

func readFile(t *testing.T, name string) ([]row, *Reader) {
	t.Helper()
	input, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	got := readAll(t, input)
	for _, d := range got.damage {
		t.Error(d)
	}
	checkOctets(t, got.reader.Tally(), len(input))
	return got.rows, got.reader
}

func checkOctets(t testing.TB, tally Tally, want int) {
	t.Helper()
	o := tally.Octets
	if sum := o.Header + o.Blocks + o.Damaged + o.Trailing; sum != uint64(want) {
		t.Errorf("octets %+v are %d, the input has %d", o, sum, want)
	}
}
