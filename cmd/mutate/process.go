package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	// slowestProcess is how long a whole process may take.
	slowestProcess = 10 * time.Second

	// addressSpace is how much memory a process may map, in KiB. It is far more than
	// one needs, and far less than a length field of 32 bits can ask for over and over.
	addressSpace = 4 << 20

	// verifiedEvery says which outputs are also verified by the program itself.
	verifiedEvery = 20
)

// accepted are the exit codes that a damaged input may cause: all is well, damage,
// refusal, and a limit. Others say that the output, a law or the program failed.
func accepted() []int { return []int{0, 3, 4, 6} }

// program is netstream as a process of its own for each case.
type program struct {
	path   string
	folder string // where inputs and outputs are
	limit  time.Duration

	mu       sync.Mutex
	cases    int
	peak     int64 // octets resident
	longest  time.Duration
	verified int
}

// processSubject is the cases of another subject, each given to the program.
func processSubject(s *subject, p *program) *subject {
	return &subject{
		files: s.files, noun: s.noun, ending: s.ending, run: p.run,
		told: func(*campaign) string {
			return fmt.Sprintf("each a process, %v at most, %d MiB at most, %d outputs verified", p.longest.Round(time.Millisecond), p.peak>>20, p.verified)
		},
		draw: func(seed, index uint64) (*trial, error) {
			t, err := s.draw(seed, index)
			if err != nil {
				return nil, err
			}
			t.settings = settings{arguments: drawArguments(rand.New(rand.NewPCG(index, seed)))}
			t.layouts, t.limit = []layout{{workers: 1 + int(index%3)}}, p.limit
			return t, nil
		},
		weigh: func(uint64, uint64) uint64 { return 1 },
	}
}

// drawArguments gives no flags in half of the cases, and in the others such that
// lead to other code.
func drawArguments(random *rand.Rand) []string {
	choices := [][]string{
		{"-o", "csv"}, {"--meter", "both"}, {"--biflow"}, {"--features", "stats,splt:8"}, {"--key", "5tuple"}, {"--partition", "day"},
		{"--idle-timeout", "1s", "--active-timeout", "2s"}, {"--interval", "1h"}, {"--with-mac", "--with-file"}, {"--time-unit", "ns"},
		{"--captures", "exports"}, {"--captures", "packets"}, {"--stitch"}, {"--dedup"}, {"--share-templates"}, {"--strict"},
		{"--filter", "ip or ip6"}, {"--flow-filter", "packets > 0"}, {"-A", "protocol-port,as"}, {"--max-flows", "3"}, {"--provenance"},
		{"--element", "octetDeltaCount"}, {"--memory", "128M"}, {"--log-format", "json"}, {"--fragments", "apart"},
	}
	if random.IntN(2) == 0 {
		return nil
	}
	var arguments []string
	first, second := random.IntN(len(choices)), random.IntN(len(choices))
	arguments = append(arguments, choices[first]...)
	if choices[second][0] != choices[first][0] {
		arguments = append(arguments, choices[second]...)
	}
	return arguments
}

// run gives the program a damaged file, and checks how it ended and what it left.
func (p *program) run(content []byte, s *settings, l *layout) (got outcome, err error) {
	folder, err := os.MkdirTemp(p.folder, "")
	if err != nil {
		return outcome{}, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	in, out := filepath.Join(folder, "input"), filepath.Join(folder, "out")
	if err := os.WriteFile(in, content, 0o600); err != nil {
		return outcome{}, err
	}
	arguments := append([]string{"run", "-q", in, "-w", out, "-j", fmt.Sprint(l.workers)}, s.arguments...)
	code, messages, err := p.start(arguments)
	if err != nil {
		return outcome{}, err
	}
	if !slices.Contains(accepted(), code) {
		return outcome{}, fmt.Errorf("%q: exit code %d, want one of %v: %s", arguments, code, accepted(), messages)
	}
	if err := checkMessages(code, messages, in); err != nil {
		return outcome{}, fmt.Errorf("%q: %w", arguments, err)
	}
	committed := code == 0 || code == 3 && !slices.Contains(s.arguments, "--strict")
	if err := checkFolder(folder, committed); err != nil {
		return outcome{}, fmt.Errorf("%q: exit code %d: %w", arguments, code, err)
	}
	if committed && p.shouldVerify() {
		if code, messages, err := p.start([]string{"verify", "-q", out}); err != nil || code != 0 {
			return outcome{}, fmt.Errorf("%q: verify ended with %d, %w: %s", arguments, code, err, messages)
		}
	}
	return outcome{verdict: fmt.Sprintf("exit %d", code)}, nil
}

// shouldVerify chooses some of the outputs.
func (p *program) shouldVerify() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cases++; p.cases%verifiedEvery != 0 {
		return false
	}
	p.verified++
	return true
}

