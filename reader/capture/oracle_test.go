package capture_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"

	"netstream/aggregate/flow"
	"netstream/reader/capture"
	"netstream/reader/capture/capturetest"
)

// oracleFrame is a frame as gopacket's readers have it.
type oracleFrame struct {
	info gopacket.CaptureInfo
	data []byte
}

// oracleRead reads a file with gopacket, which panics on some inputs.
func oracleRead(file []byte) (frames []oracleFrame, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	var source gopacket.PacketDataSource
	if binary.LittleEndian.Uint32(file) == 0x0a0d0d0a {
		source, err = pcapgo.NewNgReader(bytes.NewReader(file), pcapgo.NgReaderOptions{WantMixedLinkType: true})
	} else {
		source, err = pcapgo.NewReader(bytes.NewReader(file))
	}
	if err != nil {
		return nil, err
	}
	for {
		data, info, err := source.ReadPacketData()
		if err == io.EOF {
			return frames, nil
		}
		if err != nil {
			return frames, err
		}
		frames = append(frames, oracleFrame{info, data})
	}
}

// difference says how a reading differs from the oracle's.
func difference(got reading, frames []oracleFrame) string {
	if len(got.frames) != len(frames) {
		return fmt.Sprintf("%d frames, the oracle has %d", len(got.frames), len(frames))
	}
	for i, want := range frames {
		f := got.frames[i]
		if !bytes.Equal(f.Data, want.data) || int(f.Length) != want.info.Length {
			return fmt.Sprintf("frame %d: %d of %d octets, the oracle has %d of %d",
				i+1, len(f.Data), f.Length, want.info.CaptureLength, want.info.Length)
		}
		base := 0 // the oracle counts interfaces from the start of the section
		for base < len(got.interfaces) && got.interfaces[base].Section < got.interfaces[f.Interface].Section {
			base++
		}
		if f.Interface-base != want.info.InterfaceIndex {
			return fmt.Sprintf("frame %d: interface %d, the oracle has %d", i+1, f.Interface-base, want.info.InterfaceIndex)
		}
		if t := want.info.Timestamp; !t.IsZero() && f.TimeValid && !f.Time.Time().Equal(t) {
			return fmt.Sprintf("frame %d: time %s, the oracle has %s", i+1, f.Time.Time(), t.UTC())
		}
	}
	return ""
}

func TestAgainstGopacketPCAP(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for i := range 200 {
		options := capturetest.Options{
			Order: orders[i%2].order, Nanoseconds: i%4 < 2, SnapLen: 65535, LinkType: uint32(random.IntN(256))}
		var packets []capturetest.Packet
		for range random.IntN(40) {
			packets = append(packets, randomPacket(random, 1<<32))
		}
		agree(t, pcapFile(t, options, packets))
	}
}

// randomPacket gives a packet of the seconds before end of the epoch.
func randomPacket(random *rand.Rand, end int64) capturetest.Packet {
	data := make([]byte, random.IntN(200))
	for i := range data {
		data[i] = byte(random.Uint32())
	}
	seconds := random.Int64N(end)
	return capturetest.Packet{
		Time: flow.Timestamp(seconds*int64(time.Second) + random.Int64N(int64(time.Second))),
		Data: data, Length: uint32(len(data) + 1 + random.IntN(2000))}
}

func TestAgainstGopacketPCAPNG(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	resolutions := []uint8{3, 6, 9, 12, 4, 7}
	for range 200 {
		var file []byte
		for range 1 + random.IntN(3) {
			options := capturetest.Options{Order: orders[random.IntN(2)].order}
			for range 1 + random.IntN(4) {
				options.Interfaces = append(options.Interfaces, capturetest.Interface{
					LinkType: uint16(1 + random.IntN(255)), SnapLen: uint32(random.IntN(2) * 65535), Name: "eth" + fmt.Sprint(random.IntN(9)),
					Resolution: resolutions[random.IntN(len(resolutions))], Offset: random.Int64N(2000) - 1000})
			}
			var packets []capturetest.Packet
			for range random.IntN(30) {
				p := randomPacket(random, 1<<23) // the oracle's count of 10^-12 s is signed
				p.Time += 2000e9
				p.Block = capturetest.Block(random.IntN(3))
				if p.Block == capturetest.Simple {
					p.Length = uint32(len(p.Data))
				} else {
					p.Interface = random.IntN(len(options.Interfaces))
				}
				if random.IntN(5) == 0 {
					p.Before = capturetest.RawBlock(options, uint32(7+random.IntN(1000)), p.Data)
				}
				if p.Block == capturetest.Enhanced && random.IntN(3) == 0 {
					p.Options = []capturetest.Option{opt(1, p.Data)}
				}
				packets = append(packets, p)
			}
			file = append(file, pcapngFile(t, options, packets)...)
		}
		agree(t, file)
	}
}

