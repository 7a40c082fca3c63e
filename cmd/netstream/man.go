package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"
)

func newManCommand() *command {
	return &command{
		name: "man", summary: "Prints the man page (netstream man | man -l -).", flags: newFlags("man"),
		run: func(_ context.Context, c *console, args []string) error {
			if len(args) > 0 {
				return usageError("man takes no arguments")
			}
			manPage(c.out)
			return nil
		},
	}
}

// manPage writes the page in the man(7) macros.
func manPage(w io.Writer) {
	fmt.Fprintf(w, ".TH NETSTREAM 1 \"\" \"netstream %s\" \"User Commands\"\n", version)
	fmt.Fprintf(w, ".SH NAME\nnetstream \\- flow and interval accounting of packet captures\n")
	fmt.Fprintf(w, ".SH SYNOPSIS\n.B netstream\n.I COMMAND\n[\\fIFLAG\\fR...] [\\fIARGUMENT\\fR...]\n")
	fmt.Fprintf(w, ".SH DESCRIPTION\n%s\n", roff(synopsis))
	for _, cmd := range commands() {
		fmt.Fprintf(w, ".SH \"%s\"\n.B netstream %s\n%s\n.PP\n%s\n",
			strings.ToUpper(cmd.name), cmd.name, roff(cmd.arguments), roff(cmd.summary))
		if cmd.long != "" {
			fmt.Fprintf(w, ".PP\n.nf\n%s\n.fi\n", roff(cmd.long))
		}
		cmd.flags.VisitAll(func(f *pflag.Flag) { manFlag(w, f) })
	}
}

func manFlag(w io.Writer, f *pflag.Flag) {
	name := "\\-\\-" + roff(f.Name)
	if f.Shorthand != "" {
		name = "\\-" + f.Shorthand + ", " + name
	}
	argument := ""
	switch {
	case f.Value.Type() == "bool":
	case f.NoOptDefVal != "": // the argument may be left out
		argument = "[=\\fI" + roff(f.Value.Type()) + "\\fR]"
	default:
		argument = " \\fI" + roff(f.Value.Type()) + "\\fR"
	}
	usage := f.Usage
	if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "[]" && f.Name != "workers" {
		usage += " (default " + f.DefValue + ")"
	}
	fmt.Fprintf(w, ".TP\n\\fB%s\\fR%s\n%s\n", name, argument, roff(usage))
}

// roff escapes text for troff.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(s)
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}
