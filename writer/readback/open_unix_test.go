//go:build unix

package readback

import (
	"path/filepath"
	"syscall"
	"testing"
)

// TestOpenRegular does not wait for the other end of a pipe.
func TestOpenRegular(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if f, err := OpenRegular(pipe); err == nil {
		t.Errorf("%s is taken for a file", f.Name())
	}
	if _, err := Summarize(pipe); err == nil {
		t.Error("a pipe is taken for a table")
	}
}
