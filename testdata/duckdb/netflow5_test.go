package duckdb

import (
	"encoding/binary"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// exporter5 is an exporter of NetFlow version 5.
type exporter5 struct {
	address  string
	sampling uint16 // one of how many packets is metered
	flows    []flow5
}

// flow5 is a flow record: when it began and ended since the epoch of the exports.
type flow5 struct {
	input, output   uint16 // interfaces
	begin, end      time.Duration
	packets, octets uint32
}

// epochOfExports is when the exporters were started, a whole hour.
func epochOfExports() time.Time { return time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC) }

// message gives a message with all flows of the exporter, sent 10 hours after its
// start. Layouts are those of Cisco's "NetFlow Export Datagram Format", version 5.
func (e *exporter5) message() []byte {
	const uptime = 10 * time.Hour
	m := binary.BigEndian.AppendUint16(nil, 5)
	m = binary.BigEndian.AppendUint16(m, uint16(len(e.flows)))
	m = binary.BigEndian.AppendUint32(m, uint32(uptime.Milliseconds()))
	m = binary.BigEndian.AppendUint32(m, uint32(epochOfExports().Add(uptime).Unix()))
	m = append(m, make([]byte, 4+4+2)...)                  // nanoseconds; flow sequence; engine
	m = binary.BigEndian.AppendUint16(m, 1<<14|e.sampling) // one of each so many, by count
	for i, f := range e.flows {
		m = append(m, 192, 0, 2, byte(i+1), 198, 51, 100, byte(i+1), 0, 0, 0, 0)
		m = binary.BigEndian.AppendUint16(m, f.input)
		m = binary.BigEndian.AppendUint16(m, f.output)
		for _, v := range []uint32{f.packets, f.octets, uint32(f.begin.Milliseconds()), uint32(f.end.Milliseconds())} {
			m = binary.BigEndian.AppendUint32(m, v)
		}
		m = append(m, 0x9c, 0x40, 0x01, 0xbb, 0, 0x1b, 6, 0) // ports 40000 and 443; padding; flags; TCP; ToS
		m = append(m, make([]byte, 8)...)                    // autonomous systems, masks, padding
	}
	return m
}

// captureOfExports writes a capture of what exporters send, each message in a UDP
// datagram over IPv4, and gives its path.
func captureOfExports(t *testing.T, exporters ...exporter5) string {
	t.Helper()
	const linkTypeRaw = 101
	capture := []byte{0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, linkTypeRaw, 0, 0, 0}
	for i := range exporters {
		message := exporters[i].message()
		p := []byte{0x45, 0}
		p = binary.BigEndian.AppendUint16(p, uint16(20+8+len(message)))
		p = append(p, 0, 0, 0, 0, 64, 17, 0, 0)
		p = append(p, netip.MustParseAddr(exporters[i].address).AsSlice()...)
		p = append(p, 203, 0, 113, 9, 0xc3, 0x50, 0x08, 0x07) // the collector; from port 50000 to 2055
		p = binary.BigEndian.AppendUint16(p, uint16(8+len(message)))
		p = append(append(p, 0, 0), message...)
		for _, v := range []int64{epochOfExports().Unix() + 36000, 0, int64(len(p)), int64(len(p))} {
			capture = binary.LittleEndian.AppendUint32(capture, uint32(v))
		}
		capture = append(capture, p...)
	}
	path := filepath.Join(t.TempDir(), "exports.pcap")
	if err := os.WriteFile(path, capture, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
