package datagram_test

import (
	"encoding/binary"
	"io"
	"net/netip"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"netstream/aggregate/flow"
	"netstream/reader/capture"
	"netstream/reader/datagram"
)

// stack is a frame source that holds its frames.
type stack struct {
	interfaces []capture.Interface
	frames     []capture.Frame
	next       int
}

func (s *stack) Next(f *capture.Frame) error {
	if s.next == len(s.frames) {
		return io.EOF
	}
	*f = s.frames[s.next]
	s.next++
	return nil
}

func (s *stack) Interfaces() []capture.Interface { return s.interfaces }

// capturing makes a source of frames, a millisecond from one to the next.
func capturing(linkType uint16, list ...[]byte) *stack {
	s := &stack{interfaces: []capture.Interface{{LinkType: linkType, FCSLength: -1}}}
	for i, octets := range list {
		s.frames = append(s.frames, capture.Frame{
			Time: flow.Timestamp(1e18 + int64(i)*1e6), TimeValid: true, Data: octets, Length: uint32(len(octets)),
			Offset: int64(100 * i), Number: uint64(i) + 1, FCSLength: -1,
		})
	}
	return s
}

// readPackets reads the messages of frames and checks the law of outcomes.
func readPackets(t testing.TB, source *stack) (*datagram.Packets, []datagram.Message) {
	t.Helper()
	packets := datagram.NewPackets(source, measure)
	messages, damages := readAll(t, packets)
	if len(damages) > 0 {
		t.Errorf("damages %v", damages)
	}
	checkOutcomes(t, packets, source.frames)
	return packets, messages
}

func checkOutcomes(t testing.TB, packets *datagram.Packets, frames []capture.Frame) {
	t.Helper()
	var all, want datagram.Frames
	for _, o := range packets.Outcomes() {
		all.Packets += o.Packets
		all.CapturedOctets += o.CapturedOctets
		all.WireOctets += o.WireOctets
	}
	for i := range frames {
		want.Packets++
		want.CapturedOctets += uint64(len(frames[i].Data))
		want.WireOctets += uint64(frames[i].Length - min(frames[i].Length, uint32(max(frames[i].FCSLength, 0))))
	}
	if all != want {
		t.Errorf("outcomes add up to %+v, want %+v", all, want)
	}
}

// outcomes gives the packets by outcome.
func outcomes(packets *datagram.Packets) map[datagram.Outcome]uint64 {
	all := make(map[datagram.Outcome]uint64)
	for _, o := range packets.Outcomes() {
		all[o.Outcome] += o.Packets
	}
	return all
}

// ways are the endpoints of test packets.
func ways(version int) (source, destination netip.Addr) {
	if version == 4 {
		return netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("198.51.100.2")
	}
	return netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::2")
}

const (
	exporterPort  = 50000
	collectorPort = 2055
)

func serialise(t testing.TB, list ...gopacket.SerializableLayer) []byte {
	t.Helper()
	buffer := gopacket.NewSerializeBuffer()
	options := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
	if err := gopacket.SerializeLayers(buffer, options, list...); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

// network gives the IP header of a packet of a protocol.
func network(version int, protocol layers.IPProtocol) gopacket.NetworkLayer {
	source, destination := ways(version)
	if version == 4 {
		return &layers.IPv4{Version: 4, TTL: 64, Id: 7, Protocol: protocol, SrcIP: source.AsSlice(), DstIP: destination.AsSlice()}
	}
	return &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: protocol, SrcIP: source.AsSlice(), DstIP: destination.AsSlice()}
}

// udpPacket makes an IP packet with a UDP datagram.
func udpPacket(t testing.TB, version int, payload []byte) []byte {
	t.Helper()
	ip := network(version, layers.IPProtocolUDP)
	udp := &layers.UDP{SrcPort: exporterPort, DstPort: collectorPort}
	if err := udp.SetNetworkLayerForChecksum(ip); err != nil {
		t.Fatal(err)
	}
	return serialise(t, ip.(gopacket.SerializableLayer), udp, gopacket.Payload(payload))
}

