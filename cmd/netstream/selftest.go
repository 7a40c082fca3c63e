package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"netstream/cmd/internal/kit"
	"netstream/reader/input"
	"netstream/writer/audit"
	"netstream/writer/finished"
	"netstream/writer/manifest"
	"netstream/writer/table"
	"netstream/writer/tabledigest"
)

const selftestLong = `Runs the program on inputs whose answers are known, which it carries with it: small captures and
exporter files, each with the packets, flows and octets that it must give, and runs under several
options whose tables must have the digests that they have everywhere, with one worker and with four,
as Parquet and as CSV. Each run is verified as netstream verify does. It takes less than a minute and
needs some MB in the folder for temporary files (TMPDIR). docs/reproducing.md says more.

Each assertion is a line: ok or FAILED, and what it is of.

EXIT STATUS
  0  all assertions hold
  7  one does not
  1  any other failure`

func newSelftestCommand() *command {
	quiet := false
	cmd := &command{
		name: "selftest", summary: "Runs the program on inputs whose answers are known.",
		long: selftestLong, flags: newFlags("selftest"),
	}
	cmd.flags.BoolVarP(&quiet, "quiet", "q", false, "only assertions that do not hold")
	cmd.run = func(ctx context.Context, c *console, args []string) error {
		if len(args) > 0 {
			return usageError("selftest takes no arguments")
		}
		k, err := kit.Load()
		if err != nil {
			return err
		}
		return selftest(ctx, c, k, selftestCases(), quiet)
	}
	return cmd
}

// selftesting is a selftest under way.
type selftesting struct {
	console *console
	kit     *kit.Kit
	list    []selftestCase
	quiet   bool
	folder  string // of the kit's inputs
	scratch string // of the runs
	passed  int
	failed  int
}

func selftest(ctx context.Context, c *console, k *kit.Kit, cases []selftestCase, quiet bool) error {
	folder, err := os.MkdirTemp("", "netstream-selftest-")
	if err != nil {
		return outputFailure(err)
	}
	defer os.RemoveAll(folder) // nothing in it is needed any more
	s := &selftesting{console: c, kit: k, list: cases, quiet: quiet, folder: filepath.Join(folder, "kit"), scratch: filepath.Join(folder, "out")}
	if err := os.CopyFS(s.folder, k.Inputs); err != nil {
		return outputFailure(err)
	}
	for _, step := range []func(context.Context) error{s.captures, s.exports, s.cases} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	if s.failed > 0 {
		return fail(exitLaw, "please report it with these lines and the kind of machine", "%d of %d assertions do not hold", s.failed, s.failed+s.passed)
	}
	if !quiet {
		fmt.Fprintf(c.out, "%d assertions hold\n", s.passed)
	}
	return nil
}

// assert tells an assertion, which holds if it is "".
func (s *selftesting) assert(what, failure string) {
	if failure != "" {
		s.failed++
		fmt.Fprintf(s.console.out, "FAILED  %s: %s\n", what, printable(failure))
		return
	}
	s.passed++
	if !s.quiet {
		fmt.Fprintf(s.console.out, "ok      %s\n", what)
	}
}

// run runs the program on inputs of the kit, under their names there, and verifies what
// it has written.
func (s *selftesting) run(ctx context.Context, flags, inputs []string) (*manifest.Manifest, error) {
	if err := os.RemoveAll(s.scratch); err != nil {
		return nil, outputFailure(err)
	}
	o, set := new(runOptions), newFlags("run")
	o.addFlags(set)
	if err := set.Parse(append(flags, "-q", "-w", s.scratch)); err != nil {
		return nil, err
	}
	if err := o.validate(set); err != nil {
		return nil, err
	}
	o.repeated = new(repeatedInputs)
	for _, name := range inputs {
		o.repeated.selection.Sources = append(o.repeated.selection.Sources,
			input.Source{Name: name, Location: filepath.Join(s.folder, filepath.FromSlash(name))})
	}
	err := runCaptures(ctx, &console{in: strings.NewReader(""), out: io.Discard, err: io.Discard}, o, nil)
	if code := exitCode(ctx, err); code != exitOK && code != exitDamaged {
		return nil, err
	}
	report, err := audit.Run(ctx, s.scratch, audit.Options{Columns: columnsOfRun, Version: version})
	if err != nil {
		return nil, err
	}
	if len(report.Defects) > 0 {
		return nil, fmt.Errorf("verify: %v", report.Defects[0])
	}
	return report.Manifest, nil
}

// expected reads what must come of the files of a folder of the kit.
func (s *selftesting) expected(folder string, cells int) ([][]string, error) {
	text, err := fs.ReadFile(s.kit.Inputs, path.Join(folder, "expected.tsv"))
	if err != nil {
		return nil, err
	}
	return kit.Lines(string(text), cells)
}

