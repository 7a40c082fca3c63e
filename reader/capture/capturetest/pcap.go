package capturetest

import (
	"fmt"
	"io"
)

// WritePCAP writes a pcap file. It fails if w does, or if a packet's time is
// before 1970 or after 2106.
func WritePCAP(w io.Writer, options Options, packets []Packet) error {
	octets := PCAPHeader(options)
	for i, p := range packets {
		seconds := p.Time.Interval(1_000_000_000) / 1_000_000_000
		if seconds < 0 || seconds > 1<<32-1 {
			return fmt.Errorf("cannot write packet %d: time %d is not one of pcap", i+1, p.Time)
		}
		fraction := uint32(p.Time - seconds*1_000_000_000)
		if !options.Nanoseconds {
			fraction /= 1000
		}
		octets = append(octets, PCAPRecord(options, uint32(seconds), fraction, uint32(len(p.Data)), p.length(), p.Data)...)
	}
	_, err := w.Write(octets)
	return err
}

// PCAPHeader gives the 24 octets of a pcap file header.
func PCAPHeader(options Options) []byte {
	order := options.order()
	magic := uint32(0xa1b2c3d4)
	switch {
	case options.Modified:
		magic = 0xa1b2cd34
	case options.Nanoseconds:
		magic = 0xa1b23c4d
	}
	version, link := options.Version, options.LinkType
	if version == [2]uint16{} {
		version = [2]uint16{2, 4}
	}
	if link == 0 {
		link = 1
	}
	octets := order.AppendUint32(nil, magic)
	octets = order.AppendUint16(octets, version[0])
	octets = order.AppendUint16(octets, version[1])
	octets = append(octets, make([]byte, 8)...)
	octets = order.AppendUint32(octets, options.SnapLen)
	return order.AppendUint32(octets, link)
}

// PCAPRecord gives a record whose fields need not agree with each other or with
// data.
func PCAPRecord(options Options, seconds, fraction, captured, original uint32, data []byte) []byte {
	order := options.order()
	if v := options.Version; v != [2]uint16{} && (v[0] == 543 || v[0] == 2 && v[1] < 3) {
		captured, original = original, captured
	}
	var octets []byte
	for _, word := range [...]uint32{seconds, fraction, captured, original} {
		octets = order.AppendUint32(octets, word)
	}
	if options.Modified {
		octets = append(octets, make([]byte, 8)...)
	}
	return append(octets, data...)
}
