package filter

import (
	"encoding/binary"
	"slices"
)

// handmade is a frame that was made by hand.
type handmade struct {
	name      string
	linkType  uint16
	bigEndian bool
	octets    []byte
}

func be16(v uint16) []byte { return binary.BigEndian.AppendUint16(nil, v) }
func be32(v uint32) []byte { return binary.BigEndian.AppendUint32(nil, v) }

func join(parts ...[]byte) []byte { return slices.Concat(parts...) }

func tcp(source, destination uint16, flags byte) []byte {
	return join(be16(source), be16(destination), be32(1), be32(2), []byte{0x50, flags, 0x20, 0}, be32(0), []byte("GET /"))
}

func udp(source, destination uint16, payload []byte) []byte {
	return join(be16(source), be16(destination), be16(uint16(8+len(payload))), be16(0), payload)
}

// ip4 makes an IPv4 packet from 192.0.2.1 to 198.51.100.2; fragment are flags and
// offset, options come in fours.
func ip4(protocol byte, fragment uint16, options, payload []byte) []byte {
	length := uint16(20 + len(options) + len(payload))
	return join([]byte{0x45 + byte(len(options)/4), 0}, be16(length), be16(7), be16(fragment), []byte{64, protocol, 0, 0},
		[]byte{192, 0, 2, 1, 198, 51, 100, 2}, options, payload)
}

// ip6 makes an IPv6 packet from 2001:db8::1 to ff02::2.
func ip6(next byte, payload []byte) []byte {
	source := join([]byte{0x20, 0x01, 0x0d, 0xb8}, make([]byte, 11), []byte{1})
	destination := join([]byte{0xff, 0x02}, make([]byte, 13), []byte{2})
	return join([]byte{0x60, 0, 0, 0}, be16(uint16(len(payload))), []byte{next, 255}, source, destination, payload)
}

func ethernet(kind uint16, payload []byte) []byte {
	return join([]byte{0, 0, 0x5e, 0, 0x53, 1}, []byte{0, 0, 0x5e, 0, 0x53, 2}, be16(kind), payload)
}

func llc(dsap, ssap, control byte, payload []byte) []byte {
	return join([]byte{dsap, ssap, control}, payload)
}

func snap(kind uint16, payload []byte) []byte {
	return llc(0xaa, 0xaa, 3, join([]byte{0, 0, 0}, be16(kind), payload))
}

// ieee802 makes an Ethernet frame with a length instead of a type.
func ieee802(payload []byte) []byte { return ethernet(uint16(len(payload)), payload) }

func arp() []byte {
	return join(be16(1), be16(0x0800), []byte{6, 4}, be16(1), []byte{0, 0, 0x5e, 0, 0x53, 2}, []byte{192, 0, 2, 1},
		make([]byte, 6), []byte{198, 51, 100, 2}, make([]byte, 18))
}

var (
	web   = ip4(6, 0, nil, tcp(40000, 80, 2))
	query = ip4(17, 0, nil, udp(53, 40001, []byte("answer")))
	web6  = ip6(6, tcp(443, 40002, 0x12))
)

