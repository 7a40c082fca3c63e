package engine

import (
	"encoding/binary"
	"errors"
	"math/bits"

	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
)

// Rows in sorted runs are laid out field after field: what orders them first (see
// order.go), then variable-length integers, since most numbers are small. Runs
// live for one run of the program only, so the layout needs no version.

func appendKey(dst []byte, k *flow.Key) []byte {
	dst = append(dst, k.Source[:]...)
	dst = append(dst, k.Destination[:]...)
	dst = binary.BigEndian.AppendUint16(dst, k.SourcePort)
	dst = binary.BigEndian.AppendUint16(dst, k.DestinationPort)
	dst = append(dst, k.Protocol, k.ClassOfService, k.Version, byte(k.Shape))
	return binary.AppendUvarint(dst, uint64(k.Point))
}

func appendCounters(dst []byte, c *flow.Counters) []byte {
	dst = binary.AppendUvarint(dst, c.Packets)
	dst = binary.AppendUvarint(dst, c.Octets)
	dst = binary.AppendUvarint(dst, c.WireOctets)
	return binary.AppendUvarint(dst, c.PayloadOctets)
}

// tcpFlagBits are the bits that are counted one by one. Flags that no packet of a
// flow had need no count.
const tcpFlagBits = 1<<flow.TCPFlagCount - 1

func appendRecord(dst []byte, r *flow.Record) []byte {
	dst = binary.BigEndian.AppendUint64(dst, ordered(r.Start))
	dst = binary.BigEndian.AppendUint64(dst, ordered(r.End))
	dst = appendKey(dst, &r.Key)
	for _, v := range [...]uint64{
		uint64(r.Ordinal), uint64(r.FirstInput), r.FirstNumber, // these order rows, too
		uint64(r.Marks), r.Fragments, r.LatePackets, r.MinOctets, r.MaxOctets,
	} {
		dst = binary.AppendUvarint(dst, v)
	}
	dst = appendCounters(dst, &r.Counters)
	dst = append(dst, r.MinTTL, r.MaxTTL, byte(r.EndReason))
	if r.Marks&flow.MarkTCP != 0 {
		dst = binary.AppendUvarint(dst, uint64(r.TCPFlags))
		for f := r.TCPFlags & tcpFlagBits; f != 0; f &= f - 1 {
			dst = binary.AppendUvarint(dst, r.TCPFlagCounts[bits.TrailingZeros16(f)])
		}
	}
	if r.Marks&(flow.MarkVLAN|flow.MarkInnerVLAN|flow.MarkMPLS) != 0 {
		dst = binary.AppendUvarint(dst, uint64(r.VLAN))
		dst = binary.AppendUvarint(dst, uint64(r.InnerVLAN))
		dst = binary.AppendUvarint(dst, uint64(r.MPLSTop))
	}
	if r.Marks&flow.MarkMAC != 0 {
		dst = append(dst, r.SourceMAC[:]...)
		dst = append(dst, r.DestinationMAC[:]...)
	}
	return dst
}

func appendSlice(dst []byte, s *meter.Slice) []byte {
	dst = binary.BigEndian.AppendUint64(dst, ordered(s.Start))
	dst = appendKey(dst, &s.Key)
	for _, v := range [...]uint64{
		uint64(s.FirstInput), s.FirstNumber, // these order rows, too
		uint64(s.First) - uint64(s.Start), uint64(s.Last) - uint64(s.First),
		s.FlowsActive, s.FlowsStarted, s.FlowsEnded, uint64(s.TCPFlags), uint64(s.Marks),
	} {
		dst = binary.AppendUvarint(dst, v)
	}
	return appendCounters(dst, &s.Counters)
}

var errRowCut = errors.New("a row of a sorted run is damaged")

// decoder reads what the append functions wrote. After the end of the octets it
// gives zeros and remembers that it failed.
type decoder struct {
	src    []byte
	failed bool
}

func (d *decoder) octets(n int) []byte {
	if len(d.src) < n {
		d.failed = true
		return make([]byte, n)
	}
	v := d.src[:n]
	d.src = d.src[n:]
	return v
}

func (d *decoder) uint() uint64 {
	v, n := binary.Uvarint(d.src)
	if n <= 0 {
		d.failed = true
		return 0
	}
	d.src = d.src[n:]
	return v
}

func (d *decoder) key(k *flow.Key) {
	k.Source = [16]byte(d.octets(16))
	k.Destination = [16]byte(d.octets(16))
	k.SourcePort = binary.BigEndian.Uint16(d.octets(2))
	k.DestinationPort = binary.BigEndian.Uint16(d.octets(2))
	rest := d.octets(4)
	k.Protocol, k.ClassOfService, k.Version, k.Shape = rest[0], rest[1], rest[2], flow.Shape(rest[3])
	k.Point = uint32(d.uint())
}

func (d *decoder) counters(c *flow.Counters) {
	c.Packets, c.Octets, c.WireOctets, c.PayloadOctets = d.uint(), d.uint(), d.uint(), d.uint()
}

func (d *decoder) time() flow.Timestamp {
	return unordered(binary.BigEndian.Uint64(d.octets(8)))
}

func (d *decoder) finish() error {
	if d.failed || len(d.src) != 0 {
		return errRowCut
	}
	return nil
}

func decodeRecord(src []byte, r *flow.Record) error {
	*r = flow.Record{}
	d := decoder{src: src}
	r.Start, r.End = d.time(), d.time()
	d.key(&r.Key)
	r.Ordinal, r.FirstInput, r.FirstNumber = uint32(d.uint()), uint32(d.uint()), d.uint()
	r.Marks, r.Fragments, r.LatePackets = flow.Mark(d.uint()), d.uint(), d.uint()
	r.MinOctets, r.MaxOctets = d.uint(), d.uint()
	d.counters(&r.Counters)
	rest := d.octets(3)
	r.MinTTL, r.MaxTTL, r.EndReason = rest[0], rest[1], flow.EndReason(rest[2])
	if r.Marks&flow.MarkTCP != 0 {
		r.TCPFlags = uint16(d.uint())
		for f := r.TCPFlags & tcpFlagBits; f != 0; f &= f - 1 {
			r.TCPFlagCounts[bits.TrailingZeros16(f)] = d.uint()
		}
	}
	if r.Marks&(flow.MarkVLAN|flow.MarkInnerVLAN|flow.MarkMPLS) != 0 {
		r.VLAN, r.InnerVLAN, r.MPLSTop = uint16(d.uint()), uint16(d.uint()), uint32(d.uint())
	}
	if r.Marks&flow.MarkMAC != 0 {
		r.SourceMAC, r.DestinationMAC = [6]byte(d.octets(6)), [6]byte(d.octets(6))
	}
	return d.finish()
}

func decodeSlice(src []byte, s *meter.Slice) error {
	*s = meter.Slice{}
	d := decoder{src: src}
	s.Start = d.time()
	d.key(&s.Key)
	s.FirstInput, s.FirstNumber = uint32(d.uint()), d.uint()
	s.First = flow.Timestamp(uint64(s.Start) + d.uint())
	s.Last = flow.Timestamp(uint64(s.First) + d.uint())
	s.FlowsActive, s.FlowsStarted, s.FlowsEnded = d.uint(), d.uint(), d.uint()
	s.TCPFlags, s.Marks = uint16(d.uint()), flow.Mark(d.uint())
	d.counters(&s.Counters)
	return d.finish()
}
