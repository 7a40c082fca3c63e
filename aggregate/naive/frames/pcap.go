package frames

import (
	"encoding/binary"
	"fmt"

	"netstream/aggregate/flow"
)

const (
	fileHeader   = 24 // octets of the pcap file header
	recordHeader = 16 // octets in front of each frame
)

// The link types that Decode reads: LINKTYPE_ETHERNET, LINKTYPE_LINUX_SLL and
// LINKTYPE_LINUX_SLL2.
const (
	LinkTypeEthernet = 1
	LinkTypeSLL      = 113
	LinkTypeSLL2     = 276
)

// Frame is one packet of a capture.
type Frame struct {
	Time       flow.Timestamp
	Octets     []byte // as far as captured, part of the file's content
	WireOctets uint64 // original length, never below the captured one
	LinkType   uint32 // LINKTYPE value of the file, the lower 16 bits

	Interface string // name of the capture interface, "" if there is none
	Flags     uint32 // epb_flags, 0 if there are none
}

// ReadPcap gives the frames of a pcap file (draft-ietf-opsawg-pcap). Seconds are
// unsigned; a fraction of a second or more carries over. A record that the end
// of the file cuts is no frame, nor is anything behind it. ReadPcap fails if the
// file header is cut or does not begin with a magic number of pcap.
func ReadPcap(content []byte) ([]Frame, error) {
	if len(content) < fileHeader {
		return nil, fmt.Errorf("cannot read pcap file header: got %d octets, want %d", len(content), fileHeader)
	}
	var order binary.ByteOrder = binary.LittleEndian
	magic := order.Uint32(content)
	if magic == 0xd4c3b2a1 || magic == 0x4d3cb2a1 {
		order = binary.BigEndian
		magic = order.Uint32(content)
	}
	unit := map[uint32]int64{0xa1b2c3d4: 1000, 0xa1b23c4d: 1}[magic] // nanoseconds
	if unit == 0 {
		return nil, fmt.Errorf("cannot read pcap file header: magic number %#010x at offset 0 is unknown", magic)
	}
	link := order.Uint32(content[20:]) & 0xffff // the upper bits speak of the frame check sequence

	var frames []Frame
	rest := content[fileHeader:]
	for len(rest) >= recordHeader {
		seconds := int64(order.Uint32(rest))
		fraction := int64(order.Uint32(rest[4:]))
		captured := uint64(order.Uint32(rest[8:]))
		original := uint64(order.Uint32(rest[12:]))
		rest = rest[recordHeader:]
		if captured > uint64(len(rest)) {
			break
		}
		frames = append(frames, Frame{
			Time:       flow.Timestamp(seconds*1e9 + fraction*unit),
			Octets:     rest[:captured],
			WireOctets: max(original, captured),
			LinkType:   link,
		})
		rest = rest[captured:]
	}
	return frames, nil
}
