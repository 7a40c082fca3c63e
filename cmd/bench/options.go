package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
)

// options measures runs over mix with options that are often used, in turn with one that has none. "pcapng" is no
// option but the same packets in such a file.
func (b *bench) options(w io.Writer, scale int, chosen func(string) bool) error {
	if !chosen("options") {
		return nil
	}
	capture, err := b.capture(workloads(scale)[0], scale)
	if err != nil {
		return err
	}
	blocks := strings.TrimSuffix(capture, ".pcap") + ".pcapng"
	if err := inBlocks(capture, blocks); err != nil {
		return err
	}
	run := func(name, input string, flags ...string) program {
		return b.netstream(name, input, append(flags, "-j", "1", "--input-digest", "xxh3")...)
	}
	programs := []program{run("none", capture), run("pcapng", blocks)}
	for _, option := range []string{
		"-o csv", "--biflow", "--profile nfdump", "--profile yaf", "--meter inner", "--meter both", "--filter tcp",
		"--dedup-window 1s", "-A as,protocol-port", "--features stats,splt",
	} {
		programs = append(programs, run(option, capture, strings.Fields(option)...))
	}
	medians, err := inTurn(programs, b.runs)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "\n%-22s %8s %8s %9s %9s\n", "option, XXH3, -j1", "CPU s", "wall s", "peak MiB", "x without")
	for i, p := range programs {
		m := medians[i]
		fmt.Fprintf(w, "%-22s %8.2f %8.2f %9d %9.2f\n", p.name, m.cpu.Seconds(), m.wall.Seconds(), m.peak>>20, m.cpu.Seconds()/medians[0].cpu.Seconds())
	}
	return nil
}

// inBlocks writes the packets of a pcap file, as netgen makes it, to a pcapng file, if there is none (draft-ietf-opsawg-pcapng,
// sections 4.1 to 4.3).
func inBlocks(from, to string) error {
	return converted(from, to, func(records io.Reader, target io.Writer) error {
		blocks := bufio.NewWriterSize(target, 1<<20)
		if err := copyRecords(records, blocks); err != nil {
			return err
		}
		return blocks.Flush()
	})
}

// copyRecords copies all records of a little-endian pcap file.
func copyRecords(records io.Reader, blocks io.Writer) error {
	const microseconds, nanoseconds = 0xa1b2c3d4, 0xa1b23c4d
	order := binary.LittleEndian
	var head [24]byte
	if _, err := io.ReadFull(records, head[:]); err != nil {
		return err
	}
	units, resolution := uint64(1e6), byte(6)
	switch magic := order.Uint32(head[:]); magic {
	case microseconds:
	case nanoseconds:
		units, resolution = 1e9, 9
	default:
		return fmt.Errorf("magic 0x%08x, want 0x%08x or 0x%08x", magic, microseconds, nanoseconds)
	}
	block := order.AppendUint32(nil, 0x0a0d0d0a) // a section of version 1.0, of any length
	block = append(block, "\x1c\x00\x00\x00\x4d\x3c\x2b\x1a\x01\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\x1c\x00\x00\x00"...)
	block = append(block, 1, 0, 0, 0, 32, 0, 0, 0) // an interface with if_tsresol
	block = append(block, head[20:24]...)
	block = append(block, head[16:20]...)
	block = append(block, 9, 0, 1, 0, resolution, 0, 0, 0, 0, 0, 0, 0, 32, 0, 0, 0)
	for {
		if _, err := blocks.Write(block); err != nil {
			return err
		}
		if _, err := io.ReadFull(records, head[:16]); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		count := uint64(order.Uint32(head[:]))*units + uint64(order.Uint32(head[4:]))
		captured := order.Uint32(head[8:])
		padded := (captured + 3) &^ 3
		block = order.AppendUint32(append(block[:0], 6, 0, 0, 0), 32+padded)
		block = order.AppendUint32(order.AppendUint32(append(block, 0, 0, 0, 0), uint32(count>>32)), uint32(count))
		block = append(block, head[8:16]...)
		at := len(block)
		block = append(block, make([]byte, padded)...)
		if _, err := io.ReadFull(records, block[at:at+int(captured)]); err != nil {
			return err
		}
		block = order.AppendUint32(block, 32+padded)
	}
}
