package datagram_test

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/iotest"

	"netstream/aggregate/flow"
	"netstream/reader/capture"
	"netstream/reader/datagram"
)

// FuzzRaw checks the law of octets, and that the portions in which the source
// gives the octets do not show.
func FuzzRaw(f *testing.F) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 5 {
		input := slices.Concat(randomMessages(random, 5)...)
		f.Add(input)
		f.Add(input[:len(input)-7])
		f.Add(append(append(bytes.Clone(input), "garbage"...), input...))
		damaged := bytes.Clone(input)
		damaged[random.IntN(len(damaged))]++
		f.Add(damaged)
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		got, damages := readRaw(t, input)
		again, damagesAgain := readRawFrom(t, iotest.HalfReader(iotest.DataErrReader(bytes.NewReader(input))), len(input))
		if text := differ(contents(again), contents(got)); text != "" || !slices.Equal(damages, damagesAgain) {
			t.Errorf("in portions: %s, damages %v, at once %v", text, damagesAgain, damages)
		}
		end := int64(0)
		for _, m := range got {
			if m.Offset < end || !bytes.Equal(input[m.Offset:][:len(m.Data)], m.Data) {
				t.Fatalf("message of %d octets at %d, the one before ends at %d", len(m.Data), m.Offset, end)
			}
			end = m.Offset + int64(len(m.Data))
		}
		datagram.LooksLikeExports(input, measure)
	})
}

// fuzzFrames makes frames of any octets: each has three octets in front, its
// length and by how much it was cut.
func fuzzFrames(octets []byte) *stack {
	s := &stack{interfaces: []capture.Interface{{LinkType: linkRaw, FCSLength: -1}}}
	for offset := 0; len(octets) >= 3; {
		length, cut := min(int(binary.BigEndian.Uint16(octets)), len(octets)-3), uint32(octets[2])
		s.frames = append(s.frames, capture.Frame{
			Time: flow.Timestamp(len(s.frames)) * 1e9, TimeValid: cut != 255, FCSLength: -1,
			Data: octets[3 : 3+length], Length: uint32(length) + cut, Offset: int64(offset), Number: uint64(len(s.frames)) + 1,
		})
		octets, offset = octets[3+length:], offset+3+length
	}
	return s
}

// FuzzPackets checks the law of outcomes, and that every message is made of
// octets that the frames have.
func FuzzPackets(f *testing.F) {
	random := rand.New(rand.NewPCG(3, 4))
	pack := func(packets [][]byte) (all []byte) {
		for _, p := range packets {
			all = append(append(binary.BigEndian.AppendUint16(all, uint16(len(p))), 0), p...)
		}
		return all
	}
	for range 3 {
		list := [][]byte{ipfix(300, random.Uint64()), ipfix(400, random.Uint64())}
		for _, version := range []int{4, 6} {
			f.Add(pack(udpPackets(f, version, list)))
			f.Add(pack(fragmented(random, udpPackets(f, version, list))))
			f.Add(pack(tcpPackets(f, random, version, list, true)))
			f.Add(pack(tcpPackets(f, random, version, list, false)))
			f.Add(pack(sctpPackets(f, random, version, list)))
		}
	}
	f.Fuzz(func(t *testing.T, octets []byte) {
		source := fuzzFrames(octets)
		packets, got := readPackets(t, source)
		again, repeated := readPackets(t, fuzzFrames(octets))
		if text := differ(contents(repeated), contents(got)); text != "" || packets.Tally() != again.Tally() {
			t.Errorf("read twice: %s", text)
		}
		var carried uint64
		for _, m := range got {
			carried += uint64(len(m.Data))
			if len(m.Data) < 16 || m.Packet == 0 || m.Packet > uint64(len(source.frames)) {
				t.Fatalf("message of %d octets in packet %d", len(m.Data), m.Packet)
			}
		}
		if carried > uint64(len(octets)) {
			t.Errorf("messages of %d octets in frames of %d", carried, len(octets))
		}
	})
}
