// Package nfcapdtest writes nfcapd files for tests, of layout 1 (nfdump 1.6) and
// layout 2 (nfdump 1.7), from rows as the reader gives them. It shares no code with
// the reader under test; nfdump reads what it writes.
package nfcapdtest

import (
	"encoding/binary"
	"math"

	"netstream/aggregate/flow"
)

// Compression is how blocks are compressed, with the numbers of layout 2.
type Compression uint8

// The compressions.
const (
	None  Compression = 0
	LZO   Compression = 1
	Bzip2 Compression = 2
	LZ4   Compression = 3
	Zstd  Compression = 4 // layout 2 only
)

// Options describe a file. The zero value gives an uncompressed file of layout 2
// with one block for all records.
type Options struct {
	Layout1      bool
	Compression  Compression
	Points       *flow.Points // whose numbers the records have; nil: no exporters
	Names        *flow.Names  // likewise, of interfaces and VRFs; nil: none
	Version      uint32       // of the exporters' messages; 0: 9
	Ident        string       // "": none
	BlockRecords int          // records of a block; 0: all
	Repeat       bool         // all definitions in every block, so that none needs another one
}

// File writes records, which must have Export, to a file. Reverse rows of biflows
// become flows of their own.
func File(records []flow.Record, o Options) []byte {
	w := &writer{options: o, exporters: make(map[uint32]uint16), maps: make(map[string]uint16)}
	if o.Version == 0 {
		w.options.Version = 9
	}
	if o.Ident == "" {
		w.options.Ident = "none"
	}
	if o.BlockRecords == 0 {
		w.options.BlockRecords = math.MaxInt
	}
	for len(records) > 0 {
		n := min(len(records), w.options.BlockRecords)
		w.block(records[:n])
		records = records[n:]
	}
	if o.Layout1 {
		return append(w.header1(), w.blocks...)
	}
	return w.file2()
}

type writer struct {
	options   Options
	blocks    []byte // headers included
	count     uint32 // of blocks
	records   []byte // of the block
	stated    uint32 // records of the block
	exporters map[uint32]uint16
	maps      map[string]uint16
	named     map[uint64]bool
	totals    totals
}

// totals are the statistics of a file, by protocol: all, TCP, UDP, ICMP, others.
type totals struct {
	flows, octets, packets [5]uint64
	first, last            uint64
}

func (t *totals) add(r *flow.Record) {
	class := 4
	switch r.Key.Protocol {
	case 6:
		class = 1
	case 17:
		class = 2
	case 1, 58:
		class = 3
	}
	for _, i := range []int{0, class} {
		t.flows[i]++
		t.octets[i] += r.Counters.Octets
		t.packets[i] += r.Counters.Packets
	}
	first, last := milliseconds(r.Start), milliseconds(r.End)
	if t.flows[0] == 1 || first < t.first {
		t.first = first
	}
	t.last = max(t.last, last)
}

// octets15 are the 15 numbers that both layouts begin their statistics with.
func (t *totals) octets15() []byte {
	var b []byte
	for _, v := range []uint64{t.flows[0], t.octets[0], t.packets[0]} {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	for _, class := range [][5]uint64{t.flows, t.octets, t.packets} {
		for _, v := range class[1:] {
			b = binary.LittleEndian.AppendUint64(b, v)
		}
	}
	return b
}

func (w *writer) block(records []flow.Record) {
	if w.options.Repeat {
		w.exporters, w.maps, w.named = make(map[uint32]uint16), make(map[string]uint16), nil
	}
	if w.named == nil {
		w.named = make(map[uint64]bool)
	}
	for i := range records {
		r := &records[i]
		w.totals.add(r)
		exporter := w.exporter(r.Key.Point)
		w.interfaceNames(r.Export)
		if w.options.Layout1 {
			w.flow1(r, exporter)
		} else {
			w.flow2(r, exporter)
		}
	}
	w.flush()
}

// flush ends a block.
func (w *writer) flush() {
	kind, flags := uint16(3), uint16(0)
	if w.options.Layout1 {
		kind = 2
	}
	w.blocks = append(w.blocks, Block(w.options.Compression, kind, flags, w.stated, w.records)...)
	w.records, w.stated = w.records[:0], 0
	w.count++
}

// Block gives a block with its header.
func Block(c Compression, kind, flags uint16, records uint32, octets []byte) []byte {
	octets = compress(c, octets)
	var b []byte
	b = binary.LittleEndian.AppendUint32(b, records)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(octets)))
	b = binary.LittleEndian.AppendUint16(b, kind)
	b = binary.LittleEndian.AppendUint16(b, flags)
	return append(b, octets...)
}

// record adds a record to the block.
func (w *writer) record(kind uint16, body []byte) {
	w.records = append(w.records, Record(kind, body)...)
	w.stated++
}

// Record gives a record with its header.
func Record(kind uint16, body []byte) []byte {
	b := binary.LittleEndian.AppendUint16(nil, kind)
	b = binary.LittleEndian.AppendUint16(b, uint16(4+len(body)))
	return append(b, body...)
}

// header1 gives file header and statistics of layout 1.
func (w *writer) header1() []byte {
	flags := map[Compression]uint32{None: 0, LZO: 1, Bzip2: 8, LZ4: 0x10}[w.options.Compression]
	b := []byte{0x0c, 0xa5, 1, 0}
	b = binary.LittleEndian.AppendUint32(b, flags)
	b = binary.LittleEndian.AppendUint32(b, w.count)
	ident := make([]byte, 128)
	copy(ident[:127], w.options.Ident)
	b = append(b, ident...)
	t := &w.totals
	b = append(b, t.octets15()...)
	b = binary.LittleEndian.AppendUint32(b, uint32(t.first/1000))
	b = binary.LittleEndian.AppendUint32(b, uint32(t.last/1000))
	b = binary.LittleEndian.AppendUint16(b, uint16(t.first%1000))
	b = binary.LittleEndian.AppendUint16(b, uint16(t.last%1000))
	return binary.LittleEndian.AppendUint32(b, 0)
}

// file2 gives a file of layout 2.
func (w *writer) file2() []byte {
	const headerOctets = 40
	b := []byte{0x0c, 0xa5, 2, 0}
	b = binary.LittleEndian.AppendUint32(b, 0x01070100)
	b = binary.LittleEndian.AppendUint64(b, w.totals.last/1000)
	b = append(b, byte(w.options.Compression), 0, 1, 0) // not encrypted, an appendix of one block
	b = binary.LittleEndian.AppendUint32(b, 1)          // nfcapd
	b = binary.LittleEndian.AppendUint64(b, uint64(headerOctets+len(w.blocks)))
	b = binary.LittleEndian.AppendUint32(b, 0)
	b = binary.LittleEndian.AppendUint32(b, w.count)
	b = append(b, w.blocks...)
	statistics := w.totals.octets15()
	for _, v := range []uint64{w.totals.first, w.totals.last, 0} {
		statistics = binary.LittleEndian.AppendUint64(statistics, v)
	}
	appendix := Record(0x8001, append([]byte(w.options.Ident), 0))
	appendix = append(appendix, Record(0x8002, statistics)...)
	return append(b, Block(w.options.Compression, 3, 0, 2, appendix)...)
}

func milliseconds(t flow.Timestamp) uint64 { return uint64(t / 1e6) }
