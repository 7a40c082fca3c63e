package capture

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"slices"

	"netstream/aggregate/flow"
	"netstream/reader/damage"
)

// Directions of a frame, as epb_flags has them.
const (
	DirectionUnknown  = 0
	DirectionInbound  = 1
	DirectionOutbound = 2
)

// Frame is one captured frame.
type Frame struct {
	// Time is when the frame was captured. A simple packet block has no time
	// stamp; its Time is the latest valid one before it in the input, 0 if there
	// is none. Tally.WithoutTime counts such frames.
	Time flow.Timestamp

	// TimeValid is false if the time is beyond the range of flow.Timestamp, or if
	// the interface does not say in which unit its time stamps are in a way that
	// can be relied on. Time is 0 then.
	TimeValid bool

	// Data is what was captured of the frame. It is a slice of the reader's
	// buffer and valid until the next call of Next.
	Data []byte

	// Length is the length of the frame on the link in octets, never below
	// len(Data). It includes the frame check sequence if that was captured.
	Length uint32

	// Interface is the index of the frame's interface in Interfaces.
	Interface int

	// Offset is that of the frame's record or block in the decompressed input.
	Offset int64

	// Number counts the packets of the input from 1, lost ones included.
	Number uint64

	// Direction is one of the directions above.
	Direction uint8

	// FCSLength is the length in octets of the frame check sequence at the end of
	// the frame, -1 if the file does not tell: that of epb_flags if it is there,
	// else that of the interface.
	FCSLength int8
}

// Reader reads the frames of one capture. It is not safe for concurrent use.
type Reader struct {
	buffer

	format    Format
	bigEndian bool // of the file (pcap) or the present section (pcapng)

	number  uint64        // packets so far
	pending *damage.Error // found in a record that was delivered all the same; the next call reports it
	reports int           // damaged places reported one by one
	tally   Tally

	record recordLayout // pcap

	// pcapng
	interfaces    []Interface
	clocks        []clock // in step with interfaces
	sectionBase   int     // index of the first interface of the present section
	skipSection   bool    // the section's version is not known
	interfaceText int     // octets of names and descriptions
	latest        flow.Timestamp
}

// NewReader finds out the format of what r holds and reads as far as the pcap
// file header, or up to the byte-order magic of pcapng. Its errors are:
//
//   - *damage.Error: the input is empty (EmptyInput), or ends within that header
//     (Truncated). Its Length is the number of octets that the input has.
//   - *FormatError: the input is of another format.
//   - what r failed with, wrapped.
func NewReader(r io.Reader) (*Reader, error) { return NewReaderSize(r, DefaultBufferSize) }

// NewReaderSize is NewReader with a buffer of the given size in octets instead
// of [DefaultBufferSize]. Records that are longer enlarge it. With that default, the
// buffers of a [Lender] take its place.
func NewReaderSize(r io.Reader, size int) (*Reader, error) {
	reader := &Reader{buffer: newBuffer(r, size)}
	if !reader.fill(4) {
		return nil, reader.noMagic("magic", 4)
	}
	head := reader.buf[reader.pos:]
	if magic, bigEndian, ok := isPCAP(head); ok {
		reader.format, reader.bigEndian = PCAP, bigEndian
		if !reader.fill(fileHeaderLength) {
			return nil, reader.ended("pcap file header", fileHeaderLength)
		}
		reader.fileHeader(magic)
		return reader, nil
	}
	reader.format = PCAPNG
	if binary.LittleEndian.Uint32(head) == magicSection {
		if !reader.fill(12) {
			return nil, reader.ended("pcapng section header block", 28)
		}
		if _, ok := sectionOrder(reader.buf[reader.pos+8:]); ok {
			return reader, nil
		}
	}
	reader.fill(12)
	return nil, reader.foreign()
}

// noMagic words the failure of an input that has less than four octets.
func (r *Reader) noMagic(what string, want int) error {
	left := r.buf[r.pos:r.end]
	switch {
	case !errors.Is(r.sourceErr, io.EOF):
		return r.ended(what, want)
	case len(left) == 0:
		return &damage.Error{Kind: damage.EmptyInput, Detail: "no octets, want a pcap or pcapng file", Fatal: true}
	case mayBecomeCapture(left):
		return r.ended(what, want)
	}
	return r.foreign()
}

func (r *Reader) foreign() error {
	e := &FormatError{}
	e.Count = copy(e.Found[:], r.buf[r.pos:r.end])
	return e
}

// Next reads the next frame into f. It returns
//
//   - nil: f is filled.
//   - *damage.Error: a damaged place; f is not valid. If it is not Fatal, reading
//     goes on behind the place with the next call. Places beyond MaxReports are
//     counted in the tally only.
//   - io.EOF: the input has ended, whole or at a place that was reported.
//   - another error: the source failed; what it failed with is wrapped. The next
//     call returns io.EOF.
func (r *Reader) Next(f *Frame) error {
	if r.pending != nil {
		found := r.pending
		r.pending = nil
		return found
	}
	if r.format == PCAP {
		return r.nextRecord(f)
	}
	return r.nextBlock(f)
}

// Format gives the format of the input.
func (r *Reader) Format() Format { return r.format }

// Interfaces gives the interfaces described so far: of pcap always one, of pcapng
// those of all sections in order of appearance. The slice belongs to the reader:
// it must not be changed, and the next call of Next may change it.
func (r *Reader) Interfaces() []Interface { return r.interfaces }

// Tally gives the account so far.
func (r *Reader) Tally() Tally {
	t := r.tally
	t.UnknownTypes = slices.Clone(t.UnknownTypes)
	t.Packets = r.number
	return t
}

// deliver completes a frame whose Data and Offset are set. original is the
// length on the link as the file has it.
func (r *Reader) deliver(f *Frame, original uint32, index int, valid bool) {
	captured := uint32(len(f.Data))
	if original < captured {
		original = captured
		r.tally.ShortOriginals++
	}
	f.Length = original
	f.Interface = index
	f.Number = r.number
	f.TimeValid = valid
	if !valid {
		f.Time = 0
		r.tally.InvalidTimes++
	}
	r.interfaces[index].Packets++
	r.tally.CapturedOctets += uint64(captured)
	r.tally.WireOctets += uint64(original)
}

// remark reports damage in a record that is delivered all the same, with the
// call after it.
func (r *Reader) remark(offset int64, detail string) {
	r.pending = r.note(damage.BadBlock, offset, 0, detail)
}

func (r *Reader) uint16(b []byte) uint16 {
	v := binary.LittleEndian.Uint16(b)
	if r.bigEndian {
		v = bits.ReverseBytes16(v)
	}
	return v
}

func (r *Reader) uint32(b []byte) uint32 {
	v := binary.LittleEndian.Uint32(b)
	if r.bigEndian {
		v = bits.ReverseBytes32(v)
	}
	return v
}

// outOf words a value beyond its limit.
func outOf(what string, got, want int64) string {
	return fmt.Sprintf("%s %d, want at most %d", what, got, want)
}
