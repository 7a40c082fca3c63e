package main

import (
	"io"
	"os"

	"golang.org/x/term"
)

// console is what a command talks to. Tests give their own.
type console struct {
	in       io.Reader
	out      io.Writer // tables and answers
	err      io.Writer // messages, progress, summary
	terminal bool      // err is a terminal: progress and summary are shown
	log      *eventLog // what messages are written to instead, as JSON; nil for text
	hooks    hooks
	alone    bool // the process does nothing else: the Go runtime may be set as a run wants it
}

func standardConsole() *console {
	return &console{in: os.Stdin, out: os.Stdout, err: os.Stderr, terminal: term.IsTerminal(int(os.Stderr.Fd())), alone: true}
}

// answer is a writer that remembers the first error, so that an answer that did
// not get out whole is no success even where nobody looked.
type answer struct {
	w   io.Writer
	err error
}

func (a *answer) Write(p []byte) (int, error) {
	if a.err != nil {
		return 0, a.err
	}
	n, err := a.w.Write(p)
	a.err = err
	return n, err
}
