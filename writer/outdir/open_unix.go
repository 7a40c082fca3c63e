//go:build unix

package outdir

import "syscall"

// withoutWaiting has an open that does not wait for whoever would write to a pipe.
const withoutWaiting = syscall.O_NONBLOCK
