package engine

import (
	"bytes"
	"cmp"
	"encoding/binary"

	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
	"netstream/aggregate/runs"
)

// Encoded rows begin with what orders them, so that octets compare as rows do:
// times as unsigned numbers of the same order, then the key.

// ordered gives a time as an unsigned number of the same order.
func ordered(t flow.Timestamp) uint64 { return uint64(t) ^ 1<<63 }

func unordered(v uint64) flow.Timestamp { return flow.Timestamp(v ^ 1<<63) }

// startOf gives the start of an encoded slice; that of a damaged one is any.
func startOf(row []byte) flow.Timestamp {
	d := decoder{src: row}
	return d.time()
}

// recordOrder is the order of the flow table (docs/metering.md section 4).
func recordOrder(points *flow.Points) runs.Order[flow.Record] {
	const times = 16
	to := new(behind) // of the row that was decoded last: rows are valid until the next one
	return runs.Order[flow.Record]{
		Append: appendRecord,
		Decode: func(src []byte, r *flow.Record) error { return decodeRecord(src, r, to) },
		Prefix: func(row []byte) (first, second, third uint64) {
			if len(row) < times+8 { // it is damaged
				return 0, 0, 0
			}
			return binary.BigEndian.Uint64(row), binary.BigEndian.Uint64(row[8:]), binary.BigEndian.Uint64(row[times:])
		},
		Compare: func(a, b []byte) int { return compareKeys(a[times:], b[times:], points, 3) },
	}
}

// sliceOrder is the order of the interval table, and within its rows the order
// of flows, so that those can be told apart while slices are summed.
func sliceOrder(points *flow.Points) runs.Order[meter.Slice] {
	const start = 8
	return runs.Order[meter.Slice]{
		Append: appendSlice,
		Decode: decodeSlice,
		Prefix: func(row []byte) (first, second, third uint64) {
			if len(row) < start { // it is damaged
				return 0, 0, 0
			}
			second, third = keyNumbers(row[start:])
			return binary.BigEndian.Uint64(row), second, third
		},
		Compare: func(a, b []byte) int { return compareKeys(a[start:], b[start:], points, 2) },
	}
}

// reportOrder brings the reports of each flow one behind the other, as package
// report wants them.
func reportOrder(points *flow.Points) runs.Order[flow.Record] {
	to := new(behind)
	return runs.Order[flow.Record]{
		Append: appendReport,
		Decode: func(src []byte, r *flow.Record) error { return decodeReport(src, r, to) },
		Prefix: func(row []byte) (first, second, third uint64) {
			first, second = keyNumbers(row)
			return first, second, 0
		},
		Compare: func(a, b []byte) int {
			k, l := keyLength(a), keyLength(b)
			if c := bytes.Compare(a[:k], b[:l]); c != 0 {
				return c
			}
			x, y := decoder{src: a[k:]}, decoder{src: b[l:]}
			if c := comparePoints(&x, &y, points); c != 0 {
				return c
			}
			if c := bytes.Compare(x.octets(16), y.octets(16)); c != 0 { // start and end
				return c
			}
			return compareNumbers(&x, &y, 3)
		},
	}
}

// compareKeys compares rows from their keys on: the key, then as compareRest does.
func compareKeys(a, b []byte, points *flow.Points, numbers int) int {
	k, l := keyLength(a), keyLength(b)
	if c := bytes.Compare(a[:k], b[:l]); c != 0 {
		return c
	}
	return compareRest(a[k:], b[l:], points, numbers)
}

// compareRest compares what follows the key: observation point, and as many
// numbers as are said.
func compareRest(a, b []byte, points *flow.Points, numbers int) int {
	x, y := decoder{src: a}, decoder{src: b}
	if c := comparePoints(&x, &y, points); c != 0 {
		return c
	}
	if numbers > 0 && len(a) > 0 && a[0]&1 == 0 { // the lowest bit of the point
		return compareMetered(a[x.at:], b[y.at:], numbers)
	}
	return compareNumbers(&x, &y, numbers)
}

// comparePoints compares observation points by name, then the interfaces and the
// direction of exported rows. Metered rows come first where, against all
// expectation, both kinds are of one point.
func comparePoints(x, y *decoder, points *flow.Points) int {
	p, q := x.uint(), y.uint()
	if p != q {
		return cmp.Or(points.Compare(uint32(p>>1), uint32(q>>1)), cmp.Compare(p, q))
	}
	if p&1 == 0 {
		return 0
	}
	return compareNumbers(x, y, pointNumbers)
}

func compareNumbers(x, y *decoder, numbers int) int {
	for range numbers {
		if c := cmp.Compare(x.uint(), y.uint()); c != 0 {
			return c
		}
	}
	return 0
}
