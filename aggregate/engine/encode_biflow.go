package engine

import (
	"math/bits"

	"netstream/aggregate/flow"
)

// Rows of biflows have the mark of turned packets, which rows have no other use for,
// and what is of the reverse direction at their end.
const markBiflow = flow.MarkReversed

// reversedPoint gives the function that gives the number of the reverse of an
// observation point. Whoever gave the packets their keys has numbered it.
func reversedPoint(points *flow.Points) func(uint32) uint32 {
	return func(number uint32) uint32 {
		reverse, err := points.Reversed(number)
		if err != nil {
			return number
		}
		return reverse
	}
}

func appendReverse(dst []byte, r *flow.Record) []byte {
	x := r.Reverse
	dst = appendCounters(dst, &x.Counters)
	dst = append(dst, byte(x.TCP.State))
	if x.Counters.Packets > 0 {
		dst = appendUint(dst, uint64(x.Start)-uint64(r.Start))
		dst = appendUint(dst, uint64(x.End)-uint64(x.Start))
		dst = appendUint(dst, x.MinOctets)
		dst = appendUint(dst, x.MaxOctets)
		dst = append(dst, x.MinTTL, x.MaxTTL)
	}
	dst = appendUint(dst, uint64(x.Marks))
	if x.Marks&flow.MarkTCP != 0 {
		dst = appendUint(dst, uint64(x.TCPFlags))
		for f := x.TCPFlags & tcpFlagBits; f != 0; f &= f - 1 {
			dst = appendUint(dst, x.TCPFlagCounts[bits.TrailingZeros16(f)])
		}
	}
	dst = appendUint(dst, uint64(x.TCP.SynRTT+1))
	dst = appendUint(dst, uint64(x.TCP.AckRTT+1))
	dst = appendSegments(dst, &x.TCP.Forward)
	return appendSegments(dst, &x.TCP.Reverse)
}

func appendSegments(dst []byte, s *flow.Segments) []byte {
	for _, v := range [...]uint64{s.Retransmitted, s.OutOfOrder, s.DuplicateACKs, s.ZeroWindows, s.Missing} {
		dst = appendUint(dst, v)
	}
	return dst
}

func (d *decoder) reverse(r *flow.Record, x *flow.Reverse) {
	*x = flow.Reverse{}
	r.Reverse = x
	d.counters(&x.Counters)
	x.TCP.State = flow.ConnState(d.octets(1)[0])
	if x.Counters.Packets > 0 {
		x.Start = flow.Timestamp(uint64(r.Start) + d.uint())
		x.End = flow.Timestamp(uint64(x.Start) + d.uint())
		x.MinOctets, x.MaxOctets = d.uint(), d.uint()
		ttl := d.octets(2)
		x.MinTTL, x.MaxTTL = ttl[0], ttl[1]
	}
	x.Marks = flow.Mark(d.uint())
	if x.Marks&flow.MarkTCP != 0 {
		x.TCPFlags = uint16(d.uint())
		for f := x.TCPFlags & tcpFlagBits; f != 0; f &= f - 1 {
			x.TCPFlagCounts[bits.TrailingZeros16(f)] = d.uint()
		}
	}
	x.TCP.SynRTT, x.TCP.AckRTT = int64(d.uint())-1, int64(d.uint())-1
	d.segments(&x.TCP.Forward)
	d.segments(&x.TCP.Reverse)
}

func (d *decoder) segments(s *flow.Segments) {
	s.Retransmitted, s.OutOfOrder, s.DuplicateACKs, s.ZeroWindows, s.Missing = d.uint(), d.uint(), d.uint(), d.uint(), d.uint()
}

// appendReverseSlice appends what a slice has of the reverse direction. The flags and
// whether there were any share a number.
func appendReverseSlice(dst []byte, r *flow.IntervalRecord) []byte {
	dst = appendCounters(dst, &r.Reverse)
	flags := uint64(r.ReverseTCPFlags) << 1
	if r.ReverseTCP {
		flags |= 1
	}
	return appendUint(dst, flags)
}

func (d *decoder) reverseSlice(r *flow.IntervalRecord) {
	r.Has |= flow.FieldReverse
	d.counters(&r.Reverse)
	flags := d.uint()
	r.ReverseTCPFlags, r.ReverseTCP = uint16(flags>>1), flags&1 != 0
}
