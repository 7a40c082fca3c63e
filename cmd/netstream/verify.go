package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"netstream/writer/audit"
	"netstream/writer/manifest"
)

const verifyLong = `Checks run directories that netstream run -w has written, from run.json and the files alone: that
nothing is missing and nothing else is there, digests, rows, sums, columns, types and order of all
tables, read by code that did not write them, and the conservation laws: interval sums = flow sums =
ledger, accounting tables sum to the interval table, interval by interval.

Each defect is a line on standard output: file, what was checked, what was got and what is wanted.
--inputs also hashes the inputs and files of reference data that run.json names; --rerun also repeats
the run with its options in a folder for temporary files (TMPDIR) and compares all files octet by
octet; one that has taken over a state does so again. docs/reproducing.md has what each check says and does not say.

EXIT STATUS
  0  all is well
  4  usage, no such directory, or a run that this version cannot repeat
  7  a check has failed
  1  any other failure`

// verifyOptions are the flags of verify.
type verifyOptions struct {
	inputs, rerun, quiet bool
	digests              bool
	moved, states        []string
	anonymize            string

	runs []string // directories that are verified

	moves [][2]string // old and new
}

func newVerifyCommand() *command {
	o := new(verifyOptions)
	cmd := &command{
		name: "verify", arguments: "OUT...", summary: "Checks finished runs: digests, tables, laws, inputs; repeats them.",
		long: verifyLong, flags: newFlags("verify"),
	}
	o.addFlags(cmd.flags)
	cmd.run = func(ctx context.Context, c *console, args []string) error {
		if err := o.validate(args); err != nil {
			return err
		}
		return o.verifyAll(ctx, c, args)
	}
	return cmd
}

func (o *verifyOptions) addFlags(flags *pflag.FlagSet) {
	flags.BoolVar(&o.inputs, "inputs", false, "also compare the inputs and files of reference data that run.json names with its digests")
	flags.BoolVar(&o.rerun, "rerun", false, "also repeat the run and compare all files octet by octet; with all that --inputs does")
	flags.StringArrayVar(&o.moved, "moved", nil, "OLD=NEW: what run.json names OLD, or what lies in the folder OLD, is at NEW now; - is the standard input of the run (repeatable)")
	flags.StringArrayVar(&o.states, "state", nil, "a file that may be the state which a run has taken over, for --rerun; states in the run directories given and beside them are found without (repeatable)")
	flags.StringVar(&o.anonymize, "anonymize", "", "the file with the key of a run that has replaced addresses, for --rerun")
	flags.BoolVar(&o.digests, "digests", false, "also print the SHA-256 of what each table holds, which is the same as Parquet and as CSV, split into files or not")
	flags.BoolVarP(&o.quiet, "quiet", "q", false, "no summary; defects are told all the same")
}

func (o *verifyOptions) validate(args []string) error {
	if len(args) == 0 {
		return usageError("no run directory is given")
	}
	if len(o.states) > 0 && !o.rerun {
		return fail(exitUsage, "add --rerun", "--state names states to repeat runs from, which are not repeated")
	}
	if len(o.moved) > 0 && !o.inputs && !o.rerun {
		return fail(exitUsage, "add --inputs or --rerun", "--moved says where inputs are, which are not read")
	}
	o.moves = nil
	for _, text := range o.moved {
		old, now, ok := strings.Cut(text, "=")
		if !ok || old == "" || now == "" {
			return usageError("--moved is %q, must be OLD=NEW", text)
		}
		o.moves = append(o.moves, [2]string{old, now})
	}
	return nil
}

// locate gives where a file is that run.json names.
func (o *verifyOptions) locate(name string) string {
	for _, move := range o.moves {
		old := strings.TrimSuffix(move[0], "/")
		if name == move[0] || name == old {
			return move[1]
		}
		if below, ok := strings.CutPrefix(name, old+"/"); ok {
			return filepath.Join(move[1], below)
		}
		if old == "." && !filepath.IsAbs(name) && name != "-" {
			return filepath.Join(move[1], name)
		}
	}
	return name
}