// handmades are frames of all link types, named for what they are.
func handmades() []handmade {
	frames := ethernetFrames()
	add := func(linkType uint16, name string, octets []byte) {
		frames = append(frames, handmade{name: name, linkType: linkType, octets: octets})
	}
	for _, p := range []struct {
		name   string
		kind   uint16
		octets []byte
		ppp    uint16
	}{{"web", 0x0800, web, 0x21}, {"web6", 0x86dd, web6, 0x57}, {"arp", 0x0806, arp(), 0x0806}} {
		add(linkTokenRing, p.name, join([]byte{0x10, 0x40}, make([]byte, 12), snap(p.kind, p.octets)))
		add(linkArcnet, p.name, join([]byte{1, 0, arcnetKind(p.kind), 0, 0, 0}, p.octets))
		add(linkPPP, p.name, join([]byte{0xff, 3}, be16(p.ppp), p.octets))
		add(linkPPPHDLC, p.name, join([]byte{0xff, 3}, be16(p.ppp), p.octets))
		add(linkPPPEther, p.name, join([]byte{0x11, 0, 0, 1, 0, 9}, be16(p.ppp), p.octets))
		add(linkFDDI, p.name, join([]byte{0x50}, make([]byte, 12), snap(p.kind, p.octets)))
		add(linkATM, p.name, snap(p.kind, p.octets))
		add(linkCiscoHDLC, p.name, join([]byte{0x0f, 0}, be16(p.kind), p.octets))
		add(linkLinuxSLL, p.name, join(be16(4), be16(1), be16(6), make([]byte, 8), be16(p.kind), p.octets))
		add(linkLinuxSLL2, p.name, join(be16(p.kind), be16(0), be32(3), be16(1), []byte{4, 6}, make([]byte, 8), p.octets))
		add(linkIPOverFC, p.name, join(make([]byte, 16), snap(p.kind, p.octets)))
		add(linkAppleIP1394, p.name, join(make([]byte, 16), be16(p.kind), p.octets))
		frames = append(frames, wirelessFrames(p.name, p.kind, p.octets)...)
	}
	for i, octets := range [][]byte{web, web6} {
		name := []string{"web", "web6"}[i]
		add(linkSLIP, name, join(make([]byte, 16), octets))
		add(linkRaw, name, octets)
		add(linkIPv4, name, octets)
		add(linkIPv6, name, octets)
		add(linkFrameRelay, name, join([]byte{0x18, 0x41, 3, []byte{0xcc, 0x8e}[i]}, octets))
		add(linkPFLog, name, join([]byte{61, []byte{2, 10}[i], 0, 0}, []byte("em0"), make([]byte, 53), []byte{1, 0, 0, 0}, octets))
		add(linkIPNet, name, join([]byte{1, []byte{2, 26}[i]}, be16(2), make([]byte, 20), octets))
		add(linkEnc, name, join([]byte{[]byte{2, 30}[i], 0, 0, 0}, make([]byte, 8), octets))
		add(linkLoop, name, join(be32([]uint32{2, 24}[i]), octets))
		add(linkNull, name, join([]byte{[]byte{2, 28}[i], 0, 0, 0}, octets))
		frames = append(frames, handmade{name, linkNull, true, join(be32([]uint32{2, 24}[i]), octets)})
	}
	return frames
}

func arcnetKind(kind uint16) byte {
	return map[uint16]byte{0x0800: 212, 0x86dd: 0xc4, 0x0806: 213}[kind]
}

func wirelessFrames(name string, kind uint16, payload []byte) []handmade {
	var frames []handmade
	addresses := join([]byte{0, 0, 0x5e, 0, 0x53, 1}, []byte{0, 0, 0x5e, 0, 0x53, 2}, []byte{0, 0, 0x5e, 0, 0x53, 3})
	plain := join([]byte{0x08, 0x02, 0, 0}, addresses, be16(0), snap(kind, payload))
	quality := join([]byte{0x88, 0x01, 0, 0}, addresses, be16(0), be16(0), snap(kind, payload))
	padded := join([]byte{0x88, 0x01, 0, 0}, addresses, be16(0), be16(0), be16(0), snap(kind, payload))
	beacon := join([]byte{0x80, 0, 0, 0}, addresses, make([]byte, 12))
	acknowledgement := []byte{0xd4, 0, 0, 0, 0, 0, 0x5e, 0, 0x53, 1}
	for i, octets := range [][]byte{plain, quality, padded, beacon, acknowledgement} {
		form := []string{"plain", "quality", "padded", "beacon", "ack"}[i]
		flags := byte(0)
		if form == "padded" {
			flags = 0x20
		}
		add := func(linkType uint16, header []byte) {
			frames = append(frames, handmade{name + "-" + form, linkType, false, join(header, octets)})
		}
		add(linkWireless, nil)
		add(linkRadiotap, join([]byte{0, 0, 9, 0, 2, 0, 0, 0, flags}))
		add(linkRadiotap, join([]byte{0, 0, 17, 0, 3, 0, 0, 0}, make([]byte, 8), []byte{flags}))
		add(linkPPI, join([]byte{0, 0, 8, 0}, []byte{105, 0, 0, 0}))
		add(linkPPI, join([]byte{0, 0, 8, 0}, []byte{1, 0, 0, 0}))
		add(linkAVS, join(be32(0x80211001), be32(64), make([]byte, 56)))
		add(linkPrism, join(be32(0x44), make([]byte, 140)))
		add(linkPrism, join(be32(0x80211001), be32(64), make([]byte, 56)))
	}
	return frames
}

