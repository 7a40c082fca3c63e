package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

// runLimit ends a run of netstream that hangs; slowRun is what no capture of the
// corpus, all of a few MB, may need.
const (
	runLimit = 60 * time.Second
	slowRun  = 10 * time.Second
)

// Exit codes of netstream run that leave books.
const (
	exitComplete = 0
	exitDamaged  = 3
	exitRefused  = 4 // no capture: no output
)

// metering is what netstream made of a capture.
type metering struct {
	exit      int
	complaint string // on standard error
	took      time.Duration
	books     books
	flows     sums // of flows.csv, by key
	intervals sums // of intervals.csv, by key
}

// books is what is read of run.json.
type books struct {
	Complete bool `json:"complete"`
	Inputs   []struct {
		Packets     uint64 `json:"packets"`
		FirstTime   string `json:"first_time"`
		LastTime    string `json:"last_time"`
		DamageCount uint64 `json:"damage_count"`
		Damages     []struct {
			Offset int64 `json:"offset"`
		} `json:"damages"`
		Outcomes []struct {
			Name    string `json:"name"`
			Packets uint64 `json:"packets"`
			Wire    uint64 `json:"wire_bytes"`
		} `json:"outcomes"`
		Notes []struct {
			Name    string `json:"name"`
			Packets uint64 `json:"packets"`
		} `json:"notes"`
		Interfaces []struct {
			Link     string `json:"link"`
			LinkType uint16 `json:"link_type"`
		} `json:"interfaces"`
	} `json:"inputs"`
	Totals struct {
		Accounted int64 `json:"packets_accounted"`
		Bytes     int64 `json:"bytes"`
		WireBytes int64 `json:"wire_bytes"`
	} `json:"totals"`
	Laws []struct {
		ID    string `json:"id"`
		Holds bool   `json:"holds"`
	} `json:"laws"`
}

// outcome gives how many packets of the capture went one way.
func (b *books) outcome(name string) uint64 {
	var packets uint64
	for _, o := range b.Inputs[0].Outcomes {
		if o.Name == name {
			packets += o.Packets
		}
	}
	return packets
}

// onlyFileHeader tells whether all damage is in the file header of a pcap file, 24
// octets long.
func (b *books) onlyFileHeader() bool {
	const headerLength = 24
	in := b.Inputs[0]
	for _, d := range in.Damages {
		if d.Offset >= headerLength {
			return false
		}
	}
	return len(in.Damages) > 0 && in.DamageCount == uint64(len(in.Damages))
}

// wireBytes gives the original length of all frames of the capture.
func (b *books) wireBytes() uint64 {
	var octets uint64
	for _, o := range b.Inputs[0].Outcomes {
		octets += o.Wire
	}
	return octets
}

// meter runs netstream on a capture, in a folder that is removed again.
func meter(program, path string) (metering, error) {
	folder, err := os.MkdirTemp("", "corpuscheck-")
	if err != nil {
		return metering{}, fmt.Errorf("cannot make a folder for the output: %w", err)
	}
	defer os.RemoveAll(folder)
	output := filepath.Join(folder, "output")

	ctx, cancel := context.WithTimeout(context.Background(), runLimit)
	defer cancel()
	start := time.Now()
	text, err := exec.CommandContext(ctx, program, "run", path, "--captures", "packets", "--fragments", "apart", "-w", output, "-o", "csv", "-q").CombinedOutput()
	m := metering{took: time.Since(start), complaint: oneLine(string(text))}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return metering{}, fmt.Errorf("cannot run netstream: %w", err)
	}
	if exit != nil {
		m.exit = exit.ExitCode()
	}
	if m.exit != exitComplete && m.exit != exitDamaged {
		return m, nil
	}
	return m, m.readOutput(output)
}

func (m *metering) readOutput(folder string) error {
	text, err := os.ReadFile(filepath.Join(folder, "run.json"))
	if err != nil {
		return fmt.Errorf("cannot read the manifest: %w", err)
	}
	if err := json.Unmarshal(text, &m.books); err != nil {
		return fmt.Errorf("cannot read the manifest: %w", err)
	}
	if len(m.books.Inputs) != 1 {
		return fmt.Errorf("cannot use the manifest: got %d inputs, want 1", len(m.books.Inputs))
	}
	if m.flows, err = readSums(filepath.Join(folder, "flows.csv")); err != nil {
		return err
	}
	m.intervals, err = readSums(filepath.Join(folder, "intervals.csv"))
	return err
}

func readSums(path string) (sums, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read a table: %w", err)
	}
	defer file.Close()
	s, err := parseSums(file)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", filepath.Base(path), err)
	}
	return s, nil
}

// parseSums sums the rows of a table of netstream by key.
func parseSums(r io.Reader) (sums, error) {
	reader := csv.NewReader(r)
	reader.ReuseRecord = true
	header, err := reader.Read()
	if err != nil {
		return nil, fmt.Errorf("cannot read the header: %w", err)
	}
	columns := [...]string{"src_ip", "dst_ip", "src_port", "dst_port", "protocol", "packets", "bytes", "wire_bytes", "tos", "tcp_flags"}
	var places [len(columns)]int
	for i, column := range columns {
		if places[i] = slices.Index(header, column); places[i] < 0 {
			return nil, fmt.Errorf("cannot find column %q", column)
		}
	}
	s := sums{}
	for {
		cells, err := reader.Read()
		if err == io.EOF {
			return s, nil
		}
		if err != nil {
			return nil, err
		}
		var row [len(columns)]string
		for i, place := range places {
			row[i] = cells[place]
		}
		if err := s.addRow(row); err != nil {
			line, _ := reader.FieldPos(0)
			return nil, fmt.Errorf("cannot read line %d: %w", line, err)
		}
	}
}

// addRow adds a row of the columns that [parseSums] names.
func (s sums) addRow(row [10]string) error {
	var k key
	var v volume
	var errs [10]error
	k.source, errs[0] = netip.ParseAddr(row[0])
	k.destination, errs[1] = netip.ParseAddr(row[1])
	k.sourcePort, errs[2] = parsePort(row[2])
	k.destinationPort, errs[3] = parsePort(row[3])
	k.protocol, errs[4] = strconv.Atoi(row[4])
	v.packets, errs[5] = strconv.ParseInt(row[5], 10, 64)
	v.bytes, errs[6] = strconv.ParseInt(row[6], 10, 64)
	v.wireBytes, errs[7] = strconv.ParseInt(row[7], 10, 64)
	k.tos, errs[8] = strconv.Atoi(row[8])
	if row[9] != "" {
		v.tcpFlags, errs[9] = strconv.Atoi(row[9])
	}
	if err := errors.Join(errs[:]...); err != nil {
		return err
	}
	s.add(k, v)
	return nil
}

func parsePort(cell string) (int, error) {
	if cell == "" {
		return noPort, nil
	}
	return strconv.Atoi(cell)
}
