package main

import (
	"bufio"
	"encoding/json"
	"io"
	"regexp"
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
	figures map[string][]string // by id: what tests have counted
}

func newResults() *results {
	return &results{tests: make(map[string]bool), targets: make(map[string]bool), figures: make(map[string][]string)}
}

// figureLine is a line of a test's log that counts what was shown.
var figureLine = regexp.MustCompile(`assertion ([A-Z]\d+|exit \S+): (.+)$`)

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
			if m := figureLine.FindStringSubmatch(strings.TrimSpace(event.Output)); m != nil {
				r.figures[m[1]] = append(r.figures[m[1]], m[2])
			}
		}
	}
	return lines.Err()
}

// module is the module path, in front of the folders of packages.
const module = "netstream/"

// judge gives the verdict on an assertion, and what tests have counted.
func (r *results) judge(a *assertion) (verdict, string) {
	figures := strings.Join(r.figures[a.id], "; ")
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
