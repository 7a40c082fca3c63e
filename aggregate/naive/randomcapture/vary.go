package randomcapture

import "math/rand/v2"

// Vary changes what flow keys can hold beyond the 7-tuple, and the ECN marks, of some
// of the packets: flow labels, tags, MPLS labels, MAC addresses.
func Vary(packets []Packet, random *rand.Rand) []Packet {
	one := func(n int) bool { return random.IntN(n) == 0 }
	varied := make([]Packet, 0, len(packets))
	for _, p := range packets {
		changed := each([]Packet{p}, func(p *Packet) {
			if p.network == 0 || len(p.Frame) < p.network+4 {
				return
			}
			ip := p.Frame[p.network:]
			switch ip[0] >> 4 {
			case 4:
				if one(4) {
					ip[1] ^= byte(random.IntN(4))
				}
			case 6:
				if one(4) {
					ip[1] ^= byte(random.IntN(4)) << 4
				}
				if one(2) {
					ip[1] = ip[1]&0xf0 | pick(random, []byte{0, 0, 8, 15})
					ip[2], ip[3] = pick(random, []byte{0, 1, 255}), pick(random, []byte{0, 1})
				}
			}
		})
		if one(12) {
			changed = AddVLAN(changed, uint16(random.IntN(3)))
		}
		for one(6) {
			changed = AddMPLS(changed, uint32(random.IntN(3)))
		}
		if one(6) {
			changed = ChangeMACs(changed, [6]byte{2, 0, 0, 0, 0, byte(random.IntN(4))}, [6]byte{2, 0, 0, 0, 0, byte(random.IntN(4))})
		}
		varied = append(varied, changed...)
	}
	return varied
}
