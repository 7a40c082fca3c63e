package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"netstream/writer/outdir"
)

// scripts is where the scripts are. Each shows one behaviour of the program, as
// a user sees it. A script is lines of commands, then files that are there when
// it begins, each behind a line "-- NAME --" (the txtar format). It runs in a
// folder of its own. Words are parted by blanks; '...' is one word as it stands,
// "..." one with the escapes of Go; $CAPTURES is the folder of the test captures.
//
//	netstream ARG...      runs the program, which must succeed
//	exit N netstream ...  runs it; it must end with that exit code
//	stdout, stderr RE     what the last run wrote matches; with ! in front: does not
//	stdin FILE            standard input of the next run
//	full                  standard output of the next run is a full disk
//	exists NAME...        the files are there; with ! in front: are not
//	holds FILE RE         the file matches; with ! in front: does not
//	list DIR NAME...      the folder holds these entries and no other
//	mode OCTAL NAME...    permissions
//	same A B              two files have the same octets
//	sums DIR              SHA256SUMS lists all other files, rightly
//	keep NAME...          remembers files: octets and time of change
//	kept                  nothing of what was remembered has changed
//	lock OUT              another run is writing OUT, to the end of the script
//	cp, mkdir, rm, append FILE TEXT, chmod, link, symlink, fifo, umask
const scripts = "../../testdata/script"

func TestScripts(t *testing.T) {
	names, err := filepath.Glob(filepath.Join(scripts, "*.txt"))
	if err != nil || len(names) < 20 {
		t.Fatalf("found %d scripts: %v", len(names), err)
	}
	for _, name := range names {
		text := readFile(t, name)
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txt"), func(t *testing.T) { runScript(t, text) })
	}
}

// script is a script being run.
type script struct {
	t     *testing.T
	stdin io.Reader
	full  bool
	last  ending
	kept  map[string]string // by name: what identifies the file's state
}

func runScript(t *testing.T, text string) {
	absolute, err := filepath.Abs(captures)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	s := &script{t: t, stdin: strings.NewReader(""), kept: make(map[string]string)}
	commands := s.unpack(text)
	lines := bufio.NewScanner(strings.NewReader(commands))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		words, err := scriptWords(strings.ReplaceAll(line, "$CAPTURES", absolute))
		if err == nil {
			err = s.do(words)
		}
		if err != nil {
			t.Fatalf("line %d: %s\n%v\nstdout: %s\nstderr: %s", n, line, err, s.last.out, s.last.errors)
		}
	}
}

// unpack writes the files of a script and gives its commands.
func (s *script) unpack(text string) (commands string) {
	parts := regexp.MustCompile(`(?m)^-- (.*) --\n`).FindAllStringSubmatchIndex(text, -1)
	commands = text
	for i, at := range parts {
		end := len(text)
		if i+1 < len(parts) {
			end = parts[i+1][0]
		}
		name := text[at[2]:at[3]]
		s.must(os.MkdirAll(filepath.Dir(name), 0o700))
		s.must(os.WriteFile(name, []byte(text[at[1]:end]), 0o600))
		if i == 0 {
			commands = text[:at[0]]
		}
	}
	return commands
}

func (s *script) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

var scriptWord = regexp.MustCompile(`'[^']*'|"(?:[^"\\]|\\.)*"|[^\s'"]+`)

func scriptWords(line string) ([]string, error) {
	var words []string
	for _, word := range scriptWord.FindAllString(line, -1) {
		var err error
		switch word[0] {
		case '\'':
			word = word[1 : len(word)-1]
		case '"':
			word, err = strconv.Unquote(word)
		}
		if err != nil {
			return nil, err
		}
		words = append(words, word)
	}
	return words, nil
}

// do does one command.
func (s *script) do(words []string) error {
	wanted := true
	if words[0] == "!" {
		wanted, words = false, words[1:]
	}
	verb, args := words[0], words[1:]
	if done, err := s.doFiles(verb, args); done {
		return err
	}
	switch verb {
	case "netstream":
		return s.netstream(exitOK, args)
	case "exit":
		code, err := strconv.Atoi(args[0])
		if err != nil || args[1] != "netstream" {
			return errors.New("want: exit N netstream ARG")
		}
		return s.netstream(code, args[2:])
	case "stdout":
		return matches(s.last.out, args[0], wanted)
	case "stderr":
		return matches(s.last.errors, args[0], wanted)
	case "holds":
		content, err := os.ReadFile(args[0])
		return errors.Join(err, matches(string(content), args[1], wanted))
	case "stdin":
		content, err := os.ReadFile(args[0])
		s.stdin = bytes.NewReader(content)
		return err
	case "full":
		s.full = true
		return nil
	case "exists":
		for _, name := range args {
			if _, err := os.Lstat(name); (err == nil) != wanted {
				return fmt.Errorf("%q: %w", name, err)
			}
		}
		return nil
	case "lock":
		dir, err := outdir.Create(args[0], outdir.Options{})
		if err == nil {
			s.t.Cleanup(func() { dir.Abort() })
		}
		return err
	}
	return s.check(verb, args)
}

