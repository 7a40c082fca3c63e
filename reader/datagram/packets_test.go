package datagram_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"netstream/reader/capture"
	"netstream/reader/capture/capturetest"
	"netstream/reader/datagram"
)

// TestContainers gives the same messages to every container and wants them back.
func TestContainers(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for round := range 20 {
		list := randomIPFIX(random, 1+random.IntN(20))
		for _, version := range []int{4, 6} {
			containers := map[string]func() [][]byte{
				"UDP":           func() [][]byte { return udpPackets(t, version, list) },
				"UDP fragments": func() [][]byte { return fragmented(random, udpPackets(t, version, list)) },
				"TCP":           func() [][]byte { return tcpPackets(t, random, version, list, true) },
				"TCP fragments": func() [][]byte { return fragmented(random, tcpPackets(t, random, version, list, true)) },
				"SCTP":          func() [][]byte { return sctpPackets(t, random, version, list) },
			}
			for _, name := range slices.Sorted(maps.Keys(containers)) { // each takes from the same random numbers
				packets, got := readPackets(t, capturing(linkRaw, containers[name]()...))
				if text := differ(contents(got), list); text != "" {
					t.Errorf("round %d, IPv%d, %s: %s; %+v", round, version, name, text, packets.Tally())
				}
				source, destination := ways(version)
				for _, m := range got {
					if m.Exporter != source || m.Collector != destination || m.Port != exporterPort || m.CollectorPort != collectorPort || !m.ReceivedValid {
						t.Fatalf("%s: message %+v", name, m)
					}
				}
				if o := outcomes(packets); name != "TCP" && name != "TCP fragments" && len(o) != 1 {
					t.Errorf("%s: outcomes %v, want all decoded", name, o)
				}
			}
		}
		got, _ := readRaw(t, slices.Concat(list...))
		if text := differ(contents(got), list); text != "" {
			t.Errorf("round %d, raw: %s", round, text)
		}
	}
}

func udpPackets(t testing.TB, version int, list [][]byte) [][]byte {
	var all [][]byte
	for _, m := range list {
		if len(m) > 65000 { // more than fits
			m = m[:65000]
		}
		all = append(all, udpPacket(t, version, m))
	}
	return all
}

// fragmented cuts all packets into fragments, those of each packet in any order.
func fragmented(random *rand.Rand, packets [][]byte) [][]byte {
	var all [][]byte
	for i, p := range packets {
		list := fragmentsOf(p, 8*(1+random.IntN(184)), uint32(i))
		random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		all = append(all, list...)
	}
	return all
}

func TestLinks(t *testing.T) {
	want := [][]byte{version5(3, 1), version9(2, 80), ipfix(200, 3)}
	for _, version := range []int{4, 6} {
		for _, test := range []struct {
			name     string
			linkType uint16
			vlan     bool
		}{{"ethernet", linkEthernet, false}, {"vlan", linkEthernet, true}, {"cooked", linkCooked, false}, {"raw", linkRaw, false}} {
			var list [][]byte
			for _, p := range udpPackets(t, version, want) {
				list = append(list, link(test.linkType, test.vlan, p))
			}
			packets, got := readPackets(t, capturing(test.linkType, list...))
			if text := differ(contents(got), want); text != "" {
				t.Errorf("IPv%d in %s: %s", version, test.name, text)
			}
			for i, m := range got {
				if m.Packet != uint64(i)+1 || m.Offset != int64(100*i) {
					t.Errorf("message %d is of packet %d at %d", i, m.Packet, m.Offset)
				}
			}
			if o := outcomes(packets); o[datagram.OutcomeExport] != 3 {
				t.Errorf("outcomes %v", o)
			}
		}
	}
}

// TestCaptureReader reads a capture file.
func TestCaptureReader(t *testing.T) {
	want := [][]byte{version5(3, 1), ipfix(200, 3)}
	var list []capturetest.Packet
	for _, p := range udpPackets(t, 4, want) {
		list = append(list, capturetest.Packet{Time: 1e18, Data: link(linkEthernet, false, p)})
	}
	var file bytes.Buffer
	if err := capturetest.WritePCAP(&file, capturetest.Options{Interfaces: []capturetest.Interface{{LinkType: linkEthernet}}}, list); err != nil {
		t.Fatal(err)
	}
	if kind := datagram.LooksLikeExports(file.Bytes(), measure); kind != datagram.CaptureOfExports {
		t.Errorf("kind %v", kind)
	}
	frames, err := capture.NewReader(bytes.NewReader(file.Bytes()[:file.Len()-1]))
	if err != nil {
		t.Fatal(err)
	}
	got, damages := readAll(t, datagram.NewPackets(frames, measure))
	if text := differ(contents(got), want[:1]); text != "" || len(damages) != 1 {
		t.Errorf("%s, damages %v, want one: the last record is cut", text, damages)
	}
}

