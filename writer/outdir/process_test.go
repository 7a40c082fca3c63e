//go:build unix

package outdir

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The test binary is also the process that is killed.
const (
	childName   = "OUTDIR_TEST_NAME"   // the output
	childManner = "OUTDIR_TEST_MANNER" // index in manners()
	childKill   = "OUTDIR_TEST_KILL"   // operation before which it kills itself, -1 to run for ever
)

func TestMain(m *testing.M) {
	if name := os.Getenv(childName); name != "" {
		os.Exit(child(name))
	}
	os.Exit(m.Run())
}

func child(name string) int {
	index, _ := strconv.Atoi(os.Getenv(childManner))
	kill, _ := strconv.Atoi(os.Getenv(childKill))
	m, seen := manners()[index], 0
	options := Options{Replace: m.replace, Fault: m.fault(func(string) error {
		if seen++; kill >= 0 && seen > kill {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
		return nil
	})}
	for {
		if err := produce(name, newSet("new"), options); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		if kill >= 0 {
			return 0
		}
		options.Replace = true
	}
}

func startChild(t *testing.T, name string, index, kill int) *exec.Cmd {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), childName+"="+name, childManner+"="+strconv.Itoa(index), childKill+"="+strconv.Itoa(kill))
	c.Stderr = os.Stderr
	check(t, c.Start())
	return c
}

func killed(err error) bool {
	var exit *exec.ExitError
	return errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL
}

// A run is killed before each of its operations.
func TestKilledBeforeEveryOperation(t *testing.T) {
	for i, m := range manners() {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			for n := range m.operations(t) {
				name, _ := m.scene(t)
				if err := startChild(t, name, i, n).Wait(); !killed(err) {
					t.Fatalf("operation %d: the child ended with %v", n, err)
				}
				checkRecovery(t, m, name, fmt.Sprintf("killed before operation %d", n))
			}
		})
	}
}

// Runs are killed at random moments, in the middle of system calls.
func TestKilledAtRandom(t *testing.T) {
	for i, m := range manners() {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			for range 8 {
				name, _ := m.scene(t)
				c := startChild(t, name, i, -1)
				moment := rand.N(60 * time.Millisecond)
				time.Sleep(moment)
				check(t, c.Process.Kill())
				if err := c.Wait(); !killed(err) {
					t.Fatalf("the child ended with %v", err)
				}
				checkRecovery(t, m, name, fmt.Sprintf("killed after %v", moment))
			}
		})
	}
}

func TestLocked(t *testing.T) {
	name := filepath.Join(t.TempDir(), "out")
	d, err := Create(name, Options{})
	check(t, err)
	check(t, fill(d, newSet("holder")))
	if _, err := Create(name, Options{Replace: true}); !errors.Is(err, ErrLocked) {
		t.Errorf("second run: %v, want ErrLocked", err)
	}
	other := filepath.Join(filepath.Dir(name), "other")
	if err := produce(other, newSet("other"), Options{}); err != nil {
		t.Errorf("run of another output: %v", err)
	}
	check(t, os.RemoveAll(other))
	check(t, d.Commit())
	if !whole(read(t, name), newSet("holder")) {
		t.Error("the refused run did harm")
	}
	checkAlone(t, name)
}

// Many runs at once: one makes the output, the others are told so.
func TestRaces(t *testing.T) {
	const runs = 6
	for race := range 25 {
		name := filepath.Join(t.TempDir(), "out")
		errs := make([]error, runs)
		var all sync.WaitGroup
		for i := range runs {
			all.Go(func() { errs[i] = produce(name, set{ManifestName: manifestOf(strconv.Itoa(i))}, Options{}) })
		}
		all.Wait()
		winner := -1
		for i, err := range errs {
			switch {
			case err == nil && winner < 0:
				winner = i
			case !errors.Is(err, ErrLocked) && !errors.Is(err, ErrExists):
				t.Errorf("race %d, run %d: %v", race, i, err)
			}
		}
		if winner < 0 || !whole(read(t, name), set{ManifestName: manifestOf(strconv.Itoa(winner))}) {
			t.Errorf("race %d: winner is %d, output %q", race, winner, read(t, name))
		}
		checkAlone(t, name)
	}
}

func TestUmask(t *testing.T) {
	for _, mask := range []int{0, 0o077, 0o777} {
		t.Run(fmt.Sprintf("%03o", mask), func(t *testing.T) {
			name := filepath.Join(t.TempDir(), "out")
			defer syscall.Umask(syscall.Umask(mask))
			d, err := Create(name, Options{})
			check(t, err)
			f := create(t, d, "accounting/a.csv")
			spill, err := d.SpillDir()
			check(t, err)
			for path, want := range map[string]os.FileMode{
				d.PartialPath(""): os.ModeDir | 0o700, spill: os.ModeDir | 0o700, d.PartialPath("accounting/a.csv"): 0o600,
			} {
				if info, err := os.Stat(path); err != nil || info.Mode() != want {
					t.Errorf("%s under way: %v, %v", path, info.Mode(), err)
				}
			}
			check(t, f.Close())
			check(t, d.Commit())
			checkModes(t, name)
		})
	}
}

