package randomcapture

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// carriage is a way to carry one packet in another.
type carriage struct {
	protocol byte   // of the IP packet around the tunnel
	port     uint16 // of UDP
	header   func(g *generator, t *tunnel) (header []byte, content content)
}

// content is what a tunnel carries.
type content int

const (
	contentIP content = iota
	contentEthernet
	contentPPP
	contentMPLS
)

// tunnel is what a conversation carries another one in.
type tunnel struct {
	carriage
	id     uint32
	inside *conversation
}

// carriages are all ways to carry a packet.
func carriages() []carriage {
	return []carriage{
		{4, 0, plain(contentIP)},
		{41, 0, plain(contentIP)},
		{47, 0, gre},
		{47, 0, gre},
		{47, 0, pptp},
		{97, 0, func(*generator, *tunnel) ([]byte, content) { return []byte{0x30, 0}, contentEthernet }},
		{115, 0, l2tp3},
		{137, 0, plain(contentMPLS)},
		{17, 4754, gre},
		{17, 6635, plain(contentMPLS)},
		{17, 4789, vxlan},
		{17, 8472, vxlan},
		{17, 4790, vxlanGPE},
		{17, 6081, geneve},
		{17, 2152, gtp},
		{17, 2152, gtp},
		{17, 3544, teredo},
		{17, 1701, l2tp2},
		{17, 1701, func(g *generator, t *tunnel) ([]byte, content) {
			header, content := l2tp3(g, t)
			return append([]byte{0, 3, 0, 0}, header...), content
		}},
	}
}

// carry makes the conversation the outside of a tunnel, of a deep pile of them at
// times.
func (g *generator) carry(c *conversation, hosts int) {
	inside := g.conversation(hosts)
	for range pick(g.random, []int{0, 0, 0, 0, 1, 2, 26, 29, 33}) {
		around := &conversation{version: 4, hosts: [2][]byte{{10, 0, 0, 1}, {10, 0, 0, 2}}, protocol: 4, ttl: 9, whole: true}
		around.tunnel = &tunnel{carriage: carriage{4, 0, plain(contentIP)}, inside: inside}
		if inside.version == 6 {
			around.protocol = 41
		}
		inside = around
	}
	t := &tunnel{carriage: pick(g.random, carriages()), id: pick(g.random, []uint32{0, 1, 1, 2, 0xffffffff}), inside: inside}
	c.protocol = t.protocol
	switch {
	case t.protocol == 17:
		c.ports[1] = t.port
		if g.one(4) {
			c.ports[0] = pick(g.random, carriages()).port
		}
	case c.protocol == 4 && inside.version == 6 && !g.one(10):
		c.protocol = 41
	case c.protocol == 41 && inside.version == 4 && !g.one(10):
		c.protocol = 4
	}
	c.tunnel = t
	if c.version == 4 && g.one(6) { // behind an authentication header
		t.protocol, c.protocol = c.protocol, 51
	}
}

// carried makes what stands behind the IP header of a packet that carries a tunnel.
func (g *generator) carried(c *conversation, side int) []byte {
	t := c.tunnel
	var b []byte
	if c.protocol == 51 {
		words := g.random.IntN(5)
		b = append(b, t.protocol, byte(words), 0, 0, 0, 0, 0, 1)
		b = append(b, make([]byte, 4*words)...)
	}
	from := len(b)
	header, content := t.header(g, t)
	if t.protocol == 17 {
		b = binary.BigEndian.AppendUint16(b, c.ports[side])
		b = binary.BigEndian.AppendUint16(b, c.ports[1-side])
		b = append(b, 0, 0, 0, 0)
	}
	b = append(b, header...)
	end := len(b)
	b = append(b, g.inside(t.inside, side, content)...)
	if t.protocol == 17 {
		binary.BigEndian.PutUint16(b[from+4:], uint16(len(b)-from))
	}
	if g.one(15) && end > 0 { // a broken header
		b[g.random.IntN(min(len(b), end+20))] = byte(g.random.Uint32())
	}
	if g.one(40) {
		b = b[:g.random.IntN(len(b)+1)]
	}
	return b
}

// inside makes the next packet of a conversation as a tunnel carries it.
func (g *generator) inside(c *conversation, side int, as content) []byte {
	ip, _, _ := g.internet(c, side)
	switch as {
	case contentEthernet:
		return slices.Concat(g.link(c, side), ip)
	case contentPPP:
		header := pick(g.random, [][]byte{{0, 0x21}, {0x21}, {0xff, 3, 0, 0x21}, {0xff, 3, 0x21}, {0xc0, 0x21}})
		if c.version == 6 {
			header = bytes.ReplaceAll(header, []byte{0x21}, []byte{0x57})
		}
		return slices.Concat(header, ip)
	case contentMPLS:
		return g.labelled(c, side, ip)
	}
	return ip
}

