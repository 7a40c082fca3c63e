package capture_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"netstream/aggregate/flow"
	"netstream/reader/capture"
	"netstream/reader/capture/capturetest"
	"netstream/reader/damage"
)

func TestPCAPLayouts(t *testing.T) {
	for _, tt := range []struct {
		name    string
		options capturetest.Options
	}{
		{"little endian, microseconds", capturetest.Options{}},
		{"big endian, microseconds", capturetest.Options{Order: binary.BigEndian}},
		{"little endian, nanoseconds", capturetest.Options{Nanoseconds: true}},
		{"big endian, nanoseconds", capturetest.Options{Order: binary.BigEndian, Nanoseconds: true}},
		{"little endian, modified", capturetest.Options{Modified: true}},
		{"big endian, modified", capturetest.Options{Order: binary.BigEndian, Modified: true}},
		{"version 2.3", capturetest.Options{Version: [2]uint16{2, 3}}},
		{"version 2.2, lengths swapped", capturetest.Options{Version: [2]uint16{2, 2}}},
		{"version 543.0, lengths swapped", capturetest.Options{Version: [2]uint16{543, 0}}},
		{"snapshot length 0", capturetest.Options{SnapLen: 0}},
		{"snapshot length 1", capturetest.Options{SnapLen: 1}},
		{"snapshot length 2^31", capturetest.Options{SnapLen: 1 << 31}},
		{"snapshot length 2^32-1", capturetest.Options{SnapLen: 1<<32 - 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			packets := samplePackets(50)
			got := read(t, pcapFile(t, tt.options, packets), 64).sound(t)
			comparePackets(t, got.frames, packets)
			if got.tally.Octets.Header != 24 || got.interfaces[0].Packets != 50 || got.interfaces[0].SnapLen != tt.options.SnapLen {
				t.Fatalf("tally %+v, interfaces %+v", got.tally, got.interfaces)
			}
		})
	}
}

// Programs that wrote version 2.3 used either order of the lengths.
func TestPCAPVersion23SwappedLengths(t *testing.T) {
	options := capturetest.Options{Version: [2]uint16{2, 3}}
	file := capturetest.PCAPHeader(options)
	file = append(file, capturetest.PCAPRecord(options, 1, 0, 1500, 4, []byte("abcd"))...)
	file = append(file, capturetest.PCAPRecord(options, 2, 0, 4, 1500, []byte("abcd"))...)
	for i, f := range read(t, file, 64).sound(t).frames {
		if f.Length != 1500 || string(f.Data) != "abcd" {
			t.Errorf("frame %d: %+v", i, f)
		}
	}
}

func TestPCAPTimes(t *testing.T) {
	micro, nano := capturetest.Options{}, capturetest.Options{Nanoseconds: true}
	for _, tt := range []struct {
		name              string
		options           capturetest.Options
		seconds, fraction uint32
		want              flow.Timestamp
		carried           uint64
	}{
		{"epoch", micro, 0, 0, 0, 0},
		{"2038", micro, 1<<31 - 1, 999_999, (1<<31-1)*1e9 + 999_999_000, 0},
		{"behind 2038", micro, 1 << 31, 1, (1<<31)*1e9 + 1000, 0},
		{"2106", micro, 1<<32 - 1, 999_999, (1<<32-1)*1e9 + 999_999_000, 0},
		{"a whole second", micro, 7, 1_000_000, 8e9, 1},
		{"greatest fraction", micro, 1<<32 - 1, 1<<32 - 1, (1<<32-1)*1e9 + (1<<32-1)*1000, 1},
		{"last nanosecond", nano, 7, 999_999_999, 7_999_999_999, 0},
		{"a whole second of nanoseconds", nano, 7, 1_000_000_000, 8e9, 1},
		{"greatest nanoseconds", nano, 1<<32 - 1, 1<<32 - 1, (1<<32-1)*1e9 + (1<<32 - 1), 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := append(capturetest.PCAPHeader(tt.options),
				capturetest.PCAPRecord(tt.options, tt.seconds, tt.fraction, 1, 1, []byte{1})...)
			got := read(t, file, 64).sound(t)
			if f := got.frames[0]; f.Time != tt.want || !f.TimeValid || got.tally.CarriedFractions != tt.carried {
				t.Errorf("time %d, carried %d; want %d, %d", f.Time, got.tally.CarriedFractions, tt.want, tt.carried)
			}
		})
	}
}

