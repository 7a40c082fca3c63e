package main

import (
	"encoding/hex"
	"fmt"
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
func (j *job) readBack(dir *outdir.Dir, all []*target) ([]manifest.Output, error) {
	whole := []balance.Content{
		j.options.trafficContent(j.flows.records, &j.flows.directions, j.flows.unknown),
		j.options.trafficContent(j.perBin.records, &j.perBin.directions, j.perBin.unknown),
		{Rows: uint64(len(j.ledgerRows()))},
	}
	for _, s := range j.perScheme {
		whole = append(whole, countedContent(s.records, &s.Totals, s.unknown))
	}
	whole = append(whole, balance.Content{Rows: uint64(len(exporterRows(j.accounts)))})
	var files []*writtenFile
	for i, t := range all {
		if t.partition != partitionNone {
			j.sides.Partitioned = append(j.sides.Partitioned, balance.Table{Name: t.table, Written: whole[i], Reread: j.options.sumOfParts(t, &whole[i])})
		}
		for k, content := range j.options.contents(t, whole[i]) {
			files = append(files, &writtenFile{table: t.table, file: t.parts[k].file.(outputFile), written: content})
		}
	}
	free := make(chan struct{}, max(j.options.workers, len(all))) // a dataset may have thousands of files
	var reading sync.WaitGroup
	for _, f := range files {
		free <- struct{}{}
		reading.Go(func() {
			f.reread, f.err = j.reread(dir.PartialPath(f.file.Name()), &f.written)
			<-free
		})
	}
	reading.Wait()
	var outputs []manifest.Output
	for _, f := range files {
		if f.err != nil {
			return nil, fail(exitLaw, "the disk may be failing", "cannot read the output back: %w", f.err)
		}
		j.sides.Tables = append(j.sides.Tables, balance.Table{Name: f.file.Name(), Written: f.written, Reread: f.reread})
		outputs = append(outputs, f.output())
	}
	if err := dir.Verify(); err != nil {
		return nil, fail(exitLaw, "the disk may be failing", "cannot read the output back: %w", err)
	}
	return outputs, nil
}

// outputFile is a file of the output that was written.
type outputFile interface {
	Name() string
	Digest() outdir.Digest
}

// writtenFile is a finished file of a table.
type writtenFile struct {
	table           string
	file            outputFile
	written, reread balance.Content
	err             error
}

// output describes the file.
func (f *writtenFile) output() manifest.Output {
	digest := f.file.Digest()
	o := manifest.Output{Name: f.file.Name(), Table: f.table, Rows: f.written.Rows, Size: digest.Size, SHA256: hex.EncodeToString(digest.SHA256[:])}
	for _, c := range f.written.Columns {
		o.Columns = append(o.Columns, manifest.Column{Name: c.Name, Sum: manifest.Number(c.Sum)})
	}
	return o
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
	file, err := readback.OpenRegular(path)
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
