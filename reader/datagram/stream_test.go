package datagram_test

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"

	"netstream/reader/datagram"
)

// firstSequence lets the sequence numbers wrap early.
const firstSequence = 0xffffff00

// tcpPackets sends messages over TCP in segments of random lengths, some of them
// later than their followers, some more than once and with other borders.
func tcpPackets(t testing.TB, random *rand.Rand, version int, list [][]byte, opening bool) [][]byte {
	octets := slices.Concat(list...)
	var all [][]byte
	segment := func(from, to int) []byte {
		return tcpPacket(t, version, firstSequence+uint32(from), false, octets[from:to])
	}
	for at := 0; at < len(octets); {
		end := min(at+1+random.IntN(1400), len(octets))
		if random.IntN(4) == 0 {
			end = min(at+1+random.IntN(5), len(octets))
		}
		all = append(all, segment(at, end))
		if random.IntN(5) == 0 {
			from := random.IntN(end)
			all = append(all, segment(from, from+1+random.IntN(min(1400, end-from))))
		}
		at = end
	}
	for i := range all {
		if random.IntN(4) == 0 {
			j := min(i+random.IntN(10), len(all)-1)
			all[i], all[j] = all[j], all[i]
		}
	}
	if opening {
		all = slices.Insert(all, 0, tcpPacket(t, version, firstSequence-1, true, nil))
	}
	return all
}

// sctpPackets sends messages over SCTP, fragmented at random, with retransmissions
// and fragments in any order.
func sctpPackets(t testing.TB, random *rand.Rand, version int, list [][]byte) [][]byte {
	const beginning, ending = 2, 1
	var all [][]byte
	tsn := uint32(firstSequence)
	for _, m := range list {
		var chunks [][]byte
		for at := 0; at < len(m); tsn++ {
			end, flags := min(at+100+random.IntN(1300), len(m)), uint8(random.IntN(2)*4)
			if at == 0 {
				flags |= beginning
			}
			if end == len(m) {
				flags |= ending
			}
			chunks = append(chunks, dataChunk(tsn, flags, m[at:end]))
			at = end
		}
		if len(all) > 0 { // the first chunk tells what the association carries
			random.Shuffle(len(chunks), func(i, j int) { chunks[i], chunks[j] = chunks[j], chunks[i] })
		}
		for len(chunks) > 0 {
			n := 1 + random.IntN(min(3, len(chunks)))
			all = append(all, sctpPacket(t, version, chunks[:n]...))
			if random.IntN(4) == 0 {
				all = append(all, all[random.IntN(len(all))])
			}
			chunks = chunks[n:]
		}
	}
	return all
}

func TestTCPMidstream(t *testing.T) {
	list := randomIPFIX(rand.New(rand.NewPCG(7, 8)), 10)
	octets := slices.Concat(list...)
	send := func(from, to int) []byte {
		return tcpPacket(t, 4, 1000+uint32(from), false, octets[from:to])
	}
	ends := []int{0}
	for _, m := range list {
		ends = append(ends, ends[len(ends)-1]+len(m))
	}
	cutAt := func(places ...int) (all [][]byte) {
		for i := range places[1:] {
			for at := places[i]; at < places[i+1]; at += 1400 {
				all = append(all, send(at, min(at+1400, places[i+1])))
			}
		}
		return all
	}
	toIPFIX := func(packets [][]byte) [][]byte {
		for _, p := range packets {
			binary.BigEndian.PutUint16(p[22:], 4739)
		}
		return packets
	}
	tests := []struct {
		name    string
		packets [][]byte
		want    [][]byte
		holes   uint64
		carried uint64 // connections
	}{
		{"at a message", cutAt(ends[2], ends[10]), list[2:], 0, 1},
		{"within a message, any port", [][]byte{send(ends[2]-5, ends[3])}, nil, 0, 0},
		{"within a message, port of IPFIX", toIPFIX(cutAt(ends[2]-5, ends[2]+3, ends[10])), list[2:], 0, 1},
		{"segments missing", append(cutAt(0, ends[3]-1), cutAt(ends[5]-2, ends[10])...), slices.Concat(list[:2], list[5:]), 1, 1},
		{"whole messages missing", append(cutAt(0, ends[3]), cutAt(ends[5], ends[10])...), slices.Concat(list[:3], list[5:]), 1, 1},
		{"first segment missing", append([][]byte{tcpPacket(t, 4, 999, true, nil)}, cutAt(ends[1], ends[10])...), list[1:], 0, 1},
		{"sent again after the reset", slices.Concat(cutAt(0, ends[2]), cutAt(0, ends[2])), list[:2], 0, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			packets, got := readPackets(t, capturing(linkRaw, test.packets...))
			if text := differ(contents(got), test.want); text != "" {
				t.Errorf("%s; %+v", text, packets.Tally())
			}
			if tally := packets.Tally(); tally.Holes != test.holes || tally.Connections != test.carried {
				t.Errorf("tally %+v, want %d holes in %d connections", tally, test.holes, test.carried)
			}
		})
	}
}

