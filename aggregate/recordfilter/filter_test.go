package recordfilter

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"netstream/aggregate/flow"
)

// sample is a run with a few records that differ in what filters ask for.
type sample struct {
	points  *flow.Points
	names   *flow.Names
	records map[string]*flow.Record
}

var at = time.Date(2026, 1, 31, 5, 0, 0, 0, time.UTC)

func stamp(after time.Duration) flow.Timestamp { return flow.Timestamp(at.Add(after).UnixNano()) }

func mapped(t testing.TB, text string) [16]byte {
	t.Helper()
	a, err := netip.ParseAddr(text)
	if err != nil {
		t.Fatal(err)
	}
	return a.As16()
}

func newSample(t testing.TB) *sample {
	t.Helper()
	s := &sample{points: flow.NewPoints(), names: flow.NewNames(), records: make(map[string]*flow.Record)}
	point := func(p flow.Point) uint32 {
		n, err := s.points.Number(p)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	key := func(source, destination string, version, protocol uint8, from, to uint16) flow.Key {
		return flow.Key{Source: mapped(t, source), Destination: mapped(t, destination), Version: version, Protocol: protocol,
			SourcePort: from, DestinationPort: to, Shape: flow.Ports}
	}
	web := &flow.Record{
		Key: key("10.1.2.3", "198.51.100.1", 4, 6, 40000, 443), Start: stamp(0), End: stamp(5 * time.Second),
		Counters: flow.Counters{Packets: 1500, Octets: 1_000_001, WireOctets: 1_030_000, PayloadOctets: 900_000},
		TCPFlags: flow.TCPSyn | flow.TCPAck | flow.TCPFin, TCPFlagCounts: [flow.TCPFlagCount]uint64{1, 2, 0, 3, 1498},
		Marks: flow.MarkTCP | flow.MarkVLAN, VLAN: 100, MinTTL: 60, MaxTTL: 64, MinOctets: 40, MaxOctets: 1500,
		EndReason: flow.EndOfFlow,
	}
	web.Key.Point = point(flow.Point{Interface: "ge-0/0/1.0"})
	dns := &flow.Record{
		Key: key("2001:db8::1", "2001:db8:1::53", 6, 17, 53000, 53), Start: stamp(1500 * time.Nanosecond), End: stamp(1500 * time.Nanosecond),
		Counters: flow.Counters{Packets: 1, Octets: 80}, MinOctets: 80, MaxOctets: 80, EndReason: flow.EndIdleTimeout, Population: 100,
	}
	dns.Key.ClassOfService, dns.Key.Point = 0xb8, point(flow.Point{Interface: "caf\xe9 'x'"})
	esp := &flow.Record{
		Key: key("::ffff:192.0.2.7", "ff02::1", 6, 50, 0, 0), Start: stamp(-time.Hour), End: stamp(0),
		Counters: flow.Counters{Packets: 7, Octets: 1 << 20}, Marks: flow.MarkMAC, SourceMAC: [6]byte{0, 0x1b, 0x21, 0xaa, 0xbb, 0xcc},
		EndReason: flow.EndForced,
	}
	esp.Key.Shape = 0
	esp.Key.Point = point(flow.Point{Inside: flow.Encapsulation{Tunnel: flow.TunnelGRE, OuterVersion: 4,
		OuterSource: mapped(t, "203.0.113.9"), OuterDestination: mapped(t, "203.0.113.10"), HasID: true, ID: 77}})
	router := &flow.Record{
		Key:   flow.Key{Source: mapped(t, "10.200.0.0"), Version: 4, Protocol: 6, Shape: flow.NoDestination | flow.NoClassOfService},
		Start: stamp(24 * time.Hour), End: stamp(25 * time.Hour), Counters: flow.Counters{Packets: 10, Octets: 1000},
		Export: &flow.Export{
			Has: flow.FieldPackets | flow.FieldOctets | flow.FieldInIf | flow.FieldDirection | flow.FieldSampling | flow.FieldNextHop |
				flow.FieldSourceAS | flow.FieldApplication | flow.FieldLabels | flow.FieldNames | flow.FieldElements,
			InIf: 3, Direction: 7, Population: 3, Sample: 2, SamplingSource: flow.SamplingInterface, TimeSource: flow.TimeUptime,
			NextHop: mapped(t, "192.0.2.254"), SourceAS: 64500, Application: 3<<56 | 443, LabelCount: 2, Labels: [flow.MaxLabels]uint32{100, 200},
			InIfName: s.names.Number([]byte("Gi1/0/24")),
		},
	}
	router.Export.Elements, _ = flow.AppendElement(nil, 0, []byte("Blue \"one\""))
	router.Key.Point = point(flow.Point{Exported: true, Exporter: netip.MustParseAddr("::ffff:192.0.2.1"), Domain: 9})
	s.records = map[string]*flow.Record{"web": web, "dns": dns, "esp": esp, "router": router}
	return s
}

// selected gives the names of the records that a filter selects.
func (s *sample) selected(f *Filter) string {
	match := f.Matcher(s.points, s.names)
	var names []string
	for _, name := range []string{"web", "dns", "esp", "router"} {
		if match(s.records[name]) {
			names = append(names, name)
		}
	}
	return strings.Join(names, " ")
}

var everyColumn = Options{WithMAC: true, Elements: []string{"e0_344"}}

func TestFilter(t *testing.T) {
	s := newSample(t)
	for _, c := range []struct{ text, want string }{
		{"", "web dns esp router"},
		{" \n", "web dns esp router"},

		// Numbers, lists, ranges.
		{"bytes > 1M", "web esp"},
		{"bytes > 1_", "column"},
		{"bytes > 1Mi", ""},
		{"bytes >= 1Mi", "esp"},
		{"bytes = 1000001 or bytes==0x50", "web dns"},
		{"bytes < 1k", "dns"},
		{"bytes <= 1K", "dns router"},
		{"bytes <= 1.5k and bytes > 0.5", "dns router"},
		{"packets = 1.5", ""},
		{"packets != 1.5", "web dns esp router"},
		{"packets <> 1", "web esp router"},
		{"packets < 1.5", "dns"},
		{"packets >= 6.5", "web esp router"},
		{"packets in 1,7", "dns esp"},
		{"packets in (1, 7..10)", "dns esp router"},
		{"packets 1..1500", "web dns esp router"},
		{"packets in 0.5..6.5, 7.5..9", "dns"},
		{"packets not in 1, 7", "web router"},
		{"PACKETS IN 1 AND Bytes = 80", "dns"},
		{"wire_bytes > 0", "web"}, // the exporter does not tell, others have none
		{"bytes = 9223372036854775807", ""},
		{"bytes <= 9223372036854775807", "web dns esp router"},
		{"dst_port in 80,443 or dst_port 8000..8100", "web"},
		{"src_port = 0", ""},

		// Names.
		{"protocol = tcp and (dst_port in 80,443 or dst_port 8000..8100)", "web"},
		{"protocol tcp", "web router"},
		{"protocol in TCP, 50", "web esp router"},
		{"protocol != udp", "web esp router"},
		{"protocol 18..60", "esp"},
		{"end_reason = idle_timeout", "dns"},
		{"end_reason != 'idle_timeout'", "web esp"},
		{"end_reason in end_of_flow, forced_end", "web esp"},
		{"end_reason_code >= 3", "web esp"},
		{"direction = 7", "router"},
		{"direction = ingress", ""},
		{"time_source packet", "web dns esp"},
		{"time_source = uptime", "router"},
		{"sampling_source = simulated", "dns"},
		{"sampling_source = interface", "router"},
		{"tunnel_type = gre and tunnel_id = 77", "esp"},

		// Bits.
		{"tcp_flags & syn", "web"},
		{"not tcp_flags & syn", "dns esp router"},
		{"tcp_flags & rst", ""},
		{"tcp_flags & (syn)", "column"},
		{"tcp_flags & syn|rst", "web"},
		{"tcp_flags & syn|rst = syn", "web"},
		{"tcp_flags & syn|ack != syn|ack", ""},
		{"tcp_flags & 0x12 in 0x12, 2", "web"},
		{"tcp_flags = syn|ack|fin", "web"},
		{"tcp_flags = syn", ""},
		{"tos & 0xfc = 184", "dns"},
		{"tcp_syn = 2 and tcp_ack > 1K", "web"},

		// Addresses.
		{"src_ip in 10.0.0.0/8 and bytes > 1M", "web"},
		{"src_ip in 10.0.0.0/8, 2001:db8::/32", "web dns router"},
		{"src_ip 10.1.2.3", "web"},
		{"src_ip = 10.1.2.3 or dst_ip = 2001:DB8:1:0::53", "web dns"},
		{"src_ip = 192.0.2.7", ""},
		{"src_ip = ::ffff:192.0.2.7", "esp"},
		{"src_ip in ::/0", "dns esp"},
		{"src_ip in 0.0.0.0/0", "web router"},
		{"src_ip in 10.1.2.0..10.1.2.3, 10.199.255.255..10.200.0.0", "web router"},
		{"src_ip > 10.1.2.3", "router"},
		{"src_ip >= 10.1.2.3", "web router"},
		{"src_ip < 2001:db8::1", "esp"},
		{"src_ip < 0.0.0.0 or src_ip > 255.255.255.255 or src_ip < :: or src_ip > ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""},
		{"dst_ip != 198.51.100.1", "dns esp"},
		{"dst_ip not in 198.51.100.0/24", "dns esp"},
		{"exporter_ip = 192.0.2.1", "router"},
		{"next_hop in 192.0.2.0/24", "router"},
		{"outer_src_ip = 203.0.113.9", "esp"},
		{"ip_version = 6", "dns esp"},

		// Texts.
		{"interface = ge-0/0/1.0", "web"},
		{"interface = 'ge-0/0/1.0'", "web"},
		{"interface = GE-0/0/1.0", ""},
		{"interface = 'caf\uFFFDe9 ''x'''", "dns"},
		{`interface in "caf` + "\uFFFDe9 'x'" + `", ge-0/0/1.0`, "web dns"},
		{"interface != ge-0/0/1.0", "dns"},
		{"interface = '\uFFFD'", ""},
		{"interface not in '\uFFFD'", "web dns"},
		{"interface = 'ge-0\uFFFD2f0/1.0'", ""}, // a slash is never shown so
		{"in_if_name Gi1/0/24", "router"},
		{`e0_344 = "Blue ""one"""`, "router"},
		{"mpls_labels = 100/200", "router"},
		{"mpls_labels = '100'", ""},
		{"app_id = 3:443", "router"},
		{"src_mac = 00:1B:21:aa:bb:cc", "esp"},
		{"src_mac in 00:1b:21:aa:bb:cd", ""},

		// Times and durations.
		{"flow_start >= 2026-01-31T05:00:00Z", "web dns router"},
		{"flow_start = 2026-01-31T05:00:00.000001Z", "dns"}, // as the table shows it
		{"flow_start = 2026-01-31T05:00:00.0000015Z", ""},
		{"flow_start > 2026-01-31T05:00:00.0000015Z", "router"},
		{"flow_start < 2026-01-31T05:00:00.0000015Z", "web dns esp"},
		{"flow_start < 2026-01-31T06:00:00+01:00", "esp"},
		{"flow_start in 2026-02-01..2026-02-02", "router"},
		{"flow_end < '2026-01-31 05:00:05'", "dns esp"},
		{"flow_end > 1769835605", "router"},
		{"duration_us >= 5s", "web esp router"},
		{"duration_us = 5000000", "web"},
		{"duration_us < 1500ns", "dns"},
		{"duration_us <= 2m", "web dns"}, // minutes, not millions
		{"duration_us > 59m59.5s and duration_us <= 1d", "esp router"},
		{"end_reason = idle_timeout and duration_us >= 5s", ""},

		// Reals and estimates.
		{"sampling_rate = 1.5", "router"},
		{"sampling_rate > 1.4", "dns router"},
		{"sampling_rate 0..99.99", "router"},
		{"bytes_scaled in 8000, 1500", "dns router"},

		// NULL.
		{"vlan_id is null", "dns esp router"},
		{"vlan_id is not null", "web"},
		{"vlan_id IS NOT NULL and vlan_id = 100", "web"},
		{"src_port != 40000", "dns"},
		{"not src_port = 40000", "dns esp router"},
		{"src_port not in 40000", "dns"},
		{"not src_port in 40000", "dns esp router"},
		{"dst_ip is null", "router"},
		{"interface is null", "esp router"},
		{"observation_domain is not null", "router"},
		{"src_mac is null", "web dns router"},
		{"tcp_flags & syn is null", "column"},

		// Logic: not binds more than and, and more than or.
		{"protocol tcp or protocol udp and bytes > 1M", "web router"},
		{"(protocol tcp or protocol udp) and bytes > 1M", "web"},
		{"not protocol tcp and not protocol udp", "esp"},
		{"! protocol tcp && ! (protocol udp || protocol esp)", ""},
		{"not not not protocol tcp", "dns esp"},
		{"not (protocol tcp or protocol udp)", "esp"},
	} {
		f, err := Parse(c.text, everyColumn)
		if err != nil {
			if c.want != "column" {
				t.Errorf("%s: %v", c.text, err)
			}
			continue
		}
		if got := s.selected(f); got != c.want {
			t.Errorf("%s: selects %q, want %q", c.text, got, c.want)
		}
	}
}

// TestNanoseconds: with times in nanoseconds filters see these.
func TestNanoseconds(t *testing.T) {
	s := newSample(t)
	for text, want := range map[string]string{
		"flow_start = 2026-01-31T05:00:00.0000015Z": "dns",
		"flow_start > 2026-01-31T05:00:00.000001Z":  "dns router",
		"flow_start = 2026-01-31T05:00:00.000001Z":  "",
	} {
		f, err := Parse(text, Options{Nanoseconds: true})
		if err != nil {
			t.Fatal(err)
		}
		if got := s.selected(f); got != want {
			t.Errorf("%s: selects %q, want %q", text, got, want)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		text   string
		column int
		want   string // in the message
		hint   string // in the hint
	}{
		{"byte > 1", 1, `got "byte", want the name of a column`, "columns are flow_start, "},
		{"flow_id = 1", 1, "flow_id is not known before the table is written", "columns are"},
		{"src_mac is null", 1, "there is no column src_mac", "--with-mac"},
		{"bytes", 6, "got the end of the filter, want = != < <= > >=, in", ""},
		{"bytes >", 8, "got the end of the filter, want a value", ""},
		{"bytes > and", 9, `got "and", want a value`, ""},
		{"bytes > 1 2", 11, `got "2", want and, or or the end of the filter`, ""},
		{"bytes > 1 ; x", 11, `got ";", want`, ""},
		{"bytes > -1", 9, `got "-1", want a number from 0 to 9223372036854775807`, ""},
		{"bytes > 9223372036854775808", 9, "want a number from 0 to 9223372036854775807", ""},
		{"dst_port = 65536", 12, `got "65536", want a number from 0 to 65535`, ""},
		{"dst_port = https", 12, `got "https", want a number`, ""},
		{"dst_port = 80,443", 12, "want one value behind =", "go with in"},
		{"dst_port > 80..90", 12, "want one value behind >", ""},
		{"dst_port in 90..80", 15, "the range ends before it begins", ""},
		{"dst_port in 80,", 16, "got the end of the filter, want a value", ""},
		{"dst_port in (80, 90", 20, "got the end of the filter, want )", ""},
		{"dst_port between 80", 10, `got "between"`, ""},
		{"protocol = tpc", 12, `got "tpc", want a name or a number from 0 to 255`, "names are icmp,"},
		{"src_ip = example.net", 10, `got "example.net", want an IP address or a prefix`, "not resolved"},
		{"src_ip = 10.0.0.0/8", 10, "want one value behind =", "go with in"},
		{"src_ip in 10.0.0.1/8", 11, "want no bits behind the prefix", "10.0.0.0/8"},
		{"src_ip in 10.0.0.0/33", 11, "want an IP address or a prefix", ""},
		{"src_ip in fe80::1%eth0", 18, `got "%"`, ""},
		{"src_ip in 'fe80::1%eth0'", 11, "want an IP address", ""},
		{"src_ip in 10.0.0.1..2001:db8::", 19, "the range ends before it begins", ""},
		{"src_ip & 1", 1, "src_ip has no bits", ""},
		{"src_ip in 10.0.0.0/8..10.0.0.0/8", 21, "no such range", ""},
		{"interface like 'eth%'", 16, `got "eth%"`, ""},
		{"interface < eth0", 11, "interface has no order", ""},
		{"end_reason > idle_timeout", 12, "end_reason has no order", ""},
		{"end_reason = idle", 14, `got "idle", want a name of end_reason`, "names are idle_timeout, active_timeout, end_of_flow, forced_end, lack_of_resources"},
		{"end_reason in idle_timeout..end_of_flow", 27, "no such range", ""},
		{"flow_start > yesterday", 14, "want a time like", ""},
		{"duration_us > 5", 0, "", ""},
		{"duration_us > 5x", 15, "want a duration like", ""},
		{"duration_us > 5M", 15, "want a duration like", ""},
		{"app_id = http", 10, "want an application like 3:443", ""},
		{"sampling_rate > x", 17, "want a number from 0 on", ""},
		{"tcp_flags & x", 13, "want a name or a number from 0 to 65535", "names are fin, syn, rst, psh, ack, urg, ece, cwr, ae"},
		{"tcp_flags & 1.5", 13, "want a whole number", ""},
		{"tcp_flags & syn < 3", 17, "want and, or or the end", ""},
		{"(bytes > 1", 11, "want )", ""},
		{"bytes is 1", 10, `got "1", want null`, ""},
		{"bytes = null", 9, `got "null", want a value`, ""},
		{"not", 4, "got the end of the filter, want a column, not or (", ""},
		{"interface = 'x", 13, "the quotation mark ' is not closed", ""},
		{"interface = \xff", 13, "got octet 0xff, want UTF-8", ""},
		{"bytes > 1\nand byte < 2", 5, `line 2, column 5: got "byte"`, ""},
		{strings.Repeat("(", MaxDepth+1) + "bytes > 1", MaxDepth + 2, "parentheses and negations are open", ""},
		{strings.Repeat(" ", MaxLength+1), 1, "65537 octets, want at most 65536", ""},
	} {
		_, err := Parse(c.text, Options{})
		if c.column == 0 {
			if err != nil {
				t.Error(err)
			}
			continue
		}
		var fault *Error
		if !errors.As(err, &fault) {
			t.Errorf("%q: got %v, want an error with %q", c.text, err, c.want)
			continue
		}
		if fault.Column != c.column || !strings.Contains(err.Error(), c.want) || !strings.Contains(fault.Hint, c.hint) ||
			!strings.HasPrefix(err.Error(), "cannot compile the flow filter: ") {
			t.Errorf("%q: got column %d, %v, hint %s; want column %d, %q, hint with %q", c.text, fault.Column, err, fault.Hint, c.column, c.want, c.hint)
		}
	}
}

// TestDepth: as deep as it may be.
func TestDepth(t *testing.T) {
	s := newSample(t)
	text := strings.Repeat("not (", MaxDepth/2) + "bytes > 1M" + strings.Repeat(")", MaxDepth/2)
	f, err := Parse(text, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.selected(f); got != "web esp" {
		t.Errorf("got %q", got)
	}
}

func TestMatcherAllocatesNothing(t *testing.T) {
	s := newSample(t)
	var conditions []string
	for _, c := range Columns(everyColumn) {
		conditions = append(conditions, c.Name+" is null")
	}
	conditions = append(conditions, "bytes in 1,3,5,7..9", "src_ip in 10.0.0.0/8, ::/0", "interface in a, b", "mpls_labels = '1/2'",
		"tcp_flags & syn|ack = syn", "e0_344 = x", "in_if_name = x", "flow_start > 2026-01-31", "tunnel_type = gre")
	for _, text := range append(conditions, "not ("+strings.Join(conditions, " or ")+")") {
		f, err := Parse(text, everyColumn)
		if err != nil {
			t.Fatal(err)
		}
		match := f.Matcher(s.points, s.names)
		for name, r := range s.records {
			if n := testing.AllocsPerRun(10, func() { match(r) }); n != 0 {
				t.Errorf("%s, record %s: %v allocations", text, name, n)
			}
		}
	}
}

func ExampleParse() {
	_, err := Parse("protocol = tcp and dst_prt = 80", Options{})
	fmt.Println(err)
	// Output: cannot compile the flow filter: column 20: got "dst_prt", want the name of a column
}
