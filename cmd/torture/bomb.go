package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"
)

// bombMemory is what a bomb may have resident, in octets: less than a small run may take,
// and a small part of what the bomb expands to.
const bombMemory = 64 << 20

// bombs has the program read files that expand to a size: of zeros, which are no capture, of a
// capture with zeros behind its header, and of a legal capture of one packet over and over.
func (b *bench) bombs(octets int64) {
	const id = "Z1"
	folder, err := os.MkdirTemp(b.scratch, "torture-")
	if !b.attempt(id, err) {
		return
	}
	defer os.RemoveAll(folder) // nothing in it is needed any more
	for _, content := range []struct {
		name        string
		first, then []byte
		code        int
	}{
		{"zeros", nil, make([]byte, 1<<16), 4},
		{"zeros behind the header of a capture", pcapHeader(), make([]byte, 1<<16), 3},
		{"one packet over and over", pcapHeader(), bytes.Repeat(pcapRecord(), 1024), 0},
	} {
		for _, format := range []string{"gzip", "zstd"} {
			path, out := filepath.Join(folder, "bomb"), filepath.Join(folder, "out")
			stored, err := writeBomb(path, format, content.first, content.then, octets)
			if !b.attempt(id, err) {
				continue
			}
			u, err := run(b.program, "run", "-q", path, "-w", out)
			if !b.attempt(id, errors.Join(err, os.RemoveAll(out))) {
				continue
			}
			b.assert(id, u.peak <= bombMemory && u.code == content.code,
				"%s, %d MiB in %d KiB of %s: exit code %d, want %d; %d MiB resident at most, want %d or less; %v",
				content.name, octets>>20, stored>>10, format, u.code, content.code, u.peak>>20, bombMemory>>20, seconds(u.wall))
		}
	}
}

// writeBomb writes a compressed file and gives how many octets are stored.
func writeBomb(path, format string, first, then []byte, octets int64) (stored int64, err error) {
	file, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	var w io.WriteCloser = gzip.NewWriter(file)
	if format == "zstd" {
		if w, err = zstd.NewWriter(file, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(8<<20)); err != nil {
			return 0, errors.Join(err, file.Close())
		}
	}
	_, err = w.Write(first)
	for written := int64(len(first)); err == nil && written < octets; written += int64(len(then)) {
		_, err = w.Write(then)
	}
	err = errors.Join(err, w.Close())
	if info, e := file.Stat(); e == nil {
		stored = info.Size()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return 0, fmt.Errorf("cannot write %s: %w", path, err)
	}
	return stored, nil
}

// pcapHeader is that of a file of Ethernet frames (draft-ietf-opsawg-pcap).
func pcapHeader() []byte {
	header := make([]byte, 24)
	binary.LittleEndian.PutUint32(header, 0xa1b2c3d4)
	binary.LittleEndian.PutUint16(header[4:], 2)
	binary.LittleEndian.PutUint16(header[6:], 4)
	binary.LittleEndian.PutUint32(header[16:], 262_144)
	binary.LittleEndian.PutUint32(header[20:], 1)
	return header
}

// pcapRecord is a UDP datagram without payload, from 192.0.2.1 to 192.0.2.2.
func pcapRecord() []byte {
	frame := make([]byte, 60)
	binary.BigEndian.PutUint16(frame[12:], 0x0800)
	copy(frame[14:], []byte{0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2, 0, 9, 0, 9, 0, 8, 0, 0})
	record := make([]byte, 16, 16+len(frame))
	binary.LittleEndian.PutUint32(record, 1_700_000_000)
	binary.LittleEndian.PutUint32(record[8:], uint32(len(frame)))
	binary.LittleEndian.PutUint32(record[12:], uint32(len(frame)))
	return append(record, frame...)
}
