package frames

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/aggregate/naive/randomcapture"
)

// base is 2026-01-31 05:00:00 UTC.
const base = flow.Timestamp(1769835600_000000000)

// udp is a frame of 42 octets.
func udp(t *testing.T) []byte {
	t.Helper()
	return octets(t, ipv4, "4500 001c 0000 0000 40 11 0000", addresses4, "03e8 0035 0008 0000")
}

func at(after time.Duration, frame []byte) randomcapture.Packet {
	return randomcapture.Packet{Time: int64(base) + int64(after), Frame: frame, WireLength: uint32(len(frame))}
}

func encode(packets ...randomcapture.Packet) []byte {
	return randomcapture.Encode(packets, randomcapture.Format{Order: binary.LittleEndian, Nanoseconds: true})
}

// packets are two, a second apart.
func packets(t *testing.T) []randomcapture.Packet {
	t.Helper()
	u := udp(t)
	return []randomcapture.Packet{at(0, u), at(time.Second, u)}
}

func TestReadPcap(t *testing.T) {
	u := udp(t)
	p := at(123456789*time.Nanosecond, u)
	for _, format := range randomcapture.Formats() {
		frames, err := ReadPcap(randomcapture.Encode([]randomcapture.Packet{p, p}, format))
		want := base + 123456789
		if !format.Nanoseconds {
			want = base + 123456000
		}
		if err != nil || len(frames) != 2 || frames[1].Time != want || frames[1].WireOctets != 42 || !slices.Equal(frames[1].Octets, u) {
			t.Errorf("%v, nanoseconds %v: got %v, %v", format.Order, format.Nanoseconds, frames, err)
		}
	}
}

func TestReadPcapQuirks(t *testing.T) {
	whole := encode(packets(t)...)
	change := func(offset int, value uint32) []byte {
		b := slices.Clone(whole)
		binary.LittleEndian.PutUint32(b[offset:], value)
		return b
	}
	tests := []struct {
		name    string
		content []byte
		want    string // of the frames: time, captured/original
	}{
		{"whole", whole, "0s 42/42, 1s 42/42"},
		{"no records", whole[:24], ""},
		{"cut in the second record", whole[:len(whole)-1], "0s 42/42"},
		{"cut in the second record's header", whole[:24+16+42+15], "0s 42/42"},
		{"original length below the captured", change(24+12, 10), "0s 42/42, 1s 42/42"},
		{"original length above the captured", change(24+12, 1500), "0s 42/1500, 1s 42/42"},
		{"a fraction above a second", change(24+4, 2_500_000_000), "2.5s 42/42, 1s 42/42"},
		{"captured length beyond the file", change(24+8, 1<<32-1), ""},
		{"snapshot length 0", change(16, 0), "0s 42/42, 1s 42/42"},
		{"frame check sequence in the link type field", change(20, 1|1<<26|2<<28), "0s 42/42, 1s 42/42"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			frames, err := ReadPcap(tt.content)
			var got []string
			for _, f := range frames {
				got = append(got, fmt.Sprintf("%v %d/%d", time.Duration(f.Time-base), len(f.Octets), f.WireOctets))
			}
			if err != nil || strings.Join(got, ", ") != tt.want {
				t.Errorf("got %q, %v, want %q", got, err, tt.want)
			}
		})
	}
}

func TestReadPcapErrors(t *testing.T) {
	whole := encode(packets(t)...)
	otherMagic := slices.Clone(whole)
	binary.LittleEndian.PutUint32(otherMagic, 0x0a0d0d0a)
	tests := []struct {
		name    string
		content []byte
		want    string
	}{
		{"empty", nil, "got 0 octets, want 24"},
		{"short", whole[:23], "got 23 octets, want 24"},
		{"other magic", otherMagic, "magic number"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			frames, err := ReadPcap(tt.content)
			if err == nil || !strings.Contains(err.Error(), tt.want) || frames != nil {
				t.Errorf("got %d frames, error %v, want one with %q", len(frames), err, tt.want)
			}
		})
	}
}

// The last second that pcap can say is in 2106: seconds have no sign.
func TestReadPcapUnsigned(t *testing.T) {
	file := encode(packets(t)...)
	binary.LittleEndian.PutUint32(file[24:], 1<<32-1)
	frames, err := ReadPcap(file)
	if want := flow.Timestamp((1<<32 - 1) * 1e9); err != nil || frames[0].Time != want {
		t.Errorf("got %d, %v, want %d", frames[0].Time, err, want)
	}
}
