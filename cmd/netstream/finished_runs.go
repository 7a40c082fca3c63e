package main

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"

	"netstream/aggregate/runs"
	"netstream/aggregate/tally"
	"netstream/writer/finished"
	"netstream/writer/table"
)

// openRuns opens run directories, and those in datasets, in the order of their run ids, which does not depend on
// that of the command line.
func openRuns(c *console, paths []string) ([]*finished.Run, error) {
	if len(paths) == 0 {
		return nil, usageError("no run directory is given")
	}
	var all []*finished.Run
	var named []string
	for _, path := range paths {
		runs, err := runsIn(path)
		if err != nil {
			return nil, finishedFailure(err)
		}
		named = append(named, runs...)
	}
	for _, path := range named {
		r, err := finished.Open(path)
		if err != nil {
			return nil, finishedFailure(err)
		}
		if !r.Manifest.Complete {
			c.warn("%s is of inputs that were damaged or left out", path)
		}
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b *finished.Run) int { return strings.Compare(a.Manifest.RunID, b.Manifest.RunID) })
	for i := range all[:len(all)-1] {
		if all[i].Manifest.RunID == all[i+1].Manifest.RunID {
			return nil, fail(exitUsage, "leave one of them out", "%s and %s are the same run, %s", all[i].Path, all[i+1].Path, all[i].Manifest.RunID)
		}
	}
	warnOfShared(c, all)
	return all, nil
}

// warnOfShared says which runs have read the same input, whose traffic then counts twice.
func warnOfShared(c *console, all []*finished.Run) {
	first := make(map[string]*finished.Run)
	for _, r := range all {
		for _, in := range r.Manifest.Inputs {
			if other := first[in.Identity()]; other != nil && other != r {
				c.warn("%s and %s have both read %s, whose traffic counts twice if neither has filtered it", other.Path, r.Path, in.Name)
				continue
			}
			first[in.Identity()] = r
		}
	}
}

// finishedFailure gives the exit code of an error of finished runs.
func finishedFailure(err error) error {
	switch {
	case errors.Is(err, finished.ErrDamaged):
		return fail(exitDamaged, "run it again from its inputs", "%w", err)
	case errors.Is(err, finished.ErrNoRun):
		return fail(exitUsage, "a run directory is what netstream run -w has written", "%w", err)
	}
	return fail(exitUsage, "", "%w", err)
}

// openTables opens the table of a name in each run.
func openTables(all []*finished.Run, name string) ([]*finished.Table, error) {
	var tables []*finished.Table
	for _, r := range all {
		parts, err := r.Table(name)
		if err != nil {
			if errors.Is(err, finished.ErrDamaged) {
				return nil, finishedFailure(err)
			}
			return nil, fail(exitUsage, "its tables are "+strings.Join(r.Tables(), ", "), "%w", err)
		}
		tables = append(tables, parts...)
	}
	if len(tables) == 0 {
		return nil, fail(exitUsage, "its tables are "+strings.Join(all[0].Tables(), ", "), "%s has no table %s", all[0].Path, name)
	}
	return tables, nil
}

// oneDirection says no to tables in which a row has both directions of a conversation:
// their columns without rev_ in front are those of the initiator alone, and would be
// taken for all.
func oneDirection(all []*finished.Run, name string) error {
	if name != table.FlowTable && name != table.IntervalTable {
		return nil // each direction of a biflow counts in its own group
	}
	for _, r := range all {
		if r.Manifest.Parameters["biflow"] == "true" {
			return fail(exitUsage, "netstream run -A counts each direction by itself, in tables of its own",
				"cannot add up %s of %s: its rows are biflows, with both directions", name, r.Path)
		}
	}
	return nil
}

// columnsOf gives columns of all tables by name, and fails where one is missing.
func columnsOf(tables []*finished.Table, names []string) error {
	for _, t := range tables {
		for _, name := range names {
			if _, ok := t.Column(name); !ok {
				return fail(exitUsage, "its columns are "+columnNames(t.Columns), "table %s of %s has no column %s", t.Name, t.RunPath(), name)
			}
		}
	}
	return nil
}

func columnNames(columns []finished.Column) string {
	var names []string
	for _, c := range columns {
		names = append(names, c.Name)
	}
	return strings.Join(names, ", ")
}

// keyCell gives a cell of a table as part of a key. Time stamps are in nanoseconds.
func keyCell(column finished.Column, c *finished.Cell) tally.Cell {
	switch {
	case c.Null:
		return tally.Cell{Null: true}
	case column.Kind == table.Text:
		return tally.Cell{IsText: true, Text: c.Text}
	}
	return tally.Cell{Number: column.Nanoseconds(c.Int)}
}

// keyResult gives a cell of a key as one of a result.
func keyResult(c tally.Cell) table.ResultCell {
	return table.ResultCell{Null: c.Null, Int: c.Number, Text: c.Text}
}

// resultKind gives the kind of a column of a result that shows one of tables: all time
// stamps are in nanoseconds.
func resultKind(k table.Kind) table.Kind {
	if k == table.TimestampMicro {
		return table.TimestampNano
	}
	return k
}

// spillTemporary gives a file for what does not fit into memory.
func spillTemporary() (runs.File, error) { return spillFile(os.TempDir()) }

// splitNames reads names with commas between them.
func splitNames(text string) ([]string, error) {
	var names []string
	for name := range strings.SplitSeq(text, ",") {
		if name = strings.TrimSpace(name); name == "" || slices.Contains(names, name) {
			return nil, usageError("columns %q: %q is empty or there twice", text, name)
		}
		names = append(names, name)
	}
	return names, nil
}

// interrupted looks every so many rows whether the command was stopped.
func interrupted(ctx context.Context, rows uint64) error {
	if rows%(1<<14) == 0 {
		return ctx.Err()
	}
	return nil
}
