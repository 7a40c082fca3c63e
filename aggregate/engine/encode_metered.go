package engine

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
)

// Rows of what this program has metered itself are most of all rows, and all of them have
// the same numbers, as exported ones have others. These are laid out so that no branch depends on them, neither where they
// are written nor where they are read: behind the observation point come their lengths, 4 bits
// each, that of the first number lowest, and then the numbers, each in as many octets as it needs,
// little endian. 8 octets are written and read for each, whatever stands there, for which there is
// room behind rows (runs.Slack). What few rows have comes last. Numbers that are often the same, as
// all lengths of a flow of one packet, are told by their differences, of which most take no octet.

// meteredNumbers is how many numbers such a row has at most.
const meteredNumbers = 13

// Of a record the last two of them, of a slice and of an exported record all behind these are nearly always 0.
const (
	usualOfRecord = 11
	usualOfSlice  = 9
	usualOfExport = 4
)

// lengthOctets are those of the lengths of the numbers.
const lengthOctets = 7

// meteredRoom is more than the start, the key, the point and the numbers take, and 8 octets
// that are written behind them.
const meteredRoom = 256

// lowOctets are masks for numbers of so many octets, which are 8 at most.
var lowOctets = [16]uint64{0, 1<<8 - 1, 1<<16 - 1, 1<<24 - 1, 1<<32 - 1, 1<<40 - 1, 1<<48 - 1, 1<<56 - 1, 1<<64 - 1}

// putNumbers writes lengths and numbers to b from a place on. It gives the place behind them.
func putNumbers(b *[meteredRoom + 8]byte, at int, numbers []uint64) (end int) {
	lengths := uint64(0)
	end = at + lengthOctets
	for _, v := range numbers { // at most meteredNumbers
		octets := (bits.Len64(v) + 7) / 8
		i := end & (meteredRoom - 1) // which it is already; the compiler sees that it is within b
		binary.LittleEndian.PutUint64(b[i:i+8], v)
		lengths = lengths>>4 | uint64(octets)<<60
		end += octets
	}
	// The first octet of the numbers stands where the eighth of the lengths would.
	lengths >>= 64 - 4*len(numbers)
	i := at & (meteredRoom - 1)
	binary.LittleEndian.PutUint32(b[i:i+4], uint32(lengths))
	binary.LittleEndian.PutUint32(b[i+3:i+7], uint32(lengths>>24))
	return end
}

// appendNumbers appends what putNumbers writes.
func appendNumbers(dst []byte, numbers []uint64) []byte {
	dst = slices.Grow(dst, meteredRoom+8)
	b := (*[meteredRoom + 8]byte)(dst[len(dst):][:meteredRoom+8])
	return dst[:len(dst)+putNumbers(b, 0, numbers)]
}

// numbers reads what putNumbers wrote to numbers that are 0. Behind the usual ones it looks only if there is any.
func (d *decoder) numbers(numbers *[meteredNumbers]uint64, usual int) {
	const even = 0x0f0f0f0f0f0f0f0f
	src := d.src[d.at:]
	if len(src) < lengthOctets {
		d.failed = true
		return
	}
	left := len(src) - lengthOctets
	if cap(src) < meteredRoom+8 {
		src = append(make([]byte, 0, meteredRoom+8), src...)
	}
	b := (*[meteredRoom + 8]byte)(src[:meteredRoom+8])
	lengths := binary.LittleEndian.Uint64(b[:]) & (1<<(4*meteredNumbers) - 1)
	sum := int((lengths&even + lengths>>4&even) * 0x0101010101010101 >> 56)
	if sum > left {
		d.failed = true
		return
	}
	d.at += lengthOctets + sum
	at := uint64(lengthOctets)
	for i := range numbers {
		if i >= usual && lengths == 0 {
			return
		}
		octets := lengths & 15
		place := at & (meteredRoom - 1) // which it is already; the compiler sees that it is within b
		numbers[i] = binary.LittleEndian.Uint64(b[place:place+8]) & lowOctets[octets]
		at += octets
		lengths >>= 4
	}
}

