package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"netstream/reader/capture"
	"netstream/reader/capture/capturetest"
	"netstream/reader/input"
)

// taken is a capture of the repository, taken apart.
type taken struct {
	path    string
	options capturetest.Options
	packets []capturetest.Packet
}

// takenCaptures gives all captures whose frames have nothing that capturetest cannot write,
// and what the others are.
func takenCaptures(t *testing.T) (all []taken) {
	t.Helper()
	files, err := os.ReadDir(captures)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if one, ok := take(t, filepath.Join(captures, f.Name())); ok {
			all = append(all, one)
		}
	}
	return all
}

// take reads a capture; false if it is none, is damaged or tells more of its frames than
// times, lengths and interfaces.
func take(t *testing.T, path string) (one taken, ok bool) {
	t.Helper()
	opened, err := input.Open(input.Source{Name: path}, nil, input.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close() // again: it does no harm
	reader, err := capture.NewReader(opened)
	if err != nil {
		return one, false
	}
	one.path = path
	for {
		var f capture.Frame
		if err := reader.Next(&f); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return one, false
		}
		if !f.TimeValid || f.Time < 0 || f.Direction != capture.DirectionUnknown || f.FCSLength > 0 || int(f.Length) < len(f.Data) {
			return one, false
		}
		one.packets = append(one.packets, capturetest.Packet{Time: f.Time, Data: slices.Clone(f.Data), Length: f.Length, Interface: f.Interface})
	}
	for _, i := range reader.Interfaces() {
		if i.LinkType == 0 || i.LinkType > 1<<16-1 { // 0, loopback: its headers are in the order of the file
			return one, false
		}
		one.options.Interfaces = append(one.options.Interfaces, capturetest.Interface{LinkType: uint16(i.LinkType), Name: i.Name, Resolution: 9})
	}
	if err := opened.Close(); err != nil {
		t.Fatal(err)
	}
	return one, len(one.packets) > 0 && len(opened.Account().Damage) == 0
}

// plain says whether a pcap file can hold the capture.
func (c *taken) plain() bool {
	return len(c.options.Interfaces) == 1 && c.options.Interfaces[0].Name == "" &&
		!slices.ContainsFunc(c.packets, func(p capturetest.Packet) bool { return int64(p.Time)/1e9 > 1<<32-1 })
}

// related calls check with every fourth capture and its tables, for make torture-laws with
// all of them.
func related(t *testing.T, check func(t *testing.T, c *taken, flows, intervals string)) {
	t.Helper()
	all := takenCaptures(t)
	if len(all) < 60 {
		t.Errorf("%d captures, want 60 and more", len(all))
	}
	every := int(figure(4, 1))
	for i := 0; i < len(all); i += every {
		c := &all[i]
		t.Run(filepath.Base(c.path), func(t *testing.T) {
			t.Parallel()
			flows, intervals := tablesOf(t, "--time-unit", "ns", c.path)
			check(t, c, flows, intervals)
		})
	}
}

