package netflowtest

import (
	"bytes"
	"io"
	"net/netip"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/ip4defrag"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

func path(exporter, collector string) *Path {
	return &Path{
		Exporter:  netip.AddrPortFrom(netip.MustParseAddr(exporter), 50000),
		Collector: netip.AddrPortFrom(netip.MustParseAddr(collector), 4739),
	}
}

// packets reads a pcap file with gopacket, which shares no code with the writer.
func packets(t *testing.T, file []byte) []gopacket.Packet {
	t.Helper()
	r, err := pcapgo.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	var all []gopacket.Packet
	for {
		frame, at, err := r.ReadPacketData()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		if at.Timestamp.UnixNano() != int64(export) {
			t.Errorf("frame is of %v, want %v", at.Timestamp, export.Time())
		}
		packet := gopacket.NewPacket(frame, r.LinkType(), gopacket.Default)
		if failed := packet.ErrorLayer(); failed != nil {
			t.Error(failed.Error())
		}
		checkSums(t, packet)
		all = append(all, packet)
	}
}

// checkSums has gopacket compute the checksums again. It does not for fragments, of
// which it sees no transport header.
func checkSums(t *testing.T, packet gopacket.Packet) {
	t.Helper()
	var all []gopacket.SerializableLayer
	for _, layer := range packet.Layers() {
		switch l := layer.(type) {
		case *layers.UDP:
			_ = l.SetNetworkLayerForChecksum(packet.NetworkLayer())
			all = append(all, l)
		case *layers.TCP:
			_ = l.SetNetworkLayerForChecksum(packet.NetworkLayer())
			all = append(all, l)
		case *layers.IPv6Fragment, *gopacket.Fragment:
			return
		case gopacket.SerializableLayer:
			all = append(all, l)
		}
	}
	b := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{ComputeChecksums: true, FixLengths: true}, all...); err != nil {
		t.Fatal(err)
	}
	// gopacket fills short frames up.
	if !bytes.HasPrefix(b.Bytes(), packet.Data()) {
		t.Errorf("\n got %x\nwant %x", packet.Data(), b.Bytes())
	}
}

func TestDatagram(t *testing.T) {
	message := bytes.Repeat([]byte("message"), 100)
	for _, p := range []*Path{path("192.0.2.1", "198.51.100.1"), path("2001:db8::1", "2001:db8::2")} {
		all := packets(t, Pcap(p.Datagram(export, message)...))
		if len(all) != 1 {
			t.Fatalf("got %d frames, want 1", len(all))
		}
		udp, ok := all[0].TransportLayer().(*layers.UDP)
		if !ok || udp.SrcPort != 50000 || udp.DstPort != 4739 || !bytes.Equal(udp.Payload, message) {
			t.Errorf("got %v", all[0])
		}
		if got, _ := netip.ParseAddr(all[0].NetworkLayer().NetworkFlow().Src().String()); got != p.Exporter.Addr() {
			t.Errorf("exporter is %v, want %v", got, p.Exporter.Addr())
		}
	}
}

// TestFragments4 has gopacket put IPv4 fragments together.
func TestFragments4(t *testing.T) {
	message := bytes.Repeat([]byte("message"), 500)
	for _, last := range []bool{false, true} {
		p := path("192.0.2.1", "198.51.100.1")
		p.MTU, p.LastFragmentFirst = 576, last
		all := packets(t, Pcap(p.Datagram(export, message)...))
		defragmenter := ip4defrag.NewIPv4Defragmenter()
		var whole *layers.IPv4
		for _, packet := range all {
			if whole != nil {
				t.Fatal("the datagram is whole before its last fragment")
			}
			ip := packet.NetworkLayer().(*layers.IPv4)
			if ip.Length > 576 {
				t.Errorf("packet has %d octets, want at most the MTU", ip.Length)
			}
			var err error
			if whole, err = defragmenter.DefragIPv4(ip); err != nil {
				t.Fatal(err)
			}
		}
		const udpHeader = 8
		if len(all) != 7 || whole == nil || !bytes.Equal(whole.Payload[udpHeader:], message) {
			t.Errorf("%d fragments do not give the message back", len(all))
		}
	}
}

func TestFragments6(t *testing.T) {
	message := bytes.Repeat([]byte("message"), 500)
	p := path("2001:db8::1", "2001:db8::2")
	p.MTU = 1280
	var whole []byte
	all := packets(t, Pcap(p.Datagram(export, message)...))
	for i, packet := range all {
		part, ok := packet.Layer(layers.LayerTypeIPv6Fragment).(*layers.IPv6Fragment)
		if !ok || int(part.FragmentOffset)*8 != len(whole) || part.MoreFragments != (i+1 < len(all)) || part.NextHeader != layers.IPProtocolUDP {
			t.Fatalf("fragment %d is %+v behind %d octets", i, part, len(whole))
		}
		whole = append(whole, part.Payload...)
	}
	if len(all) != 3 || !bytes.Equal(whole[8:], message) {
		t.Errorf("%d fragments do not give the message back", len(all))
	}
}

func TestSegments(t *testing.T) {
	messages := [][]byte{bytes.Repeat([]byte("one"), 300), bytes.Repeat([]byte("two"), 301)}
	p := path("192.0.2.1", "198.51.100.1")
	var frames []Frame
	for _, m := range messages {
		frames = append(frames, p.Segments(export, m, 99)...)
	}
	var stream []byte
	all := packets(t, Pcap(frames...))
	next := all[0].TransportLayer().(*layers.TCP).Seq + 1
	for i, packet := range all {
		tcp := packet.TransportLayer().(*layers.TCP)
		if tcp.SYN != (i == 0) || i > 0 && tcp.Seq != next {
			t.Errorf("segment %d has number %d, want %d", i, tcp.Seq, next)
		}
		stream = append(stream, tcp.Payload...)
		next += uint32(len(tcp.Payload))
	}
	if len(all) != 1+10+10 || !bytes.Equal(stream, Concatenate(messages...)) {
		t.Errorf("%d segments do not give the messages back", len(all))
	}
}
