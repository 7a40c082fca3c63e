package capture_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"

	"netstream/aggregate/flow"
	"netstream/reader/capture"
	"netstream/reader/capture/capturetest"
)

var orders = []struct {
	name  string
	order capturetest.Order
}{{"little endian", binary.LittleEndian}, {"big endian", binary.BigEndian}}

func opt(code uint16, value []byte) capturetest.Option {
	return capturetest.Option{Code: code, Value: value}
}

func TestPCAPNGPacketBlocks(t *testing.T) {
	for _, o := range orders {
		for _, block := range []capturetest.Block{capturetest.Enhanced, capturetest.Obsolete, capturetest.Simple} {
			t.Run(fmt.Sprintf("%s/block %d", o.name, block), func(t *testing.T) {
				packets := samplePackets(50)
				for i := range packets {
					packets[i].Block = block
					if block == capturetest.Simple {
						packets[i].Length = 0 // without a snapshot length nothing is cut
					}
				}
				got := read(t, pcapngFile(t, capturetest.Options{Order: o.order}, packets), 64).sound(t)
				comparePackets(t, got.frames, packets)
				b := got.tally.Blocks
				if b.Section != 1 || b.Interface != 1 || b.EnhancedPacket+b.Packet+b.SimplePacket != 50 {
					t.Errorf("blocks %+v", b)
				}
			})
		}
	}
}

// A file of sections, each with its own byte order, interfaces and resolution.
func TestPCAPNGSections(t *testing.T) {
	var file bytes.Buffer
	var want []capturetest.Packet
	sections := []capturetest.Options{
		{Order: binary.LittleEndian, Interfaces: []capturetest.Interface{{Name: "eth0"}, {Name: "wlan0", LinkType: 105, Resolution: 9}}},
		{Order: binary.BigEndian, Interfaces: []capturetest.Interface{{Name: "eth0", LinkType: 101, Resolution: 0x94, Offset: 100}}},
		{Order: binary.LittleEndian, Interfaces: []capturetest.Interface{{Name: "ppp0", LinkType: 9, HasResolution: true, Description: "line"}}},
	}
	base := 0
	for _, options := range sections {
		var packets []capturetest.Packet
		for i := range 6 {
			packets = append(packets, capturetest.Packet{
				Time: flow.Timestamp(1_700_000_000+i) * 1e9, Data: []byte{byte(i)}, Interface: i % len(options.Interfaces)})
		}
		if err := capturetest.WritePCAPNG(&file, options, packets); err != nil {
			t.Fatal(err)
		}
		for _, p := range packets {
			p.Interface += base
			want = append(want, p)
		}
		base += len(options.Interfaces)
	}
	got := read(t, file.Bytes(), 64).sound(t)
	comparePackets(t, got.frames, want)
	wantInterfaces := []capture.Interface{
		{Section: 0, LinkType: 1, Name: "eth0", TimeResolution: 6, FCSLength: -1, Packets: 3},
		{Section: 0, LinkType: 105, Name: "wlan0", TimeResolution: 9, FCSLength: -1, Packets: 3},
		{Section: 1, LinkType: 101, BigEndian: true, Name: "eth0", TimeResolution: 0x94, TimeOffset: 100, FCSLength: -1, Packets: 6},
		{Section: 2, LinkType: 9, Name: "ppp0", Description: "line", FCSLength: -1, Packets: 6},
	}
	for i, w := range wantInterfaces {
		if got.interfaces[i] != w {
			t.Errorf("interface %d: %+v, want %+v", i, got.interfaces[i], w)
		}
	}
	if got.tally.Sections != 3 {
		t.Errorf("sections %d", got.tally.Sections)
	}
}

