package main

import (
	"encoding/binary"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"netstream/reader/capture/capturetest"
)

// flood is a capture of many packets that is made as it is read: UDP between a few hosts, in
// fragments of datagrams that never end, or the same packets whole.
type flood struct {
	packets   uint64
	fragments bool

	made    uint64
	pending []byte
	record  []byte
	orphans uint64 // fragments of datagrams without a first one
	octets  uint64 // of IP
}

const floodOctets = 36 // of a packet

func newFlood(packets uint64, fragments bool) *flood {
	f := &flood{packets: packets, fragments: fragments, pending: capturetest.PCAPHeader(capturetest.Options{LinkType: 101})}
	ip := make([]byte, floodOctets)
	copy(ip, []byte{0x45, 0, 0, floodOctets, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 0, 10, 1, 0, 0, 0x10, 0, 0, 53, 0, 16})
	f.record = capturetest.PCAPRecord(capturetest.Options{}, 0, 0, floodOctets, floodOctets, ip)
	return f
}

// next makes a packet. Of eight fragments five are first ones of one datagram, two later ones
// overlap each other and the first, and one is of a datagram that was never begun. Each eight
// are of another datagram, of as many as there are identifications and pairs of hosts.
func (f *flood) next() []byte {
	n := f.made
	f.made++
	f.octets += floodOctets
	binary.LittleEndian.PutUint32(f.record, uint32(1_700_000_000+n/500_000))
	binary.LittleEndian.PutUint32(f.record[4:], uint32(n%500_000*2))
	ip := f.record[16:]
	ip[14], ip[15], ip[19] = 0, byte(n/(8<<16)), byte(n>>3)&7
	if !f.fragments {
		return f.record
	}
	binary.BigEndian.PutUint16(ip[4:], uint16(n>>3))
	const more = 0x2000
	offset := []uint16{more, more, more | 1, more, more | 0x1ff, more, more, 0x1fff}[n%8]
	binary.BigEndian.PutUint16(ip[6:], offset)
	if n%8 == 7 {
		ip[14] = 9
		f.orphans++
	}
	return f.record
}

func (f *flood) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if len(f.pending) == 0 {
			if f.made == f.packets {
				break
			}
			f.pending = f.next()
		}
		taken := copy(p[n:], f.pending)
		n, f.pending = n+taken, f.pending[taken:]
	}
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// TestP8FragmentFlood (P8): a flood of fragments takes at most 64 MiB more than the same
// packets whole; each is counted once, with its octets as on the wire, under the ports of its
// datagram or none, and the laws hold.
func TestP8FragmentFlood(t *testing.T) {
	packets := figure(300_000, 10_000_000)
	var peaks [2]int64
	for i, fragments := range []bool{false, true} {
		f := newFlood(packets, fragments)
		out := filepath.Join(t.TempDir(), "out")
		cmd := exec.Command(os.Args[0], "run", "-q", "-j", "2", "-o", "csv", "--memory", "256M", "-w", out, "-")
		cmd.Stdin = f
		peaks[i] = peakOf(t, cmd)
		there := manifestOf(t, out)
		in := there.Inputs[0]
		if got := outcomeOf(in, "accounted"); got.Packets != packets || got.Bytes != f.octets || packets != uint64(packetsOf(t, out)) {
			t.Errorf("fragments %v: %+v accounted, %d packets in the flow table, want %d packets, %d octets", fragments, got, packetsOf(t, out), packets, f.octets)
		}
		for _, law := range there.Laws {
			if !law.Holds {
				t.Errorf("fragments %v: law %s does not hold", fragments, law.ID)
			}
		}
		marked, unnamed := uint64(0), uint64(0)
		for _, note := range in.Notes {
			switch note.Name {
			case "fragment":
				marked = note.Packets
			case "fragment_unnamed":
				unnamed = note.Packets
			}
		}
		if fragments && (marked != packets || unnamed != f.orphans) || !fragments && marked+unnamed != 0 {
			t.Errorf("fragments %v: %d noted as fragments, %d without a first one, want %d", fragments, marked, unnamed, f.orphans)
		}
	}
	t.Logf("assertion P8: %d fragments take %d MiB, the same packets whole %d MiB", packets, peaks[1]>>20, peaks[0]>>20)
	if peaks[1] > peaks[0]+64<<20 {
		t.Errorf("%d fragments take %d MiB, the same packets whole %d MiB", packets, peaks[1]>>20, peaks[0]>>20)
	}
}
