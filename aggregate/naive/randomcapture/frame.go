package randomcapture

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// packet makes the next packet of a conversation, without a time.
func (g *generator) packet(c *conversation) Packet {
	if g.one(25) {
		return g.unmetered()
	}
	side := g.random.IntN(2)
	if c.protocol == 6 && !g.one(3) { // as its script has it
		side = []int{0, 1, 0, 0, 1, 1, 0, 1, 1, 0}[(c.step+1)%10]
		if c.scan {
			side = 0
		}
	}
	link := g.link(c, side)
	if g.tunnels && len(c.labels) > 0 && g.one(2) {
		return g.pseudowire(c, side)
	}
	ip, header, first := g.internet(c, side)
	p := Packet{Frame: slices.Concat(link, ip), network: len(link)}
	if first && slices.Contains([]byte{6, 17, 33, 132, 136}, c.protocol) {
		p.ports = len(link) + header
	}
	g.spoil(&p)
	return p
}

// link makes what stands in front of the IP header of a frame.
func (g *generator) link(c *conversation, side int) []byte {
	link := []byte{2, 0, 0, 0, 0, byte(side), 2, 0, 0, 0, 0, byte(1 - side)}
	for i, id := range c.vlans {
		tpid := uint16(0x8100)
		if i+1 < len(c.vlans) {
			tpid = 0x88a8
		}
		link = binary.BigEndian.AppendUint16(link, tpid)
		link = binary.BigEndian.AppendUint16(link, id|uint16(g.random.IntN(8))<<13)
	}
	etherType := map[byte]uint16{4: 0x0800, 6: 0x86dd}[c.version]
	if len(c.labels) > 0 {
		etherType = 0x8847
	}
	link = binary.BigEndian.AppendUint16(link, etherType)
	return append(link, labelStack(c.labels)...)
}

func labelStack(labels []uint32) []byte {
	var b []byte
	for i, label := range labels {
		entry := label<<12 | 64
		if i+1 == len(labels) {
			entry |= 1 << 8 // bottom of stack
		}
		b = binary.BigEndian.AppendUint32(b, entry)
	}
	return b
}

// identification gives the next fragment its identification.
func (g *generator) identification() uint16 { return uint16(g.random.IntN(g.identifications)) }

// internet makes an IP packet and gives the length of its IP headers and
// whether it is not a later fragment.
func (g *generator) internet(c *conversation, side int) (ip []byte, header int, first bool) {
	source, destination := c.hosts[side], c.hosts[1-side]
	body := g.transport(c, side)
	offset, more := uint16(0), !c.whole && g.one(12)
	if !c.whole && g.one(12) {
		offset = uint16(1 + g.random.IntN(100)) // in units of 8 octets
	}
	if c.version == 4 {
		words := 5
		if g.one(8) {
			words = 6 + g.random.IntN(5)
		}
		header = words * 4
		ip = make([]byte, header)
		ip[0], ip[1] = 0x40|byte(words), c.tos
		ip[8], ip[9] = c.ttl-byte(g.random.IntN(2)), c.protocol
		fragment := offset
		if more {
			fragment |= 1 << 13
		}
		binary.BigEndian.PutUint16(ip[6:], fragment)
		if fragment != 0 {
			binary.BigEndian.PutUint16(ip[4:], g.identification())
		}
		copy(ip[12:], source)
		copy(ip[16:], destination)
		binary.BigEndian.PutUint16(ip[2:], uint16(header+len(body)))
		return append(ip, body...), header, offset == 0
	}
	ip = make([]byte, 40)
	ip[0], ip[1] = 0x60|c.tos>>4, c.tos<<4
	ip[7] = c.ttl - byte(g.random.IntN(2))
	copy(ip[8:], source)
	copy(ip[24:], destination)
	next := 6 // where the number of the header to come belongs
	for _, number := range c.extensions {
		ip[next] = number
		next = len(ip)
		ip = append(ip, 0, 0, 1, 4, 0, 0, 0, 0) // PadN, if the header has options
	}
	if offset != 0 || more || g.one(20) {
		ip[next] = 44
		next = len(ip)
		ip = append(ip, 0, 0, byte(offset>>5), byte(offset<<3), 0, 0)
		ip = binary.BigEndian.AppendUint16(ip, g.identification())
		if more {
			ip[next+3] |= 1
		}
	}
	ip[next] = c.protocol
	header = len(ip)
	binary.BigEndian.PutUint16(ip[4:], uint16(header-40+len(body)))
	return append(ip, body...), header, offset == 0
}

// transport makes a transport header and a payload.
func (g *generator) transport(c *conversation, side int) []byte {
	if c.tunnel != nil {
		return g.carried(c, side)
	}
	b := make([]byte, 0, 64)
	payload := make([]byte, pick(g.random, []int{0, 0, 1, 18, 100, 600}))
	switch c.protocol {
	case 1, 58:
		b = append(b, pick(g.random, []byte{0, 3, 8, 128, 129}), byte(g.random.IntN(2)), 0, 0, 0, 0, 0, 0)
		return append(b, payload...)
	case 6, 17, 33, 132, 136:
		b = binary.BigEndian.AppendUint16(b, c.ports[side])
		b = binary.BigEndian.AppendUint16(b, c.ports[1-side])
	}
	switch c.protocol {
	case 6:
		words := pick(g.random, []uint16{5, 5, 5, 8})
		flags := g.tcpFlags(c)
		if g.one(30) {
			words = uint16(g.random.IntN(16)) // below 5 or beyond the packet
		}
		b = binary.BigEndian.AppendUint32(b, g.sequence(c, side, flags, len(payload)))
		b = binary.BigEndian.AppendUint32(b, g.acknowledgment(c, side))
		b = binary.BigEndian.AppendUint16(b, words<<12|flags)
		b = binary.BigEndian.AppendUint16(b, pick(g.random, []uint16{256, 256, 256, 256, 257, 0}))
		b = append(b, 0, 0, 0, 0)
		b = append(b, bytes.Repeat([]byte{1}, 4*max(0, min(int(words), 8)-5))...)
	case 17, 136:
		length := uint16(8 + len(payload))
		if g.one(30) {
			length = 7
		}
		b = binary.BigEndian.AppendUint16(b, length)
		b = append(b, 0, 0)
	case 33:
		b = append(b, pick(g.random, []byte{3, 4, 4, 0, 255}), 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1)
	case 132:
		b = append(b, 0, 0, 0, 1, 0, 0, 0, 0)
	}
	return append(b, payload...)
}

