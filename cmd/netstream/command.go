package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/pflag"
)

// version is that of the program and of its output: tables of equal inputs and
// options are equal for equal versions.
const version = "0.1.0"

// command is one verb. Its flag table serves parsing, help, completion and the
// man page.
type command struct {
	name      string
	arguments string // as usage shows them
	summary   string // one line
	long      string // paragraphs of the man page and of --help
	flags     *pflag.FlagSet
	run       func(ctx context.Context, c *console, args []string) error
}

// commands gives all verbs, each with a fresh flag table.
func commands() []*command {
	return []*command{
		newRunCommand(), newInspectCommand(), newBillCommand(), newTopCommand(), newSumCommand(), newVerifyCommand(), newSelftestCommand(),
		newSchemaCommand(),
		newCompletionCommand(), newManCommand(), newVersionCommand(),
	}
}

const synopsis = "netstream turns packet captures into flow and interval accounting tables (Parquet or CSV)."

// run runs one command line and gives the exit code.
func run(args []string, c *console) int {
	ctx, stop := contextWithSignals()
	defer stop()
	out := &answer{w: c.out}
	c = &console{in: c.in, out: out, err: c.err, terminal: c.terminal, hooks: c.hooks, alone: c.alone}
	if wantsEvents(args) {
		c.log, c.terminal = newEventLog(c.err), false
	}
	defer c.log.close()
	err := dispatch(ctx, args, c)
	if out.err != nil && (err == nil || errors.Is(err, pflag.ErrHelp)) {
		err = fmt.Errorf("cannot write to standard output: %w", out.err)
	}
	if err != nil && !errors.Is(err, pflag.ErrHelp) {
		c.reportError(ctx, err)
		return exitCode(ctx, err)
	}
	return exitOK
}

func dispatch(ctx context.Context, args []string, c *console) error {
	if len(args) == 0 {
		usage(c.err)
		return usageError("no command is given")
	}
	switch args[0] {
	case "help", "-h", "--help":
		if len(args) > 2 {
			return usageError("help takes one command")
		}
		if len(args) > 1 {
			if cmd := lookup(args[1]); cmd != nil {
				cmd.help(c.out)
				return nil
			}
			return usageError("there is no command %q", args[1])
		}
		usage(c.out)
		return nil
	case "-V", "--version":
		args = []string{"version"}
	}
	cmd := lookup(args[0])
	if cmd == nil && strings.HasPrefix(args[0], "-") {
		return fail(exitUsage, "a command comes first, as in 'netstream run -r FILE -w DIR'", "there is no command %q", args[0])
	}
	if cmd == nil {
		return usageError("there is no command %q", args[0])
	}
	cmd.flags.SetOutput(io.Discard)
	cmd.flags.Usage = func() { cmd.help(c.out) }
	if err := cmd.flags.Parse(args[1:]); err != nil {
		if errors.Is(err, pflag.ErrHelp) {
			return err
		}
		return fail(exitUsage, fmt.Sprintf("'netstream help %s' lists the flags", cmd.name), "%w", err)
	}
	return withHelpOf(cmd.name, cmd.run(ctx, c, cmd.flags.Args()))
}

func lookup(name string) *command {
	for _, cmd := range commands() {
		if cmd.name == name {
			return cmd
		}
	}
	return nil
}

func newFlags(name string) *pflag.FlagSet {
	flags := pflag.NewFlagSet(name, pflag.ContinueOnError)
	flags.SortFlags = false
	return flags
}

func usage(w io.Writer) {
	fmt.Fprintf(w, "%s\n\nusage: netstream COMMAND [FLAG...] [ARGUMENT...]\n\n", synopsis)
	for _, cmd := range commands() {
		fmt.Fprintf(w, "  %-11s %s\n", cmd.name, cmd.summary)
	}
	fmt.Fprint(w, "\n'netstream help COMMAND' shows a command's flags and exit codes.\n")
}

func (cmd *command) help(w io.Writer) {
	fmt.Fprintf(w, "usage: netstream %s\n\n%s\n", strings.TrimSpace(cmd.name+" "+cmd.arguments), cmd.summary)
	if cmd.long != "" {
		fmt.Fprintf(w, "\n%s\n", cmd.long)
	}
	if cmd.flags.HasFlags() {
		const noise = "[=true|false]" // of every switch
		flags := strings.ReplaceAll(cmd.flags.FlagUsagesWrapped(100), noise, strings.Repeat(" ", len(noise)))
		fmt.Fprintf(w, "\nFLAGS\n%s", flags)
	}
}

// patience is how long a signal waits for the program to clean up. A write to a
// pipe that nobody reads, or a slow disk, cannot be interrupted otherwise; what is
// left behind then has no final name, and the next run removes it.
const patience = 1800 * time.Millisecond

// contextWithSignals gives a context that SIGINT, SIGTERM and SIGHUP cancel, the
// signal being the cause, unless the program was started with it ignored (nohup).
// A second signal ends the program at once.
func contextWithSignals() (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	for _, s := range []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) {
			signal.Notify(signals, s)
		}
	}
	done := make(chan struct{})
	go func() {
		select {
		case s := <-signals:
			signal.Stop(signals)
			cancel(signalled{s})
			select {
			case <-time.After(patience):
				os.Exit(signalled{s}.exitCode())
			case <-done:
			}
		case <-done:
		}
	}()
	return ctx, func() { signal.Stop(signals); close(done); cancel(nil) }
}

func newVersionCommand() *command {
	return &command{
		name: "version", summary: "Prints the version.", flags: newFlags("version"),
		run: func(_ context.Context, c *console, args []string) error {
			if len(args) > 0 {
				return usageError("version takes no arguments")
			}
			_, err := fmt.Fprintf(c.out, "netstream %s\n", version)
			return err
		},
	}
}
