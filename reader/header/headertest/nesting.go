// Package headertest makes frames that are nested or chained as deep as frames can be.
package headertest

import (
	"encoding/binary"
	"slices"
)

// Nesting is an encapsulation that can stand in itself, again and again.
type Nesting struct {
	Name string

	// Headers is how many headers one level is by docs/metering.md section 1: link headers,
	// tags and labels, IP headers that carry tunnels with their extension and authentication
	// headers, extension headers of GTP-U and source routes of GRE.
	Headers int

	// EtherType of the frame that holds the outermost level.
	EtherType uint16

	// OverIP says that each level begins with an IP header, so that there is always a packet
	// to be metered.
	OverIP bool

	// Opened says that the level is a part of the link, which is opened without being asked.
	Opened bool

	header func(inner int) []byte // in front of so many octets of the next level
	last   []byte                 // of the level in front of the packet, if it is another
	packet []byte                 // what the innermost level carries
}

// MaxDepth is how deep Frames goes.
const MaxDepth = 1000

const (
	tcp  = "\x45\x00\x00\x28\x00\x01\x00\x00\x40\x06\x00\x00\x0a\x00\x00\x01\x0a\x00\x00\x02\x12\x34\x00\x50\x00\x00\x00\x01\x00\x00\x00\x00\x50\x12\xff\xff\x00\x00\x00\x00"
	tcp6 = "\x60\x00\x00\x00\x00\x14\x06\x40" + host + host + "\x12\x34\x00\x50\x00\x00\x00\x01\x00\x00\x00\x00\x50\x12\xff\xff\x00\x00\x00\x00"
	host = "\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01"
	mac  = "\x02\x00\x00\x00\x00\x04\x02\x00\x00\x00\x00\x03"

	ethernet4 = mac + "\x08\x00"
)

// Frames calls yield with Ethernet frames whose depth is 1 to MaxDepth. A frame is valid
// until the next one.
func (n *Nesting) Frames(yield func(depth int, frame []byte)) {
	const link = 14
	space := make([]byte, link+MaxDepth*100)
	at := len(space)
	put := func(octets []byte) {
		at -= len(octets)
		copy(space[at:], octets)
	}
	put(n.packet)
	for depth := 1; depth <= MaxDepth; depth++ {
		if depth == 1 && n.last != nil {
			put(n.last)
		} else {
			put(n.header(len(space) - at))
		}
		frame := space[at-link:]
		copy(frame, "\x02\x00\x00\x00\x00\x02\x02\x00\x00\x00\x00\x01")
		binary.BigEndian.PutUint16(frame[link-2:], n.EtherType)
		yield(depth, frame)
	}
}

// length16 gives a length field. What does not fit is left to the reader, as a network card
// leaves it that is to cut the packet: 0.
func length16(n int) []byte {
	if n > 0xffff {
		n = 0
	}
	return binary.BigEndian.AppendUint16(nil, uint16(n))
}

// over4 puts an IPv4 header in front of a tunnel header.
func over4(protocol byte, spelled string) func(int) []byte {
	return func(inner int) []byte {
		return slices.Concat([]byte{0x45, 0}, length16(20+len(spelled)+inner), []byte{0, 0, 0, 0, 64, protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2}, []byte(spelled))
	}
}

// over6 puts an IPv6 header in front. What is longer than its length field can say is behind
// its end.
func over6(next byte, spelled string) func(int) []byte {
	return func(inner int) []byte {
		length := binary.BigEndian.AppendUint16(nil, uint16(min(len(spelled)+inner, 0xffff)))
		return slices.Concat([]byte{0x60, 0, 0, 0}, length, []byte{next, 64}, []byte(host+host), []byte(spelled))
	}
}

// udp puts IPv4 and UDP in front.
func udp(port uint16, spelled string) func(int) []byte {
	return func(inner int) []byte {
		header := slices.Concat([]byte{0xc3, 0x50}, binary.BigEndian.AppendUint16(nil, port), length16(8+len(spelled)+inner), []byte{0, 0})
		return over4(17, string(header)+spelled)(inner)
	}
}

// and puts one level in front of another.
func and(outer, inner func(int) []byte) func(int) []byte {
	return func(n int) []byte {
		b := inner(n)
		return slices.Concat(outer(n+len(b)), b)
	}
}

func fixed(spelled string) func(int) []byte { return func(int) []byte { return []byte(spelled) } }

