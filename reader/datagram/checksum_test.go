package datagram_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"netstream/reader/datagram"
)

// TestN12ExportsInCaptures: fragments, wrong checksums and other traffic on the port of the
// collector are counted each under its own name, and what is not damaged is read.
func TestN12ExportsInCaptures(t *testing.T) {
	m, other := ipfix(500, 1), ipfix(300, 2)
	text := []byte("hello, collector: are you there?")
	fixtures := 0
	for _, version := range []int{4, 6} {
		at := map[int]int{4: 20, 6: 40}[version] // where UDP begins
		put := func(packet []byte, place int, value uint16) []byte {
			packet = bytes.Clone(packet)
			binary.BigEndian.PutUint16(packet[at+place:], value)
			return packet
		}
		whole, foreign := udpPacket(t, version, m), udpPacket(t, version, text)
		wrong := put(whole, 6, binary.BigEndian.Uint16(whole[at+6:])^1)
		flipped := bytes.Clone(whole)
		flipped[len(flipped)-1] ^= 0x80
		five := udpPacket(t, version, version5(3, 1))
		parts := fragmentsOf(whole, 104, 9)
		spoiled := fragmentsOf(wrong, 104, 9)
		contradicting := bytes.Clone(parts[1])
		contradicting[len(contradicting)-1]++
		tests := []struct {
			name     string
			packets  [][]byte
			want     [][]byte
			outcomes string
			bad      uint64
		}{
			{"right checksum", [][]byte{whole}, [][]byte{m}, "decoded 1", 0},
			{"odd number of octets", [][]byte{udpPacket(t, version, append(bytes.Clone(m), 0))}, [][]byte{m}, "decoded 1", 0},
			{"wrong checksum", [][]byte{wrong}, [][]byte{m}, "decoded 1", 1},
			{"wrong octet", [][]byte{flipped}, [][]byte{flipped[at+8:]}, "decoded 1", 1},
			{"no checksum", [][]byte{put(whole, 6, 0)}, [][]byte{m}, "decoded 1", 0},
			{"wrong checksum of some", [][]byte{whole, wrong, five, put(five, 6, 0xdead), whole}, [][]byte{m, m, version5(3, 1), version5(3, 1), m}, "decoded 5", 2},
			{"wrong checksum of two messages", [][]byte{put(udpPacket(t, version, slices.Concat(m, other)), 6, 0xbeef)}, [][]byte{m, other}, "decoded 1", 1},
			{"wrong checksum of other traffic", [][]byte{put(foreign, 6, 0xdead)}, nil, "not_export 1", 0},
			{"other traffic on the port", [][]byte{whole, foreign, udpPacket(t, version, nil), whole}, [][]byte{m, m}, "decoded 2, not_export 2", 0},
			{"fragments", parts, [][]byte{m}, "decoded 5", 0},
			{"fragments backwards", [][]byte{parts[4], parts[3], parts[2], parts[1], parts[0]}, [][]byte{m}, "decoded 5", 0},
			{"fragments, wrong checksum", spoiled, [][]byte{m}, "decoded 5", 1},
			{"first fragment missing", parts[1:], nil, "incomplete_fragments 4", 0},
			{"last fragment missing", parts[:4], nil, "incomplete_fragments 4", 0},
			{"fragment that contradicts another", [][]byte{parts[0], parts[1], contradicting, parts[2], parts[3], parts[4]}, nil, "incomplete_fragments 6", 0},
			{"fragments of other traffic", append(fragmentsOf(foreign, 16, 8), parts...), [][]byte{m}, "decoded 5, not_export 3", 0},
		}
		for _, test := range tests {
			fixtures++
			t.Run(fmt.Sprintf("IPv%d, %s", version, test.name), func(t *testing.T) {
				packets, got := readPackets(t, capturing(linkRaw, test.packets...))
				if text := differ(contents(got), test.want); text != "" {
					t.Error(text)
				}
				if text := outcomeText(packets); text != test.outcomes {
					t.Errorf("outcomes %s, want %s", text, test.outcomes)
				}
				if n := packets.Tally().BadChecksums; n != test.bad {
					t.Errorf("%d wrong checksums, want %d", n, test.bad)
				}
			})
		}
	}
	t.Logf("assertion N12: %d fixtures", fixtures)
}

// TestChecksums holds checksums that are right, as those of another implementation, against
// the same with one octet changed.
func TestChecksums(t *testing.T) {
	random := rand.New(rand.NewPCG(12, 12))
	for i := range 400 {
		version := []int{4, 6}[i%2]
		m := ipfix(24+random.IntN(200), random.Uint64())
		packet := udpPacket(t, version, m)
		at := len(packet) - len(m) + 16 + random.IntN(len(m)-16)
		for change, want := range []uint64{0, 1} {
			packet[at] ^= byte(change * (1 + random.IntN(255)))
			packets := datagram.NewPackets(capturing(linkRaw, packet), measure)
			readAll(t, packets)
			if got := packets.Tally().BadChecksums; got != want {
				t.Fatalf("case %d, IPv%d, %d octets: %d wrong checksums, want %d", i, version, len(m), got, want)
			}
		}
	}
}
