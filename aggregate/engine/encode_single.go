package engine

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"netstream/aggregate/flow"
)

// Floods and scans are flows of one packet, and so are many flows elsewhere. What the rows of such a flow
// say has a fixed form behind key and observation point, without lengths, if it has nothing that is unusual:
// two numbers of 8 octets, of a record the second one of 4. The key has the mark onePacket then.
const (
	singleOctets      = 8 + 4
	singleSliceOctets = 8 + 8
	singlePlace       = startOctets + shortKeyOctets + 1 // the place of the two numbers in a row
)

// isSingle says whether a flow, as [meter.WholeOutput] has it, can be laid out as one of one packet.
func isSingle(r *flow.Record, interval flow.Timestamp, place uint64) bool {
	c := &r.Counters
	unusual := c.Packets ^ 1 | c.Octets>>16 | (c.WireOctets-c.Octets)>>8 | (c.Octets-c.PayloadOctets)>>8 | (r.MinOctets ^ c.Octets) | (r.MaxOctets ^ c.Octets) |
		(uint64(r.Start)-uint64(interval))>>40 | uint64(r.End-r.Start) | place>>32 | r.FirstNumber>>32 | r.Fragments | r.LatePackets |
		uint64(r.Ordinal|r.FirstInput>>8|r.Key.Point>>6) | uint64(r.TCPFlags>>12) | uint64(r.Marks&^flow.MarkTCP) | uint64(r.MinTTL^r.MaxTTL)
	return unusual == 0 && isShort(&r.Key)
}

// singleRoom gives dst with room for such a row behind it, and that room.
func singleRoom(dst []byte) ([]byte, *[singlePlace + singleSliceOctets]byte) {
	dst = slices.Grow(dst, singlePlace+singleSliceOctets)
	return dst, (*[singlePlace + singleSliceOctets]byte)(dst[len(dst):][:singlePlace+singleSliceOctets])
}

// putSingle writes the start, the key and the point of a row.
func putSingle(b *[singlePlace + singleSliceOctets]byte, start flow.Timestamp, k *flow.Key) {
	binary.BigEndian.PutUint64(b[:], ordered(start))
	putKey(b[startOctets:], k)
	b[startOctets] |= onePacket
	b[singlePlace-1] = byte(k.Point << 1)
}

// singleLengths has the lengths of the packet in one number, above the lower half.
func singleLengths(c *flow.Counters) uint64 {
	return c.Octets<<32 | (c.WireOctets-c.Octets)<<48 | (c.Octets-c.PayloadOctets)<<56
}

// setLengths sets the counters of one packet from what singleLengths gave.
func setLengths(c *flow.Counters, v uint64) {
	octets := v >> 32 & 0xffff
	c.Packets, c.Octets, c.WireOctets, c.PayloadOctets = 1, octets, octets+v>>48&0xff, octets-v>>56
}

// singleFlags has the control bits in 13 bits, the lowest of which says whether there are any.
func singleFlags(r *flow.Record) uint64 {
	if r.Marks&flow.MarkTCP == 0 {
		return 0
	}
	return uint64(r.TCPFlags)<<1 | 1
}

// appendSingle appends the record of a flow for which isSingle says so.
func appendSingle(dst []byte, r *flow.Record) []byte {
	dst, b := singleRoom(dst)
	putSingle(b, r.Start, &r.Key)
	binary.LittleEndian.PutUint64(b[singlePlace:], r.FirstNumber|singleLengths(&r.Counters))
	binary.LittleEndian.PutUint32(b[singlePlace+8:], uint32(r.MinTTL)|uint32(r.FirstInput)<<8|uint32(r.EndReason&7)<<16|uint32(singleFlags(r))<<19)
	return dst[:len(dst)+singlePlace+singleOctets]
}

