package naive

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/aggregate/naive/randomcapture"
)

// place tells where the flows' first packets lie: file ordinal and number.
func places(records []flow.Record) string {
	var s []string
	for _, r := range records {
		s = append(s, fmt.Sprintf("%d:%d", r.FirstInput, r.FirstNumber))
	}
	return strings.Join(s, " ")
}

func TestFileOrder(t *testing.T) {
	u := udp(1, 2)
	arp := append(append([]byte{}, u[:12]...), 8, 6)
	one := func(name string, packets ...randomcapture.Packet) File { return File{name, encode(packets...)} }
	tests := []struct {
		name  string
		files []File
		want  string
	}{
		{"by the first time", []File{one("a", at(40*sec, u)), one("b", at(0, u))}, "0:1 1:1"},
		{"equal times: by base name", []File{one("x/b", at(0, u)), one("y/a", at(0, udp(3, 4)))}, "1:1 0:1"},
		{"equal base names: by path", []File{one("y/a", at(0, u)), one("x/a", at(0, udp(3, 4)))}, "1:1 0:1"},
		{"the first packet of all kinds does not count", []File{one("a", at(0, arp), at(40*sec, u)), one("b", at(sec, u))}, "0:1 1:2"},
		{"the first packet in the file, not the earliest", []File{one("a", at(sec, u), at(0, u)), one("b", at(sec/2, udp(3, 4)))}, "1:2 0:1"},
		{"without a metered packet: last", []File{one("a", at(0, arp)), one("b", at(sec, u))}, "0:1"},
		{"of one flow at equal times the file goes first", []File{one("b", at(0, u)), one("a", at(0, u))}, "0:1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for range 2 {
				result, err := Run(tt.files, defaults)
				if err != nil {
					t.Fatal(err)
				}
				if got := places(result.Flows); got != tt.want {
					t.Errorf("got %s, want %s", got, tt.want)
				}
				slices.Reverse(tt.files) // the order in which they are given does not matter
			}
		})
	}
}

// Each file has a clock of its own; the end of input is that of all.
func TestFilesTogether(t *testing.T) {
	u, other := udp(1, 2), udp(3, 4)
	files := []File{
		{"a", encode(at(0, u), at(40*sec, u))},
		{"b", encode(at(20*sec, u), at(80*sec, other))},
	}
	result, err := Run(files, defaults)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"0s..40s 3 idle_timeout", "1m20s..1m20s 1 forced_end"}
	if got := flowLines(result.Flows); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNotAccounted(t *testing.T) {
	u := udp(1, 2)
	version5 := slices.Clone(u)
	version5[14] = 0x55
	short := slices.Clone(u)
	short[14] = 0x44
	arp := slices.Clone(u)
	arp[13] = 6
	result := run(t, defaults, at(0, arp), at(0, arp), at(0, u[:20]), at(0, version5), at(0, short), at(0, u))
	want := map[flow.Reason]uint64{flow.ReasonNotIP: 2, flow.ReasonTruncatedHeader: 1, flow.ReasonBadIPVersion: 1, flow.ReasonBadIPHeader: 1}
	if result.Accounted != 1 || !maps.Equal(result.NotAccounted, want) {
		t.Errorf("got %d accounted, not accounted %v; want 1 and %v", result.Accounted, result.NotAccounted, want)
	}

	file := encode(at(0, u))
	binary.LittleEndian.PutUint32(file[20:], 113) // Linux cooked
	result, err := Run([]File{{"a", file}}, defaults)
	if err != nil || result.NotAccounted[flow.ReasonUnsupportedLinkType] != 1 || len(result.Flows) != 0 {
		t.Errorf("got %+v, %v, want one packet of an unsupported link type", result, err)
	}
}

func TestReadPcap(t *testing.T) {
	u := udp(1, 2)
	p := at(123456789*ns, u)
	for _, format := range randomcapture.Formats() {
		frames, err := readPcap(randomcapture.Encode([]randomcapture.Packet{p, p}, format))
		want := base + 123456789
		if !format.Nanoseconds {
			want = base + 123456000
		}
		if err != nil || len(frames) != 2 || frames[1].time != want || frames[1].wire != 42 || !slices.Equal(frames[1].octets, u) {
			t.Errorf("%v, nanoseconds %v: got %v, %v", format.Order, format.Nanoseconds, frames, err)
		}
	}
}

func TestReadPcapQuirks(t *testing.T) {
	u := udp(1, 2)
	whole := encode(at(0, u), at(sec, u))
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
			frames, err := readPcap(tt.content)
			var got []string
			for _, f := range frames {
				got = append(got, fmt.Sprintf("%v %d/%d", time.Duration(f.time-base), len(f.octets), f.wire))
			}
			if err != nil || strings.Join(got, ", ") != tt.want {
				t.Errorf("got %q, %v, want %q", got, err, tt.want)
			}
		})
	}
	for name, content := range map[string][]byte{"empty": nil, "short": whole[:23], "other magic": change(0, 0x0a0d0d0a)} {
		if _, err := Run([]File{{name, content}}, defaults); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got error %v, want one that names the file", name, err)
		}
	}
}

// The last second that pcap can say is in 2106: seconds have no sign.
func TestReadPcapUnsigned(t *testing.T) {
	file := encode(at(0, udp(1, 2)))
	binary.LittleEndian.PutUint32(file[24:], 1<<32-1)
	frames, err := readPcap(file)
	if want := flow.Timestamp((1<<32 - 1) * 1e9); err != nil || frames[0].time != want {
		t.Errorf("got %d, %v, want %d", frames[0].time, err, want)
	}
}
