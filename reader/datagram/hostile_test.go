package datagram_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"github.com/google/gopacket"

	"netstream/aggregate/flow"
	"netstream/reader/datagram"
)

// TestTransportHeaders has transport headers that are cut or contradict their
// packet.
func TestTransportHeaders(t *testing.T) {
	m := ipfix(100, 1)
	tcp, sctp := tcpPacket(t, 4, 1, false, m), sctpPacket(t, 4, dataChunk(1, 3, m))
	short := func(packet []byte, payload int) []byte {
		b := bytes.Clone(packet[:20+payload])
		binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
		return b
	}
	offset := func(value byte) []byte {
		b := bytes.Clone(tcp)
		b[32] = value << 4
		return b
	}
	tests := []struct {
		name  string
		frame []byte
		cut   int // octets that were captured, 0 for all
		want  datagram.Outcome
	}{
		{"TCP of 19 octets", short(tcp, 19), 0, datagram.OutcomeBadLength},
		{"SCTP of 11 octets", short(sctp, 11), 0, datagram.OutcomeBadLength},
		{"UDP of 7 octets", short(udpPacket(t, 4, m), 7), 0, datagram.OutcomeBadLength},
		{"TCP, 19 octets captured", tcp, 39, datagram.OutcomeTruncatedHeader},
		{"SCTP, 11 octets captured", sctp, 31, datagram.OutcomeTruncatedHeader},
		{"TCP data offset 4", offset(4), 0, datagram.OutcomeBadLength},
		{"TCP data offset beyond the packet", short(offset(15), 59), 0, datagram.OutcomeBadLength},
		{"TCP, cut within options", offset(15), 70, datagram.OutcomeNotExport},
		{"SCTP, cut within a message", sctp, 100, datagram.OutcomeCutMessage},
		{"SCTP, cut in front of user data", sctp, 40, datagram.OutcomeNotExport},
		{"TCP, cut within a message", tcp, 100, datagram.OutcomeExport},
		{"another protocol", serialise(t, network(4, 47).(gopacket.SerializableLayer)), 0, datagram.OutcomeNotExport},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			source := capturing(linkRaw, test.frame)
			if test.cut > 0 {
				source.frames[0].Data = test.frame[:test.cut]
			}
			packets, got := readPackets(t, source)
			if o := outcomes(packets); o[test.want] != 1 || len(got) > 0 {
				t.Errorf("%d messages, outcomes %v, want %v", len(got), o, test.want)
			}
		})
	}
}

// TestSCTPRepeated sends chunks again, the last time after more than the window of
// those that are remembered.
func TestSCTPRepeated(t *testing.T) {
	var all, want [][]byte
	for i := range 5000 {
		m := ipfix(20+i%50, uint64(i))
		want = append(want, m)
		all = append(all, sctpPacket(t, 4, dataChunk(uint32(i), 3, m)))
		if i%7 == 3 {
			all = append(all, all[len(all)-1-i%3])
		}
	}
	all = append(all, all[0], all[2500])
	packets, got := readPackets(t, capturing(linkRaw, all...))
	if text := differ(contents(got), want); text != "" {
		t.Error(text)
	}
	if tally := packets.Tally(); tally.RetransmittedOctets == 0 || tally.Connections != 1 {
		t.Errorf("tally %+v", tally)
	}
	// A sequence far away is another start.
	all = append(all, sctpPacket(t, 4, dataChunk(1<<30, 3, want[0])), sctpPacket(t, 4, dataChunk(3, 3, want[1])))
	if _, got = readPackets(t, capturing(linkRaw, all...)); len(got) != len(want)+2 {
		t.Errorf("%d messages, want %d", len(got), len(want)+2)
	}
}

