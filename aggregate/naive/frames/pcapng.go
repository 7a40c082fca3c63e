package frames

import (
	"encoding/binary"
	"fmt"
	"strings"

	"netstream/aggregate/flow"
)

// Read gives the frames of a capture, pcap or pcapng.
func Read(content []byte) ([]Frame, error) {
	if strings.HasPrefix(string(content), "\n\r\r\n") {
		return ReadPcapng(content)
	}
	return ReadPcap(content)
}

// ReadPcapng gives the frames of a pcapng file of one section
// (draft-ietf-opsawg-pcapng) that is whole and has nothing but enhanced packet blocks,
// with stamps in microseconds or nanoseconds. It fails for any other.
func ReadPcapng(content []byte) ([]Frame, error) {
	if len(content) < 28 {
		return nil, fmt.Errorf("cannot read section header: got %d octets, want 28 or more", len(content))
	}
	var order binary.ByteOrder = binary.LittleEndian
	if order.Uint32(content[8:]) != 0x1a2b3c4d {
		order = binary.BigEndian
	}
	type description struct {
		link uint32
		name string
		unit int64 // nanoseconds
	}
	var interfaces []description
	var frames []Frame
	for rest := content; len(rest) > 0; {
		if len(rest) < 12 || int(order.Uint32(rest[4:])) > len(rest) || order.Uint32(rest[4:]) < 12 {
			return nil, fmt.Errorf("cannot read block at offset %d", len(content)-len(rest))
		}
		kind, block := order.Uint32(rest), rest[8:order.Uint32(rest[4:])-4]
		rest = rest[order.Uint32(rest[4:]):]
		switch kind {
		case 1:
			d := description{link: uint32(order.Uint16(block)), unit: 1000}
			for code, value := range options(order, block[8:]) {
				switch {
				case code == 2:
					d.name = string(value)
				case code == 9 && value[0] == 9:
					d.unit = 1
				}
			}
			interfaces = append(interfaces, d)
		case 6:
			from := interfaces[order.Uint32(block)]
			captured, original := uint64(order.Uint32(block[12:])), uint64(order.Uint32(block[16:]))
			count := int64(order.Uint32(block[4:]))<<32 | int64(order.Uint32(block[8:]))
			f := Frame{
				Time: flow.Timestamp(count * from.unit), Octets: block[20 : 20+captured], WireOctets: max(original, captured),
				LinkType: from.link, Interface: from.name,
			}
			for code, value := range options(order, block[20+(captured+3)/4*4:]) {
				if code == 2 {
					f.Flags = order.Uint32(value)
				}
			}
			frames = append(frames, f)
		}
	}
	return frames, nil
}

// options gives the options of a block by their codes, the last one of each.
func options(order binary.ByteOrder, list []byte) map[uint16][]byte {
	found := map[uint16][]byte{}
	for len(list) >= 4 && order.Uint16(list) != 0 {
		length := int(order.Uint16(list[2:]))
		found[order.Uint16(list)] = list[4 : 4+length]
		list = list[4+(length+3)/4*4:]
	}
	return found
}
