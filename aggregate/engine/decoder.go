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

func (d *decoder) key(k *flow.Key) {
	if b := d.src[d.at:]; len(b) >= 18 && b[0] == mappedIPv4 && b[5] == mappedIPv4 { // as nearly all are
		setMapped(&k.Source, binary.LittleEndian.Uint32(b[1:]))
		setMapped(&k.Destination, binary.LittleEndian.Uint32(b[6:]))
		rest := binary.BigEndian.Uint64(b[10:])
		k.SourcePort, k.DestinationPort = uint16(rest>>48), uint16(rest>>32)
		k.Protocol, k.ClassOfService, k.Version, k.Shape = uint8(rest>>24), uint8(rest>>16), uint8(rest>>8), flow.Shape(rest)
		d.at += 18
		return
	}
	k.Source = d.orderedAddress()
	k.Destination = d.orderedAddress()
	rest := d.octets(8)
	k.SourcePort, k.DestinationPort = binary.BigEndian.Uint16(rest), binary.BigEndian.Uint16(rest[2:])
	k.Protocol, k.ClassOfService, k.Version, k.Shape = rest[4], rest[5], rest[6], flow.Shape(rest[7])
}

// setMapped makes a the IPv4-mapped form of an address, of which ipv4 is read little endian:
// so the compiler makes two stores of it, of which the hash of the key need not wait for any.
func setMapped(a *[16]byte, ipv4 uint32) {
	const prefix = 0xffff << 16
	binary.LittleEndian.PutUint64(a[:], 0)
	binary.LittleEndian.PutUint64(a[8:], prefix|uint64(ipv4)<<32)
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