// TestTCPHoleWaits has a hole that is given up while the connection goes on.
func TestTCPHoleWaits(t *testing.T) {
	list := randomIPFIX(rand.New(rand.NewPCG(9, 9)), 600)
	var all [][]byte
	sequence := uint32(1)
	for i, m := range list {
		if i != 1 {
			for at := 0; at < len(m); at += 1000 {
				all = append(all, tcpPacket(t, 4, sequence+uint32(at), false, m[at:min(at+1000, len(m))]))
			}
		}
		sequence += uint32(len(m))
	}
	packets := datagram.NewPackets(capturing(linkRaw, all...), measure)
	var m datagram.Message
	for range 2 {
		if err := packets.Next(&m); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(m.Data, list[2]) || int(m.Packet) > len(all)/2 || packets.Tally().Holes != 1 {
		t.Errorf("second message has %d octets, in packet %d; %+v", len(m.Data), m.Packet, packets.Tally())
	}
	rest, _ := readAllAfter(packets)
	if text := differ(rest, list[3:]); text != "" {
		t.Error(text)
	}
}

func readAllAfter(packets *datagram.Packets) (all [][]byte, err error) {
	var m datagram.Message
	for {
		if err = packets.Next(&m); err != nil {
			return all, err
		}
		all = append(all, bytes.Clone(m.Data))
	}
}

// TestTCPOtherTraffic has connections that are not of exporters.
func TestTCPOtherTraffic(t *testing.T) {
	text := []byte("GET / HTTP/1.1\r\nHost: example.net\r\n\r\n")
	list := [][]byte{
		tcpPacket(t, 4, 1, true, nil),
		tcpPacket(t, 4, 2, false, text),
		tcpPacket(t, 4, 2+uint32(len(text)), false, ipfix(100, 1)), // within a connection of other traffic
		tcpPacket(t, 4, 3, false, nil),
		tcpPacket(t, 6, 9, false, text),
	}
	packets, got := readPackets(t, capturing(linkRaw, list...))
	if o := outcomes(packets); len(got) != 0 || o[datagram.OutcomeNotExport] != 5 {
		t.Errorf("%d messages, outcomes %v", len(got), o)
	}
	// The same ports serve an exporter later.
	list = append(list, tcpPacket(t, 4, 77_000_000, true, nil), tcpPacket(t, 4, 77_000_001, false, ipfix(100, 1)))
	if _, got = readPackets(t, capturing(linkRaw, list...)); len(got) != 1 {
		t.Errorf("%d messages after the ports were used again, want 1", len(got))
	}
}

// TestTCPBounds opens more connections than are followed, and sends each segments
// behind a hole.
func TestTCPBounds(t *testing.T) {
	var all [][]byte
	m := ipfix(1000, 1)
	for i := range datagram.MaxConnections + 500 {
		for part := range 3 {
			p := tcpPacket(t, 4, 1+uint32(part*3000), false, bytes.Repeat(m, 2)[:1500])
			binary.BigEndian.PutUint16(p[20:], uint16(i))
			all = append(all, p)
		}
	}
	packets, got := readPackets(t, capturing(linkRaw, all...))
	if tally := packets.Tally(); tally.EvictedConnections != 500 || len(got) != 3*(datagram.MaxConnections+500) {
		t.Errorf("got %d messages, tally %+v", len(got), tally)
	}
}

func TestSCTPOtherTraffic(t *testing.T) {
	list := [][]byte{
		sctpPacket(t, 4, dataChunk(1, 3, []byte("diameter"))),
		sctpPacket(t, 4, []byte{4, 0, 0, 4}),                // heartbeat
		sctpPacket(t, 4, []byte{0, 3, 0, 0}, []byte{0}),     // chunk without length
		sctpPacket(t, 4, dataChunk(2, 3, nil)),              // no user data
		sctpPacket(t, 4, []byte{0, 3, 0xff, 0xff, 1, 2, 3}), // longer than its packet
		sctpPacket(t, 6, dataChunk(2, 2, ipfix(400, 1)[:19])),
	}
	packets, got := readPackets(t, capturing(linkRaw, list...))
	if o := outcomes(packets); len(got) != 0 || o[datagram.OutcomeNotExport] != 6 {
		t.Errorf("%d messages, outcomes %v", len(got), o)
	}
}

// TestSCTPFragmentMissing has a user message that is never complete.
func TestSCTPFragmentMissing(t *testing.T) {
	a, b := ipfix(400, 1), ipfix(300, 2)
	packets, got := readPackets(t, capturing(linkRaw,
		sctpPacket(t, 4, dataChunk(1, 2, a[:100])), sctpPacket(t, 4, dataChunk(3, 1, a[200:])),
		sctpPacket(t, 4, dataChunk(4, 3, b))))
	if text := differ(contents(got), [][]byte{b}); text != "" {
		t.Error(text)
	}
	if tally := packets.Tally(); tally.Holes != 1 || tally.LostOctets != 300 {
		t.Errorf("tally %+v, want a hole and 300 octets lost", tally)
	}
}

// TestTCPInterleaved has several connections at once. Those that are silent for
// the longest time are given up first when all keep too much.
func TestTCPInterleaved(t *testing.T) {
	const connections, ahead = 150, 40_000
	m := ipfix(1000, 1)
	var all [][]byte
	send := func(port int, sequence uint32, octets []byte) {
		p := tcpPacket(t, 4, sequence, false, octets)
		binary.BigEndian.PutUint16(p[20:], uint16(port))
		all = append(all, p)
	}
	for i := range connections {
		send(i, 1, m)
	}
	for part := range 3 {
		for i := range connections { // behind a hole of 1000 octets
			send(i, 2001+uint32(part*ahead), bytes.Repeat(m, ahead/1000))
		}
		send(0, 1, m[:1]) // of the first connection, again
	}
	send(0, 1001, m)
	packets, got := readPackets(t, capturing(linkRaw, all...))
	// The hole of the first connection was filled, those of the others were not.
	if want := connections*(1+3*ahead/1000) + 1; len(got) != want {
		t.Errorf("%d messages, want %d", len(got), want)
	}
	tally := packets.Tally()
	if tally.EvictedConnections == 0 || tally.EvictedConnections > connections/3 || tally.LostOctets != 0 {
		t.Errorf("tally %+v, want less than a third of the connections evicted", tally)
	}
	if tally.Holes != connections-1 {
		t.Errorf("%d holes, want %d", tally.Holes, connections-1)
	}
	if last := got[len(got)-1]; last.Port == 0 {
		t.Errorf("the first connection was not read before the end of the capture")
	}
}
