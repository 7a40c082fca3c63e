package main

import (
	"bufio"
	"encoding/binary"
)

const (
	second = 1_000_000 // microseconds, the unit of the workloads' clock

	// beginning is the Unix time of microsecond 0: 2024-01-01T00:00:00Z.
	beginning = 1704067200

	// maxSnaplen is the largest snapshot length that programs take without
	// question; no frame that netgen makes is longer.
	maxSnaplen = 65535

	recordHeaderLength = 16 // octets of a pcap record header
	linkTypeEthernet   = 1
)

// writePcapHeader writes the file header of a little-endian pcap file with
// microseconds. Errors stay in the writer until it is flushed.
func writePcapHeader(w *bufio.Writer, snaplen int) {
	h := make([]byte, 0, 24)
	h = binary.LittleEndian.AppendUint32(h, 0xa1b2c3d4)
	h = binary.LittleEndian.AppendUint16(h, 2)
	h = binary.LittleEndian.AppendUint16(h, 4)
	h = append(h, make([]byte, 8)...)
	h = binary.LittleEndian.AppendUint32(h, uint32(snaplen))
	h = binary.LittleEndian.AppendUint32(h, linkTypeEthernet)
	_, _ = w.Write(h)
}

// putRecordHeader fills the header of a packet record.
func putRecordHeader(h []byte, microsecond uint64, captured, original int) {
	binary.LittleEndian.PutUint32(h[0:], uint32(beginning+microsecond/second))
	binary.LittleEndian.PutUint32(h[4:], uint32(microsecond%second))
	binary.LittleEndian.PutUint32(h[8:], uint32(captured))
	binary.LittleEndian.PutUint32(h[12:], uint32(original))
}

// checksumAdd adds octets as 16-bit words in network order (RFC 1071). The
// caller's packets are short enough for 32 bits.
func checksumAdd(sum uint32, octets []byte) uint32 {
	for len(octets) >= 2 {
		sum += uint32(octets[0])<<8 | uint32(octets[1])
		octets = octets[2:]
	}
	if len(octets) > 0 {
		sum += uint32(octets[0]) << 8
	}
	return sum
}

// checksum folds and complements the sum (RFC 1071).
func checksum(sum uint32) uint16 {
	for sum > 0xffff {
		sum = sum&0xffff + sum>>16
	}
	return ^uint16(sum)
}
