package accounting

import (
	"bytes"
	"encoding/binary"
	"errors"

	"netstream/aggregate/flow"
	"netstream/aggregate/runs"
)

// item is what is sorted: a key, which begins with the interval, and what it has.
// S are sums, or nothing.
type item[S any] struct {
	key  []byte // valid until the next item
	sums S
}

var errItem = errors.New("a row of a sorted run is damaged")

// keyOrder is the order of keys as octets. Rows are the length of the key, 16 bits big
// endian, the key, and what appendSums appends.
func keyOrder[S any](appendSums func(dst []byte, s *S) []byte, decodeSums func(src []byte, s *S) bool) runs.Order[item[S]] {
	return runs.Order[item[S]]{
		Append: func(dst []byte, row *item[S]) []byte {
			dst = binary.BigEndian.AppendUint16(dst, uint16(len(row.key)))
			return appendSums(append(dst, row.key...), &row.sums)
		},
		Decode: func(src []byte, row *item[S]) error {
			key, rest, ok := cutKey(src)
			if !ok || !decodeSums(rest, &row.sums) {
				return errItem
			}
			row.key = key
			return nil
		},
		Prefix: func(row []byte) (first, second, third uint64) {
			key, _, _ := cutKey(row)
			var octets [24]byte
			copy(octets[:], key)
			return binary.BigEndian.Uint64(octets[:]), binary.BigEndian.Uint64(octets[8:]), binary.BigEndian.Uint64(octets[16:])
		},
		Compare: func(a, b []byte) int {
			x, _, _ := cutKey(a)
			y, _, _ := cutKey(b)
			return bytes.Compare(x, y)
		},
	}
}

// cutKey parts the key from what follows it.
func cutKey(row []byte) (key, rest []byte, ok bool) {
	if len(row) < 2 {
		return nil, nil, false
	}
	end := 2 + int(binary.BigEndian.Uint16(row))
	if end > len(row) {
		return nil, nil, false
	}
	return row[2:end], row[end:], true
}

// members gives the numbers of sums. Most are small.
func members(s *flow.SchemeSums) [12]*uint64 {
	return [...]*uint64{
		&s.Counters.Packets, &s.Counters.Octets, &s.Counters.WireOctets, &s.Counters.PayloadOctets,
		&s.FlowsActive, &s.FlowsStarted, &s.FlowsEnded, &s.Flows, &s.ActiveTime,
		(*uint64)(&s.Has), &s.Scaled.Packets, &s.Scaled.Octets,
	}
}

// kinds gives the bits of where the flows are from.
func kinds(s *flow.SchemeSums) (bits byte) {
	if s.Metered {
		bits |= 1
	}
	if s.Reported {
		bits |= 2
	}
	return bits
}

func appendSums(dst []byte, s *flow.SchemeSums) []byte {
	dst = append(dst, byte(s.SourceRoutes), byte(s.DestinationRoutes), kinds(s))
	dst = binary.BigEndian.AppendUint64(dst, uint64(s.First))
	dst = binary.AppendUvarint(dst, uint64(s.Last)-uint64(s.First))
	for _, v := range members(s) {
		dst = binary.AppendUvarint(dst, *v)
	}
	return dst
}

func decodeSums(src []byte, s *flow.SchemeSums) bool {
	if len(src) < 11 {
		return false
	}
	s.SourceRoutes, s.DestinationRoutes = flow.RouteSources(src[0]), flow.RouteSources(src[1])
	s.Metered, s.Reported = src[2]&1 != 0, src[2]&2 != 0
	s.First = flow.Timestamp(binary.BigEndian.Uint64(src[3:]))
	var span uint64
	src, ok := cutNumber(src[11:], &span)
	s.Last = flow.Timestamp(uint64(s.First) + span)
	for _, v := range members(s) {
		if ok {
			src, ok = cutNumber(src, v)
		}
	}
	return ok && len(src) == 0
}

func cutNumber(src []byte, v *uint64) (rest []byte, ok bool) {
	n := 0
	if *v, n = binary.Uvarint(src); n <= 0 {
		return nil, false
	}
	return src[n:], true
}

// groupOrder is the order of a scheme's groups.
func groupOrder() runs.Order[item[flow.SchemeSums]] { return keyOrder(appendSums, decodeSums) }

// addressOrder is the order of the addresses of groups, which have nothing but a key.
func addressOrder() runs.Order[item[struct{}]] {
	return keyOrder(
		func(dst []byte, _ *struct{}) []byte { return dst },
		func(src []byte, _ *struct{}) bool { return len(src) == 0 })
}
