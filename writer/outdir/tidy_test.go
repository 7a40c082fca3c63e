package outdir

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestTidy: what a dead run left beside a complete output is removed, what a living one is
// making stays, and where nothing is left nothing is done.
func TestTidy(t *testing.T) {
	name := filepath.Join(t.TempDir(), "out")
	check(t, produce(name, newSet("new"), Options{}))
	operations := 0
	check(t, Tidy(name, func(op, _ string) error {
		if operations++; op != "stat" {
			t.Errorf("nothing is left, and %s is done", op)
		}
		return nil
	}))
	if operations == 0 {
		t.Error("no operation was seen")
	}
	for _, left := range []string{".out.netstream-lock", ".out.netstream-partial", ".out.netstream-old"} {
		beside := filepath.Join(filepath.Dir(name), left)
		if left == ".out.netstream-lock" {
			check(t, os.WriteFile(beside, nil, 0o600))
		} else {
			check(t, os.Mkdir(beside, 0o700))
			check(t, os.WriteFile(filepath.Join(beside, "file"), nil, 0o600))
		}
		check(t, Tidy(name, nil))
		checkAlone(t, name)
		if !whole(read(t, name), newSet("new")) {
			t.Errorf("%s: the output is not whole", left)
		}
	}

	d, err := Create(name, Options{Replace: true})
	check(t, err)
	if err := Tidy(name, nil); !errors.Is(err, ErrLocked) {
		t.Errorf("another run is writing: %v, want ErrLocked", err)
	}
	check(t, fill(d, newSet("newer")))
	check(t, d.Commit())
	checkAlone(t, name)

	check(t, os.WriteFile(filepath.Join(filepath.Dir(name), ".out.netstream-lock"), nil, 0o600))
	if err := Tidy(name, func(op, _ string) error {
		if op == "remove" {
			return syscall.EROFS
		}
		return nil
	}); !errors.Is(err, syscall.EROFS) {
		t.Errorf("nothing can be removed: %v", err)
	}
}
