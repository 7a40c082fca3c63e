// Command validation runs the tests that show the assertions of reliability, and writes
// docs/validation.md: a line for each assertion with its result, as NIST's programme for
// tests of forensic tools (CFTT) has them.
//
//	validation [-o FILE] [-passed TARGET,...] [-json FILE] [LOG...]
//
// The assertions and what shows them are in assertions.csv. With -json it runs no tests but
// reads what go test -json has written. -passed names targets of make that were run and
// have passed. A test may count what it has shown in a line of its log, which is on the page
// then:
//
//	assertion P5: 40 fixtures
//
// LOG are what targets of make have written, with such lines of the same tests in full
// size, and lines of programs: pass, id and text with tabs between them.
//
// The page has no date: the same results give the same page. The exit code is 1 if a test
// has failed, or cannot be run.
package main

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
)

func main() {
	out := flag.String("o", "docs/validation.md", "write the page to this `file`")
	passed := flag.String("passed", "", "`targets` of make that were run and have passed, separated by commas")
	recorded := flag.String("json", "", "read this `file`, written by go test -json, instead of running tests")
	flag.Parse()
	failed, err := validate(*out, *passed, *recorded, flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, "validation:", err)
		os.Exit(1)
	}
	if failed > 0 {
		fmt.Fprintf(os.Stderr, "validation: %d assertions do not hold\n", failed)
		os.Exit(1)
	}
}

func validate(out, passed, recorded string, logs []string) (failed int, err error) {
	table, err := readAssertions()
	if err != nil {
		return 0, err
	}
	found := newResults()
	for target := range strings.SplitSeq(passed, ",") {
		found.targets[target] = true
	}
	if recorded != "" {
		file, err := os.Open(recorded)
		if err != nil {
			return 0, err
		}
		defer file.Close() // it was only read
		err = found.read(file)
		if err != nil {
			return 0, fmt.Errorf("cannot read %s: %w", recorded, err)
		}
	} else if err := run(table, found); err != nil {
		return 0, err
	}
	for _, name := range logs {
		log, err := os.ReadFile(name)
		if err == nil {
			err = found.readLog(name, bytes.NewReader(log))
		}
		if err != nil {
			return 0, fmt.Errorf("cannot read a log: %w", err)
		}
	}
	for i := range table {
		if verdict, _ := found.judge(&table[i]); verdict == fails {
			failed++
		}
	}
	about := fmt.Sprintf("netstream of this commit, %s, %s/%s", runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return failed, os.WriteFile(out, page(table, found, about), 0o644)
}

// run runs all tests that are named, package by package.
func run(table []assertion, found *results) error {
	names := make(map[string][]string)
	for i := range table {
		for _, e := range table[i].evidence {
			if e.target == "" && !slices.Contains(names[e.folder], e.test) {
				names[e.folder] = append(names[e.folder], e.test)
			}
		}
	}
	var folders []string
	for folder := range names {
		folders = append(folders, folder)
	}
	slices.SortFunc(folders, cmp.Compare[string])
	for _, folder := range folders {
		fmt.Fprintf(os.Stderr, "%s: %d tests\n", folder, len(names[folder]))
		command := exec.Command("go", "test", "-json", "-count=1", "-vet=off", "-timeout", "60m", "-run", "^("+strings.Join(names[folder], "|")+")$", "./"+folder)
		var complaints bytes.Buffer
		command.Stderr = &complaints
		output, err := command.StdoutPipe()
		if err != nil {
			return err
		}
		if err := command.Start(); err != nil {
			return err
		}
		if err := found.read(output); err != nil {
			return fmt.Errorf("cannot read the results of %s: %w", folder, err)
		}
		if _, err := io.Copy(io.Discard, output); err != nil {
			return err
		}
		if err := command.Wait(); err != nil { // the results have which test has failed
			fmt.Fprintf(os.Stderr, "%s: %v\n%s", folder, err, &complaints)
		}
	}
	return nil
}
