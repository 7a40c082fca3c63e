package randomcapture

import (
	"encoding/binary"
	"reflect"
	"slices"
	"testing"
	"time"
)

func clone(packets []Packet) []Packet { return each(packets, func(*Packet) {}) }

func TestNewIsDeterministic(t *testing.T) {
	for _, disorder := range []Disorder{Calm, Jumbled, Hostile} {
		opts := Options{Packets: 200, Disorder: disorder, Tunnels: disorder == Jumbled}
		if !reflect.DeepEqual(New(5, opts), New(5, opts)) {
			t.Errorf("disorder %d: two captures of one seed differ", disorder)
		}
		if reflect.DeepEqual(New(5, opts), New(6, opts)) {
			t.Errorf("disorder %d: captures of two seeds are equal", disorder)
		}
	}
}

func TestNewKeepsItsPromises(t *testing.T) {
	backwards := map[Disorder]int64{}
	for seed := range uint64(500) {
		for _, disorder := range []Disorder{Calm, Jumbled, Hostile} {
			packets := New(seed, Options{Packets: 100, Disorder: disorder})
			if len(packets) < 1 || len(packets) > 100 {
				t.Fatalf("seed %d: got %d packets, want 1 to 100", seed, len(packets))
			}
			highest := packets[0].Time
			for i, p := range packets {
				if p.Time < 0 || p.Time > lastTime {
					t.Fatalf("seed %d, packet %d: pcap cannot say the time %d", seed, i, p.Time)
				}
				highest = max(highest, p.Time)
				backwards[disorder] = max(backwards[disorder], highest-p.Time)
				if p.ports > MaxHeaders-32 {
					t.Fatalf("seed %d, packet %d: transport header begins at %d", seed, i, p.ports)
				}
			}
		}
	}
	if backwards[Calm] != 0 || backwards[Jumbled] != window || backwards[Hostile] < 3600e9 {
		t.Errorf("times run backwards by up to %v, want 0, 1 s and more than an hour", backwards)
	}
}

// Whatever has a rule in docs/metering.md must come up often.
func TestNewIsVaried(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(500) {
		packets := New(seed, Options{Packets: 200, Disorder: Hostile})
		for i, p := range packets {
			note := func(what string, is bool) {
				if is {
					seen[what]++
				}
			}
			note("cut", len(p.Frame) < int(p.WireLength))
			note("lies", len(p.Frame) > int(p.WireLength))
			note("not IP", p.network == 0)
			note("1970", p.Time <= 1e9)
			note("2106", p.Time >= lastTime-5e9)
			if i > 0 {
				d := p.Time - packets[i-1].Time
				note("equal times", d == 0)
				note("exactly 30 s", d == 30e9)
				note("30 s and 1 ns", d == 30e9+1)
				note("30 s less 1 ns", d == 30e9-1)
				note("exactly 30 min", d == 1800e9)
				note("30 min and 1 µs", d == 1800e9+1000)
				note("exactly 1 s back", d == -window)
			}
			note("interval edge", p.Time%300e9 == 0)
			note("before the edge", p.Time%300e9 == 300e9-1)
			if len(p.Frame) < p.network+40 || p.network == 0 {
				continue
			}
			ip := p.Frame[p.network:]
			note("VLAN", p.Frame[12] == 0x81 || p.Frame[12] == 0x88 && p.Frame[13] == 0xa8)
			note("MPLS", ip[0] != 0 && p.Frame[12] == 0x88 && p.Frame[13] == 0x47)
			if ip[0]>>4 == 4 {
				note("IPv4 options", ip[0]&15 > 5)
				note("IPv4 fragment", ip[6]&0x3f != 0 || ip[7] != 0)
				note("IPv4 length 0", ip[2] == 0 && ip[3] == 0)
				note("SYN", ip[9] == 6 && ip[0] == 0x45 && ip[33]&2 != 0)
				note("FIN", ip[9] == 6 && ip[0] == 0x45 && ip[33]&1 != 0)
				note("RST", ip[9] == 6 && ip[0] == 0x45 && ip[33]&4 != 0)
			} else {
				note("IPv6 extension", slices.Contains([]byte{0, 43, 51, 60, 140}, ip[6]))
				note("IPv6 fragment", ip[6] == 44)
				note("IPv6 length 0", ip[4] == 0 && ip[5] == 0)
				note("jumbogram", len(ip) > 48 && ip[6] == 0 && ip[42] == 0xc2)
				note("IPv4-mapped", ip[18] == 0xff)
			}
		}
	}
	for _, what := range []string{
		"cut", "lies", "not IP", "1970", "2106", "equal times", "exactly 30 s", "30 s and 1 ns", "30 s less 1 ns", "exactly 30 min",
		"30 min and 1 µs", "exactly 1 s back", "interval edge", "before the edge", "VLAN", "MPLS", "IPv4 options", "IPv4 fragment",
		"IPv4 length 0", "SYN", "FIN", "RST", "IPv6 extension", "IPv6 fragment", "IPv6 length 0", "jumbogram", "IPv4-mapped",
	} {
		if seen[what] < 10 {
			t.Errorf("%s: seen %d times in 500 captures, want 10 at least", what, seen[what])
		}
	}
}

