package element

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// octets reads hexadecimal with blanks.
func octets(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestAppendText(t *testing.T) {
	tests := []struct {
		name  string
		typ   Type
		value string // hexadecimal
		want  string
	}{
		{"no octets", Unsigned, "", ""},
		{"no octets", Text, "", ""},
		{"no octets", BasicList, "", ""},
		{"one octet", Unsigned, "ff", "255"},
		{"three octets", Unsigned, "010000", "65536"},
		{"eight octets", Unsigned, "ffffffffffffffff", "18446744073709551615"},
		{"nine octets", Unsigned, "000000000000000001", "000000000000000001"},
		{"signed octet", Signed, "80", "-128"},
		{"three signed octets", Signed, "fffffe", "-2"},
		{"positive", Signed, "7fff", "32767"},
		{"least", Signed, "8000000000000000", "-9223372036854775808"},
		{"nine signed octets", Signed, "ffffffffffffffffff", "ffffffffffffffffff"},
		{"float64", Float, "3fb999999999999a", "0.1"},
		{"float32", Float, "3dcccccd", "0.1"},
		{"great float", Float, "7e37e43c8800759c", "1e+300"},
		{"NaN", Float, "7ff8000000000001", "NaN"},
		{"infinity", Float, "ff800000", "-Inf"},
		{"short float", Float, "3fb9", "3fb9"},
		{"true", Boolean, "01", "true"},
		{"false", Boolean, "02", "false"},
		{"neither", Boolean, "00", "00"},
		{"wide boolean", Boolean, "0001", "0001"},
		{"MAC", MAC, "00005e005301", "00:00:5e:00:53:01"},
		{"EUI-64", MAC, "00005e0053010203", "00005e0053010203"},
		{"text", Text, "47692f30", "Gi/0"},
		{"filled text", Text, "47692f300000", "Gi/0"},
		{"text that ends before garbage", Text, "476900ff", "Gi"},
		{"UTF-8", Text, "c3bc", "ü"},
		{"Latin-1", Text, "fc", "fc"},
		{"all NUL", Text, "0000", ""},
		{"seconds", Seconds, "6553f100", "2023-11-14T22:13:20Z"},
		{"last second", Seconds, "ffffffff", "2106-02-07T06:28:15Z"},
		{"short seconds", Seconds, "6553f1", "6553f1"},
		{"milliseconds", Milliseconds, "0000018bcfe5687b", "2023-11-14T22:13:20.123Z"},
		{"epoch", Milliseconds, "0000000000000000", "1970-01-01T00:00:00.000Z"},
		{"too late", Milliseconds, "0000864c2cd9b4f4", "0000864c2cd9b4f4"},
		{"microseconds", Microseconds, "e8fe6f8080000000", "2023-11-14T22:13:20.500000Z"},
		{"microseconds, low bits ignored", Microseconds, "e8fe6f80800007ff", "2023-11-14T22:13:20.500000Z"},
		{"nanoseconds", Nanoseconds, "e8fe6f8000000004", "2023-11-14T22:13:20.000000001Z"},
		{"nanoseconds round up", Nanoseconds, "e8fe6f80ffffffff", "2023-11-14T22:13:21.000000000Z"},
		{"epoch of NTP", Nanoseconds, "0000000000000000", "1900-01-01T00:00:00.000000000Z"},
		{"short NTP", Nanoseconds, "e8fe6f80", "e8fe6f80"},
		{"IPv4", IPv4, "c0000201", "192.0.2.1"},
		{"short IPv4", IPv4, "c00002", "c00002"},
		{"IPv6", IPv6, "20010db8000000000000000000000001", "2001:db8::1"},
		{"IPv6, first of equal runs", IPv6, "20010db8000000000001000000000001", "2001:db8::1:0:0:1"},
		{"IPv4-mapped", IPv6, "00000000000000000000ffffc0000201", "::ffff:192.0.2.1"},
		{"IPv4 in IPv6", IPv6, "c0000201", "c0000201"},
		{"octets", Octets, "00ab", "00ab"},
		{"type beyond the last", 255, "00ab", "00ab"},
		{"list", BasicList, "03 000a 0002 0001 0002", `{"semantic":"allOf","element":"ingressInterface","values":[1,2]}`},
		{"list of an unknown template", SubTemplateList, "ff 0100 beef", `{"semantic":"undefined","template":256,"hex":"beef"}`},
		{"bad list", BasicList, "03 000a 0002 00", "03000a000200"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			value := octets(t, test.value)
			got := AppendText([]byte("before "), test.typ, value)
			if string(got) != "before "+test.want {
				t.Errorf("%v %s: %q, want %q", test.typ, test.value, got, test.want)
			}
		})
	}
}

// TestNTPRoundTrip: whatever way exporters bring units to fractions, cutting them or
// rounding, keeping or clearing the 11 bits, the same units come out.
func TestNTPRoundTrip(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200_000 {
		seconds := int64(random.Uint32())
		second := uint64(seconds) << 32
		us, ns := random.Uint64N(1e6), random.Uint64N(1e9)
		if us < 10 {
			us = 999_990 + us // those that can carry
		}
		for _, fraction := range []uint64{us << 32 / 1e6, (us<<32 + 5e5) / 1e6, us << 32 / 1e6 &^ 0x7ff} {
			want := time.Unix(seconds-2208988800, int64(us)*1e3).UnixNano()
			checkInstant(t, Microseconds, second|fraction, want)
		}
		for _, fraction := range []uint64{ns << 32 / 1e9, (ns<<32 + 5e8) / 1e9} {
			want := time.Unix(seconds-2208988800, int64(ns)).UnixNano()
			checkInstant(t, Nanoseconds, second|fraction, want)
		}
	}
}

