package randomcapture

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"time"
)

// Each function gives a changed copy and leaves its argument alone. Its comment
// says what the change does to the tables. "Place" stands for the number of the
// first packet and of its file.

func each(packets []Packet, change func(p *Packet)) []Packet {
	packets = slices.Clone(packets)
	for i := range packets {
		packets[i].Frame = slices.Clone(packets[i].Frame)
		change(&packets[i])
	}
	return packets
}

// Split cuts a capture in front of the packets with the given indices, which
// ascend. The tables of the parts together are those of the whole but for the
// places (M2), if the capture is [Calm] and the names of the parts sort as they
// come: a clock starts anew in each file, so that a packet which is late in the
// whole may not be so in its part.
func Split(packets []Packet, at ...int) [][]Packet {
	var parts [][]Packet
	from := 0
	for _, to := range append(slices.Clone(at), len(packets)) {
		parts = append(parts, packets[from:to])
		from = to
	}
	return parts
}

// TruncateToMicroseconds drops what a pcap file with microseconds cannot say;
// from then on all formats give the same tables (M3).
func TruncateToMicroseconds(packets []Packet) []Packet {
	return each(packets, func(p *Packet) { p.Time -= p.Time % 1000 })
}

// ShiftTime adds d to all times. All times of the tables are shifted, and all
// else is equal, if d is a multiple of the interval (M4). ok is false if a time
// would lie outside of what pcap can say.
func ShiftTime(packets []Packet, d time.Duration) (shifted []Packet, ok bool) {
	ok = true
	shifted = each(packets, func(p *Packet) {
		p.Time += int64(d)
		ok = ok && p.Time >= 0 && p.Time <= lastTime
	})
	return shifted, ok
}

// AddVLAN puts an 802.1Q tag in front of what is behind the MAC addresses. It
// changes the VLAN ids and adds 4 to each frame's length (M5); what was the
// outermost id becomes the inner one.
func AddVLAN(packets []Packet, id uint16) []Packet {
	return each(packets, func(p *Packet) {
		p.insert(12, []byte{0x81, 0, byte(id >> 8 & 15), byte(id)})
	})
}

// AddMPLS pushes a label in front of every IPv4 or IPv6 packet and every label
// stack. It changes the labels and adds 4 to the lengths of those frames (M5);
// others stay as they are.
func AddMPLS(packets []Packet, label uint32) []Packet {
	return each(packets, func(p *Packet) {
		if p.network == 0 || p.network >= len(p.Frame) {
			return
		}
		at := 12
		for slices.Contains([]uint16{0x8100, 0x88a8}, binary.BigEndian.Uint16(p.Frame[at:])) {
			at += 4
		}
		entry := label<<12 | 64
		if binary.BigEndian.Uint16(p.Frame[at:]) != 0x8847 {
			entry |= 1 << 8 // bottom of stack
			binary.BigEndian.PutUint16(p.Frame[at:], 0x8847)
		}
		p.insert(at+2, binary.BigEndian.AppendUint32(nil, entry))
	})
}

// insert puts octets in front of the IP header, unless the frame is cut there.
func (p *Packet) insert(at int, octets []byte) {
	if len(p.Frame) < at {
		return
	}
	p.Frame = slices.Insert(p.Frame, at, octets...)
	p.WireLength += uint32(len(octets))
	if p.network != 0 {
		p.network += len(octets)
	}
	if p.ports != 0 {
		p.ports += len(octets)
	}
}

// ChangeMACs sets the MAC addresses. It changes those in the flow table and
// nothing else (M5).
func ChangeMACs(packets []Packet, source, destination [6]byte) []Packet {
	return each(packets, func(p *Packet) {
		if len(p.Frame) >= 12 {
			copy(p.Frame, destination[:])
			copy(p.Frame[6:], source[:])
		}
	})
}

