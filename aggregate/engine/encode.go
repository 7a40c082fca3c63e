package engine

import (
	"bytes"
	"encoding/binary"
	"math/bits"

	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
)

// Rows in sorted runs are laid out field after field: what orders them first (see
// order.go), then numbers as encode_metered.go has them, or variable-length integers, since most are small. Runs
// live for one run of the program only, so the layout needs no version.

// appendUint appends a number. Most take one octet, which is appended without a call.
func appendUint(dst []byte, v uint64) []byte {
	if v < 0x80 {
		return append(dst, byte(v))
	}
	return binary.AppendUvarint(dst, v)
}

func appendCounters(dst []byte, c *flow.Counters) []byte {
	dst = appendUint(dst, c.Packets)
	dst = appendUint(dst, c.Octets)
	dst = appendUint(dst, c.WireOctets)
	return appendUint(dst, c.PayloadOctets)
}

// tcpFlagBits are the bits that are counted one by one. Flags that no packet of a
// flow had need no count.
const tcpFlagBits = 1<<flow.TCPFlagCount - 1

func appendRecord(dst []byte, r *flow.Record) []byte {
	if r.Export == nil {
		return appendMetered(dst, r)
	}
	dst = binary.BigEndian.AppendUint64(dst, ordered(r.Start))
	key := len(dst)
	dst = appendKey(dst, &r.Key)
	dst[key] |= endFollows
	dst = binary.BigEndian.AppendUint64(dst, ordered(r.End))
	dst = appendPlace(dst, r)
	return appendRest(dst, r)
}

func appendTimes(dst []byte, r *flow.Record) []byte {
	dst = binary.BigEndian.AppendUint64(dst, ordered(r.Start))
	return binary.BigEndian.AppendUint64(dst, ordered(r.End))
}

func appendPlace(dst []byte, r *flow.Record) []byte {
	if e := r.Export; e != nil {
		return appendExportedPoint(dst, r.Key.Point, e.Has, e.InIf, e.OutIf, e.Direction)
	}
	return appendMeteredPoint(dst, r.Key.Point)
}

// appendRest appends what follows key and observation point of an exported record: three numbers of variable length that order
// rows, too, and others, laid out as those of metered rows are.
func appendRest(dst []byte, r *flow.Record) []byte {
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
	dst = appendUint(dst, uint64(r.Ordinal))
	dst = appendUint(dst, uint64(r.FirstInput))
	dst = appendUint(dst, r.FirstNumber)
	c := &r.Counters
	dst = appendNumbers(dst, []uint64{
		c.Packets, c.Octets, uint64(marks), uint64(r.MinTTL) | uint64(r.MaxTTL)<<8 | uint64(r.EndReason)<<16 | uint64(flags)<<24,
		r.MinOctets, r.MaxOctets, c.WireOctets, c.PayloadOctets, r.Fragments, r.LatePackets,
	})
	for f := flags & tcpFlagBits; f != 0; f &= f - 1 {
		dst = appendUint(dst, r.TCPFlagCounts[bits.TrailingZeros16(f)])
	}
	if r.Marks&marksOfTags != 0 {
		dst = appendUint(dst, uint64(r.VLAN))
		dst = appendUint(dst, uint64(r.InnerVLAN))
		dst = appendUint(dst, uint64(r.MPLSTop))
	}
	if r.Marks&flow.MarkMAC != 0 {
		dst = append(dst, r.SourceMAC[:]...)
		dst = append(dst, r.DestinationMAC[:]...)
	}
	if r.Export != nil {
		dst = appendExport(dst, r)
	}
	if r.Reverse != nil {
		dst = appendReverse(dst, r)
	}
	if r.Statistics != nil {
		dst = appendStatistics(dst, r)
	}
	return dst
}

// appendSlice lays a slice out for sliceOrder.
func appendSlice(dst []byte, s *meter.Slice) []byte {
	if !isSpread(s) {
		return appendMeteredSlice(dst, s)
	}
	return appendAnySlice(dst, s)
}

