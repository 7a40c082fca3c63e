// Command exportcheck runs the netstream program over the exporter files of a
// corpus (NetFlow, NetStream and IPFIX messages, captures of them, nfcapd files)
// and compares every field of its flow table with what other programs made of the
// same files: nfdump, tshark, flow-tools, pmacct, telegraf, logstash and ipfixcol2.
//
//	exportcheck -netstream PROGRAM CORPUS
//
// The corpus is a folder with INDEX.tsv, one row a file, which names the results
// that lie beside it. The exit code is 1 if anything differs without a known
// reason.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"sync"
)

// settings are the flags.
type settings struct {
	corpus    string
	netstream string
	only      string
	show      int
	jobs      int
}

func main() {
	var s settings
	flag.StringVar(&s.netstream, "netstream", "netstream", "the `program` to check")
	flag.StringVar(&s.only, "only", "", "check only files whose path contains this `text`")
	flag.IntVar(&s.show, "show", 5, "print at most `n` unexplained differences of a reference")
	flag.IntVar(&s.jobs, "jobs", 2, "run `n` times netstream at a time")
	flag.Parse()
	if flag.NArg() != 1 || s.jobs < 1 || s.show < 0 {
		flag.Usage()
		os.Exit(4)
	}
	s.corpus = flag.Arg(0)
	passed, err := check(s)
	if err != nil {
		fmt.Fprintln(os.Stderr, "exportcheck:", err)
	}
	if err != nil || !passed {
		os.Exit(1)
	}
}

// check examines the trials and prints the report.
func check(s settings) (passed bool, err error) {
	files, err := readIndex(s.corpus)
	if err != nil {
		return false, err
	}
	var trials []trial
	for _, t := range arrange(files) {
		if strings.Contains(t.name(), s.only) {
			trials = append(trials, t)
		}
	}
	e := examiner{corpus: s.corpus, program: s.netstream, known: differences()}
	return report(os.Stdout, examineAll(&e, trials, s.jobs), s.show), nil
}

// examineAll examines the trials, some at a time, and keeps their order.
func examineAll(e *examiner, trials []trial, jobs int) []finding {
	findings := make([]finding, len(trials))
	next := make(chan int)
	var workers sync.WaitGroup
	for range jobs {
		workers.Go(func() {
			for i := range next {
				findings[i] = e.examine(trials[i])
			}
		})
	}
	for i := range trials {
		next <- i
	}
	close(next)
	workers.Wait()
	return findings
}
