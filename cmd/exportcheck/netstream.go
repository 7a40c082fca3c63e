package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// runLimit ends a run of netstream that hangs: no trial has more than a few MB.
const runLimit = 60 * time.Second

// Exit codes of netstream run that leave books.
const (
	exitComplete = 0
	exitDamaged  = 3
)

// run is what netstream made of the files of a trial.
type run struct {
	exit      int
	complaint string // on standard error
	laws      []law
	records   int          // data records that became rows
	flows     []flowRecord // of flows.csv
	streams   []flowRecord // of exporters.csv, cells by its own columns
}

// law is one of the equations between the books of a run.
type law struct {
	ID    string `json:"id"`
	Holds bool   `json:"holds"`
}

// launch runs netstream on files, in a folder that is removed again.
func launch(program, corpus string, t *trial) (run, error) {
	folder, err := os.MkdirTemp("", "exportcheck-")
	if err != nil {
		return run{}, fmt.Errorf("cannot make a folder for the output: %w", err)
	}
	defer os.RemoveAll(folder)
	output := filepath.Join(folder, "output")
	arguments := []string{"run", "-q", "-w", output, "-o", "csv", "--time-unit", "ns", "--with-mac", "--captures", "exports"}
	if len(t.files) > 1 {
		arguments = append(arguments, "--share-templates")
	}
	for _, file := range t.files {
		arguments = append(arguments, filepath.Join(corpus, file))
	}
	ctx, cancel := context.WithTimeout(context.Background(), runLimit)
	defer cancel()
	text, err := exec.CommandContext(ctx, program, arguments...).CombinedOutput()
	r := run{complaint: strings.Join(strings.Fields(string(text)), " ")}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return r, fmt.Errorf("cannot run netstream: %w", err)
	}
	if exit != nil {
		r.exit = exit.ExitCode()
	}
	if r.exit != exitComplete && r.exit != exitDamaged {
		return r, nil
	}
	return r, r.read(output)
}

// read reads the output of a run.
func (r *run) read(folder string) error {
	text, err := os.ReadFile(filepath.Join(folder, "run.json"))
	if err != nil {
		return fmt.Errorf("cannot read the manifest: %w", err)
	}
	var books struct {
		Laws   []law `json:"laws"`
		Totals struct {
			Records int `json:"records_accounted"`
		} `json:"totals"`
	}
	if err := json.Unmarshal(text, &books); err != nil {
		return fmt.Errorf("cannot read the manifest: %w", err)
	}
	r.laws, r.records = books.Laws, books.Totals.Records
	if r.flows, err = readTable(filepath.Join(folder, "flows.csv")); err != nil {
		return err
	}
	r.streams, err = readTable(filepath.Join(folder, "exporters.csv"))
	return err
}

func readTable(path string) ([]flowRecord, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read a table: %w", err)
	}
	defer file.Close()
	rows, err := parseTable(file)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", filepath.Base(path), err)
	}
	return rows, nil
}

// parseTable reads a table of netstream: cells as they are, empty ones left out,
// times as nanoseconds.
func parseTable(from io.Reader) ([]flowRecord, error) {
	reader := csv.NewReader(from)
	header, err := reader.Read()
	if err != nil {
		return nil, fmt.Errorf("cannot read the header: %w", err)
	}
	var rows []flowRecord
	for {
		cells, err := reader.Read()
		if err == io.EOF {
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		row := newFlowRecord(fmt.Sprintf("row %d", len(rows)+1))
		for i, cell := range cells {
			if cell != "" && isTime(header[i]) {
				t, err := time.Parse(time.RFC3339Nano, cell)
				if err != nil {
					return nil, fmt.Errorf("cannot read %s of %s: %w", header[i], row.place, err)
				}
				row.setTime(header[i], t)
				continue
			}
			row.set(header[i], cell)
		}
		rows = append(rows, row)
	}
}

// sum adds a column of the exporters table up.
func (r *run) sum(column string) (total int) {
	for i := range r.streams {
		v, err := strconv.Atoi(r.streams[i].cells[column])
		if err == nil {
			total += v
		}
	}
	return total
}