func TestPCAPNGSkippedBlocks(t *testing.T) {
	var before []byte
	o := capturetest.Options{}
	for _, kind := range []uint32{4, 9, 10, 0xbad, 0x40000bad, 7, 7, 0x80000001, 0xffffffff} {
		before = append(before, capturetest.RawBlock(o, kind, []byte("some content"))...)
	}
	got := read(t, pcapngFile(t, o, []capturetest.Packet{{Time: 1e9, Data: []byte{1}, Before: before}}), 64).sound(t)
	b := got.tally.Blocks
	if b.NameResolution != 1 || b.Journal != 1 || b.Secrets != 1 || b.Custom != 2 || b.Unknown != 4 || len(got.frames) != 1 {
		t.Errorf("blocks %+v", b)
	}
	if k, u := got.tally.Octets.Known, got.tally.Octets.Unknown; k != 3*24 || u != 6*24 {
		t.Errorf("known %d, unknown %d", k, u)
	}
	if want := fmt.Sprint([]capture.TypeCount{{7, 2}, {0x80000001, 1}, {0xffffffff, 1}}); fmt.Sprint(got.tally.UnknownTypes) != want {
		t.Errorf("unknown types %v, want %v", got.tally.UnknownTypes, want)
	}

	before = nil
	for kind := range uint32(1000) {
		before = append(before, capturetest.RawBlock(o, 1000+kind, nil)...)
	}
	got = read(t, pcapngFile(t, o, []capturetest.Packet{{Before: before}}), 64).sound(t)
	if len(got.tally.UnknownTypes) != capture.MaxBlockTypes || got.tally.Blocks.Unknown != 1000 {
		t.Errorf("%d types of %d blocks", len(got.tally.UnknownTypes), got.tally.Blocks.Unknown)
	}
}

func TestPCAPNGPacketOptions(t *testing.T) {
	for _, o := range orders {
		word := func(v uint32) []byte { return o.order.AppendUint32(nil, v) }
		long := func(v uint64) []byte { return o.order.AppendUint64(nil, v) }
		for _, tt := range []struct {
			name      string
			block     capturetest.Block
			options   []capturetest.Option
			direction uint8
			fcs       int8
			dropped   uint64
			says      string
		}{
			{"none", capturetest.Enhanced, nil, 0, 4, 0, ""},
			{"inbound", capturetest.Enhanced, []capturetest.Option{opt(2, word(1))}, 1, 4, 0, ""},
			{"outbound, FCS of 2 octets", capturetest.Enhanced, []capturetest.Option{opt(1, []byte("note")), opt(2, word(2|2<<5))}, 2, 2, 0, ""},
			{"link errors only", capturetest.Enhanced, []capturetest.Option{opt(2, word(0xffff0000))}, 0, 4, 0, ""},
			{"drops", capturetest.Enhanced, []capturetest.Option{opt(4, long(7)), opt(4, long(3))}, 0, 4, 10, ""},
			{"drops beyond 64 bits", capturetest.Enhanced, []capturetest.Option{opt(4, long(math.MaxUint64)), opt(4, long(3))}, 0, 4, math.MaxUint64, ""},
			{"obsolete block, flags", capturetest.Obsolete, []capturetest.Option{opt(2, word(1)), opt(4, long(7))}, 1, 4, 0, ""},
			{"flags of 3 octets", capturetest.Enhanced, []capturetest.Option{opt(2, []byte{1, 0, 0})}, 0, 4, 0, "epb_flags has 3 octets"},
			{"drops of 4 octets", capturetest.Enhanced, []capturetest.Option{opt(4, word(1)), opt(2, word(1))}, 1, 4, 0, "epb_dropcount has 4"},
		} {
			t.Run(o.name+"/"+tt.name, func(t *testing.T) {
				options := capturetest.Options{Order: o.order, Interfaces: []capturetest.Interface{{FCSLength: 32}}}
				file := pcapngFile(t, options, []capturetest.Packet{
					{Time: 1e9, Data: []byte{1}, Block: tt.block, Options: tt.options}, {Time: 2e9}})
				got := read(t, file, 64)
				if len(got.frames) != 2 {
					t.Fatalf("%d frames", len(got.frames))
				}
				f := got.frames[0]
				if f.Direction != tt.direction || f.FCSLength != tt.fcs || got.interfaces[0].Dropped != tt.dropped {
					t.Errorf("direction %d, FCS %d, dropped %d", f.Direction, f.FCSLength, got.interfaces[0].Dropped)
				}
				if g := got.frames[1]; g.Direction != 0 || g.FCSLength != 4 {
					t.Errorf("the next frame has direction %d, FCS %d", g.Direction, g.FCSLength)
				}
				checkSays(t, got, tt.says)
			})
		}
	}
}