func TestPCAPLinkTypeField(t *testing.T) {
	for _, tt := range []struct {
		name  string
		field uint32
		link  uint16
		fcs   int8
		bad   bool
	}{
		{"Ethernet", 1, 1, -1, false},
		{"SLL2, above 255", 276, 276, -1, false},
		{"FCS of 4 octets", 0x24000001, 1, 4, false},
		{"no FCS, said so", 0x04000001, 1, 0, false},
		{"greatest FCS", 0xf4000001, 1, 30, false},
		{"FCS length that does not hold", 0x20000001, 1, -1, false},
		{"reserved bits", 0x00300000, 0, -1, true},
		{"reserved bit R", 0x08000001, 1, -1, true},
		{"greatest", 0xffff, 0xffff, -1, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := pcapFile(t, capturetest.Options{LinkType: tt.field}, samplePackets(2))
			got := read(t, file, 64)
			i := got.interfaces[0]
			if i.LinkType != tt.link || i.FCSLength != tt.fcs || got.frames[1].FCSLength != tt.fcs {
				t.Errorf("link type %d, FCS %d; want %d, %d", i.LinkType, i.FCSLength, tt.link, tt.fcs)
			}
			if (len(got.damages) == 1) != tt.bad || len(got.frames) != 2 {
				t.Errorf("damages %v, %d frames", got.damages, len(got.frames))
			}
		})
	}
}

func TestPCAPUnknownVersionIsReportedAndRead(t *testing.T) {
	for _, version := range [][2]uint16{{1, 0}, {2, 5}, {3, 4}, {0, 1}} {
		file := pcapFile(t, capturetest.Options{Version: version}, samplePackets(3))
		got := read(t, file, 64)
		if len(got.damages) != 1 || got.damages[0].Fatal || got.damages[0].Kind != damage.BadBlock || len(got.frames) != 3 {
			t.Errorf("version %v: damages %v, %d frames", version, got.damages, len(got.frames))
		}
	}
}

func TestOriginalBelowCaptured(t *testing.T) {
	for _, options := range []capturetest.Options{{}, {Order: binary.BigEndian}} {
		packets := []capturetest.Packet{{Time: 1e9, Data: []byte("abcdef"), Length: 2}, {Time: 2e9, Data: []byte("xy")}}
		for _, file := range [][]byte{pcapFile(t, options, packets), pcapngFile(t, options, packets)} {
			got := read(t, file, 64).sound(t)
			if f := got.frames[0]; f.Length != 6 || got.tally.ShortOriginals != 1 || got.tally.WireOctets != 8 {
				t.Errorf("length %d, tally %+v", f.Length, got.tally)
			}
		}
	}
}

func TestPCAPLengthLimits(t *testing.T) {
	for _, tt := range []struct {
		name          string
		snap, length  uint32
		modified, bad bool
	}{
		{"libpcap's greatest", 96, 262144, false, false},
		{"one more", 96, 262145, false, true},
		{"one more, modified format", 96, 262145, true, false},
		{"as announced", 1 << 20, 1 << 20, false, false},
		{"more than announced", 1 << 20, 1<<20 + 1, false, true},
		{"hard limit", 1<<32 - 1, 16 << 20, false, false},
		{"beyond the hard limit", 1<<32 - 1, 16<<20 + 1, false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			options := capturetest.Options{SnapLen: tt.snap, Modified: tt.modified}
			file := pcapFile(t, options, []capturetest.Packet{{Time: 1, Data: []byte{1}}, {Time: 1e9, Data: make([]byte, tt.length)}, {Time: 2e9}})
			got := read(t, file, 4095)
			if !tt.bad {
				if got.sound(t); len(got.frames) != 3 || len(got.frames[1].Data) != int(tt.length) {
					t.Fatalf("%d frames", len(got.frames))
				}
				return
			}
			if len(got.frames) != 1 || len(got.damages) != 1 {
				t.Fatalf("%d frames, damages %v", len(got.frames), got.damages)
			}
			d := got.damages[0]
			if d.Kind != damage.BadLength || !d.Fatal || d.Offset != 41 || d.Number != 1 || d.Length != int64(len(file)-41) {
				t.Errorf("damage %+v", d)
			}
		})
	}
}

