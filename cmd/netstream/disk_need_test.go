package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// TestDiskNeed has disks with and without room for what a run may take.
func TestDiskNeed(t *testing.T) {
	const gibi = 1 << 30
	for _, tt := range []struct {
		name    string
		stored  int64
		left    uint64
		err     error
		verbose bool
		want    string // part of what is said, "" for nothing
	}{
		{"little", 1 << 20, 0, nil, true, ""},
		{"enough", gibi, 2 * gibi, nil, false, ""},
		{"enough, told", gibi, 2 * gibi, nil, true, "at most about 1 GiB in out, which has 2 GiB left"},
		{"too little", gibi, gibi - 1, nil, false, "netstream: warning: the run may need up to 1 GiB in out"},
		{"too little for temporary files", 3 * gibi, 5 * gibi, nil, false, "up to 6 GiB in out, which has 5 GiB left"},
		{"unknown", gibi, 0, errors.ErrUnsupported, true, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var said bytes.Buffer
			j := &job{console: &console{err: &said}, options: &runOptions{write: "out", memory: 2 * gibi, verbose: tt.verbose}, inputs: &observations{stored: tt.stored}}
			j.checkDisk("folder", func(folder string) (uint64, error) {
				if folder != "folder" {
					t.Errorf("asked about %q", folder)
				}
				return tt.left, tt.err
			})
			if tt.want == "" && said.Len() > 0 || !strings.Contains(said.String(), tt.want) {
				t.Errorf("said %q, want %q", said.String(), tt.want)
			}
		})
	}
}

// TestFreeOctets asks the file system of the tests.
func TestFreeOctets(t *testing.T) {
	if left, err := freeOctets(t.TempDir()); err == nil && left == 0 || err != nil && !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("%d octets left, %v", left, err)
	}
}
