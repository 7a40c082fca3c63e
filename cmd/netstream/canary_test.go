package main

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"netstream/aggregate/runs"
)

// canaries are all windows of eight octets in the payload of a capture.
type canaries map[uint64]bool

// payload gives random octets and keeps their windows.
func (c canaries) payload(random *rand.Rand, octets int) []byte {
	b := make([]byte, octets)
	for i := range b {
		b[i] = byte(random.Uint32())
	}
	for i := 0; i+8 <= len(b); i++ {
		c[binary.LittleEndian.Uint64(b[i:])] = true
	}
	return b
}

// in gives where octets hold a window, -1 if they do nowhere.
func (c canaries) in(octets []byte) int {
	for i := 0; i+8 <= len(octets); i++ {
		if c[binary.LittleEndian.Uint64(octets[i:])] {
			return i
		}
	}
	return -1
}

// canaryCapture gives a capture whose packets carry canaries: UDP and TCP, a protocol
// without decoder, frames that are no IP, cut ones, and such with damaged headers.
func canaryCapture(c canaries) []byte {
	random := rand.New(rand.NewPCG(1, 8))
	b := binary.LittleEndian.AppendUint32(nil, 0xa1b2c3d4)
	b = binary.LittleEndian.AppendUint16(b, 2)
	b = binary.LittleEndian.AppendUint16(b, 4)
	b = append(b, make([]byte, 8)...)
	b = binary.LittleEndian.AppendUint32(b, 65535)
	b = binary.LittleEndian.AppendUint32(b, 1) // Ethernet
	for n := range uint32(600) {
		payload := c.payload(random, 64)
		frame := []byte{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0}
		protocol := []byte{17, 6, 253, 17, 6}[n%5]
		frame = append(frame, 0x45, 0, 0, 104, 0, 0, 0, 0, 64, protocol, 0, 0, 192, 0, 2, byte(n%50), 198, 51, 100, byte(n%7))
		switch n % 11 {
		case 3: // no IP
			frame[12], frame[13] = 0x88, 0xb5
		case 5: // a header longer than the packet
			frame[14] = 0x4f
			frame[17] = 30
		}
		transport := make([]byte, 20)
		transport[1], transport[3], transport[5], transport[12] = byte(n%5), 53, 84, 0x50
		frame = append(append(frame, transport...), payload...)
		captured := len(frame)
		if n%13 == 0 {
			captured -= 30
		}
		b = binary.LittleEndian.AppendUint32(b, 1_700_000_000+n/2)
		b = binary.LittleEndian.AppendUint32(b, n%2*500_000)
		b = binary.LittleEndian.AppendUint32(b, uint32(captured))
		b = binary.LittleEndian.AppendUint32(b, uint32(len(frame)))
		b = append(b, frame[:captured]...)
	}
	return append(b, c.payload(random, 40)...) // no record: damage
}

// recordedFile keeps what is set aside.
type recordedFile struct {
	*os.File
	mu      *sync.Mutex
	written *bytes.Buffer
}

func (f recordedFile) Write(p []byte) (int, error) {
	f.mu.Lock()
	f.written.Write(p)
	f.mu.Unlock()
	return f.File.Write(p)
}

// TestV1Canary (V1, G12): no eight octets of any payload are in tables, run.json, messages,
// or what is set aside meanwhile.
func TestV1Canary(t *testing.T) {
	c := canaries{}
	capture := canaryCapture(c)
	if c.in(capture) < 0 {
		t.Fatal("the capture has no canaries")
	}
	name := filepath.Join(t.TempDir(), "canary.pcap")
	if err := os.WriteFile(name, capture, 0o600); err != nil {
		t.Fatal(err)
	}
	scanned := 0
	for _, options := range [][]string{
		{"-o", "csv"},
		{"-o", "parquet", "--features", "stats,splt", "--biflow", "-A", "protocol-port"},
		{"-o", "csv", "--features", "stats,splt", "--with-mac", "--meter", "both", "--log-format", "json"},
	} {
		out := filepath.Join(t.TempDir(), "out")
		var mu sync.Mutex
		var aside, said, messages bytes.Buffer
		code := run(append([]string{"run", "-v", name, "-w", out}, options...), &console{in: strings.NewReader(""), out: &said, err: &messages,
			hooks: hooks{config: little, spilled: func(f *os.File) (runs.File, error) { return recordedFile{f, &mu, &aside}, nil }}})
		if code != exitDamaged || aside.Len() == 0 {
			t.Fatalf("%v: exit code %d, %d octets set aside: %s", options, code, aside.Len(), &messages)
		}
		places := contents(t, out)
		places["set aside"], places["standard output"], places["messages"] = aside.String(), said.String(), messages.String()
		for place, octets := range places {
			scanned += len(octets)
			if at := c.in([]byte(octets)); at >= 0 {
				t.Errorf("%v: %s has octets of a payload at %d", options, place, at)
			}
		}
	}
	t.Logf("assertion V1: %d windows of payload, none in %d octets", len(c), scanned)
}