func TestRelationsLeaveTheirArgumentAlone(t *testing.T) {
	packets := New(1, Options{Packets: 200, Disorder: Hostile})
	before := clone(packets)
	Split(packets, 1)
	TruncateToMicroseconds(packets)
	ShiftTime(packets, time.Hour)
	AddVLAN(packets, 1)
	AddMPLS(packets, 1)
	ChangeMACs(packets, [6]byte{1}, [6]byte{2})
	Snap(packets, 20)
	SwapDirection(packets)
	for i := range packets {
		SwapEqualTimes(packets, i)
	}
	InsertAlien(packets, 0, time.Unix(0, 0))
	Shrink(packets, func(p []Packet) bool { return len(p) > 3 })
	if !reflect.DeepEqual(packets, before) {
		t.Error("a packet was changed in place")
	}
}

func TestRelations(t *testing.T) {
	packets := New(3, Options{Packets: 200, Disorder: Hostile})
	if got := slices.Concat(Split(packets, 0, 3, 3, len(packets))...); !reflect.DeepEqual(got, packets) {
		t.Error("the parts do not make the whole")
	}
	if got := SwapDirection(SwapDirection(packets)); !reflect.DeepEqual(got, packets) {
		t.Error("swapped twice is not as before")
	}
	if _, ok := ShiftTime(packets, -100*365*24*time.Hour); ok {
		t.Error("times before 1970 were not refused")
	}
	alien := InsertAlien(packets, 1, time.Unix(7, 0))
	if len(alien) != len(packets)+1 || alien[1].Time != 7e9 || !reflect.DeepEqual(slices.Delete(alien, 1, 2), packets) {
		t.Error("the alien is not in its place")
	}
	for _, p := range Snap(packets, 20) {
		if len(p.Frame) > 20 {
			t.Errorf("got a frame of %d octets, want 20 at most", len(p.Frame))
		}
	}
}

func TestAddMPLSBehindVLAN(t *testing.T) {
	frame := []byte{12: 0x81, 13: 0, 14: 0, 15: 5, 16: 8, 17: 0, 18: 0x45}
	once := AddMPLS([]Packet{{Frame: frame, WireLength: 19, network: 18}}, 16)
	twice := AddMPLS(once, 17)
	want := []byte{12: 0x81, 13: 0, 14: 0, 15: 5, 16: 0x88, 17: 0x47, 18: 0, 19: 1, 20: 0x10, 21: 64, 22: 0, 23: 1, 24: 1, 25: 64, 26: 0x45}
	if p := twice[0]; !slices.Equal(p.Frame, want) || p.WireLength != 27 || p.network != 26 {
		t.Errorf("got % x, wire length %d, want % x and 27", p.Frame, p.WireLength, want)
	}
}

func TestShrink(t *testing.T) {
	packets := New(3, Options{Packets: 200, Disorder: Hostile})
	first, last := packets[2].Time, packets[len(packets)-2].Time
	got := Shrink(packets, func(p []Packet) bool {
		has := func(time int64) bool {
			return slices.ContainsFunc(p, func(p Packet) bool { return p.Time == time })
		}
		return has(first) && has(last)
	})
	if len(got) != 2 || got[0].Time != first || got[1].Time != last {
		t.Errorf("got %d packets, want the two that matter", len(got))
	}
}

func TestEncode(t *testing.T) {
	p := Packet{Time: 1<<32*1e9 - 1, Frame: []byte{1, 2, 3}, WireLength: 9}
	got := Encode([]Packet{p}, Format{Order: binary.BigEndian})
	want := []byte{
		0xa1, 0xb2, 0xc3, 0xd4, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 1,
		0xff, 0xff, 0xff, 0xff, 0, 0xf, 0x42, 0x3f, 0, 0, 0, 3, 0, 0, 0, 9, 1, 2, 3,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got % x\nwant % x", got, want)
	}
}
