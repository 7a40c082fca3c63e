package engine

import (
	"cmp"
	"encoding/binary"

	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
	"netstream/aggregate/runs"
)

// ordered gives an int64 as an unsigned number of the same order.
func ordered(t flow.Timestamp) uint64 { return uint64(t) ^ 1<<63 }

// sourcePrefix gives a number that orders source addresses as far as it differs.
// IPv4-mapped addresses, which share their first half, differ by their second.
func sourcePrefix(k *flow.Key) uint64 {
	if high := binary.BigEndian.Uint64(k.Source[:8]); high != 0 {
		return 1<<63 | high>>1
	}
	return binary.BigEndian.Uint64(k.Source[8:]) >> 1
}

// recordOrder is the order of the flow table (docs/metering.md section 4).
func recordOrder(points *flow.Points) runs.Order[flow.Record] {
	return runs.Order[flow.Record]{
		Prefix: func(r *flow.Record) (uint64, uint64) { return ordered(r.Start), ordered(r.End) },
		Compare: func(a, b *flow.Record) int {
			if c := cmp.Compare(a.Start, b.Start); c != 0 {
				return c
			}
			if c := cmp.Compare(a.End, b.End); c != 0 {
				return c
			}
			if c := a.Key.Compare(&b.Key, points); c != 0 {
				return c
			}
			return cmp.Or(
				cmp.Compare(a.Ordinal, b.Ordinal),
				cmp.Compare(a.FirstInput, b.FirstInput),
				cmp.Compare(a.FirstNumber, b.FirstNumber))
		},
		Append: appendRecord,
		Decode: decodeRecord,
	}
}

// sliceOrder is the order of the interval table, and within its rows the order
// of flows, so that those can be told apart while slices are summed.
func sliceOrder(points *flow.Points) runs.Order[meter.Slice] {
	return runs.Order[meter.Slice]{
		Prefix: func(s *meter.Slice) (uint64, uint64) { return ordered(s.Start), sourcePrefix(&s.Key) },
		Compare: func(a, b *meter.Slice) int {
			if c := cmp.Compare(a.Start, b.Start); c != 0 {
				return c
			}
			if c := a.Key.Compare(&b.Key, points); c != 0 {
				return c
			}
			return cmp.Or(cmp.Compare(a.FirstInput, b.FirstInput), cmp.Compare(a.FirstNumber, b.FirstNumber))
		},
		Append: appendSlice,
		Decode: decodeSlice,
	}
}
