package main

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"netstream/aggregate/runs"
)

// smallDisk pretends that the folder of the output has a disk of its own, with room for so many octets.
type smallDisk struct {
	mu         sync.Mutex
	folder     string
	room       int64
	held, most int64 // octets of temporary files; the most of all
	full       bool  // something was refused
	nothing    bool  // it says that nothing is left, and takes what comes
	asked      int
}

// used gives the octets of the disk that are taken.
func (d *smallDisk) used() int64 {
	sum := d.held
	_ = filepath.WalkDir(d.folder, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return nil // it is gone by now
		}
		if info, err := entry.Info(); err == nil {
			sum += info.Size()
		}
		return nil
	})
	d.most = max(d.most, sum)
	return sum
}

func (d *smallDisk) free(string) (uint64, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked++
	if d.nothing {
		return 0, nil
	}
	return uint64(max(0, d.room-d.used())), nil
}

// fault has writes of the output fail if the disk is full.
func (d *smallDisk) fault(op, _ string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.used() > d.room && (op == "write" || op == "fsync") {
		d.full = true
		return syscall.ENOSPC
	}
	return nil
}

func (d *smallDisk) spilled(file *os.File) (runs.File, error) {
	return &smallFile{File: file, disk: d}, nil
}

// smallFile is a temporary file on a small disk. Its name is gone, so it is not among those that used sees.
type smallFile struct {
	*os.File
	disk *smallDisk
	size int64
}

func (f *smallFile) Write(p []byte) (int, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if f.disk.used()+int64(len(p)) > f.disk.room {
		f.disk.full = true
		return 0, syscall.ENOSPC
	}
	n, err := f.File.Write(p)
	f.size += int64(n)
	f.disk.held += int64(n)
	f.disk.used()
	return n, err
}

func (f *smallFile) Close() error {
	f.disk.mu.Lock()
	f.disk.held -= f.size
	f.disk.mu.Unlock()
	return f.File.Close()
}

// on runs the program on the disk.
func (d *smallDisk) on(every int64, args []string) ending {
	var out, messages bytes.Buffer
	h := hooks{fault: d.fault, config: little, spilled: d.spilled, free: d.free, lookEvery: every}
	code := run(args, &console{in: strings.NewReader(""), out: &out, err: &messages, hooks: h})
	return ending{code, out.String(), messages.String()}
}

// TestDiskWatch has whole runs on disks of every size: twice as large as what an undisturbed run takes, and
// smaller. Runs that come to their end have the same output; the others have exit code 5, whether the run stops
// by itself or the disk is full in front of that, and nothing is left behind. No run stops by itself on a disk
// that is about as large as it must be. Which comes first hangs on the order of the goroutines; on a disk that
// says that it has nothing left, but takes all, a run stops by itself.
func TestDiskWatch(t *testing.T) {
	for _, format := range []string{"parquet", "csv"} {
		t.Run(format, func(t *testing.T) {
			folder := t.TempDir()
			ample := &smallDisk{folder: folder, room: 1 << 40}
			if got := ample.on(1, smallRun(format, filepath.Join(folder, "out"))); got.code != exitOK {
				t.Fatalf("exit code %d: %s", got.code, got.errors)
			}
			want := contents(t, filepath.Join(folder, "out"))
			if ample.asked < 10 {
				t.Fatalf("asked %d times what is left", ample.asked)
			}
			steps := int64(scaled(12, 200))
			complete, told, full := 0, 0, 0
			for step := range steps + 2 {
				folder := t.TempDir()
				out := filepath.Join(folder, "out")
				d := &smallDisk{folder: folder, room: ample.most - ample.most*step/(steps+1)}
				switch step {
				case 0:
					d.room *= 2
				case steps + 1:
					d.room, d.nothing = ample.room, true
				}
				got := d.on(512, smallRun(format, out))
				byItself := strings.Contains(got.errors, "octets left, and the rows of the flow table need at least")
				switch left := entries(t, folder); {
				case d.nothing && !byItself:
					t.Errorf("nothing is left: exit code %d: %s", got.code, got.errors)
				case got.code == exitOK && !d.full:
					complete++
					if !maps.Equal(contents(t, out), want) {
						t.Errorf("room for %d octets: another output", d.room)
					}
				case step == 0 || byItself && d.room >= ample.most/10*9 && !d.nothing:
					t.Errorf("room for %d octets, and at most %d are used: exit code %d: %s", d.room, ample.most, got.code, got.errors)
				case got.code != exitOutput || len(left) > 0:
					t.Errorf("room for %d octets: exit code %d, left behind %v: %s", d.room, got.code, left, got.errors)
				case byItself:
					told++
					if !strings.Contains(got.errors, out) || !strings.Contains(got.errors, "hint: ") || !strings.Contains(got.errors, "--memory") {
						t.Errorf("stopped with %s", got.errors)
					}
				default:
					full++
					if !strings.Contains(got.errors, syscall.ENOSPC.Error()) {
						t.Errorf("room for %d octets: %s", d.room, got.errors)
					}
				}
			}
			if complete == 0 || told == 0 {
				t.Errorf("%d runs were complete, %d stopped by themselves", complete, told)
			}
			t.Logf("assertion G7: %s, disks of %d sizes up to twice what a run uses: %d runs complete, %d stopped by themselves, %d when the disk was full; exit code 5, nothing left",
				format, steps+2, complete, told, full)
		})
	}
}

