package capture

import (
	"encoding/binary"
	"math/bits"

	"netstream/aggregate/flow"
)

// Plain gives the records of a pcap file, or the enhanced packet blocks of a section of a
// pcapng file, as [Reader.Next] does, as long as they lie in the buffer and have nothing odd
// about them: nearly all packets of nearly all files. It sums up what Next adds to the tally
// record by record. What it does not give, Next does.
type Plain struct {
	octets    []byte // what is buffered
	at        int    // of octets, where the next record begins
	record    recordLayout
	bigEndian bool
	blocks    bool // of pcapng

	interfaces []Interface // of the section
	clocks     []clock     // in step with interfaces
	base       int         // of all interfaces, the first one of these
	number     int         // of these, that of the record that was given last

	before int // at, before the record that was given last

	packets, captured, wire uint64

	latest    flow.Timestamp // of the last block
	direction uint8          // that its options tell
}

// Plain begins to give records. It gives false for files that have none of that kind.
// Until [Reader.Taken] is called, no other method may be.
func (r *Reader) Plain() (Plain, bool) {
	if r.pending != nil {
		return Plain{}, false
	}
	x := Plain{octets: r.buf[r.pos:r.end], record: r.record, bigEndian: r.bigEndian}
	if r.format == PCAP {
		return x, r.record.header == recordHeaderLength && r.record.swap == capturedFirst
	}
	x.blocks, x.base, x.latest = true, r.sectionBase, r.latest
	x.interfaces, x.clocks = r.interfaces[r.sectionBase:], r.clocks[r.sectionBase:]
	return x, true
}

// Next gives a frame, its length on the link in octets, and when it was captured. ok is
// false if the next record is not there, or not plain.
func (x *Plain) Next() (frame []byte, length uint32, at flow.Timestamp, ok bool) {
	if x.blocks {
		return x.nextBlock()
	}
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
	x.take(end, captured, original)
	return left[recordHeaderLength:end:end], original, flow.Timestamp(int64(seconds)*nanosecondsPerSecond + int64(fraction)*x.record.scale), true
}

// nextBlock is Next for an enhanced packet block (draft-ietf-opsawg-pcapng, section 4.3).
func (x *Plain) nextBlock() (frame []byte, length uint32, at flow.Timestamp, ok bool) {
	left := x.octets[x.at:]
	if len(left) < minPacketLength {
		return nil, 0, 0, false
	}
	header := (*[packetHeaderLength]byte)(left)
	kind, octets, number := binary.LittleEndian.Uint32(header[0:]), binary.LittleEndian.Uint32(header[4:]), binary.LittleEndian.Uint32(header[8:])
	high, low := binary.LittleEndian.Uint32(header[12:]), binary.LittleEndian.Uint32(header[16:])
	captured, original := binary.LittleEndian.Uint32(header[20:]), binary.LittleEndian.Uint32(header[24:])
	if x.bigEndian {
		kind, octets, number = bits.ReverseBytes32(kind), bits.ReverseBytes32(octets), bits.ReverseBytes32(number)
		high, low = bits.ReverseBytes32(high), bits.ReverseBytes32(low)
		captured, original = bits.ReverseBytes32(captured), bits.ReverseBytes32(original)
	}
	count := uint64(high)<<32 | uint64(low)
	options := packetHeaderLength + (int64(captured)+3)&^3
	if uint64(number) >= uint64(len(x.clocks)) {
		return nil, 0, 0, false
	}
	dating := &x.clocks[number]
	if kind != blockEnhancedPacket || !dating.valid || dating.unreadable || original < captured || count >= dating.resolution.quickLimit ||
		octets > MaxBlockLength || octets%4 != 0 || int64(octets) < options+4 || len(left) < int(octets) {
		return nil, 0, 0, false
	}
	trailer := binary.LittleEndian.Uint32(left[octets-4:])
	if x.bigEndian {
		trailer = bits.ReverseBytes32(trailer)
	}
	if trailer != octets {
		return nil, 0, 0, false
	}
	x.direction = DirectionUnknown
	if int64(octets) > options+4 && !x.readOptions(left[options:octets-4]) {
		return nil, 0, 0, false
	}
	x.number = int(number)
	x.interfaces[number].Packets++
	x.take(int(octets), captured, original)
	x.latest = flow.Timestamp(count * dating.resolution.quickScale)
	end := packetHeaderLength + int(captured)
	return left[packetHeaderLength:end:end], original, x.latest, true
}

// take goes on behind a record of so many octets.
func (x *Plain) take(octets int, captured, original uint32) {
	x.before = x.at
	x.at += octets
	x.packets++
	x.captured += uint64(captured)
	x.wire += uint64(original)
}

// readOptions sets the direction that the options of a block tell, and says whether they have nothing odd about them: no
// fault, nothing to be counted, and no frame check sequence of their own.
func (x *Plain) readOptions(octets []byte) bool {
	list := optionList{rest: octets, bigEndian: x.bigEndian}
	for {
		switch code, value, ok := list.next(); {
		case !ok:
			return list.fault == ""
		case code == optDropCount, code == optFlags && len(value) != 4:
			return false
		case code == optFlags:
			flags := list.uint32(value)
			if flags>>flagsFCSBit&flagsFCS != 0 {
				return false
			}
			x.direction = uint8(flags & flagsDirection)
		}
	}
}

// Interface gives what [Frame.Interface] is of the record that was given last, and that of its first interface before.
func (x *Plain) Interface() int { return x.base + x.number }

// Direction gives what [Frame.Direction] is of the record that was given last.
func (x *Plain) Direction() uint8 { return x.direction }

// Back takes back the record that was given last, which must have a frame of the given lengths, captured and on the link. Its time
// stays the latest one, since Reader.Next, which must come behind Taken then, gives the same record.
func (x *Plain) Back(captured int, length uint32) {
	x.at = x.before
	x.packets--
	if x.blocks {
		x.interfaces[x.number].Packets--
	}
	x.captured -= uint64(captured)
	x.wire -= uint64(length)
}

// Before gives where the record that was given last begins, from the first one on.
func (x *Plain) Before() int64 { return int64(x.before) }

// Place gives the offset in the decompressed input and the number of the next record.
func (r *Reader) Place() (offset int64, number uint64) { return r.offset(), r.number + 1 }

// Taken goes on behind the records that were given.
func (r *Reader) Taken(x *Plain) {
	r.pos += x.at
	r.number += x.packets
	r.tally.Octets.Packets += int64(x.at)
	r.tally.CapturedOctets += x.captured
	r.tally.WireOctets += x.wire
	if x.blocks {
		r.tally.Blocks.EnhancedPacket += x.packets
		r.latest = x.latest
	} else {
		r.interfaces[0].Packets += x.packets
	}
}
