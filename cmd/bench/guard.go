package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// guard fails if any of the ratios that the file of bounds names is above its bound.
// A ratio is CPU time to that of the floor program on elephants, for which the system need
// not find memory, medians of runs in turn, so that it depends little on the machine. Inputs are told by XXH3, since SHA-256 is a matter of
// instructions that processors have or have not. Lines are a workload and a bound; # begins a comment.
func (b *bench) guard(w io.Writer, scale int, bounds string) error {
	limits, err := readBounds(bounds)
	if err != nil {
		return err
	}
	programs, err := b.guarded(scale, limits)
	if err != nil {
		return err
	}
	medians, err := inTurn(programs, b.runs)
	if err != nil {
		return err
	}
	var over []string
	floor := medians[0].cpu.Seconds()
	for i, limit := range limits {
		ratio := medians[i+1].cpu.Seconds() / floor
		fmt.Fprintf(w, "%-10s %6.2f times the floor (%.3f s), at most %.2f\n", limit.name, ratio, floor, limit.most)
		if ratio > limit.most {
			over = append(over, limit.name)
		}
	}
	if len(over) > 0 {
		return fmt.Errorf("slower than %s allows: %s", bounds, strings.Join(over, ", "))
	}
	return nil
}

// bound is the greatest ratio of a workload.
type bound struct {
	name string
	most float64
}

func readBounds(name string) (bounds []bound, err error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close() // which was only read
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		line, _, _ := strings.Cut(lines.Text(), "#")
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		if len(fields) != 2 {
			return nil, fmt.Errorf("cannot read %s: line %q, want a workload and a bound", name, lines.Text())
		}
		most, err := strconv.ParseFloat(fields[1], 64)
		if err != nil {
			return nil, fmt.Errorf("cannot read %s: %w", name, err)
		}
		bounds = append(bounds, bound{fields[0], most})
	}
	return bounds, lines.Err()
}

// guarded gives the floor on elephants, and behind it what the bounds are of.
func (b *bench) guarded(scale int, bounds []bound) (programs []program, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	loads := map[string]workload{}
	for _, load := range workloads(scale) {
		loads[load.name] = load
	}
	long, err := b.capture(loads["elephants"], scale)
	if err != nil {
		return nil, err
	}
	programs = append(programs, command("floor", "", filepath.Join(b.bin, "floor"), long))
	for _, limit := range bounds {
		if load, known := loads[limit.name]; known {
			capture, err := b.capture(load, scale)
			if err != nil {
				return nil, err
			}
			programs = append(programs, b.netstream(limit.name, capture, "-j", "1", "--input-digest", "xxh3"))
			continue
		}
		exports := filepath.Join(b.dir, fmt.Sprintf("%s-%d.raw", limit.name, scale))
		if err := generateExport(filepath.Join(b.bin, "netgen"), limit.name, exportRecords/scale, exports); err != nil {
			return nil, err
		}
		programs = append(programs, command(limit.name, "", self, "decode-xxh3", exports))
	}
	return programs, nil
}