func TestUDP(t *testing.T) {
	five, nine, ten := version5(2, 1), version9(2, 40), ipfix(100, 3)
	edit := func(packet []byte, at int, value uint16) []byte {
		binary.BigEndian.PutUint16(packet[at:], value)
		return packet
	}
	longer := func(m []byte, tail ...byte) []byte { return append(bytes.Clone(m), tail...) }
	bad := edit(bytes.Clone(ten), 2, 90)
	toPort := func(packet []byte, port uint16) []byte { return edit(packet, 22, port) }
	tests := []struct {
		name     string
		packets  [][]byte
		want     [][]byte
		outcomes string
		tally    datagram.PacketTally
	}{
		{"padding", [][]byte{udpPacket(t, 4, longer(five, 0, 0)), udpPacket(t, 4, longer(nine, 0, 0, 0, 0, 0, 0, 0)), udpPacket(t, 4, longer(ten, 0))},
			[][]byte{five, nine, ten}, "decoded 3", datagram.PacketTally{Padded: 3}},
		{"several of IPFIX", [][]byte{udpPacket(t, 4, slices.Concat(ten, ten, ten)), udpPacket(t, 4, longer(slices.Concat(ten, ten), 0, 0))},
			[][]byte{ten, ten, ten, ten, ten}, "decoded 2", datagram.PacketTally{Padded: 1}},
		{"several of version 5", [][]byte{toPort(udpPacket(t, 4, slices.Concat(five, five)), 53)}, nil, "not_export 1", datagram.PacketTally{}},
		{"too much padding", [][]byte{toPort(udpPacket(t, 4, longer(five, 0, 0, 0, 0, 0, 0, 0, 0)), 53)}, nil, "not_export 1", datagram.PacketTally{}},
		{"wrong length, other port", [][]byte{toPort(udpPacket(t, 4, bad), 53)}, nil, "not_export 1", datagram.PacketTally{}},
		{"wrong length, usual port", [][]byte{udpPacket(t, 4, bad)}, [][]byte{bad}, "decoded 1", datagram.PacketTally{Malformed: 1}},
		{"wrong length, known stream", [][]byte{toPort(udpPacket(t, 4, ten), 53), toPort(udpPacket(t, 4, bad), 53)}, [][]byte{ten, bad}, "decoded 2", datagram.PacketTally{Malformed: 1, BadChecksums: 2}},
		{"other traffic", [][]byte{udpPacket(t, 4, []byte("hello, collector: are you there?")), udpPacket(t, 4, nil)}, nil, "not_export 2", datagram.PacketTally{}},
		{"UDP length too great", [][]byte{edit(udpPacket(t, 4, five), 24, 500)}, nil, "bad_l4_header 1", datagram.PacketTally{}},
		{"UDP length too small", [][]byte{edit(udpPacket(t, 4, five), 24, 7)}, nil, "bad_l4_header 1", datagram.PacketTally{}},
		{"UDP length 0", [][]byte{edit(udpPacket(t, 4, five), 24, 0)}, [][]byte{five}, "decoded 1", datagram.PacketTally{BadChecksums: 1}},
		{"wrong checksum", [][]byte{edit(udpPacket(t, 4, five), 26, 0xdead)}, [][]byte{five}, "decoded 1", datagram.PacketTally{BadChecksums: 1}},
		{"octets behind UDP", [][]byte{edit(udpPacket(t, 4, longer(five, 1, 2, 3, 4)), 24, uint16(8+len(five)))}, [][]byte{five}, "decoded 1", datagram.PacketTally{BadChecksums: 1}},
		{"no IP", [][]byte{{0x50, 0}, {}}, nil, "truncated_header 1, bad_ip_version 1", datagram.PacketTally{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			packets, got := readPackets(t, capturing(linkRaw, test.packets...))
			if text := differ(contents(got), test.want); text != "" {
				t.Error(text)
			}
			if text := outcomeText(packets); text != test.outcomes {
				t.Errorf("outcomes %s, want %s", text, test.outcomes)
			}
			tally := packets.Tally()
			tally.Messages, tally.MessageOctets = 0, 0
			if tally != test.tally {
				t.Errorf("tally %+v, want %+v", tally, test.tally)
			}
		})
	}
}

func outcomeText(packets *datagram.Packets) string {
	var text []byte
	for _, o := range packets.Outcomes() {
		if len(text) > 0 {
			text = append(text, ", "...)
		}
		text = fmt.Appendf(text, "%v %d", o.Outcome, o.Packets)
	}
	return string(text)
}

// TestCutSnapshots cuts the frame of a message at every place.
func TestCutSnapshots(t *testing.T) {
	for name, m := range map[string][]byte{"version 5": version5(2, 1), "version 9": version9(2, 40, 60), "IPFIX": ipfix(100, 3)} {
		packet := udpPacket(t, 4, m)
		for cut := 20; cut < len(packet); cut++ {
			source := capturing(linkRaw, packet[:cut])
			source.frames[0].Length = uint32(len(packet))
			packets, got := readPackets(t, source)
			want := datagram.OutcomeCutMessage
			switch {
			case cut < 28:
				want = datagram.OutcomeTruncatedHeader
			case cut < 32: // neither version nor length
				want = datagram.OutcomeNotExport
			}
			if o := outcomes(packets); len(got) > 0 || o[want] != 1 {
				t.Errorf("%s cut at %d: %d messages, outcomes %v, want %v", name, cut, len(got), o, want)
			}
		}
	}
}

func TestOutcomeNames(t *testing.T) {
	names := make(map[string]bool)
	for o := range datagram.OutcomeCount {
		names[o.String()] = true
	}
	if len(names) != int(datagram.OutcomeCount) || names["unknown"] {
		t.Errorf("names %v, want %d of them", names, datagram.OutcomeCount)
	}
}

func TestPacketsAllocate(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	source := capturing(linkRaw, udpPackets(t, 6, randomMessages(random, 3000))...)
	packets := datagram.NewPackets(source, measure)
	var m datagram.Message
	if n := testing.AllocsPerRun(2000, func() {
		if err := packets.Next(&m); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations a message, want 0", n)
	}
}

func BenchmarkPackets(b *testing.B) {
	random := rand.New(rand.NewPCG(3, 4))
	source := capturing(linkRaw, udpPackets(b, 4, randomMessages(random, 3000))...)
	for b.Loop() {
		source.next = 0
		packets := datagram.NewPackets(source, measure)
		var m datagram.Message
		for packets.Next(&m) == nil {
		}
	}
	b.ReportMetric(float64(b.N)*3000/b.Elapsed().Seconds(), "messages/s")
}
