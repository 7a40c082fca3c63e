package filter

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"netstream/reader/service"
)

// TestErrors: what is wrong with a filter is said with its place and the next step.
func TestErrors(t *testing.T) {
	for _, c := range []struct{ text, want, hint string }{
		{"tcp prt 80", `column 5: got "prt", want and, or or the end of the filter`, "docs/filters.md"},
		{"tcp port", "column 9: got the end, want an identifier for tcp port", ""},
		{"tcp and", "column 8: got the end, want a protocol", ""},
		{"(tcp or udp", "column 12: got the end, want and, or or a closing parenthesis", ""},
		{"tcp and 80", "column 9: got a number, want a protocol", "port 53"},
		{"10.0.0.1", `column 1: got "10.0.0.1"`, "host 192.0.2.1"},
		{"host example.net", `column 6: got the name "example.net", want an address`, "not resolved"},
		{"net loopback", `column 5: got the name "loopback"`, "not resolved"},
		{"ether host router", `got the name "router", want a MAC address`, "not resolved"},
		{"gateway router", "got gateway", "ether host MAC and not host"},
		{"port 70000", "column 6: got port 70000, want at most 65535", ""},
		{"port 80-90", `column 6: got "80-90"`, "portrange"},
		{"port nosuch", `got "nosuch", want the name of a service`, "docs/filters.md"},
		{"udp port http", `got "http" behind udp`, "leave the protocol out"},
		{"icmp port 80", "got icmp, want tcp, udp, sctp or nothing in front of port", ""},
		{"net 10.0.0.1/8", "bits go beyond its mask", "clear the bits"},
		{"net 10.0.0.0/33", "got a prefix of 33 bits", ""},
		{"host 10.0.0.0/8", "got a mask behind host", "write net"},
		{"host 10.0.0.256", "want numbers from 0 to 255", ""},
		{"host 1:2:3:", "want six octets of a MAC address", ""},
		{"host 00:00:5e:00:53:01", "got a MAC address behind host", "ether host"},
		{"ip host ::1", "got ip in front of an IPv6 host", ""},
		{"ip[0:3] = 1", "column 6: got 3 octets, want 1, 2 or 4", ""},
		{"ip[0]", "column 1: got a number, want something that is true or false", "compare it"},
		{"ip[0] / 0 = 1", "column 7: got a divisor that begins with 0", ""},
		{"len / (5 - 5) = 1", "", ""}, // refused where it is folded
		{"ip[0] << 32 = 1", "column 7: got a shift by more than 31 bits", ""},
		{"byte 0 & 1", "got byte with \"&\"", "link[N] & V"},
		{"vlan 4096", "got VLAN 4096, want at most 4095", ""},
		{"mpls and vlan", "column 10: got vlan behind mpls", ""},
		{"vxlan", `column 1: got "vxlan"`, "tunnels other than geneve"},
		{"ipv6", `got "ipv6"`, "ip6"},
		{"port 08", "column 6: got the number 08, want octal digits", ""},
		{"port 99999999999", "got the number 99999999999, want at most 4294967295", ""},
		{"tcp\nor udp prt", `line 2, column 8: got "prt"`, ""},
		{"tcp; udp", `column 4: got ";", which no word begins with`, ""},
		{"type nosuch", `got "nosuch", want mgt, ctl or data`, ""},
		{"inbound", "", ""},
	} {
		_, err := Parse(c.text)
		var fault *Error
		switch {
		case c.want == "" && err == nil:
		case !errors.As(err, &fault):
			t.Errorf("%q: got error %v, want %q", c.text, err, c.want)
		case !strings.HasPrefix(fault.Error(), "cannot compile the filter: ") || !strings.Contains(fault.Error(), c.want):
			t.Errorf("%q: got %q, want %q", c.text, fault, c.want)
		case !strings.Contains(fault.Hint, c.hint):
			t.Errorf("%q: got hint %q, want %q", c.text, fault.Hint, c.hint)
		}
	}
}

