package randomcapture

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
)

// AddForeign puts frames that carry no IP packet behind some of the packets, of all the
// kinds that an Ethernet frame can be.
func AddForeign(packets []Packet, random *rand.Rand) []Packet {
	var all []Packet
	for _, p := range packets {
		all = append(all, p)
		for random.IntN(3) == 0 {
			all = append(all, foreign(p.Time, random))
		}
	}
	return all
}

func foreign(time int64, random *rand.Rand) Packet {
	mac := func() []byte { return []byte{2, 0, 0, 0, 0, byte(random.IntN(3))} }
	frame := append(mac(), mac()...)
	tag := func(tpid, tci uint16) {
		frame = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(frame, tpid), tci)
	}
	for range pick(random, []int{0, 0, 0, 1, 1, 2, 3}) {
		tag(pick(random, []uint16{0x8100, 0x88a8}), uint16(random.IntN(3)))
	}
	if random.IntN(40) == 0 { // more tags than are opened, or just so many
		for range 28 + random.IntN(6) {
			tag(0x8100, 1)
		}
	}
	if random.IntN(20) == 0 {
		frame = append(frame, 0x89, 9, 1, 1, 0, 1, 0, 7) // Cisco metadata
	}
	frame = append(frame, pick(random, [][]byte{
		{0x08, 0x06}, {0x08, 0x06}, {0x88, 0xcc}, {0x86, 0xde}, {0x05, 0xff}, {0x05, 0xdd}, {0x06, 0x00},
		{0, 0x26, 0x42, 0x42, 3},                               // spanning tree
		{0, 0x26, 0xaa, 0xaa, 3, 0, 0, 0, 8, 6},                // ARP in SNAP
		{0, 0x26, 0xaa, 0xaa, 3, 0, 0, 0xc, 0x20, 0},           // Cisco Discovery Protocol
		{0, 0x26, 0xaa, 0xaa, 3, 0, 0, 0, 0x81, 0, 0, 1, 8, 6}, // a tag in SNAP
		{0, 0x26, 0xfe, 0xfe, 3, 0x83},                         // IS-IS
		{0, 0x26, 0xf0, 0xf0, 0x7f},                            // NetBIOS
		{0x88, 0x47, 0, 1, 0, 64, 0, 2, 1, 64, 0, 0, 0, 0},     // a pseudowire behind two labels
		{0x88, 0x48, 0, 3, 1, 64, 0x10},                        // something else behind one
		{0x88, 0x63, 0x11, 9, 0, 0, 0, 0},                      // PPPoE discovery
		{0x88, 0x64, 0x11, 0, 0, 1, 0, 8, 0xc0, 0x21},          // PPPoE with the link control protocol
		{0x88, 0x64, 0x11, 0xa7, 0, 1, 0, 0},                   // PPPoE that ends a session
	})...)
	frame = append(frame, make([]byte, pick(random, []int{0, 1, 28, 46, 200}))...)
	p := Packet{Time: time, Frame: frame, WireLength: uint32(len(frame))}
	switch random.IntN(12) {
	case 0:
		p.Frame = slices.Clone(frame[:random.IntN(len(frame)+1)])
	case 1:
		p.WireLength += 4
	}
	return p
}
