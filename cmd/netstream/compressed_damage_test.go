package main

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"netstream/writer/manifest"
)

// squeezedInput is a compressed capture, and what must come of it.
type squeezedInput struct {
	name    string
	octets  []byte
	code    int
	packets uint64   // that are accounted; at most, if some is set
	some    bool     // a part of them, as far as the stream could be read
	damages []string // kinds, in order
	message string   // part of it
}

func mustTake(t *testing.T, all []squeezedInput) {
	t.Helper()
	for _, c := range all {
		out := filepath.Join(t.TempDir(), "out")
		got := netstream("run", "-q", "-o", "csv", "-w", out, saved(t, "a.pcap", c.octets))
		if got.code != c.code || !strings.Contains(got.errors, c.message) {
			t.Errorf("%s: exit code %d, want %d with %q: %s", c.name, got.code, c.code, c.message, got.errors)
			continue
		}
		if c.code == exitUsage {
			if left, err := os.ReadDir(filepath.Dir(out)); err != nil || len(left) > 0 {
				t.Errorf("%s: left behind: %v", c.name, left)
			}
			continue
		}
		there := manifestOf(t, out)
		in := there.Inputs[0]
		var kinds []string
		for _, d := range in.Damages {
			kinds = append(kinds, d.Kind)
		}
		accounted := outcomeOf(in, "accounted").Packets
		if accounted > c.packets || !c.some && accounted != c.packets || uint64(packetsOf(t, out)) != accounted || !slices.Equal(kinds, c.damages) {
			t.Errorf("%s: %d packets, %d in the flow table, damages %q; want %d, %q", c.name, accounted, packetsOf(t, out), kinds, c.packets, c.damages)
		}
		if slices.ContainsFunc(there.Laws, func(l manifest.Law) bool { return !l.Holds }) || there.Complete != (c.code == exitOK) {
			t.Errorf("%s: laws %v, complete %v", c.name, there.Laws, there.Complete)
		}
	}
}

// TestZ2Frames (Z2): zstd frames that need more memory than they may have, or a dictionary,
// are refused with what they need; skippable ones are passed over.
func TestZ2Frames(t *testing.T) {
	content := datagrams(t, 1, 50, 0)
	frame := squeezed(t, "zstd", 3, content)
	half := 24 + 25*changedRecord
	first, second := squeezed(t, "zstd", 3, content[:half]), squeezed(t, "zstd", 3, content[half:])
	skippable := func(kind byte, text string) []byte {
		return append([]byte{0x50 + kind, 0x2A, 0x4D, 0x18, byte(len(text)), 0, 0, 0}, text...)
	}
	refused := func(name, spelled, message string) squeezedInput {
		return squeezedInput{name: name, octets: []byte(spelled), code: exitUsage, message: message}
	}
	const window, hint = "\x28\xb5\x2f\xfd\x00\xa8\x01\x00\x00", "needs a window of 2147483648 octets, want at most 134217728"
	all := []squeezedInput{
		refused("window of 2 GiB", window, hint),
		refused("window of 240 MiB", "\x28\xb5\x2f\xfd\x00\x8f\x01\x00\x00", "needs a window of 251658240 octets"),
		refused("single segment of 4 GiB", "\x28\xb5\x2f\xfd\xe0\x00\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00", "needs a window of 4294967296 octets"),
		refused("dictionary", "\x28\xb5\x2f\xfd\x21\x07\x00\x01\x00\x00", "needs dictionary 7"),
		refused("window of 2 GiB behind a skippable frame", string(skippable(0, "text"))+window, hint),
		refused("window of 2 GiB in the second frame", string(frame)+window, hint),
		refused("dictionary in the second frame", string(frame)+"\x28\xb5\x2f\xfd\x21\x07\x00\x01\x00\x00", "zstd frame 2 needs dictionary 7"),
		refused("window of 2 GiB in gzip", string(squeezed(t, "gzip", 1, []byte(window))), hint),
		{name: "skippable in front", octets: slices.Concat(skippable(0, "1234"), frame), packets: 50},
		{name: "all kinds of skippable in between", octets: slices.Concat(first, skippable(1, ""), skippable(7, "a"), skippable(15, "ab"), second), packets: 50},
		{name: "skippable behind", octets: slices.Concat(frame, skippable(3, "text")), packets: 50},
		{name: "skippable that is cut", octets: slices.Concat(frame, skippable(3, "text")[:10]), packets: 50, code: exitDamaged, damages: []string{"truncated_input"}, message: "truncated_input"},
		{name: "nothing but skippable", octets: skippable(3, "text"), code: exitDamaged, damages: []string{"empty_input"}, message: "empty_input"},
	}
	mustTake(t, all)
	t.Logf("assertion Z2: %d fixtures of large windows, dictionaries and skippable frames", len(all))
}

