// Torture runs netstream on what is too large for tests, and says in one line for each
// assertion what was seen.
//
//	torture --program bin/netstream --netgen bin/netgen --scratch DIR
//
// P12: a scan whose flows do not fit into the memory that the run may take gives the bytes
// of a run that has memory for all, with at most 1.10 of the bound resident, at a quarter of
// the speed or better. Z1: decompression bombs, of zeros and of a legal capture, take no
// more memory than small inputs do.
//
// Exit status: 0 if all holds, 1 if anything does not, 4 for wrong usage.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/pflag"
)

func main() { os.Exit(command(os.Args[1:], os.Stdout, os.Stderr)) }

// bench is where the program is put to torture.
type bench struct {
	program string
	netgen  string
	scratch string // folder for inputs and outputs; what is made in it is removed
	out     io.Writer
	failed  bool
}

// command runs everything and gives the exit code.
func command(arguments []string, stdout, stderr io.Writer) int {
	b := &bench{out: stdout}
	var f flood
	var bombOctets int64
	flags := pflag.NewFlagSet("torture", pflag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&b.program, "program", "bin/netstream", "the program")
	flags.StringVar(&b.netgen, "netgen", "bin/netgen", "the generator of workloads")
	flags.StringVar(&b.scratch, "scratch", "bin", "folder for inputs and outputs, on a disk with 400 octets free for each flow")
	flags.IntVar(&f.flows, "flows", 50_000_000, "distinct flows; 0 leaves this out")
	flags.IntVar(&f.memory, "memory", 2048, "memory that the flows do not fit into, in MiB")
	flags.IntVar(&f.enough, "enough", 22528, "memory that they fit into, in MiB")
	flags.Int64Var(&bombOctets, "bomb", 2<<30, "octets of each decompression bomb; 0 leaves them out")
	if err := flags.Parse(arguments); errors.Is(err, pflag.ErrHelp) {
		return 0
	} else if err != nil || flags.NArg() > 0 {
		fmt.Fprintln(stderr, "torture: expected flags only:", err)
		return 4
	}
	if bombOctets > 0 {
		b.bombs(bombOctets)
	}
	if f.flows > 0 {
		b.flood(f)
	}
	if b.failed {
		return 1
	}
	return 0
}

// assert prints the line of an assertion.
func (b *bench) assert(id string, holds bool, format string, args ...any) {
	result := "pass"
	if !holds {
		result, b.failed = "FAIL", true
	}
	fmt.Fprintf(b.out, "%s\t%s\t%s\n", result, id, fmt.Sprintf(format, args...))
}

// attempt is assert for what cannot be tried at all.
func (b *bench) attempt(id string, err error) bool {
	if err != nil {
		b.assert(id, false, "%v", err)
	}
	return err == nil
}