// appendAnySlice lays a slice out as the next run reads it, and shares of exported records
// for sliceOrder.
func appendAnySlice(dst []byte, s *meter.Slice) []byte {
	dst = binary.BigEndian.AppendUint64(dst, ordered(s.Start))
	dst = appendKey(dst, &s.Key)
	spread := isSpread(s)
	if spread {
		dst = appendExportedPoint(dst, s.Key.Point, s.Has, s.InIf, s.OutIf, s.Direction)
	} else {
		dst = appendMeteredPoint(dst, s.Key.Point)
	}
	marks := s.Marks
	if s.Has&flow.FieldReverse != 0 {
		marks |= markBiflow
	}
	for _, v := range [...]uint64{
		uint64(s.FirstInput), s.FirstNumber, // these order rows, too
		uint64(s.First) - uint64(s.Start), uint64(s.Last) - uint64(s.First),
		s.FlowsActive, s.FlowsStarted, s.FlowsEnded, uint64(s.TCPFlags), uint64(marks),
	} {
		dst = appendUint(dst, v)
	}
	dst = appendCounters(dst, &s.Counters)
	if spread {
		dst = appendSpread(dst, &s.IntervalRecord)
	}
	if marks&markBiflow != 0 {
		dst = appendReverseSlice(dst, &s.IntervalRecord)
	}
	return dst
}

// appendReport lays a record out for reportOrder: the times behind what tells
// flows apart.
func appendReport(dst []byte, r *flow.Record) []byte {
	dst = appendKey(dst, &r.Key)
	dst = appendPlace(dst, r)
	dst = appendTimes(dst, r)
	return appendRest(dst, r)
}

// behind is where the pointers of a decoded record point to.
type behind struct {
	export  flow.Export
	reverse flow.Reverse

	statistics flow.Statistics
}

// decodeReport reads back what appendReport wrote, as decodeRecord does.
func decodeReport(src []byte, r *flow.Record, to *behind) error {
	*r = flow.Record{}
	d := decoder{src: src}
	d.key(&r.Key)
	d.place(r, &to.export)
	r.Start, r.End = d.time(), d.time()
	d.rest(r, to)
	return d.finish()
}

// decodeRecord reads a row back. What the record points to is in to; the Elements of an
// Export are octets of src.
func decodeRecord(src []byte, r *flow.Record, to *behind) error {
	marks := marksOf(src)
	if marks&onePacket != 0 {
		return decodeSingle(src, r)
	}
	d := decoder{src: src}
	if marks&endFollows != 0 {
		*r = flow.Record{}
		r.Start = d.time()
		d.key(&r.Key)
		r.End = d.time()
		d.place(r, &to.export)
		d.rest(r, to)
		return d.finish()
	}
	r.Start = d.time()
	d.key(&r.Key)
	if d.point(&r.Key) || d.failed {
		return errRowCut
	}
	d.metered(r, to)
	return d.finish()
}

// place reads the observation point and what belongs to it.
func (d *decoder) place(r *flow.Record, export *flow.Export) {
	if !d.point(&r.Key) {
		return
	}
	*export = flow.Export{}
	r.Export = export
	export.Has, export.InIf, export.OutIf, export.Direction = d.interfaces()
}

// rest reads what follows key and observation point of an exported record.
func (d *decoder) rest(r *flow.Record, to *behind) {
	r.Ordinal, r.FirstInput, r.FirstNumber = uint32(d.uint()), uint32(d.uint()), d.uint()
	var v [meteredNumbers]uint64
	d.numbers(&v, usualOfExport)
	c := &r.Counters
	c.Packets, c.Octets, r.Marks = v[0], v[1], flow.Mark(v[2])
	r.MinTTL, r.MaxTTL, r.EndReason, r.TCPFlags = uint8(v[3]), uint8(v[3]>>8), flow.EndReason(v[3]>>16&0xff), uint16(v[3]>>24)
	r.MinOctets, r.MaxOctets, c.WireOctets, c.PayloadOctets, r.Fragments, r.LatePackets = v[4], v[5], v[6], v[7], v[8], v[9]
	for f := r.TCPFlags & tcpFlagBits; f != 0; f &= f - 1 {
		r.TCPFlagCounts[bits.TrailingZeros16(f)] = d.uint()
	}
	if r.Marks&marksOfTags != 0 {
		r.VLAN, r.InnerVLAN, r.MPLSTop = uint16(d.uint()), uint16(d.uint()), uint32(d.uint())
	}
	if r.Marks&flow.MarkMAC != 0 {
		r.SourceMAC, r.DestinationMAC = [6]byte(d.octets(6)), [6]byte(d.octets(6))
	}
	if r.Export != nil {
		d.export(r)
	}
	d.behind(r, to)
}

