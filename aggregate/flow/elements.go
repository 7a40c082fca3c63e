package flow

import "encoding/binary"

// AppendElement appends the text of one requested element to what becomes
// Export.Elements, and returns the result. index is the element's place in the
// list of requests; elements come in the order of their indexes. A text that would
// exceed [MaxElements] is left out, which ok tells.
func AppendElement(dst []byte, index int, text []byte) (result []byte, ok bool) {
	const header = 2 * binary.MaxVarintLen32
	if len(dst)+header+len(text) > MaxElements {
		return dst, false
	}
	dst = binary.AppendUvarint(dst, uint64(index))
	dst = binary.AppendUvarint(dst, uint64(len(text)))
	return append(dst, text...), true
}

// Element gives the text of a requested element from Export.Elements; ok is false
// if the record does not have it.
func Element(elements []byte, index int) (text []byte, ok bool) {
	for len(elements) > 0 {
		i, n := binary.Uvarint(elements)
		length, m := binary.Uvarint(elements[max(n, 0):])
		if n <= 0 || m <= 0 || length > uint64(len(elements)-n-m) {
			return nil, false
		}
		text = elements[n+m:][:length]
		if i == uint64(index) {
			return text, true
		}
		elements = elements[n+m+int(length):]
	}
	return nil, false
}
