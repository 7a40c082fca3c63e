package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os/exec"
	"strconv"
	"strings"
)

// conversation is what a program tells of both directions of a flow.
type conversation struct {
	key     key               // from the initiator to the responder
	volumes [2]volume         // from the initiator, and to it
	cells   map[string]string // the program's other columns by name
}

// reversed gives the conversation as if the responder had begun it.
func (c conversation) reversed() conversation {
	c.key.source, c.key.destination = c.key.destination, c.key.source
	c.key.sourcePort, c.key.destinationPort = c.key.destinationPort, c.key.sourcePort
	c.volumes[0], c.volumes[1] = c.volumes[1], c.volumes[0]
	return c
}

// undirectedSums sums conversations over keys of both directions.
func undirectedSums(conversations []conversation) sums {
	if conversations == nil {
		return nil
	}
	s := sums{}
	for _, c := range conversations {
		s.add(c.key.undirected(), c.volumes[0].plus(c.volumes[1]))
	}
	return s
}

// directedSums sums conversations over keys of one direction each.
func directedSums(conversations []conversation) sums {
	s := sums{}
	for _, c := range conversations {
		if c.volumes[0].packets > 0 {
			s.add(c.key, c.volumes[0])
		}
		if r := c.reversed(); r.volumes[0].packets > 0 {
			s.add(r.key, r.volumes[0])
		}
	}
	return s
}

// meterConversations runs netstream on a capture and gives the biflows of its flow
// table. A capture that it refuses has none.
func meterConversations(program, path string, settings ...string) ([]conversation, error) {
	ctx, cancel := context.WithTimeout(context.Background(), runLimit)
	defer cancel()
	arguments := append([]string{"run", path, "--captures", "packets", "-q", "-o", "csv", "-w", "-", "--time-unit", "ns"}, settings...)
	text, err := exec.CommandContext(ctx, program, arguments...).Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return nil, fmt.Errorf("cannot run netstream: %w", err)
	}
	if exit != nil && exit.ExitCode() != exitDamaged && exit.ExitCode() != exitRefused {
		return nil, fmt.Errorf("cannot use netstream's biflows: exit code %d: %s", exit.ExitCode(), oneLine(string(exit.Stderr)))
	}
	return parseConversations(strings.NewReader(string(text)))
}

// parseConversations reads a flow table of biflows.
func parseConversations(r io.Reader) ([]conversation, error) {
	rows := csv.NewReader(r)
	header, err := rows.Read()
	if err == io.EOF {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the biflows: %w", err)
	}
	var conversations []conversation
	for {
		cells, err := rows.Read()
		if err == io.EOF {
			return conversations, nil
		}
		if err != nil {
			return nil, fmt.Errorf("cannot read the biflows: %w", err)
		}
		c := conversation{cells: map[string]string{}}
		for i, cell := range cells {
			if cell != "" {
				c.cells[header[i]] = cell
			}
		}
		if err := c.readCells(); err != nil {
			line, _ := rows.FieldPos(0)
			return nil, fmt.Errorf("cannot read the biflow of line %d: %w", line, err)
		}
		conversations = append(conversations, c)
	}
}

// readCells reads key and volumes out of the columns of netstream.
func (c *conversation) readCells() error {
	var errs [10]error
	c.key.source, errs[0] = netip.ParseAddr(c.cells["src_ip"])
	c.key.destination, errs[1] = netip.ParseAddr(c.cells["dst_ip"])
	c.key.sourcePort, errs[2] = parsePort(c.cells["src_port"])
	c.key.destinationPort, errs[3] = parsePort(c.cells["dst_port"])
	c.key.protocol, errs[4] = strconv.Atoi(c.cells["protocol"])
	for direction, prefix := range [...]string{"", "rev_"} {
		v := &c.volumes[direction]
		v.packets, errs[5] = c.count(prefix + "packets")
		v.bytes, errs[6] = c.count(prefix + "bytes")
		v.wireBytes, errs[7] = c.count(prefix + "wire_bytes")
	}
	return errors.Join(errs[:]...)
}

// count gives the integer in a column, 0 if it is empty.
func (c *conversation) count(column string) (int64, error) {
	cell := c.cells[column]
	if cell == "" {
		return 0, nil
	}
	return strconv.ParseInt(cell, 10, 64)
}
