package netflow

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"netstream/aggregate/flow"
)

// nfdumpRow is what nfdump's JSON says of a flow, as far as it is compared.
type nfdumpRow struct {
	Type       string `json:"type"`
	First      string `json:"first"`
	Last       string `json:"last"`
	Packets    uint64 `json:"in_packets"`
	Octets     uint64 `json:"in_bytes"`
	Protocol   uint8  `json:"proto"`
	SourcePort uint16 `json:"src_port"`
	DestPort   uint16 `json:"dst_port"`
	Source4    string `json:"src4_addr"`
	Dest4      string `json:"dst4_addr"`
	Source6    string `json:"src6_addr"`
	Dest6      string `json:"dst6_addr"`
}

// line gives the text to compare by. nfdump multiplies
// by the sampling rate, has no ports of ICMP in its JSON, and the time 0 for records
// without times, to which this program gives the export time.
func (r *nfdumpRow) line() string {
	instant := func(s string) int64 {
		t, err := time.Parse("2006-01-02T15:04:05.000", s)
		if err != nil {
			return -1
		}
		return t.UnixMilli()
	}
	first, last := instant(r.First), instant(r.Last)
	if last < first && last > 0 {
		first, last = last, first // version 1.7.1 takes elements 21 and 22 of IPFIX for each other
	}
	return rowLine(r.Source4+r.Source6, r.Dest4+r.Dest6, r.SourcePort, r.DestPort, r.Protocol, r.Packets, r.Octets, first, last)
}

func rowLine(source, destination string, sourcePort, destinationPort uint16, protocol uint8, packets, octets uint64, first, last int64) string {
	if icmp(protocol) {
		sourcePort, destinationPort = 0, 0
	}
	return fmt.Sprint(source, " ", sourcePort, " ", destination, " ", destinationPort, " ", protocol, " ", packets, " ", octets, " ", first, " ", last)
}

// lines gives the lines that nfdump may write of a row: scaled or, where the rate comes
// behind the record, not, and with the time 0 in the place of what is not told.
func (r *row) lines() (lines []string) {
	k, e := &r.Key, &r.Export
	first, last := r.Start.Time().UnixMilli(), r.End.Time().UnixMilli()
	times := [][2]int64{{first, last}}
	switch e.TimeSource {
	case flow.TimeExport:
		times = append(times, [2]int64{0, 0})
	case flow.TimeMilliseconds:
		times = append(times, [2]int64{first, 0})
	}
	volumes := [][2]uint64{{r.Counters.Packets, r.Counters.Octets}}
	packets, ok := e.Scaled(r.Counters.Packets)
	octets, _ := e.Scaled(r.Counters.Octets)
	if ok && (packets != r.Counters.Packets || octets != r.Counters.Octets) {
		volumes = append(volumes, [2]uint64{packets, octets})
	}
	for _, v := range volumes {
		for _, t := range times {
			lines = append(lines, rowLine(k.SourceAddr().String(), k.DestinationAddr().String(),
				k.SourcePort, k.DestinationPort, k.Protocol, v[0], v[1], t[0], t[1]))
		}
	}
	return lines
}

// messagesOf cuts a file into messages.
func messagesOf(t *testing.T, octets []byte) (messages [][]byte) {
	for len(octets) > 0 {
		n, whole, err := Length(octets)
		if err != nil || !whole && n > len(octets) {
			t.Logf("%d octets are no message: %v", len(octets), err)
			return append(messages, octets)
		}
		messages = append(messages, octets[:n])
		octets = octets[n:]
	}
	return messages
}

// TestCorpusAsNfdump compares, folder by folder, with what nfdump makes of the same
// datagrams: all its flows must be there.
func TestCorpusAsNfdump(t *testing.T) {
	root := os.Getenv("NETSTREAM_CORPUS")
	if root == "" {
		t.Skip("NETSTREAM_CORPUS is not set")
	}
	folders, err := filepath.Glob(filepath.Join(root, "netflow-raw", "*", "*"))
	if err != nil || len(folders) == 0 {
		t.Fatalf("no folders: %v", err)
	}
	for _, folder := range folders {
		files, _ := filepath.Glob(filepath.Join(folder, "*"))
		var messages [][]byte
		want := map[string]int{}
		for _, file := range files {
			octets, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case strings.HasSuffix(file, "nfdump.json"):
				var rows []nfdumpRow
				if err := json.Unmarshal(octets, &rows); err != nil {
					t.Logf("%s: %v", file, err)
				}
				for i := range rows {
					want[rows[i].line()]++
				}
			case slices.Contains([]string{".dat", ".bin", ".ipfix"}, filepath.Ext(file)):
				messages = append(messages, messagesOf(t, octets)...)
			}
		}
		if len(messages) == 0 || strings.Contains(folder, "sflow") {
			continue
		}
		t.Run(filepath.Base(folder), func(t *testing.T) { compareRows(t, messages, want) })
	}
}

func compareRows(t *testing.T, messages [][]byte, want map[string]int) {
	d := NewDecoder(Options{})
	for _, m := range messages {
		d.Survey(Origin{}, m)
	}
	d.Rewind()
	got := map[string]int{}
	for i, m := range messages {
		if err := d.Begin(Origin{}, 0, false, m); err != nil {
			t.Logf("message %d: %v", i, err)
			continue
		}
		for _, r := range drain(d) {
			for _, line := range r.lines() {
				got[line]++
			}
		}
	}
	for r, n := range want {
		if got[r] < n {
			t.Errorf("nfdump has %d of %s, we have %d", n, r, got[r])
		}
	}
}
