package main

import (
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// reference is what another program made of the files of a trial.
type reference struct {
	program   string
	records   []flowRecord
	precision time.Duration // of its times
	partial   bool          // it quotes some of the records only
	counts    recordCounts
	totals    map[string]uint64 // by name, for a reference that has sums over all records only
}

// recordCounts are what a program saw, where it shows all of it.
type recordCounts struct {
	known         bool
	messages      int
	flow, options int
	headerCounts  bool // no message has more records than its header tells, if that is of version 9
}

// readReference reads a result of another program.
func readReference(corpus, path string) (reference, error) {
	text, err := readText(filepath.Join(corpus, path))
	if err != nil {
		return reference{}, fmt.Errorf("cannot read %s: %w", path, err)
	}
	var r reference
	switch programOf(path) {
	case "nfdump":
		if strings.Contains(path, "nfdump.csv") {
			r, err = parseNfdumpCSV(text)
		} else {
			r, err = parseNfdump(text)
		}
	case "nfdump -I":
		r, err = parseTotals(text)
	case "tshark":
		r, err = parseTshark(text)
	case "flow-tools":
		r, err = parseFlowTools(text)
	case "pmacct":
		r, err = parsePmacct(text)
	case "telegraf":
		r, err = parseTelegraf(text)
	case "logstash":
		r, err = parseLogstash(text)
	case "ipfixcol":
		r, err = parseIpfixcol(text)
	}
	if err != nil {
		return reference{}, fmt.Errorf("cannot read %s: %w", path, err)
	}
	r.program = programOf(path)
	return r, nil
}

// maxText is far more than any reference of the corpus has, expanded.
const maxText = 1 << 30

func readText(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	var from io.Reader = file
	if strings.HasSuffix(path, ".gz") {
		if from, err = gzip.NewReader(file); err != nil {
			return "", err
		}
	}
	var b strings.Builder
	if _, err := io.Copy(&b, io.LimitReader(from, maxText)); err != nil {
		return "", err
	}
	return b.String(), nil
}
