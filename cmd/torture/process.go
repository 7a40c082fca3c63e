package main

import (
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"syscall"
	"time"
)

// usage is what a run took.
type usage struct {
	code     int
	messages []byte
	wall     time.Duration
	cpu      time.Duration // user and system time
	peak     int64         // octets resident at most
}

// run runs a program to its end. The peak is never below what this process has
// resident itself, which is little: a process counts that of its parent until it is its own.
func run(program string, arguments ...string) (u usage, err error) {
	cmd := exec.Command(program, arguments...)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	began := time.Now()
	err = cmd.Run()
	u.wall, u.messages = time.Since(began), said.Bytes()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return u, fmt.Errorf("cannot run %s: %w", program, err)
	}
	u.code = cmd.ProcessState.ExitCode()
	u.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if used, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		u.peak = int64(used.Maxrss) << 10
	}
	return u, nil
}

// must is run for what has to succeed.
func must(program string, arguments ...string) (usage, error) {
	u, err := run(program, arguments...)
	if err == nil && u.code != 0 {
		err = fmt.Errorf("%s %q ended with %d: %s", program, arguments, u.code, u.messages)
	}
	return u, err
}
