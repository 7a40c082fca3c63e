package netflow

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"netstream/aggregate/flow"
)

// numbered gives a record whose octet i is i, so that each field shows its offset.
func numbered(octets int) []byte {
	record := make([]byte, octets)
	for i := range record {
		record[i] = byte(i)
	}
	return record
}

// at16 and at32 give what stands at an offset of a numbered record.
func at16(offset int) uint64 { return uint64(offset)<<8 | uint64(offset+1) }
func at32(offset int) uint64 { return at16(offset)<<16 | at16(offset+2) }

func addressAt(offset int) string {
	return fmt.Sprintf("%d.%d.%d.%d", offset, offset+1, offset+2, offset+3)
}

// offsets are where a layout has its fields, in octets; -1 if it has not.
type offsets struct {
	version                                                        uint16
	scheme                                                         uint8
	packets, octets, flows, sourceAS, destinationAS, input, output int
	source, destination, protocol, service, sport, dport           int
}

// fixedOffsets are those that the documents of the formats tell.
func fixedOffsets() []offsets {
	return []offsets{
		{1, 0, 16, 20, -1, -1, -1, 12, 14, 0, 4, 38, 39, 32, 34},
		{5, 0, 16, 20, -1, 40, 42, 12, 14, 0, 4, 38, 39, 32, 34},
		{6, 0, 16, 20, -1, 40, 42, 12, 14, 0, 4, 38, 39, 32, 34},
		{7, 0, 16, 20, -1, 40, 42, 12, 14, 0, 4, 38, 39, 32, 34},
		{8, 1, 4, 8, 0, 20, 22, 24, 26, -1, -1, -1, -1, -1, -1},
		{8, 2, 4, 8, 0, -1, -1, -1, -1, -1, -1, 20, -1, 24, 26},
		{8, 3, 4, 8, 0, 26, -1, 28, -1, 20, -1, -1, -1, -1, -1},
		{8, 4, 4, 8, 0, -1, 26, -1, 28, -1, 20, -1, -1, -1, -1},
		{8, 5, 4, 8, 0, 32, 34, 36, 38, 20, 24, -1, -1, -1, -1},
		{8, 6, 4, 8, -1, -1, -1, -1, 20, -1, 0, -1, 22, -1, -1},
		{8, 7, 8, 12, -1, -1, -1, 26, 24, 4, 0, -1, 28, -1, -1},
		{8, 8, 12, 16, -1, -1, -1, 30, 28, 4, 0, 33, 32, 10, 8},
		{8, 9, 4, 8, 0, 20, 22, 24, 26, -1, -1, -1, 28, -1, -1},
		{8, 10, 4, 8, 0, -1, -1, 28, 30, -1, -1, 20, 21, 24, 26},
		{8, 11, 4, 8, 0, 26, -1, 28, -1, 20, -1, -1, 25, -1, -1},
		{8, 12, 4, 8, 0, -1, 26, -1, 28, -1, 20, -1, 25, -1, -1},
		{8, 13, 4, 8, 0, 32, 34, 36, 38, 20, 24, -1, 30, -1, -1},
		{8, 14, 4, 8, 0, -1, -1, 36, 38, 20, 24, 31, 30, 32, 34},
	}
}

