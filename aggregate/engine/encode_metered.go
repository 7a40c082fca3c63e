package engine

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"

	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
)

// Rows of what this program has metered itself are most of all rows, and all of them have
// the same numbers. These are laid out so that no branch depends on them, neither where they
// are written nor where they are read: behind the observation point each number has as many
// octets as it needs, little endian, and the last 8 octets of the row have these lengths, 4
// bits each, that of the first number lowest. As a row ends with them, 8 octets can be read
// wherever a number begins. What few rows have stands in between.

// meteredNumbers is how many numbers such a row has.
const meteredNumbers = 12

// meteredRoom is more than the times, the key, the point and the numbers take, and 8 octets
// that are written behind them.
const meteredRoom = 256

// lowOctets are masks for numbers of so many octets, which are 8 at most.
var lowOctets = [16]uint64{0, 1<<8 - 1, 1<<16 - 1, 1<<24 - 1, 1<<32 - 1, 1<<40 - 1, 1<<48 - 1, 1<<56 - 1, 1<<64 - 1}

// putNumbers writes numbers to b from a place on. It gives the place behind them, and their
// lengths.
func putNumbers(b *[meteredRoom + 8]byte, at int, numbers *[meteredNumbers]uint64) (end int, lengths uint64) {
	for _, v := range numbers {
		octets := (bits.Len64(v) + 7) / 8
		i := at & (meteredRoom - 1) // which it is already; the compiler sees that it is within b
		binary.LittleEndian.PutUint64(b[i:i+8], v)
		lengths = lengths>>4 | uint64(octets)<<60
		at += octets
	}
	return at, lengths >> (64 - 4*meteredNumbers)
}

// numbers reads what putNumbers wrote. It leaves only what stands between the numbers and
// their lengths to be read.
func (d *decoder) numbers(numbers *[meteredNumbers]uint64) {
	const even = 0x0f0f0f0f0f0f0f0f
	last := len(d.src) - 8
	if last < d.at {
		d.failed = true
		return
	}
	lengths := binary.LittleEndian.Uint64(d.src[last:])
	sum := int((lengths&even + lengths>>4&even) * 0x0101010101010101 >> 56)
	if sum > last-d.at {
		d.failed = true
		return
	}
	src := d.src[d.at:]
	d.src, d.at = d.src[:last], d.at+sum
	if cap(src) < meteredRoom+8 {
		src = append(make([]byte, 0, meteredRoom+8), src...)
	}
	b := (*[meteredRoom + 8]byte)(src[:meteredRoom+8])
	at := uint64(0)
	for i := range numbers {
		octets := lengths & 15
		place := at & (meteredRoom - 1) // which it is already; the compiler sees that it is within b
		numbers[i] = binary.LittleEndian.Uint64(b[place:place+8]) & lowOctets[octets]
		at += octets
		lengths >>= 4
	}
}

// compareMetered compares the first numbers of two metered rows from behind their points on.
func compareMetered(a, b []byte, numbers int) int {
	if len(a) < 8 || len(b) < 8 { // one is damaged
		return cmp.Compare(len(a), len(b))
	}
	x, y := binary.LittleEndian.Uint64(a[len(a)-8:]), binary.LittleEndian.Uint64(b[len(b)-8:])
	for range numbers {
		v, w := binary.LittleEndian.Uint64(a)&lowOctets[x&15], binary.LittleEndian.Uint64(b)&lowOctets[y&15]
		if v != w {
			return cmp.Compare(v, w)
		}
		a, b = a[min(x&15, uint64(len(a)-8)):], b[min(y&15, uint64(len(b)-8)):]
		x, y = x>>4, y>>4
	}
	return 0
}

// putPlace writes what appendKey and appendMeteredPoint append, and gives its length.
func putPlace(b []byte, k *flow.Key) int {
	end := 10
	if from, to := &k.Source, &k.Destination; isMapped(from) && isMapped(to) {
		b[0], b[5] = mappedIPv4, mappedIPv4
		binary.BigEndian.PutUint32(b[1:], binary.BigEndian.Uint32(from[mappedOctets:]))
		binary.BigEndian.PutUint32(b[6:], binary.BigEndian.Uint32(to[mappedOctets:]))
	} else {
		end = len(appendOrderedAddress(appendOrderedAddress(b[:0], from), to))
	}
	binary.BigEndian.PutUint64(b[end:], uint64(k.SourcePort)<<48|uint64(k.DestinationPort)<<32|
		uint64(k.Protocol)<<24|uint64(k.ClassOfService)<<16|uint64(k.Version)<<8|uint64(k.Shape))
	return end + 8 + binary.PutUvarint(b[end+8:], uint64(k.Point)<<1)
}

func isMapped(a *[16]byte) bool {
	return binary.BigEndian.Uint64(a[:]) == 0 && binary.BigEndian.Uint32(a[8:]) == mappedPrefix
}

// marksOfTags are those of the tags in front of the IP header.
const marksOfTags = flow.MarkVLAN | flow.MarkInnerVLAN | flow.MarkMPLS

