package engine

import (
	"encoding/binary"
	"errors"

	"netstream/aggregate/flow"
)

var errRowCut = errors.New("a row of a sorted run is damaged")

// decoder reads what the append functions wrote. After the end of the octets it
// gives zeros and remembers that it failed.
type decoder struct {
	src    []byte
	failed bool
}

func (d *decoder) octets(n int) []byte {
	if len(d.src) < n {
		d.failed = true
		return make([]byte, n)
	}
	v := d.src[:n]
	d.src = d.src[n:]
	return v
}

// uint reads a number. Most take one octet, which is read without a call.
func (d *decoder) uint() uint64 {
	if len(d.src) > 0 && d.src[0] < 0x80 {
		v := d.src[0]
		d.src = d.src[1:]
		return uint64(v)
	}
	return d.long()
}

// long reads a number of several octets.
func (d *decoder) long() uint64 {
	v, n := binary.Uvarint(d.src)
	if n <= 0 {
		d.failed = true
		return 0
	}
	d.src = d.src[n:]
	return v
}

func (d *decoder) key(k *flow.Key) {
	k.Source = [16]byte(d.octets(16))
	k.Destination = [16]byte(d.octets(16))
	k.SourcePort = binary.BigEndian.Uint16(d.octets(2))
	k.DestinationPort = binary.BigEndian.Uint16(d.octets(2))
	rest := d.octets(4)
	k.Protocol, k.ClassOfService, k.Version, k.Shape = rest[0], rest[1], rest[2], flow.Shape(rest[3])
}

func (d *decoder) counters(c *flow.Counters) {
	c.Packets, c.Octets, c.WireOctets, c.PayloadOctets = d.uint(), d.uint(), d.uint(), d.uint()
}

func (d *decoder) time() flow.Timestamp {
	return unordered(binary.BigEndian.Uint64(d.octets(8)))
}

func (d *decoder) finish() error {
	if d.failed || len(d.src) != 0 {
		return errRowCut
	}
	return nil
}
