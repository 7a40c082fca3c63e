package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	share := flag.Int("share", 90, "percent of all mutants that must be noticed")
	equivalent := flag.String("equivalent", "", "file with mutants that change nothing that can be seen, and why")
	only := flag.String("only", "", "try mutants only whose names have this in them")
	flag.Parse()
	if err := run(flag.Args(), *share, *equivalent, *only); err != nil {
		fmt.Fprintln(os.Stderr, "mutation: "+err.Error())
		os.Exit(1)
	}
}

func run(packages []string, share int, equivalent, only string) error {
	known, err := readReasons(equivalent)
	if err != nil {
		return err
	}
	scratch, err := os.MkdirTemp("", "mutation-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	var all score
	for _, argument := range packages {
		s, err := tryPackage(&trial{scratch}, argument, known, only)
		if err != nil {
			return err
		}
		all.add(&s)
	}
	fmt.Println("assertion D8: " + all.String())
	if all.noticed()*100 < share*all.tried() {
		return fmt.Errorf("fewer than %d %% of the mutants are noticed", share)
	}
	return nil
}

// tryPackage tries all mutants of a package, and lists those that no test notices.
func tryPackage(t *trial, argument string, known map[string]string, only string) (s score, err error) {
	dir, others, _ := strings.Cut(argument, "=")
	suites := []suite{{dir: dir}}
	for other := range strings.SplitSeq(others, ",") {
		if other == "" {
			continue
		}
		where, which, _ := strings.Cut(other, ":")
		suites = append(suites, suite{dir: where, run: which})
	}
	for i := range suites {
		if err := t.measure(&suites[i]); err != nil {
			return s, err
		}
	}
	mutants, err := mutantsOf(dir)
	if err != nil {
		return s, err
	}
	for i := range mutants {
		m := &mutants[i]
		name := filepath.Base(dir) + "/" + m.name()
		if !strings.Contains(name, only) {
			continue
		}
		o, err := t.try(m, suites)
		if err != nil {
			return s, err
		}
		s.count[o]++
		if reason, ok := known[name]; ok && o == lived {
			s.explained++
			fmt.Printf("lived, %s:%d: %s (%s)\n", m.file, m.line, name, reason)
		} else if o == lived {
			fmt.Printf("lived, %s:%d: %s\n", m.file, m.line, name)
		} else if ok {
			fmt.Printf("%v, though it is said to change nothing, %s:%d: %s\n", o, m.file, m.line, name)
		}
	}
	fmt.Println(dir + ": " + s.String())
	return s, nil
}

// score counts mutants by what became of them.
type score struct {
	count     [unfit + 1]int
	explained int // of those that lived
}

func (s *score) add(other *score) {
	for o, n := range other.count {
		s.count[o] += n
	}
	s.explained += other.explained
}

func (s *score) noticed() int { return s.count[killed] + s.count[hung] }
func (s *score) tried() int   { return s.noticed() + s.count[lived] }

func (s *score) String() string {
	percent := 0.0
	if s.tried() > 0 {
		percent = 100 * float64(s.noticed()) / float64(s.tried())
	}
	return fmt.Sprintf("%d of %d mutants noticed (%.1f %%), %d of them by not ending; %d lived, %d of these change nothing that can be seen; %d do not compile",
		s.noticed(), s.tried(), percent, s.count[hung], s.count[lived], s.explained, s.count[unfit])
}

// readReasons reads the list of mutants that change nothing: a line for each, its name, a tab, the reason.
func readReasons(path string) (map[string]string, error) {
	known := make(map[string]string)
	if path == "" {
		return known, nil
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(content)) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		name, reason, ok := strings.Cut(line, "\t")
		if !ok {
			return nil, fmt.Errorf("%s: no reason in the line %q", path, line)
		}
		known[name] = strings.TrimSpace(reason)
	}
	return known, nil
}