// appendMetered appends a record that is not an exporter's. Order: times, key and point,
// numbers, of which the first three order rows, too.
func appendMetered(dst []byte, r *flow.Record) []byte {
	const times = 16
	marks := r.Marks
	if r.Reverse != nil {
		marks |= markBiflow
	}
	if r.Statistics != nil {
		marks |= markStatistics
	}
	flags := uint64(0)
	if r.Marks&flow.MarkTCP != 0 {
		flags = uint64(r.TCPFlags)
	}
	dst = slices.Grow(dst, meteredRoom+8)
	b := (*[meteredRoom + 8]byte)(dst[len(dst):][:meteredRoom+8])
	binary.BigEndian.PutUint64(b[:], ordered(r.Start))
	binary.BigEndian.PutUint64(b[8:], ordered(r.End))
	end, lengths := putNumbers(b, times+putPlace(b[times:], &r.Key), &[meteredNumbers]uint64{
		uint64(r.Ordinal), uint64(r.FirstInput), r.FirstNumber,
		uint64(r.MinTTL) | uint64(r.MaxTTL)<<8 | uint64(r.EndReason)<<16 | flags<<24 | uint64(marks)<<40,
		r.Fragments, r.LatePackets, r.MinOctets, r.MaxOctets,
		r.Counters.Packets, r.Counters.Octets, r.Counters.WireOctets, r.Counters.PayloadOctets,
	})
	dst = dst[:len(dst)+end]
	for f := flags & tcpFlagBits; f != 0; f &= f - 1 {
		dst = appendUint(dst, r.TCPFlagCounts[bits.TrailingZeros64(f)])
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
	return binary.LittleEndian.AppendUint64(dst, lengths)
}

// metered reads what appendMetered wrote behind the point.
func (d *decoder) metered(r *flow.Record, to *behind) {
	var v [meteredNumbers]uint64
	d.numbers(&v)
	r.Ordinal, r.FirstInput, r.FirstNumber = uint32(v[0]), uint32(v[1]), v[2]
	flags, marks := uint16(v[3]>>24), flow.Mark(v[3]>>40)
	r.MinTTL, r.MaxTTL, r.EndReason, r.TCPFlags, r.Marks = uint8(v[3]), uint8(v[3]>>8), flow.EndReason(v[3]>>16), flags, marks
	r.Fragments, r.LatePackets, r.MinOctets, r.MaxOctets = v[4], v[5], v[6], v[7]
	c := &r.Counters
	c.Packets, c.Octets, c.WireOctets, c.PayloadOctets = v[8], v[9], v[10], v[11]
	for f := flags & tcpFlagBits; f != 0; f &= f - 1 {
		r.TCPFlagCounts[bits.TrailingZeros16(f)] = d.uint()
	}
	if marks&marksOfTags != 0 {
		tags := d.uint()
		r.VLAN, r.InnerVLAN, r.MPLSTop = uint16(tags), uint16(tags>>16), uint32(tags>>32)
	}
	if marks&flow.MarkMAC != 0 {
		r.SourceMAC, r.DestinationMAC = [6]byte(d.octets(6)), [6]byte(d.octets(6))
	}
	d.behind(r, to)
}

// appendMeteredSlice appends a slice that is not the share of an exporter's record. Order:
// start, key and point, numbers, of which the first two order rows, too.
func appendMeteredSlice(dst []byte, s *meter.Slice) []byte {
	const start = 8
	marks := s.Marks
	if s.Has&flow.FieldReverse != 0 {
		marks |= markBiflow
	}
	dst = slices.Grow(dst, meteredRoom+8)
	b := (*[meteredRoom + 8]byte)(dst[len(dst):][:meteredRoom+8])
	binary.BigEndian.PutUint64(b[:], ordered(s.Start))
	end, lengths := putNumbers(b, start+putPlace(b[start:], &s.Key), &[meteredNumbers]uint64{
		uint64(s.FirstInput), s.FirstNumber,
		uint64(s.First) - uint64(s.Start), uint64(s.Last) - uint64(s.First),
		s.FlowsActive, s.FlowsStarted, s.FlowsEnded, uint64(s.TCPFlags) | uint64(marks)<<16,
		s.Counters.Packets, s.Counters.Octets, s.Counters.WireOctets, s.Counters.PayloadOctets,
	})
	dst = dst[:len(dst)+end]
	if marks&markBiflow != 0 {
		dst = appendReverseSlice(dst, &s.IntervalRecord)
	}
	return binary.LittleEndian.AppendUint64(dst, lengths)
}

// meteredSlice reads what appendMeteredSlice wrote behind the point.
func (d *decoder) meteredSlice(r *flow.IntervalRecord) (input uint32, number uint64) {
	var v [meteredNumbers]uint64
	d.numbers(&v)
	r.Has, r.Distribution = flow.MeteredFields, flow.DistributionDirect
	r.First = flow.Timestamp(uint64(r.Start) + v[2])
	r.Last = flow.Timestamp(uint64(r.First) + v[3])
	r.FlowsActive, r.FlowsStarted, r.FlowsEnded, r.TCPFlags, r.Marks = v[4], v[5], v[6], uint16(v[7]), flow.Mark(v[7]>>16)
	c := &r.Counters
	c.Packets, c.Octets, c.WireOctets, c.PayloadOctets = v[8], v[9], v[10], v[11]
	if r.Marks&markBiflow != 0 {
		r.Marks &^= markBiflow
		d.reverseSlice(r)
	}
	return uint32(v[0]), v[1]
}
