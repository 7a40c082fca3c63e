package main

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	framing "netstream/reader/capture"
	"netstream/reader/damage"
	"netstream/reader/input"
)

// What a sample takes of the corpus: few frames of every capture, so that all
// kinds of traffic are there, and not more than tcpdump reads in a moment.
const (
	framesOfCapture = 12
	framesOfSample  = 6000
	octetsOfFrame   = 2048
)

// sample is frames of one link type and byte order from all captures, first whole
// and then cut at arbitrary lengths, so that loads go beyond their octets.
type sample struct {
	linkType  uint16
	bigEndian bool
	frames    []sampledFrame
}

type sampledFrame struct {
	octets []byte
	length uint32
}

func (s *sample) String() string {
	text := fmt.Sprintf("link type %d", s.linkType)
	if s.bigEndian {
		text += ", big-endian"
	}
	return text
}

// takeSamples gives the first frames of the captures by link type.
func takeSamples(corpus string, captures []capture) ([]*sample, error) {
	type kind struct {
		linkType  uint16
		bigEndian bool
	}
	byKind := make(map[kind]*sample)
	for _, c := range captures {
		err := firstFrames(filepath.Join(corpus, c.path), func(of *framing.Interface, f *framing.Frame) {
			k := kind{of.LinkType, of.BigEndian}
			s := byKind[k]
			if s == nil {
				s = &sample{linkType: k.linkType, bigEndian: k.bigEndian}
				byKind[k] = s
			}
			if len(s.frames) < framesOfSample {
				s.frames = append(s.frames, sampledFrame{bytes.Clone(f.Data[:min(len(f.Data), octetsOfFrame)]), f.Length})
			}
		})
		if err != nil {
			return nil, err
		}
	}
	var samples []*sample
	for _, s := range byKind {
		s.addCut()
		samples = append(samples, s)
	}
	slices.SortFunc(samples, func(a, b *sample) int {
		return cmp.Or(cmp.Compare(a.linkType, b.linkType), cmp.Compare(a.String(), b.String()))
	})
	return samples, nil
}

// addCut adds the frames once more, cut, every one elsewhere.
func (s *sample) addCut() {
	for i, f := range s.frames {
		f.octets = f.octets[:min(len(f.octets), i*13%97)]
		s.frames = append(s.frames, f)
	}
}

// firstFrames gives the first frames of a capture to a function. Damage is no
// matter here.
func firstFrames(path string, take func(*framing.Interface, *framing.Frame)) error {
	in, err := input.Open(input.Source{Name: path}, nil, input.Options{})
	if err != nil {
		return err
	}
	defer in.Close()
	reader, err := framing.NewReader(in)
	var found *damage.Error
	var foreign *framing.FormatError
	if errors.As(err, &found) || errors.As(err, &foreign) {
		return nil
	}
	if err != nil {
		return err
	}
	var f framing.Frame
	for range framesOfCapture {
		switch err := reader.Next(&f); {
		case err == io.EOF:
			return nil
		case errors.As(err, &found):
			if found.Fatal {
				return nil
			}
		case err != nil:
			return err
		default:
			take(&reader.Interfaces()[f.Interface], &f)
		}
	}
	return nil
}

// pcap gives the sample as a file, with the numbers of the frames as times.
func (s *sample) pcap() []byte {
	var order binary.AppendByteOrder = binary.LittleEndian
	if s.bigEndian {
		order = binary.BigEndian
	}
	file := order.AppendUint32(nil, 0xa1b2c3d4)
	file = order.AppendUint16(file, 2)
	file = order.AppendUint16(file, 4)
	file = append(file, make([]byte, 8)...)
	file = order.AppendUint32(file, 1<<18)
	file = order.AppendUint32(file, uint32(s.linkType))
	for i, f := range s.frames {
		for _, word := range []uint32{uint32(i), 0, uint32(len(f.octets)), f.length} {
			file = order.AppendUint32(file, word)
		}
		file = append(file, f.octets...)
	}
	return file
}
