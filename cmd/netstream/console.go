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
}

func standardConsole() *console {
	return &console{in: os.Stdin, out: os.Stdout, err: os.Stderr, terminal: term.IsTerminal(int(os.Stderr.Fd()))}
}
