//go:build unix

package outdir

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
)

// trapKinds plant a link or a special file that leads to a victim, or waits for ever.
func trapKinds() map[string]func(at, victim string) error {
	return map[string]func(at, victim string) error{
		"link to a file":            func(at, victim string) error { return os.Symlink(filepath.Join(victim, "precious"), at) },
		"link to a folder":          func(at, victim string) error { return os.Symlink(victim, at) },
		"link to nothing":           func(at, victim string) error { return os.Symlink(filepath.Join(victim, "nothing"), at) },
		"link to nothing in folder": func(at, victim string) error { return os.Symlink(filepath.Join(victim, "folder", "nothing"), at) },
		"hard link":                 func(at, victim string) error { return os.Link(filepath.Join(victim, "precious"), at) },
		"pipe":                      func(at, _ string) error { return syscall.Mkfifo(at, 0o600) },
		"relative link": func(at, victim string) error {
			to, err := filepath.Rel(filepath.Dir(at), victim)
			return errors.Join(err, os.Symlink(to, at))
		},
		"link to itself": func(at, _ string) error { return os.Symlink(filepath.Base(at), at) },
		"folder of links": func(at, victim string) error {
			return errors.Join(os.Mkdir(at, 0o700), os.Symlink(victim, filepath.Join(at, "folder")),
				os.Symlink(filepath.Join(victim, "precious"), filepath.Join(at, "flows.csv")), os.Link(filepath.Join(victim, "precious"), filepath.Join(at, "run.json")))
		},
		"link to a link": func(at, victim string) error {
			return errors.Join(os.Symlink(victim, at+"-next"), os.Symlink(filepath.Base(at)+"-next", at))
		},
		"socket": func(at, _ string) error {
			folder, err := os.MkdirTemp("", "s") // the name of a socket is short
			if err != nil {
				return err
			}
			defer os.RemoveAll(folder)
			listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(folder, "s"), Net: "unix"})
			if err != nil {
				return err
			}
			listener.SetUnlinkOnClose(false)
			return errors.Join(listener.Close(), os.Rename(filepath.Join(folder, "s"), at))
		},
	}
}

// trapPlaces are names beside the output and in it.
var trapPlaces = []string{
	".out.netstream-lock", ".out.netstream-partial", ".out.netstream-old", "out",
	".out.netstream-partial/flows.csv", ".out.netstream-partial/run.json", ".out.netstream-partial/SHA256SUMS", ".out.netstream-partial/accounting",
	".out.netstream-partial/accounting/by", ".out.netstream-partial/date=2026-01-31", ".out.netstream-partial/.spill",
	"out/flows.csv", "out/run.json", "out/accounting", ".out.netstream-old/flows.csv",
}

// TestS3PlantedTraps (S3) plants each kind of trap at each place, before the run or in front
// of one of its operations, in place of what may be there. Whatever comes of the run, nothing
// outside of the output changes.
func TestS3PlantedTraps(t *testing.T) {
	planted, ended := 0, map[bool]int{}
	all, random := manners(), rand.New(rand.NewPCG(1, 2))
	small := set{"accounting/by/hour.csv": "hour", "date=2026-01-31/empty.a": "", "flows.csv": "flow"}
	small[ManifestName] = manifestOf("new", slices.Sorted(maps.Keys(small))...)
	kinds := trapKinds()
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		plant := kinds[kind]
		for _, place := range trapPlaces {
			for _, moment := range []int{-1, random.IntN(20)} { // number of an operation, -1 before the run
				m := all[random.IntN(len(all))]
				name, _ := m.scene(t)
				victim := t.TempDir()
				check(t, os.Mkdir(filepath.Join(victim, "folder"), 0o750))
				for _, file := range []string{"precious", "folder/precious", "flows.csv"} {
					check(t, os.WriteFile(filepath.Join(victim, file), []byte(file), 0o640))
				}
				before := whatIs(t, victim)
				at := filepath.Join(filepath.Dir(name), place)
				trap := func() bool { // in a folder that is there
					if _, err := os.Lstat(filepath.Dir(at)); err != nil {
						return false
					}
					check(t, os.RemoveAll(at))
					check(t, plant(at, victim))
					planted++
					return true
				}
				is := false
				if moment < 0 {
					check(t, os.MkdirAll(filepath.Dir(at), 0o700))
					is = trap()
				}
				seen := 0
				options := Options{Replace: m.replace, Fault: m.fault(func(string) error {
					if seen++; moment >= 0 && !is && seen > moment {
						is = trap()
					}
					return nil
				})}
				err := produce(name, small, options)
				ended[err == nil]++
				if after := whatIs(t, victim); !maps.Equal(before, after) {
					t.Errorf("%s as %s at %d, %s: the victim was %v, is %v (%v)", kind, place, moment, m.name, before, after, err)
				}
			}
		}
	}
	if planted < 200 || ended[true] < 50 || ended[false] < 50 {
		t.Errorf("%d traps, %d runs that ended well and %d that did not", planted, ended[true], ended[false])
	}
	t.Logf("assertion S3: %d traps planted, %d runs committed, %d given up: 0 octets outside of the output", planted, ended[true], ended[false])
}

// whatIs tells names, modes, times and contents below a folder.
func whatIs(t *testing.T, folder string) map[string]string {
	t.Helper()
	all := make(map[string]string)
	check(t, filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		content := []byte(nil)
		if info.Mode().IsRegular() {
			if content, err = os.ReadFile(path); err != nil {
				return err
			}
		}
		all[path] = fmt.Sprintf("%v, %v, %q", info.Mode(), info.ModTime(), content)
		return nil
	}))
	return all
}

// TestVerifyPipe has a pipe in the place of a file when it is to be read back: nobody waits
// for its other end.
func TestVerifyPipe(t *testing.T) {
	dir, err := Create(filepath.Join(t.TempDir(), "out"), Options{})
	check(t, err)
	defer func() { _ = dir.Abort() }() // which is not committed
	f, err := dir.File("flows.csv")
	check(t, err)
	check(t, f.Close())
	at := dir.PartialPath("flows.csv")
	check(t, os.Remove(at))
	check(t, syscall.Mkfifo(at, 0o600))
	if err := dir.Verify(); !errors.Is(err, errNoFile) {
		t.Errorf("got %v", err)
	}
}
