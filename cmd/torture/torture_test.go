package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// script writes a shell script that stands for a program.
func script(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestFailuresAreSeen puts scripts in the place of the program. Their words are those of
// "run -q INPUT -w OUT --memory SIZE".
func TestFailuresAreSeen(t *testing.T) {
	const flows, bombs = "--flows=10", "--bomb=1048576"
	for _, test := range []struct {
		name, program, part string
		want                string // in the output
		code                int
	}{
		{"sound", `mkdir $5 && echo rows >$5/flows.csv`, flows, "pass\tP12\t10 flows: the same bytes", 0},
		{"other bytes", `mkdir $5 && echo $7 >$5/flows.csv`, flows, "FAIL\tP12\t10 flows: the same bytes", 1},
		{"too slow", `mkdir $5 && if test $7 = 2048M; then sleep 1; fi`, flows, "FAIL\tP12\t10 flows: ", 1},
		{"a failure", `echo broken; exit 7`, flows, "ended with 7: broken", 1},
		{"bombs that are taken for captures", `mkdir $5`, bombs, "FAIL\tZ1\tzeros, 1 MiB", 1},
		{"bombs that are refused", `exit 4`, bombs, "pass\tZ1\tzeros, 1 MiB", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			scratch := t.TempDir()
			parts := map[string]string{flows: "--bomb=0", bombs: "--flows=0"}
			var said bytes.Buffer
			code := command([]string{"--program", script(t, test.program), "--netgen", script(t, `for name; do :; done; echo scan >$name`),
				"--scratch", scratch, test.part, parts[test.part]}, &said, &said)
			if code != test.code || !strings.Contains(said.String(), test.want) {
				t.Errorf("exit code %d, want %d with %q: %s", code, test.code, test.want, said.String())
			}
			if left, err := os.ReadDir(scratch); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}

// TestBombs: they expand to what they are said to expand to.
func TestBombs(t *testing.T) {
	const octets = 1 << 20
	for _, format := range []string{"gzip", "zstd"} {
		path := filepath.Join(t.TempDir(), "bomb")
		stored, err := writeBomb(path, format, pcapHeader(), bytes.Repeat(pcapRecord(), 100), octets)
		if err != nil {
			t.Fatal(err)
		}
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		var expanded io.Reader
		if expanded, err = gzip.NewReader(file); format == "zstd" {
			_, seeking := file.Seek(0, io.SeekStart)
			if expanded, err = zstd.NewReader(file); seeking != nil {
				t.Fatal(seeking)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		n, err := io.Copy(io.Discard, expanded)
		if err != nil || n < octets || n > octets+1<<16 || stored*50 > n {
			t.Errorf("%s: %d octets are %d: %v", format, stored, n, err)
		}
	}
}