// checkSays checks that there is one report with that text, or none if it is "".
func checkSays(t *testing.T, got reading, says string) {
	t.Helper()
	if says == "" {
		got.sound(t)
		return
	}
	if len(got.damages) != 1 || !strings.Contains(got.damages[0].Error(), says) {
		t.Fatalf("damages %v, want one that says %q", got.damages, says)
	}
}

func TestPCAPNGInterfaceOptions(t *testing.T) {
	long := func(v int64) []byte { return binary.LittleEndian.AppendUint64(nil, uint64(v)) }
	for _, tt := range []struct {
		name    string
		options []capturetest.Option
		says    string
		valid   bool
		time    flow.Timestamp // of count 5,000,000,000
		fcs     int8
	}{
		{"none", nil, "", true, 5_000_000_000_000, -1},
		{"nanoseconds", []capturetest.Option{opt(9, []byte{9})}, "", true, 5_000_000_000, -1},
		{"2^-31, which crashed Zeek", []capturetest.Option{opt(9, []byte{0x9f})}, "", true, 2_328_306_436, -1},
		{"10^-20", []capturetest.Option{opt(9, []byte{20})}, "if_tsresol 0x14", false, 0, -1},
		{"10^-64", []capturetest.Option{opt(9, []byte{0x40})}, "if_tsresol 0x40", false, 0, -1},
		{"2^-64", []capturetest.Option{opt(9, []byte{0xc0})}, "if_tsresol 0xc0", false, 0, -1},
		{"2^-127", []capturetest.Option{opt(9, []byte{0xff})}, "if_tsresol 0xff", false, 0, -1},
		{"resolution of no octets", []capturetest.Option{opt(2, []byte("eth0")), opt(9, nil)}, "if_tsresol has 0 octets", false, 0, -1},
		{"resolution twice", []capturetest.Option{opt(9, []byte{6}), opt(9, []byte{9})}, "option 9 occurs twice", false, 0, -1},
		{"offset", []capturetest.Option{opt(14, long(-5000))}, "", true, 0, -1},
		{"offset before 1970", []capturetest.Option{opt(14, long(-5001))}, "", true, -1e9, -1},
		{"offset beyond the range", []capturetest.Option{opt(14, long(math.MaxInt64))}, "", false, 0, -1},
		{"offset of 4 octets", []capturetest.Option{opt(14, []byte{1, 2, 3, 4})}, "if_tsoffset has 4 octets", false, 0, -1},
		{"FCS of 4 octets", []capturetest.Option{opt(13, []byte{4})}, "", true, 5_000_000_000_000, 4},
		{"FCS of 32 bits", []capturetest.Option{opt(13, []byte{32})}, "", true, 5_000_000_000_000, 4},
		{"no FCS", []capturetest.Option{opt(13, []byte{0})}, "", true, 5_000_000_000_000, 0},
		{"FCS of 5", []capturetest.Option{opt(13, []byte{5})}, "if_fcslen 5", true, 5_000_000_000_000, -1},
		{"FCS of 2 octets of length", []capturetest.Option{opt(13, []byte{4, 0})}, "if_fcslen has 2", true, 5_000_000_000_000, -1},
		{"name twice", []capturetest.Option{opt(2, []byte("a")), opt(2, []byte("b"))}, "option 2 occurs twice", true, 5_000_000_000_000, -1},
		{"unknown options", []capturetest.Option{opt(1, []byte("x")), opt(8, long(1)), opt(11, []byte{0, 'x'}), opt(2988, []byte("xxxx"))}, "", true, 5_000_000_000_000, -1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := capturetest.Options{}
			file := append(capturetest.SectionBlock(o), capturetest.InterfaceBlock(o, capturetest.Interface{Extra: tt.options})...)
			file = append(file, capturetest.PacketBlock(o, capturetest.Packet{}, 5_000_000_000, 0)...)
			got := read(t, file, 64)
			checkSays(t, got, tt.says)
			if len(got.frames) != 1 {
				t.Fatalf("%d frames", len(got.frames))
			}
			f := got.frames[0]
			if f.TimeValid != tt.valid || f.Time != tt.time || f.FCSLength != tt.fcs {
				t.Errorf("time %d %v, FCS %d; want %d %v, %d", f.Time, f.TimeValid, f.FCSLength, tt.time, tt.valid, tt.fcs)
			}
			if invalid := got.tally.InvalidTimes; (invalid == 1) == tt.valid {
				t.Errorf("invalid times %d", invalid)
			}
		})
	}
}

