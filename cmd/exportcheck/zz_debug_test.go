package main

import (
	"fmt"
	"os"
	"testing"
)

func TestDebug(t *testing.T) {
	corpus := os.Getenv("NETSTREAM_CORPUS")
	files, err := readIndex(corpus)
	if err != nil {
		t.Fatal(err)
	}
	e := examiner{known: differences()}
	for _, tr := range arrange(files) {
		fmt.Println("==", tr.files, tr.references)
		var base *reference
		for _, p := range tr.references {
			r, err := readReference(corpus, p)
			if err != nil {
				fmt.Println("  ERR", p, err)
				continue
			}
			fmt.Println("  ", r.program, len(r.records), r.counts)
			if r.program == "tshark" {
				base = &r
			}
		}
		if base == nil {
			continue
		}
		for _, p := range tr.references {
			r, _ := readReference(corpus, p)
			if r.program == "tshark" {
				continue
			}
			f := finding{trial: tr}
			rr := run{flows: base.records}
			c := e.compare(&f, &rr, p, &r)
			fmt.Println("  ", c.program, c.records, c.matched, c.fields, c.equal, c.byColumn())
			seen := map[string]int{}
			for _, d := range c.unexplained {
				if d.got == "" && d.row != nil && d.reference != nil {
					continue
				}
				if seen[d.column]++; seen[d.column] < 3 {
					fmt.Println("      ", d.String())
				}
			}
		}
	}
}
