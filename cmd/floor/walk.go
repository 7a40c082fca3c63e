package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

const (
	fileHeaderLength   = 24
	recordHeaderLength = 16

	readSize = 1 << 20

	// maxCaptured is the largest captured length that is taken for one; libpcap
	// has the same limit (MAXIMUM_SNAPLEN, 262,144 octets).
	maxCaptured = 1 << 18

	// batchSize is how many packets go through each stage together, so that the
	// cache misses of one stage overlap instead of waiting for one another.
	batchSize = 64
)

// walker is one pass over a capture.
type walker struct {
	level               int
	packets, fileOctets uint64
	wireOctets, octets  uint64
	other               uint64

	batch   [batchSize]packet
	waiting int
	flows   table
}

func newWalker(level int) *walker { return &walker{level: level, flows: newTable()} }

// walk reads the capture in pieces and hands on whole records.
func (w *walker) walk(input io.Reader) error {
	buffer := make([]byte, readSize+recordHeaderLength+maxCaptured)
	if err := w.fileHeader(input, buffer[:fileHeaderLength]); err != nil {
		return err
	}
	kept := 0
	for {
		n, err := input.Read(buffer[kept : kept+readSize])
		w.fileOctets += uint64(n)
		rest, bad := w.records(buffer[:kept+n])
		if bad != nil {
			return bad
		}
		kept = copy(buffer, rest)
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("cannot read capture: %w", err)
		}
	}
	if kept > 0 {
		return fmt.Errorf("cannot read capture: it ends within a record, %d octets behind packet %d", kept, w.packets)
	}
	w.flush()
	return nil
}

func (w *walker) fileHeader(input io.Reader, header []byte) error {
	if _, err := io.ReadFull(input, header); err != nil {
		return fmt.Errorf("cannot read pcap header: %w", err)
	}
	switch magic := binary.LittleEndian.Uint32(header); magic {
	case 0xa1b2c3d4, 0xa1b23c4d: // micro- and nanoseconds: floor never looks at the unit
	default:
		return fmt.Errorf("cannot read capture: magic number is %#08x, want little-endian pcap", magic)
	}
	if link := binary.LittleEndian.Uint32(header[20:]) & 0x0fffffff; link != 1 {
		return fmt.Errorf("cannot read capture: link type is %d, want 1 (Ethernet)", link)
	}
	w.fileOctets += fileHeaderLength
	return nil
}

// records goes over all whole records of b and gives what is behind them.
func (w *walker) records(b []byte) ([]byte, error) {
	for len(b) >= recordHeaderLength {
		captured := binary.LittleEndian.Uint32(b[8:])
		if captured > maxCaptured {
			return nil, errors.New("cannot read capture: a record is longer than any snapshot length")
		}
		end := recordHeaderLength + int(captured)
		if end > len(b) {
			break
		}
		w.packets++
		w.wireOctets += uint64(binary.LittleEndian.Uint32(b[12:]))
		if w.level > 1 {
			// Seconds above the fraction order as time does, whatever the unit.
			time := uint64(binary.LittleEndian.Uint32(b))<<32 | uint64(binary.LittleEndian.Uint32(b[4:]))
			w.meter(b[recordHeaderLength:end], time)
		}
		b = b[end:]
	}
	return b, nil
}

// meter parses a frame and puts it on the batch.
func (w *walker) meter(frame []byte, time uint64) {
	p := &w.batch[w.waiting]
	if !p.parse(frame) {
		w.other++
		return
	}
	p.time = time
	w.octets += uint64(p.octets)
	if w.waiting++; w.waiting == batchSize {
		w.flush()
	}
}

// flush brings the batch into the table in stages: first all index entries are
// read, then all flow records, which by then are on their way into the cache.
func (w *walker) flush() {
	batch := w.batch[:w.waiting]
	for i := range batch {
		w.flows.find(&batch[i])
	}
	w.flows.touch(batch)
	for i := range batch {
		w.flows.update(&batch[i])
	}
	w.waiting = 0
}
