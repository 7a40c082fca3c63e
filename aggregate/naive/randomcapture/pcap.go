package randomcapture

import (
	"cmp"
	"encoding/binary"
)

// Format is a way to write a pcap file.
type Format struct {
	Order       binary.AppendByteOrder // binary.LittleEndian or binary.BigEndian
	Nanoseconds bool                   // else microseconds: what is below is lost
	Link        uint16                 // of pcap files; 0 is Ethernet
}

// Formats are all ways to write a pcap file.
func Formats() []Format {
	return []Format{
		{Order: binary.LittleEndian, Nanoseconds: true}, {Order: binary.BigEndian, Nanoseconds: true},
		{Order: binary.LittleEndian}, {Order: binary.BigEndian},
	}
}

// Encode writes a capture as a pcap file.
func Encode(packets []Packet, format Format) []byte {
	magic, unit := uint32(0xa1b2c3d4), int64(1000)
	if format.Nanoseconds {
		magic, unit = 0xa1b23c4d, 1
	}
	order := format.Order
	file := order.AppendUint32(nil, magic)
	file = order.AppendUint16(file, 2) // version 2.4
	file = order.AppendUint16(file, 4)
	for _, field := range []uint32{0, 0, 262144, uint32(cmp.Or(format.Link, LinkEthernet))} { // zone, accuracy, snapshot length, link type
		file = order.AppendUint32(file, field)
	}
	for _, p := range packets {
		file = order.AppendUint32(file, uint32(p.Time/1e9))
		file = order.AppendUint32(file, uint32(p.Time%1e9/unit))
		file = order.AppendUint32(file, uint32(len(p.Frame)))
		file = order.AppendUint32(file, p.WireLength)
		file = append(file, p.Frame...)
	}
	return file
}
