package main

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/pflag"

	"netstream/writer/csvfile"
	"netstream/writer/parquetfile"
	"netstream/writer/table"
)

// resultOptions say where the answer of a command on finished tables goes.
type resultOptions struct {
	write  string
	format string
}

func (o *resultOptions) addFlags(flags *pflag.FlagSet) {
	flags.StringVarP(&o.write, "write", "w", "-", "write the result to this file, which must not be there; - for standard output")
	flags.StringVarP(&o.format, "output-format", "o", "text", "format of the result: text, csv or parquet (with -w FILE)")
}

func (o *resultOptions) validate() error {
	switch o.format {
	case "text", "csv":
	case "parquet":
		if o.write == "-" || o.write == "" {
			return fail(exitUsage, "name a file with -w", "Parquet cannot be written to standard output")
		}
	default:
		return usageError("format %q is none of text, csv and parquet", o.format)
	}
	return nil
}

// result is a table that a command works out. Constants are the first columns, and have
// the same cells in each row; as text they are lines in front of the table.
type result struct {
	name      string
	constants []table.ResultColumn
	values    []table.ResultCell // of the constants
	columns   []table.ResultColumn
}

// set adds constants with their cells, one for each.
func (r *result) set(columns []table.ResultColumn, values []table.ResultCell) {
	r.constants = append(r.constants, columns...)
	r.values = append(r.values, values...)
}

// write gives the rows that each yields to where the options say. Nothing is left behind
// if it fails.
func (r *result) write(o *resultOptions, stdout io.Writer, each func(yield func([]table.ResultCell) error) error) error {
	if o.write == "-" || o.write == "" {
		w := bufio.NewWriterSize(stdout, 1<<16)
		if err := r.writeTo(w, o.format, each); err != nil {
			return err
		}
		return w.Flush()
	}
	if _, err := os.Lstat(o.write); err == nil {
		return fail(exitExists, "name another file with -w", "cannot write %s: it exists already", o.write)
	}
	file, err := os.CreateTemp(filepath.Dir(o.write), ".netstream-")
	if err != nil {
		return outputFailure(err)
	}
	defer os.Remove(file.Name()) // it has its own name by then, or is of no use
	w := bufio.NewWriterSize(file, 1<<16)
	err = r.writeTo(w, o.format, each)
	if err == nil {
		if err = w.Flush(); err == nil {
			err = file.Sync()
		}
		if err != nil {
			err = outputFailure(err)
		}
	}
	if closing := file.Close(); err == nil && closing != nil {
		err = outputFailure(closing)
	}
	if err != nil {
		return err
	}
	if err := os.Link(file.Name(), o.write); err != nil { // unlike Rename, it never replaces a file
		return outputFailure(err)
	}
	return nil
}

func (r *result) writeTo(w io.Writer, format string, each func(yield func([]table.ResultCell) error) error) error {
	columns := table.Results(append(r.constants[:len(r.constants):len(r.constants)], r.columns...))
	var rows rowWriter[table.ResultRow]
	var err error
	switch format {
	case "csv":
		rows, err = csvfile.New(w, r.name, columns)
	case "parquet":
		rows, err = parquetfile.New(w, r.name, columns)
	default:
		return r.writeText(w, each)
	}
	if err != nil {
		return err
	}
	err = each(func(cells []table.ResultCell) error {
		row := table.ResultRow{Cells: append(r.values[:len(r.values):len(r.values)], cells...)}
		return rows.WriteBatch([]table.ResultRow{row})
	})
	if err == nil {
		err = rows.Close()
	}
	return err
}

// textBlock is how many rows of a text are aligned with each other.
const textBlock = 1000

func (r *result) writeText(w io.Writer, each func(yield func([]table.ResultCell) error) error) error {
	for i, c := range r.constants {
		if !r.values[i].Null {
			fmt.Fprintf(w, "%-20s %s\n", c.Name, textCell(c.Kind, &r.values[i]))
		}
	}
	if len(r.constants) > 0 {
		fmt.Fprintln(w)
	}
	aligned := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	for i, c := range r.columns {
		fmt.Fprint(aligned, c.Name, separator(i, len(r.columns)))
	}
	n := 0
	err := each(func(cells []table.ResultCell) error {
		for i := range cells {
			fmt.Fprint(aligned, textCell(r.columns[i].Kind, &cells[i]), separator(i, len(cells)))
		}
		if n++; n%textBlock == 0 {
			return aligned.Flush()
		}
		return nil
	})
	if err != nil {
		return err
	}
	return aligned.Flush()
}

// separator gives what follows cell i of n.
func separator(i, n int) string {
	if i == n-1 {
		return "\n"
	}
	return "\t"
}

// textCell gives a cell as people read it. Numbers with a fraction have three digits of
// it, the last one rounded half to even from the binary64 number.
func textCell(kind table.Kind, c *table.ResultCell) string {
	switch {
	case c.Null:
		return "-"
	case kind == table.Text:
		return strings.ReplaceAll(printable(c.Text), "\t", " ")
	case kind == table.Bool:
		return strconv.FormatBool(c.Int != 0)
	case kind == table.Float64:
		return strconv.FormatFloat(math.Float64frombits(uint64(c.Int)), 'f', 3, 64)
	case kind == table.TimestampMicro:
		return time.UnixMicro(c.Int).UTC().Format("2006-01-02T15:04:05.999999Z07:00")
	case kind == table.TimestampNano:
		return time.Unix(0, c.Int).UTC().Format(time.RFC3339Nano)
	}
	return strconv.FormatInt(c.Int, 10)
}

func textOf(s string) table.ResultCell { return table.ResultCell{Text: s} }

func numberOf(v int64) table.ResultCell { return table.ResultCell{Int: v} }