// behind reads what a record points to, if its marks say that there is any.
func (d *decoder) behind(r *flow.Record, to *behind) {
	if r.Marks&markBiflow != 0 {
		r.Marks &^= markBiflow
		d.reverse(r, &to.reverse)
	}
	if r.Marks&markStatistics != 0 {
		r.Marks &^= markStatistics
		d.statistics(r, &to.statistics)
	}
}

// decodeSlice reads back what appendSlice wrote.
func decodeSlice(src []byte, s *meter.Slice) (err error) {
	_, s.FirstInput, s.FirstNumber, err = decodeInterval(src, &s.IntervalRecord)
	return err
}

// decodeInterval reads back what appendSlice wrote of a slice. It gives the place of the
// flow's first packet, and how many octets say which row of the interval table the slice
// belongs to: slices of one row begin with the same ones, see sameHead.
func decodeInterval(src []byte, r *flow.IntervalRecord) (head int, input uint32, number uint64, err error) {
	if marksOf(src)&onePacket != 0 {
		return decodeSingleSlice(src, r)
	}
	d := decoder{src: src}
	start := d.time()
	r.Start = start
	d.key(&r.Key)
	if exported := d.point(&r.Key); d.failed {
		return 0, 0, 0, errRowCut
	} else if !exported {
		head = d.at
		input, number = d.meteredSlice(r)
	} else {
		key := r.Key
		*r = flow.IntervalRecord{}
		r.Start, r.Key = start, key
		r.Has, r.InIf, r.OutIf, r.Direction = d.interfaces()
		head = d.at
		input, number = d.anySlice(r)
	}
	return head, input, number, d.finish()
}

// sameHead says whether a slice begins with the head of a row, whatever else marks say.
func sameHead(encoded, head []byte) bool {
	if len(head) == singlePlace && len(encoded) >= singlePlace { // a short key and a short point, as nearly always
		a, b := (*[singlePlace]byte)(encoded), (*[singlePlace]byte)(head)
		return (binary.LittleEndian.Uint64(a[:])^binary.LittleEndian.Uint64(b[:]))|
			(binary.LittleEndian.Uint64(a[8:])^binary.LittleEndian.Uint64(b[8:]))&^rowMarks|
			(binary.LittleEndian.Uint64(a[16:])^binary.LittleEndian.Uint64(b[16:])) == 0
	}
	if marksOf(encoded) == marksOf(head) {
		return bytes.HasPrefix(encoded, head)
	}
	return len(encoded) >= len(head) && string(encoded[:startOctets]) == string(head[:startOctets]) &&
		(encoded[startOctets]^head[startOctets])&^rowMarks == 0 && string(encoded[startOctets+1:len(head)]) == string(head[startOctets+1:])
}

// marksOf gives the first octet of the key of a sorted row.
func marksOf(row []byte) byte {
	if len(row) <= startOctets { // it is damaged
		return 0
	}
	return row[startOctets]
}

// decodeAnySlice reads back what appendAnySlice wrote.
func decodeAnySlice(src []byte, s *meter.Slice) error {
	*s = meter.Slice{}
	d := decoder{src: src}
	s.Start = d.time()
	d.key(&s.Key)
	if d.point(&s.Key) {
		s.Has, s.InIf, s.OutIf, s.Direction = d.interfaces()
	} else {
		s.Has, s.Distribution = flow.MeteredFields, flow.DistributionDirect
	}
	s.FirstInput, s.FirstNumber = d.anySlice(&s.IntervalRecord)
	return d.finish()
}

// anySlice reads what follows key and observation point.
func (d *decoder) anySlice(r *flow.IntervalRecord) (input uint32, number uint64) {
	input, number = uint32(d.uint()), d.uint()
	r.First = flow.Timestamp(uint64(r.Start) + d.uint())
	r.Last = flow.Timestamp(uint64(r.First) + d.uint())
	r.FlowsActive, r.FlowsStarted, r.FlowsEnded = d.uint(), d.uint(), d.uint()
	r.TCPFlags, r.Marks = uint16(d.uint()), flow.Mark(d.uint())
	d.counters(&r.Counters)
	if r.Distribution != flow.DistributionDirect {
		d.spread(r)
	}
	if r.Marks&markBiflow != 0 {
		r.Marks &^= markBiflow
		d.reverseSlice(r)
	}
	return input, number
}
