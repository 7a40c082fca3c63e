package statefile

import (
	"fmt"
	"slices"

	"netstream/aggregate/flow"
	"netstream/writer/manifest"
)

// Version is the version of the layout, that of sections included.
const Version = 1

// Header says what a state is of.
type Header struct {
	Version int    `json:"version"`
	Tool    string `json:"tool"` // name and version of the program that wrote it

	// Parameters are those settings of the runs that all of them must share.
	Parameters map[string]string `json:"parameters"`

	// Closed says that the last run has ended everything: nothing can follow.
	Closed bool `json:"closed"`

	// Before the next run there are so many inputs, and packets and exported records in
	// them.
	Inputs  uint32 `json:"inputs"`
	Packets uint64 `json:"packets"`
	Records uint64 `json:"records"`

	// Clocks are the least and the greatest clock of all packets, Ends the least and the
	// greatest end of all exported records, in nanoseconds since 1970; nil if there is
	// none.
	Clocks *Span `json:"clocks,omitempty"`
	Ends   *Span `json:"ends,omitempty"`

	Runs     []Run     `json:"runs"`
	Sections []Section `json:"sections"`
}

// Span is a stretch of time, its last nanosecond included.
type Span struct {
	First flow.Timestamp `json:"first"`
	Last  flow.Timestamp `json:"last"`
}

// Join gives the least span that holds two, each of which may be nil.
func (s *Span) Join(other *Span) *Span {
	if s == nil {
		return other
	}
	if other == nil {
		return s
	}
	return &Span{min(s.First, other.First), max(s.Last, other.Last)}
}

// Run is a run whose inputs are counted.
type Run struct {
	ID     string  `json:"run_id"`
	Inputs []Input `json:"inputs"`
}

// Input is an input of a run, by its decompressed content.
type Input struct {
	Name          string `json:"name"`
	Size          int64  `json:"size"` // as stored
	ContentSize   int64  `json:"content_size"`
	ContentSHA256 string `json:"content_sha256"`
	ContentXXH3   string `json:"content_xxh3_128,omitempty"` // in place of ContentSHA256
	Empty         bool   `json:"empty,omitempty"`            // it held nothing that could be counted twice
}

// Identity is what the content is told by, as run.json has it.
func (in *Input) Identity() string { return manifest.Identity(in.ContentSHA256, in.ContentXXH3) }

// Sizes gives the lengths of the files of the run's inputs, in order.
func (r *Run) Sizes() (sizes []int64) {
	for _, in := range r.Inputs {
		sizes = append(sizes, in.Size)
	}
	slices.Sort(sizes)
	return sizes
}

// Section is one section of the file.
type Section struct {
	Name   string `json:"name"`
	Rows   uint64 `json:"rows"`
	Octets uint64 `json:"octets"`
}

// find gives the place of a section in the file, behind the header.
func (h *Header) find(name string) (offset, length uint64, err error) {
	for _, s := range h.Sections {
		if s.Name == name {
			return offset, s.Octets, nil
		}
		offset += s.Octets
	}
	return 0, 0, fmt.Errorf("it has no section %s", name)
}

// Rows gives how many rows a section has; 0 if there is no such section.
func (h *Header) Rows(name string) uint64 {
	for _, s := range h.Sections {
		if s.Name == name {
			return s.Rows
		}
	}
	return 0
}

// Counted gives the run that has counted a content, by its identity.
func (h *Header) Counted(identity string) (run string, counted bool) {
	for i := range h.Runs {
		for _, in := range h.Runs[i].Inputs {
			if in.Identity() == identity && !in.Empty {
				return h.Runs[i].ID, true
			}
		}
	}
	return "", false
}
