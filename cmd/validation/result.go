package main

import (
	"bufio"
	"encoding/json"
	"io"
	"regexp"
	"slices"
	"strings"
)

// verdict is what was found of an assertion.
type verdict string

const (
	holds    verdict = "holds"
	fails    verdict = "FAILS"
	notRun   verdict = "not run"   // a part of what shows it was not run
	notShown verdict = "not shown" // nothing shows it
)

// results are what tests and targets have given.
type results struct {
	tests   map[string]bool     // by module path of the package and name: passed
	targets map[string]bool     // of make: passed
	figures map[string][]figure // by id
}

// figure is what a test or a program has counted.
type figure struct {
	from string // where the line was written: file and line of a test, the name of a log
	text string
}

func newResults() *results {
	return &results{tests: make(map[string]bool), targets: make(map[string]bool), figures: make(map[string][]figure)}
}

// figureLine is a line of a test's log that counts what was shown, programLine one of a
// program that tells verdicts.
var (
	figureLine  = regexp.MustCompile(`^(?:(\w+\.go:\d+): )?assertion ([A-Z]\d+|exit \S+): (.+)$`)
	programLine = regexp.MustCompile(`^pass\t([A-Z]\d+)\t(.+)$`)
)

// count takes a line of a log, if it counts anything.
func (r *results) count(line string) {
	if m := figureLine.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
		r.figures[m[2]] = append(r.figures[m[2]], figure{m[1], m[3]})
	}
}

// readLog reads what a target of make has written. What it has counted goes before what
// the same lines of the same tests have counted until now: they were run in full.
func (r *results) readLog(name string, from io.Reader) error {
	full := newResults()
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		full.count(lines.Text())
		if m := programLine.FindStringSubmatch(lines.Text()); m != nil {
			full.figures[m[1]] = append(full.figures[m[1]], figure{name, m[2]})
		}
	}
	for id, figures := range full.figures {
		kept := slices.DeleteFunc(r.figures[id], func(f figure) bool {
			return slices.ContainsFunc(figures, func(g figure) bool { return g.from == f.from })
		})
		r.figures[id] = append(kept, figures...)
	}
	return lines.Err()
}

// read reads what go test -json writes. Lines of other forms, as of a package that does not
// compile, are passed over: its tests are missing then.
func (r *results) read(from io.Reader) error {
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var event struct{ Action, Package, Test, Output string }
		if json.Unmarshal(lines.Bytes(), &event) != nil || event.Test == "" {
			continue
		}
		switch event.Action {
		case "pass", "fail": // what is skipped was not run
			r.tests[event.Package+" "+event.Test] = event.Action == "pass"
		case "output":
			r.count(event.Output)
		}
	}
	return lines.Err()
}

// module is the module path, in front of the folders of packages.
const module = "netstream/"

// judge gives the verdict on an assertion, and what tests have counted.
func (r *results) judge(a *assertion) (verdict, string) {
	var texts []string
	for _, f := range r.figures[a.id] {
		texts = append(texts, f.text)
	}
	figures := strings.Join(texts, "; ")
	if len(a.evidence) == 0 {
		return notShown, ""
	}
	all := holds
	for i := range a.evidence {
		e := &a.evidence[i]
		passed, ran := r.tests[module+e.folder+" "+e.name()]
		if e.target != "" {
			passed, ran = r.targets[e.target], r.targets[e.target]
		}
		switch {
		case ran && !passed:
			return fails, figures
		case !ran:
			all = notRun
		}
	}
	return all, figures
}
