package main

import (
	"bytes"
	"fmt"
	"strings"
)

// sections are the tables of the page, by the letters that ids begin with.
var sections = []struct{ prefix, title string }{
	{"G", "Goals"},
	{"C", "Conservation laws, checked at the end of every run"},
	{"M", "Relations: what changes in the input, and changes nothing (or as much) in the tables"},
	{"D", "Oracles that others made"},
	{"P", "Hostile captures"},
	{"Z", "Compression"},
	{"N", "Hostile NetFlow"},
	{"S", "Names, texts, paths"},
	{"F", "Faults of the output"},
	{"I", "Faults of the input"},
	{"V", "Privacy"},
	{"exit", "Exit codes"},
}

const introduction = `# Validation

Written by ` + "`make validation`" + ` from cmd/validation/assertions.csv and the results of the tests that it names: do not edit it.

Each line is an assertion, what shows it, the target of make that runs this, and the result with what the tests have counted.
"holds": all that is named was run and has passed. "not run": some of it needs other programs, files or time, and was not run for
this page. "not shown": nothing shows it yet, or the assertion is not met. [comparisons.md](comparisons.md) has the comparisons
with other programs behind D2 to D5, G3 and G9.

`

// page gives the text of docs/validation.md. about is what was tested.
func page(table []assertion, found *results, about string) []byte {
	var b bytes.Buffer
	b.WriteString(introduction)
	fmt.Fprintf(&b, "Tested: %s.\n", about)
	for _, s := range sections {
		fmt.Fprintf(&b, "\n## %s\n\n| id | assertion | shown by | target | result |\n|---|---|---|---|---|\n", s.title)
		for i := range table {
			a := &table[i]
			if strings.TrimRight(a.id, "+n 0123456789") == s.prefix {
				result, figures := found.judge(a)
				fmt.Fprintf(&b, "%s %s |\n", cells(a), strings.TrimSuffix(string(result)+": "+figures, ": "))
			}
		}
	}
	return b.Bytes()
}

// cells gives those of a line that the table decides.
func cells(a *assertion) string {
	var shown []string
	for i := range a.evidence {
		shown = append(shown, "`"+a.evidence[i].String()+"`")
	}
	return fmt.Sprintf("| %s | %s | %s | %s |", a.id, a.text, strings.Join(shown, ", "), a.where)
}