// netstream runs the program.
func (s *script) netstream(code int, args []string) error {
	var out, messages bytes.Buffer
	c := &console{in: s.stdin, out: &out, err: &messages}
	if s.full {
		c.out = fullDisk{}
	}
	got := run(args, c)
	s.last = ending{got, out.String(), messages.String()}
	s.stdin, s.full = strings.NewReader(""), false
	if got != code {
		return fmt.Errorf("exit code %d, want %d", got, code)
	}
	return nil
}

// fullDisk takes nothing.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

func matches(text, pattern string, wanted bool) error {
	expression, err := regexp.Compile(`(?m)` + pattern)
	if err != nil {
		return err
	}
	if expression.MatchString(text) != wanted {
		return fmt.Errorf("match of %q is %v", pattern, !wanted)
	}
	return nil
}

// check does the commands that look at files.
func (s *script) check(verb string, args []string) error {
	switch verb {
	case "list":
		entries, err := os.ReadDir(args[0])
		var names []string
		for _, e := range entries {
			names = append(names, e.Name())
		}
		if want := slices.Sorted(slices.Values(args[1:])); !slices.Equal(names, want) {
			return errors.Join(err, fmt.Errorf("it holds %q, want %q", names, want))
		}
		return err
	case "mode":
		for _, name := range args[1:] {
			info, err := os.Lstat(name)
			if err != nil || fmt.Sprintf("%04o", info.Mode().Perm()) != args[0] {
				return fmt.Errorf("%s: mode %v: %w", name, info.Mode(), err)
			}
		}
		return nil
	case "same":
		a, errA := os.ReadFile(args[0])
		b, errB := os.ReadFile(args[1])
		if err := errors.Join(errA, errB); err != nil || !bytes.Equal(a, b) {
			return fmt.Errorf("%d and %d octets: %w", len(a), len(b), err)
		}
		return nil
	case "sums":
		return checkSums(args[0])
	case "keep", "kept":
		for _, name := range args {
			s.kept[name] = state(name)
		}
		for name, before := range s.kept {
			if now := state(name); now != before {
				return fmt.Errorf("%s is %s, was %s", name, now, before)
			}
		}
		return nil
	}
	return fmt.Errorf("there is no command %q", verb)
}

// state tells whether a file was changed or put there anew.
func state(name string) string {
	info, err := os.Lstat(name)
	if err != nil {
		return err.Error()
	}
	content, _ := os.ReadFile(name) // a folder has none
	return fmt.Sprintf("%x %v %d %v", sha256.Sum256(content), info.ModTime(), info.Sys().(*syscall.Stat_t).Ino, info.Mode())
}

// checkSums does what sha256sum -c does, and looks for files that are not listed.
func checkSums(dir string) error {
	list, err := os.ReadFile(filepath.Join(dir, "SHA256SUMS"))
	if err != nil {
		return err
	}
	want := []string{"SHA256SUMS"}
	for line := range strings.Lines(string(list)) {
		digest, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || fmt.Sprintf("%x", sha256.Sum256(content)) != digest {
			return fmt.Errorf("%s is not what SHA256SUMS says: %w", name, err)
		}
		want = append(want, name)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != len(want) {
		return fmt.Errorf("%d files are there, %d in SHA256SUMS: %w", len(entries), len(want)-1, err)
	}
	return nil
}

// doFiles does the commands that change files.
func (s *script) doFiles(verb string, args []string) (done bool, err error) {
	switch verb {
	case "cp":
		content, err := os.ReadFile(args[0])
		return true, errors.Join(err, os.WriteFile(args[1], content, 0o600))
	case "append":
		file, err := os.OpenFile(args[0], os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err == nil {
			_, err = file.WriteString(args[1])
			err = errors.Join(err, file.Close())
		}
		return true, err
	case "mkdir":
		return true, os.MkdirAll(args[0], 0o700)
	case "rm":
		return true, os.RemoveAll(args[0])
	case "chmod":
		mode, err := strconv.ParseUint(args[0], 8, 32)
		return true, errors.Join(err, os.Chmod(args[1], os.FileMode(mode)))
	case "link":
		return true, os.Link(args[0], args[1])
	case "symlink":
		return true, os.Symlink(args[0], args[1])
	case "fifo":
		return true, syscall.Mkfifo(args[0], 0o600)
	case "umask":
		mask, err := strconv.ParseUint(args[0], 8, 32)
		before := syscall.Umask(int(mask))
		s.t.Cleanup(func() { syscall.Umask(before) })
		return true, err
	}
	return false, nil
}