// sequence gives the sequence number of the conversation's next segment: most go on
// where the last one ended, some come again, leave a gap, or are nonsense.
func (g *generator) sequence(c *conversation, side int, flags uint16, payload int) uint32 {
	next := c.sent[side]
	switch {
	case g.one(8): // repeated, or what a gap has left out
		return next - uint32(pick(g.random, []int{1, payload, payload + 1, 100, 118, 600}))
	case g.one(8):
		next += uint32(pick(g.random, []int{1, 18, 100, 600}))
	case g.one(80):
		next += pick(g.random, []uint32{1 << 30, 1<<30 + 1, 1 << 31, 1<<32 - 1<<30})
	}
	c.sent[side] = next + uint32(payload) + uint32(flags&1) + uint32(flags>>1&1)
	return next
}

// acknowledgment gives what has come from the other side, or what should have.
func (g *generator) acknowledgment(c *conversation, side int) uint32 {
	other := c.sent[1-side]
	if g.one(3) && c.said[side] != 0 { // said before
		return c.said[side]
	}
	defer func() { c.said[side] = other }()
	if g.one(6) {
		return other - uint32(pick(g.random, []int{1, 100, 600}))
	}
	if g.one(30) {
		return other + uint32(pick(g.random, []int{1, 100, 1 << 30}))
	}
	return other
}

// tcpFlags gives the control bits of the conversation's next packet: those of a
// connection that opens, closes and opens again on the same ports, now and then
// broken off, repeated or nonsense.
func (g *generator) tcpFlags(c *conversation) uint16 {
	const fin, syn, rst, psh, ack = 1, 2, 4, 8, 16
	script := []uint16{syn, syn | ack, ack, psh | ack, psh | ack, ack, fin | ack, ack, fin | ack, ack}
	if c.scan {
		script = []uint16{syn, rst}
	}
	switch {
	case g.one(12):
		return uint16(g.random.IntN(512))
	case g.one(25):
		return pick(g.random, []uint16{rst, rst | ack, syn, fin | syn, fin | ack, 0})
	case g.one(8): // repeated
		return script[c.step%len(script)]
	}
	c.step++
	return script[c.step%len(script)]
}

// unmetered makes a frame that is not IP, or whose IP header is past use.
func (g *generator) unmetered() Packet {
	frame := make([]byte, 60)
	frame[0], frame[6] = 1, 2
	etherType := pick(g.random, []uint16{0x0806, 0x88cc, 0x888e, 0x8137, 0x0026, 0x0800, 0x0800, 0x86dd})
	binary.BigEndian.PutUint16(frame[12:], etherType)
	switch etherType {
	case 0x0026: // IEEE 802.3 length of a spanning tree frame
		copy(frame[14:], []byte{0x42, 0x42, 3})
	case 0x0800, 0x86dd:
		copy(frame[14:], pick(g.random, [][]byte{
			{0x50},                   // version 5
			{0x44, 0, 0, 40},         // header of 16 octets
			{0x46, 0, 0, 20, 0, 0x0}, // Total Length below the header's
		}))
	}
	return Packet{Frame: frame, WireLength: 60}
}

// spoil pads, cuts or falsifies a packet now and then, and sets its length.
func (g *generator) spoil(p *Packet) {
	version := p.Frame[p.network] >> 4
	switch {
	case g.one(60): // segmentation offload
		at := map[byte]int{4: 2, 6: 4}[version]
		binary.BigEndian.PutUint16(p.Frame[p.network+at:], 0)
		if version == 6 && p.Frame[p.network+6] == 0 && g.one(2) { // hop-by-hop options: a jumbogram
			binary.BigEndian.PutUint32(p.Frame[p.network+44:], uint32(g.random.IntN(1<<20)))
			p.Frame[p.network+42] = 0xc2
		}
	case version == 4 && g.one(60): // an IP packet that ends before its ports do
		header := int(p.Frame[p.network]&15) * 4
		binary.BigEndian.PutUint16(p.Frame[p.network+2:], uint16(header+g.random.IntN(16)))
	case version == 6 && g.one(60):
		binary.BigEndian.PutUint16(p.Frame[p.network+4:], uint16(1+g.random.IntN(40)))
	}
	if len(p.Frame) < 60 && !g.one(3) {
		p.Frame = append(p.Frame, make([]byte, 60-len(p.Frame))...)
	}
	p.WireLength = uint32(len(p.Frame))
	switch {
	case g.one(20):
		p.Frame = p.Frame[:g.random.IntN(len(p.Frame)+1)]
	case g.one(60):
		p.WireLength = uint32(g.random.IntN(len(p.Frame)))
	}
}
