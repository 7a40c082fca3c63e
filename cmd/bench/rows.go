package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"netstream/aggregate/flow"
	"netstream/reader/input"
	"netstream/writer/csvfile"
	"netstream/writer/parquetfile"
	"netstream/writer/table"
)

// tenColumns are those in which writers of Parquet are compared.
func tenColumns() []table.Column[flow.Record] {
	names := []string{"src_ip", "dst_ip", "src_port", "dst_port", "protocol", "packets", "bytes", "flow_start", "flow_end", "tcp_flags"}
	all := table.Flows(table.Options{Points: flow.NewPoints(), Names: flow.NewNames()})
	return slices.DeleteFunc(all, func(c table.Column[flow.Record]) bool { return !slices.Contains(names, c.Name) })
}

// rowWriter is what both kinds of tables are written by.
type rowWriter interface {
	WriteBatch(rows []flow.Record) error
	Close() error
}

// writeRows writes ten columns of the records in a file of exports, in their order.
func writeRows(exports, out string) (err error) {
	file, err := os.Create(out)
	if err != nil {
		return err
	}
	defer func() {
		if closing := file.Close(); err == nil {
			err = closing
		}
	}()
	buffered := bufio.NewWriterSize(file, 1<<20)
	var rows rowWriter
	if strings.HasSuffix(out, ".csv") {
		rows, err = csvfile.New(buffered, "flows", tenColumns())
	} else {
		rows, err = parquetfile.New(buffered, "flows", tenColumns())
	}
	if err != nil {
		return err
	}
	if err := eachBatch(exports, input.SHA256, rows.WriteBatch); err != nil {
		return err
	}
	if err := rows.Close(); err != nil {
		return err
	}
	return buffered.Flush()
}

// rows compares what writing ten columns of flow rows costs with DuckDB, less what
// reading them costs either.
func (b *bench) rows(w io.Writer, scale int, chosen func(string) bool) error {
	if b.duckdb == "" || !chosen("rows") {
		return nil
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	exports := filepath.Join(b.dir, fmt.Sprintf("nf5-%d.raw", scale))
	if err := generateExport(filepath.Join(b.bin, "netgen"), "nf5", exportRecords/scale, exports); err != nil {
		return err
	}
	text, ours, theirs := filepath.Join(b.dir, "rows.csv"), filepath.Join(b.dir, "rows.parquet"), filepath.Join(b.dir, "duckdb.parquet")
	if err := writeRows(exports, text); err != nil {
		return err
	}
	medians, err := inTurn([]program{
		command("decode", "", self, "records", exports),
		command("netstream", "", self, "rows", exports, ours),
		command("DuckDB reads", "", b.duckdb, text),
		command("DuckDB writes", "", b.duckdb, text, theirs),
	}, b.runs)
	if err != nil {
		return err
	}
	cpu := func(i int) float64 { return medians[i].cpu.Seconds() }
	we, they := cpu(1)-cpu(0), cpu(3)-cpu(2)
	fmt.Fprintf(w, "\n%d rows of ten columns to Parquet, CPU s: netstream %.2f (%.2f - %.2f to decode), DuckDB %.2f (%.2f - %.2f to read CSV), ratio %.2f; %d and %d octets, ratio %.2f\n",
		exportRecords/scale, we, cpu(1), cpu(0), they, cpu(3), cpu(2), we/they, sizeOf(ours), sizeOf(theirs), float64(sizeOf(ours))/float64(sizeOf(theirs)))
	return nil
}

func sizeOf(name string) int64 {
	info, err := os.Stat(name)
	if err != nil {
		return 0
	}
	return info.Size()
}
