package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os/exec"
	"slices"
	"strconv"
)

// ends are the addresses of an IP header, in its direction.
type ends struct{ source, destination netip.Addr }

func (e ends) String() string { return fmt.Sprintf("%v > %v", e.source, e.destination) }

// innermost gives the addresses of the innermost IP header of a packet that is shown
// with them, and false if none is. The header that an ICMP error quotes is not one of
// the packet.
func (p *packet) innermost() (ends, bool) {
	var found ends
	has := false
	seen := map[string]int{}
	for _, layer := range p.layers {
		switch layer {
		case "icmp", "icmpv6":
			return found, has
		case "ip", "ipv6":
			if e, shown := p.header(layer, seen[layer]); shown {
				found, has = e, true
			}
			seen[layer]++
		}
	}
	return found, has
}

// header gives the addresses of an IP header by its place among those of its version.
func (p *packet) header(layer string, at int) (ends, bool) {
	sources, destinations := p.fields[layer+".src"], p.fields[layer+".dst"]
	if at >= len(sources) || at >= len(destinations) {
		return ends{}, false
	}
	source, err1 := netip.ParseAddr(sources[at])
	destination, err2 := netip.ParseAddr(destinations[at])
	return ends{source, destination}, err1 == nil && err2 == nil
}

// meterInner runs netstream on a capture for the packets that tunnels carry, and sums
// them by their addresses.
func meterInner(program, path string) (map[ends]int64, error) {
	ctx, cancel := context.WithTimeout(context.Background(), runLimit)
	defer cancel()
	command := exec.CommandContext(ctx, program, "run", path, "--captures", "packets", "--fragments", "apart", "--meter", "inner", "-w", "-", "-o", "csv", "-q")
	table, err := command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("cannot run netstream: %w", err)
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("cannot run netstream: %w", err)
	}
	sums, problem := parseEnds(table)
	_, _ = io.Copy(io.Discard, table)
	var exit *exec.ExitError
	if err := command.Wait(); err != nil && (!errors.As(err, &exit) || exit.ExitCode() != exitDamaged) {
		return nil, fmt.Errorf("netstream with --meter inner: %w", err)
	}
	return sums, problem
}

// parseEnds sums the packets of a flow table by their addresses.
func parseEnds(r io.Reader) (map[ends]int64, error) {
	reader := csv.NewReader(r)
	reader.ReuseRecord = true
	header, err := reader.Read()
	if err != nil {
		return nil, fmt.Errorf("cannot read the header: %w", err)
	}
	source, destination, count := slices.Index(header, "src_ip"), slices.Index(header, "dst_ip"), slices.Index(header, "packets")
	if min(source, destination, count) < 0 {
		return nil, fmt.Errorf("cannot find a column in %q", header)
	}
	sums := map[ends]int64{}
	for {
		cells, err := reader.Read()
		if err == io.EOF {
			return sums, nil
		}
		if err != nil {
			return nil, err
		}
		from, err1 := netip.ParseAddr(cells[source])
		to, err2 := netip.ParseAddr(cells[destination])
		packets, err3 := strconv.ParseInt(cells[count], 10, 64)
		if err := errors.Join(err1, err2, err3); err != nil {
			line, _ := reader.FieldPos(0)
			return nil, fmt.Errorf("cannot read line %d: %w", line, err)
		}
		sums[ends{from, to}] += packets
	}
}
