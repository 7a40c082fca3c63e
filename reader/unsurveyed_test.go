package reader_test

import (
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"testing"

	"netstream/aggregate/flow"
	"netstream/reader"
	"netstream/reader/input"
	"netstream/reader/netflow/netflowtest"
)

// fixedMessages gives messages of version 5 with a record each.
func fixedMessages(n int) [][]byte {
	const second = 1_000_000_000
	start := flow.Timestamp(1_700_000_000) * second
	device := netflowtest.Exporter{Version: 5, Domain: 1, Boot: start - 3600*second, PerMessage: 1}
	return device.Fixed(start+600*second, netflowtest.Traffic(n, 4, start))
}

// readLending reads inputs of exports in their order, that lend to each other.
func readLending(t *testing.T, sources []input.Source) (accounts []reader.ExportAccount, rows []string) {
	t.Helper()
	options := newOptions(t)
	options.Exports = reader.ExportOptions{
		Names: flow.NewNames(), Ceiling: new(reader.Ceiling),
		Spool: func() (*os.File, error) { return os.CreateTemp(t.TempDir(), "spool") },
	}
	var all []*reader.Exports
	for _, source := range sources {
		in, err := reader.OpenEither(source, nil, options)
		check(t, err)
		all = append(all, in.Exports)
	}
	check(t, reader.Lend(all, true))
	for _, e := range all {
		check(t, e.Begin())
		for b := flow.NewBatch(); ; b.Reset() {
			err := e.ReadRecords(b)
			if err == io.EOF {
				break
			}
			check(t, err)
			for i := range b.Records {
				record, export := b.Records[i], *b.Records[i].Export
				record.Export = nil
				rows = append(rows, fmt.Sprint(record, export))
			}
		}
		check(t, e.Close())
		accounts = append(accounts, *e.Account().Exports)
	}
	return accounts, rows
}

// TestSurveysThatEndEarly: messages of version 5 at the start of a file do not keep what
// comes behind them from being decoded as in a stream, which is surveyed to its end.
func TestSurveysThatEndEarly(t *testing.T) {
	fixed, later := fixedMessages(1000), exportMessages(20)
	template, data := later[0], later[1:]
	files := map[string][][]byte{
		"fixed":        slices.Concat(fixed),
		"few":          slices.Concat(fixed[:10], data, [][]byte{template}),
		"template":     slices.Concat(fixed, [][]byte{template}),
		"data":         slices.Concat(fixed, data),
		"late":         slices.Concat(fixed, data, [][]byte{template}),
		"late, at 257": slices.Concat(fixed[:256], data, [][]byte{template}),
		"whole":        slices.Concat([][]byte{template}, data),
		"data alone":   slices.Concat(data),
	}
	for _, trial := range []struct {
		files []string
		rows  int
	}{
		{[]string{"fixed"}, 1000},
		{[]string{"data"}, 1000},
		{[]string{"late"}, 1020},
		{[]string{"late, at 257"}, 276},
		{[]string{"few"}, 30},
		{[]string{"fixed", "fixed"}, 2000},
		{[]string{"data", "template"}, 2020},
		{[]string{"template", "fixed", "data"}, 3020},
		{[]string{"data alone", "fixed", "template"}, 2020},
		{[]string{"data", "whole"}, 1040},
		{[]string{"data", "fixed", "data"}, 3000},
	} {
		t.Run(fmt.Sprint(trial.files), func(t *testing.T) {
			var inputs, streams []input.Source
			for _, name := range trial.files {
				source := writeFile(t, netflowtest.Concatenate(files[name]...))
				inputs = append(inputs, source)
				source.Stream = true
				streams = append(streams, source)
			}
			accounts, rows := readLending(t, inputs)
			want, wantRows := readLending(t, streams)
			if len(rows) != trial.rows {
				t.Errorf("got %d rows, want %d", len(rows), trial.rows)
			}
			if !slices.Equal(rows, wantRows) {
				t.Error("rows are other than those of streams")
			}
			if !reflect.DeepEqual(accounts, want) {
				t.Errorf("got\n%+v, of streams\n%+v", accounts, want)
			}
		})
	}
}
