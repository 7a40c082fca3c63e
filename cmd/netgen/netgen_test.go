package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

// TestDigests holds every kind of workload to the octets that it was first made
// of. The digests are those of an implementation in C of the same laws, so that
// figures measured on either can be compared.
func TestDigests(t *testing.T) {
	minute := time.Minute
	tests := []struct {
		name, kind string
		o          options
		digest     string
	}{
		{"mix", "mix", options{packets: 200000, flows: 10000, duration: minute, snaplen: 128, seed: 1},
			"704966cb4129d3245c226567e85f1522bba49adb4cb824d4c8780947d4d52b51"},
		{"scan", "scan", options{packets: 300000, flows: 250000, duration: minute, snaplen: 128, seed: 7}, "7a7265e6cad188c8b6f360e3de91c2d04c787bbc19934934009e6c029f1f16f0"},
		{"eleph", "eleph", options{packets: 5000, flows: 10, duration: minute, snaplen: 200, seed: 7}, "a8577cafcd554806d2eebc31c0913ed53d4884703c51d757a0dd6c210c237d50"},
		{"nf5 pcap", "nf5", options{records: 9999, duration: 15 * minute, seed: 3, format: "pcap"}, "361bbde9f1e794fa09261646edd62524a3f1d2f171fc1a9e9b6b01901ee09609"},
		{"nf5 raw", "nf5", options{records: 9999, duration: 15 * minute, seed: 3, format: "raw"}, "c6d87a7969f1dd8d38b068830b2c8b06b58f7dd25c0511fc06a7d9c0979c23c5"},
		{"nf9 pcap", "nf9", options{records: 9999, duration: 15 * minute, seed: 3, format: "pcap"}, "c15cef03f187c3278d8254ec45deb65ac8d313cb5f537fedb3f0cabc23b1a767"},
		{"nf9 raw", "nf9", options{records: 9999, duration: 15 * minute, seed: 3, format: "raw"}, "758c7bed13e52b5d6bceb7fb33166f48f335055ca711683cb03fe53987af28fa"},
		{"ipfix pcap", "ipfix", options{records: 9999, duration: 15 * minute, seed: 3, format: "pcap"}, "f11eaf0025a0688c909b0e85e939df540fd6da903b31e4c685e57141f6c932a7"},
		{"ipfix raw", "ipfix", options{records: 9999, duration: 15 * minute, seed: 3, format: "raw"}, "e8f2ba314ac65185f7cac3e5367ab01cdf9889ef5e2cc6dc0180ab27ca4912cb"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			digest := sha256.New()
			if _, err := generate(digest, test.kind, test.o); err != nil {
				t.Fatal(err)
			}
			if got := hex.EncodeToString(digest.Sum(nil)); got != test.digest {
				t.Errorf("got digest %s, want %s", got, test.digest)
			}
		})
	}
}

// TestCaptureTruth counts the packets of small captures again, with gopacket.
func TestCaptureTruth(t *testing.T) {
	for _, kind := range []string{"mix", "scan", "eleph"} {
		t.Run(kind, func(t *testing.T) {
			var file bytes.Buffer
			o := options{packets: 20000, flows: 1000, duration: 10 * time.Minute, snaplen: 2000, seed: 11}
			said, err := generate(&file, kind, o)
			if err != nil {
				t.Fatal(err)
			}
			got, want := recount(t, &file, kind), *said.(*captureTruth)
			want.Conversations = 0 // not to be told from the packets alone
			if g, w := text(t, got), text(t, want); g != w {
				t.Errorf("counted %s\nnetgen said %s", g, w)
			}
		})
	}
}

