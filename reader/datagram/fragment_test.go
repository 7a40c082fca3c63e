package datagram_test

import (
	"bytes"
	"encoding/binary"
	"testing"

	"netstream/aggregate/flow"
	"netstream/reader/datagram"
)

// permutations gives all orders of n things.
func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var all [][]int
	for _, p := range permutations(n - 1) {
		for at := range n {
			order := append([]int(nil), p[:at]...)
			all = append(all, append(append(order, n-1), p[at:]...))
		}
	}
	return all
}

func TestFragmentOrders(t *testing.T) {
	m := ipfix(500, 1)
	for _, version := range []int{4, 6} {
		list := fragmentsOf(udpPacket(t, version, m), 104, 9)
		if len(list) != 5 {
			t.Fatalf("%d fragments, want 5", len(list))
		}
		for _, order := range permutations(5) {
			var all [][]byte
			for _, i := range order {
				all = append(all, list[i])
			}
			packets, got := readPackets(t, capturing(linkRaw, all...))
			if text := differ(contents(got), [][]byte{m}); text != "" {
				t.Fatalf("IPv%d, order %v: %s", version, order, text)
			}
			if o := outcomes(packets); o[datagram.OutcomeExport] != 5 || got[0].Packet != 5 {
				t.Fatalf("IPv%d, order %v: outcomes %v, message of packet %d", version, order, o, got[0].Packet)
			}
		}
	}
}

func TestFragments(t *testing.T) {
	m := ipfix(500, 1)
	for _, version := range []int{4, 6} {
		list := fragmentsOf(udpPacket(t, version, m), 104, 9)
		a, b, c, d, e := list[0], list[1], list[2], list[3], list[4]
		whole := udpPacket(t, version, m)
		overlapping := fragmentsOf(whole, 208, 9)[1] // c and d in one
		different := bytes.Clone(overlapping)
		different[len(different)-1]++
		beyond := bytes.Clone(e) // one more fragment behind the last
		if version == 4 {
			binary.BigEndian.PutUint16(beyond[6:], 0x2000|binary.BigEndian.Uint16(e[6:])+20)
		} else {
			binary.BigEndian.PutUint16(beyond[42:], binary.BigEndian.Uint16(e[42:])+160|1)
		}
		otherID := fragmentsOf(whole, 104, 10)
		tests := []struct {
			name     string
			packets  [][]byte
			messages int
			outcomes string
			tally    datagram.PacketTally
		}{
			{"duplicates", [][]byte{a, a, b, c, b, d, a, e}, 1, "decoded 8", datagram.PacketTally{FragmentedDatagrams: 1}},
			{"duplicate behind", [][]byte{a, b, c, d, e, e}, 1, "decoded 5, incomplete_fragments 1", datagram.PacketTally{FragmentedDatagrams: 1, IncompleteDatagrams: 1}},
			{"overlap, same octets", [][]byte{a, c, b, overlapping, e}, 1, "decoded 5", datagram.PacketTally{FragmentedDatagrams: 1}},
			{"overlap, other octets", [][]byte{a, b, d, different, c, e}, 0, "incomplete_fragments 6", datagram.PacketTally{SpoiledDatagrams: 1}},
			{"first missing", [][]byte{b, c, d, e}, 0, "incomplete_fragments 4", datagram.PacketTally{IncompleteDatagrams: 1}},
			{"last missing", [][]byte{a, b, c, d}, 0, "incomplete_fragments 4", datagram.PacketTally{IncompleteDatagrams: 1}},
			{"of two datagrams", [][]byte{a, b, otherID[2], otherID[3], otherID[4]}, 0, "incomplete_fragments 5", datagram.PacketTally{IncompleteDatagrams: 2}},
			{"two datagrams", [][]byte{a, otherID[4], b, c, otherID[0], d, otherID[1], otherID[2], e, otherID[3]}, 2, "decoded 10", datagram.PacketTally{FragmentedDatagrams: 2}},
			{"behind the last one", [][]byte{a, e, beyond, b, c, d}, 0, "incomplete_fragments 6", datagram.PacketTally{SpoiledDatagrams: 1}},
			{"another end", [][]byte{e, fragmentsOf(whole, 304, 9)[1], fragmentsOf(whole[:len(whole)-16], 104, 9)[4]}, 0, "incomplete_fragments 3", datagram.PacketTally{SpoiledDatagrams: 1}},
		}
		for _, test := range tests {
			packets, got := readPackets(t, capturing(linkRaw, test.packets...))
			tally := packets.Tally()
			tally.Messages, tally.MessageOctets = 0, 0
			if text := outcomeText(packets); len(got) != test.messages || text != test.outcomes || tally != test.tally {
				t.Errorf("IPv%d, %s: got %d messages, outcomes %s, tally %+v; want %d, %s, %+v",
					version, test.name, len(got), text, tally, test.messages, test.outcomes, test.tally)
			}
		}
	}
}

