package netflowtest

import "encoding/binary"

// Number gives a number in network byte order, for [Rows] and Field.Octets.
func Number(v uint64, length int) []byte { return number(v, length) }

// Text gives a string of a fixed length: filled with zeros, for [Rows].
func Text(s string, length int) []byte {
	b := make([]byte, length)
	copy(b, s)
	return b
}

// BasicList gives a basicList (RFC 6313 section 4.5.1) of an element of IANA, whose
// values have the given length each, or their own if it is Variable.
func BasicList(semantic uint8, element, length uint16, values ...[]byte) []byte {
	b := []byte{semantic}
	b = binary.BigEndian.AppendUint16(b, element)
	b = binary.BigEndian.AppendUint16(b, length)
	for _, v := range values {
		f := Field{Length: length}
		b = f.append(b, v)
	}
	return b
}

// SubTemplateList gives a subTemplateList (RFC 6313 section 4.5.2) of records of a
// template.
func SubTemplateList(semantic uint8, template uint16, records ...[]byte) []byte {
	b := binary.BigEndian.AppendUint16([]byte{semantic}, template)
	for _, r := range records {
		b = append(b, r...)
	}
	return b
}

// SubTemplates is a block of a subTemplateMultiList.
type SubTemplates struct {
	Template uint16
	Records  [][]byte
}

// SubTemplateMultiList gives a subTemplateMultiList (RFC 6313 section 4.5.3); the
// length of a block includes its header.
func SubTemplateMultiList(semantic uint8, blocks ...SubTemplates) []byte {
	b := []byte{semantic}
	for _, block := range blocks {
		const header = 4
		records := SubTemplateList(semantic, block.Template, block.Records...)[3:]
		b = short(b, uint32(block.Template), uint32(header+len(records)))
		b = append(b, records...)
	}
	return b
}