// TestFixedOffsets checks each layout with a record whose octets show their offsets.
func TestFixedOffsets(t *testing.T) {
	for _, test := range fixedOffsets() {
		t.Run(fmt.Sprintf("version %d scheme %d", test.version, test.scheme), func(t *testing.T) {
			m := cat(headerFixed(test.version, 1, 5000, nil), numbered(recordOctets(test.version, test.scheme)))
			if test.version == 8 {
				m[22], m[23] = test.scheme, schemeForm
			}
			r := one(t, m)
			e, k := r.Export, r.Key
			number := func(name string, offset int, width int, has bool, got uint64) {
				t.Helper()
				want := uint64(0)
				if offset >= 0 {
					want = map[int]uint64{1: uint64(offset), 2: at16(offset), 4: at32(offset)}[width]
				}
				if has != (offset >= 0) || got != want {
					t.Errorf("%s: got %#x, known %v, want %#x", name, got, has, want)
				}
			}
			number("packets", test.packets, 4, e.Has&flow.FieldPackets != 0, r.Counters.Packets)
			number("octets", test.octets, 4, e.Has&flow.FieldOctets != 0, r.Counters.Octets)
			number("flows", test.flows, 4, e.Has&flow.FieldFlows != 0, e.Flows)
			number("source AS", test.sourceAS, 2, e.Has&flow.FieldSourceAS != 0, uint64(e.SourceAS))
			number("destination AS", test.destinationAS, 2, e.Has&flow.FieldDestinationAS != 0, uint64(e.DestinationAS))
			number("input", test.input, 2, e.Has&flow.FieldInIf != 0, uint64(e.InIf))
			number("output", test.output, 2, e.Has&flow.FieldOutIf != 0, uint64(e.OutIf))
			number("protocol", test.protocol, 1, k.Shape&flow.NoProtocol == 0, uint64(k.Protocol))
			number("class of service", test.service, 1, k.Shape&flow.NoClassOfService == 0, uint64(k.ClassOfService))
			number("source port", test.sport, 2, k.Shape&flow.Ports != 0, uint64(k.SourcePort))
			number("destination port", test.dport, 2, k.Shape&flow.Ports != 0, uint64(k.DestinationPort))
			if (k.Shape&flow.NoSource == 0) != (test.source >= 0) || test.source >= 0 && k.SourceAddr().String() != addressAt(test.source) {
				t.Errorf("source: got %v, shape %b", k.SourceAddr(), k.Shape)
			}
			if (k.Shape&flow.NoDestination == 0) != (test.destination >= 0) || test.destination >= 0 && k.DestinationAddr().String() != addressAt(test.destination) {
				t.Errorf("destination: got %v, shape %b", k.DestinationAddr(), k.Shape)
			}
		})
	}
}

func TestCountOfFixedVersions(t *testing.T) {
	record := record5("192.0.2.1", "192.0.2.2", 1, 100, 1, 1, 6)
	for _, test := range []struct {
		name               string
		count              uint16
		rows               int
		mismatch, trailing uint64
	}{{"right", 2, 2, 0, 0}, {"more than there are", 3, 2, 1, 0}, {"less than there are", 1, 1, 0, 1}, {"none", 0, 0, 0, 1}} {
		m := cat(headerFixed(5, test.count, 5000, nil), record, record)
		rows, s := decode(t, Options{}, m)
		if len(rows) != test.rows || s[0].Remarks[CountMismatch] != test.mismatch || s[0].Remarks[TrailingOctets] != test.trailing {
			t.Errorf("%s: got %d rows, %+v", test.name, len(rows), s[0])
		}
	}
}

