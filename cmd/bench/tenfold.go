package main

import (
	"fmt"
	"io"
	"path/filepath"
)

// tenfold compares mix with a capture of ten times its length, and as many flows at a time.
func (b *bench) tenfold(w io.Writer, scale int, chosen func(string) bool) error {
	if !chosen("tenfold") {
		return nil
	}
	once := workloads(scale)[0]
	long := once
	long.name, long.packets, long.flows, long.seconds = "tenfold", 10*once.packets, 10*once.flows, 10*once.seconds
	var programs []program
	for _, load := range []workload{once, long} {
		capture, err := b.capture(load, scale)
		if err != nil {
			return err
		}
		out := filepath.Join(b.dir, "out")
		programs = append(programs, command(load.name, out, filepath.Join(b.bin, "netstream"), "run", "-q", capture, "-w", out, "-j", "2"))
	}
	medians, err := inTurn(programs, min(b.runs, 3))
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "\nten times %d packets: CPU x %.2f, wall x %.2f, peak memory %d and %d MiB\n", once.packets,
		medians[1].cpu.Seconds()/medians[0].cpu.Seconds(), medians[1].wall.Seconds()/medians[0].wall.Seconds(),
		medians[0].peak>>20, medians[1].peak>>20)
	return nil
}
