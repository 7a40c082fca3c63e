package reference_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"netstream/reader/reference"
)

func check(t *testing.T, name, got, want string, report reference.Report, err error, faults string) {
	t.Helper()
	if err != nil || got != want || faultsOf(report) != faults {
		t.Errorf("%s: got %q, %v, faults:\n%s\nwant %q, faults:\n%s", name, got, err, faultsOf(report), want, faults)
	}
}

func TestLabels(t *testing.T) {
	for _, c := range []struct{ name, text, want, faults string }{
		{"plain", "prefix,Customer,Site-Name\n10.0.0.0/8,ACME,\"Paris, \"\"FR\"\"\"\n2001:db8::/32,,x\n",
			`customer site_name;10.0.0.0/8 ["ACME" "Paris, \"FR\""];2001:db8::/32 ["" "x"];`, ""},
		{"prefix behind", "site;cidr\nx;10.0.0.0/8\n", `site;10.0.0.0/8 ["x"];`, ""},
		{"cells", "prefix,a\n10.0.0.0/8\n10.0.0.0/8,b,c\n10.0.0.0/8,\"b\"c\n1,b\n", "a;",
			"line 2: got 1 cells, want 2\nline 3: got 3 cells, want 2\nline 4: there is text behind a closing quotation mark\nline 5: got \"1\", want a prefix"},
		{"no prefix", "site,customer\n", "", `line 1: the header has no column prefix: got "site, customer"`},
		{"no label", "prefix\n", "", "line 1: the header names 0 columns beside prefix, want 1 to 64"},
		{"twice", "prefix,a,A\n", "", "line 1: the header has the column a twice"},
		{"nameless", "prefix,a,\n", "", `line 1: the header has a column without name: got ""`},
		{"no text", "\x00\x01\n", "", "line 1: it is no text"},
		{"empty", "\n", "", ""},
	} {
		var got string
		report, err := reference.ReadLabels(streamOf(c.text), func(names []string) { got += strings.Join(names, " ") + ";" },
			func(p netip.Prefix, texts []string) { got += fmt.Sprintf("%s %q;", p, texts) })
		check(t, c.name, got, c.want, report, err, c.faults)
	}
}

func TestInterfaces(t *testing.T) {
	for _, c := range []struct{ name, text, want, faults string }{
		{"no header", "192.0.2.1,1,ge-0/0/1,10G\n::ffff:192.0.2.2,2,x\n*,3,,100000\n,4,y,\n",
			"192.0.2.1 1 ge-0/0/1 10000000000;192.0.2.2 2 x 0;invalid IP 3  100000;invalid IP 4 y 0;", ""},
		{"header", "if_index,exporter,speed_bps\n7,2001:db8::1,1K\n", "2001:db8::1 7  1000;", ""},
		{"bad", "x,1,a\n192.0.2.1,-1,a\n192.0.2.1,1,a,fast\n192.0.2.1,1\n192.0.2.1,1,a,99999999999G\n192.0.2.1\n", "",
			"line 1: got \"x\", want the address of an exporter, or * for every one\nline 2: got \"-1\", want an ifIndex\n" +
				"line 3: got \"fast\", want a speed in bit/s\nline 4: there is neither a name nor a speed\n" +
				"line 5: got \"99999999999G\", want a speed in bit/s\nline 6: got 1 cells, want at least 2"},
	} {
		var got string
		report, err := reference.ReadInterfaces(streamOf(c.text), func(i reference.Interface) {
			got += fmt.Sprintf("%s %d %s %d;", i.Exporter, i.Index, i.Name, i.Speed)
		})
		check(t, c.name, got, c.want, report, err, c.faults)
	}
}

func TestServices(t *testing.T) {
	for _, c := range []struct {
		name, text, want, faults string
		leftOut                  uint64
	}{
		{"services", "# x\nhttp\t80/tcp www # WWW\ndomain 53/udp\nnbp 2/ddp\nsip 5060/sctp\n", "6 80 http;17 53 domain;132 5060 sip;", "", 1},
		{"bad services", "http 80/tcp\nx\ny 65536/udp\nz 1\n", "6 80 http;",
			"line 2: got 1 fields, want a name and port/protocol\nline 3: got \"65536\", want a port from 0 to 65535\nline 4: got \"1\", want port/protocol", 0},
		{"csv", "port,protocol,name\n443,TCP,https\n53,,dns\n80,6,\"w, b\"\n1,tcp,\n", "6 443 https;6 53 dns;17 53 dns;6 80 w, b;", "line 5: there is no name", 0},
	} {
		var got string
		report, err := reference.ReadServices(streamOf(c.text), func(protocol uint8, port uint16, name string) {
			got += fmt.Sprintf("%d %d %s;", protocol, port, name)
		})
		check(t, c.name, got, c.want, report, err, c.faults)
		if report.LeftOut != c.leftOut {
			t.Errorf("%s: got %d left out, want %d", c.name, report.LeftOut, c.leftOut)
		}
	}
}

func TestClasses(t *testing.T) {
	var got string
	report, err := reference.ReadClasses(streamOf("dscp,class\nEF,voice\n0,best effort\naf31,video\n64,x\nEE,x\n1,\n"), func(dscp uint8, class string) {
		got += fmt.Sprintf("%d %s;", dscp, class)
	})
	check(t, "classes", got, "46 voice;0 best effort;26 video;", report, err,
		"line 5: got \"64\", want a code point from 0 to 63 or its name\nline 6: got \"EE\", want a code point from 0 to 63 or its name\nline 7: there is no class")
}

// TestCodePointNames checks the names with the numbers in the registry of IANA.
func TestCodePointNames(t *testing.T) {
	registered := map[uint8]string{
		0: "CS0", 8: "CS1", 16: "CS2", 24: "CS3", 32: "CS4", 40: "CS5", 48: "CS6", 56: "CS7",
		10: "AF11", 12: "AF12", 14: "AF13", 18: "AF21", 20: "AF22", 22: "AF23", 26: "AF31", 28: "AF32", 30: "AF33",
		34: "AF41", 36: "AF42", 38: "AF43", 46: "EF", 44: "VA", 1: "LE",
	}
	for dscp := range uint8(64) {
		want, ok := registered[dscp]
		if !ok {
			want = fmt.Sprint(dscp)
		}
		if got := reference.CodePointName(dscp); got != want {
			t.Errorf("%d: got %s, want %s", dscp, got, want)
		}
	}
}

func TestASNames(t *testing.T) {
	var got string
	report, err := reference.ReadASNames(streamOf("asn|name\n13335|CLOUDFLARENET - Cloudflare, Inc., US\nAS1 LVLT-1\n2,\"Level 3, Inc\",US\n3;x\n4\n\"5\",\"y\"\n6 \"z\"\nx,y\n7,\"\n"),
		func(as uint32, name string) { got += fmt.Sprintf("%d %s;", as, name) })
	check(t, "names", got, "13335 CLOUDFLARENET - Cloudflare, Inc., US;1 LVLT-1;2 Level 3, Inc;3 x;5 y;6 z;", report, err,
		"line 6: there is no name\nline 9: got \"x\", want the number of an autonomous system\nline 10: a quotation mark is not closed")
}
