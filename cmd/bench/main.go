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

func run(args []string, w io.Writer) error {
	flags := pflag.NewFlagSet("bench", pflag.ContinueOnError)
	bin := flags.String("bin", "bin", "folder with netstream, netgen and floor")
	dir := flags.String("dir", "", "keep the workloads in this folder (default: a temporary one)")
	scale := flags.Int("scale", 5, "divide packets and flows by this; 1 for the sizes of docs/performance.md")
	runs := flags.Int("runs", 5, "runs of each program")
	only := flags.StringSlice("only", nil, "these workloads only")
	workers := flags.IntSlice("workers", []int{1, 2}, "numbers of workers to run netstream with")
	count := flags.String("count-allocations", "", "count the objects that metering this capture allocates, and do nothing else")
	decoded := flags.String("decode", "", "decode the exports in this file, and do nothing else")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *decoded != "" {
		return decode(w, *decoded)
	}
	if *count != "" {
		allocated, err := allocations(*count)
		fmt.Fprintln(w, allocated)
		return err
	}
	if *scale < 1 || *runs < 1 {
		return fmt.Errorf("scale and runs must be at least 1")
	}
	if *dir == "" {
		temporary, err := os.MkdirTemp("", "netstream-bench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(temporary)
		*dir = temporary
	}
	fmt.Fprintf(w, "%-10s %-14s %10s %8s %8s %9s %9s %8s %8s\n",
		"workload", "program", "packets", "CPU s", "wall s", "M pkt/CPU", "ns/packet", "peak MiB", "x floor")
	for _, load := range workloads(*scale) {
		if len(*only) > 0 && !slices.Contains(*only, load.name) {
			continue
		}
		capture := filepath.Join(*dir, fmt.Sprintf("%s-%d.pcap", load.name, *scale))
		if err := load.generate(filepath.Join(*bin, "netgen"), capture); err != nil {
			return err
		}
		if err := compare(w, *bin, *dir, capture, load, *runs, *workers); err != nil {
			return err
		}
	}
	return benchExports(w, *bin, *dir, *scale, *runs, *only)
}

// compare runs all programs on one capture in turn and prints their medians.
func compare(w io.Writer, bin, dir, capture string, load workload, runs int, workers []int) error {
	programs := []program{{"floor", []string{filepath.Join(bin, "floor"), capture}, ""}}
	for _, n := range workers {
		out := filepath.Join(dir, "out")
		programs = append(programs, program{
			name:  "netstream -j" + strconv.Itoa(n),
			args:  []string{filepath.Join(bin, "netstream"), "run", "-q", capture, "-w", out, "-j", strconv.Itoa(n)},
			wrote: out,
		})
	}
	results := make([][]usage, len(programs))
	for range runs {
		for i, p := range programs {
			u, err := p.measure()
			if err != nil {
				return err
			}
			results[i] = append(results[i], u)
		}
	}
	floor := median(results[0])
	for i, p := range programs {
		m := median(results[i])
		fmt.Fprintf(w, "%-10s %-14s %10d %8.2f %8.2f %9.2f %9.0f %8d %8.2f\n", load.name, p.name, load.packets,
			m.cpu.Seconds(), m.wall.Seconds(), float64(load.packets)/m.cpu.Seconds()/1e6,
			float64(m.cpu.Nanoseconds())/float64(load.packets), m.peak>>20, m.cpu.Seconds()/floor.cpu.Seconds())
	}
	allocated, err := allocationsElsewhere(capture)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%-10s metering allocates %d objects in all, %.6f a packet\n",
		load.name, allocated, float64(allocated)/float64(load.packets))
	return nil
}
