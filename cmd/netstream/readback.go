package main

import (
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"netstream/aggregate/balance"
	"netstream/writer/csvfile"
	"netstream/writer/manifest"
	"netstream/writer/outdir"
	"netstream/writer/readback"
)

// trafficContent gives what a table of traffic must hold. The columns are those
// that bills are made of: each column read back costs about as much time as the
// whole table's share of one column did when it was written.
func (o *runOptions) trafficContent(rows uint64, d *directions, unknown unknownCounters) balance.Content {
	content := countedContent(rows, &d.forward, unknown)
	if o.keys.biflow {
		content.Columns = append(content.Columns,
			balance.Column{Name: "rev_packets", Nulls: rows - d.reversed, Sum: d.reverse.Packets.String()},
			balance.Column{Name: "rev_bytes", Nulls: rows - d.reversed, Sum: d.reverse.Octets.String()})
	}
	return content
}

// countedContent gives what a table with one direction a row must hold.
func countedContent(rows uint64, sums *balance.Totals, unknown unknownCounters) balance.Content {
	return balance.Content{Rows: rows, Columns: []balance.Column{
		{Name: "packets", Nulls: unknown.packets, Sum: sums.Packets.String()},
		{Name: "bytes", Nulls: unknown.octets, Sum: sums.Octets.String()},
	}}
}

// readBack reads the finished tables again, with readers that did not write them,
// and compares all files with the digests of what was written.
func (j *job) readBack(dir *outdir.Dir, files []*outdir.File) ([]manifest.Output, error) {
	written := []balance.Content{
		j.options.trafficContent(j.flows.records, &j.flows.directions, j.flows.unknown),
		j.options.trafficContent(j.perBin.records, &j.perBin.directions, j.perBin.unknown),
		{Rows: uint64(len(j.ledgerRows()))},
	}
	for _, s := range j.perScheme {
		written = append(written, countedContent(s.records, &s.Totals, s.unknown))
	}
	written = append(written, balance.Content{Rows: uint64(len(exporterRows(j.accounts)))})
	outputs := make([]manifest.Output, len(files))
	tables := make([]balance.Table, len(files))
	errs := make([]error, len(files))
	var reading sync.WaitGroup
	for i, f := range files {
		reading.Go(func() {
			var reread balance.Content
			reread, errs[i] = j.reread(dir.PartialPath(f.Name()), &written[i])
			name := f.Name()[:len(f.Name())-len(filepath.Ext(f.Name()))]
			tables[i] = balance.Table{Name: name, Written: written[i], Reread: reread}
			digest := f.Digest()
			outputs[i] = manifest.Output{Name: f.Name(), Table: name, Rows: written[i].Rows, Size: digest.Size, SHA256: hex.EncodeToString(digest.SHA256[:])}
			for _, c := range written[i].Columns {
				outputs[i].Columns = append(outputs[i].Columns, manifest.Column{Name: c.Name, Sum: manifest.Number(c.Sum)})
			}
		})
	}
	reading.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, fail(exitLaw, "the disk may be failing", "cannot read the output back: %w", err)
		}
	}
	if err := dir.Verify(); err != nil {
		return nil, fail(exitLaw, "the disk may be failing", "cannot read the output back: %w", err)
	}
	j.sides.Tables = tables
	return outputs, nil
}

// reread summarizes a finished table.
func (j *job) reread(path string, want *balance.Content) (balance.Content, error) {
	var names []string
	for _, c := range want.Columns {
		names = append(names, c.Name)
	}
	if j.options.format == "csv" {
		return rereadCSV(path, names)
	}
	if len(names) == 0 {
		rows, err := readback.Rows(path)
		return balance.Content{Rows: uint64(rows)}, err
	}
	summary, err := readback.Summarize(path, names...)
	if err != nil {
		return balance.Content{}, err
	}
	content := balance.Content{Rows: uint64(summary.Rows)}
	for _, name := range names {
		c, ok := summary.Column(name)
		if !ok {
			return balance.Content{}, fmt.Errorf("column %s is missing", name)
		}
		content.Columns = append(content.Columns, balance.Column{Name: name, Nulls: uint64(c.Nulls), Sum: c.Sum.String()})
	}
	return content, nil
}

func rereadCSV(path string, names []string) (balance.Content, error) {
	file, err := os.Open(path)
	if err != nil {
		return balance.Content{}, err
	}
	defer file.Close() // it was only read
	summary, err := csvfile.Summarize(file, names...)
	if err != nil {
		return balance.Content{}, err
	}
	content := balance.Content{Rows: summary.Rows}
	for i, name := range names {
		content.Columns = append(content.Columns, balance.Column{Name: name, Nulls: summary.Nulls[i], Sum: summary.Sums[i].String()})
	}
	return content, nil
}
