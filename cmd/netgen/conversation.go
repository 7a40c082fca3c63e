package main

import "encoding/binary"

// conversation is the packets between two endpoints, [0] its initiator.
type conversation struct {
	address [2][16]byte // IPv4 in the first four octets
	port    [2]uint16   // of ICMP echo, port[0] is the identifier

	packets  uint32    // that it has in all
	sent     uint32    // that were written
	gap      uint32    // mean time between two packets, in microseconds
	sequence [2]uint32 // of TCP

	vlan     uint16 // 0 is none
	pattern  pattern
	protocol uint8
	ipv6     bool
	upload   bool    // most octets go from the initiator
	seen     [2]bool // directions that sent a packet
}

// pattern is how the packets of a conversation follow each other.
type pattern uint8

const (
	tcpClosed   pattern = iota // handshake, request, data, and a FIN from both sides
	tcpReset                   // the same, ended by RST
	synOnly                    // SYNs without an answer
	synReset                   // SYNs, each refused by RST
	udp                        // queries and answers on port 53, else mostly one direction
	echo                       // echo requests, each answered
	elephantTCP                // handshake, and data from the responder to the end
	elephantUDP
)

// setIPv6 sets an address of the form 2001:db8:0:NETWORK::HOST, and setIPv4 one
// from its number.
func (v *conversation) setIPv6(endpoint int, network byte, host uint32) {
	copy(v.address[endpoint][:], []byte{0x20, 0x01, 0x0d, 0xb8, 0, network})
	binary.BigEndian.PutUint32(v.address[endpoint][12:], host)
}

func (v *conversation) setIPv4(endpoint int, address uint32) {
	binary.BigEndian.PutUint32(v.address[endpoint][:], address)
}

// pseudoHeader is the checksum of the pseudo-header (RFC 9293 section 3.1, RFC
// 8200 section 8.1) for a segment of that many octets, not folded.
func (v *conversation) pseudoHeader(segment int) uint32 {
	n := 4
	if v.ipv6 {
		n = 16
	}
	sum := uint32(v.protocol) + uint32(segment)
	return checksumAdd(checksumAdd(sum, v.address[0][:n]), v.address[1][:n])
}

// step writes the conversation's next packet.
func (c *capture) step(microsecond uint64, v *conversation) {
	switch v.pattern {
	case tcpClosed, tcpReset:
		c.stepTCP(microsecond, v)
	case synOnly, synReset:
		c.stepSYN(microsecond, v)
	case udp:
		c.stepUDP(microsecond, v)
	case echo:
		c.send(microsecond, v, int(v.sent&1), 0, 56)
	case elephantTCP:
		c.stepElephantTCP(microsecond, v)
	case elephantUDP:
		if v.sent%5 == 1 {
			c.send(microsecond, v, 1, 0, 1472)
		} else {
			c.send(microsecond, v, int(v.sent&1), 0, 24+c.random.below(64))
		}
	}
}

func (c *capture) stepTCP(microsecond uint64, v *conversation) {
	i, left := v.sent, v.packets-v.sent
	up := 0 // the direction of acknowledgments
	if v.upload {
		up = 1
	}
	switch {
	case i == 0:
		c.send(microsecond, v, 0, syn, 0)
	case i == 1:
		c.send(microsecond, v, 1, syn|ack, 0)
	case i == 2:
		c.send(microsecond, v, 0, ack, 0)
	case i == 3:
		c.send(microsecond, v, 0, psh|ack, 100+c.random.below(400))
	case v.pattern == tcpReset && left == 1:
		c.send(microsecond, v, 0, rst|ack, 0)
	case v.pattern == tcpClosed && left <= 3:
		c.stepClose(microsecond, v, left)
	case i%3 == 2:
		c.send(microsecond, v, up, ack, 0)
	case i%3 == 1:
		c.send(microsecond, v, 1-up, ack, c.segmentSize())
	default:
		c.send(microsecond, v, 1-up, psh|ack, c.segmentSize())
	}
}

// stepClose sends one of the last three packets: FIN, FIN, ACK.
func (c *capture) stepClose(microsecond uint64, v *conversation, left uint32) {
	switch left {
	case 3:
		c.send(microsecond, v, 0, fin|ack, 0)
	case 2:
		c.send(microsecond, v, 1, fin|ack, 0)
	default:
		c.send(microsecond, v, 0, ack, 0)
	}
}

// segmentSize is the payload of a TCP data segment in octets: 40% are full, 20%
// of middle size.
func (c *capture) segmentSize() uint32 {
	switch r := c.random.below(100); {
	case r < 40:
		return 1448
	case r < 60:
		return 524
	default:
		return 34 + c.random.below(1300)
	}
}

// stepSYN repeats a SYN with the same sequence number, and refuses it.
func (c *capture) stepSYN(microsecond uint64, v *conversation) {
	if v.pattern == synReset && v.sent&1 == 1 {
		c.send(microsecond, v, 1, rst|ack, 0)
		return
	}
	c.send(microsecond, v, 0, syn, 0)
	v.sequence[0]--
}

func (c *capture) stepUDP(microsecond uint64, v *conversation) {
	up := 0
	if v.upload {
		up = 1
	}
	switch {
	case v.port[1] == portDNS && v.sent&1 == 0:
		c.send(microsecond, v, 0, 0, 25+c.random.below(40))
	case v.port[1] == portDNS:
		c.send(microsecond, v, 1, 0, 60+c.random.below(450))
	case v.sent%4 == 3:
		c.send(microsecond, v, up, 0, 30+c.random.below(60))
	case c.random.below(10) < 6:
		c.send(microsecond, v, 1-up, 0, 1200+c.random.below(150))
	default:
		c.send(microsecond, v, 1-up, 0, 40+c.random.below(900))
	}
}

// stepElephantTCP makes one packet of five a full one, and one a short answer.
func (c *capture) stepElephantTCP(microsecond uint64, v *conversation) {
	i, left := v.sent, v.packets-v.sent
	switch {
	case i == 0:
		c.send(microsecond, v, 0, syn, 0)
	case i == 1:
		c.send(microsecond, v, 1, syn|ack, 0)
	case i == 2:
		c.send(microsecond, v, 0, ack, 0)
	case left <= 3:
		c.stepClose(microsecond, v, left)
	case i%5 == 1:
		c.send(microsecond, v, 1, ack, 1448)
	case i%5 == 4:
		c.send(microsecond, v, 1, psh|ack, c.random.below(64))
	default:
		c.send(microsecond, v, 0, ack, 0)
	}
}
