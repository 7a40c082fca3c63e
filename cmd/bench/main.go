// Bench measures netstream beside the floor program on generated workloads: CPU
// time of whole processes, run in turn, medians of several runs. Only ratios mean
// much on a machine that others use too.
package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/spf13/pflag"
)

// workload is one generated capture.
type workload struct {
	name    string
	kind    string // of netgen
	packets int
	flows   int
	seconds int
	snaplen int
	seed    int
}

// workloads are those of docs/performance.md; scale divides packets and flows.
func workloads(scale int) []workload {
	all := []workload{
		{"mix", "mix", 10_000_000, 500_000, 600, 128, 2},
		{"scan", "scan", 5_000_000, 4_000_000, 120, 128, 3},
		{"elephants", "eleph", 10_000_000, 1_000, 600, 65535, 4},
		{"full", "mix", 2_000_000, 100_000, 600, 65535, 6},
	}
	for i := range all {
		all[i].packets /= scale
		if all[i].kind != "eleph" {
			all[i].flows /= scale
		}
	}
	return all
}

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "bench: error: %v\n", err)
		os.Exit(1)
	}
}

// bench is how programs are measured.
type bench struct {
	bin, dir string
	floor    string // another floor program, which then is what others are compared with
	runs     int
	workers  []int
	peers    bool
	duckdb   string
}

func run(args []string, w io.Writer) error {
	var b bench
	flags := pflag.NewFlagSet("bench", pflag.ContinueOnError)
	flags.StringVar(&b.bin, "bin", "bin", "folder with netstream, netgen and floor")
	flags.StringVar(&b.dir, "dir", "", "keep the workloads in this folder (default: a temporary one)")
	flags.StringVar(&b.floor, "floor", "", "compare with this floor program, run as PROGRAM -l 2 -m read FILE, too")
	flags.IntVar(&b.runs, "runs", 5, "runs of each program")
	flags.IntSliceVar(&b.workers, "workers", []int{1, 2}, "numbers of workers to run netstream with")
	flags.BoolVar(&b.peers, "peers", false, "also run nfpcapd and nfdump, softflowd, argus and ra, and tshark on captures")
	flags.StringVar(&b.duckdb, "duckdb", "", "compare writing rows with this program, run as PROGRAM CSV [PARQUET]")
	bounds := flags.String("guard", "", "fail if a ratio to the floor program is above its bound in this file, and do nothing else")
	scale := flags.Int("scale", 5, "divide packets and flows by this; 1 for the sizes of docs/performance.md")
	only := flags.StringSlice("only", nil, "these workloads only")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return part(w, flags.Args())
	}
	if *scale < 1 || b.runs < 1 || len(b.workers) == 0 {
		return fmt.Errorf("scale, runs and the number of workers must be at least 1")
	}
	if b.dir == "" {
		temporary, err := os.MkdirTemp("", "netstream-bench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(temporary)
		b.dir = temporary
	}
	if *bounds != "" {
		return b.guard(w, *scale, *bounds)
	}
	fmt.Fprintf(w, "%-10s %-16s %10s %8s %8s %9s %9s %8s %8s %8s\n",
		"workload", "program", "packets", "CPU s", "wall s", "M pkt/CPU", "ns/packet", "peak MiB", "x floor", "x ours")
	for _, load := range workloads(*scale) {
		if len(*only) > 0 && !slices.Contains(*only, load.name) {
			continue
		}
		capture, err := b.capture(load, *scale)
		if err != nil {
			return err
		}
		if err := b.compare(w, capture, load); err != nil {
			return err
		}
	}
	chosen := func(name string) bool { return len(*only) == 0 || slices.Contains(*only, name) }
	if b.peers {
		return b.rows(w, *scale, chosen)
	}
	if err := benchExports(w, b.bin, b.dir, *scale, b.runs, *only); err != nil {
		return err
	}
	if err := b.compressed(w, *scale, chosen); err != nil {
		return err
	}
	if err := b.options(w, *scale, chosen); err != nil {
		return err
	}
	return b.tenfold(w, *scale, chosen)
}

// compare runs all programs on one capture in turn and prints their medians.
func (b *bench) compare(w io.Writer, capture string, load workload) error {
	programs, ours := b.programs(capture, load)
	medians, err := inTurn(programs, b.runs)
	if err != nil {
		return err
	}
	for i, p := range programs {
		m := medians[i]
		fmt.Fprintf(w, "%-10s %-16s %10d %8.2f %8.2f %9.2f %9.0f %8d %8.2f %8.2f\n", load.name, p.name, load.packets,
			m.cpu.Seconds(), m.wall.Seconds(), float64(load.packets)/m.cpu.Seconds()/1e6,
			float64(m.cpu.Nanoseconds())/float64(load.packets), m.peak>>20, m.cpu.Seconds()/medians[0].cpu.Seconds(), m.cpu.Seconds()/medians[ours].cpu.Seconds())
	}
	if b.peers {
		return nil
	}
	allocated, err := allocationsElsewhere(capture)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%-10s metering allocates %d objects in all, %.6f a packet\n",
		load.name, allocated, float64(allocated)/float64(load.packets))
	return nil
}

// netstream gives a run over one input.
func (b *bench) netstream(name, input string, flags ...string) program {
	out := filepath.Join(b.dir, "out")
	return command(name, out, append([]string{filepath.Join(b.bin, "netstream"), "run", "-q", input, "-w", out}, flags...)...)
}

// programs gives what is measured on a capture: first the floor that others are compared
// with, and the place of the program itself.
func (b *bench) programs(capture string, load workload) (all []program, ours int) {
	if b.floor != "" {
		all = append(all, command("C floor", "", b.floor, "-l", "2", "-m", "read", capture))
	}
	all = append(all, command("floor", "", filepath.Join(b.bin, "floor"), capture))
	ours = len(all)
	for _, n := range b.workers {
		all = append(all, b.netstream("netstream -j"+strconv.Itoa(n), capture, "-j", strconv.Itoa(n)))
	}
	// None of the others tells its input by a digest.
	first := strconv.Itoa(b.workers[0])
	all = append(all, b.netstream("  -j"+first+", XXH3", capture, "-j", first, "--input-digest", "xxh3"))
	if b.peers {
		all = append(all, peers(b.dir, capture, load)...)
	}
	return all, ours
}