// labelled puts labels in front of an IP packet, or of a pseudowire that has it.
func (g *generator) labelled(c *conversation, side int, ip []byte) []byte {
	b := labelStack(append([]uint32{uint32(g.random.IntN(3))}, c.labels...))
	if g.one(3) {
		b = append(b, pick(g.random, [][]byte{nil, {0, 0, 0, 0}, {0, 0, 0, 7}, {0x10, 0, 0, 0}})...)
		b = append(b, g.link(c, side)...)
	}
	return append(b, ip...)
}

// pseudowire makes a frame whose labels have no IP packet right behind them.
func (g *generator) pseudowire(c *conversation, side int) Packet {
	link := g.link(c, side)
	ip, _, _ := g.internet(c, side)
	inside := &conversation{version: c.version, vlans: c.vlans}
	frame := slices.Concat(link, pick(g.random, [][]byte{nil, {0, 0, 0, 0}, {0x10, 0, 0, 0}}), g.link(inside, side), ip)
	return Packet{Frame: frame, WireLength: uint32(len(frame))}
}

func plain(what content) func(*generator, *tunnel) ([]byte, content) {
	return func(*generator, *tunnel) ([]byte, content) { return nil, what }
}

// gre makes a header of GRE version 0, with ERSPAN headers behind it.
func gre(g *generator, t *tunnel) ([]byte, content) {
	kind := pick(g.random, []struct {
		protocol uint16
		content  content
	}{
		{0x0800, contentIP}, {0x0800, contentIP}, {0x86dd, contentIP}, {0x6558, contentEthernet}, {0x880b, contentPPP},
		{0x8847, contentMPLS}, {0x8848, contentMPLS}, {0x883e, contentIP}, {0x88be, contentEthernet}, {0x22eb, contentEthernet},
		{0x0806, contentIP}, {0, contentIP},
	})
	var flags uint16
	for _, flag := range []uint16{0x8000, 0x2000, 0x1000} { // checksum, key, sequence number
		if g.one(2) {
			flags |= flag
		}
	}
	if g.one(8) {
		flags |= 0x4000 // routing
	}
	b := binary.BigEndian.AppendUint16(nil, flags)
	b = binary.BigEndian.AppendUint16(b, kind.protocol)
	if flags&0xc000 != 0 {
		b = append(b, 0, 0, 0, 0)
	}
	if flags&0x2000 != 0 {
		b = binary.BigEndian.AppendUint32(b, t.id)
	}
	if flags&0x1000 != 0 {
		b = append(b, 0, 0, 0, 1)
	}
	if flags&0x4000 != 0 {
		for range g.random.IntN(3) {
			b = append(b, 8, 0, 0, 4, 10, 0, 0, 9)
		}
		b = append(b, 0, 0, 0, 0)
	}
	switch {
	case kind.protocol == 0x883e && g.one(2):
		b = append(b, 0, 1, 2, 3)
	case kind.protocol == 0x88be && flags&0x1000 != 0:
		b = binary.BigEndian.AppendUint32(b, 1<<28|5<<16|t.id&0x3ff)
		b = append(b, 0, 0, 0, 1)
	case kind.protocol == 0x22eb:
		b = binary.BigEndian.AppendUint32(b, 2<<28|5<<16|t.id&0x3ff)
		subheader := g.one(2)
		b = append(b, 0, 0, 0, 0, 0, 0, 0x80, 0)
		if subheader {
			b[len(b)-1] |= 1
			b = append(b, make([]byte, 8)...)
		}
	}
	return b, kind.content
}

// pptp makes a header of GRE version 1, RFC 2637.
func pptp(g *generator, t *tunnel) ([]byte, content) {
	var flags uint16 = 0x2001
	b := []byte{0, 0, 0x88, 0x0b, 0, 100}
	b = binary.BigEndian.AppendUint16(b, uint16(t.id))
	if g.one(2) {
		flags |= 0x1000
		b = append(b, 0, 0, 0, 1)
	}
	if g.one(2) {
		flags |= 0x0080
		b = append(b, 0, 0, 0, 2)
	}
	binary.BigEndian.PutUint16(b, flags)
	return b, contentPPP
}

