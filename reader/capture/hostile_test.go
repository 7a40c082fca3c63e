package capture_test

import (
	"encoding/binary"
	"fmt"
	"testing"

	"netstream/reader/capture/capturetest"
)

// TestHostileSnapshotLengths: the snapshot length of a file is a hint, whatever it says.
func TestHostileSnapshotLengths(t *testing.T) {
	fixtures := 0
	for _, length := range []uint32{0, 1, 1 << 31, 1<<32 - 1} {
		pcap := pcapFile(t, capturetest.Options{}, samplePackets(3))
		binary.LittleEndian.PutUint32(pcap[16:], length)
		pcapng := pcapngFile(t, capturetest.Options{}, samplePackets(3))
		const interfaceBlock = 28 // behind a section header without options
		binary.LittleEndian.PutUint32(pcapng[interfaceBlock+12:], length)
		for _, file := range [][]byte{pcap, pcapng} {
			fixtures++
			got := read(t, file, 64).sound(t)
			for i, p := range samplePackets(3) {
				if len(got.frames) != 3 || len(got.frames[i].Data) != len(p.Data) {
					t.Fatalf("snapshot length %d: %d frames, want 3 whole ones", length, len(got.frames))
				}
			}
		}
	}
	t.Logf("assertion P4: %d fixtures", fixtures)
}

// TestHostileBlocks has blocks of every type with lengths that no block can have. All in
// front of them is read, and they cost no memory.
func TestHostileBlocks(t *testing.T) {
	const section = 0x0a0d0d0a
	fixtures := 0
	for _, kind := range []uint32{section, 1, 2, 3, 4, 5, 6, 0x0bad} {
		for _, length := range []uint32{0, 4, 8, 11, 13, 1<<32 - 4} {
			fixtures++
			t.Run(fmt.Sprintf("type %d, length %d", kind, length), func(t *testing.T) {
				file := pcapngFile(t, capturetest.Options{}, samplePackets(2))
				at := int64(len(file))
				file = binary.LittleEndian.AppendUint32(file, kind)
				file = binary.LittleEndian.AppendUint32(file, length)
				file = append(file, 0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0)
				file = append(file, make([]byte, 64)...)
				var got reading
				used := allocated(func() { got = read(t, file, 4096) })
				if len(got.frames) != 2 || len(got.damages) != 1 || !got.damages[0].Fatal || got.damages[0].Offset != at {
					t.Errorf("%d frames, damages %v; want 2, and one at %d", len(got.frames), got.damages, at)
				}
				if used > 2<<20 {
					t.Errorf("%d octets allocated for a file of %d", used, len(file))
				}
			})
		}
	}
	t.Logf("assertion P5: %d fixtures of lengths", fixtures)
}