// Nestings gives all of them.
func Nestings() []Nesting {
	tunnel := func(name string, headers int, header func(int) []byte) Nesting {
		return Nesting{Name: name, Headers: headers, EtherType: 0x0800, OverIP: true, header: header, packet: []byte(tcp)}
	}
	tunnel6 := func(name string, headers int, header func(int) []byte) Nesting {
		return Nesting{Name: name, Headers: headers, EtherType: 0x86dd, OverIP: true, header: header, packet: []byte(tcp6)}
	}
	link := func(name string, etherType uint16, header, last string) Nesting {
		return Nesting{Name: name, Headers: 1, EtherType: etherType, Opened: true, header: fixed(header), last: []byte(last), packet: []byte(tcp)}
	}
	return []Nesting{
		tunnel("IPv4 in IPv4", 1, over4(4, "")),
		tunnel6("IPv6 in IPv6", 1, over6(41, "")),
		tunnel("IPv6 in IPv4 in IPv6", 2, and(over4(41, ""), over6(4, ""))),
		tunnel("behind an authentication header", 2, over4(51, "\x04\x01\x00\x00\x00\x00\x00\x01\x00\x00\x00\x02")),
		tunnel6("behind destination options", 2, over6(60, "\x29\x00\x04\x01\x00\x01\x04\x00")),
		tunnel("GRE", 1, over4(47, "\x00\x00\x08\x00")),
		tunnel("GRE with key", 1, over4(47, "\x20\x00\x08\x00\x12\x34\x56\x78")),
		tunnel("GRE with a source route", 2, over4(47, "\x40\x00\x08\x00\x00\x00\x00\x00\x08\x00\x00\x04\x0a\x00\x00\x01\x00\x00\x00\x00")),
		tunnel("GRE of Ethernet", 2, over4(47, "\x00\x00\x65\x58"+ethernet4)),
		tunnel("GRE of Ethernet of QinQ", 4, over4(47, "\x00\x00\x65\x58"+mac+"\x88\xa8\x00\x05\x81\x00\x00\x06\x08\x00")),
		tunnel("GRE of Ethernet of PPPoE", 3, over4(47, "\x00\x00\x65\x58"+mac+"\x88\x64\x11\x00\x00\x01\x00\x2a\x00\x21")),
		tunnel("GRE of PPP", 2, over4(47, "\x00\x00\x88\x0b\xff\x03\x00\x21")),
		tunnel("GRE of MPLS", 2, over4(47, "\x00\x00\x88\x47\x00\x01\x01\x40")),
		tunnel6("GRE in IPv6", 1, over6(47, "\x00\x00\x86\xdd")),
		tunnel("GRE in UDP", 1, udp(4754, "\x00\x00\x08\x00")),
		tunnel("PPTP", 2, over4(47, "\x20\x01\x88\x0b\x00\x29\x00\x0a\x21")),
		tunnel("ERSPAN type I", 2, over4(47, "\x00\x00\x88\xbe"+ethernet4)),
		tunnel("ERSPAN type II", 2, over4(47, "\x10\x00\x88\xbe\x00\x00\x00\x01\x10\x05\x08\xff\x00\x00\x00\x03"+ethernet4)),
		tunnel("ERSPAN type III", 2, over4(47, "\x10\x00\x22\xeb\x00\x00\x00\x01\x20\x05\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00"+ethernet4)),
		tunnel("WCCP", 1, over4(47, "\x00\x00\x88\x3e\x01\x02\x03\x04")),
		tunnel("EtherIP", 2, over4(97, "\x30\x00"+ethernet4)),
		tunnel("MPLS in IP", 2, over4(137, "\x00\x01\x01\x40")),
		tunnel("MPLS in UDP", 3, udp(6635, "\x00\x01\x00\x40\x00\x02\x01\x40")),
		tunnel("L2TP version 2", 2, udp(1701, "\x00\x02\x00\x07\x00\x09\xff\x03\x00\x21")),
		tunnel("L2TP version 3", 2, over4(115, "\x00\x00\x00\x0c"+ethernet4)),
		tunnel("L2TP version 3 in UDP", 2, udp(1701, "\x00\x03\x00\x00\x00\x00\x00\x0b"+ethernet4)),
		tunnel("Teredo", 2, and(udp(3544, ""), over6(4, ""))),
		tunnel("VXLAN", 2, udp(4789, "\x08\x00\x00\x00\x00\x00\x01\x00"+ethernet4)),
		tunnel("VXLAN of Linux", 2, udp(8472, "\x08\x00\x00\x00\x00\x00\x01\x00"+ethernet4)),
		tunnel("VXLAN-GPE", 1, udp(4790, "\x0c\x00\x00\x01\x00\x00\x02\x00")),
		tunnel("Geneve", 2, udp(6081, "\x00\x00\x65\x58\x00\x00\x07\x00"+ethernet4)),
		tunnel("Geneve with options", 1, udp(6081, "\x02\x40\x08\x00\x00\x00\x08\x00\x01\x02\x03\x01\xde\xad\xbe\xef")),
		tunnel("GTP-U", 1, udp(2152, "\x30\xff\x00\x28\x89\xab\xcd\xef")),
		tunnel("GTP-U with an extension header", 2, udp(2152, "\x34\xff\x00\x3c\x00\x00\x00\x02\x00\x00\x00\x85\x01\x10\x06\x00")),
		tunnel("pseudowire in GRE", 3, over4(47, "\x00\x00\x88\x47\x00\x06\x31\x40\x00\x00\x00\x00"+ethernet4)),
		link("802.1Q", 0x8100, "\x00\x01\x81\x00", "\x00\x01\x08\x00"),
		link("802.1ad", 0x88a8, "\x00\x01\x88\xa8", "\x00\x01\x08\x00"),
		link("0x9100", 0x9100, "\x00\x01\x91\x00", "\x00\x01\x08\x00"),
		link("MPLS", 0x8847, "\x00\x00\x10\x40", "\x00\x00\x11\x40"),
		link("LLC and SNAP", 0x8870, "\xaa\xaa\x03\x00\x00\x00\x88\x70", "\xaa\xaa\x03\x00\x00\x00\x08\x00"),
		{Name: "pseudowire", Headers: 2, EtherType: 0x8847, header: fixed("\x00\x06\x31\x40\x00\x00\x00\x00" + mac + "\x88\x47"),
			last: []byte("\x00\x06\x31\x40\x00\x00\x00\x00" + ethernet4), packet: []byte(tcp)},
	}
}
