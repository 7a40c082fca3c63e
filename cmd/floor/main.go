// Floor measures how fast this machine can do the least that flow metering of a
// capture needs, as the yardstick that `make bench` compares netstream with: a
// ratio of two programs on one machine says something on every machine.
//
//	floor [--level 1|2] FILE|-
//
// Level 1 walks the packet records of a pcap file and adds up their lengths.
// Level 2 also parses Ethernet, 802.1Q, IPv4, IPv6 and ports, and updates one
// hash table by 5-tuple: packets, octets, first and last time, TCP control bits.
// There are no timeouts, no intervals, no order, no checks and no output but the
// totals, so floor is a bound and not a meter. It uses one goroutine.
//
// It reads little-endian pcap of Ethernet frames, such as netgen writes.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/pflag"
)

// result is what floor prints, as one line of JSON.
type result struct {
	Level      int     `json:"level"`
	Packets    uint64  `json:"packets"`
	WireOctets uint64  `json:"wire_bytes"`
	Octets     uint64  `json:"l3_bytes"`
	Other      uint64  `json:"other"` // frames that are not IP, or too short
	Flows      int     `json:"flows"`
	Seconds    float64 `json:"seconds"`
	PacketRate float64 `json:"packets_per_second"`
	FileRate   float64 `json:"file_bytes_per_second"`
}

func main() {
	err := run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	if errors.Is(err, pflag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "floor:", err)
		os.Exit(1)
	}
}

func run(arguments []string, stdin io.Reader, stdout, stderr io.Writer) error {
	flags := pflag.NewFlagSet("floor", pflag.ContinueOnError)
	flags.SetOutput(stderr)
	level := flags.IntP("level", "l", 2, "1: walk the records; 2: parse headers and count flows too")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return errors.New("expected one capture, or - for standard input")
	}
	if *level != 1 && *level != 2 {
		return fmt.Errorf("cannot measure level %d: expected 1 or 2", *level)
	}
	input := stdin
	if path := flags.Arg(0); path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return fmt.Errorf("cannot read capture: %w", err)
		}
		defer file.Close() // nothing can be lost by closing what was only read
		input = file
	}
	r, err := measure(input, *level)
	if err != nil {
		return err
	}
	return json.NewEncoder(stdout).Encode(r)
}

// measure walks a capture at a level and takes the time.
func measure(input io.Reader, level int) (result, error) {
	begin := time.Now()
	w := newWalker(level)
	if err := w.walk(input); err != nil {
		return result{}, err
	}
	seconds := time.Since(begin).Seconds()
	return result{
		Level: level, Packets: w.packets, WireOctets: w.wireOctets,
		Octets: w.octets, Other: w.other, Flows: len(w.flows.records),
		Seconds: seconds, PacketRate: float64(w.packets) / seconds, FileRate: float64(w.fileOctets) / seconds,
	}, nil
}
