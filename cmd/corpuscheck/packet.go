package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// packet is one packet as tshark shows it. A field that occurs in several
// headers, as addresses do in tunnels and in ICMP errors, has its values in the
// order of the headers.
type packet struct {
	number   uint64
	length   int      // of the frame on the link
	captured int      // of the frame in the file
	link     string   // Wireshark's number of the link type
	layers   []string // names of the headers, outermost first
	fields   map[string][]string
}

// parseTshark reads the lines of `tshark -T fields`, one for each packet.
func parseTshark(text string) ([]packet, error) {
	var packets []packet
	for _, line := range strings.Split(text, "\n") {
		if line == "" {
			continue
		}
		p, err := parsePacket(line)
		if err != nil {
			return nil, fmt.Errorf("cannot read line %d: %w", len(packets)+1, err)
		}
		packets = append(packets, p)
	}
	return packets, nil
}

func parsePacket(line string) (packet, error) {
	cells := strings.Split(line, "\t")
	if len(cells) != len(tsharkFields) {
		return packet{}, fmt.Errorf("got %d cells, want %d", len(cells), len(tsharkFields))
	}
	p := packet{fields: map[string][]string{}}
	for i, cell := range cells {
		if cell != "" {
			p.fields[tsharkFields[i]] = strings.Split(cell, ";")
		}
	}
	var err error
	if p.number, err = strconv.ParseUint(cells[0], 10, 64); err != nil {
		return packet{}, fmt.Errorf("cannot read the frame number: %w", err)
	}
	if p.length, err = strconv.Atoi(cells[1]); err != nil {
		return packet{}, fmt.Errorf("cannot read the frame length: %w", err)
	}
	if p.captured, err = strconv.Atoi(cells[2]); err != nil {
		return packet{}, fmt.Errorf("cannot read the captured length: %w", err)
	}
	p.link = cells[3]
	p.layers = strings.Split(cells[4], ":")
	return p, nil
}

// first gives the value of a field in the outermost header that has it, empty if
// none has.
func (p *packet) first(field string) string {
	if values := p.fields[field]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// number gives the value of a field as a number.
func (p *packet) integer(field string) (int, bool) {
	v, err := strconv.ParseInt(p.first(field), 0, 64)
	return int(v), err == nil
}

// has tells whether one of the headers is among the packet's layers.
func (p *packet) has(layers ...string) bool {
	for _, layer := range layers {
		if slices.Contains(p.layers, layer) {
			return true
		}
	}
	return false
}

// outermost gives the place of the outermost IP header among the layers, -1 if
// there is none.
func (p *packet) outermost() int {
	return slices.IndexFunc(p.layers, func(layer string) bool { return layer == "ip" || layer == "ipv6" })
}

// inFront gives the layers in front of the outermost IP header, all if there is
// none.
func (p *packet) inFront() []string {
	if at := p.outermost(); at >= 0 {
		return p.layers[:at]
	}
	return p.layers
}
