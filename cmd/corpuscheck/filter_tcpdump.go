package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// tcpdumpTimeout is more than tcpdump takes for a sample.
const tcpdumpTimeout = 30 * time.Second

// selection is what a filter selects of a sample, or why it was refused.
type selection struct {
	numbers []int // of frames, from 0
	refusal string
}

// nothingSelected is what libpcap's optimiser says of some filters that reject
// every frame: here they are filters like others.
const nothingSelected = "expression rejects all packets"

// tcpdumpSelects asks tcpdump, which is given the sample as a file whose time
// stamps are the numbers of the frames.
func tcpdumpSelects(file, expression string, optimise bool) (selection, error) {
	ctx, cancel := context.WithTimeout(context.Background(), tcpdumpTimeout)
	defer cancel()
	arguments := []string{"-r", file, "-w", "-", "-n"}
	if !optimise {
		arguments = append(arguments, "-O")
	}
	cmd := exec.CommandContext(ctx, "tcpdump", append(arguments, "--", expression)...)
	var out, messages bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &messages
	err := cmd.Run()
	var failed *exec.ExitError
	if err != nil && (!errors.As(err, &failed) || ctx.Err() != nil) {
		return selection{}, fmt.Errorf("cannot run tcpdump %q: %w", expression, err)
	}
	if err != nil {
		lines := strings.Split(strings.TrimSpace(messages.String()), "\n")
		refusal := strings.TrimPrefix(lines[len(lines)-1], "tcpdump: ")
		if refusal == nothingSelected {
			return selection{}, nil
		}
		return selection{refusal: refusal}, nil
	}
	numbers, err := selectedNumbers(out.Bytes())
	return selection{numbers: numbers}, err
}

// selectedNumbers reads the seconds of the time stamps of a pcap file.
func selectedNumbers(file []byte) ([]int, error) {
	const header, record = 24, 16
	if len(file) < header {
		return nil, fmt.Errorf("cannot read tcpdump's answer: %d octets, want at least %d", len(file), header)
	}
	var order binary.ByteOrder = binary.LittleEndian
	if order.Uint32(file) != 0xa1b2c3d4 {
		order = binary.BigEndian
	}
	var numbers []int
	for rest := file[header:]; len(rest) > 0; {
		if len(rest) < record || uint64(len(rest)-record) < uint64(order.Uint32(rest[8:])) {
			return nil, fmt.Errorf("cannot read tcpdump's answer: record %d is cut", len(numbers)+1)
		}
		numbers = append(numbers, int(order.Uint32(rest)))
		rest = rest[record+order.Uint32(rest[8:]):]
	}
	return numbers, nil
}
