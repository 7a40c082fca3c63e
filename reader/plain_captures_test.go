package reader

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"

	"netstream/aggregate/flow"
	"netstream/aggregate/naive/randomcapture"
	"netstream/reader/capture/capturetest"
)

func someInterface(random *rand.Rand) capturetest.Interface {
	described := capturetest.Interface{HasResolution: true, Resolution: []uint8{6, 6, 6, 9, 3, 0x9e, 0x9f}[random.IntN(7)]}
	if random.IntN(8) == 0 {
		described.Offset = -3600
	}
	if random.IntN(8) == 0 {
		described.FCSLength = 4
	}
	if random.IntN(16) == 0 { // which makes it doubtful
		described.Extra = []capturetest.Option{{Code: 9, Value: []byte{6}}}
	}
	return described
}

// someBlocks gives packets in blocks of some kind, in half of all files in plain ones only.
func someBlocks(random *rand.Rand, seed uint64, section int, options *capturetest.Options) (all []capturetest.Packet) {
	order := binary.ByteOrder(binary.LittleEndian)
	if options.Order != nil {
		order = options.Order
	}
	word := func(v uint32) []byte {
		b := make([]byte, 4)
		order.PutUint32(b, v)
		return b
	}
	odd, flags := random.IntN(2)*random.IntN(10), random.IntN(2) == 0
	for _, p := range somePackets(random, seed) {
		packet := capturetest.Packet{Time: flow.Timestamp(p.Time + int64(section)*1e13), Data: p.Frame, Length: p.WireLength, Interface: random.IntN(max(1, len(options.Interfaces)))}
		if flags {
			packet.Options = []capturetest.Option{{Code: 1, Value: []byte("comment")[:random.IntN(8)]}, {Code: 2, Value: word(uint32(random.IntN(4)) | 1<<24)}}[random.IntN(2):]
		}
		if odd > 0 && random.IntN(odd) == 0 {
			switch random.IntN(10) {
			case 0:
				packet.Options = []capturetest.Option{{Code: 2, Value: word(uint32(random.IntN(4)))}} // the direction
			case 1:
				packet.Options = []capturetest.Option{{Code: 2, Value: word(uint32(random.IntN(3)) << 5)}} // the length of the FCS
			case 2:
				packet.Options = []capturetest.Option{{Code: 1, Value: []byte("a comment")}}
			case 3:
				packet.Block = capturetest.Obsolete
			case 4:
				packet.Block = capturetest.Simple
			case 5:
				packet.Before = capturetest.RawBlock(*options, 0xbad, make([]byte, 4*random.IntN(8)))
			case 6:
				packet.Interface = random.IntN(3)
			case 7:
				packet.Options = []capturetest.Option{{Code: 4, Value: make([]byte, 4+4*random.IntN(2))}} // lost packets
			case 8:
				packet.Options = []capturetest.Option{{Code: 2, Value: make([]byte, 3)}}
			case 9:
				packet.Before = unsoundOptions(order, packet, 8+4*random.IntN(2)+random.IntN(2)*random.IntN(4))
			}
		}
		all = append(all, packet)
	}
	return all
}

// unsoundOptions gives a block of the time of a packet with so many octets of options. If these are a multiple of four, one
// is longer than all of them, else nothing can be read behind the block.
func unsoundOptions(order binary.ByteOrder, packet capturetest.Packet, octets int) []byte {
	frame, time := len(plainFrame)&^3, packet.Time/1000
	block := make([]byte, 28+frame+octets+4)
	for at, word := range map[int]uint32{0: 6, 4: uint32(len(block)), 12: uint32(time >> 32), 16: uint32(time), 20: uint32(frame), 24: uint32(frame), len(block) - 4: uint32(len(block))} {
		order.PutUint32(block[at:], word)
	}
	copy(block[28:], plainFrame[:frame])
	order.PutUint16(block[28+frame:], 1)
	if order.PutUint16(block[28+frame+2:], 9); octets%4 > 0 {
		order.PutUint16(block[28+frame+2:], 2)
	}
	return block
}

// somePackets gives random packets, or, two times of three, such that have nothing odd about them with a random one here and there.
func somePackets(random *rand.Rand, seed uint64) []randomcapture.Packet {
	packets := randomcapture.New(seed, randomcapture.Options{Packets: 1000, Disorder: randomcapture.Disorder(seed % 3)})
	if random.IntN(3) > 0 {
		at := packets[0].Time
		for i := range packets {
			if random.IntN(30) > 0 {
				frame := slices.Clone(plainFrame)
				frame[29], frame[33], frame[37] = byte(random.IntN(3)), byte(random.IntN(3)), byte(random.IntN(3)) // addresses and a port
				if random.IntN(10) == 0 {
					frame = inAnother(frame)
				}
				packets[i].Frame, packets[i].WireLength = frame, uint32(len(frame)+random.IntN(2))
			}
			at += int64(random.IntN(1e9))
			packets[i].Time = at
		}
	}
	if random.IntN(2) == 0 {
		packets = randomcapture.Snap(packets, 40+random.IntN(200))
	}
	return packets
}

// inAnother puts the IP packet of a frame without VLAN tag into another one.
func inAnother(frame []byte) []byte {
	nested := slices.Concat(plainFrame[:34], frame[14:])
	binary.BigEndian.PutUint16(nested[16:], uint16(len(nested)-14))
	nested[23] = 4 // IPv4
	return nested
}

// plainFrame is a frame of Ethernet with one of UDP.
var plainFrame = append(append(make([]byte, 12), 8, 0, 0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2), 0, 53, 0, 54, 0, 8, 0, 0)
