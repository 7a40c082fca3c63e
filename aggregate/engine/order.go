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

// keyLength is the length of an encoded key without its observation point, which
// is ordered by name.
const keyLength = 40

// recordOrder is the order of the flow table (docs/metering.md section 4).
func recordOrder(points *flow.Points) runs.Order[flow.Record] {
	const head = 16 + keyLength
	to := new(behind) // of the row that was decoded last: rows are valid until the next one
	return runs.Order[flow.Record]{
		Append: appendRecord,
		Decode: func(src []byte, r *flow.Record) error { return decodeRecord(src, r, to) },
		Prefix: func(row []byte) runs.Prefix {
			source, _ := addressPrefix(row[16:])
			return runs.Prefix{binary.BigEndian.Uint64(row), binary.BigEndian.Uint64(row[8:]), source}
		},
		Compare: func(a, b []byte) int {
			if c := bytes.Compare(a[16:head], b[16:head]); c != 0 {
				return c
			}
			return compareRest(a[head:], b[head:], points, 3)
		},
	}
}

// sliceOrder is the order of the interval table, and within its rows the order
// of flows, so that those can be told apart while slices are summed.
func sliceOrder(points *flow.Points) runs.Order[meter.Slice] {
	const head = 8 + keyLength
	return runs.Order[meter.Slice]{
		Append: appendSlice,
		Decode: decodeSlice,
		Prefix: func(row []byte) runs.Prefix {
			prefix := runs.Prefix{binary.BigEndian.Uint64(row)}
			var whole bool
			if prefix[1], whole = addressPrefix(row[8:]); whole {
				prefix[2], _ = addressPrefix(row[24:])
			}
			return prefix
		},
		Compare: func(a, b []byte) int {
			if c := bytes.Compare(a[8:head], b[8:head]); c != 0 {
				return c
			}
			return compareRest(a[head:], b[head:], points, 2)
		},
	}
}

// reportOrder brings the reports of each flow one behind the other, as package
// report wants them.
func reportOrder(points *flow.Points) runs.Order[flow.Record] {
	to := new(behind)
	return runs.Order[flow.Record]{
		Append: appendReport,
		Decode: func(src []byte, r *flow.Record) error { return decodeReport(src, r, to) },
		Prefix: func(row []byte) (prefix runs.Prefix) {
			var whole bool
			if prefix[0], whole = addressPrefix(row); !whole {
				return prefix
			}
			if prefix[1], whole = addressPrefix(row[16:]); whole {
				prefix[2] = binary.BigEndian.Uint64(row[32:])
			}
			return prefix
		},
		Compare: func(a, b []byte) int {
			if c := bytes.Compare(a[:keyLength], b[:keyLength]); c != 0 {
				return c
			}
			x, y := decoder{src: a[keyLength:]}, decoder{src: b[keyLength:]}
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

// addressPrefix gives a number that orders addresses as far as it differs, and
// whether it says all of the address. IPv4-mapped addresses, which share their
// first half, are their second half.
func addressPrefix(address []byte) (prefix uint64, whole bool) {
	high, low := binary.BigEndian.Uint64(address), binary.BigEndian.Uint64(address[8:])
	if high == 0 && low < 1<<63 {
		return low, true
	}
	return 1<<63 | high>>1, false
}

// compareRest compares what follows the key: observation point, and as many
// numbers as are said.
func compareRest(a, b []byte, points *flow.Points, numbers int) int {
	x, y := decoder{src: a}, decoder{src: b}
	if c := comparePoints(&x, &y, points); c != 0 {
		return c
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