// Files that gopacket writes: the writers of package capturetest are not the only
// witnesses of what the formats are.
func TestFilesOfGopacketsWriters(t *testing.T) {
	at := time.Unix(1_700_000_000, 123_456_789)
	info := gopacket.CaptureInfo{Timestamp: at, CaptureLength: 5, Length: 60}
	var classic, ng bytes.Buffer
	plain := pcapgo.NewWriterNanos(&classic)
	if err := plain.WriteFileHeader(65535, layers.LinkTypeEthernet); err != nil {
		t.Fatal(err)
	}
	blocks, err := pcapgo.NewNgWriterInterface(&ng, pcapgo.NgInterface{
		Name: "eth0", Description: "uplink", LinkType: layers.LinkTypeRaw, SnapLength: 65535, TimestampResolution: 9,
	}, pcapgo.NgWriterOptions{SectionInfo: pcapgo.NgSectionInfo{Application: "test"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, write := range []func(gopacket.CaptureInfo, []byte) error{plain.WritePacket, blocks.WritePacket} {
		if err := write(info, []byte("hello")); err != nil {
			t.Fatal(err)
		}
	}
	if err := blocks.WriteInterfaceStats(0, pcapgo.NgInterfaceStatistics{LastUpdate: at, PacketsReceived: 7, PacketsDropped: 2}); err != nil {
		t.Fatal(err)
	}
	if err := blocks.Flush(); err != nil {
		t.Fatal(err)
	}
	for _, file := range [][]byte{classic.Bytes(), ng.Bytes()} {
		got := read(t, file, 64).sound(t)
		if f := got.frames[0]; len(got.frames) != 1 || int64(f.Time) != at.UnixNano() || string(f.Data) != "hello" || f.Length != 60 {
			t.Errorf("frames %+v", got.frames)
		}
	}
	i := read(t, ng.Bytes(), 64).interfaces[0]
	if i.Name != "eth0" || i.Description != "uplink" || i.LinkType != uint16(layers.LinkTypeRaw) || i.SnapLen != 65535 ||
		i.Statistics.Received != (capture.Count{Value: 7, Known: true}) || i.Statistics.Dropped != (capture.Count{Value: 2, Known: true}) {
		t.Errorf("interface %+v", i)
	}
}

func agree(t *testing.T, file []byte) {
	t.Helper()
	frames, err := oracleRead(file)
	if err != nil {
		t.Fatal(err)
	}
	if text := difference(read(t, file, 4095).sound(t), frames); text != "" {
		t.Fatal(text)
	}
}

// Where gopacket v1.1.19 is known to be wrong, this reader has to be right.
func TestWhereGopacketIsWrong(t *testing.T) {
	half := flow.Timestamp(1_700_000_000_500_000_000)
	resolution := func(tsresol uint8) []byte {
		o := capturetest.Options{Interfaces: []capturetest.Interface{{Resolution: tsresol, HasResolution: true}}}
		time := half
		switch tsresol {
		case 0:
			time -= 500_000_000
		case 0xc0:
			time = 0 // the unit counts less than a second in 64 bits
		}
		return pcapngFile(t, o, []capturetest.Packet{{Time: time, Data: []byte{1}}})
	}
	pcap := func(snapLen uint32, p capturetest.Packet) []byte {
		return pcapFile(t, capturetest.Options{SnapLen: snapLen}, []capturetest.Packet{p})
	}
	cut := func(file []byte, octets int) []byte { return file[:len(file)-octets] }
	for _, tt := range []struct {
		name    string
		file    []byte
		damages int // of this reader
	}{
		{"2^-20 is read as a power of ten", resolution(0x94), 0},
		{"2^-32 is read as a power of ten", resolution(0xa0), 0},
		{"10^0 is read as microseconds", resolution(0), 0},
		{"snapshot length 0 refuses every packet", pcap(0, capturetest.Packet{Time: half, Data: []byte{1}}), 0},
		{"longer than the snapshot length is refused", pcap(1, capturetest.Packet{Time: half, Data: []byte{1, 2}}), 0},
		{"original below captured is refused", pcap(9, capturetest.Packet{Time: half, Data: []byte{1, 2}, Length: 1}), 0},
		{"5,000,000 microseconds overflow 32 bits", append(capturetest.PCAPHeader(capturetest.Options{SnapLen: 9}),
			capturetest.PCAPRecord(capturetest.Options{}, 1_699_999_995, 5_500_000, 1, 1, []byte{1})...), 0},
		{"a cut block is a clean end", cut(resolution(6), 1), 1},
		{"a block without its trailer is a clean end", cut(resolution(6), 4), 1},
		{"a record header without data is a clean end", cut(pcap(9, capturetest.Packet{Time: half, Data: []byte{1}}), 1), 1},
		{"2^-64 panics", resolution(0xc0), 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := read(t, tt.file, 64)
			if len(got.damages) != tt.damages {
				t.Fatalf("damages %v", got.damages)
			}
			if tt.damages == 0 && (len(got.frames) != 1 || got.frames[0].Time/1e9 != half/1e9) {
				t.Fatalf("frames %+v", got.frames)
			}
			frames, err := oracleRead(tt.file)
			if err == nil && tt.damages == 0 && difference(got, frames) == "" {
				t.Error("the oracle is right; it belongs among those compared")
			}
			if err != nil && tt.damages == 1 && tt.name != "2^-64 panics" {
				t.Errorf("the oracle notices: %v", err)
			}
		})
	}
}
