package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// exportRecords is the number of records of an export workload at scale 1.
const exportRecords = 10_000_000

// exportWorkloads are the kinds of netgen that write export messages.
func exportWorkloads() []string { return []string{"nf5", "nf9", "ipfix"} }

// benchExports measures decoding alone, and whole runs, on generated exports.
func benchExports(w io.Writer, bin, dir string, scale, runs int, only []string) error {
	fmt.Fprintf(w, "\n%-10s %-14s %10s %8s %8s %9s %9s %8s\n",
		"workload", "program", "records", "CPU s", "wall s", "M rec/CPU", "ns/record", "peak MiB")
	for _, kind := range exportWorkloads() {
		if len(only) > 0 && !slices.Contains(only, kind) {
			continue
		}
		records := exportRecords / scale
		name := filepath.Join(dir, fmt.Sprintf("%s-%d.raw", kind, scale))
		if err := generateExport(filepath.Join(bin, "netgen"), kind, records, name); err != nil {
			return err
		}
		if err := compareExports(w, bin, dir, name, kind, records, runs); err != nil {
			return err
		}
	}
	return nil
}

func generateExport(netgen, kind string, records int, name string) error {
	if _, err := os.Stat(name); err == nil {
		return nil
	}
	cmd := exec.Command(netgen, kind, "--records", fmt.Sprint(records), "--duration", "3600s", "--seed", "9", "--format", "raw", "-w", name)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("cannot generate %s: %w: %s", kind, err, out)
	}
	return nil
}

// compareExports prints the medians of decoding, and of whole runs that write both
// tables.
func compareExports(w io.Writer, bin, dir, name, kind string, records, runs int) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	out := filepath.Join(dir, "out")
	programs := []program{
		command("decode", "", self, "decode", name),
		command("  with XXH3", "", self, "decode-xxh3", name),
		command("netstream -j1", out, filepath.Join(bin, "netstream"), "run", "-q", name, "-w", out, "-j", "1"),
		command("netstream -j2", out, filepath.Join(bin, "netstream"), "run", "-q", name, "-w", out, "-j", "2"),
	}
	medians, err := inTurn(programs, runs)
	if err != nil {
		return err
	}
	for i, p := range programs {
		m := medians[i]
		fmt.Fprintf(w, "%-10s %-14s %10d %8.2f %8.2f %9.2f %9.0f %8d\n", kind, p.name, records,
			m.cpu.Seconds(), m.wall.Seconds(), float64(records)/m.cpu.Seconds()/1e6,
			float64(m.cpu.Nanoseconds())/float64(records), m.peak>>20)
	}
	return nil
}