// ethernetFrames are the frames that show what a filter looks through.
func ethernetFrames() []handmade {
	var frames []handmade
	add := func(name string, octets []byte) {
		frames = append(frames, handmade{name: name, linkType: linkEthernet, octets: octets})
	}
	fragmented := join([]byte{6, 0}, be16(1), be32(9), tcp(443, 40002, 0x10))
	add("web", ethernet(0x0800, web))
	add("query", ethernet(0x0800, query))
	add("options", ethernet(0x0800, ip4(6, 0, []byte{1, 1, 1, 0}, tcp(80, 40000, 0x12))))
	add("first fragment", ethernet(0x0800, ip4(17, 0x2000, nil, udp(53, 53, nil))))
	add("later fragment", ethernet(0x0800, ip4(17, 0x00b9, nil, udp(53, 53, nil))))
	add("echo", ethernet(0x0800, ip4(1, 0, nil, []byte{8, 0, 0, 0, 0, 1, 0, 1})))
	add("sctp", ethernet(0x0800, ip4(132, 0, nil, join(be16(80), be16(80), make([]byte, 8)))))
	add("ah", ethernet(0x0800, ip4(51, 0, nil, join([]byte{6, 4}, make([]byte, 22), tcp(80, 1, 2)))))
	add("web6", ethernet(0x86dd, web6))
	add("hop-by-hop", ethernet(0x86dd, ip6(0, join([]byte{6, 0}, make([]byte, 6), tcp(443, 80, 2)))))
	add("fragment6", ethernet(0x86dd, ip6(44, fragmented)))
	add("neighbour", ethernet(0x86dd, ip6(58, []byte{135, 0, 0, 0, 0, 0, 0, 0})))
	add("arp", ethernet(0x0806, arp()))
	add("rarp", ethernet(0x8035, arp()))
	add("vlan", ethernet(0x8100, join(be16(0x6005), be16(0x0800), web)))
	add("double vlan", ethernet(0x88a8, join(be16(7), be16(0x8100), be16(5), be16(0x86dd), web6)))
	add("mpls", ethernet(0x8847, join(be32(100<<12|0x1ff), web)))
	add("two labels", ethernet(0x8847, join(be32(100<<12|0xff), be32(200<<12|0x1ff), web6)))
	add("discovery", ethernet(0x8863, []byte{0x11, 9, 0, 0, 0, 0}))
	add("session", ethernet(0x8864, join([]byte{0x11, 0, 0, 1, 0, 22}, be16(0x21), web)))
	add("session6", ethernet(0x8864, join([]byte{0x11, 0, 0, 2, 0, 22}, be16(0x57), web6)))
	add("geneve", ethernet(0x0800, ip4(17, 0, nil, udp(1, 6081, join([]byte{1, 0}, be16(0x6558), be32(42<<8), be32(0), ethernet(0x0800, web))))))
	add("geneve6", ethernet(0x86dd, ip6(17, udp(1, 6081, join([]byte{0, 0}, be16(0x86dd), be32(43<<8), web6)))))
	add("is-is", ieee802(llc(0xfe, 0xfe, 3, []byte{0x83, 27, 1, 0, 15, 1, 0, 0})))
	add("es-is", ieee802(llc(0xfe, 0xfe, 3, []byte{0x82, 27, 1, 0, 15, 1, 0, 0})))
	add("stp", ieee802(llc(0x42, 0x42, 3, make([]byte, 35))))
	add("ipx", ieee802(llc(0xe0, 0xe0, 3, make([]byte, 30))))
	add("novell", ieee802(join([]byte{0xff, 0xff}, make([]byte, 30))))
	add("ipx type", ethernet(0x8137, make([]byte, 30)))
	add("netbeui", ieee802(llc(0xf0, 0xf0, 3, make([]byte, 30))))
	add("appletalk", ieee802(llc(0xaa, 0xaa, 3, join([]byte{8, 0, 7}, be16(0x809b), make([]byte, 20)))))
	add("aarp", ieee802(snap(0x80f3, make([]byte, 20))))
	add("receive ready", ieee802(llc(4, 4, 1, make([]byte, 10))))
	add("information", ieee802(llc(4, 4, 0, make([]byte, 10))))
	add("decnet", ethernet(0x6003, join([]byte{20, 0, 0x02, 2, 4, 11, 40, 0}, make([]byte, 12))))
	add("broadcast", join([]byte{255, 255, 255, 255, 255, 255}, ethernet(0x0806, arp())[6:]))
	add("multicast", join([]byte{1, 0, 0x5e, 0, 0, 1}, ethernet(0x0800, ip4(2, 0, nil, make([]byte, 8)))[6:]))
	return frames
}
