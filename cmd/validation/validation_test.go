package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func assertions(t *testing.T) []assertion {
	t.Helper()
	table, err := readAssertions()
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// TestIDs has all ids, each once and in order.
func TestIDs(t *testing.T) {
	var want, got []string
	for _, s := range []struct {
		letter string
		number int
	}{{"G", 12}, {"C", 13}, {"M", 16}, {"D", 8}, {"P", 13}, {"Z", 4}, {"N", 12}, {"S", 4}, {"F", 7}, {"I", 6}, {"V", 6}} {
		for n := range s.number {
			want = append(want, fmt.Sprint(s.letter, n+1))
		}
	}
	for _, code := range []string{"0", "1", "3", "4", "5", "6", "7", "10", "11", "128+n"} {
		want = append(want, "exit "+code)
	}
	for _, a := range assertions(t) {
		got = append(got, a.id)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// testsOf gives the names of the tests of a package.
func testsOf(t *testing.T, folder string) map[string]bool {
	t.Helper()
	names := make(map[string]bool)
	files, err := filepath.Glob(filepath.Join("../..", folder, "*_test.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s has no tests: %v", folder, err)
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
				names[f.Name.Name] = true
			}
		}
	}
	return names
}

// TestEvidence: each test and target that is named is there, and each assertion that
// something shows has a target of make.
func TestEvidence(t *testing.T) {
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	known := make(map[string]map[string]bool)
	for _, a := range assertions(t) {
		if (a.where == "none") != (len(a.evidence) == 0) || !slices.Contains([]string{"none", "check", "corpus", "torture"}, a.where) {
			t.Errorf("%s: %d pieces of evidence in %q", a.id, len(a.evidence), a.where)
		}
		for _, e := range a.evidence {
			if e.target != "" {
				if !regexp.MustCompile(`(?m)^`+e.target+`:`).Match(makefile) && e.target != "torture" {
					t.Errorf("%s: there is no target %s", a.id, e.target)
				}
				continue
			}
			if known[e.folder] == nil {
				known[e.folder] = testsOf(t, e.folder)
			}
			if !known[e.folder][e.test] {
				t.Errorf("%s: there is no test %s in %s", a.id, e.test, e.folder)
			}
			if e.test == "TestScripts" {
				if _, err := os.Stat(filepath.Join("../../testdata/script", e.subtest+".txt")); err != nil {
					t.Errorf("%s: %v", a.id, err)
				}
			}
		}
	}
}

// TestPage holds the page to the table: all but the results, and what was tested.
func TestPage(t *testing.T) {
	written, err := os.ReadFile("../../docs/validation.md")
	if err != nil {
		t.Fatal(err)
	}
	result := regexp.MustCompile(`(?m) [^|]+ \|$`)
	tested := regexp.MustCompile(`(?m)^Tested: .*$`)
	bare := func(page []byte) string {
		return tested.ReplaceAllString(result.ReplaceAllString(string(page), ""), "")
	}
	if got, want := bare(written), bare(page(assertions(t), newResults(), "")); got != want {
		t.Errorf("docs/validation.md is not that of assertions.csv: run make validation")
	}
}

// TestJudge reads what go test -json writes.
func TestJudge(t *testing.T) {
	const output = `{"Action":"run","Package":"netstream/a","Test":"TestA"}
{"Action":"output","Package":"netstream/a","Test":"TestA/b","Output":"    a_test.go:5: assertion P5: 40 fixtures\n"}
{"Action":"pass","Package":"netstream/a","Test":"TestA/b"}
{"Action":"pass","Package":"netstream/a","Test":"TestA"}
{"Action":"fail","Package":"netstream/a","Test":"TestB"}
{"Action":"skip","Package":"netstream/a","Test":"TestC"}
not of this form
{"Action":"fail","Package":"netstream/a"}
`
	found := newResults()
	if err := found.read(strings.NewReader(output)); err != nil {
		t.Fatal(err)
	}
	found.targets["corpus"] = true
	test := func(name string) evidence { return evidence{folder: "a", test: name} }
	for _, tt := range []struct {
		evidence []evidence
		want     verdict
	}{
		{nil, notShown},
		{[]evidence{test("TestA"), {folder: "a", test: "TestA", subtest: "b"}, {target: "corpus"}}, holds},
		{[]evidence{test("TestA"), {target: "torture"}}, notRun},
		{[]evidence{test("TestA"), test("TestD")}, notRun},
		{[]evidence{test("TestD"), test("TestB")}, fails},
		{[]evidence{test("TestA"), test("TestC")}, notRun},
	} {
		got, figures := found.judge(&assertion{id: "P5", evidence: tt.evidence})
		if got != tt.want || got != notShown && figures != "40 fixtures" {
			t.Errorf("%v: got %s, %q, want %s", tt.evidence, got, figures, tt.want)
		}
	}
}

// TestReadLog: what was counted in full goes before what the same line of a test has
// counted, and beside what others have.
func TestReadLog(t *testing.T) {
	found := newResults()
	for _, line := range []string{"    a_test.go:5: assertion P5: 40 fixtures\n", "b_test.go:7: assertion P5: 3 floods", "assertion D8: 5 of 6"} {
		found.count(line)
	}
	const log = `=== RUN   TestA
    a_test.go:5: assertion P5: 4000 fixtures
--- PASS: TestA (0.00s)
pass	G1	1000 inputs
FAIL	G1	2000 inputs
assertion D8: 50 of 60
`
	if err := found.readLog("bin/a.log", strings.NewReader(log)); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{"P5": "3 floods; 4000 fixtures", "G1": "1000 inputs", "D8": "50 of 60", "P6": ""} {
		if _, got := found.judge(&assertion{id: id, evidence: []evidence{{target: "none"}}}); got != want {
			t.Errorf("%s: got %q, want %q", id, got, want)
		}
	}
}
