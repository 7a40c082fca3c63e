package randomcapture

import "slices"

// Shrink drops packets from a capture as long as it still fails, so that what is
// left shows why. The result fails, and does not any more without any one of its
// packets. It calls fails up to n * n times for n packets.
func Shrink(packets []Packet, fails func([]Packet) bool) []Packet {
	for size := max(1, len(packets)/2); ; size = max(1, size/2) {
		dropped := false
		for from := 0; from+size <= len(packets); {
			without := slices.Delete(slices.Clone(packets), from, from+size)
			if fails(without) {
				packets, dropped = without, true
			} else {
				from += size
			}
		}
		if size == 1 && !dropped {
			return packets
		}
	}
}
