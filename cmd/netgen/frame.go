package main

import (
	"bufio"
	"encoding/binary"
)

// IP protocol numbers and TCP control bits.
const (
	protocolICMP   = 1
	protocolTCP    = 6
	protocolUDP    = 17
	protocolICMPv6 = 58

	fin = 0x01
	syn = 0x02
	rst = 0x04
	psh = 0x08
	ack = 0x10
)

const (
	minFrame   = 60  // octets of the shortest Ethernet frame, without frame check sequence
	hopLimit   = 61  // a plausible TTL behind a few routers
	maxHeaders = 128 // octets; the most that a frame's headers take is 98
)

// capture writes frames and counts them.
type capture struct {
	w       *bufio.Writer
	random  *random
	snaplen int
	truth   captureTruth

	record [recordHeaderLength + maxHeaders]byte // the packet record being built, up to its payload
	zeros  [2048]byte                            // payload, and padding
}

func newCapture(w *bufio.Writer, kind string, o options) *capture {
	writePcapHeader(w, o.snaplen)
	c := &capture{w: w, random: newRandom(o.seed), snaplen: o.snaplen}
	c.truth.Kind = kind
	return c
}

// send writes the next packet of the conversation in a direction (0 from its
// initiator), with payload octets of zeros.
func (c *capture) send(microsecond uint64, v *conversation, direction int, control byte, payload uint32) {
	b := c.record[:recordHeaderLength]
	b = appendEthernet(b, v, direction)
	transport := transportLength(v.protocol, control)
	segment := transport + int(payload)
	ip := len(b)
	b = appendIP(b, v, direction, segment)
	octets := len(b) - ip + segment
	switch v.protocol {
	case protocolTCP:
		b = appendTCP(b, v, direction, control, segment, uint32(microsecond/1000))
		v.sequence[direction] += payload
		if control&(syn|fin) != 0 {
			v.sequence[direction]++
		}
	case protocolUDP:
		b = appendUDP(b, v, direction, segment)
	default:
		b = appendEcho(b, v, direction, segment)
	}

	headers := len(b) - recordHeaderLength
	original := max(headers+int(payload), minFrame)
	captured := min(original, c.snaplen)
	putRecordHeader(b, microsecond, captured, original)
	head := min(headers, captured)
	_, _ = c.w.Write(b[:recordHeaderLength+head])
	_, _ = c.w.Write(c.zeros[:captured-head])

	c.truth.count(microsecond, v, octets, original)
	c.truth.countDirection(v, direction)
	v.sent++
}

// transportLength is the length of the transport header in octets. TCP has time
// stamps, and SYN the other usual options too.
func transportLength(protocol, control byte) int {
	switch {
	case protocol != protocolTCP:
		return 8
	case control&syn != 0:
		return 40
	default:
		return 32
	}
}

func appendEthernet(b []byte, v *conversation, direction int) []byte {
	b = append(b, 2, 0, 0, 0, 0, byte(2-direction)) // to 02:00:00:00:00:02 in direction 0
	b = append(b, 2, 0, 0, 0, 0, byte(1+direction))
	if v.vlan != 0 {
		b = binary.BigEndian.AppendUint16(b, 0x8100)
		b = binary.BigEndian.AppendUint16(b, v.vlan)
	}
	if v.ipv6 {
		return binary.BigEndian.AppendUint16(b, 0x86dd)
	}
	return binary.BigEndian.AppendUint16(b, 0x0800)
}

func appendIP(b []byte, v *conversation, direction, segment int) []byte {
	start := len(b)
	source, destination := &v.address[direction], &v.address[1-direction]
	if v.ipv6 {
		b = binary.BigEndian.AppendUint32(b, 6<<28)
		b = binary.BigEndian.AppendUint16(b, uint16(segment))
		b = append(b, v.protocol, hopLimit)
		b = append(b, source[:]...)
		return append(b, destination[:]...)
	}
	const dontFragment = 0x4000
	b = append(b, 0x45, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(20+segment))
	b = binary.BigEndian.AppendUint16(b, uint16(v.sent)) // identification
	b = binary.BigEndian.AppendUint16(b, dontFragment)
	b = append(b, hopLimit, v.protocol, 0, 0)
	b = append(b, source[:4]...)
	b = append(b, destination[:4]...)
	binary.BigEndian.PutUint16(b[start+10:], checksum(checksumAdd(0, b[start:])))
	return b
}

func appendTCP(b []byte, v *conversation, direction int, control byte, segment int, milliseconds uint32) []byte {
	start := len(b)
	acknowledged := uint32(0)
	if control&ack != 0 {
		acknowledged = v.sequence[1-direction]
	}
	b = binary.BigEndian.AppendUint16(b, v.port[direction])
	b = binary.BigEndian.AppendUint16(b, v.port[1-direction])
	b = binary.BigEndian.AppendUint32(b, v.sequence[direction])
	b = binary.BigEndian.AppendUint32(b, acknowledged)
	b = append(b, byte(transportLength(protocolTCP, control)/4)<<4, control)
	b = binary.BigEndian.AppendUint16(b, 64240) // window
	b = append(b, 0, 0, 0, 0)                   // checksum, urgent pointer
	if control&syn != 0 {
		b = append(b, 2, 4, 1460>>8, 1460&0xff, 4, 2) // maximum segment size; SACK permitted
	} else {
		b = append(b, 1, 1) // padding
	}
	b = append(b, 8, 10) // time stamps
	b = binary.BigEndian.AppendUint32(b, milliseconds)
	b = append(b, 0, 0, 0, 0)
	if control&syn != 0 {
		b = append(b, 1, 3, 3, 7) // window scale
	}
	sum := v.pseudoHeader(segment)
	binary.BigEndian.PutUint16(b[start+16:], checksum(checksumAdd(sum, b[start:])))
	return b
}

func appendUDP(b []byte, v *conversation, direction, segment int) []byte {
	start := len(b)
	b = binary.BigEndian.AppendUint16(b, v.port[direction])
	b = binary.BigEndian.AppendUint16(b, v.port[1-direction])
	b = binary.BigEndian.AppendUint16(b, uint16(segment))
	b = append(b, 0, 0)
	sum := v.pseudoHeader(segment)
	binary.BigEndian.PutUint16(b[start+6:], checksum(checksumAdd(sum, b[start:])))
	return b
}

// appendEcho appends an ICMP or ICMPv6 echo request or, in direction 1, reply.
func appendEcho(b []byte, v *conversation, direction, segment int) []byte {
	start := len(b)
	kind, sum := [2]byte{8, 0}[direction], uint32(0)
	if v.ipv6 {
		kind, sum = [2]byte{128, 129}[direction], v.pseudoHeader(segment)
	}
	b = append(b, kind, 0, 0, 0)
	b = binary.BigEndian.AppendUint16(b, v.port[0]) // identifier
	b = binary.BigEndian.AppendUint16(b, uint16(v.sent/2))
	binary.BigEndian.PutUint16(b[start+2:], checksum(checksumAdd(sum, b[start:])))
	return b
}
