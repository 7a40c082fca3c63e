package engine

import (
	"netstream/aggregate/flow"
)

// The observation point follows the key: its number, and in the lowest bit
// whether the row is of exported records. Those have the interfaces and the
// direction behind it, which order them next, each as its value plus 1, or as 0 if
// it is not known.

func appendMeteredPoint(dst []byte, point uint32) []byte {
	return appendUint(dst, uint64(point)<<1)
}

func appendExportedPoint(dst []byte, point uint32, has flow.Fields, inIf, outIf uint32, direction uint8) []byte {
	dst = appendUint(dst, uint64(point)<<1|1)
	dst = appendUint(dst, optional(has, flow.FieldInIf, uint64(inIf)))
	dst = appendUint(dst, optional(has, flow.FieldOutIf, uint64(outIf)))
	return appendUint(dst, optional(has, flow.FieldDirection, uint64(direction)))
}

func optional(has, field flow.Fields, v uint64) uint64 {
	if has&field == 0 {
		return 0
	}
	return v + 1
}

// pointNumbers is how many numbers follow the point of an exported row and belong
// to it.
const pointNumbers = 3

// pointFields are the fields that are told behind the observation point.
const pointFields = flow.FieldInIf | flow.FieldOutIf | flow.FieldDirection

// point reads the observation point, and says whether the row is an exported one.
func (d *decoder) point(k *flow.Key) (exported bool) {
	v := d.uint()
	k.Point = uint32(v >> 1)
	return v&1 != 0
}

// interfaces reads what follows the point of an exported row.
func (d *decoder) interfaces() (has flow.Fields, inIf, outIf uint32, direction uint8) {
	if v := d.uint(); v > 0 {
		has, inIf = flow.FieldInIf, uint32(v-1)
	}
	if v := d.uint(); v > 0 {
		has, outIf = has|flow.FieldOutIf, uint32(v-1)
	}
	if v := d.uint(); v > 0 {
		has, direction = has|flow.FieldDirection, uint8(v-1)
	}
	return has, inIf, outIf, direction
}
