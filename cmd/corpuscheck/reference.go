package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// program is a flow program whose results lie beside captures.
type program struct {
	name   string
	parse  func(text []byte) ([]conversation, error)
	shape  func(key) key // netstream's key as the program has it
	oneWay bool          // its flows are of one direction
	// byConnection is of a program whose conversations are compared one by one.
	byConnection bool
	volume       func(volume) volume
	// differs are the traits of packets that the program treats otherwise than
	// docs/metering.md, with how it does.
	differs []deviation
	// apart gives the reason why the program has other keys for some flows and an
	// empty text for the others; it is nil if there are none.
	apart func(key) string
}

// deviation says what a program does with packets of a trait.
type deviation struct {
	trait  trait
	reason string
}

// comparison is the result of comparing a capture with a program's result.
type comparison struct {
	program     string
	file        string
	flows       int // undirected keys of both
	equal       int
	explained   map[string]int // by reason
	unexplained []discrepancy
}

// referenceOf gives the program that a reference file is from, nil for one that
// is not compared with.
func referenceOf(programs []program, file string) *program {
	kinds := []struct{ part, name string }{
		{".ndpi.out", "nDPI"}, {"conn.log", "Zeek"}, {".arkime.json", "Arkime"},
		{".plugin-basic.csv", "ipfixprobe"}, {".plugin-pstats.csv", "ipfixprobe"},
	}
	for _, kind := range kinds {
		if !strings.Contains(filepath.Base(file), kind.part) {
			continue
		}
		for i := range programs {
			if programs[i].name == kind.name {
				return &programs[i]
			}
		}
	}
	return nil
}

// compareReference compares netstream's flows with a reference file. It gives nil
// if the file has nothing to compare with.
func compareReference(corpus, file string, p *program, f *finding, traits map[hosts]trait, first map[key]key) (*comparison, error) {
	text, err := os.ReadFile(filepath.Join(corpus, file))
	if err != nil {
		return nil, fmt.Errorf("cannot read a reference: %w", err)
	}
	flows, err := p.parse(text)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", file, err)
	}
	if len(flows) == 0 {
		return nil, nil
	}
	c := p.compare(file, f.metering.flows, undirectedSums(flows), traits)
	if !p.byConnection {
		f.compareDirections(p, flows, first)
	}
	return c, nil
}

// key gives netstream's key as the program has it, of both directions if its flows are.
func (p *program) key(k key) key {
	if p.oneWay {
		return p.shape(k)
	}
	return p.shape(k).undirected()
}

// compare compares sums over the program's keys, so that timeouts play no part.
func (p *program) compare(file string, netstream, flows sums, traits map[hosts]trait) *comparison {
	ours, theirs := sums{}, sums{}
	for k, v := range netstream {
		k.tos = 0
		ours.add(p.key(k), p.volume(v))
	}
	for k, v := range flows {
		theirs.add(p.key(k), p.volume(v))
	}
	c := &comparison{program: p.name, file: file, explained: map[string]int{}}
	differing := compare(ours, theirs)
	keys := sums{}
	for k := range ours {
		keys[k] = volume{}
	}
	for k := range theirs {
		keys[k] = volume{}
	}
	c.flows = len(keys)
	c.equal = c.flows - len(differing)
	for _, d := range differing {
		if reason := p.explain(d.key, traits[d.key.hosts()]); reason != "" {
			c.explained[reason]++
		} else {
			c.unexplained = append(c.unexplained, d)
		}
	}
	return c
}

// explain gives the reason why a flow may differ, empty if none is known.
func (p *program) explain(k key, t trait) string {
	if p.apart != nil {
		if reason := p.apart(k); reason != "" {
			return reason
		}
	}
	for _, d := range p.differs {
		if t&d.trait != 0 {
			return d.reason
		}
	}
	return ""
}
