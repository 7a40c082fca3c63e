//go:build unix

package outdir

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// exhaust takes all descriptors but a few that a process can still get, and gives
// them back at the end of the test.
func exhaust(t *testing.T, left int) {
	t.Helper()
	var limit syscall.Rlimit
	check(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit))
	lower := limit
	lower.Cur = min(limit.Cur, 256)
	check(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &lower))
	var taken []*os.File
	t.Cleanup(func() {
		for _, f := range taken {
			check(t, f.Close())
		}
		check(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit))
	})
	for {
		f, err := os.Open(os.DevNull)
		if err != nil {
			break
		}
		if taken = append(taken, f); len(taken) > 1000 {
			t.Fatal("descriptors do not run out")
		}
	}
	for range left {
		check(t, taken[len(taken)-1].Close())
		taken = taken[:len(taken)-1]
	}
}

// A run that ends because it can open no further file clears up all the same.
func TestAbortWithoutDescriptors(t *testing.T) {
	for _, open := range []int{0, 1, 5} {
		t.Run(fmt.Sprintf("%d files open", open), func(t *testing.T) {
			name := filepath.Join(t.TempDir(), "out")
			d, err := Create(name, Options{})
			check(t, err)
			check(t, fill(d, newSet("x")))
			check(t, create(t, d, "a/b/c/d/e/f/g/h").Close())
			for i := range open {
				create(t, d, fmt.Sprintf("open%d", i))
			}
			t.Run("exhausted", func(t *testing.T) {
				exhaust(t, 0)
				if _, err := d.File("one.more"); err == nil {
					t.Error("there was a descriptor")
				}
				if err := d.Abort(); err != nil {
					t.Error(err)
				}
			})
			checkAlone(t, name)
		})
	}
}

// A run that gets some descriptors, but fewer than it needs, leaves nothing.
func TestTooFewDescriptors(t *testing.T) {
	failed := 0
	for left := range 20 {
		name := filepath.Join(t.TempDir(), "out")
		t.Run(fmt.Sprintf("%d left", left), func(t *testing.T) {
			exhaust(t, left)
			if err := produce(name, newSet("x"), Options{}); err != nil {
				failed++
			}
		})
		if _, err := os.Lstat(name); err == nil && !whole(read(t, name), newSet("x")) {
			t.Errorf("%d left: the output is not whole", left)
		}
		checkAlone(t, name)
	}
	if failed == 0 || failed == 20 {
		t.Errorf("%d of 20 runs failed", failed)
	}
}
