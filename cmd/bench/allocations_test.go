package main

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"netstream/aggregate/flow"
	"netstream/reader/input"
)

// TestMeteringDoesNotAllocate: a capture of the same flows with fifty times as many packets
// takes no more objects, reader, order, flow cache and all.
func TestMeteringDoesNotAllocate(t *testing.T) {
	const few, many = 4_000, 200_000
	short, err := allocations(writeFile(t, "short.pcap", capture(few)))
	if err != nil {
		t.Fatal(err)
	}
	long, err := allocations(writeFile(t, "long.pcap", capture(many)))
	if err != nil {
		t.Fatal(err)
	}
	// The runtime's own threads allocate now and then.
	if more := int64(long) - int64(short); more > (many-few)/1000 {
		t.Errorf("%d packets more allocate %d objects more (%d and %d)", many-few, more, short, long)
	}
}

// TestDecodingDoesNotAllocate: neither do records of exporters.
func TestDecodingDoesNotAllocate(t *testing.T) {
	name := writeFile(t, "nf5.raw", messages(5_000))
	var records int
	count := func(batch []flow.Record) error { records += len(batch); return nil }
	n := testing.AllocsPerRun(1, func() {
		records = 0
		if err := eachBatch(name, input.SHA256, count); err != nil {
			t.Fatal(err)
		}
	})
	if records != 150_000 {
		t.Fatalf("%d records, want 150000", records)
	}
	if n > 2_000 {
		t.Errorf("%d records allocate %v objects", records, n)
	}
}

// TestReadBounds reads the bounds of make guard.
func TestReadBounds(t *testing.T) {
	got, err := readBounds("bounds.txt")
	if err != nil || len(got) != 7 || got[0].name != "mix" || got[0].most < 1 {
		t.Errorf("got %v, %v", got, err)
	}
	if got, err := readBounds(writeFile(t, "bounds.txt", []byte("mix 1 2\n"))); err == nil {
		t.Errorf("got %v of a line with three fields", got)
	}
}

func writeFile(t *testing.T, name string, content []byte) string {
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// capture gives a pcap file of so many UDP packets in 100 flows within ten seconds.
func capture(packets int) []byte {
	b := binary.LittleEndian.AppendUint32(nil, 0xa1b2c3d4)
	b = binary.LittleEndian.AppendUint16(b, 2)
	b = binary.LittleEndian.AppendUint16(b, 4)
	b = append(b, make([]byte, 8)...)
	b = binary.LittleEndian.AppendUint32(b, 65535)
	b = binary.LittleEndian.AppendUint32(b, 101) // raw IP
	for i := range packets {
		at := uint64(i) * 10_000_000 / uint64(packets) // microseconds
		b = binary.LittleEndian.AppendUint32(b, 1_700_000_000+uint32(at/1_000_000))
		b = binary.LittleEndian.AppendUint32(b, uint32(at%1_000_000))
		b = binary.LittleEndian.AppendUint32(b, 28)
		b = binary.LittleEndian.AppendUint32(b, 28)
		b = append(b, 0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 198, 51, 100, byte(i%100))
		b = append(b, 0x10, 0, 0, 53, 0, 8, 0, 0)
	}
	return b
}

// messages gives so many NetFlow 5 messages of 30 records each.
func messages(n int) []byte {
	var b []byte
	for i := range n {
		b = binary.BigEndian.AppendUint16(b, 5)
		b = binary.BigEndian.AppendUint16(b, 30)
		b = binary.BigEndian.AppendUint32(b, 3_600_000) // uptime in milliseconds
		b = binary.BigEndian.AppendUint32(b, 1_700_000_000)
		b = binary.BigEndian.AppendUint32(b, 0)
		b = binary.BigEndian.AppendUint32(b, uint32(30*i))
		b = append(b, 0, 0, 0, 0)
		for record := range 30 {
			r := make([]byte, 48)
			copy(r, []byte{10, 0, byte(i), byte(record), 10, 1, 0, 1})
			binary.BigEndian.PutUint32(r[16:], 2)
			binary.BigEndian.PutUint32(r[20:], 120)
			binary.BigEndian.PutUint32(r[24:], 3_500_000)
			binary.BigEndian.PutUint32(r[28:], 3_550_000)
			r[38] = 6
			b = append(b, r...)
		}
	}
	return b
}
