package outdir

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// set is the content of an output, by name.
type set map[string]string

func newSet(tag string) set {
	s := set{
		"flows.csv":               tag + strings.Repeat(" flow", 60_000), // more than one buffer
		"accounting/peer.csv":     tag + " peer",
		"accounting/by/hour.csv":  tag + " hour",
		"date=2026-01-31/empty.a": "",
	}
	s[ManifestName] = manifestOf(tag, slices.Sorted(maps.Keys(s))...)
	return s
}

// manifestOf gives what of a manifest counts here.
func manifestOf(tag string, outputs ...string) string {
	text := `{"schema": {"name": "netstream.run", "version": 1}, "tag": "` + tag + `", "outputs": [`
	for i, name := range outputs {
		if i > 0 {
			text += ", "
		}
		text += `{"name": "` + name + `"}`
	}
	return text + "]}\n"
}

// produce writes a set and commits it.
func produce(name string, s set, options Options) error {
	d, err := Create(name, options)
	if err != nil {
		return err
	}
	if err := fill(d, s); err != nil {
		return errors.Join(err, d.Abort())
	}
	return d.Commit()
}

func fill(d *Dir, s set) error {
	spill, err := d.SpillDir()
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(spill, "run0"), []byte("spilled"), 0o600); err != nil {
		return err
	}
	for name, content := range s {
		f, err := d.File(name)
		if err != nil {
			return err
		}
		for part := []byte(content); len(part) > 0; part = part[min(len(part), 100_000):] {
			// The error stays with the file.
			_, _ = f.Write(part[:min(len(part), 100_000)])
		}
		if err := f.Close(); err != nil {
			return err
		}
	}
	if err := d.Verify(); err != nil {
		return err
	}
	return d.WriteSums()
}

// read gives the files below a directory by name, nil if there is none.
func read(t testing.TB, name string) set {
	t.Helper()
	if _, err := os.Lstat(name); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	s := set{}
	err := filepath.WalkDir(name, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		s[filepath.ToSlash(strings.TrimPrefix(path, name+string(filepath.Separator)))] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// whole reports whether got is want with right sums beside it.
func whole(got, want set) bool {
	if len(got) != len(want)+1 {
		return false
	}
	lines := 0
	for line := range strings.Lines(got[SumsName]) {
		sum, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		content, there := want[name]
		if !there || got[name] != content || sum != fmt.Sprintf("%x", sha256.Sum256([]byte(content))) {
			return false
		}
		lines++
	}
	return lines == len(want)
}

// checkAlone wants nothing beside the output in its parent directory.
func checkAlone(t testing.TB, name string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(name))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if entry.Name() != filepath.Base(name) {
			t.Errorf("left behind: %s", entry.Name())
		}
	}
}

func TestCommit(t *testing.T) {
	name := filepath.Join(t.TempDir(), "out")
	want := newSet("first")
	if err := produce(name, want, Options{}); err != nil {
		t.Fatal(err)
	}
	if !whole(read(t, name), want) {
		t.Fatalf("got %d files", len(read(t, name)))
	}
	checkAlone(t, name)
	checkModes(t, name)

	if err := produce(name, newSet("second"), Options{}); !errors.Is(err, ErrExists) {
		t.Errorf("second run: %v, want ErrExists", err)
	}
	if !whole(read(t, name), want) {
		t.Error("the refused run changed the output")
	}
	checkAlone(t, name)
	if err := produce(name, newSet("third"), Options{Replace: true}); err != nil {
		t.Fatal(err)
	}
	if !whole(read(t, name), newSet("third")) {
		t.Error("not replaced")
	}
	checkAlone(t, name)
}

