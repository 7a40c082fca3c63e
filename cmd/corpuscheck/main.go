// Command corpuscheck runs the netstream program over every capture of a corpus
// and compares what it wrote with programs and results that others made:
// Wireshark's capinfos and tshark, and flow records and connections of nDPI, Zeek and
// others that lie beside the captures. What --meter inner makes of a capture is compared with the
// innermost IP headers that tshark shows, and what filters select with tcpdump.
//
//	corpuscheck -netstream PROGRAM CORPUS
//
// The corpus is a folder with INDEX.tsv, one row a file, and CAPINFOS.tsv. The
// exit code is 1 if anything differs without a known reason.
package main

import (
	"flag"
	"fmt"
	"os"
	"path"
	"sync"
)

// settings are the flags.
type settings struct {
	corpus    string
	netstream string
	only      string
	sample    int
	from      int
	cache     string
	jobs      int
	part      string
}

func main() {
	var s settings
	flag.StringVar(&s.netstream, "netstream", "netstream", "the `program` to check")
	flag.StringVar(&s.only, "only", "", "check only captures whose path matches this `pattern` (path.Match) or begins with it")
	flag.IntVar(&s.sample, "sample", 1, "check every `n`-th capture, and those with results of others beside them")
	flag.IntVar(&s.from, "from", 0, "begin with the capture of this `number`, from 0")
	flag.StringVar(&s.cache, "cache", "", "keep the answers of tshark in this `folder`")
	flag.IntVar(&s.jobs, "jobs", 2, "check `n` captures at a time")
	flag.StringVar(&s.part, "part", "all", "check flows, filters or all")
	flag.Parse()
	if flag.NArg() != 1 || s.sample < 1 || s.from < 0 || s.jobs < 1 {
		flag.Usage()
		os.Exit(4)
	}
	if s.part != "flows" && s.part != "filters" && s.part != "all" {
		flag.Usage()
		os.Exit(4)
	}
	s.corpus = flag.Arg(0)
	passed, err := check(s)
	if err != nil {
		fmt.Fprintln(os.Stderr, "corpuscheck:", err)
		os.Exit(1)
	}
	if !passed {
		os.Exit(1)
	}
}

// check examines the captures and prints the report.
func check(s settings) (passed bool, err error) {
	captures, err := readIndex(s.corpus, []string{"capture", "pcapng-conformance", "netflow-pcap"})
	if err != nil {
		return false, err
	}
	passed = true
	if s.part != "flows" {
		if passed, err = checkFilters(os.Stdout, s.corpus, choose(captures, s), s.jobs); err != nil {
			return false, err
		}
	}
	if s.part != "filters" {
		flows, err := checkFlows(s, captures)
		return passed && flows, err
	}
	return passed, nil
}

// checkFlows compares the tables that netstream writes with the other programs.
func checkFlows(s settings, captures []capture) (passed bool, err error) {
	answers, err := readCapinfos(s.corpus)
	if err != nil {
		return false, err
	}
	oracle, err := newTshark(s.cache)
	if err != nil {
		return false, err
	}
	nfpcapd, err := readNfpcapd(s.corpus)
	if err != nil {
		return false, err
	}
	captures = choose(captures, s)
	e := examiner{corpus: s.corpus, program: s.netstream, tshark: oracle, capinfos: answers, known: differences(), programs: programs(), nfpcapd: nfpcapd}
	findings := examineAll(&e, captures, s.jobs)
	fmt.Printf("%s: asked about %d captures, %d answers kept from before\n", oracle.version, oracle.asked.Load(), oracle.kept.Load())
	return report(os.Stdout, findings), nil
}

// choose keeps the captures that the flags ask for. A sample has every capture with results of others beside it:
// some programs have so few that a share of their equal flows says nothing of a part of them.
func choose(captures []capture, s settings) []capture {
	var chosen []capture
	for _, c := range captures {
		matched, err := path.Match(s.only, c.path)
		if s.only == "" || matched && err == nil || below(c.path, []string{s.only}) || c.path == s.only {
			chosen = append(chosen, c)
		}
	}
	var sampled []capture
	for i := range chosen {
		if i >= s.from && (i-s.from)%s.sample == 0 || len(chosen[i].references) > 0 {
			sampled = append(sampled, chosen[i])
		}
	}
	return sampled
}

// examineAll examines the captures, some at a time, and keeps their order.
func examineAll(e *examiner, captures []capture, jobs int) []finding {
	findings := make([]finding, len(captures))
	next := make(chan int)
	var workers sync.WaitGroup
	for range jobs {
		workers.Go(func() {
			for i := range next {
				findings[i] = e.examine(captures[i])
			}
		})
	}
	for i := range captures {
		next <- i
		if (i+1)%100 == 0 {
			fmt.Fprintf(os.Stderr, "%d of %d captures\n", i+1, len(captures))
		}
	}
	close(next)
	workers.Wait()
	return findings
}
