package main

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/klauspost/compress/zstd"
)

// compressed compares the wall time of compressed captures on two processors with that
// of decompressing them alone, by the same code and by the usual program. All but scan,
// whose packets take far longer than they take to decompress.
func (b *bench) compressed(w io.Writer, scale int, chosen func(string) bool) error {
	if !chosen("compressed") {
		return nil
	}
	fmt.Fprintf(w, "\n%-10s %-6s %-16s %8s %8s %8s\n", "workload", "format", "program", "CPU s", "wall s", "x alone")
	for _, load := range workloads(scale) {
		if load.name == "scan" {
			continue
		}
		capture, err := b.capture(load, scale)
		if err != nil {
			return err
		}
		for _, format := range []string{"gz", "zst"} {
			if err := b.decompressing(w, load.name, capture, format); err != nil {
				return err
			}
		}
	}
	return nil
}

// decompressing compares the runs over one capture in one format.
func (b *bench) decompressing(w io.Writer, load, capture, format string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	name := capture + "." + format
	if err := compress(capture, name); err != nil {
		return err
	}
	tool := map[string]string{"gz": "gzip", "zst": "zstd"}[format]
	programs := []program{
		command("decompressed", "", self, "expand", name),
		b.netstream("netstream -j2", name, "-j", "2"),
		b.netstream("  -j2, XXH3", name, "-j", "2", "--input-digest", "xxh3"),
		{name: tool + " -dc", steps: []step{{args: []string{tool, "-dc", name}, stdout: os.DevNull}}},
	}
	medians, err := inTurn(programs, b.runs)
	if err != nil {
		return err
	}
	for i, p := range programs {
		m := medians[i]
		fmt.Fprintf(w, "%-10s %-6s %-16s %8.2f %8.2f %8.2f\n", load, format, p.name, m.cpu.Seconds(), m.wall.Seconds(), m.wall.Seconds()/medians[0].wall.Seconds())
	}
	return nil
}

// compress writes a compressed copy as the name says, at the usual level, if there is none.
func compress(from, to string) error {
	return converted(from, to, func(source io.Reader, target io.Writer) (err error) {
		var compressor io.WriteCloser = gzip.NewWriter(target)
		if filepath.Ext(to) == ".zst" {
			if compressor, err = zstd.NewWriter(target); err != nil {
				return err
			}
		}
		if _, err := io.Copy(compressor, source); err != nil {
			return err
		}
		return compressor.Close()
	})
}

// converted writes a file that is made of another one, if there is none. It appears when it is complete.
func converted(from, to string, convert func(source io.Reader, target io.Writer) error) error {
	if _, err := os.Stat(to); err == nil {
		return nil
	}
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close() // which was only read
	target, err := os.Create(to + ".part")
	if err != nil {
		return err
	}
	err = convert(bufio.NewReaderSize(source, 1<<20), target)
	if closing := target.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(to+".part", to)
	}
	if err != nil {
		_ = os.Remove(to + ".part") // the first failure is what matters
		return fmt.Errorf("cannot make %s of %s: %w", to, from, err)
	}
	return nil
}

// capture gives the name of a workload's capture, which is made if it is not there.
func (b *bench) capture(load workload, scale int) (string, error) {
	name := filepath.Join(b.dir, load.name+"-"+strconv.Itoa(scale)+".pcap")
	return name, load.generate(filepath.Join(b.bin, "netgen"), name)
}
