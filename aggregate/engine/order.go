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

// startOctets are those that a sorted row begins with: the time that orders it first.
const startOctets = 8

// startOf gives the start of an encoded slice; that of a damaged one is any.
func startOf(row []byte) flow.Timestamp {
	d := decoder{src: row}
	return d.time()
}

// recordOrder is the order of the flow table (docs/metering.md section 4).
func recordOrder(points *flow.Points) runs.Order[flow.Record] {
	to := new(behind) // of the row that was decoded last: rows are valid until the next one
	return runs.Order[flow.Record]{
		Append: appendRecord,
		Decode: func(src []byte, r *flow.Record) error { return decodeRecord(src, r, to) },
		Prefix: recordPrefix,
		Compare: func(a, b []byte) int {
			return compareKeys(a[startOctets:], b[startOctets:], points, 4, 3)
		},
	}
}

// recordPrefix gives the start and the end of a flow record, and the first number of its key.
func recordPrefix(row []byte) (first, second, third uint64) {
	const (
		point   = startOctets + shortKeyOctets
		lengths = point + 1
		numbers = lengths + lengthOctets
	)
	if len(row) < numbers { // it is damaged
		return 0, 0, 0
	}
	first = binary.BigEndian.Uint64(row)
	third, _ = keyNumbers(row[startOctets:])
	if row[startOctets]&onePacket != 0 {
		return first, first, third
	}
	if row[startOctets]&(keyShort|endFollows) == keyShort|endFollows { // as of nearly all exported ones
		return first, binary.BigEndian.Uint64(row[point:]), third
	}
	if row[startOctets]&(keyShort|endFollows) == keyShort && row[point] < 0x80 && cap(row) >= numbers+8 { // as of nearly all that are metered here
		return first, first + binary.LittleEndian.Uint64(row[numbers : numbers+8][:8])&lowOctets[row[lengths]&15], third
	}
	d := decoder{src: row, at: startOctets + keyLength(row[startOctets:])}
	if row[startOctets]&endFollows != 0 {
		return first, binary.BigEndian.Uint64(d.octets(8)), third
	}
	d.uint() // the point
	var numbersOf [meteredNumbers]uint64
	d.numbers(&numbersOf, meteredNumbers)
	return first, first + numbersOf[0], third
}

// sliceOrder is the order of the interval table, and within its rows the order
// of flows, so that those can be told apart while slices are summed.
func sliceOrder(points *flow.Points) runs.Order[meter.Slice] {
	return runs.Order[meter.Slice]{
		Append: appendSlice,
		Decode: decodeSlice,
		Prefix: func(row []byte) (first, second, third uint64) {
			if len(row) < startOctets { // it is damaged
				return 0, 0, 0
			}
			second, third = keyNumbers(row[startOctets:])
			return binary.BigEndian.Uint64(row), second, third
		},
		Further: func(row []byte) (fourth, fifth uint64) { return furtherNumbers(row[min(startOctets, len(row)):]) },
		Compare: func(a, b []byte) int { return compareKeys(a[startOctets:], b[startOctets:], points, 2, 2) },
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
			if c := compareKeyOctets(a[:k], b[:l]); c != 0 {
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

// compareKeys compares rows from their keys on: the key, the observation point, and as many
// numbers as are said for metered rows and for exported ones.
func compareKeys(a, b []byte, points *flow.Points, metered, exported int) int {
	if len(a) == 0 || len(b) == 0 { // one is damaged
		return cmp.Compare(len(a), len(b))
	}
	const point = shortKeyOctets
	if len(a) > point && len(b) > point && a[0]&keyShort != 0 && (a[0]^b[0]|a[0]&endFollows)&^onePacket == 0 &&
		string(a[1:point+1]) == string(b[1:point+1]) && a[point]&0x81 == 0 { // two flows of one key, as nearly always
		return compareMetered(a[point+1:], b[point+1:], a[0], b[0], metered)
	}
	k, l := keyLength(a), keyLength(b)
	if c := compareKeyOctets(a[:k], b[:l]); c != 0 {
		return c
	}
	x, y := decoder{src: behindEnd(a, k)}, decoder{src: behindEnd(b, l)}
	metering := len(x.src) > 0 && x.src[0]&1 == 0 // the lowest bit of the point
	if c := comparePoints(&x, &y, points); c != 0 {
		return c
	}
	if metering && metered > 0 {
		return compareMetered(x.src[x.at:], y.src[y.at:], a[0], b[0], metered)
	}
	return compareNumbers(&x, &y, exported)
}

// behindEnd gives what follows the key of so many octets, and the end if that does. Ends of
// flow records that are compared agree.
func behindEnd(row []byte, key int) []byte {
	if key > 0 && row[0]&endFollows != 0 {
		key += 8
	}
	return row[min(key, len(row)):]
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
