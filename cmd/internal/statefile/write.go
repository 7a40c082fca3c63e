package statefile

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"io"

	"netstream/aggregate/carry"
	"netstream/aggregate/runs"
)

var magic = [16]byte([]byte("netstream.state\n"))

// Builder collects the sections of a state in files of their own, since their lengths
// come first.
type Builder struct {
	numbers carry.Numbers
	create  func() (runs.File, error)
	parts   []part
}

type part struct {
	name   string
	file   runs.File
	writer *carry.Writer
}

// NewBuilder gives a builder that asks create for a file for each section.
func NewBuilder(numbers carry.Numbers, create func() (runs.File, error)) *Builder {
	return &Builder{numbers: numbers, create: create}
}

// Section begins the next section. Different ones may be written at the same time.
func (b *Builder) Section(name string) (*carry.Writer, error) {
	file, err := b.create()
	if err != nil {
		return nil, err
	}
	w := carry.NewWriter(file, b.numbers)
	b.parts = append(b.parts, part{name, file, w})
	return w, nil
}

// Rows gives how many rows were written to a section; 0 if there is no such section.
func (b *Builder) Rows(name string) uint64 {
	for _, p := range b.parts {
		if p.name == name {
			rows, _ := p.writer.Size()
			return rows
		}
	}
	return 0
}

// Close gives the files of the sections back.
func (b *Builder) Close() error {
	var first error
	for _, p := range b.parts {
		if err := p.file.Close(); first == nil {
			first = err
		}
	}
	b.parts = nil
	return first
}

// Write writes the state when all sections are flushed. It fills in the header's version
// and sections.
func (b *Builder) Write(w io.Writer, h *Header) error {
	h.Version, h.Sections = Version, []Section{}
	for _, p := range b.parts {
		rows, octets := p.writer.Size()
		h.Sections = append(h.Sections, Section{p.name, rows, octets})
	}
	header, err := json.Marshal(h)
	if err != nil {
		return err
	}
	digest := sha256.New()
	all := io.MultiWriter(w, digest)
	start := binary.BigEndian.AppendUint64(magic[:], uint64(len(header)))
	if _, err := all.Write(append(start, header...)); err != nil {
		return err
	}
	for i, p := range b.parts {
		octets := int64(h.Sections[i].Octets)
		if _, err := io.CopyN(all, io.NewSectionReader(p.file, 0, octets), octets); err != nil {
			return err
		}
	}
	_, err = w.Write(digest.Sum(nil))
	return err
}
