package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"netstream/writer/table"
)

func newSchemaCommand() *command {
	var markdown, nanoseconds, biflow bool
	cmd := &command{
		name: "schema", arguments: "[TABLE]", summary: "Prints the columns of the tables: types, units, IPFIX elements.",
		flags: newFlags("schema"),
	}
	cmd.flags.BoolVar(&markdown, "markdown", false, "as the text of docs/schema.md")
	cmd.flags.BoolVar(&nanoseconds, "ns", false, "as with --time-unit ns")
	cmd.flags.BoolVar(&biflow, "biflow", false, "as with --biflow")
	cmd.run = func(_ context.Context, c *console, args []string) error {
		if markdown {
			return table.Markdown(c.out)
		}
		if len(args) > 1 {
			return usageError("schema takes one table at most")
		}
		return printSchema(c.out, args, table.Options{Nanoseconds: nanoseconds, Biflows: biflow})
	}
	return cmd
}

func printSchema(w io.Writer, args []string, options table.Options) error {
	var known []string
	printed := false
	options.WithMAC, options.FileOf = true, func(uint32) string { return "" }
	for _, section := range append(table.Schema(options), table.ResultSections(options)...) {
		known = append(known, section.Name)
		if len(args) == 1 && args[0] != section.Name {
			continue
		}
		if printed {
			fmt.Fprintln(w)
		}
		printed = true
		fmt.Fprintf(w, "%s: %s\n\n", section.Name, section.About)
		columns := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
		fmt.Fprintln(columns, "column\ttype\tNULL\tIPFIX element\tunit\tdefinition")
		for _, d := range section.Columns {
			var elements []string
			for _, e := range d.Elements {
				elements = append(elements, fmt.Sprintf("%s(%d)", e.Name, e.Number))
			}
			null := ""
			if d.Nullable {
				null = "yes"
			}
			fmt.Fprintf(columns, "%s\t%s\t%s\t%s\t%s\t%s\n",
				d.Name, d.Type, null, strings.Join(elements, ", "), d.Unit, d.Definition)
		}
		if err := columns.Flush(); err != nil {
			return err
		}
	}
	if !printed {
		return fail(exitUsage, "tables are "+strings.Join(known, ", "), "there is no table %q", args[0])
	}
	return nil
}
