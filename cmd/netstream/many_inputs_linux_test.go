package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Ten times as many inputs, one after the other or all of the same time, take little more
// memory: what an input has read is given back when it ends, and what many need at a time
// is small.
func TestManyInputs(t *testing.T) {
	const few, many = 12, 120
	for _, tt := range []struct {
		name    string
		content func(i int) []byte
		most    int64 // MiB that 108 inputs more may take: half of what they took when each kept its buffers
	}{
		{"captures one after the other", func(i int) []byte { return udpCapture(i, uint32(10*i)) }, 70},
		{"captures of the same time", func(i int) []byte { return udpCapture(i, 0) }, 100},
		{"exports", exportMessages, 40},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			var names []string
			for i := range many {
				names = append(names, filepath.Join(folder, fmt.Sprintf("%03d.raw", i)))
				if err := os.WriteFile(names[i], tt.content(i), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			less, more := peakMemory(t, names[:few]), peakMemory(t, names)
			t.Logf("assertion G2: %d inputs %d MiB, %d inputs %d MiB", few, less>>20, many, more>>20)
			if more > less+tt.most<<20 {
				t.Errorf("%d inputs take %d MiB, %d of them %d MiB", many, more>>20, few, less>>20)
			}
		})
	}
}

// peakMemory gives the greatest resident set of a run, in octets.
func peakMemory(t *testing.T, inputs []string) int64 {
	t.Helper()
	cmd := exec.Command(os.Args[0], append([]string{"run", "-q", "--memory", "128M", "-w", filepath.Join(t.TempDir(), "out")}, inputs...)...)
	return peakOf(t, cmd)
}

// udpCapture gives a capture of 8,000 packets within ten seconds from a second on.
func udpCapture(i int, second uint32) []byte {
	const packets = 8_000
	b := binary.LittleEndian.AppendUint32(nil, 0xa1b2c3d4)
	b = binary.LittleEndian.AppendUint16(b, 2)
	b = binary.LittleEndian.AppendUint16(b, 4)
	b = append(b, make([]byte, 8)...)
	b = binary.LittleEndian.AppendUint32(b, 65535)
	b = binary.LittleEndian.AppendUint32(b, 101) // raw IP
	for n := range uint32(packets) {
		b = binary.LittleEndian.AppendUint32(b, 1_700_000_000+second+n/800)
		b = binary.LittleEndian.AppendUint32(b, n%800*1250)
		b = binary.LittleEndian.AppendUint32(b, 60)
		b = binary.LittleEndian.AppendUint32(b, 60)
		b = append(b, 0x45, 0, 0, 60, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, byte(i), 198, 51, 100, byte(n%50))
		b = append(b, 0x10, 0, 0, 53, 0, 40, 0, 0)
		b = append(b, make([]byte, 32)...)
	}
	return b
}

// exportMessages gives 300 NetFlow 5 messages of 30 records.
func exportMessages(i int) []byte {
	var b []byte
	for m := range uint32(300) {
		b = binary.BigEndian.AppendUint16(b, 5)
		b = binary.BigEndian.AppendUint16(b, 30)
		b = binary.BigEndian.AppendUint32(b, 3_600_000) // uptime in milliseconds
		b = binary.BigEndian.AppendUint32(b, 1_700_000_000+10*uint32(i))
		b = binary.BigEndian.AppendUint32(b, 0)
		b = binary.BigEndian.AppendUint32(b, 30*(300*uint32(i)+m))
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
