package main

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// asProgram makes the test binary be the program. With a number, a run has little memory and
// kills itself before that one of its operations on files, counted from 1; 0 for none.
const asProgram = "NETSTREAM_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if how := os.Getenv(asProgram); how != "" {
		c := standardConsole()
		if at, err := strconv.Atoi(how); err == nil {
			c.hooks = (&faults{at: at, kill: true}).hooks()
		}
		code := run(os.Args[1:], c)
		tellPeak()
		os.Exit(code)
	}
	os.Exit(guarded(m.Run))
}

// listenForHangups has processes that are started not ignore SIGHUP, as this one does if it was
// started with nohup: the program goes on then, as it should.
func listenForHangups(t *testing.T) {
	heard := make(chan os.Signal, 1)
	signal.Notify(heard, syscall.SIGHUP)
	t.Cleanup(func() { signal.Stop(heard) })
}

// TestSignals stops a run that waits for its input, before and after the first
// packets: it ends soon, with the signal's exit code, and leaves nothing.
func TestSignals(t *testing.T) {
	capture, err := os.ReadFile("../../testdata/capture/lab-ping.pcap")
	if err != nil {
		t.Fatal(err)
	}
	listenForHangups(t)
	for _, sent := range []int{0, 30, len(capture)} {
		for _, tt := range []struct {
			signal syscall.Signal
			code   int
		}{{syscall.SIGHUP, 129}, {syscall.SIGINT, 130}, {syscall.SIGTERM, 143}} {
			folder := t.TempDir()
			cmd := exec.Command(os.Args[0], "run", "-", "-w", filepath.Join(folder, "out"))
			cmd.Env = append(os.Environ(), asProgram+"=plain")
			stdin, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if _, err := stdin.Write(capture[:sent]); err != nil && !errors.Is(err, io.ErrClosedPipe) {
				t.Fatal(err)
			}
			waitForPartial(t, folder)
			if err := cmd.Process.Signal(tt.signal); err != nil {
				t.Fatal(err)
			}
			signalled := time.AfterFunc(20*time.Second, func() { cmd.Process.Kill() })
			err = cmd.Wait()
			signalled.Stop()
			if got := cmd.ProcessState.ExitCode(); got != tt.code {
				t.Errorf("%d octets, %v: exit code %d (%v), want %d", sent, tt.signal, got, err, tt.code)
			}
			left, err := os.ReadDir(folder)
			if err != nil || len(left) != 0 {
				t.Errorf("%d octets, %v: left behind: %v, %v", sent, tt.signal, left, err)
			}
		}
	}
}

// waitForPartial waits until the run has begun its output.
func waitForPartial(t *testing.T, folder string) {
	t.Helper()
	for range 2000 {
		if entries, err := os.ReadDir(folder); err == nil && len(entries) > 1 {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("the run did not begin its output")
}
