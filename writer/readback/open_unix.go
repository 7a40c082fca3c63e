//go:build unix

package readback

import "syscall"

// withoutWaiting has an open that does not wait for whoever would write to a pipe.
const withoutWaiting = syscall.O_NONBLOCK