// orderNumbers is how many numbers order metered rows at most.
const orderNumbers = 4

// compareMetered compares so many numbers of two metered rows, at most orderNumbers, from behind their points on.
// Durations of flow records, which come first, agree. first is the first octet of the key.
func compareMetered(a, b []byte, firstA, firstB byte, numbers int) int {
	x, y := orderOf(a, firstA, numbers), orderOf(b, firstB, numbers)
	return slices.Compare(x[:], y[:])
}

// orderOf reads the numbers that order a metered row.
func orderOf(row []byte, first byte, numbers int) (order [orderNumbers]uint64) {
	if first&onePacket != 0 {
		return singleOrder(row, numbers)
	}
	const room = lengthOctets + orderNumbers*8 + 8
	if cap(row) < room || len(row) < lengthOctets { // the last one of a buffer, or damaged
		row = append(make([]byte, 0, room), row...)
	}
	b := (*[room]byte)(row[:room])
	lengths, at := binary.LittleEndian.Uint64(b[:]), uint64(lengthOctets)
	for i := range order[:min(numbers, orderNumbers)] {
		order[i] = binary.LittleEndian.Uint64(b[min(at, room-8):]) & lowOctets[lengths&15]
		at += lengths & 15
		lengths >>= 4
	}
	return order
}

// copyPlace is putPlace for a row whose key another one has already.
func copyPlace(b *[meteredRoom + 8]byte, row []byte) int {
	const behind = startOctets + shortKeyOctets + 1
	if len(row) >= behind && row[startOctets]&keyShort != 0 && row[behind-1] < 0x80 {
		*(*[behind - startOctets]byte)(b[startOctets:]) = [behind - startOctets]byte(row[startOctets:])
		return behind
	}
	end := startOctets + keyLength(row[startOctets:])
	for row[end] >= 0x80 { // the point
		end++
	}
	copy(b[startOctets:], row[startOctets:end+1])
	return end + 1
}

// marksOfTags are those of the tags in front of the IP header.
const marksOfTags = flow.MarkVLAN | flow.MarkInnerVLAN | flow.MarkMPLS

// packed has small members of a metered row in one number, those that most rows have lowest. Of a
// record low are the least TTL and the reason of its end, of a slice whether it counts for flows.
func packed(low uint64, flags uint16, marks flow.Mark) uint64 {
	tcp := uint64(marks / flow.MarkTCP & 1)
	return low | tcp<<11 | uint64(flags)<<12 | uint64(marks&^flow.MarkTCP)<<28
}

// appendMetered appends a record that is not an exporter's. Order: times, key and point,
// numbers, of which the first three order rows, too.
func appendMetered(dst []byte, r *flow.Record) []byte {
	marks := r.Marks
	if r.Reverse != nil {
		marks |= markBiflow
	}
	if r.Statistics != nil {
		marks |= markStatistics
	}
	flags := uint16(0)
	if r.Marks&flow.MarkTCP != 0 {
		flags = r.TCPFlags
	}
	dst = slices.Grow(dst, meteredRoom+8)
	b := (*[meteredRoom + 8]byte)(dst[len(dst):][:meteredRoom+8])
	binary.BigEndian.PutUint64(b[:], ordered(r.Start))
	c := &r.Counters
	numbers := [meteredNumbers]uint64{
		uint64(r.End) - uint64(r.Start), uint64(r.Ordinal), uint64(r.FirstInput), r.FirstNumber,
		packed(uint64(r.MinTTL)|uint64(r.EndReason&7)<<8, flags, marks) | uint64(r.MaxTTL-r.MinTTL)<<44,
		r.MinOctets, r.MaxOctets - r.MinOctets,
		c.Packets, c.Octets - r.MaxOctets, c.WireOctets - c.Octets, c.Octets - c.PayloadOctets,
		r.Fragments, r.LatePackets,
	}
	some := numbers[:usualOfRecord]
	if r.Fragments|r.LatePackets != 0 {
		some = numbers[:]
	}
	end := putNumbers(b, putPlace(b, &r.Key), some)
	dst = dst[:len(dst)+end]
	for f := flags & tcpFlagBits; f != 0; f &= f - 1 {
		dst = appendUint(dst, r.TCPFlagCounts[bits.TrailingZeros16(f)])
	}
	if r.Marks&marksOfTags != 0 {
		dst = appendUint(dst, uint64(r.VLAN)|uint64(r.InnerVLAN)<<16|uint64(r.MPLSTop)<<32)
	}
	if r.Marks&flow.MarkMAC != 0 {
		dst = append(dst, r.SourceMAC[:]...)
		dst = append(dst, r.DestinationMAC[:]...)
	}
	if r.Reverse != nil {
		dst = appendReverse(dst, r)
	}
	if r.Statistics != nil {
		dst = appendStatistics(dst, r)
	}
	return dst
}

