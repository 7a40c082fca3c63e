package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
)

// Exit codes. 2 is left to the Go runtime, which uses it when it crashes. A
// nightly job needs to know three things: 0 is good, 3 is to be looked at,
// anything else is to be run again.
const (
	exitOK        = 0
	exitFailed    = 1   // failed, other
	exitDamaged   = 3   // input damaged, cut or partly unreadable; everything readable is accounted
	exitUsage     = 4   // usage, or refused input
	exitOutput    = 5   // output failed
	exitLimit     = 6   // a resource limit stopped the run
	exitLaw       = 7   // a conservation law or the re-read check failed, a bug of ours; or verify found a defect
	exitExists    = 10  // another run's output is there
	exitLocked    = 11  // another run is writing there
	exitSignalled = 128 // plus the signal's number: 129, 130, 143
)

// failure is an error that knows its exit code and, where there is one, the next
// step for the user.
type failure struct {
	code int
	err  error
	hint string
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

func fail(code int, hint, format string, args ...any) error {
	return &failure{code: code, err: fmt.Errorf(format, args...), hint: hint}
}

// usageHint is the next step where a command says nothing better; of a known command it
// is its own help.
const usageHint = "'netstream help' shows how it is used"

func usageError(format string, args ...any) error {
	return fail(exitUsage, usageHint, format, args...)
}

// withHelpOf points an error of a command's use to the help of that command.
func withHelpOf(command string, err error) error {
	var f *failure
	if errors.As(err, &f) && f.hint == usageHint {
		f.hint = fmt.Sprintf("'netstream help %s' lists the flags", command)
	}
	return err
}

// signalled is the cause with which a signal cancels the context.
type signalled struct{ signal os.Signal }

func (s signalled) Error() string { return fmt.Sprintf("stopped by signal: %v", s.signal) }

// exitCode gives the exit code of an error. A run that a signal stopped has the
// signal's; one that was over by then has its own.
func exitCode(ctx context.Context, err error) int {
	var by signalled
	if stopped(err) && errors.As(context.Cause(ctx), &by) {
		return by.exitCode()
	}
	var f *failure
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &f):
		return f.code
	}
	return exitFailed
}

// stopped says whether err is that of a canceled context.
func stopped(err error) bool {
	var by signalled
	return errors.Is(err, context.Canceled) || errors.As(err, &by)
}

func (s signalled) exitCode() int {
	if number, ok := s.signal.(syscall.Signal); ok {
		return exitSignalled + int(number)
	}
	return exitFailed
}

// hintOf gives the next step that an error knows, if it does.
func hintOf(err error) string {
	var f *failure
	if errors.As(err, &f) {
		return f.hint
	}
	return ""
}
