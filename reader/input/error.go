package input

import (
	"errors"
	"fmt"
)

// Class says what an [Error] means for the run.
type Class uint8

// The classes, the graver the higher.
const (
	Unreadable   Class = iota + 1 // it cannot be found, opened or read (exit code 3)
	LimitReached                  // a limit stopped the reading (exit code 6)
	Refused                       // it is not taken as it is, or was asked for in a wrong way (exit code 4)
)

// String gives the name of the class.
func (c Class) String() string {
	switch c {
	case Unreadable:
		return "unreadable"
	case LimitReached:
		return "limit reached"
	case Refused:
		return "refused"
	}
	return "unknown"
}

// Error is an input that is not read, or not read further, for a reason other
// than damage in it.
type Error struct {
	Class Class
	Op    string // what could not be done: "open", "read", "expand"
	Name  string // the input, as it was named
	Err   error  // the cause
	Hint  string // what the user can do about it; may be empty
}

// Error gives "cannot Op Name: cause", without the hint.
func (e *Error) Error() string {
	if e.Op == "" {
		return e.Err.Error() // of no input
	}
	return fmt.Sprintf("cannot %s %q: %v", e.Op, e.Name, e.Err)
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// ClassOf gives the gravest class of the [Error]s in err, which may be a join of
// many, or 0 if there is none in it.
func ClassOf(err error) Class {
	var gravest Class
	for _, e := range Errors(err) {
		gravest = max(gravest, e.Class)
	}
	return gravest
}

// Errors gives the [Error]s that err is, wraps or joins, in order.
func Errors(err error) []*Error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []*Error
		for _, e := range joined.Unwrap() {
			all = append(all, Errors(e)...)
		}
		return all
	}
	var one *Error
	if errors.As(err, &one) {
		return []*Error{one}
	}
	return nil
}
