package reference_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"netstream/reader/reference"
	"netstream/reader/reference/referencetest"
)

// routesOf reads routes and writes them one a line.
func routesOf(t *testing.T, in reference.Stream) (string, reference.Report) {
	t.Helper()
	var all []string
	report, err := reference.ReadRoutes(in, func(r reference.Route) {
		all = append(all, fmt.Sprintf("%s %d %d", r.Prefix, r.Origin, r.Votes))
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, "\n"), report
}

func TestRouteTexts(t *testing.T) {
	for _, c := range []struct{ name, text, want, format, faults string }{
		{"csv", "192.0.2.0/24,64500\n2001:db8::/32, AS64501 \n", "192.0.2.0/24 64500 1\n2001:db8::/32 64501 1", "csv", ""},
		{"header", "asn;name;network\r\n64500;x;10.0.0.0/8\r\n", "10.0.0.0/8 64500 1", "csv", ""},
		{"MaxMind's CSV", "network,autonomous_system_number,autonomous_system_organization\n1.0.0.0/24,13335,\"Cloudflare, Inc\"\n",
			"1.0.0.0/24 13335 1", "csv", ""},
		{"address", "192.0.2.1,1.10\n", "192.0.2.1/32 65546 1", "csv", ""},
		{"default route", "0.0.0.0/0,1\n::/0,2\n", "0.0.0.0/0 1 1\n::/0 2 1", "csv", ""},
		{"comments", "\ufeff# a\n\n  \n10.0.0.0/8\t7\n#b", "10.0.0.0/8 7 1", "csv", ""},
		{"bad lines", "10.0.0.1/8,1\n10.0.0.0/8\nx,1\n10.0.0.0/8,0\n10.0.0.0/8,4294967296\nfe80::1%eth0,1\n\"10.0.0.0/8,1\n10.0.0.0/8,5\n",
			"10.0.0.0/8 5 1", "csv",
			`line 1: got "10.0.0.1/8": the address has bits behind the prefix length, want 10.0.0.0/8
line 2: got 1 cells, want at least 2
line 3: got "x", want a prefix
line 4: got "0", want the number of an autonomous system
line 5: got "4294967296", want the number of an autonomous system
line 6: got "fe80::1%eth0", want a prefix
line 7: a quotation mark is not closed`},
		{"pfx2as", "1.0.0.0\t24\t13335\n1.0.4.0\t22\t38803_56203\n2.0.0.0\t8\t7,3,5_1\n2001:db8::\t32\t9\n",
			"1.0.0.0/24 13335 1\n1.0.4.0/22 38803 1\n2.0.0.0/8 3 1\n2001:db8::/32 9 1", "pfx2as", ""},
		{"bad pfx2as", "1.0.0.0\t24\t13335\n1.0.0.0\t33\t1\n1.0.0.0 24\n1.0.0.0\t24\tx\n1.0.0.0\t-1\t1\n",
			"1.0.0.0/24 13335 1", "pfx2as",
			`line 2: got "1.0.0.0/33", want a prefix
line 3: got 2 fields, want address, prefix length and AS
line 4: got "x", want the number of an autonomous system
line 5: got "-1", want a prefix length`},
		{"header without AS", "prefix,name\n10.0.0.0/8,1\n", "", "", "line 1: the header has no column asn"},
		{"empty", "", "", "", ""},
		{"long line", "10.0.0.0/8,1\n" + strings.Repeat("x", 1<<17) + "\n11.0.0.0/8,2", "10.0.0.0/8 1 1\n11.0.0.0/8 2 1", "csv",
			"line 2: it has more than 65536 octets"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, report := routesOf(t, streamOf(c.text))
			if got != c.want || report.Format != c.format || faultsOf(report) != c.faults {
				t.Errorf("got %s %q, faults:\n%s\nwant %s %q, faults:\n%s", report.Format, got, faultsOf(report), c.format, c.want, c.faults)
			}
			if want := uint64(strings.Count(c.want, "\n") + min(len(c.want), 1)); report.Entries != want {
				t.Errorf("got %d entries, want %d", report.Entries, want)
			}
		})
	}
}

func prefix(text string) netip.Prefix { return netip.MustParsePrefix(text) }

