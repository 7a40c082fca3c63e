package randomcapture

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
)

// Link types of interfaces.
const (
	LinkEthernet = 1
	LinkSLL      = 113 // Linux cooked
	LinkSLL2     = 276 // its second version
)

// Interface is what a capture says of one of its interfaces.
type Interface struct {
	Name string // "" if there is none
	Link uint16
}

// Observe has the packets captured at a few interfaces: each gets one, some get epb_flags,
// and those of cooked interfaces cooked headers, with packet types and interface indexes.
// Names of interfaces repeat, and most have none.
func Observe(packets []Packet, random *rand.Rand) ([]Packet, []Interface) {
	interfaces := make([]Interface, 1+random.IntN(4))
	for i := range interfaces {
		interfaces[i] = Interface{
			Name: pick(random, []string{"", "", "eth0", "eth1"}),
			Link: pick(random, []uint16{LinkEthernet, LinkEthernet, LinkSLL, LinkSLL2}),
		}
	}
	flags := random.IntN(3) > 0
	observed := each(packets, func(p *Packet) {
		p.Interface = random.IntN(len(interfaces))
		if flags && random.IntN(3) > 0 {
			p.Flags = pick(random, []uint32{0, 1, 1, 2, 2, 3, 0xff000001})
		}
		p.cook(interfaces[p.Interface].Link, random)
	})
	return observed, interfaces
}

// cook puts a cooked header in the place of an Ethernet header.
func (p *Packet) cook(link uint16, random *rand.Rand) {
	const ethernet = 14
	if link == LinkEthernet {
		return
	}
	packetType := byte(pick(random, []int{0, 0, 1, 2, 3, 4, 4, 4, 5, 7}))
	whole := append(slices.Clone(p.Frame), make([]byte, max(0, ethernet-len(p.Frame)))...)
	protocol := binary.BigEndian.Uint16(whole[12:])
	if protocol <= 1500 {
		protocol = 4 // LLC follows
	}
	var header []byte
	if link == LinkSLL {
		header = append([]byte{0, packetType, 0, 1, 0, 6}, whole[6:12]...)
		header = binary.BigEndian.AppendUint16(append(header, 0, 0), protocol)
	} else {
		header = binary.BigEndian.AppendUint16(nil, protocol)
		header = binary.BigEndian.AppendUint32(append(header, 0, 0), pick(random, []uint32{0, 1, 2, 3, 1<<32 - 1}))
		header = append(header, 0, 1, packetType, 6)
		header = append(append(header, whole[6:12]...), 0, 0)
	}
	more := len(header) - ethernet
	cut := len(p.Frame) < ethernet
	if p.Frame = append(header, whole[ethernet:]...); cut {
		p.Frame = header[:min(len(header)-1, len(whole))]
	}
	p.WireLength += uint32(more)
	if p.network != 0 {
		p.network += more
	}
	if p.ports != 0 {
		p.ports += more
	}
}

// EncodeBlocks writes a capture as a pcapng file of one section.
func EncodeBlocks(packets []Packet, interfaces []Interface, format Format) []byte {
	order := format.Order
	block := func(file []byte, kind uint32, body []byte) []byte {
		length := uint32(len(body) + 12)
		file = order.AppendUint32(order.AppendUint32(file, kind), length)
		return order.AppendUint32(append(file, body...), length)
	}
	option := func(body []byte, code uint16, value []byte) []byte {
		body = order.AppendUint16(order.AppendUint16(body, code), uint16(len(value)))
		return append(append(body, value...), make([]byte, -len(value)&3)...)
	}
	section := order.AppendUint32(nil, 0x1a2b3c4d)
	section = order.AppendUint16(order.AppendUint16(section, 1), 0) // version
	file := block(nil, 0x0a0d0d0a, order.AppendUint64(section, 1<<64-1))
	unit, resolution := int64(1000), byte(6)
	if format.Nanoseconds {
		unit, resolution = 1, 9
	}
	for _, i := range interfaces {
		body := order.AppendUint32(order.AppendUint16(order.AppendUint16(nil, i.Link), 0), 0)
		if i.Name != "" {
			body = option(body, 2, []byte(i.Name))
		}
		body = option(body, 9, []byte{resolution})
		file = block(file, 1, option(body, 0, nil))
	}
	for _, p := range packets {
		count := p.Time / unit
		body := order.AppendUint32(nil, uint32(p.Interface))
		body = order.AppendUint32(order.AppendUint32(body, uint32(count>>32)), uint32(count))
		body = order.AppendUint32(order.AppendUint32(body, uint32(len(p.Frame))), p.WireLength)
		body = append(append(body, p.Frame...), make([]byte, -len(p.Frame)&3)...)
		if p.Flags != 0 {
			body = option(option(body, 2, order.AppendUint32(nil, p.Flags)), 0, nil)
		}
		file = block(file, 6, body)
	}
	return file
}
