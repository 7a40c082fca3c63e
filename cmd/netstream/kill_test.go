package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// process is the program as a process of its own.
type process struct {
	*exec.Cmd
	messages bytes.Buffer
}

// started starts the program. how is what asProgram says.
func started(t *testing.T, how string, args []string) *process {
	t.Helper()
	p := &process{Cmd: exec.Command(os.Args[0], args...)}
	p.Env = append(os.Environ(), asProgram+"="+how)
	p.Stderr = &p.messages
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	return p
}

// ended waits for the end and gives the exit code, -1 after SIGKILL.
func (p *process) ended(t *testing.T) int {
	t.Helper()
	var exit *exec.ExitError
	if err := p.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return p.ProcessState.ExitCode()
}

// mustRecover looks at what a dead run left: the output is complete or not there. The next
// run makes the same one, and clears up.
func mustRecover(t *testing.T, when, folder string, want map[string]string) (committed bool) {
	t.Helper()
	out := filepath.Join(folder, "out")
	found := contents(t, out)
	if found != nil && !maps.Equal(found, want) {
		t.Errorf("%s: the output is there and not complete", when)
	}
	if got := netstream(smallRun("parquet", out)...); got.code != exitOK {
		t.Errorf("%s: the next run has exit code %d: %s", when, got.code, got.errors)
	}
	if !maps.Equal(contents(t, out), want) {
		t.Errorf("%s: the next run has another output", when)
	}
	if left := entries(t, folder); !slices.Equal(left, []string{"out"}) {
		t.Errorf("%s: left behind: %v", when, left)
	}
	return found != nil
}

// TestF4KilledBeforeEveryOperation (F4, G6): a run is killed before each of its operations on files.
func TestF4KilledBeforeEveryOperation(t *testing.T) {
	want, operations := undisturbed(t, "parquet")
	step := max(1, operations/scaled(15, operations))
	kills, committed := 0, 0
	for n := 1; n <= operations; n += step {
		folder := t.TempDir()
		p := started(t, fmt.Sprint(n), smallRun("parquet", filepath.Join(folder, "out")))
		if code := p.ended(t); code != -1 {
			t.Fatalf("operation %d: exit code %d: %s", n, code, p.messages.String())
		}
		kills++
		if mustRecover(t, fmt.Sprintf("killed before operation %d", n), folder, want) {
			committed++
		}
	}
	t.Logf("assertion F4: killed before %d of %d operations: %d outputs complete, the others absent; all runs after that equal", kills, operations, committed)
}

// span gives how long a run takes as a process.
func span(t *testing.T, how, out string) time.Duration {
	t.Helper()
	began := time.Now()
	if p := started(t, how, smallRun("parquet", out)); p.ended(t) != exitOK {
		t.Fatal(p.messages.String())
	}
	return time.Since(began)
}

// TestF4KilledAtRandom (F4, G6): runs are killed at random moments, in the middle of system calls.
func TestF4KilledAtRandom(t *testing.T) {
	want, _ := undisturbed(t, "parquet")
	longest := span(t, "0", filepath.Join(t.TempDir(), "out"))
	kills, committed, over := scaled(10, 1000), 0, 0
	for range kills {
		folder := t.TempDir()
		p := started(t, "0", smallRun("parquet", filepath.Join(folder, "out")))
		moment := rand.N(longest)
		time.Sleep(moment)
		_ = p.Process.Kill() // the run may be over
		if p.ended(t) == exitOK {
			over++
		}
		if mustRecover(t, fmt.Sprintf("killed after %v", moment), folder, want) {
			committed++
		}
		if t.Failed() {
			return
		}
		if err := os.RemoveAll(folder); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("assertion F4: killed at %d random moments: %d outputs complete (%d runs were over), the others absent; all runs after that equal", kills, committed, over)
}

// TestF3SignalsAtRandom (F3): runs get a signal at random moments. They end with the signal's exit code
// and nothing left, or were about to be over and are complete.
func TestF3SignalsAtRandom(t *testing.T) {
	want, _ := undisturbed(t, "parquet")
	longest := span(t, "0", filepath.Join(t.TempDir(), "out"))
	listenForHangups(t)
	signals := []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP}
	moments, stops, slowest := scaled(9, 200), 0, time.Duration(0)
	for n := range moments {
		folder := t.TempDir()
		p := started(t, "0", smallRun("parquet", filepath.Join(folder, "out")))
		for range 100_000 { // until the program listens to signals
			if len(entries(t, folder)) > 0 {
				break
			}
			time.Sleep(100 * time.Microsecond)
		}
		time.Sleep(rand.N(longest))
		sent, number := time.Now(), signals[n%len(signals)]
		_ = p.Process.Signal(number) // the run may be over
		giveUp := time.AfterFunc(20*time.Second, func() { _ = p.Process.Kill() })
		code := p.ended(t)
		giveUp.Stop()
		slowest = max(slowest, time.Since(sent))
		got, left := contents(t, filepath.Join(folder, "out")), entries(t, folder)
		switch {
		case code == exitSignalled+int(number) && len(left) == 0:
			stops++
		case (code == exitOK || code == -1) && maps.Equal(got, want) && slices.Equal(left, []string{"out"}): // -1: it came as the process ended
		default:
			t.Errorf("%v: exit code %d, left behind %v: %s", number, code, left, p.messages.String())
		}
	}
	t.Logf("assertion F3: %d signals at random moments: %d runs stopped with its exit code and nothing left, the others were complete; %v at most from signal to end",
		moments, stops, slowest.Round(time.Millisecond))
}

// TestF5Races (F5): two runs at once of the same inputs with other settings want one directory. One of
// them makes it; the other is told that it is locked, or that another output is there.
func TestF5Races(t *testing.T) {
	settings := [][]string{{"--interval", "1m"}, {"--interval", "1h"}}
	var want []map[string]string
	for _, s := range settings {
		want = append(want, contents(t, outputOf(t, append([]string{filepath.Join(captures, "lab.pcapng")}, s...)...)))
	}
	races, codes := scaled(8, 100), make(map[int]int)
	for race := range races {
		folder := t.TempDir()
		out := filepath.Join(folder, "out")
		ended, messages := make([]int, len(settings)), make([]string, len(settings))
		var both sync.WaitGroup
		for i, s := range settings {
			p := started(t, "plain", append([]string{"run", "-q", filepath.Join(captures, "lab.pcapng"), "-w", out}, s...))
			both.Go(func() {
				_ = p.Wait() // the exit code tells
				ended[i], messages[i] = p.ProcessState.ExitCode(), p.messages.String()
			})
		}
		both.Wait()
		winner := slices.Index(ended, exitOK)
		if winner < 0 {
			t.Fatalf("race %d: exit codes %v: %s", race, ended, strings.Join(messages, ""))
		}
		loser := ended[1-winner]
		codes[loser]++
		if loser != exitLocked && loser != exitExists {
			t.Errorf("race %d: the loser has exit code %d: %s", race, loser, messages[1-winner])
		}
		if !maps.Equal(contents(t, out), want[winner]) {
			t.Errorf("race %d: the output is not that of the winner", race)
		}
		if left := entries(t, folder); !slices.Equal(left, []string{"out"}) {
			t.Errorf("race %d: left behind: %v", race, left)
		}
	}
	t.Logf("assertion F5: %d races of two runs for one directory: one output each, complete; exit codes of the others %v", races, codes)
}
