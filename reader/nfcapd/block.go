package nfcapd

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"

	"netstream/reader/damage"
)

// blocks reads the blocks of a file one after the other.
type blocks struct {
	in       *bufio.Reader
	header   header
	offset   uint64 // of the next octet of the input
	expander expander
	head     [blockHeaderOctets]byte
	payload  []byte // of the block, as it is in the file

	// Of the block that is being read.
	start   uint64 // offset of its header
	octets  uint64 // that it takes in the file, with its header
	stated  uint32 // records, by its header
	size    uint32 // octets of the records in the file, by its header
	records []byte // that have not been read yet
	cut     bool   // the input ends in it
}

// Octets are the octets of an input by what became of them. Together they are all
// of it.
type Octets struct {
	Header   uint64 // of the file header, and of the statistics of layout 1
	Blocks   uint64 // of sound blocks, with their headers
	Damaged  uint64 // of blocks that were damaged, be it in part; their first records may have been read
	Trailing uint64 // behind the last block, too few for another one's header
}

func newBlocks(r io.Reader) (*blocks, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	h, err := readHeader(in)
	if err != nil {
		return nil, err
	}
	return &blocks{in: in, header: h, offset: h.octets}, nil
}

// blockKind says what next has found.
type blockKind uint8

const (
	blockRecords blockKind = iota // there are records to be read
	blockOther                    // a block without flow records
)

// next reads a block. It gives io.EOF at the end of the input, a *damage.Error for
// a block that is lost, and other errors as reading gives them. The octets of a
// lost block, or behind the last one, are accounted by it.
func (b *blocks) next(o *Octets) (blockKind, error) {
	head := b.head[:]
	n, err := io.ReadFull(b.in, head)
	b.start, b.octets = b.offset, uint64(n)
	b.offset += uint64(n)
	if err == io.ErrUnexpectedEOF {
		o.Trailing += uint64(n)
		return 0, b.damage(damage.Truncated, true, fmt.Sprintf("the input ends in the header of a block: %d octets, want %d", n, len(head)))
	}
	if err != nil {
		return 0, err
	}
	b.stated = binary.LittleEndian.Uint32(head)
	b.size = binary.LittleEndian.Uint32(head[4:])
	kind, flags := binary.LittleEndian.Uint16(head[8:]), binary.LittleEndian.Uint16(head[10:])
	if b.size > MaxBlock {
		return 0, b.skipToAppendix(o)
	}
	if err := b.read(int(b.size)); err != nil {
		return 0, err
	}
	compression := b.header.info.Compression
	if flags&blockUncompressed != 0 {
		compression = Uncompressed
	}
	if b.cut && (compression != Uncompressed || !holdsRecords(b.header.info.Layout, kind)) {
		o.Damaged += b.octets
		return 0, b.cutDamage()
	}
	if !holdsRecords(b.header.info.Layout, kind) {
		return blockOther, nil
	}
	if b.records, err = b.expander.expand(compression, b.payload); err != nil {
		o.Damaged += b.octets
		return 0, b.damage(damage.BadStream, false, err.Error())
	}
	return blockRecords, nil
}

func holdsRecords(layout, kind uint16) bool {
	return kind == blockOfRecords1 || kind == blockOfRecords2 && layout == layout2
}

// read reads the records of a block, or what is there of them.
func (b *blocks) read(size int) error {
	const step = 64 << 10 // so that memory is taken for octets that are there
	b.payload, b.cut = b.payload[:0], false
	for len(b.payload) < size {
		n := min(step, size-len(b.payload))
		at := len(b.payload)
		b.payload = append(b.payload, make([]byte, n)...)
		got, err := io.ReadFull(b.in, b.payload[at:])
		b.payload = b.payload[:at+got]
		b.offset += uint64(got)
		b.octets += uint64(got)
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			b.cut = true
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// skipToAppendix gives up a block that is too long, and with it everything up to
// the appendix, or to the end: without its length nothing tells where the next
// block begins.
func (b *blocks) skipToAppendix(o *Octets) error {
	var err error
	var n int64
	if b.header.appendix > b.offset && b.header.appendix-b.offset < 1<<62 {
		n, err = io.CopyN(io.Discard, b.in, int64(b.header.appendix-b.offset))
	} else {
		n, err = io.Copy(io.Discard, b.in)
	}
	b.offset += uint64(n)
	b.octets += uint64(n)
	o.Damaged += b.octets
	if err != nil && err != io.EOF {
		return err
	}
	return b.damage(damage.BadLength, false, fmt.Sprintf("a block of %d octets, want at most %d", b.size, MaxBlock))
}

func (b *blocks) cutDamage() *damage.Error {
	return b.damage(damage.Truncated, true, fmt.Sprintf("the input ends in a block: %d octets, want %d", len(b.payload), b.size))
}

// damage describes what is wrong with the block.
func (b *blocks) damage(kind damage.Kind, fatal bool, detail string) *damage.Error {
	return &damage.Error{Kind: kind, Offset: int64(b.start), Length: int64(b.octets), Detail: detail, Fatal: fatal}
}
