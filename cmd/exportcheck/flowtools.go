package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// parseFlowTools reads flow records as `flow-export -f2` writes them. first and
// last are system uptimes in milliseconds, sysuptime and unix_secs those of the
// header.
func parseFlowTools(text string) (reference, error) {
	r := reference{precision: time.Nanosecond}
	rows := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "#:")))
	header, err := rows.Read()
	if err != nil {
		return r, err
	}
	for {
		cells, err := rows.Read()
		if err == io.EOF {
			return r, nil
		}
		if err != nil {
			return r, err
		}
		record, err := flowToolsRecord(header, cells, fmt.Sprintf("record %d", len(r.records)+1))
		if err != nil {
			return r, err
		}
		r.records = append(r.records, record)
	}
}

func flowToolsRecord(header, cells []string, place string) (flowRecord, error) {
	r := newFlowRecord(place)
	columns := map[string]string{
		"dpkts": "packets", "doctets": "bytes", "dflows": "flows", "input": "in_if", "output": "out_if", "srcport": "src_port",
		"dstport": "dst_port", "prot": "protocol", "tos": "tos", "tcp_flags": "tcp_flags", "src_mask": "src_mask",
		"dst_mask": "dst_mask", "src_as": "src_as", "dst_as": "dst_as",
	}
	addresses := map[string]string{"srcaddr": "src_ip", "dstaddr": "dst_ip", "nexthop": "next_hop"}
	for i, name := range header {
		if i >= len(cells) {
			return r, fmt.Errorf("cannot read %s: got %d cells, want %d", place, len(cells), len(header))
		}
		if _, again := r.other[name]; again {
			continue // version 6: the address of the encapsulation has the name of the next hop
		}
		r.other[name] = cells[i]
		if column, ok := columns[name]; ok {
			r.setNumber(column, cells[i])
		} else if column, ok := addresses[name]; ok {
			r.setAddress(column, cells[i])
		}
	}
	var clock [5]int64
	for i, name := range [...]string{"unix_secs", "unix_nsecs", "sysuptime", "first", "last"} {
		v, err := strconv.ParseInt(r.other[name], 10, 64)
		if err != nil {
			return r, fmt.Errorf("cannot read %s of %s: %w", name, place, err)
		}
		clock[i] = v
	}
	export := time.Unix(clock[0], clock[1])
	r.setTime("flow_start", uptimeInstant(export, clock[2], clock[3]))
	r.setTime("flow_end", uptimeInstant(export, clock[2], clock[4]))
	return r, nil
}

// uptimeInstant gives the instant of an uptime in milliseconds, from a header with
// the time and the uptime of export, both in milliseconds. Uptimes have 32 bits and
// wrap; stamps up to 100 s behind the header are taken for such (docs/exports.md
// section 4).
func uptimeInstant(export time.Time, header, stamp int64) time.Time {
	const wrap, ahead = 1 << 32, 100_000
	before := (header - stamp) & (wrap - 1)
	if before > wrap-ahead {
		before -= wrap
	}
	return export.Truncate(time.Millisecond).Add(-time.Duration(before) * time.Millisecond)
}
