package outdir

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSingleFaults fails each operation in turn: the file has its old or its new content,
// and nothing else is left once the next run has replaced it.
func TestSingleFaults(t *testing.T) {
	for _, old := range []string{"", "old"} {
		for at, failed := 0, true; failed; at++ {
			failed = singleFault(t, old, at)
			if at > 50 {
				t.Fatal("there is no end of operations")
			}
		}
	}
}

// singleFault fails the operation with a number, and says whether there was one.
func singleFault(t *testing.T, old string, at int) (failed bool) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "state")
	if old != "" {
		check(t, os.WriteFile(name, []byte(old), 0o600))
	}
	cause, n := errors.New("fault"), 0
	mended := false // a removal is tried twice
	s, err := LockSingle(name, func(op, _ string) error {
		n++
		if n-1 == at {
			failed, mended = true, op == "remove"
			return cause
		}
		return nil
	})
	if err == nil {
		err = errors.Join(s.Replace(strings.NewReader("new")), s.Close())
	}
	if (failed && !mended) != errors.Is(err, cause) {
		t.Errorf("operation %d failed: %v, error %v", at, failed, err)
	}
	content, err := os.ReadFile(name)
	if got := string(content); got != "new" && got != old || err != nil && !(old == "" && errors.Is(err, os.ErrNotExist)) {
		t.Errorf("operation %d: the file has %q, %v", at, got, err)
	}
	if s != nil {
		s.lock.Close() // as the kernel does when the process ends
	}
	s, err = LockSingle(name, nil)
	check(t, err)
	check(t, s.Replace(strings.NewReader("next")))
	check(t, s.Close())
	entries, err := os.ReadDir(filepath.Dir(name))
	check(t, err)
	if len(entries) != 1 {
		t.Errorf("operation %d: %v is left", at, entries)
	}
	return failed
}

// TestSingleLock: one run at a time replaces a file.
func TestSingleLock(t *testing.T) {
	name := filepath.Join(t.TempDir(), "state")
	s, err := LockSingle(name, nil)
	check(t, err)
	if _, err := LockSingle(name, nil); !errors.Is(err, ErrLocked) {
		t.Errorf("got %v, want ErrLocked", err)
	}
	check(t, s.Close())
	if _, err := LockSingle(".", nil); !errors.Is(err, ErrName) {
		t.Errorf("got %v, want ErrName", err)
	}
}
