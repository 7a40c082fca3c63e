package naive

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

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
	binary.LittleEndian.PutUint32(file[20:], 147) // the first one for private use
	result, err := Run([]File{{"a", file}}, defaults)
	if err != nil || result.NotAccounted[flow.ReasonUnsupportedLinkType] != 1 || len(result.Flows) != 0 {
		t.Errorf("got %+v, %v, want one packet of an unsupported link type", result, err)
	}
}

func TestRunNoPcap(t *testing.T) {
	whole := encode(at(0, udp(1, 2)), at(sec, udp(1, 2)))
	otherMagic := slices.Clone(whole)
	binary.LittleEndian.PutUint32(otherMagic, 0x0a0d0d0a)
	for name, content := range map[string][]byte{"empty": nil, "short": whole[:23], "other magic": otherMagic} {
		if _, err := Run([]File{{name, content}}, defaults); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got error %v, want one that names the file", name, err)
		}
	}
}