// TestLinkTypeErrors: what a link type does not have is told when its program is
// made.
func TestLinkTypeErrors(t *testing.T) {
	for _, c := range []struct {
		text     string
		linkType uint16
		want     string
	}{
		{"inbound", linkEthernet, "column 1: the direction of a frame cannot be told on link type ETHERNET"},
		{"tcp and type mgt", linkEthernet, "column 9: the type of IEEE 802.11 frames cannot be told"},
		{"ether host 1:2:3:4:5:6", linkRaw, "column 12: a MAC address cannot be told"},
		{"vlan", linkRaw, "column 1: a VLAN cannot be told"},
		{"tcp", 239, "column 1: which protocol a frame carries cannot be told"},
		{"pppoes and ether host 1:2:3:4:5:6", linkEthernet, "a MAC address cannot be told on link type PPP"},
		{"vpi 1", linkEthernet, "vpi cannot be told"},
		{"ip", 8224, "anything cannot be told"},
		{"icmp6[0] / (5 - 5) = 1", linkEthernet, "got a division by 0"},
	} {
		parsed, err := Parse(c.text)
		if err != nil {
			t.Fatalf("%q: %v", c.text, err)
		}
		_, err = parsed.Compile(Capture{LinkType: c.linkType, LinkTypeName: "ETHERNET"})
		var fault *Error
		if !errors.As(err, &fault) || !strings.Contains(fault.Error(), c.want) {
			t.Errorf("%q: got %v, want %q", c.text, err, c.want)
		}
	}
}

// TestEmpty: a filter of nothing selects everything.
func TestEmpty(t *testing.T) {
	for _, text := range []string{"", " \n\t"} {
		parsed, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		program, err := parsed.Compile(Capture{LinkType: 999})
		if err != nil || !program.Match(nil, 0) {
			t.Errorf("%q: not selected, %v", text, err)
		}
	}
}

// TestLimits: what is too long or nested too deeply is refused, and what is just
// within the limits compiles and runs.
func TestLimits(t *testing.T) {
	long := strings.Repeat("tcp or ", MaxLength/7-1) + "udp"
	deep := strings.Repeat("(", MaxNesting-1) + "tcp" + strings.Repeat(")", MaxNesting-1)
	for _, text := range []string{long, deep, strings.Repeat("not ", MaxNesting-2) + "tcp"} {
		parsed, err := Parse(text)
		if err != nil {
			t.Fatalf("%.20q...: %v", text, err)
		}
		program, err := parsed.Compile(Capture{LinkType: linkEthernet})
		if frame := ethernet(0x0800, web); err != nil || !program.Match(frame, uint32(len(frame))) {
			t.Errorf("%.20q...: not selected, %v", text, err)
		}
	}
	for _, text := range []string{
		long + strings.Repeat(" ", 20), "(((" + deep + ")))",
		"len" + strings.Repeat("%(len", MaxNesting) + strings.Repeat(")", MaxNesting) + " = 1",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), "want") {
			t.Errorf("%.20q...: got %v, want an error", text, err)
		}
	}
}

// TestAllocations: a verdict allocates nothing.
func TestAllocations(t *testing.T) {
	for _, expression := range testExpressions(t) {
		for _, g := range groups() {
			parsed, err := Parse(expression)
			if err != nil {
				t.Fatal(err)
			}
			program, err := parsed.Compile(g.capture)
			if err != nil {
				continue
			}
			frame := g.frames[0]
			if n := testing.AllocsPerRun(3, func() { program.Match(frame, 100) }); n != 0 {
				t.Errorf("link type %s, %q: %v allocations", g, expression, n)
			}
		}
	}
}

// TestDocumentedNames: docs/filters.md lists the names of services and protocols.
func TestDocumentedNames(t *testing.T) {
	text, err := os.ReadFile("../../docs/filters.md")
	if err != nil {
		t.Fatal(err)
	}
	words := strings.FieldsFunc(string(text), func(r rune) bool { return strings.ContainsRune(" ,\n", r) })
	for s := range service.All() {
		if !slices.Contains(words, s.Name) {
			t.Errorf("the service %s is not there", s.Name)
		}
	}
	for _, p := range protocolNumbers {
		if !slices.Contains(words, p.name) {
			t.Errorf("the protocol %s is not there", p.name)
		}
	}
}
