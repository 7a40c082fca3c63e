package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// capinfos is what Wireshark's capinfos says of a capture.
type capinfos struct {
	packets     uint64
	wireBytes   uint64 // sum of the original lengths of the frames
	first, last string // seconds since the Unix epoch, as it prints them; "n/a" without packets
}

// readCapinfos reads CAPINFOS.tsv, the output of `capinfos -T` over the corpus.
// Captures that capinfos could not read are not in it.
func readCapinfos(corpus string) (map[string]capinfos, error) {
	text, err := os.ReadFile(filepath.Join(corpus, "CAPINFOS.tsv"))
	if err != nil {
		return nil, fmt.Errorf("cannot read the answers of capinfos: %w", err)
	}
	return parseCapinfos(string(text))
}

func parseCapinfos(text string) (map[string]capinfos, error) {
	rows, err := readTable(text, "File name", "Number of packets", "Data size (bytes)", "Start time", "End time")
	if err != nil {
		return nil, fmt.Errorf("cannot read the answers of capinfos: %w", err)
	}
	answers := make(map[string]capinfos, len(rows))
	for _, row := range rows {
		a := capinfos{first: row[3], last: row[4]}
		var err error
		if a.packets, err = strconv.ParseUint(row[1], 10, 64); err != nil {
			return nil, fmt.Errorf("cannot read the packet count of %s: %w", row[0], err)
		}
		if a.wireBytes, err = strconv.ParseUint(row[2], 10, 64); err != nil {
			return nil, fmt.Errorf("cannot read the data size of %s: %w", row[0], err)
		}
		answers[row[0]] = a
	}
	return answers, nil
}

// usableTime tells whether capinfos prints a time. It prints none if a packet has
// no time stamp, as simple packet blocks of pcapng have none, and no proper
// fraction if a record has a million microseconds or more.
func usableTime(seconds string) bool {
	_, fraction, _ := strings.Cut(seconds, ".")
	digits := strings.Trim(fraction, "0123456789") == ""
	const micro, nano = 6, 9
	return seconds != "n/a" && digits && (len(fraction) <= micro || len(fraction) == nano)
}

// sameTime tells whether a time stamp of the manifest (RFC 3339) is one of
// capinfos, in seconds with the digits that the capture's resolution fills.
func sameTime(manifestTime, seconds string) bool {
	t, err := time.Parse(time.RFC3339Nano, manifestTime)
	if err != nil {
		return false
	}
	_, fraction, _ := strings.Cut(seconds, ".")
	ours := fmt.Sprintf("%d.%09d", t.Unix(), t.Nanosecond())
	const nanoDigits = 9
	return len(fraction) <= nanoDigits && strings.TrimSuffix(ours[:len(ours)-nanoDigits+len(fraction)], ".") == seconds
}