// Links and special files planted beside the output or in it are not followed.
func TestTraps(t *testing.T) {
	const precious = "precious"
	cases := []struct {
		name   string
		before func(parent, victim string) error // planted before Create
		during func(d *Dir, victim string) error // planted after Create
		want   string                            // part of the error; "" for success
	}{
		{name: "lock is a link", want: "cannot lock", before: func(parent, victim string) error {
			return os.Symlink(filepath.Join(victim, precious), filepath.Join(parent, ".out.netstream-lock"))
		}},
		{name: "lock is a pipe", want: "not a regular file", before: func(parent, _ string) error {
			return syscall.Mkfifo(filepath.Join(parent, ".out.netstream-lock"), 0o600)
		}},
		{name: "lock is a hard link", before: func(parent, victim string) error {
			return os.Link(filepath.Join(victim, precious), filepath.Join(parent, ".out.netstream-lock"))
		}},
		{name: "partial is a link", before: func(parent, victim string) error {
			return os.Symlink(victim, filepath.Join(parent, ".out.netstream-partial"))
		}},
		{name: "link in the partial of a dead run", before: func(parent, victim string) error {
			partial := filepath.Join(parent, ".out.netstream-partial")
			return errors.Join(os.Mkdir(partial, 0o700), os.Symlink(victim, filepath.Join(partial, "accounting")))
		}},
		{name: "output is a dangling link", want: ErrNotOutput.Error(), before: func(parent, victim string) error {
			return os.Symlink(filepath.Join(victim, "nothing"), filepath.Join(parent, "out"))
		}},
		{name: "file is a link", want: "file exists", during: func(d *Dir, victim string) error {
			return os.Symlink(filepath.Join(victim, precious), d.PartialPath("flows.csv"))
		}},
		{name: "file is a hard link", want: "file exists", during: func(d *Dir, victim string) error {
			return os.Link(filepath.Join(victim, precious), d.PartialPath("flows.csv"))
		}},
		{name: "folder is a link", want: "file exists", during: func(d *Dir, victim string) error {
			return os.Symlink(victim, d.PartialPath("accounting"))
		}},
		{name: "spill is a link", want: "file exists", during: func(d *Dir, victim string) error {
			return os.Symlink(victim, d.PartialPath(spillName))
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			parent, victim := t.TempDir(), t.TempDir()
			check(t, os.WriteFile(filepath.Join(victim, precious), []byte(precious), 0o640))
			if c.before != nil {
				check(t, c.before(parent, victim))
			}
			err := spring(filepath.Join(parent, "out"), victim, c.during)
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if got := read(t, victim); len(got) != 1 || got[precious] != precious {
				t.Errorf("the victim is now %q", got)
			}
			if info, err := os.Stat(filepath.Join(victim, precious)); err != nil || info.Mode() != 0o640 {
				t.Errorf("the victim's mode is now %v, %v", info.Mode(), err)
			}
		})
	}
}

// spring makes an output, with a trap planted under way.
func spring(name, victim string, plant func(d *Dir, victim string) error) error {
	d, err := Create(name, Options{})
	if err != nil {
		return err
	}
	if plant != nil {
		if err := plant(d, victim); err != nil {
			return errors.Join(err, d.Abort())
		}
	}
	if err := fill(d, newSet("x")); err != nil {
		return errors.Join(err, d.Abort())
	}
	return d.Commit()
}

// The holder of a lock removes its file; one who opened the file before that
// holds a lock that nobody else will ever meet.
func TestLockOfARemovedFileDoesNotCount(t *testing.T) {
	parent := t.TempDir()
	root, err := os.OpenRoot(parent)
	check(t, err)
	defer root.Close()
	s := filesystem{parent: root, path: parent}
	held, err := s.lock("l")
	check(t, err)
	late, err := root.OpenFile("l", os.O_RDWR, 0)
	check(t, err)
	defer late.Close()
	if _, err := s.claim("l", late); !errors.Is(err, ErrLocked) {
		t.Errorf("while it is held: %v, want ErrLocked", err)
	}
	check(t, s.unlock("l", held))
	if current, err := s.claim("l", late); current || err != nil {
		t.Errorf("after its removal: %v, %v, want false", current, err)
	}
	next, err := s.lock("l")
	check(t, err)
	if current, err := s.claim("l", late); current || err != nil {
		t.Errorf("after another took its name: %v, %v, want false", current, err)
	}
	check(t, s.unlock("l", next))
}
