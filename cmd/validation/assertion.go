package main

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"strings"
)

//go:embed assertions.csv
var assertionList string

// assertion is a row of the table.
type assertion struct {
	id       string
	where    string // check, corpus or torture: the target of make that shows it; none: nothing does
	text     string
	evidence []evidence
}

// evidence is what shows an assertion: a test, or a target of make.
type evidence struct {
	folder  string // of the package
	test    string
	subtest string // of the test, or ""
	target  string // of make; the others are empty then
}

func (e *evidence) String() string {
	switch {
	case e.target != "":
		return "make " + e.target
	case e.subtest != "":
		return e.folder + " " + e.test + "/" + e.subtest
	}
	return e.folder + " " + e.test
}

// name is the one that go test has for it.
func (e *evidence) name() string {
	if e.subtest != "" {
		return e.test + "/" + e.subtest
	}
	return e.test
}

// readAssertions reads the table.
func readAssertions() ([]assertion, error) {
	rows, err := csv.NewReader(strings.NewReader(assertionList)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("cannot read the table of assertions: %w", err)
	}
	var table []assertion
	for _, row := range rows[1:] {
		a := assertion{id: row[0], where: row[1], text: row[2]}
		for text := range strings.SplitSeq(row[3], ";") {
			folder, test, ok := strings.Cut(strings.TrimSpace(text), " ")
			if !ok {
				if text != "" {
					return nil, fmt.Errorf("assertion %s: %q is neither PACKAGE TEST nor make TARGET", a.id, text)
				}
				continue
			}
			e := evidence{folder: folder}
			e.test, e.subtest, _ = strings.Cut(test, "/")
			if folder == "make" {
				e = evidence{target: test}
			}
			a.evidence = append(a.evidence, e)
		}
		table = append(table, a)
	}
	return table, nil
}