func checkModes(t *testing.T, name string) {
	t.Helper()
	err := filepath.WalkDir(name, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if entry.IsDir() {
			want = fs.ModeDir | 0o700
		}
		if info.Mode() != want {
			t.Errorf("%s has mode %v, want %v", path, info.Mode(), want)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestAbort(t *testing.T) {
	name := filepath.Join(t.TempDir(), "out")
	d, err := Create(name, Options{})
	if err != nil {
		t.Fatal(err)
	}
	open, err := d.File("open.csv")
	if err != nil {
		t.Fatal(err)
	}
	if err := fill(d, newSet("aborted")); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(d.Abort(), d.Abort()); err != nil {
		t.Error(err)
	}
	if err := d.Commit(); !errors.Is(err, ErrClosed) {
		t.Errorf("Commit after Abort: %v", err)
	}
	if _, err := d.File("late.csv"); !errors.Is(err, ErrClosed) {
		t.Errorf("File after Abort: %v", err)
	}
	if _, err := d.SpillDir(); !errors.Is(err, ErrClosed) {
		t.Errorf("SpillDir after Abort: %v", err)
	}
	_, _ = open.Write([]byte("into the buffer"))
	if err := open.Close(); err == nil {
		t.Error("a file written to after Abort closes without an error")
	}
	if read(t, name) != nil {
		t.Error("there is an output")
	}
	checkAlone(t, name)
}

func TestCommitRefuses(t *testing.T) {
	cases := []struct {
		name string
		do   func(t *testing.T, d *Dir)
		want string
	}{
		{"open file", func(t *testing.T, d *Dir) { create(t, d, "a.csv") }, "still open"},
		{"foreign file", func(t *testing.T, d *Dir) { plant(t, d.PartialPath("b.csv")) }, "not of this run"},
		{"foreign folder", func(t *testing.T, d *Dir) { check(t, os.Mkdir(d.PartialPath("b"), 0o700)) }, "not of this run"},
		{"file gone", func(t *testing.T, d *Dir) {
			check(t, create(t, d, "a.csv").Close())
			check(t, os.Remove(d.PartialPath("a.csv")))
		}, "holds 0 files, want 1"},
		{"file longer", func(t *testing.T, d *Dir) {
			check(t, create(t, d, "a.csv").Close())
			plant(t, d.PartialPath("a.csv"))
		}, "size of"},
		{"refused name before", func(t *testing.T, d *Dir) {
			create(t, d, "a.csv")
			if _, err := d.File("a.csv"); !errors.Is(err, fs.ErrExist) {
				t.Errorf("file of the same name: %v", err)
			}
		}, "a file failed"},
		{"final name taken meanwhile", func(t *testing.T, d *Dir) {
			check(t, os.Mkdir(d.Path(), 0o700))
			check(t, os.Mkdir(filepath.Join(d.Path(), "folder"), 0o700))
		}, ErrExists.Error()},
		{"final name is a file meanwhile", func(t *testing.T, d *Dir) { plant(t, d.Path()) }, ErrNotOutput.Error()},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			name := filepath.Join(t.TempDir(), "out")
			d, err := Create(name, Options{})
			check(t, err)
			c.do(t, d)
			if err := d.Commit(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if info, err := os.Stat(name); err == nil && info.IsDir() && len(read(t, name)) > 0 {
				t.Error("there is an output")
			}
			checkAlone(t, name)
		})
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func create(t *testing.T, d *Dir, name string) *File {
	t.Helper()
	f, err := d.File(name)
	check(t, err)
	return f
}

func plant(t *testing.T, name string) { check(t, os.WriteFile(name, []byte("planted"), 0o600)) }

func TestVerifyFindsEveryFlippedBit(t *testing.T) {
	name := filepath.Join(t.TempDir(), "out")
	d, err := Create(name, Options{})
	check(t, err)
	f := create(t, d, "a.csv")
	_, err = f.Write([]byte("a,b\n1,2\n"))
	check(t, err)
	check(t, f.Close())
	check(t, d.Verify())
	content, err := os.ReadFile(d.PartialPath("a.csv"))
	check(t, err)
	for bit := range len(content) * 8 {
		flipped := bytes.Clone(content)
		flipped[bit/8] ^= 1 << (bit % 8)
		check(t, os.WriteFile(d.PartialPath("a.csv"), flipped, 0o600))
		if err := d.Verify(); err == nil {
			t.Fatalf("bit %d is not found", bit)
		}
	}
	check(t, os.WriteFile(d.PartialPath("a.csv"), content, 0o600))
	if err := d.Commit(); err == nil {
		t.Error("committed after a failed Verify")
	}
	checkAlone(t, name)
}

func TestNames(t *testing.T) {
	d, err := Create(filepath.Join(t.TempDir(), "out"), Options{})
	check(t, err)
	defer d.Abort()
	for _, name := range []string{"", ".", "..", "/", "/etc/x", "../x", "a/../x", "a//b", "a/", "/a", "a/.b", ".spill", ".spill/x", "-a",
		"a b", "a\x00", "a\n", "ä", "a\\b", "a:b", "a/b/c/d/e/f/g/h/i", strings.Repeat("a", 256)} {
		if _, err := d.File(name); !errors.Is(err, ErrName) {
			t.Errorf("%q: %v, want ErrName", name, err)
		}
	}
	for _, name := range []string{"flows.parquet", "date=2026-01-31/hour=05/flows.csv", "A_b-c.0", strings.Repeat("a", 255)} {
		if _, err := d.File(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{"", ".", "..", "/", "//", "./", "a/..", "../.."} {
		_, err := Create(name, Options{Replace: true, Fault: func(op, path string) error {
			t.Errorf("Create %q looks at %s", name, path)
			return nil
		}})
		if !errors.Is(err, ErrName) || !errors.Is(CheckName(name), ErrName) {
			t.Errorf("Create %q: %v, want ErrName", name, err)
		}
	}
	if _, err := Create(filepath.Join(t.TempDir(), "none", "out"), Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Create without parent: %v", err)
	}
}