// appendSingleSlice appends the slice of such a flow.
func appendSingleSlice(dst []byte, r *flow.Record, interval flow.Timestamp, place uint64) []byte {
	dst, b := singleRoom(dst)
	putSingle(b, interval, &r.Key)
	binary.LittleEndian.PutUint64(b[singlePlace:], place|singleLengths(&r.Counters))
	binary.LittleEndian.PutUint64(b[singlePlace+8:], uint64(r.Start)-uint64(interval)|uint64(r.FirstInput)<<40|singleFlags(r)<<48)
	return dst[:len(dst)+singlePlace+singleSliceOctets]
}

// decodeSingle reads what appendSingle wrote, as decodeRecord does.
func decodeSingle(src []byte, r *flow.Record) error {
	if len(src) != singlePlace+singleOctets {
		return errRowCut
	}
	b := (*[singlePlace + singleOctets]byte)(src)
	v, w := binary.LittleEndian.Uint64(b[singlePlace:]), binary.LittleEndian.Uint32(b[singlePlace+8:])
	r.Start = unordered(binary.BigEndian.Uint64(b[:]))
	r.End = r.Start
	setShort(&r.Key, (*[shortKeyOctets]byte)(b[startOctets:]))
	r.Key.Point = uint32(b[singlePlace-1] >> 1)
	setLengths(&r.Counters, v)
	r.FirstNumber, r.FirstInput, r.Ordinal = uint64(uint32(v)), w>>8&0xff, 0
	r.MinTTL, r.MaxTTL, r.EndReason, r.Marks, r.TCPFlags = uint8(w), uint8(w), flow.EndReason(w>>16&7), flow.Mark(w>>19&1)*flow.MarkTCP, uint16(w>>20)
	r.MinOctets, r.MaxOctets = r.Counters.Octets, r.Counters.Octets
	r.Fragments, r.LatePackets, r.Population = 0, 0, 0
	r.Export, r.Attributes, r.Reverse, r.Statistics = nil, nil, nil, nil
	r.TCPFlagCounts = [flow.TCPFlagCount]uint64{}
	for f := r.TCPFlags & tcpFlagBits; f != 0; f &= f - 1 {
		r.TCPFlagCounts[bits.TrailingZeros16(f)] = 1
	}
	r.VLAN, r.InnerVLAN, r.MPLSTop, r.SourceMAC, r.DestinationMAC = 0, 0, 0, [6]byte{}, [6]byte{}
	return nil
}

// decodeSingleSlice reads what appendSingleSlice wrote, as decodeInterval does.
func decodeSingleSlice(src []byte, r *flow.IntervalRecord) (head int, input uint32, number uint64, err error) {
	if len(src) != singlePlace+singleSliceOctets {
		return 0, 0, 0, errRowCut
	}
	b := (*[singlePlace + singleSliceOctets]byte)(src)
	v, w := binary.LittleEndian.Uint64(b[singlePlace:]), binary.LittleEndian.Uint64(b[singlePlace+8:])
	setUnsaid(r)
	r.Start = unordered(binary.BigEndian.Uint64(b[:]))
	setShort(&r.Key, (*[shortKeyOctets]byte)(b[startOctets:]))
	r.Key.Point = uint32(b[singlePlace-1] >> 1)
	setLengths(&r.Counters, v)
	r.First = flow.Timestamp(uint64(r.Start) + w&(1<<40-1))
	r.Last, r.FlowsActive, r.FlowsStarted, r.FlowsEnded = r.First, 1, 1, 1
	r.Marks, r.TCPFlags = flow.Mark(w>>48&1)*flow.MarkTCP, uint16(w>>49)
	return singlePlace, uint32(w >> 40 & 0xff), uint64(uint32(v)), nil
}

// singleOrder gives what orderOf does, of a record if numbers is 4, else of a slice.
func singleOrder(row []byte, numbers int) (order [orderNumbers]uint64) {
	if len(row) < singleOctets { // it is damaged
		return order
	}
	number := uint64(binary.LittleEndian.Uint32(row))
	if numbers == orderNumbers {
		return [orderNumbers]uint64{2: uint64(row[9]), 3: number}
	}
	return [orderNumbers]uint64{0: uint64(row[min(13, len(row)-1)]), 1: number}
}