func TestFragmentCut(t *testing.T) {
	list := fragmentsOf(udpPacket(t, 4, ipfix(500, 1)), 104, 9)
	source := capturing(linkRaw, list...)
	source.frames[2].Data = source.frames[2].Data[:60]
	packets, got := readPackets(t, source)
	if text := outcomeText(packets); len(got) != 0 || text != "incomplete_fragments 5" {
		t.Errorf("%d messages, outcomes %s", len(got), text)
	}
}

func TestFragmentTimes(t *testing.T) {
	m := ipfix(500, 1)
	for _, test := range []struct {
		name     string
		wait     int64
		messages int
	}{{"in time", int64(datagram.FragmentLifetime), 1}, {"too late", int64(datagram.FragmentLifetime) + 1, 0}} {
		list := fragmentsOf(udpPacket(t, 6, m), 256, 9)
		source := capturing(linkRaw, list...)
		source.frames[1].Time = source.frames[0].Time + flow.Timestamp(test.wait)
		if packets, got := readPackets(t, source); len(got) != test.messages {
			t.Errorf("%s: %d messages, want %d; %+v", test.name, len(got), test.messages, packets.Tally())
		}
	}
}

// TestFragmentBounds sends first fragments of more datagrams than are kept, then
// the last ones: the oldest are given up.
func TestFragmentBounds(t *testing.T) {
	m := ipfix(1000, 1)
	var all [][]byte
	const more = 300
	for part := range 2 {
		for id := range datagram.MaxFragmented + more {
			all = append(all, fragmentsOf(udpPacket(t, 4, m), 504, uint32(id))[part])
		}
	}
	packets, got := readPackets(t, capturing(linkRaw, all...))
	// Each late last fragment of a datagram given up evicts another one.
	if tally := packets.Tally(); tally.IncompleteDatagrams == 0 || len(got) > datagram.MaxFragmented ||
		tally.IncompleteDatagrams < more {
		t.Errorf("%d messages, tally %+v", len(got), tally)
	}
}

// TestFragmentOctets sends more octets than are kept.
func TestFragmentOctets(t *testing.T) {
	m := ipfix(60000, 1)
	var all [][]byte
	for id := range 600 {
		all = append(all, fragmentsOf(udpPacket(t, 6, m), 59000, uint32(id))[0])
	}
	packets, _ := readPackets(t, capturing(linkRaw, all...))
	if tally := packets.Tally(); tally.IncompleteDatagrams != 600 {
		t.Errorf("tally %+v, want 600 datagrams given up", tally)
	}
	last := fragmentsOf(udpPacket(t, 6, m), 59000, 0)[1]
	if _, got := readPackets(t, capturing(linkRaw, append(all, last)...)); len(got) != 0 {
		t.Errorf("the oldest datagram was kept beyond %d octets", datagram.MaxFragmentOctets)
	}
}

// TestExtensionHeaders has IPv6 extension headers in front of UDP, and in the
// fragmentable part behind the fragment header.
func TestExtensionHeaders(t *testing.T) {
	m := ipfix(300, 1)
	packet := udpPacket(t, 6, m)
	fragmentable := []byte{51, 1}                            // destination options of 16 octets
	fragmentable = append(fragmentable, make([]byte, 14)...) // padding
	fragmentable = append(fragmentable, 17, 4)               // authentication header of 24 octets
	fragmentable = append(fragmentable, make([]byte, 22)...)
	fragmentable = append(fragmentable, packet[40:]...)
	headers := func(first byte, payload ...byte) []byte {
		b := append(bytes.Clone(packet[:40]), payload...)
		b[6] = first
		binary.BigEndian.PutUint16(b[4:], uint16(len(payload)))
		return b
	}
	hopByHop := append(append([]byte{60, 1}, make([]byte, 14)...), fragmentable...)
	if _, got := readPackets(t, capturing(linkRaw, headers(0, hopByHop...))); len(got) != 1 {
		t.Errorf("%d messages behind extension headers, want 1", len(got))
	}
	extended := headers(60, fragmentable...)
	list := fragmentsOf(extended, 104, 9)
	if _, got := readPackets(t, capturing(linkRaw, list...)); len(list) < 2 || len(got) != 1 {
		t.Errorf("%d messages in %d fragments with extension headers, want 1", len(got), len(list))
	}
}