func checkInstant(t *testing.T, typ Type, v uint64, want int64) {
	t.Helper()
	value := make([]byte, 8)
	for i := range value {
		value[i] = byte(v >> (56 - 8*i))
	}
	if got, ok := Instant(typ, value); !ok || int64(got) != want {
		t.Fatalf("%v %#016x: %d, %t, want %d", typ, v, got, ok, want)
	}
}

func TestInstantBounds(t *testing.T) {
	const last = math.MaxInt64 / 1_000_000
	checkInstant(t, Milliseconds, last, last*1_000_000)
	if got, ok := Instant(Milliseconds, octets(t, "000008637bd05af6")); !ok {
		t.Errorf("millisecond %d is refused: %d", last, got)
	}
	for _, typ := range []Type{Octets, Unsigned, Text, MAC, IPv4, BasicList} {
		if got, ok := Instant(typ, make([]byte, 8)); ok {
			t.Errorf("%v is the time %d", typ, got)
		}
	}
	if got, ok := Instant(Milliseconds, octets(t, "000008637bd05af7")); ok {
		t.Errorf("the millisecond beyond flow.Timestamp is %d", got)
	}
	if got, ok := Instant(Milliseconds, octets(t, "ffffffffffffffff")); ok {
		t.Errorf("the last millisecond is %d", got)
	}
	if got, ok := Instant(Seconds, make([]byte, 8)); ok {
		t.Errorf("eight octets of seconds are %d", got)
	}
}

func TestUint(t *testing.T) {
	tests := []struct {
		value string
		want  uint64
		ok    bool
	}{
		{"", 0, false},
		{"07", 7, true},
		{"010203", 0x010203, true},
		{"0102030405", 0x0102030405, true},
		{"ffffffffffffffff", math.MaxUint64, true},
		{"00ffffffffffffffff", math.MaxUint64, true},
		{"01ffffffffffffffff", 0, false},
		{"00000000000000000000000000000005", 5, true},
		{"01000000000000000000000000000005", 0, false},
	}
	for _, test := range tests {
		if got, ok := Uint(octets(t, test.value)); got != test.want || ok != test.ok {
			t.Errorf("Uint(%s) = %d, %t, want %d, %t", test.value, got, ok, test.want, test.ok)
		}
	}
}

func TestApplication(t *testing.T) {
	tests := []struct {
		name, value string
		want        string
		ok          bool
	}{
		{"NBAR", "0d0001df", "13:479", true},
		{"port", "030050", "3:80", true},
		{"long selector", "06ffffffffffffff", "6:72057594037927935", true},
		{"long selector of zeros before", "06 00 00 00 00 00 00 00 01", "6:1", true},
		{"selector beyond seven octets", "06 01 00 00 00 00 00 00 00", "", false},
		{"engine alone", "05", "5:0", true},
		{"greatest engine", "ff01", "255:1", true},
		{"nothing", "", "", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			application, ok := ParseApplication(octets(t, test.value))
			if ok != test.ok {
				t.Fatalf("ParseApplication(%s) = %d, %t", test.value, application, ok)
			}
			got := fmt.Sprintf("%d:%d", application>>ApplicationSelectorBits, application&(1<<ApplicationSelectorBits-1))
			if ok && got != test.want {
				t.Errorf("application %s is %s, want %s", test.value, got, test.want)
			}
		})
	}
}

func FuzzText(f *testing.F) {
	for typ := Octets; typ <= SubTemplateMultiList+1; typ++ {
		for _, n := range []int{0, 1, 4, 6, 8, 9, 16} {
			f.Add(uint8(typ), bytes.Repeat([]byte{1}, n))
		}
	}
	f.Add(uint8(Text), []byte("\xff\x00"))
	f.Add(uint8(BasicList), []byte{3, 1, 35, 0, 7, 3, 0, 10, 0, 1, 9, 9})
	f.Fuzz(func(t *testing.T, typ uint8, value []byte) {
		before := []byte("\x80")
		got := AppendText(before, Type(typ), value)
		if !bytes.HasPrefix(got, before) || !utf8.Valid(got[1:]) {
			t.Errorf("%v %x: %q", Type(typ), value, got)
		}
		if e := Type(typ); !e.Structured() && len(got) > 1+2*len(value)+40 {
			t.Errorf("%v %x has a text of %d octets", e, value, len(got)-1)
		}
	})
}

func TestTextAllocates(t *testing.T) {
	dst := make([]byte, 0, 256)
	value := octets(t, "c0000201c0000201")
	for typ := Octets; typ < BasicList; typ++ {
		for _, length := range []int{1, 4, 6, 8} {
			if n := testing.AllocsPerRun(100, func() { AppendText(dst, typ, value[:length]) }); n != 0 {
				t.Errorf("%v of %d octets: %v allocations", typ, length, n)
			}
		}
	}
}
