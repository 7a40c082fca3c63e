package main

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
)

// TestOutputHints has the failures of outputs that have a next step.
func TestOutputHints(t *testing.T) {
	for errno, want := range map[syscall.Errno]string{
		syscall.ENOSPC: "make room", syscall.EDQUOT: "make room", syscall.EFBIG: "--partition", syscall.EMFILE: "ulimit -n",
		syscall.EACCES: "where you may write", syscall.EPERM: "where you may write", syscall.EROFS: "where you may write",
		syscall.ENOENT: "must be there", syscall.ENOTDIR: "must be there", syscall.EIO: "",
	} {
		err := outputFailure(fmt.Errorf("cannot write table flows: %w", errno))
		var known *failure
		if !errors.As(err, &known) || known.code != exitOutput || !strings.Contains(known.hint, want) || want == "" != (known.hint == "") {
			t.Errorf("%v: got %+v, want a hint with %q", errno, known, want)
		}
	}
}
