package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestProcessFailuresAreSeen puts programs with faults in the place of the real one: shell
// scripts, whose words are those of "run -q INPUT -w OUT".
func TestProcessFailuresAreSeen(t *testing.T) {
	const complete = `mkdir $5 && echo {} >$5/run.json && cd $5 && sha256sum run.json >SHA256SUMS`
	for _, test := range []struct {
		name, script, want string
	}{
		{"sound", complete, ""},
		{"sound, with damage", complete + `; echo "netstream: error: $3: cut" >&2; exit 3`, ""},
		{"refused", `echo "netstream: error: $3 is no capture" >&2; exit 4`, ""},
		{"crash", `echo "panic: $3"; exit 2`, "exit code 2, want"},
		{"killed", `kill -9 $$`, "exit code -1, want"},
		{"a law", `echo "$3"; exit 7`, "exit code 7, want"},
		{"no message", `exit 4`, "do not name the input"},
		{"escape sequence", `printf '%s \033[31m' "$3"; exit 4`, "control character"},
		{"no output", `true`, `left ["input"]`},
		{"output without success", complete + `; echo "$3"; exit 4`, `left ["input" "out"]`},
		{"leftover", complete + ` && touch ../.out.netstream-lock`, "netstream-lock"},
		{"half an output", complete + ` && rm run.json`, "run.json"},
		{"other octets", complete + ` && echo >>run.json`, "another digest"},
		{"no manifest", complete + ` && : >SHA256SUMS`, "does not list run.json"},
		{"no digests", `mkdir $5`, "0 lists of digests"},
		{"without end", `sleep 100 >/dev/null 2>&1`, "must not take longer"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := &program{path: filepath.Join(t.TempDir(), "program"), folder: t.TempDir(), limit: time.Minute}
			if test.name == "without end" {
				p.limit = 100 * time.Millisecond
			}
			if err := os.WriteFile(p.path, []byte("#!/bin/sh\n"+test.script+"\n"), 0o700); err != nil {
				t.Fatal(err)
			}
			_, err := p.run([]byte("octets"), &settings{}, oneLayout())
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v, want %q", err, test.want)
			}
			if left, err := os.ReadDir(p.folder); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}

// TestProcessArguments: a case gives the same flags again, and cases give all of them.
func TestProcessArguments(t *testing.T) {
	s := processSubject(captureSubject(mustFind(t)), &program{limit: time.Second})
	seen := make(map[string]bool)
	for index := range uint64(500) {
		a, err := s.draw(1, index)
		if err != nil {
			t.Fatal(err)
		}
		b, err := s.draw(1, index)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Join(a.settings.arguments, " ") != strings.Join(b.settings.arguments, " ") {
			t.Errorf("%v has the flags %q and %q", a, a.settings.arguments, b.settings.arguments)
		}
		for _, argument := range a.settings.arguments {
			seen[argument] = true
		}
	}
	for _, want := range []string{"csv", "--biflow", "--strict", "--memory", "--max-flows", "--fragments"} {
		if !seen[want] {
			t.Errorf("no case has %s", want)
		}
	}
}

// TestTimeOfProcesses: what a process has computed counts when time is that of processors.
func TestTimeOfProcesses(t *testing.T) {
	tr := &trial{byProcessor: true}
	before := tr.now()
	cmd := exec.Command("sh", "-c", "i=0; while test $i -lt 100000; do i=$((i+1)); done")
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	if took, want := tr.now()-before, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime(); took < want || want == 0 {
		t.Errorf("a process that computes for %v took %v", want, took)
	}
}
