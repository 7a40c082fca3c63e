package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const program = `package p

func (t *thing) less(a, b int) bool {
	if a < b && t.ok {
		t.n++
		return
	}
	for {
		t.n += a - 1
		break
	}
	switch {
	case t.done():
		t.stop()
	}
	x := a
	return a == x
}
`

// TestMutants lists all changes of a small program, and sees that each parses and differs.
func TestMutants(t *testing.T) {
	found, err := mutantsIn("p.go", []byte(program))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for i := range found {
		names = append(names, found[i].name())
		changed := found[i].apply([]byte(program))
		if string(changed) == program {
			t.Errorf("%s changes nothing", names[i])
		}
		if _, err := mutantsIn("p.go", changed); err != nil {
			t.Errorf("%s: %v", names[i], err)
		}
	}
	want := []string{
		"a < b && t.ok -> !(a < b && t.ok)", "a < b -> a <= b", "a < b -> a >= b", "a < b && t.ok -> a < b || t.ok",
		"t.n++ -> nothing", "t.n++ -> t.n--", "return -> nothing",
		"t.n += a - 1 -> nothing", "t.n += a - 1 -> t.n -= a - 1", "a - 1 -> a + 1", "break -> nothing",
		"t.done() -> !(t.done())", "t.stop() -> nothing", "a == x -> a != x",
	}
	for i := range want {
		want[i] = "p.go *thing.less: " + want[i]
	}
	slices.Sort(want)
	slices.Sort(names)
	if !slices.Equal(names, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(names, "\n"), strings.Join(want, "\n"))
	}
}

// TestTrial has mutants of a module of its own: one that a test notices, one that none does, one that does not end, and one that
// does not compile.
func TestTrial(t *testing.T) {
	module := t.TempDir()
	t.Chdir(module)
	for name, text := range map[string]string{
		"go.mod":    "module p\n\ngo 1.24\n",
		"p.go":      "package p\n\nfunc Sum(n int) (sum int) {\n\tfor i := 0; i < n; i++ {\n\t\tsum += i\n\t}\n\treturn sum\n}\n\nfunc Unseen() int { return 1 + 2 }\n\nfunc Text() string { return \"a\" + \"b\" }\n",
		"p_test.go": "package p\n\nimport \"testing\"\n\nfunc TestSum(t *testing.T) {\n\tif Sum(4) != 6 {\n\t\tt.Fatal()\n\t}\n}\n",
	} {
		if err := os.WriteFile(filepath.Join(module, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tries := &trial{t.TempDir()}
	all := suite{dir: "."}
	if err := tries.measure(&all); err != nil {
		t.Fatal(err)
	}
	all.within /= 10
	want := map[string]outcome{
		"p.go Sum: sum += i -> sum -= i": killed, "p.go Sum: sum += i -> nothing": killed, "p.go Sum: i < n -> i <= n": killed, "p.go Sum: i < n -> i >= n": killed,
		"p.go Sum: i++ -> nothing": hung, "p.go Unseen: 1 + 2 -> 1 - 2": lived, `p.go Text: "a" + "b" -> "a" - "b"`: unfit,
	}
	mutants, err := mutantsOf(".")
	if err != nil {
		t.Fatal(err)
	}
	for i := range mutants {
		m := &mutants[i]
		if m.name() == "p.go Sum: i++ -> i--" {
			continue // as the next one, it does not end
		}
		got, err := tries.try(m, []suite{all})
		if err != nil {
			t.Fatal(err)
		}
		if wanted, ok := want[m.name()]; !ok || got != wanted {
			t.Errorf("%s: %v, want %v", m.name(), got, wanted)
		}
	}
	if len(mutants) != len(want)+1 {
		t.Errorf("%d mutants, want %d", len(mutants), len(want)+1)
	}
}

// TestReasons reads the list of this repository, and one without a reason.
func TestReasons(t *testing.T) {
	known, err := readReasons("equivalent.txt")
	if err != nil || len(known) == 0 {
		t.Errorf("%d reasons, %v", len(known), err)
	}
	bad := filepath.Join(t.TempDir(), "list")
	if err := os.WriteFile(bad, []byte("p/p.go F: a -> b\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readReasons(bad); err == nil {
		t.Error("a line without a reason is taken")
	}
}
