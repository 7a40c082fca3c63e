package naive

import (
	"encoding/binary"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/aggregate/naive/randomcapture"
)

// base is 2026-01-31 05:00:00 UTC, the edge of an interval.
const base = flow.Timestamp(1769835600_000000000)

var defaults = Options{
	Idle: 30 * time.Second, Active: 30 * time.Minute, EndGrace: 30 * time.Second,
	ReorderWindow: time.Second, Interval: 5 * time.Minute,
}

// udp is a datagram of 28 octets from host to host, ports 1000 and 53.
func udp(from, to byte) []byte {
	return append(header4(17, 28, from, to), 0x03, 0xe8, 0, 53, 0, 8, 0, 0)
}

// tcp is a segment without payload, of 40 octets, from 10.0.0.1 to 10.0.0.2.
func tcp(flags uint16) []byte {
	b := append(header4(6, 40, 1, 2), 0x03, 0xe8, 0, 80, 0, 0, 0, 1, 0, 0, 0, 1)
	b = binary.BigEndian.AppendUint16(b, 5<<12|flags)
	return append(b, 0, 0, 0, 0, 0, 0)
}

func header4(protocol, length, from, to byte) []byte {
	return []byte{
		2, 0, 0, 0, 0, to, 2, 0, 0, 0, 0, from, 8, 0,
		0x45, 0, 0, length, 0, 0, 0, 0, 64, protocol, 0, 0, 10, 0, 0, from, 10, 0, 0, to,
	}
}

func at(after time.Duration, frame []byte) randomcapture.Packet {
	return randomcapture.Packet{Time: int64(base) + int64(after), Frame: frame, WireLength: uint32(len(frame))}
}

func encode(packets ...randomcapture.Packet) []byte {
	return randomcapture.Encode(packets, randomcapture.Format{Order: binary.LittleEndian, Nanoseconds: true})
}

func run(t *testing.T, opts Options, packets ...randomcapture.Packet) Result {
	t.Helper()
	result, err := Run([]File{{Name: "a.pcap", Content: encode(packets...)}}, opts)
	if err != nil {
		t.Fatal(err)
	}
	return result
}