func TestPCAPZeroTail(t *testing.T) {
	file := pcapFile(t, capturetest.Options{}, samplePackets(3))
	for _, tt := range []struct {
		name    string
		tail    []byte
		frames  int
		kind    damage.Kind
		octets  func(capture.Octets) int64
		damages int
	}{
		{"zeros", make([]byte, 10_000), 3, damage.TrailingBytes, func(o capture.Octets) int64 { return o.Trailing }, 1},
		{"zeros and text", append(make([]byte, 5000), "text"...), 3, damage.BadBlock, func(o capture.Octets) int64 { return o.Damaged }, 1},
		{"records without octets", make([]byte, 160), 13, 0, nil, 0},
		{"text", []byte(strings.Repeat("log line\n", 100)), 3, damage.BadLength, func(o capture.Octets) int64 { return o.Damaged }, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, size := range []int{64, 4095, 1 << 20} {
				got := read(t, append(bytes.Clone(file), tt.tail...), size)
				if len(got.frames) != tt.frames || len(got.damages) != tt.damages {
					t.Fatalf("%d frames, damages %v", len(got.frames), got.damages)
				}
				if tt.damages > 0 && (got.damages[0].Kind != tt.kind || tt.octets(got.tally.Octets) != int64(len(tt.tail))) {
					t.Errorf("damage %+v, octets %+v", got.damages[0], got.tally.Octets)
				}
			}
		})
	}
}

func TestNewReaderRefuses(t *testing.T) {
	for _, tt := range []struct {
		name, input string
		kind        damage.Kind // of the damage, if format is false
		format      bool
		says        string
	}{
		{"nothing", "", damage.EmptyInput, false, "empty_input"},
		{"half a magic", "\xd4\xc3", damage.Truncated, false, "2 of 4 octets"},
		{"magic only", "\xd4\xc3\xb2\xa1", damage.Truncated, false, "4 of 24 octets"},
		{"section type only", "\n\r\r\n", damage.Truncated, false, "4 of 28 octets"},
		{"section without byte order", "\n\r\r\n\x1c\x00\x00\x00abcd", 0, true, "61 62 63 64"},
		{"short text", "ab", 0, true, "starts with 61 62;"},
		{"text", "hello, world", 0, true, "pcapng"},
		{"gzip", "\x1f\x8b\x08\x00\x00", 0, true, "(gzip)"},
		{"snoop", "snoop\x00\x00\x00\x00\x00\x00\x02", 0, true, "RFC 1761"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := capture.NewReader(iotest.OneByteReader(strings.NewReader(tt.input)))
			var found *damage.Error
			var format *capture.FormatError
			if errors.As(err, &format) != tt.format || errors.As(err, &found) == tt.format {
				t.Fatalf("error %v", err)
			}
			if found != nil && (found.Kind != tt.kind || !found.Fatal || found.Length != int64(len(tt.input))) {
				t.Errorf("damage %+v", found)
			}
			if !strings.Contains(err.Error(), tt.says) {
				t.Errorf("error %q does not say %q", err, tt.says)
			}
		})
	}
}

func TestFormat(t *testing.T) {
	for want, file := range map[string][]byte{
		"pcap":   pcapFile(t, capturetest.Options{}, nil),
		"pcapng": pcapngFile(t, capturetest.Options{}, nil),
	} {
		r, err := capture.NewReader(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Format().String(); got != want {
			t.Errorf("format %s, want %s", got, want)
		}
	}
}

// A source that fails is not a cut file: its error is passed on, behind the
// frames that came whole.
func TestSourceFailure(t *testing.T) {
	failure := errors.New("disk is gone")
	inStream := &damage.Error{Kind: damage.BadStream, Offset: 7, Detail: "checksum", Fatal: true}
	for name, file := range map[string][]byte{
		"pcap":   pcapFile(t, capturetest.Options{}, samplePackets(3)),
		"pcapng": pcapngFile(t, capturetest.Options{}, samplePackets(3)),
	} {
		file = file[:len(file)-3]
		got := readFrom(t, io.MultiReader(bytes.NewReader(file), iotest.ErrReader(failure)), len(file), 64)
		if !errors.Is(got.err, failure) || len(got.frames) != 2 || len(got.damages) != 0 {
			t.Errorf("%s: error %v, %d frames, damages %v", name, got.err, len(got.frames), got.damages)
		}
		got = readFrom(t, io.MultiReader(bytes.NewReader(file), iotest.ErrReader(inStream)), len(file), 64)
		if len(got.damages) != 1 || got.damages[0].Kind != damage.BadStream || len(got.frames) != 2 {
			t.Errorf("%s: error %v, damages %v", name, got.err, got.damages)
		}
		if _, err := capture.NewReader(io.MultiReader(bytes.NewReader(file[:3]), iotest.ErrReader(failure))); !errors.Is(err, failure) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if _, err := capture.NewReader(idle{}); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("idle source: %v", err)
	}
	if _, err := capture.NewReader(liar{}); err == nil {
		t.Error("a source that returns impossible counts is accepted")
	}
}

// idle never gives anything.
type idle struct{}

func (idle) Read([]byte) (int, error) { return 0, nil }

// liar claims more octets than it was asked for.
type liar struct{}

func (liar) Read(b []byte) (int, error) { return len(b) + 1, nil }