// TestDiskWatchCounts has what is needed and what is going to be given back side by side.
func TestDiskWatchCounts(t *testing.T) {
	for _, tt := range []struct {
		name    string
		kind    fileKind
		read    bool // the temporary file, before there are tables
		writing bool
		table   int64
		left    uint64
		err     error
		want    string // part of the error, "" for none
	}{
		{"half of the rows are sure before the tables", recordRuns, false, false, 0, 3499, nil, `the disk of "out" has 3499 octets left, and the rows of the flow table need at least 3500 more`},
		{"just enough", recordRuns, false, false, 0, 3500, nil, ""},
		{"other temporary files are given back", passing, false, false, 0, 2499, nil, "has 2499 octets left, and the rows of the flow table need at least 2500 more"},
		{"so are runs that are merged", recordRuns, true, false, 0, 2500, nil, ""},
		{"slices stay until the tables are written", sliceRuns, false, false, 0, 3499, nil, "need at least 3500 more"},
		{"slices are given back while tables are written", sliceRuns, false, true, 0, 5999, nil, "need at least 6000 more"},
		{"records are not", recordRuns, false, true, 0, 6999, nil, "need at least 7000 more"},
		{"a part is written", recordRuns, false, true, 3000, 3999, nil, "need at least 4000 more"},
		{"all is written", recordRuns, false, true, 9000, 0, nil, ""},
		{"the file system does not tell", recordRuns, false, true, 0, 0, errors.ErrUnsupported, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := &diskWatch{folder: "folder", output: "out", every: 1 << 40, free: func(string) (uint64, error) { return tt.left, tt.err }}
			temporary, err := os.Create(filepath.Join(t.TempDir(), "run"))
			if err != nil {
				t.Fatal(err)
			}
			file := d.run(tt.kind, temporary)
			if _, err := file.Write(make([]byte, 1000)); err != nil {
				t.Fatal(err)
			}
			if tt.read {
				if _, err := file.ReadAt(make([]byte, 1), 0); err != nil {
					t.Fatal(err)
				}
			}
			d.rows.Add(1000)
			d.table.Store(tt.table)
			d.writing.Store(tt.writing)
			if err := d.look(); tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
			if err := file.Close(); err != nil {
				t.Fatal(err)
			}
			for kind := range d.held {
				if n := d.held[kind].Load(); n != 0 {
					t.Errorf("%d octets are held when all is closed", n)
				}
			}
		})
	}
}
