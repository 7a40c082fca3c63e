package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"netstream/reader"
	"netstream/reader/capture"
	"netstream/reader/damage"
	"netstream/reader/datagram"
	"netstream/reader/input"
	"netstream/reader/netflow"
)

// exportFile is an export file that cases are made of.
type exportFile struct {
	*original
	name   string
	inside bool // the decompressed content of a compressed file
	kind   datagram.Kind
}

// messages gives how many messages the file counts for: messages of raw files,
// frames of captures, blocks of nfcapd files; 1 if it has none or is compressed.
func (f *exportFile) messages() uint64 { return uint64(max(len(f.records), 1)) }

// newExportFile surveys the content of a file. ok is false if it holds no exports.
func newExportFile(name string, content []byte) (f *exportFile, ok bool) {
	kind := datagram.LooksLikeExports(content[:min(len(content), datagram.PrefixLength)], netflow.Length)
	f = &exportFile{original: &original{content: content}, name: name, kind: kind}
	f.surveyExports(kind)
	if f.cut(); len(f.content) < len(content) { // numbers behind the cut are gone
		f.original = &original{content: f.content}
		f.surveyExports(kind)
	}
	return f, reader.HoldsExports(kind)
}

// surveyExports finds messages, and in them what mutators change. As with captures,
// it uses the readers under test.
func (o *original) surveyExports(kind datagram.Kind) {
	switch kind {
	case datagram.Nfcapd:
		o.surveyNfcapd()
	case datagram.RawExports:
		o.surveyRaw()
	case datagram.CaptureOfExports:
		o.survey()
		o.surveyDatagrams()
	}
}

// messageSource are messages in a container.
type messageSource interface {
	Next(*datagram.Message) error
}

// eachMessage gives the messages that can be read.
func eachMessage(source messageSource, take func(*datagram.Message)) {
	var m datagram.Message
	for {
		err := source.Next(&m)
		var found *damage.Error
		switch {
		case err == nil:
			take(&m)
		case !errors.As(err, &found) || found.Fatal:
			return
		}
	}
}

func (o *original) surveyRaw() {
	s := messageSurvey{o: o, layouts: make(map[uint16][]uint16)}
	eachMessage(datagram.NewRaw(bytes.NewReader(o.content), netflow.Length), func(m *datagram.Message) {
		at := span{int(m.Offset), int(m.Offset) + len(m.Data)}
		o.records = append(o.records, at)
		o.frames = append(o.frames, at)
		s.message(at.begin, at.end, nil)
	})
}

// surveyDatagrams finds the messages that lie in one frame of a capture. survey has
// found the frames.
func (o *original) surveyDatagrams() {
	frames, err := capture.NewReaderSize(bytes.NewReader(o.content), 0)
	if err != nil {
		return
	}
	s := messageSurvey{o: o, layouts: make(map[uint16][]uint16)}
	eachMessage(datagram.NewPackets(frames, netflow.Length), func(m *datagram.Message) {
		for i, f := range o.frames {
			record := o.records[i]
			if at := bytes.Index(o.content[f.begin:f.end], m.Data); at >= 0 && int64(record.begin) == m.Offset {
				s.message(f.begin+at, f.begin+at+len(m.Data), o.datagramLengths(record, f, f.begin+at))
			}
		}
	})
}

// datagramLengths gives the lengths that count a message at the end of a UDP
// datagram: those of the pcap record, the IP packet and the datagram.
func (o *original) datagramLengths(record, frame span, message int) []site {
	const record4, ethernet, ip4, ip6, udp = 16, 14, 20, 40, 8
	bigEndian := o.content[0] == 0xa1
	if frame.begin != record.begin+record4 {
		return nil
	}
	lengths := []site{
		{at: record.begin + 8, width: 4, little: !bigEndian, role: lengthRole},
		{at: record.begin + 12, width: 4, little: !bigEndian, role: lengthRole},
		{at: message - udp + 4, width: 2, role: lengthRole},
	}
	switch packet := frame.begin + ethernet; message - udp - packet {
	case ip4:
		return append(lengths, site{at: packet + 2, width: 2, role: lengthRole})
	case ip6:
		return append(lengths, site{at: packet + 4, width: 2, role: lengthRole})
	}
	return nil
}

// findExports gives the export files of at most maxFile octets that names are or
// hold, in the order of their paths. Compressed ones are there twice: as they are
// stored, and as they are inside.
func findExports(names []string) ([]*exportFile, error) {
	var found []*exportFile
	for _, name := range names {
		err := filepath.WalkDir(name, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() {
				return err
			}
			info, err := entry.Info()
			if err != nil || info.Size() > maxFile {
				return err
			}
			stored, err := os.ReadFile(path)
			if err == nil {
				found = append(found, newExportFiles(path, stored)...)
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("cannot list export files: %w", err)
		}
	}
	slices.SortStableFunc(found, func(a, b *exportFile) int { return cmpNames(a, b) })
	return slices.CompactFunc(found, func(a, b *exportFile) bool { return cmpNames(a, b) == 0 && a.inside == b.inside }), nil
}

func cmpNames(a, b *exportFile) int { return bytes.Compare([]byte(a.name), []byte(b.name)) }

// newExportFiles gives an export file as it is stored, and its decompressed content
// if it is compressed; none if it is no export file, since that would only test how
// foreign files are refused.
func newExportFiles(name string, stored []byte) []*exportFile {
	content, err := expandContent(stored)
	if err != nil {
		return nil
	}
	inner, ok := newExportFile(name, content)
	if !ok {
		return nil
	}
	if bytes.Equal(stored, content) {
		return []*exportFile{inner}
	}
	inner.inside = true
	outer := &exportFile{original: &original{content: stored}, name: name, kind: inner.kind}
	outer.cut()
	return []*exportFile{outer, inner}
}

// expandContent gives what compressed octets hold, as far as it goes.
func expandContent(stored []byte) ([]byte, error) {
	in, err := input.Open(input.Source{Name: input.StandardInput, Stream: true}, bytes.NewReader(stored), input.Options{NoDigests: true})
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(io.LimitReader(in, maxFile))
	if len(content) > 0 {
		err = nil // a damaged end is no loss
	}
	return content, errors.Join(err, in.Close())
}