func text(t *testing.T, truth captureTruth) string {
	b, err := json.Marshal(truth)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func recount(t *testing.T, file io.Reader, kind string) captureTruth {
	reader, err := pcapgo.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	got := captureTruth{Kind: kind}
	flows := map[string]bool{}
	var last time.Time
	for {
		frame, info, err := reader.ReadPacketData()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if info.Timestamp.Before(last) {
			t.Fatalf("packet %d is at %v, before the one in front of it", got.Packets+1, info.Timestamp)
		}
		last = info.Timestamp
		packet := gopacket.NewPacket(frame, layers.LayerTypeEthernet, gopacket.NoCopy)
		v := &conversation{}
		octets := describe(t, packet, v, flows)
		got.count(uint64(info.Timestamp.UnixMicro()-beginning*second), v, octets, info.Length)
	}
	got.Flows = uint64(len(flows))
	return got
}

// describe gives what count needs to know, read from the packet, checks the
// checksums, and adds the packet's 5-tuple to flows.
func describe(t *testing.T, packet gopacket.Packet, v *conversation, flows map[string]bool) (octets int) {
	if packet.NetworkLayer() == nil {
		t.Fatalf("gopacket finds no IP header: %v", packet.ErrorLayer())
	}
	if packet.Layer(layers.LayerTypeDot1Q) != nil {
		v.vlan = 1
	}
	pseudo := uint32(0)
	switch ip := packet.NetworkLayer().(type) {
	case *layers.IPv4:
		octets, v.protocol = int(ip.Length), byte(ip.Protocol)
		if sum := checksum(checksumAdd(0, ip.Contents)); sum != 0 {
			t.Errorf("IPv4 header checksum is wrong by %#x", sum)
		}
		if v.protocol != protocolICMP {
			pseudo = checksumAdd(checksumAdd(0, ip.SrcIP.To4()), ip.DstIP.To4())
		}
	case *layers.IPv6:
		octets, v.protocol, v.ipv6 = 40+int(ip.Length), byte(ip.NextHeader), true
		pseudo = checksumAdd(checksumAdd(0, ip.SrcIP), ip.DstIP)
	}
	segment := packet.NetworkLayer().LayerPayload()
	if v.protocol != protocolICMP {
		pseudo += uint32(v.protocol) + uint32(len(segment))
	}
	if sum := checksum(checksumAdd(pseudo, segment)); sum != 0 {
		t.Errorf("transport checksum is wrong by %#x", sum)
	}
	key := packet.NetworkLayer().NetworkFlow().String() + string(rune(v.protocol))
	if transport := packet.TransportLayer(); transport != nil {
		key += transport.TransportFlow().String()
	} else {
		key += string(segment[4:6]) // the echo identifier tells netgen's conversations apart
	}
	flows[key] = true
	return octets
}

func TestArguments(t *testing.T) {
	tests := []struct {
		name      string
		arguments []string
		want      string // in the error
	}{
		{"no kind", []string{"-w", "-"}, "expected one kind"},
		{"no output", []string{"mix"}, "expected one kind"},
		{"unknown kind", []string{"flood", "-w", "-"}, `cannot make workload "flood"`},
		{"more flows than packets", []string{"mix", "--packets", "5", "--flows", "6", "-w", "-"}, "cannot make 5 packets of 6 flows"},
		{"no records", []string{"nf5", "--records", "0", "-w", "-"}, "cannot make 0 records"},
		{"parts of a second", []string{"mix", "--duration", "1500ms", "-w", "-"}, "expected whole seconds"},
		{"snapshot length", []string{"mix", "--snaplen", "65536", "-w", "-"}, "cannot use snapshot length 65536"},
		{"format", []string{"nf5", "--format", "pcapng", "-w", "-"}, `cannot write format "pcapng"`},
		{"output folder", []string{"mix", "-w", "/nonexistent/x"}, "cannot write workload"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := run(test.arguments, io.Discard, io.Discard)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want one with %q", err, test.want)
			}
		})
	}
}

// TestOutput compares a file with standard output, and looks for the truth where
// it must be.
func TestOutput(t *testing.T) {
	path := filepath.Join(t.TempDir(), "scan.pcap")
	var fileTruth, stdout, stderr bytes.Buffer
	arguments := []string{"scan", "--packets", "500", "--flows", "300", "-w"}
	if err := run(append(arguments, path), &fileTruth, io.Discard); err != nil {
		t.Fatal(err)
	}
	if err := run(append(arguments, "-"), &stdout, &stderr); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(file, stdout.Bytes()) {
		t.Error("the file and standard output differ")
	}
	if fileTruth.String() != stderr.String() {
		t.Errorf("truth beside a file is %s, beside standard output %s", fileTruth.String(), stderr.String())
	}
	var truth captureTruth
	if err := json.Unmarshal(stderr.Bytes(), &truth); err != nil || truth.Packets != 500 || truth.Flows != 300 {
		t.Errorf("got %+v (%v), want 500 packets of 300 flows", truth, err)
	}
}

// fullDisk takes some octets and then no more.
type fullDisk struct{ room int }

func (d *fullDisk) Write(b []byte) (int, error) {
	n := min(len(b), d.room)
	d.room -= n
	if n < len(b) {
		return n, errors.New("no space left")
	}
	return n, nil
}

// TestFullDisk wants a failed write to be told, although the generators only
// look at the end.
func TestFullDisk(t *testing.T) {
	for _, kind := range []string{"mix", "scan", "nf9"} {
		o := options{packets: 50, flows: 5, records: 50, duration: time.Minute, snaplen: 128, format: "raw"}
		if _, err := generate(&fullDisk{room: 1000}, kind, o); err == nil {
			t.Errorf("%s: got no error from a full disk", kind)
		}
	}
}

func BenchmarkMix(b *testing.B) {
	o := options{packets: 1_000_000, flows: 50_000, duration: 10 * time.Minute, snaplen: 128, seed: 2}
	for b.Loop() {
		if _, err := generate(io.Discard, "mix", o); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*o.packets), "ns/packet")
}
