package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// evidence says of all files below some folders what must not change: octets, size, mode,
// links, time of modification and time of change.
func evidence(folders ...string) (map[string]string, error) {
	all := make(map[string]string)
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, _ os.DirEntry, err error) error {
			if err != nil {
				return err
			}
			var s syscall.Stat_t
			if err := syscall.Lstat(path, &s); err != nil {
				return err
			}
			var sum [sha256.Size]byte
			if s.Mode&syscall.S_IFMT == syscall.S_IFREG {
				content, err := os.ReadFile(path)
				if err != nil {
					return err
				}
				sum = sha256.Sum256(content)
			}
			all[path] = fmt.Sprintf("inode %d, mode %o, %d links, size %d, changed %v and %v, digest %x", s.Ino, s.Mode, s.Nlink, s.Size, s.Mtim, s.Ctim, sum)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// inputFolders are where the inputs of the tests are that the repository has.
var inputFolders = []string{captures, exports, "../../testdata/nfcapd", "../../testdata/reference"}

// guarded runs tests and fails if an input of theirs is not what it was before.
func guarded(tests func() int) int {
	before, err := evidence(inputFolders...)
	code := tests()
	after, again := evidence(inputFolders...)
	if err = errors.Join(err, again); err != nil || len(before) < 100 || !maps.Equal(before, after) {
		fmt.Fprintf(os.Stderr, "FAIL: inputs are not what they were before the tests: %v\n", err)
		for path, was := range before {
			if after[path] != was {
				fmt.Fprintf(os.Stderr, "%s was: %s\nit is: %s\n", path, was, after[path])
			}
		}
		return max(code, 1)
	}
	return code
}

// TestI6Untouched (I6): whatever is done with inputs, nothing of them changes.
func TestI6Untouched(t *testing.T) {
	before, err := evidence(inputFolders...)
	must(t, err)
	files := 0
	for _, folder := range []string{captures, exports} {
		names, err := filepath.Glob(filepath.Join(folder, "*"))
		must(t, err)
		for i, name := range names {
			if i%int(figure(12, 1)) > 0 {
				continue
			}
			out := filepath.Join(t.TempDir(), "out")
			netstream("run", "-q", "-j", "1", "-w", out, name) // whatever comes of it
			netstream("inspect", name)
			netstream("verify", "--inputs", out)
			files++
		}
	}
	after, err := evidence(inputFolders...)
	must(t, err)
	for path, was := range before {
		if after[path] != was {
			t.Errorf("%s was: %s\nit is: %s", path, was, after[path])
		}
	}
	if len(after) != len(before) || files < int(figure(15, 200)) {
		t.Errorf("%d files and folders, were %d; %d inputs read", len(after), len(before), files)
	}
	t.Logf("assertion I6: run, inspect and verify over %d inputs: nothing of them has changed", files)
}

// spy is standard input that looks at how this process has files open.
type spy struct {
	io.Reader
	folder string
	seen   map[string]string // by path: flags and locks
}

func (s *spy) Read(p []byte) (int, error) {
	open, _ := filepath.Glob("/proc/self/fd/*")
	for _, fd := range open {
		path, err := os.Readlink(fd)
		if err != nil || filepath.Dir(path) != s.folder {
			continue
		}
		info, err := os.ReadFile(filepath.Join("/proc/self/fdinfo", filepath.Base(fd)))
		if err == nil {
			s.seen[path] = string(info)
		}
	}
	return s.Reader.Read(p[:min(len(p), 32<<10)])
}

// TestI6OpenedReadOnly (I6): inputs are open for reading only, and not locked.
func TestI6OpenedReadOnly(t *testing.T) {
	folder := t.TempDir()
	var names []string
	for i := range 3 {
		names = append(names, filepath.Join(folder, fmt.Sprintf("%d.pcap", i)))
		must(t, os.WriteFile(names[i], datagrams(t, i, 20_000, 0), 0o400))
	}
	names = append(names, filepath.Join(folder, "3.pcap.gz"))
	must(t, os.WriteFile(names[3], squeezed(t, "gzip", 1, datagrams(t, 3, 20_000, 0)), 0o400))
	s := &spy{bytes.NewReader(datagrams(t, 9, 12_000, 1)), folder, make(map[string]string)}
	got := netstreamWith(s, slices.Concat([]string{"run", "-q", "-w", filepath.Join(t.TempDir(), "out"), "-"}, names)...)
	if got.code != exitOK {
		t.Fatalf("exit code %d: %s", got.code, got.errors)
	}
	if len(s.seen) != len(names) {
		t.Errorf("only %d inputs were seen open", len(s.seen))
	}
	for path, info := range s.seen {
		_, flags, _ := strings.Cut(info, "flags:")
		octal, err := strconv.ParseInt(strings.Fields(flags)[0], 8, 64)
		if err != nil || octal&syscall.O_ACCMODE != syscall.O_RDONLY || strings.Contains(info, "lock:") {
			t.Errorf("%s: %v, %s", path, err, info)
		}
	}
	t.Logf("assertion I6: %d inputs open for reading only, without locks", len(s.seen))
}

// brokenAt fails with EIO at one read, counted from 1.
type brokenAt struct {
	io.Reader
	n, at int
	given int
}

func (b *brokenAt) Read(p []byte) (int, error) {
	if b.n++; b.n >= b.at {
		return 0, syscall.EIO
	}
	n, err := b.Reader.Read(p[:min(len(p), 512)])
	b.given += n
	return n, err
}

// TestI6EveryReadFails (I6): whichever read fails, the run ends with exit code 3 and the
// offset, and there is no output.
func TestI6EveryReadFails(t *testing.T) {
	content := datagrams(t, 1, 40, 0)
	reads := 0
	for _, file := range []struct {
		name   string
		octets []byte
	}{{"pcap", content}, {"gzip", squeezed(t, "gzip", 0, content)}, {"zstd", squeezed(t, "zstd", 1, content)}, {"exports", []byte(readFile(t, exports, "v5-duplicate.raw"))}} {
		for at := 1; ; at++ {
			broken := &brokenAt{Reader: bytes.NewReader(file.octets), at: at}
			out := filepath.Join(t.TempDir(), "out")
			got := netstreamWith(broken, "run", "-q", "-w", out, "-")
			if broken.n < at {
				if got.code != exitOK {
					t.Errorf("%s, no read fails: exit code %d: %s", file.name, got.code, got.errors)
				}
				break
			}
			reads++
			if want := fmt.Sprintf("at octet %d of the file: input/output error", broken.given); got.code != exitDamaged || !strings.Contains(got.errors, want) {
				t.Errorf("%s, read %d: exit code %d: %s, want %q", file.name, at, got.code, got.errors, want)
			}
			if left, err := os.ReadDir(filepath.Dir(out)); err != nil || len(left) > 0 {
				t.Errorf("%s, read %d: left behind: %v", file.name, at, left)
			}
		}
	}
	t.Logf("assertion I6: each of %d reads fails once: exit code 3 with its offset, and no output", reads)
}