// tcpPacket makes an IP packet with a TCP segment.
func tcpPacket(t testing.TB, version int, sequence uint32, syn bool, payload []byte) []byte {
	t.Helper()
	ip := network(version, layers.IPProtocolTCP)
	tcp := &layers.TCP{SrcPort: exporterPort, DstPort: collectorPort, Seq: sequence, SYN: syn, ACK: !syn}
	if err := tcp.SetNetworkLayerForChecksum(ip); err != nil {
		t.Fatal(err)
	}
	return serialise(t, ip.(gopacket.SerializableLayer), tcp, gopacket.Payload(payload))
}

// sctpPacket makes an IP packet with SCTP chunks.
func sctpPacket(t testing.TB, version int, chunks ...[]byte) []byte {
	t.Helper()
	b := binary.BigEndian.AppendUint16(nil, exporterPort)
	b = binary.BigEndian.AppendUint16(b, collectorPort)
	b = append(b, 1, 2, 3, 4, 0, 0, 0, 0)
	for _, c := range chunks {
		b = append(b, c...)
		b = append(b, make([]byte, -len(b)&3)...)
	}
	return serialise(t, network(version, layers.IPProtocolSCTP).(gopacket.SerializableLayer), gopacket.Payload(b))
}

// dataChunk makes an SCTP DATA chunk.
func dataChunk(tsn uint32, flags uint8, octets []byte) []byte {
	b := []byte{0, flags}
	b = binary.BigEndian.AppendUint16(b, uint16(16+len(octets)))
	b = binary.BigEndian.AppendUint32(b, tsn)
	b = append(b, 0, 3, 0, 9, 0, 0, 0, 0)
	return append(b, octets...)
}

// fragmentsOf cuts an IP packet into fragments whose payloads have the given
// number of octets at most, a multiple of eight.
func fragmentsOf(packet []byte, size int, id uint32) [][]byte {
	var list [][]byte
	if packet[0]>>4 == 4 {
		header, payload := packet[:20], packet[20:]
		for at := 0; at < len(payload); at += size {
			end, more := min(at+size, len(payload)), uint16(0)
			if end < len(payload) {
				more = 0x2000
			}
			b := append([]byte(nil), header...)
			binary.BigEndian.PutUint16(b[2:], uint16(20+end-at))
			binary.BigEndian.PutUint16(b[4:], uint16(id))
			binary.BigEndian.PutUint16(b[6:], uint16(at/8)|more)
			list = append(list, append(b, payload[at:end]...))
		}
		return list
	}
	header, payload := packet[:40], packet[40:]
	for at := 0; at < len(payload); at += size {
		end, more := min(at+size, len(payload)), uint16(0)
		if end < len(payload) {
			more = 1
		}
		b := append([]byte(nil), header...)
		binary.BigEndian.PutUint16(b[4:], uint16(8+end-at))
		b[6] = 44
		b = append(b, header[6], 0)
		b = binary.BigEndian.AppendUint16(b, uint16(at)|more)
		b = binary.BigEndian.AppendUint32(b, id)
		list = append(list, append(b, payload[at:end]...))
	}
	return list
}

const (
	linkEthernet = 1
	linkRaw      = 101
	linkCooked   = 113
)

// link puts a link header in front of an IP packet.
func link(linkType uint16, vlan bool, packet []byte) []byte {
	kind := []byte{0x08, 0x00}
	if packet[0]>>4 == 6 {
		kind = []byte{0x86, 0xdd}
	}
	var head []byte
	switch linkType {
	case linkEthernet:
		head = make([]byte, 12)
		if vlan {
			head = append(head, 0x81, 0, 0, 42)
		}
		head = append(head, kind...)
	case linkCooked:
		head = append(make([]byte, 14), kind...)
	}
	return append(head, packet...)
}