// l2tp3 makes what begins with the session of L2TP version 3.
func l2tp3(g *generator, t *tunnel) ([]byte, content) {
	b := binary.BigEndian.AppendUint32(nil, t.id)
	b = append(b, pick(g.random, [][]byte{nil, {0x40, 0, 0, 1}, {1, 2, 3, 4, 5, 6, 7, 8}, {1, 2, 3, 4, 5, 6, 7, 8, 0x40, 0, 0, 1}})...)
	return b, contentEthernet
}

// l2tp2 makes a header of L2TP version 2.
func l2tp2(g *generator, t *tunnel) ([]byte, content) {
	var flags uint16 = 2
	b := []byte{0, 0}
	if g.one(2) {
		flags |= 0x4000
		b = append(b, 0, 100)
	}
	b = binary.BigEndian.AppendUint32(b, t.id)
	if g.one(2) {
		flags |= 0x0800
		b = append(b, 0, 1, 0, 1)
	}
	if g.one(4) {
		flags |= 0x0200
		n := g.random.IntN(4)
		b = append(b, 0, byte(n))
		b = append(b, make([]byte, n)...)
	}
	if g.one(10) {
		flags |= 0x8000 // control
	}
	binary.BigEndian.PutUint16(b, flags)
	return b, contentPPP
}

func vxlan(_ *generator, t *tunnel) ([]byte, content) {
	return append([]byte{8, 0, 0, 0}, binary.BigEndian.AppendUint32(nil, t.id<<8)...), contentEthernet
}

func vxlanGPE(g *generator, t *tunnel) ([]byte, content) {
	next := pick(g.random, []byte{1, 2, 3, 4, 5})
	b := append([]byte{0x0c, 0, 0, next}, binary.BigEndian.AppendUint32(nil, t.id<<8)...)
	return b, []content{contentIP, contentIP, contentEthernet, contentIP, contentMPLS}[next-1]
}

func geneve(g *generator, t *tunnel) ([]byte, content) {
	protocol := pick(g.random, []uint16{0x6558, 0x6558, 0x0800, 0x86dd})
	options := g.random.IntN(4)
	b := binary.BigEndian.AppendUint16([]byte{byte(options), 0}, protocol)
	b = binary.BigEndian.AppendUint32(b, t.id<<8)
	b = append(b, make([]byte, 4*options)...)
	if protocol == 0x6558 {
		return b, contentEthernet
	}
	return b, contentIP
}

func gtp(g *generator, t *tunnel) ([]byte, content) {
	flags := byte(0x30 | g.random.IntN(8))
	b := binary.BigEndian.AppendUint32([]byte{flags, 255, 0, 100}, t.id)
	if g.one(12) {
		b[1] = byte(g.random.IntN(255)) // signalling
	}
	if flags&7 == 0 {
		return b, contentIP
	}
	b = append(b, 0, 1, 0, 0)
	if flags&4 != 0 || g.one(4) { // extension headers, or what looks like one
		for range g.random.IntN(3) {
			b[len(b)-1] = 0x85
			words := 1 + g.random.IntN(2)
			b = append(b, byte(words))
			b = append(b, make([]byte, 4*words-1)...)
		}
	}
	return b, contentIP
}

func teredo(g *generator, _ *tunnel) ([]byte, content) {
	var b []byte
	if g.one(3) {
		b = append(b, 0, 1, 1, 2)
		b = append(b, make([]byte, 3+9)...)
	}
	if g.one(3) {
		b = append(b, make([]byte, 8)...)
	}
	return b, contentIP
}

// VXLANHeaders is how many octets [InVXLAN] puts in front of a frame.
const VXLANHeaders = 14 + 20 + 8 + 8

// InVXLAN puts every frame into a VXLAN tunnel over IPv4. The tables of the inner
// layer are those of the outer one before, with [VXLANHeaders] more octets on the
// wire in each packet and without tags, labels and link addresses of the frames, if
// all packets are metered and all frames are longer than 60 octets (below that IPv6
// packets without length are not the same).
func InVXLAN(packets []Packet, vni uint32) []Packet {
	return each(packets, func(p *Packet) {
		length := max(int(p.WireLength), len(p.Frame))
		b := []byte{2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 8, 8, 0}
		b = binary.BigEndian.AppendUint32(b, 0x45000000|uint32(length+VXLANHeaders-14))
		b = append(b, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2)
		b = binary.BigEndian.AppendUint32(b, 1000<<16|4789)
		b = binary.BigEndian.AppendUint32(b, uint32(length+16)<<16)
		b = append(b, 8, 0, 0, 0)
		b = binary.BigEndian.AppendUint32(b, vni<<8)
		*p = Packet{Time: p.Time, Frame: append(b, p.Frame...), WireLength: uint32(length + VXLANHeaders)}
	})
}
