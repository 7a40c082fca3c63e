package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/pflag"
)

// outputBuffer is the size of the writes to the output, in octets.
const outputBuffer = 1 << 20

const usage = `usage: netgen mix|scan|eleph|nf5|nf9|ipfix [flags] -w FILE

The truth is printed as JSON on standard output, or on standard error if the
workload itself goes there (-w -).

flags:
`

func main() {
	err := run(os.Args[1:], os.Stdout, os.Stderr)
	if errors.Is(err, pflag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "netgen:", err)
		os.Exit(1)
	}
}

// options are the arguments that the workload is a function of.
type options struct {
	packets, flows int // of captures
	records        int // of exports
	duration       time.Duration
	snaplen        int
	seed           uint64
	format         string // of exports: pcap or raw
}

func run(arguments []string, stdout, stderr io.Writer) error {
	var o options
	var path string
	flags := pflag.NewFlagSet("netgen", pflag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&o.packets, "packets", 200_000, "packets of a capture")
	flags.IntVar(&o.flows, "flows", 10_000, "conversations of mix and eleph, unidirectional flows of scan")
	flags.IntVar(&o.records, "records", 100_000, "flow records of an export")
	flags.DurationVar(&o.duration, "duration", time.Minute, "time that the workload spans, in whole seconds")
	flags.IntVar(&o.snaplen, "snaplen", 128, "octets kept of each frame of a capture")
	flags.Uint64Var(&o.seed, "seed", 1, "seed of the random numbers")
	flags.StringVar(&o.format, "format", "pcap", "of an export: pcap (UDP in a capture) or raw (datagrams without anything between)")
	flags.StringVarP(&path, "write", "w", "", "output file, or - for standard output")
	flags.Usage = func() { fmt.Fprint(stderr, usage, flags.FlagUsages()) }
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if flags.NArg() != 1 || path == "" {
		flags.Usage()
		return errors.New("expected one kind of workload and -w FILE")
	}
	if err := o.check(); err != nil {
		return err
	}
	truths := stdout
	if path == "-" {
		truths = stderr
	}
	truth, err := write(path, stdout, flags.Arg(0), o)
	if err != nil {
		return err
	}
	return json.NewEncoder(truths).Encode(truth)
}

// check refuses arguments that no workload can be made of.
func (o *options) check() error {
	switch {
	case o.flows < 1 || o.flows >= 1<<31 || o.packets < o.flows:
		return fmt.Errorf("cannot make %d packets of %d flows: expected 1 <= flows <= packets", o.packets, o.flows)
	case o.records < 1:
		return fmt.Errorf("cannot make %d records: expected at least 1", o.records)
	case o.duration < time.Second || o.duration%time.Second != 0:
		return fmt.Errorf("cannot use duration %v: expected whole seconds", o.duration)
	case o.snaplen < 1 || o.snaplen > maxSnaplen:
		return fmt.Errorf("cannot use snapshot length %d: expected 1 to %d", o.snaplen, maxSnaplen)
	case o.format != "pcap" && o.format != "raw":
		return fmt.Errorf("cannot write format %q: expected pcap or raw", o.format)
	}
	return nil
}

// truth is what a generator counted while it wrote: a captureTruth or an
// exportTruth, ready for JSON.
type truth interface{ kind() string }

// write makes the workload at path.
func write(path string, stdout io.Writer, kind string, o options) (truth, error) {
	if path == "-" {
		return generate(stdout, kind, o)
	}
	file, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("cannot write workload: %w", err)
	}
	t, err := generate(file, kind, o)
	if err := errors.Join(err, file.Close()); err != nil {
		return nil, fmt.Errorf("cannot write %s: %w", path, err)
	}
	return t, nil
}

// generate writes the workload of the given kind to output.
func generate(output io.Writer, kind string, o options) (truth, error) {
	buffered := bufio.NewWriterSize(output, outputBuffer)
	var t truth
	switch kind {
	case "mix", "eleph", "scan":
		c := newCapture(buffered, kind, o)
		switch kind {
		case "mix":
			c.mix(newMix(c.random, o))
		case "eleph":
			c.mix(newElephants(c.random, o))
		case "scan":
			c.scan(o)
		}
		t = &c.truth
	case "nf5", "nf9", "ipfix":
		t = newExport(buffered, kind, o).write(o)
	default:
		return nil, fmt.Errorf("cannot make workload %q: expected mix, scan, eleph, nf5, nf9 or ipfix", kind)
	}
	// bufio keeps the first error of all writes and gives it here.
	return t, buffered.Flush()
}