// M3 and M6, all captures: as pcap and pcapng, in both orders, in several sections, with other
// blocks between the packets, they have the same tables.
func TestAllCapturesInOtherFormats(t *testing.T) {
	var plain atomic.Uint64
	t.Cleanup(func() {
		if plain.Load() < figure(10, 50) {
			t.Errorf("%d captures were written as pcap", plain.Load())
		}
	})
	related(t, func(t *testing.T, c *taken, flows, intervals string) {
		mustStay := func(what string, content []byte) {
			t.Helper()
			gotFlows, gotIntervals := tablesOf(t, "--time-unit", "ns", saved(t, filepath.Base(c.path), content))
			mustBeSame(t, what+", flows", gotFlows, flows)
			mustBeSame(t, what+", intervals", gotIntervals, intervals)
		}
		for _, order := range []capturetest.Order{binary.LittleEndian, binary.BigEndian} {
			options := c.options
			options.Order = order
			mustStay(fmt.Sprint("pcapng, ", order), pcapng(t, options, c.packets))
			half := len(c.packets) / 2
			mustStay(fmt.Sprint("two sections, ", order), slices.Concat(pcapng(t, options, c.packets[:half]), pcapng(t, options, c.packets[half:])))
			others := slices.Clone(c.packets)
			for i := range others {
				others[i].Before = capturetest.RawBlock(options, []uint32{5, 0xbad, 0x80000001}[i%3], make([]byte, 12))
				others[i].Options = []capturetest.Option{{Code: 1, Value: []byte("a comment")}}
			}
			mustStay(fmt.Sprint("other blocks, ", order), pcapng(t, options, others))
			if c.plain() {
				plain.Add(1)
				mustStay(fmt.Sprint("pcap, ", order), pcap(t, capturetest.Options{Order: order, Nanoseconds: true, SnapLen: 1 << 18,
					LinkType: uint32(c.options.Interfaces[0].LinkType)}, c.packets))
			}
		}
	})
}

// M5, all Ethernet captures: a VLAN tag in front changes nothing but the columns of VLANs and
// the lengths of frames.
func TestAllCapturesTagged(t *testing.T) {
	var tagged atomic.Uint64
	t.Cleanup(func() {
		if tagged.Load() < figure(8, 40) {
			t.Errorf("%d captures were tagged", tagged.Load())
		}
	})
	related(t, func(t *testing.T, c *taken, flows, intervals string) {
		packets := slices.Clone(c.packets)
		for i := range packets {
			p := &packets[i]
			if c.options.Interfaces[p.Interface].LinkType != 1 || len(p.Data) < 14 {
				return
			}
			p.Data = slices.Concat(p.Data[:12], []byte{0x81, 0, 0, 77}, p.Data[12:])
			p.Length += 4
		}
		tagged.Add(1)
		gotFlows, gotIntervals := tablesOf(t, "--time-unit", "ns", saved(t, filepath.Base(c.path), pcapng(t, c.options, packets)))
		vlans := []string{"vlan_id", "inner_vlan_id"}
		mustEqual(t, "flows", shorter(t, sheetOf(t, gotFlows), 4).without(vlans...), sheetOf(t, flows).without(vlans...))
		mustEqual(t, "intervals", shorter(t, sheetOf(t, gotIntervals), 4), sheetOf(t, intervals))
		for _, cells := range sheetOf(t, gotFlows).rows {
			if !slices.Contains(cells, "77") {
				t.Errorf("no tag in %q", cells)
			}
		}
	})
}

// M16, all captures: narrow intervals add up to wide ones.
func TestAllCapturesAddUp(t *testing.T) {
	related(t, func(t *testing.T, c *taken, _, _ string) {
		_, fine := tablesOf(t, "--interval", "60s", c.path)
		_, coarse := tablesOf(t, "--interval", "3600s", c.path)
		mustEqual(t, "sums", hourly(t, sheetOf(t, fine)), hourly(t, sheetOf(t, coarse)))
	})
}

// M1, all captures: as one job in any order, or as their folder, they have the same output.
func TestPermutations(t *testing.T) {
	all := takenCaptures(t)
	var paths []string
	for _, c := range all {
		if strings.HasPrefix(filepath.Base(c.path), "ip") || strings.HasPrefix(filepath.Base(c.path), "overlap") {
			paths = append(paths, c.path)
		}
	}
	args := []string{"--duplicates", "count"}
	want := outputOf(t, append(args, paths...)...)
	random := newRandom(1)
	for range figure(5, 100) {
		random.Shuffle(len(paths), func(i, j int) { paths[i], paths[j] = paths[j], paths[i] })
		mustBeSameOutput(t, outputOf(t, append(args, paths...)...), want)
	}
	if bytes.Count([]byte(readFile(t, want, "run.json")), []byte(`"first_packet"`)) < 5 {
		t.Errorf("only %d inputs", len(paths))
	}
}