// putPlace writes what appendKey and appendMeteredPoint append behind the start of a row, and gives
// the place behind it.
func putPlace(b *[meteredRoom + 8]byte, k *flow.Key) int {
	end := startOctets + putKey(b[startOctets:startOctets+longKeyOctets], k)
	if k.Point < 0x40 { // as nearly all are
		b[end&(meteredRoom-1)] = byte(k.Point << 1)
		return end + 1
	}
	return end + binary.PutUvarint(b[end:], uint64(k.Point)<<1)
}

// metered reads what appendMetered wrote behind the point. It sets all members but the key and the start: to
// clear the record first would take longer than to read it.
func (d *decoder) metered(r *flow.Record, to *behind) {
	var v [meteredNumbers]uint64
	d.numbers(&v, usualOfRecord)
	r.Export, r.Attributes, r.Population = nil, nil, 0
	r.End = flow.Timestamp(uint64(r.Start) + v[0])
	r.Ordinal, r.FirstInput, r.FirstNumber = uint32(v[1]), uint32(v[2]), v[3]
	flags, marks := unpacked(v[4])
	r.MinTTL, r.MaxTTL, r.EndReason, r.TCPFlags, r.Marks = uint8(v[4]), uint8(v[4])+uint8(v[4]>>44), flow.EndReason(v[4]>>8&7), flags, marks
	r.MinOctets, r.MaxOctets = v[5], v[5]+v[6]
	octets := r.MaxOctets + v[8]
	c := &r.Counters
	c.Packets, c.Octets, c.WireOctets, c.PayloadOctets = v[7], octets, octets+v[9], octets-v[10]
	r.Fragments, r.LatePackets = v[11], v[12]
	r.TCPFlagCounts = [flow.TCPFlagCount]uint64{}
	for f := flags & tcpFlagBits; f != 0; f &= f - 1 {
		r.TCPFlagCounts[bits.TrailingZeros16(f)] = d.uint()
	}
	tags := uint64(0)
	if marks&marksOfTags != 0 {
		tags = d.uint()
	}
	r.VLAN, r.InnerVLAN, r.MPLSTop = uint16(tags), uint16(tags>>16), uint32(tags>>32)
	r.SourceMAC, r.DestinationMAC = [6]byte{}, [6]byte{}
	if marks&flow.MarkMAC != 0 {
		r.SourceMAC, r.DestinationMAC = [6]byte(d.octets(6)), [6]byte(d.octets(6))
	}
	r.Reverse, r.Statistics = nil, nil
	if marks&(markBiflow|markStatistics) != 0 {
		d.behind(r, to)
	}
}

// unpacked gives the flags and the marks of what packed gave.
func unpacked(v uint64) (flags uint16, marks flow.Mark) {
	return uint16(v >> 12), flow.Mark(v>>28) | flow.Mark(v>>11&1)*flow.MarkTCP
}

