package main

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// readNfpcapd reads the flow records that nfpcapd of nfdump made of the captures,
// by the path of the capture.
func readNfpcapd(corpus string) (map[string]sums, error) {
	file, err := os.Open(filepath.Join(corpus, "NFPCAPD-FLOWS.csv.gz"))
	if err != nil {
		return nil, fmt.Errorf("cannot read the flows of nfpcapd: %w", err)
	}
	defer file.Close()
	expanded, err := gzip.NewReader(file)
	if err != nil {
		return nil, fmt.Errorf("cannot read the flows of nfpcapd: %w", err)
	}
	flows, err := parseNfpcapd(expanded)
	if err != nil {
		return nil, fmt.Errorf("cannot read the flows of nfpcapd: %w", err)
	}
	return flows, nil
}

// parseNfpcapd reads rows of file, first, last, proto, src, dst, sport, dport,
// tcp_flags, tos, packets, bytes, ... Bytes are IP lengths, and ICMP has type.code
// as destination port.
func parseNfpcapd(r io.Reader) (map[string]sums, error) {
	const file, protocol, source, destination, sourcePort, destinationPort, packets, octets = 0, 3, 4, 5, 6, 7, 10, 11
	rows := csv.NewReader(r)
	if _, err := rows.Read(); err != nil {
		return nil, err
	}
	flows := map[string]sums{}
	for {
		cells, err := rows.Read()
		if err == io.EOF {
			return flows, nil
		}
		if err != nil {
			return nil, err
		}
		var k key
		var v volume
		var errs [7]error
		k.protocol, errs[0] = strconv.Atoi(cells[protocol])
		k.source, errs[1] = netip.ParseAddr(cells[source])
		k.destination, errs[2] = netip.ParseAddr(cells[destination])
		k.sourcePort, errs[3] = strconv.Atoi(cells[sourcePort])
		k.destinationPort, errs[4] = nfpcapdPort(cells[destinationPort])
		v.packets, errs[5] = strconv.ParseInt(cells[packets], 10, 64)
		v.bytes, errs[6] = strconv.ParseInt(cells[octets], 10, 64)
		if err := errors.Join(errs[:]...); err != nil {
			line, _ := rows.FieldPos(0)
			return nil, fmt.Errorf("cannot read line %d: %w", line, err)
		}
		if flows[cells[file]] == nil {
			flows[cells[file]] = sums{}
		}
		flows[cells[file]].add(k, v)
	}
}

// nfpcapdPort reads a port, or ICMP's type.code as type * 256 + code.
func nfpcapdPort(cell string) (int, error) {
	high, low, isICMP := strings.Cut(cell, ".")
	port, err := strconv.Atoi(high)
	if err != nil || !isICMP {
		return port, err
	}
	code, err := strconv.Atoi(low)
	return port*256 + code, err
}
