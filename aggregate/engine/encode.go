package engine

import (
	"encoding/binary"
	"errors"

	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
)

// Rows in sorted runs are laid out field after field: addresses as they are,
// everything else as variable-length integers, since most numbers are small. Runs
// live for one run of the program only, so the layout needs no version.

func appendKey(dst []byte, k *flow.Key) []byte {
	dst = append(dst, k.Source[:]...)
	dst = append(dst, k.Destination[:]...)
	dst = binary.BigEndian.AppendUint16(dst, k.SourcePort)
	dst = binary.BigEndian.AppendUint16(dst, k.DestinationPort)
	dst = append(dst, k.Protocol, k.ClassOfService, k.Version, k.HasPorts)
	return binary.AppendUvarint(dst, uint64(k.Point))
}

func appendCounters(dst []byte, c *flow.Counters) []byte {
	dst = binary.AppendUvarint(dst, c.Packets)
	dst = binary.AppendUvarint(dst, c.Octets)
	dst = binary.AppendUvarint(dst, c.WireOctets)
	return binary.AppendUvarint(dst, c.PayloadOctets)
}

// appendSpan appends two times as the first and the distance to the second,
// modulo 2^64.
func appendSpan(dst []byte, from, to flow.Timestamp) []byte {
	dst = binary.BigEndian.AppendUint64(dst, uint64(from))
	return binary.AppendUvarint(dst, uint64(to)-uint64(from))
}

func appendRecord(dst []byte, r *flow.Record) []byte {
	dst = appendKey(dst, &r.Key)
	dst = appendSpan(dst, r.Start, r.End)
	dst = appendCounters(dst, &r.Counters)
	for _, v := range [...]uint64{
		uint64(r.Ordinal), r.FirstNumber, uint64(r.FirstInput), r.Fragments, r.LatePackets,
		uint64(r.Marks), r.MinOctets, r.MaxOctets,
	} {
		dst = binary.AppendUvarint(dst, v)
	}
	dst = append(dst, r.MinTTL, r.MaxTTL, byte(r.EndReason))
	if r.Marks&flow.MarkTCP != 0 {
		dst = binary.AppendUvarint(dst, uint64(r.TCPFlags))
		for _, n := range r.TCPFlagCounts {
			dst = binary.AppendUvarint(dst, n)
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
	dst = appendKey(dst, &s.Key)
	dst = binary.BigEndian.AppendUint64(dst, uint64(s.Start))
	dst = appendSpan(dst, s.First, s.Last)
	dst = appendCounters(dst, &s.Counters)
	for _, v := range [...]uint64{
		s.FlowsActive, s.FlowsStarted, s.FlowsEnded, uint64(s.TCPFlags), uint64(s.Marks),
		uint64(s.FirstInput), s.FirstNumber,
	} {
		dst = binary.AppendUvarint(dst, v)
	}
	return dst
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
	k.Protocol, k.ClassOfService, k.Version, k.HasPorts = rest[0], rest[1], rest[2], rest[3]
	k.Point = uint32(d.uint())
}

func (d *decoder) counters(c *flow.Counters) {
	c.Packets, c.Octets, c.WireOctets, c.PayloadOctets = d.uint(), d.uint(), d.uint(), d.uint()
}

func (d *decoder) time() flow.Timestamp {
	return flow.Timestamp(binary.BigEndian.Uint64(d.octets(8)))
}

func (d *decoder) span() (from, to flow.Timestamp) {
	from = d.time()
	return from, flow.Timestamp(uint64(from) + d.uint())
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
	d.key(&r.Key)
	r.Start, r.End = d.span()
	d.counters(&r.Counters)
	r.Ordinal, r.FirstNumber, r.FirstInput = uint32(d.uint()), d.uint(), uint32(d.uint())
	r.Fragments, r.LatePackets, r.Marks = d.uint(), d.uint(), flow.Mark(d.uint())
	r.MinOctets, r.MaxOctets = d.uint(), d.uint()
	bytes := d.octets(3)
	r.MinTTL, r.MaxTTL, r.EndReason = bytes[0], bytes[1], flow.EndReason(bytes[2])
	if r.Marks&flow.MarkTCP != 0 {
		r.TCPFlags = uint16(d.uint())
		for i := range r.TCPFlagCounts {
			r.TCPFlagCounts[i] = d.uint()
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
	d.key(&s.Key)
	s.Start = d.time()
	s.First, s.Last = d.span()
	d.counters(&s.Counters)
	s.FlowsActive, s.FlowsStarted, s.FlowsEnded = d.uint(), d.uint(), d.uint()
	s.TCPFlags, s.Marks = uint16(d.uint()), flow.Mark(d.uint())
	s.FirstInput, s.FirstNumber = uint32(d.uint()), d.uint()
	return d.finish()
}
