package capture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/bits"

	"netstream/aggregate/flow"
	"netstream/reader/damage"
)

const (
	fileHeaderLength     = 24 // magic, version, two reserved words, snapshot length, link type
	recordHeaderLength   = 16 // seconds, fraction, captured and original length
	modifiedHeaderLength = 24 // the same and interface index, protocol, packet type, padding

	// The patched kernels that wrote the modified format could put an Ethernet
	// header before snaplen octets of data (libpcap, sf-pcap.c).
	modifiedSlack = 14
)

// recordLayout is what the file header says of the records.
type recordLayout struct {
	header   int    // octets of a record header
	limit    uint32 // greatest captured length that is believed
	scale    int64  // nanoseconds a unit of the fraction
	fraction uint32 // units of the fraction in a second
	swap     lengthOrder
}

// lengthOrder says in which order a record has its two lengths. It was changed
// with version 2.3, and not all programs that wrote 2.3 followed (libpcap,
// sf-pcap.c).
type lengthOrder uint8

const (
	capturedFirst lengthOrder = iota // since version 2.4
	originalFirst                    // before version 2.3, and 543.0 of DG/UX
	smallerFirst                     // version 2.3: the captured length is the lesser one
)

// fileHeader reads the pcap file header (draft-ietf-opsawg-pcap, section 4),
// which is in the buffer.
func (r *Reader) fileHeader(magic uint32) {
	header := r.buf[r.pos : r.pos+fileHeaderLength]
	major, minor := r.uint16(header[4:]), r.uint16(header[6:])
	snapLen, link := r.uint32(header[16:]), r.uint32(header[20:])
	r.pos += fileHeaderLength
	r.tally.Octets.Header += fileHeaderLength

	r.record = recordLayout{header: recordHeaderLength, scale: 1000, fraction: 1_000_000}
	described := Interface{
		LinkType: uint16(link), BigEndian: r.bigEndian, SnapLen: snapLen, TimeResolution: 6, FCSLength: unknownFCS,
	}
	switch magic {
	case magicNanoseconds:
		r.record.scale, r.record.fraction, described.TimeResolution = 1, nanosecondsPerSecond, 9
	case magicModified:
		r.record.header = modifiedHeaderLength
	}
	r.record.limit = min(max(snapLen, MaxSnapLen), MaxCapturedLength)
	if magic == magicModified {
		r.record.limit += modifiedSlack
	}

	switch {
	case major == 2 && minor < 3, major == 543 && minor == 0:
		r.record.swap = originalFirst
	case major == 2 && minor == 3:
		r.record.swap = smallerFirst
	case major != 2 || minor != 4:
		r.remark(4, fmt.Sprintf("pcap version %d.%d, read as 2.4", major, minor))
	}

	// The upper half of the link type: four bits of FCS length in units of 16
	// bits, which hold if bit 26 is set; the rest is reserved.
	if link&0x04000000 != 0 {
		described.FCSLength = int8(2 * (link >> 28))
	}
	if reserved := link & 0x0bff0000; reserved != 0 && r.pending == nil {
		r.remark(20, fmt.Sprintf("link type 0x%08x has reserved bits set, read as %d", link, uint16(link)))
	}
	r.interfaces = append(r.interfaces, described)
}

// nextRecord reads one pcap record (draft-ietf-opsawg-pcap, section 5).
func (r *Reader) nextRecord(f *Frame) error {
	headerLength := r.record.header
	if r.end-r.pos < headerLength && !r.fill(headerLength) {
		return r.ended("pcap record header", headerLength)
	}
	header := (*[recordHeaderLength]byte)(r.buf[r.pos:])
	seconds, fraction := binary.LittleEndian.Uint32(header[0:]), binary.LittleEndian.Uint32(header[4:])
	captured, original := binary.LittleEndian.Uint32(header[8:]), binary.LittleEndian.Uint32(header[12:])
	if r.bigEndian {
		seconds, fraction = bits.ReverseBytes32(seconds), bits.ReverseBytes32(fraction)
		captured, original = bits.ReverseBytes32(captured), bits.ReverseBytes32(original)
	}
	if r.record.swap != capturedFirst && (r.record.swap == originalFirst || captured > original) {
		captured, original = original, captured
	}
	if captured > r.record.limit {
		return r.abandon(damage.BadLength, r.offset(), outOf("captured length", int64(captured), int64(r.record.limit)))
	}
	if captured|original == 0 && r.zeroRun() {
		return r.abandon(damage.BadBlock, r.offset(),
			fmt.Sprintf("%d zero octets are no pcap record", maxZeroRun))
	}
	length := headerLength + int(captured)
	if r.end-r.pos < length && !r.fill(length) {
		return r.ended("pcap record", length)
	}
	record := r.buf[r.pos : r.pos+length : r.pos+length]
	if fraction >= r.record.fraction {
		r.tally.CarriedFractions++
	}
	// At most 2^32 s and 2^32 us: below 2^63 ns.
	f.Time = flow.Timestamp(int64(seconds)*nanosecondsPerSecond + int64(fraction)*r.record.scale)
	f.Data = record[headerLength:]
	f.Offset = r.offset()
	f.Direction = DirectionUnknown
	f.FCSLength = r.interfaces[0].FCSLength
	r.pos += length
	r.number++
	r.tally.Octets.Packets += int64(length)
	r.deliver(f, original, 0, true)
	return nil
}

// zeroRun says whether the next maxZeroRun octets are there and all zero.
func (r *Reader) zeroRun() bool {
	if !r.fill(maxZeroRun) {
		return false
	}
	run := r.buf[r.pos : r.pos+maxZeroRun]
	return run[0] == 0 && bytes.Equal(run[1:], run[:maxZeroRun-1])
}