func TestLength(t *testing.T) {
	five := message5(0, record5("192.0.2.1", "192.0.2.2", 1, 100, 1, 1, 6))
	nine := message9(1, 2, setOf(0, definitionOf(256, plain()...)), setOf(256, plainRecord("192.0.2.1", 1)))
	ten := messageIPFIX(1, setOf(2, definitionOf(256, plain()...)))
	one1 := cat(headerFixed(1, 1, 5000, nil), make([]byte, recordVersion1))
	tests := []struct {
		name   string
		prefix []byte
		n      int
		whole  bool
	}{
		{"version 5", cat(five, five), len(five), true},
		{"version 5, cut", five[:30], len(five), false},
		{"IPFIX", cat(ten, five), len(ten), true},
		{"IPFIX, cut", ten[:20], len(ten), false},
		{"version 9 before version 9", cat(nine, nine), len(nine), true},
		{"version 9 before version 5", cat(nine, five), len(nine), true},
		{"version 9 before IPFIX", cat(nine, ten), len(nine), true},
		{"version 9 before version 1", cat(nine, one1), len(nine), true},
		{"version 9 at the end", nine, len(nine), false},
		{"version 9, cut", nine[:len(nine)-1], len(nine), false},
		{"version 9, two octets behind", cat(nine, []byte{0, 9}), len(nine) + 4, false},
		{"version 9 before zeros", cat(nine, make([]byte, 4096)), len(nine), true},
		{"version 9 before four zeros", cat(nine, make([]byte, 4)), len(nine), true},
		{"version 9 before three zeros", cat(nine, make([]byte, 3)), len(nine) + 4, false},
		{"header of version 9 before zeros", cat(nine[:20], make([]byte, 8)), 20, true},
		{"one octet", five[:1], 2, false},
		{"header cut", nine[:19], 20, false},
	}
	for _, test := range tests {
		if n, whole, err := Length(test.prefix); n != test.n || whole != test.whole || err != nil {
			t.Errorf("%s: got %d, %v, %v; want %d, %v", test.name, n, whole, err, test.n, test.whole)
		}
	}
	for _, bad := range [][]byte{cat(u16(3), nine), cat(nine, u16(77), u16(8)), cat(u16(10), u16(15), ten[4:]), cat(nine, u16(256), u16(3)), cat(nine, u16(0), u16(3))} {
		var failure *Error
		if _, _, err := Length(bad); !errors.As(err, &failure) {
			t.Errorf("got %v for %x", err, bad[:8])
		}
	}
}

// TestCorpusAsFlowTools compares the fixed versions with what flow-export makes of
// files that flow-gen made.
func TestCorpusAsFlowTools(t *testing.T) {
	root := os.Getenv("NETSTREAM_CORPUS")
	if root == "" {
		t.Skip("NETSTREAM_CORPUS is not set")
	}
	files, _ := filepath.Glob(filepath.Join(root, "netflow-raw", "flow-tools-gen", "*.raw"))
	if len(files) == 0 {
		t.Fatal("no files")
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) { compareFlowTools(t, file) })
	}
}

func compareFlowTools(t *testing.T, file string) {
	octets, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(strings.TrimSuffix(file, ".raw") + ".flow-export.csv")
	if err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(text), "#:"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rows, _ := decode(t, Options{MaskOrder: DestinationFirst}, messagesOf(t, octets)...)
	if len(rows) != len(lines)-1 {
		t.Fatalf("got %d rows, flow-export has %d", len(rows), len(lines)-1)
	}
	for i, r := range rows {
		for column, name := range lines[0] {
			if got, known := flowToolsColumn(&r, name); known && got != lines[i+1][column] {
				t.Fatalf("row %d, %s: got %s, flow-export has %s", i, name, got, lines[i+1][column])
			}
		}
	}
}

func flowToolsColumn(r *row, name string) (text string, known bool) {
	number := func(v uint64) (string, bool) { return strconv.FormatUint(v, 10), true }
	k, e := &r.Key, &r.Export
	switch name {
	case "dflows":
		return number(e.Flows)
	case "dpkts":
		return number(r.Counters.Packets)
	case "doctets":
		return number(r.Counters.Octets)
	case "srcaddr":
		return k.SourceAddr().String(), k.Shape&flow.NoSource == 0
	case "dstaddr":
		return k.DestinationAddr().String(), k.Shape&flow.NoDestination == 0
	case "input":
		return number(uint64(e.InIf))
	case "output":
		return number(uint64(e.OutIf))
	case "srcport":
		return number(uint64(k.SourcePort))
	case "dstport":
		return number(uint64(k.DestinationPort))
	case "prot":
		return number(uint64(k.Protocol))
	case "tos":
		return number(uint64(k.ClassOfService))
	case "src_mask":
		return number(uint64(e.SourceMask))
	case "dst_mask":
		return number(uint64(e.DestinationMask))
	case "src_as":
		return number(uint64(e.SourceAS))
	case "dst_as":
		return number(uint64(e.DestinationAS))
	}
	return "", false
}
