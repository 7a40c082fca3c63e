package engine

import (
	"bytes"
	"encoding/binary"

	"netstream/aggregate/meter"
	"netstream/aggregate/runs"
)

// A row that is held back begins with its flow and whether it is a slice, so that a
// rejection comes in front of the slices that it is about. A slice follows as
// appendSlice lays it out.
const farHead = 4 + 8 + 4 + 1

// farOrder is the order of flows, in that of their first packets.
func farOrder() runs.Order[farRow] {
	return runs.Order[farRow]{
		Append: appendFar,
		Decode: decodeFar,
		Prefix: func(row []byte) (first, second, third uint64) {
			if len(row) < farHead { // it is damaged
				return 0, 0, 0
			}
			return uint64(binary.BigEndian.Uint32(row)), binary.BigEndian.Uint64(row[4:]),
				uint64(binary.BigEndian.Uint32(row[12:]))<<8 | uint64(row[16])
		},
		Compare: func(a, b []byte) int { return bytes.Compare(a, b) }, // of one flow in any order
	}
}

func appendFar(dst []byte, row *farRow) []byte {
	dst = binary.BigEndian.AppendUint32(dst, row.flow.input)
	dst = binary.BigEndian.AppendUint64(dst, row.flow.number)
	dst = binary.BigEndian.AppendUint32(dst, row.flow.point)
	if row.rejected {
		return append(dst, 0)
	}
	return appendSlice(append(dst, 1), &row.slice)
}

func decodeFar(src []byte, row *farRow) error {
	if len(src) < farHead {
		return errRowCut
	}
	row.flow = flowIdentity{binary.BigEndian.Uint32(src), binary.BigEndian.Uint64(src[4:]), binary.BigEndian.Uint32(src[12:])}
	row.rejected = src[farHead-1] == 0
	if row.rejected {
		row.slice = meter.Slice{}
		return nil
	}
	return decodeSlice(src[farHead:], &row.slice)
}