func (o *verifyOptions) verifyAll(ctx context.Context, c *console, paths []string) error {
	failed, total := 0, uint64(0)
	var runs []string
	for _, path := range paths {
		found, err := runsIn(path)
		if err != nil {
			return fail(exitUsage, "", "%w", err)
		}
		runs = append(runs, found...)
	}
	paths, o.runs = runs, runs
	for _, path := range paths {
		report, err := o.verify(ctx, c, path)
		if err != nil {
			return err
		}
		if n := len(report.Defects); n > 0 {
			failed++
			total += uint64(n)
		}
	}
	if failed == 0 {
		return nil
	}
	return fail(exitLaw, "run it again from its inputs", "%d of %d run %s not what was written: %s %s", failed, len(paths),
		map[bool]string{true: "directory is", false: "directories are"}[len(paths) == 1], count(total), plural(total, "defect"))
}

// verify checks one run directory and says what it found.
func (o *verifyOptions) verify(ctx context.Context, c *console, path string) (*audit.Report, error) {
	report, err := audit.Run(ctx, path, audit.Options{Columns: columnsOfRun, Version: version, Digests: o.digests})
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fail(exitUsage, "a run directory is what netstream run -w has written", "%w", err)
	}
	done := verified{Report: report}
	if report.Manifest != nil && (o.inputs || o.rerun) {
		if err := o.checkInputs(ctx, &done); err != nil {
			return nil, err
		}
		if o.rerun && done.inputsAreThere {
			if err := o.repeat(ctx, c, path, &done); err != nil {
				return nil, err
			}
		}
	}
	for _, d := range report.Defects {
		place := path
		if d.File != "." {
			place = filepath.Join(path, filepath.FromSlash(d.File))
		}
		fmt.Fprintf(c.out, "%s: %s: got %s, want %s\n", printable(place), printable(d.What), printable(d.Got), printable(d.Want))
	}
	for _, d := range report.Digests {
		fmt.Fprintf(c.out, "%s  %s of %s, %s rows\n", d.SHA256, printable(d.Table), printable(path), count(d.Rows))
	}
	if !o.quiet {
		o.summarize(c, path, &done)
	}
	return report, nil
}

// verified is what was found of one run directory.
type verified struct {
	*audit.Report
	inputs         int // that were compared
	references     int
	inputsAreThere bool // with their digests
	repeated       int  // files that a repetition has written
}

func (o *verifyOptions) summarize(c *console, path string, v *verified) {
	fmt.Fprintf(c.out, "%s:\n", printable(path))
	line := func(name, format string, args ...any) {
		fmt.Fprintf(c.out, "  %-8s %s\n", name, printable(fmt.Sprintf(format, args...)))
	}
	line("files", "%s, %s bytes", count(uint64(v.Files)), count(uint64(v.Octets)))
	line("tables", "%s %s, %s rows", count(uint64(v.Tables)), plural(uint64(v.Tables), "file"), count(v.Rows))
	if len(v.Laws) > 0 {
		line("laws", "%s", strings.Join(v.Laws, " "))
	}
	if len(v.Unread) > 0 {
		line("unread", "%s: not what was written", strings.Join(v.Unread, ", "))
	}
	if len(v.Unknown) > 0 {
		line("columns", "not compared with the parameters: %s", strings.Join(v.Unknown, ", "))
	}
	if o.inputs || o.rerun {
		line("inputs", "%d, and %d files of reference data", v.inputs, v.references)
	}
	if o.rerun {
		line("rerun", "%s", map[bool]string{true: fmt.Sprintf("%d files compared", v.repeated), false: "not done"}[v.repeated > 0])
	}
	if v.Manifest != nil && !v.Manifest.Complete {
		line("inputs", "some were damaged or left out, as run.json says")
	}
	line("defects", "%s", map[bool]string{true: "none", false: count(uint64(len(v.Defects)))}[len(v.Defects) == 0])
}

// errUnrepeatable says that a run cannot be repeated by this version.
var errUnrepeatable = errors.New("cannot repeat the run")

// parametersOfTables are those that the columns do not depend on, or that cannot be
// known without the files of reference data.
func parametersOfTables(m *manifest.Manifest) (left []string, labels bool) {
	left = []string{"flow_filter", "services", "dscp_classes", "as_override"}
	for i := range m.References {
		left = append(left, parameterName(m.References[i].Use))
		labels = labels || m.References[i].Use == "prefixes"
	}
	return left, labels
}