// TestZ3Members (Z3): of compressed streams that are joined, cut, damaged, nested or followed
// by something, the good part is accounted, and the rest is counted.
func TestZ3Members(t *testing.T) {
	content := datagrams(t, 1, 200, 0)
	half := 24 + 100*changedRecord
	var all []squeezedInput
	for _, format := range []string{"gzip", "zstd"} {
		pack := func(b []byte) []byte { return squeezed(t, format, 1, b) }
		whole, first, second, none := pack(content), pack(content[:half]), pack(content[half:]), pack(nil)
		damaged := func(b []byte, fromEnd int) []byte {
			b = slices.Clone(b)
			b[len(b)-fromEnd] ^= 0x10
			return b
		}
		cut, bad, trailing := []string{"truncated_input"}, []string{"bad_stream"}, []string{"trailing_bytes"}
		for _, c := range []squeezedInput{
			{name: "joined", octets: slices.Concat(first, second), packets: 200},
			{name: "joined with empty ones", octets: slices.Concat(none, first, none, second, none), packets: 200},
			{name: "trailing zeros", octets: slices.Concat(whole, make([]byte, 512)), packets: 200, damages: trailing},
			{name: "trailing text", octets: slices.Concat(whole, []byte("and a text")), packets: 200, damages: trailing},
			{name: "trailing octet", octets: slices.Concat(first, second, []byte{1}), packets: 200, damages: trailing},
			{name: "cut in the checksum", octets: whole[:len(whole)-1], packets: 200, damages: cut},
			{name: "cut in the second member", octets: slices.Concat(first, second[:len(second)/2]), packets: 200, some: true, damages: cut},
			{name: "cut in the magic of the second member", octets: slices.Concat(first, second[:2]), packets: 100, damages: trailing},
			{name: "wrong checksum", octets: damaged(whole, map[string]int{"gzip": 6, "zstd": 2}[format]), packets: 200, damages: bad},
			{name: "wrong checksum of the first member", octets: slices.Concat(damaged(first, map[string]int{"gzip": 6, "zstd": 2}[format]), second), packets: 100, damages: bad},
			{name: "in gzip", octets: squeezed(t, "gzip", 1, whole), packets: 200},
			{name: "in zstd", octets: squeezed(t, "zstd", 1, whole), packets: 200},
			{name: "in gzip, both with something behind", octets: slices.Concat(squeezed(t, "gzip", 1, slices.Concat(whole, []byte("text"))), []byte("text")), packets: 200, damages: slices.Concat(trailing, trailing)},
			{name: "in gzip that is cut", octets: func() []byte { b := squeezed(t, "gzip", 1, whole); return b[:len(b)-3] }(), packets: 200, damages: cut},
			{name: "in gzip of a wrong checksum", octets: damaged(squeezed(t, "gzip", 1, whole), 6), packets: 200, damages: bad},
		} {
			c.name = format + " " + c.name
			if len(c.damages) > 0 {
				c.code, c.message = exitDamaged, c.damages[0]
			}
			all = append(all, c)
		}
		all = append(all, squeezedInput{name: format + " three times", octets: squeezed(t, "gzip", 1, squeezed(t, "zstd", 1, whole)), code: exitUsage, message: format + " in zstd in gzip: compressed more than 2 times"})
	}
	all = append(all, squeezedInput{name: "gzip of a wrong length", octets: func() []byte {
		b := squeezed(t, "gzip", 1, content)
		b[len(b)-1] ^= 1
		return b
	}(), packets: 200, code: exitDamaged, damages: []string{"bad_stream"}, message: "bad_stream"})
	mustTake(t, all)
	t.Logf("assertion Z3: %d fixtures of joined, cut, damaged, nested and followed streams", len(all))
}

// TestZ3EveryFlippedBit (Z3): a flipped bit of a compressed capture is found by the checksum
// at the latest, or changes nothing of what is accounted.
func TestZ3EveryFlippedBit(t *testing.T) {
	content := datagrams(t, 1, 3, 0)
	for i := range content[24:] { // so that nothing is compressed away
		if at := i % changedRecord; at >= 16+42 {
			content[24+i] = byte(i * i >> 3)
		}
	}
	for _, format := range []string{"gzip", "zstd"} {
		whole := squeezed(t, format, 1, content)
		step, found, harmless, flips := int(figure(151, 7)), 0, 0, 0
		for bit := int(figure(11, 0)); bit < len(whole)*8; bit += step {
			flips++
			file := slices.Clone(whole)
			file[bit/8] ^= 1 << (bit % 8)
			out := filepath.Join(t.TempDir(), "out")
			got := netstream("run", "-q", "-o", "csv", "-w", out, saved(t, "a.pcap", file))
			switch {
			case got.code == exitDamaged || got.code == exitUsage:
				found++
			case got.code == exitOK && manifestOf(t, out).Inputs[0].ContentSHA256 == digestOf(content):
				harmless++ // in a field that says nothing of the content
			default:
				t.Errorf("%s, bit %d: exit code %d: %s", format, bit, got.code, got.errors)
			}
		}
		if harmless > 100 { // the ten octets of a header have no more
			t.Errorf("%s: %d flips were harmless", format, harmless)
		}
		t.Logf("assertion Z3: %s, %d bits flipped: %d found, %d change nothing", format, flips, found, harmless)
	}
}

// digestOf gives the SHA-256 of content as run.json spells it.
func digestOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
