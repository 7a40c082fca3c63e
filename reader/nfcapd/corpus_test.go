package nfcapd

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"netstream/aggregate/flow"
)

// corpus gives the folder of recorded files and what nfdump says of them. It is not
// part of the repository.
func corpus(t *testing.T) string {
	t.Helper()
	folder := os.Getenv("NETSTREAM_CORPUS")
	if folder == "" {
		t.Skip("NETSTREAM_CORPUS is not set")
	}
	return filepath.Join(folder, "nfcapd")
}

func TestCorpusAgainstNfdumpCSV(t *testing.T) {
	folder := corpus(t)
	for _, test := range []struct {
		expected string
		files    []string
	}{
		{"chrispassas/nfcapd-empty.nfdump.csv.gz", []string{"chrispassas/nfcapd-empty"}},
		{"chrispassas/nfcapd-small-lzo.nfdump.csv.gz", []string{"chrispassas/nfcapd-small-lzo"}},
		{"chrispassas/nfcapd.sample.nfdump.csv.gz", []string{"chrispassas/nfcapd.sample"}},
		{"nfdump-1.7.1/h3c-mpls.nfdump.csv.gz", []string{
			"nfdump-1.7.1/h3c-mpls.none.nfcapd", "nfdump-1.7.1/h3c-mpls.lzo.nfcapd",
			"nfdump-1.7.1/h3c-mpls.lz4.nfcapd", "nfdump-1.7.1/h3c-mpls.bz2.nfcapd"}},
	} {
		want, err := csv.NewReader(bytes.NewReader(unpacked(t, filepath.Join(folder, test.expected)))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range test.files {
			t.Run(name, func(t *testing.T) {
				rows, r := readFile(t, filepath.Join(folder, name))
				if len(rows) != len(want)-1 {
					t.Fatalf("%d rows, nfdump has %d", len(rows), len(want)-1)
				}
				inverted := uint64(0)
				for i := range rows {
					fields := want[i+1]
					if fields[17] == "::" {
						fields[17] = "0.0.0.0"
					}
					if fields[1] < zeroed(fields[0]) { // a negative duration, which rows do not have
						fields[1] = zeroed(fields[0])
						inverted++
					}
					if got := csvRow(&rows[i].record); got != strings.Join(fields, ",") {
						t.Fatalf("row %d\n got %s\nwant %s", i, got, strings.Join(fields, ","))
					}
				}
				tally := r.Tally()
				if tally.Remarks["time_inverted"] < inverted {
					t.Errorf("%d flows inverted, nfdump has %d", tally.Remarks["time_inverted"], inverted)
				}
				if tally.Remarks["statistics_mismatch"] != 0 {
					t.Errorf("the file's statistics are %+v, the tally is %+v", r.Info().Statistics, tally)
				}
			})
		}
	}
}

// csvRow gives a row as the corpus has it.
func csvRow(r *flow.Record) string {
	e := r.Export
	stamp := func(at flow.Timestamp) string {
		return fmt.Sprintf("%d.%03d", at/1e9, at%1e9/1e6)
	}
	hop := func(a [16]byte, ok bool) string {
		if !ok {
			return "0.0.0.0"
		}
		return netip.AddrFrom16(a).Unmap().String()
	}
	ports := strconv.Itoa(int(r.Key.SourcePort)) + "," + strconv.Itoa(int(r.Key.DestinationPort))
	if isICMP(r.Key.Protocol) {
		ports = fmt.Sprintf("%d,%d.%d", r.Key.SourcePort, r.Key.DestinationPort>>8, r.Key.DestinationPort&0xff)
	}
	return fmt.Sprintf("%s,%s,%d,%s,%s,%s,%s,%d,%d,%d,%d,%d,%d,%d,%d,%d,%s,%s,%d,0",
		stamp(r.Start), zeroed(stamp(r.End)), r.Key.Protocol, r.Key.SourceAddr(), r.Key.DestinationAddr(), ports,
		flags(r.TCPFlags), r.Key.ClassOfService, r.Counters.Packets, r.Counters.Octets, e.InIf, e.OutIf,
		e.SourceAS, e.DestinationAS, e.SourceMask, e.DestinationMask,
		hop(e.NextHop, e.Has&flow.FieldNextHop != 0), hop(e.BGPNextHop, e.Has&flow.FieldBGPNextHop != 0), r.VLAN)
}

func flags(f uint16) string {
	text := []byte("........")
	for i, letter := range "CEUAPRSF" {
		if f&(0x80>>i) != 0 {
			text[i] = byte(letter)
		}
	}
	return string(text)
}

func unpacked(t *testing.T, name string) []byte {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// zeroed sets the tenths of a second to 0, as nfdump 1.7.1 does with the end of a
// flow in CSV, other than in JSON.
func zeroed(stamp string) string {
	return stamp[:len(stamp)-3] + "0" + stamp[len(stamp)-2:]
}
