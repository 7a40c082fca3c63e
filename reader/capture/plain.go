package capture

import (
	"encoding/binary"
	"math/bits"

	"netstream/aggregate/flow"
)

// Plain gives the records of a pcap file as [Reader.Next] does, as long as they lie in the
// buffer and have nothing odd about them: nearly all records of nearly all files. It sums
// up what Next adds to the tally record by record. What it does not give, Next does.
type Plain struct {
	octets    []byte // what is buffered
	at        int    // of octets, where the next record begins
	record    recordLayout
	bigEndian bool

	before        int // at, before the record that was given last
	packets, wire uint64
}

// Plain begins to give records. It gives false for files that have none of that kind.
// Until [Reader.Taken] is called, no other method may be.
func (r *Reader) Plain() (Plain, bool) {
	if r.format != PCAP || r.pending != nil || r.record.header != recordHeaderLength || r.record.swap != capturedFirst {
		return Plain{}, false
	}
	return Plain{octets: r.buf[r.pos:r.end], record: r.record, bigEndian: r.bigEndian}, true
}

// Next gives a frame, its length on the link in octets, and when it was captured. ok is
// false if the next record is not there, or not plain.
func (x *Plain) Next() (frame []byte, length uint32, at flow.Timestamp, ok bool) {
	left := x.octets[x.at:]
	if len(left) < recordHeaderLength {
		return nil, 0, 0, false
	}
	header := (*[recordHeaderLength]byte)(left)
	seconds, fraction := binary.LittleEndian.Uint32(header[0:]), binary.LittleEndian.Uint32(header[4:])
	captured, original := binary.LittleEndian.Uint32(header[8:]), binary.LittleEndian.Uint32(header[12:])
	if x.bigEndian {
		seconds, fraction = bits.ReverseBytes32(seconds), bits.ReverseBytes32(fraction)
		captured, original = bits.ReverseBytes32(captured), bits.ReverseBytes32(original)
	}
	end := recordHeaderLength + int(captured)
	if captured > x.record.limit || original < captured || original == 0 || fraction >= x.record.fraction || len(left) < end {
		return nil, 0, 0, false
	}
	x.before = x.at
	x.at += end
	x.packets++
	x.wire += uint64(original)
	return left[recordHeaderLength:end:end], original, flow.Timestamp(int64(seconds)*nanosecondsPerSecond + int64(fraction)*x.record.scale), true
}

// Back takes back the record that was given last, which must be of the given length.
func (x *Plain) Back(length uint32) {
	x.at = x.before
	x.packets--
	x.wire -= uint64(length)
}

// Before gives where the record that was given last begins, from the first one on.
func (x *Plain) Before() int64 { return int64(x.before) }

// Captured gives how many octets of frames were captured in them.
func (x *Plain) Captured() uint64 { return uint64(x.at) - x.packets*recordHeaderLength }

// Place gives the offset in the decompressed input and the number of the next record.
func (r *Reader) Place() (offset int64, number uint64) { return r.offset(), r.number + 1 }

// Taken goes on behind the records that were given.
func (r *Reader) Taken(x *Plain) {
	r.pos += x.at
	r.number += x.packets
	r.tally.Octets.Packets += int64(x.at)
	r.interfaces[0].Packets += x.packets
	r.tally.CapturedOctets += x.Captured()
	r.tally.WireOctets += x.wire
}
