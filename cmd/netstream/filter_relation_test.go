package main

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"testing"
)

// filters are such that read nothing beyond the octets that the capture of the
// laboratory has of every packet. keyed says that the verdict follows from the
// flow key, so that each flow is selected as a whole.
func filters() []struct {
	text  string
	keyed bool
} {
	return []struct {
		text  string
		keyed bool
	}{
		{"ip", true}, {"ip6", true}, {"tcp", true}, {"udp port 53", true}, {"icmp or icmp6", true},
		{"tcp port 443 or tcp port 80", true}, {"port 53 or port 80 or icmp", true}, {"vlan", false}, {"arp", true},
		{"greater 100", false}, {"tcp[tcpflags] & tcp-syn != 0", false}, {"ip[8] = 64", false}, {"broadcast or multicast", false},
		{"1 = 1", true}, {"1 = 2", true},
	}
}

// filterBooks are the sums of a run, by what became of the packets.
type filterBooks struct {
	accounted, filtered, others volumes
}

type volumes struct{ Packets, WireBytes uint64 }

func (v volumes) plus(w volumes) volumes {
	return volumes{v.Packets + w.Packets, v.WireBytes + w.WireBytes}
}

// booksOf reads the outcomes of the one input of a run.
func booksOf(t *testing.T, out string) filterBooks {
	t.Helper()
	var manifest struct {
		Inputs []struct {
			Outcomes []struct {
				Name      string `json:"name"`
				Packets   uint64 `json:"packets"`
				WireBytes uint64 `json:"wire_bytes"`
			} `json:"outcomes"`
		} `json:"inputs"`
	}
	if err := json.Unmarshal([]byte(readFile(t, out, "run.json")), &manifest); err != nil {
		t.Fatal(err)
	}
	var b filterBooks
	for _, o := range manifest.Inputs[0].Outcomes {
		v := volumes{o.Packets, o.WireBytes}
		switch o.Name {
		case "accounted":
			b.accounted = v
		case "filtered":
			b.filtered = v
		default:
			b.others = b.others.plus(v)
		}
	}
	return b
}

// M15: what a filter selects and what its negation selects sum to the whole. A
// filter that looks at the flow key only selects whole flows, with the same rows.
func TestFilterComplement(t *testing.T) {
	for _, name := range []string{"lab.pcapng", "lab-any.pcap", "raw-ip.pcap", "ipv6-extension-chain.pcap"} {
		file := filepath.Join(captures, name)
		whole := outputOf(t, "-o", "csv", file)
		all := booksOf(t, whole)
		for _, f := range filters() {
			if name != "lab.pcapng" && !f.keyed {
				continue // not all link types have it
			}
			selected := outputOf(t, "-o", "csv", "-f", f.text, file)
			others := outputOf(t, "-o", "csv", "-f", "not ("+f.text+")", file)
			a, b := booksOf(t, selected), booksOf(t, others)
			if got := a.accounted.plus(b.accounted); got != all.accounted {
				t.Errorf("%s: %q and its negation account for %v, want %v", name, f.text, got, all.accounted)
			}
			if got := a.others.plus(b.others); got != all.others {
				t.Errorf("%s: %q and its negation leave out %v for other reasons, want %v", name, f.text, got, all.others)
			}
			if a.filtered != b.accounted.plus(b.others) || b.filtered != a.accounted.plus(a.others) {
				t.Errorf("%s: %q: filtered are %v and %v, selected by the other %v and %v", name, f.text,
					a.filtered, b.filtered, b.accounted.plus(b.others), a.accounted.plus(a.others))
			}
			if f.keyed && name != "lab.pcapng" { // which has packets of one flow with VLAN tag and without
				mustBeTogether(t, name+", "+f.text, whole, selected, others)
			}
		}
	}
}

// mustBeTogether says that two outputs have the rows of a third.
func mustBeTogether(t *testing.T, what, whole, first, second string) {
	t.Helper()
	for _, table := range []string{"flows.csv", "intervals.csv"} {
		want := sheetOf(t, readFile(t, whole, table))
		got := sheetOf(t, readFile(t, first, table))
		got.rows = slices.Concat(got.rows, sheetOf(t, readFile(t, second, table)).rows)
		mustEqual(t, what+", "+table, got.sorted(), want.sorted())
	}
}
