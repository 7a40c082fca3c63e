package carry

import (
	"encoding/binary"
	"errors"

	"netstream/aggregate/flow"
)

// Coder encodes values or decodes them: whoever has something to hand over says once
// what it consists of, in one order for both. Numbers are variable-length (the format of
// [encoding/binary]), texts are behind their length.
type Coder struct {
	decoding bool
	octets   []byte // written, or left to be read
	failed   bool
}

// ErrDamaged is the error of rows that do not hold what they should.
var ErrDamaged = errors.New("a row of the state is damaged")

// NewEncoder gives a coder that appends values to dst.
func NewEncoder(dst []byte) *Coder { return &Coder{octets: dst} }

// NewDecoder gives a coder that sets values from src.
func NewDecoder(src []byte) *Coder { return &Coder{decoding: true, octets: src} }

// Decoding says whether values are set.
func (c *Coder) Decoding() bool { return c.decoding }

// Octets gives what was encoded.
func (c *Coder) Octets() []byte { return c.octets }

// Finish gives ErrDamaged if the octets were no values, or more than those.
func (c *Coder) Finish() error {
	if c.failed || c.decoding && len(c.octets) > 0 {
		return ErrDamaged
	}
	return nil
}

// Number codes an unsigned number.
func Number[T ~uint8 | ~uint16 | ~uint32 | ~uint64](c *Coder, v *T) {
	if !c.decoding {
		c.octets = binary.AppendUvarint(c.octets, uint64(*v))
		return
	}
	read, n := binary.Uvarint(c.octets)
	if n <= 0 || uint64(T(read)) != read {
		c.fail()
		return
	}
	*v, c.octets = T(read), c.octets[n:]
}

// Signed codes a signed number.
func Signed[T ~int64](c *Coder, v *T) {
	if !c.decoding {
		c.octets = binary.AppendVarint(c.octets, int64(*v))
		return
	}
	read, n := binary.Varint(c.octets)
	if n <= 0 {
		c.fail()
		return
	}
	*v, c.octets = T(read), c.octets[n:]
}

// Bool codes a truth value, in one octet.
func (c *Coder) Bool(v *bool) {
	octet := [1]byte{}
	if *v {
		octet[0] = 1
	}
	c.Fixed(octet[:])
	if octet[0] > 1 {
		c.fail()
	}
	*v = octet[0] == 1
}

// Fixed codes octets whose number both sides know.
func (c *Coder) Fixed(v []byte) {
	if !c.decoding {
		c.octets = append(c.octets, v...)
		return
	}
	if len(c.octets) < len(v) {
		c.fail()
		return
	}
	c.octets = c.octets[copy(v, c.octets):]
}

// Text codes a text.
func (c *Coder) Text(v *string) {
	length := uint64(len(*v))
	Number(c, &length)
	if !c.decoding {
		c.octets = append(c.octets, *v...)
		return
	}
	if length > uint64(len(c.octets)) {
		c.fail()
		return
	}
	*v, c.octets = string(c.octets[:length]), c.octets[length:]
}

// Rest codes octets up to the end of the row. Decoded ones are valid until the next row.
func (c *Coder) Rest(v *[]byte) {
	if !c.decoding {
		c.octets = append(c.octets, *v...)
		return
	}
	*v, c.octets = c.octets, nil
}

// fail makes everything that follows fail, too.
func (c *Coder) fail() { c.failed, c.octets = true, nil }

// Counters codes the counters of a flow.
func (c *Coder) Counters(v *flow.Counters) {
	Number(c, &v.Packets)
	Number(c, &v.Octets)
	Number(c, &v.WireOctets)
	Number(c, &v.PayloadOctets)
}

// key codes a key but for its observation point.
func (c *Coder) key(k *flow.Key) {
	c.Fixed(k.Source[:])
	c.Fixed(k.Destination[:])
	Number(c, &k.SourcePort)
	Number(c, &k.DestinationPort)
	Number(c, &k.Protocol)
	Number(c, &k.ClassOfService)
	Number(c, &k.Version)
	Number(c, &k.Shape)
}
