package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// flood is a scan of many flows of one packet each.
type flood struct {
	flows          int
	memory, enough int // MiB
}

// Bounds of what the flood may cost.
const (
	mostOver     = 1.10 // of the memory that the run may take
	leastOfSpeed = 0.25 // of that of a run with memory for all
)

// flood has the program meter the scan in little memory, and in enough.
func (b *bench) flood(f flood) {
	const id = "P12"
	folder, err := os.MkdirTemp(b.scratch, "torture-")
	if !b.attempt(id, err) {
		return
	}
	defer os.RemoveAll(folder) // it is large, and nothing in it is needed any more
	scan := filepath.Join(folder, "scan.pcap")
	// All within the idle timeout, so that none ends before the last one has begun.
	_, err = must(b.netgen, "scan", "--packets", strconv.Itoa(f.flows), "--flows", strconv.Itoa(f.flows),
		"--snaplen", "64", "--duration", "25s", "-w", scan)
	if !b.attempt(id, err) {
		return
	}
	metered := func(mebi int) (usage, [sha256.Size]byte, error) {
		out := filepath.Join(folder, "out")
		u, err := must(b.program, "run", "-q", scan, "-w", out, "--memory", strconv.Itoa(mebi)+"M")
		if err != nil {
			return u, [sha256.Size]byte{}, err
		}
		sum, err := digest(out)
		return u, sum, errors.Join(err, os.RemoveAll(out))
	}
	bounded, few, err := metered(f.memory)
	if !b.attempt(id, err) {
		return
	}
	b.assert(id, float64(bounded.peak) <= mostOver*float64(f.memory<<20), "%d flows with --memory %dM: %d MiB resident at most, want %.2f of the bound or less; %v (%v of processors)",
		f.flows, f.memory, bounded.peak>>20, mostOver, seconds(bounded.wall), seconds(bounded.cpu))
	free, all, err := metered(f.enough)
	if !b.attempt(id, err) {
		return
	}
	b.assert(id, few == all, "%d flows: the same bytes with --memory %dM and %dM", f.flows, f.memory, f.enough)
	speed := free.wall.Seconds() / bounded.wall.Seconds()
	b.assert(id, speed >= leastOfSpeed, "%d flows: %.0f %% of the speed of a run with --memory %dM, want %.0f %% or more; that one took %v (%v of processors), %d MiB resident at most",
		f.flows, 100*speed, f.enough, 100*leastOfSpeed, seconds(free.wall), seconds(free.cpu), free.peak>>20)
}

func seconds(d time.Duration) time.Duration { return d.Round(time.Second / 10) }

// digest gives one digest of the names and contents of all files in a folder.
func digest(folder string) (sum [sha256.Size]byte, err error) {
	all := sha256.New()
	err = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close() // it was read only
		one := sha256.New()
		if _, err := io.Copy(one, file); err != nil {
			return fmt.Errorf("cannot read %s: %w", path, err)
		}
		relative, err := filepath.Rel(folder, path)
		fmt.Fprintf(all, "%x  %s\n", one.Sum(nil), relative)
		return err
	})
	return [sha256.Size]byte(all.Sum(nil)), err
}