// start runs the program to its end, in bounded time and memory. A process that is
// killed because it does not end has an error of time. The peak of its memory is never
// below that of this process, which is within the same bound.
func (p *program) start(arguments []string) (code int, messages []byte, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*p.limit)
	defer cancel()
	bounded := fmt.Sprintf(`ulimit -v %d && exec "$0" "$@"`, addressSpace)
	cmd := exec.CommandContext(ctx, "sh", append([]string{"-c", bounded, p.path}, arguments...)...)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	began := time.Now()
	err = cmd.Run()
	took := time.Since(began)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return 0, nil, fmt.Errorf("cannot start %s: %w", p.path, err)
	}
	if ctx.Err() != nil {
		return 0, nil, &slowError{took: took, limit: p.limit}
	}
	peak := int64(0)
	if used, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		peak = int64(used.Maxrss) << 10
	}
	p.mu.Lock()
	p.peak, p.longest = max(p.peak, peak), max(p.longest, took)
	p.mu.Unlock()
	if peak > memoryLimit {
		return 0, nil, fmt.Errorf("%q: %d octets of memory were resident, must not be more than %d", arguments, peak, memoryLimit)
	}
	return cmd.ProcessState.ExitCode(), said.Bytes(), nil
}

// checkMessages checks that a run without success names the input, and so does not
// complain of its flags, in lines of text that a terminal can be given.
func checkMessages(code int, messages []byte, input string) error {
	if code != 0 && !bytes.Contains(messages, []byte(input)) {
		return fmt.Errorf("exit code %d, and the messages do not name the input: %q", code, messages)
	}
	for _, r := range string(messages) {
		if r < ' ' && r != '\n' || r == 0x7f || r == '\uFFFD' {
			return fmt.Errorf("a control character is in the messages: %q", messages)
		}
	}
	return nil
}

// checkFolder checks that beside the input there is nothing, or a complete output and
// nothing else.
func checkFolder(folder string, committed bool) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	want := []string{"input"}
	if committed {
		want = append(want, "out")
	}
	if !slices.Equal(names, want) {
		return fmt.Errorf("the run left %q, want %q", names, want)
	}
	if !committed {
		return nil
	}
	outputs := 0
	err = filepath.WalkDir(filepath.Join(folder, "out"), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Name() == "SHA256SUMS" {
			outputs++
			return checkSums(path)
		}
		return err
	})
	if err == nil && outputs != 1 {
		return fmt.Errorf("%d lists of digests are in the output, want 1", outputs)
	}
	return err
}

// checkSums compares the files beside a list of digests with it.
func checkSums(path string) error {
	list, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	hasManifest := false
	for line := range strings.Lines(string(list)) {
		digest, name, found := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		if !found {
			return fmt.Errorf("%s holds the line %q", path, line)
		}
		content, err := os.ReadFile(filepath.Join(filepath.Dir(path), name))
		if err != nil {
			return err
		}
		if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != digest {
			return fmt.Errorf("%s has another digest than %s says", name, path)
		}
		hasManifest = hasManifest || name == "run.json"
	}
	if !hasManifest {
		return fmt.Errorf("%s does not list run.json", path)
	}
	return nil
}