func TestInterfaceNameWithNUL(t *testing.T) {
	o := capturetest.Options{Interfaces: []capturetest.Interface{{Name: "eth0\x00\x00"}}}
	if name := read(t, pcapngFile(t, o, nil), 64).sound(t).interfaces[0].Name; name != "eth0" {
		t.Errorf("name %q", name)
	}
}

func TestPCAPNGStatistics(t *testing.T) {
	for _, o := range orders {
		options := capturetest.Options{Order: o.order, Interfaces: []capturetest.Interface{{}, {}}}
		block := func(number uint32, list ...capturetest.Option) []byte {
			body := o.order.AppendUint32(nil, number)
			return capturetest.RawBlock(options, 5, append(append(body, make([]byte, 8)...), capturetest.OptionList(options, list)...))
		}
		long := func(v uint64) []byte { return o.order.AppendUint64(nil, v) }
		file := append(pcapngFile(t, options, nil), block(1, opt(4, long(10)), opt(5, long(1)))...)
		file = append(file, block(1, opt(4, long(20)), opt(7, long(3)),
			opt(6, long(4)), opt(8, long(5)))...)
		got := read(t, file, 64).sound(t)
		want := capture.Statistics{Blocks: 2, Received: capture.Count{Value: 20, Known: true}, Dropped: capture.Count{Value: 1, Known: true},
			SystemDropped: capture.Count{Value: 3, Known: true}, FilterAccepted: capture.Count{Value: 4, Known: true}, Delivered: capture.Count{Value: 5, Known: true}}
		if s := got.interfaces[1].Statistics; s != want || got.interfaces[0].Statistics.Blocks != 0 {
			t.Errorf("%s: statistics %+v, want %+v", o.name, s, want)
		}
		checkSays(t, read(t, append(bytes.Clone(file), block(2)...), 64), "statistics of interface 2, the section describes 2")
		checkSays(t, read(t, append(bytes.Clone(file), block(0, opt(4, []byte{1}))...), 64), "option 4 has 1 octets, want 8")
		checkSays(t, read(t, append(bytes.Clone(file), capturetest.RawBlock(options, 5, []byte("1234"))...), 64), "16 octets, want at least 24")
	}
}

func TestSimplePacketBlocks(t *testing.T) {
	o := capturetest.Options{Interfaces: []capturetest.Interface{{SnapLen: 6}}}
	file := pcapngFile(t, o, []capturetest.Packet{
		{Block: capturetest.Simple, Data: []byte("abc")},
		{Time: 5e9, Data: []byte("x")},
		{Block: capturetest.Simple, Data: []byte("abcdef"), Length: 1500},
	})
	got := read(t, file, 64).sound(t)
	if f := got.frames[0]; f.Time != 0 || !f.TimeValid || string(f.Data) != "abc" {
		t.Errorf("first frame %+v", f)
	}
	if f := got.frames[2]; f.Time != 5e9 || !f.TimeValid || string(f.Data) != "abcdef" || f.Length != 1500 {
		t.Errorf("last frame %+v", f)
	}
	if got.tally.WithoutTime != 2 {
		t.Errorf("tally %+v", got.tally)
	}
}
