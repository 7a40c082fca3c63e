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
	at     int // what was read of src
	failed bool
}

func (d *decoder) octets(n int) []byte {
	if len(d.src)-d.at < n {
		d.failed, d.at = true, len(d.src)
		return make([]byte, n)
	}
	v := d.src[d.at : d.at+n]
	d.at += n
	return v
}

// uint reads a number. Most take one octet, which is read without a call.
func (d *decoder) uint() uint64 {
	if d.at < len(d.src) {
		if v := d.src[d.at]; v < 0x80 {
			d.at++
			return uint64(v)
		}
	}
	return d.long()
}

// long reads a number of several octets.
func (d *decoder) long() uint64 {
	v, n := binary.Uvarint(d.src[d.at:])
	if n <= 0 {
		d.failed = true
		return 0
	}
	d.at += n
	return v
}

func (d *decoder) counters(c *flow.Counters) {
	c.Packets, c.Octets, c.WireOctets, c.PayloadOctets = d.uint(), d.uint(), d.uint(), d.uint()
}

func (d *decoder) time() flow.Timestamp {
	return unordered(binary.BigEndian.Uint64(d.octets(8)))
}

func (d *decoder) finish() error {
	if d.failed || d.at != len(d.src) {
		return errRowCut
	}
	return nil
}