// Snap cuts all frames to n octets. With n of [MaxHeaders] or more the tables
// stay as they are (M7), but for packets that claim to be shorter than captured.
func Snap(packets []Packet, n int) []Packet {
	return each(packets, func(p *Packet) { p.Frame = p.Frame[:min(n, len(p.Frame))] })
}

// SwapDirection swaps source and destination: addresses, ports and MAC
// addresses. The tables do the same (M9); the destination port of ICMP is its
// type and code and stays.
func SwapDirection(packets []Packet) []Packet {
	return each(packets, func(p *Packet) {
		swap(p.Frame, 0, 6)
		if p.network == 0 || p.network >= len(p.Frame) {
			return
		}
		if p.Frame[p.network]>>4 == 4 {
			swap(p.Frame, p.network+12, 4)
		} else {
			swap(p.Frame, p.network+8, 16)
		}
		if p.ports != 0 {
			swap(p.Frame, p.ports, 2)
		}
	})
}

// RenameHosts gives each host, which is the last octet of its addresses, the number that
// it has in names. The tables do the same (M8). It reports whether all addresses are
// there to be renamed: a packet cut within them would keep some.
func RenameHosts(packets []Packet, names [256]byte) (renamed []Packet, ok bool) {
	ok = true
	renamed = each(packets, func(p *Packet) {
		if p.network == 0 || p.network >= len(p.Frame) {
			return
		}
		ends := [2]int{p.network + 15, p.network + 19}
		if p.Frame[p.network]>>4 != 4 {
			ends = [2]int{p.network + 23, p.network + 39}
		}
		if len(p.Frame) <= ends[1] {
			ok = false
			return
		}
		for _, at := range ends {
			p.Frame[at] = names[p.Frame[at]]
		}
	})
	return renamed, ok
}

// swap exchanges the n octets at an offset with the n behind them, if all are
// there.
func swap(frame []byte, at, n int) {
	if len(frame) < at+2*n {
		return
	}
	first := slices.Clone(frame[at : at+n])
	copy(frame[at:], frame[at+n:at+2*n])
	copy(frame[at+n:], first)
}

// SwapEqualTimes swaps the packets at and at+1 and reports whether their times
// are equal; if not, it does nothing. Packets of different keys: all is equal
// but the places. Of one key: the volumes of the key are equal (M10).
func SwapEqualTimes(packets []Packet, at int) (swapped []Packet, ok bool) {
	if at+1 >= len(packets) || packets[at].Time != packets[at+1].Time {
		return packets, false
	}
	swapped = slices.Clone(packets)
	swapped[at], swapped[at+1] = swapped[at+1], swapped[at]
	return swapped, true
}

// Mirror puts a copy of some packets behind them, as if a second mirror port had
// seen them: up to a few packets later in the capture, by at most within later or
// earlier. If copies within that time are left out and the capture has no equal
// packets itself, the tables are those of the capture but for the places.
func Mirror(packets []Packet, random *rand.Rand, within time.Duration) []Packet {
	var mirrored, due []Packet
	for _, p := range packets {
		mirrored = append(mirrored, p)
		if random.IntN(3) == 0 {
			p.Time += random.Int64N(2*int64(within)) - int64(within) + 1
			p.Time = min(max(p.Time, 0), lastTime)
			due = append(due, p)
		}
		if random.IntN(2) == 0 {
			mirrored, due = append(mirrored, due...), nil
		}
	}
	return append(mirrored, due...)
}

// InsertAlien puts a packet of a host of its own (192.0.2.1 to 192.0.2.2, UDP)
// in front of the packet with index at. If its time lies far from all others,
// it has a row of its own in each table and changes no other row but for the
// numbers of the packets behind it (M11).
func InsertAlien(packets []Packet, at int, when time.Time) []Packet {
	frame := []byte{
		2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 8, 8, 0,
		0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2,
		0, 7, 0, 9, 0, 8, 0, 0,
	}
	alien := Packet{Time: when.UnixNano(), Frame: frame, WireLength: uint32(len(frame)), network: 14, ports: 34}
	return slices.Insert(slices.Clone(packets), at, alien)
}