// captures runs each capture by itself.
func (s *selftesting) captures(ctx context.Context) error {
	lines, err := s.expected("capture", 6)
	for _, line := range lines {
		m, err := s.run(ctx, nil, []string{"capture/" + line[0]})
		if ctx.Err() != nil {
			return ctx.Err()
		}
		what := fmt.Sprintf("%s: %s packets, %s accounted, %s flows", line[0], line[1], line[2], line[3])
		if err != nil {
			s.assert(what, err.Error())
			continue
		}
		in := &m.Inputs[0]
		s.assert(what, different(
			strconv.FormatUint(in.Packets-in.LostPackets, 10), line[1], string(m.Totals.PacketsAccounted), line[2],
			strconv.FormatUint(m.Totals.Flows, 10), line[3], strconv.FormatBool(m.Complete), strconv.FormatBool(line[4] == "")))
	}
	return err
}

// exports runs each file of an exporter by itself. Totals that are told again and again
// are taken apart, so their sums are not those of the file.
func (s *selftesting) exports(ctx context.Context) error {
	lines, err := s.expected("export", 5)
	for _, line := range lines {
		m, err := s.run(ctx, nil, []string{"export/" + line[0]})
		if ctx.Err() != nil {
			return ctx.Err()
		}
		what := fmt.Sprintf("%s: %s messages, %s rows, %s packets, %s bytes", line[0], line[1], line[2], line[3], line[4])
		switch {
		case err != nil:
			s.assert(what, err.Error())
		case m.Totals.Differenced > 0:
			s.assert(what, different(strconv.FormatUint(m.Totals.Flows, 10), line[2]))
		default:
			s.assert(what, different(strconv.FormatUint(m.Totals.Flows, 10), line[2],
				string(m.Totals.PacketsAccounted), line[3], string(m.Totals.Bytes), line[4]))
		}
	}
	return err
}

// different says which of pairs of what was got and what is wanted differ, "" if none.
func different(pairs ...string) string {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i] != pairs[i+1] {
			return fmt.Sprintf("got %s, want %s", pairs[i], pairs[i+1])
		}
	}
	return ""
}

// cases runs the cases with several workers in both formats.
func (s *selftesting) cases(ctx context.Context) error {
	for _, c := range s.list {
		for _, workers := range []string{"1", "4"} {
			for _, format := range []string{"parquet", "csv"} {
				digests, err := s.digests(ctx, &c, workers, format)
				if ctx.Err() != nil {
					return ctx.Err()
				}
				what := fmt.Sprintf("%s, %s, -j %s: %d tables", c.name, format, workers, len(digests))
				failure := s.compare(c.name, digests)
				if err != nil {
					failure = err.Error()
				}
				s.assert(what, failure)
			}
		}
	}
	return nil
}

// compare compares the digests of a case with the kit's.
func (s *selftesting) compare(name string, got []kit.Digest) string {
	known := 0
	for _, want := range s.kit.Digests {
		if want.Case != name {
			continue
		}
		if known == len(got) {
			return "there is no table " + want.Table
		}
		if g := got[known]; g != want {
			return fmt.Sprintf("table %s: got %s rows, SHA-256 %s, want %s: %s rows, SHA-256 %s", g.Table, g.Rows, g.SHA256, want.Table, want.Rows, want.SHA256)
		}
		known++
	}
	if known < len(got) || known == 0 {
		return fmt.Sprintf("%d tables, want %d", len(got), known)
	}
	return ""
}

// digests runs a case and gives the digests of what its tables hold.
func (s *selftesting) digests(ctx context.Context, c *selftestCase, workers, format string) ([]kit.Digest, error) {
	if _, err := s.run(ctx, append(c.arguments(s.folder), "-j", workers, "-o", format), c.inputs); err != nil {
		return nil, err
	}
	r, err := finished.Open(s.scratch)
	if err != nil {
		return nil, err
	}
	var digests []kit.Digest
	for _, name := range r.Tables() {
		parts, err := r.Table(name)
		if err != nil {
			return nil, err
		}
		for _, t := range parts {
			digest, err := contentDigest(t)
			if err != nil {
				return nil, err
			}
			digests = append(digests, kit.Digest{Case: c.name, Table: name, Rows: strconv.FormatUint(t.Rows, 10), SHA256: digest})
		}
	}
	return digests, nil
}

// contentDigest gives the digest of what a table holds, which is the same for all formats.
func contentDigest(t *finished.Table) (string, error) {
	var names []string
	for _, column := range t.Columns {
		names = append(names, column.Name)
	}
	digest := tabledigest.New(names)
	err := t.Each(names, func(cells []finished.Cell) error {
		for i, cell := range cells {
			switch {
			case cell.Null:
				digest.Null()
			case t.Columns[i].Kind == table.Text:
				digest.Text(cell.Text)
			default:
				digest.Number(cell.Int)
			}
		}
		return nil
	})
	return digest.Hex(), err
}