// TestSCTPMessages has user messages that are not exactly one message.
func TestSCTPMessages(t *testing.T) {
	m := ipfix(100, 1)
	longer := append(bytes.Clone(m), "behind"...)
	packets, got := readPackets(t, capturing(linkRaw,
		sctpPacket(t, 4, dataChunk(1, 3, slices.Concat(m, m))),
		sctpPacket(t, 4, dataChunk(2, 3, longer)),
		sctpPacket(t, 4, dataChunk(3, 3, []byte("no message")))))
	if text := differ(contents(got), [][]byte{m, m, longer}); text != "" {
		t.Error(text)
	}
	if tally := packets.Tally(); tally.Malformed != 1 || tally.LostOctets != 10 {
		t.Errorf("tally %+v, want one malformed and 10 octets lost", tally)
	}
}

// TestSCTPManyFragments never ends a user message.
func TestSCTPManyFragments(t *testing.T) {
	all := [][]byte{sctpPacket(t, 4, dataChunk(1, 2, ipfix(60000, 1)[:1000]))}
	for i := range 3000 {
		all = append(all, sctpPacket(t, 4, dataChunk(uint32(i)+2, 0, make([]byte, 10))))
	}
	packets, got := readPackets(t, capturing(linkRaw, all...))
	if tally := packets.Tally(); len(got) != 0 || tally.Holes < 2 || tally.LostOctets != 1000+30000 {
		t.Errorf("%d messages, tally %+v", len(got), tally)
	}
}

// TestTCPDamagedStream has a message with a wrong length within a connection.
func TestTCPDamagedStream(t *testing.T) {
	a, b, c := ipfix(100, 1), ipfix(200, 2), ipfix(300, 3)
	short := bytes.Clone(b)
	binary.BigEndian.PutUint16(short[2:], 150)
	long := bytes.Clone(b)
	binary.BigEndian.PutUint16(long[2:], 60000)
	binary.BigEndian.PutUint16(short[18:], 20)
	for _, test := range []struct {
		name string
		sent [][]byte
		want [][]byte
		lost uint64
	}{
		{"too short", [][]byte{a, short, c, a}, [][]byte{a, short[:150], c, a}, 50},
		{"too long, to the end", [][]byte{a, long, c, a}, [][]byte{a, c, a}, 200},
		{"cut at the end", [][]byte{a, b, c[:299]}, [][]byte{a, b}, 299},
	} {
		packets, got := readPackets(t, capturing(linkRaw, tcpPacket(t, 6, 5, false, slices.Concat(test.sent...))))
		if text := differ(contents(got), test.want); text != "" || packets.Tally().LostOctets != test.lost {
			t.Errorf("%s: %s, %+v, want %d octets lost", test.name, text, packets.Tally(), test.lost)
		}
	}
}

// TestDetails tells frames of other network protocols apart, up to a bound.
func TestDetails(t *testing.T) {
	var all [][]byte
	for i := range datagram.MaxDetails + 200 {
		frame := make([]byte, 60)
		binary.BigEndian.PutUint16(frame[12:], uint16(0x9400+i))
		all = append(all, frame, frame)
	}
	source := capturing(linkEthernet, all...)
	packets, _ := readPackets(t, source)
	list := packets.Outcomes()
	if len(list) != datagram.MaxDetails+1 || list[0].Detail != 0 || list[0].Packets != 400 || list[1].Detail != 0x9400 || list[1].Packets != 2 {
		t.Errorf("%d outcomes, the first %+v", len(list), list[:2])
	}
	unknown := capturing(9999, all[0])
	packets, _ = readPackets(t, unknown)
	if list = packets.Outcomes(); list[0].Outcome != datagram.OutcomeLinkType || list[0].Detail != 9999 {
		t.Errorf("outcomes %+v, want link type 9999", list)
	}
}

// TestTimes passes on what the capture says of time.
func TestTimes(t *testing.T) {
	source := capturing(linkRaw, udpPackets(t, 4, [][]byte{version5(1, 1), version5(1, 2)})...)
	source.frames[0].TimeValid, source.frames[0].Time = false, 0
	_, got := readPackets(t, source)
	if len(got) != 2 || got[0].ReceivedValid || !got[1].ReceivedValid || got[1].Received != flow.Timestamp(1e18+1e6) {
		t.Errorf("messages %+v", got)
	}
}
