package nfcapd

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"

	"netstream/aggregate/flow"
	"netstream/reader/damage"
)

// Options say what the rows refer to.
type Options struct {
	Points *flow.Points // takes the exporters
	Names  *flow.Names  // takes the names of interfaces, VRFs and applications

	// Exporter says what address an observation point has in the place of that of its
	// exporter; nil: its own.
	Exporter func(netip.Addr) netip.Addr

	// Survey is what a first reading of the same input has learned; nil if there was
	// none.
	Survey *Survey
}

// Reader reads the flow records of one file. It is not safe for concurrent use.
type Reader struct {
	options Options
	blocks  *blocks
	known   *definitions
	none    definitions // of a survey that was not made
	tally   tally
	stored  stored
	points  points

	reading  bool   // in a block with records
	counted  uint64 // records of the block so far
	appendix uint64 // blocks of the appendix so far
	failed   error  // the end of the input, or what ended reading
}

// NewReader begins to read a file. An input that is none, or of a kind that cannot
// be read, is a *FormatError.
func NewReader(r io.Reader, o Options) (*Reader, error) {
	b, err := newBlocks(r)
	if err != nil {
		return nil, err
	}
	reader := &Reader{options: o, blocks: b, known: newDefinitions(false)}
	reader.tally.Octets.Header = b.header.octets
	return reader, nil
}

// Info gives what the file says of itself. It is complete at the end of the input.
func (r *Reader) Info() Info { return r.blocks.header.info }

// Tally gives the account of what has been read so far. The members of its Octets
// add up to the input's length once Read has given io.EOF.
func (r *Reader) Tally() Tally { return r.tally.finished() }

// Exporters gives the exporters that the file has named so far, by their ids.
func (r *Reader) Exporters() []ExporterInfo { return r.known.sorted() }

// Read adds records to a batch until it is full; a record of both directions of a
// biflow takes two, so the last place may stay free. It gives io.EOF at the end of
// the input if it has added none, and a *damage.Error for each damaged block,
// behind which reading goes on with the next call, unless the error is fatal. Other
// errors are those of the input, and repeat.
func (r *Reader) Read(b *flow.Batch) error {
	before := len(b.Records)
	for len(b.Records) < flow.BatchRecords-1 {
		err := r.step(b)
		if err == nil {
			continue
		}
		if err == io.EOF && len(b.Records) > before {
			return nil // the next call gives it
		}
		return err
	}
	return nil
}

// step reads one record, or comes to the next block. Without a batch it does not
// make rows.
func (r *Reader) step(b *flow.Batch) error {
	if r.failed != nil {
		return r.failed
	}
	if !r.reading {
		return r.nextBlock()
	}
	in := r.blocks
	if len(in.records) == 0 {
		return r.endBlock(nil)
	}
	size := 0
	if len(in.records) >= recordHeader {
		size = int(binary.LittleEndian.Uint16(in.records[2:]))
	}
	if size < recordHeader || size > len(in.records) {
		return r.endBlock(in.damage(damage.BadBlock, false, fmt.Sprintf(
			"record %d of the block has %d octets, want 4 to %d", r.counted+1, size, len(in.records))))
	}
	record := in.records[:size]
	in.records = in.records[size:]
	r.counted++
	r.record(record, b)
	return nil
}

// nextBlock begins a block.
func (r *Reader) nextBlock() error {
	kind, err := r.blocks.next(&r.tally.Octets)
	if at := r.blocks.header.appendix; at != 0 && r.blocks.start >= at && r.blocks.octets >= blockHeaderOctets {
		r.appendix++
	}
	switch {
	case err == io.EOF:
		r.finish()
		return io.EOF
	case err != nil:
		return r.lost(err)
	case kind == blockOther:
		r.tally.OtherBlocks++
		r.tally.Octets.Blocks += r.blocks.octets
		return nil
	}
	r.reading, r.counted = true, 0
	return nil
}

// lost gives the error of a block that cannot be read.
func (r *Reader) lost(err error) error {
	var found *damage.Error
	if !errors.As(err, &found) {
		r.failed = fmt.Errorf("cannot read a block at offset %d: %w", r.blocks.start, err)
		return r.failed
	}
	if r.blocks.octets >= blockHeaderOctets { // else it is not even a header
		r.tally.DamagedBlocks++
	}
	return r.damaged(found)
}

// endBlock ends a block and accounts its octets. A record that is cut off is no
// contradiction if the input ends in the block.
func (r *Reader) endBlock(found *damage.Error) error {
	r.reading = false
	in := r.blocks
	if in.cut {
		found = in.cutDamage()
	}
	if found != nil {
		r.tally.DamagedBlocks++
		r.tally.Octets.Damaged += in.octets
		return r.damaged(found)
	}
	r.tally.Blocks++
	r.tally.Octets.Blocks += in.octets
	if r.counted != uint64(in.stated) {
		r.tally.recordCountMismatch++
	}
	return nil
}

// damaged gives a damage its place among the flow records.
func (r *Reader) damaged(found *damage.Error) error {
	found.Number = r.tally.Records.Flow
	if found.Fatal {
		r.finish()
	}
	return found
}

// finish compares what was read with what the file says of itself.
func (r *Reader) finish() {
	if r.failed != nil {
		return
	}
	r.failed = io.EOF
	info := &r.blocks.header.info
	t := &r.tally
	read := t.Blocks + t.OtherBlocks + t.DamagedBlocks - r.appendix
	if read != uint64(info.Blocks) {
		t.blockCountMismatch = max(read, uint64(info.Blocks)) - min(read, uint64(info.Blocks))
	}
	switch {
	case !info.HasStatistics:
		t.noStatistics = 1
	case info.Flows != t.Records.Flow && info.Flows != t.flows || info.Statistics.Packets != t.packets || info.Statistics.Octets != t.octets:
		t.statisticsMismatch = 1
	}
}