func TestMRT(t *testing.T) {
	sequence := func(members ...uint32) referencetest.Peer {
		return referencetest.Peer{Path: referencetest.Sequence(members...)}
	}
	var long []uint32
	for i := range uint32(200) {
		long = append(long, 70000+i)
	}
	set := referencetest.Peer{Path: []referencetest.Segment{{Type: 2, Members: []uint32{1, 2}}, {Type: 1, Members: []uint32{9, 70001, 8}}}}
	confederation := referencetest.Peer{Path: []referencetest.Segment{{Type: 2, Members: []uint32{6, 7}}, {Type: 3, Members: []uint32{65001}}, {Type: 4, Members: []uint32{65002}}}}
	for _, c := range []struct {
		name   string
		record []byte
		want   string
	}{
		{"last of the path", referencetest.RIB(prefix("192.0.2.0/24"), false, sequence(1, 2, 400000)), "192.0.2.0/24 400000 1"},
		{"IPv6", referencetest.RIB(prefix("2001:db8::/32"), false, sequence(1, 5)), "2001:db8::/32 5 1"},
		{"default route", referencetest.RIB(prefix("0.0.0.0/0"), false, sequence(5)), "0.0.0.0/0 5 1"},
		{"host route", referencetest.RIB(prefix("2001:db8::1/128"), false, sequence(5)), "2001:db8::1/128 5 1"},
		{"several origins", referencetest.RIB(prefix("10.0.0.0/9"), false, sequence(1, 5), sequence(2, 6), sequence(3, 6)), "10.0.0.0/9 5 1\n10.0.0.0/9 6 2"},
		{"set", referencetest.RIB(prefix("10.0.0.0/8"), false, set), "10.0.0.0/8 8 1"},
		{"confederation", referencetest.RIB(prefix("10.0.0.0/8"), false, confederation), "10.0.0.0/8 7 1"},
		{"no path", referencetest.RIB(prefix("10.0.0.0/8"), false, sequence()), ""},
		{"long path", referencetest.RIB(prefix("10.0.0.0/8"), false, sequence(long...)), "10.0.0.0/8 70199 1"},
		{"path identifiers", referencetest.RIB(prefix("10.0.0.0/8"), true, sequence(1, 5), sequence(1, 6)), "10.0.0.0/8 5 1\n10.0.0.0/8 6 1"},
		{"IPv6 with path identifiers", referencetest.RIB(prefix("2001:db8::/33"), true, sequence(1, 5)), "2001:db8::/33 5 1"},
		{"version 1", referencetest.Dump(prefix("10.1.0.0/16"), sequence(1, 5)), "10.1.0.0/16 5 1"},
		{"version 1, IPv6", referencetest.Dump(prefix("2001:db8::/32"), sequence(1, 5)), "2001:db8::/32 5 1"},
		{"version 1, wide", referencetest.Dump(prefix("10.1.0.0/16"), referencetest.Peer{
			Path: referencetest.Sequence(1, 400000), Wide: referencetest.Sequence(400000)}), "10.1.0.0/16 400000 1"},
		// RFC 6793 section 4.2.3: a longer AS4_PATH is not that of the route.
		{"version 1, wide and longer", referencetest.Dump(prefix("10.1.0.0/16"), referencetest.Peer{
			Path: referencetest.Sequence(1, 3), Wide: referencetest.Sequence(1, 2, 400000)}), "10.1.0.0/16 3 1"},
		{"messages", referencetest.Record(16, 4, make([]byte, 40)), ""},
		{"multicast", referencetest.Record(13, 3, make([]byte, 40)), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, report := routesOf(t, streamOf(append(referencetest.PeerIndex(3), c.record...)))
			if got != c.want || report.FaultCount != 0 || report.Format != "mrt" {
				t.Errorf("got %q as %s, %s\nwant %q", got, report.Format, faultsOf(report), c.want)
			}
			if want := uint64(1 + min(len(c.want), 1)); report.Entries+report.LeftOut != 2 || report.Entries != want-1 {
				t.Errorf("got %d entries and %d left out", report.Entries, report.LeftOut)
			}
		})
	}
}

// TestMRTFaults: a record that cannot be read costs itself, and a cut one the end.
func TestMRTFaults(t *testing.T) {
	good := referencetest.RIB(prefix("10.0.0.0/8"), false, referencetest.Peer{Path: referencetest.Sequence(1, 5)})
	long := referencetest.RIB(prefix("10.0.0.0/8"), false, referencetest.Peer{Path: referencetest.Sequence(1, 5)})
	long[12+4] = 33 // prefix length
	short := referencetest.Record(13, 2, good[12:len(good)-3])
	strange := referencetest.RIB(prefix("10.0.0.0/8"), false, referencetest.Peer{Path: []referencetest.Segment{{Type: 9, Members: []uint32{1}}}})
	for _, c := range []struct {
		name    string
		content [][]byte
		routes  int
		fault   string
	}{
		{"prefix length", [][]byte{good, long, good}, 2, "offset 52: got a prefix length of 33, want at most 32"},
		{"attributes", [][]byte{good, short, good}, 2, "offset 52: attributes: want 24 octets, got 21"},
		{"segment", [][]byte{good, strange, good}, 2, "offset 52: got a path segment of type 9, want 1 to 4"},
		{"cut record", [][]byte{good, good[:20]}, 1, "offset 52: the record is cut: got 8 octets, want 40"},
		{"cut header", [][]byte{good, good[:5]}, 1, "offset 52: the record is cut: got 5 octets of its header, want 12"},
		{"huge record", [][]byte{good, {0, 0, 0, 0, 0, 13, 0, 2, 0xff, 0xff, 0xff, 0xff, 0}}, 1, "offset 52: the record has 4294967295 octets, want at most 67108864"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var content []byte
			for _, record := range c.content {
				content = append(content, record...)
			}
			got, report := routesOf(t, streamOf(content))
			if n := strings.Count(got, "10.0.0.0/8 5 1"); n != c.routes || faultsOf(report) != c.fault {
				t.Errorf("got %d routes, %q, want %d, %q", n, faultsOf(report), c.routes, c.fault)
			}
		})
	}
}