// appendMeteredSlice appends a slice that is not the share of an exporter's record. Order:
// start, key and point, numbers, of which the first two order rows, too. What it counts for, which
// is 1 or nothing unless it is a sum, has its lowest bits packed.
func appendMeteredSlice(dst []byte, s *meter.Slice) []byte {
	marks := s.Marks
	if s.Has&flow.FieldReverse != 0 {
		marks |= markBiflow
	}
	dst = slices.Grow(dst, meteredRoom+8)
	b := (*[meteredRoom + 8]byte)(dst[len(dst):][:meteredRoom+8])
	binary.BigEndian.PutUint64(b[:], ordered(s.Start))
	c := &s.Counters
	end := putNumbers(b, putPlace(b, &s.Key), []uint64{
		uint64(s.FirstInput), s.FirstNumber,
		uint64(s.First) - uint64(s.Start), uint64(s.Last) - uint64(s.First),
		packed(s.FlowsActive&1|s.FlowsStarted&1<<1|s.FlowsEnded&1<<2, s.TCPFlags, marks),
		c.Packets, c.Octets, c.WireOctets - c.Octets, c.Octets - c.PayloadOctets,
		s.FlowsActive >> 1, s.FlowsStarted >> 1, s.FlowsEnded >> 1,
	})
	dst = dst[:len(dst)+end]
	if marks&markBiflow != 0 {
		dst = appendReverseSlice(dst, &s.IntervalRecord)
	}
	return dst
}

// appendWholeSlice appends the only slice of a flow, in the interval with the given start, whose row is
// already encoded. place is as [meter.Slice] has it.
func appendWholeSlice(dst, row []byte, r *flow.Record, interval flow.Timestamp, place uint64) []byte {
	dst = slices.Grow(dst, meteredRoom+8)
	b := (*[meteredRoom + 8]byte)(dst[len(dst):][:meteredRoom+8])
	binary.BigEndian.PutUint64(b[:], ordered(interval))
	end := copyPlace(b, row)
	c, flags := &r.Counters, uint16(0)
	if r.Marks&flow.MarkTCP != 0 {
		flags = r.TCPFlags
	}
	end = putNumbers(b, end, []uint64{
		uint64(r.FirstInput), place,
		uint64(r.Start) - uint64(interval), uint64(r.End) - uint64(r.Start),
		packed(1|1<<1|1<<2, flags, r.Marks&flow.MarkTCP),
		c.Packets, c.Octets, c.WireOctets - c.Octets, c.Octets - c.PayloadOctets,
	})
	return dst[:len(dst)+end]
}

// meteredSlice reads what appendMeteredSlice wrote behind the point. It sets all members but the key and the start,
// as metered does.
func (d *decoder) meteredSlice(r *flow.IntervalRecord) (input uint32, number uint64) {
	var v [meteredNumbers]uint64
	d.numbers(&v, usualOfSlice)
	setUnsaid(r)
	r.First = flow.Timestamp(uint64(r.Start) + v[2])
	r.Last = flow.Timestamp(uint64(r.First) + v[3])
	r.FlowsActive, r.FlowsStarted, r.FlowsEnded = v[4]&1|v[9]<<1, v[4]>>1&1|v[10]<<1, v[4]>>2&1|v[11]<<1
	r.TCPFlags, r.Marks = unpacked(v[4])
	c := &r.Counters
	c.Packets, c.Octets, c.WireOctets, c.PayloadOctets = v[5], v[6], v[6]+v[7], v[6]-v[8]
	if r.Marks&markBiflow != 0 {
		r.Marks &^= markBiflow
		d.reverseSlice(r)
	}
	return uint32(v[0]), v[1]
}

// setUnsaid sets what metered slices do not say.
func setUnsaid(r *flow.IntervalRecord) {
	r.End, r.Complete, r.ActiveTime, r.Attributes = 0, false, 0, nil
	r.Reverse, r.ReverseTCPFlags, r.ReverseTCP, r.ReverseScaled = flow.Counters{}, 0, false, flow.Scaled{}
	r.InIf, r.OutIf, r.Direction, r.InIfName, r.OutIfName, r.Scaled = 0, 0, 0, 0, 0, flow.Scaled{}
	r.Has, r.Distribution = flow.MeteredFields, flow.DistributionDirect
}
