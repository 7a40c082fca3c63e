package main

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"
)

// nanoseconds of 2022-10-21T11:07:58.660Z and 11:08:01.316Z.
const (
	firstTime = "1666350478660000000"
	lastTime  = "1666350481316000000"
)

// parseTest is a text of a program with the cells that its records must have.
type parseTest struct {
	name  string
	parse func(string) (reference, error)
	text  string
	want  []map[string]string
}

func parseTests() []parseTest {
	return []parseTest{{
		name: "nfdump", parse: parseNfdump,
		text: `[{"type":"FLOW","first":"2022-10-21T11:07:58.660","last":"2022-10-21T11:08:01.316","in_packets":78,"proto":1,
			"src4_addr":"0.0.0.0","src6_addr":"2001:0db8::1","icmp_type":8,"icmp_code":1,"tcp_flags":"...AP.S.",
			"mpls_1":"69-5-0","mpls_2":"24305-5-1","mpls_3":"0-0-0","in_src_mac":"00:00:00:00:00:00","out_src_mac":"02:00:00:00:00:01"}]`,
		want: []map[string]string{{"flow_start": firstTime, "flow_end": lastTime, "packets": "78", "protocol": "1", "src_ip": "2001:db8::1",
			"src_port": "0", "dst_port": "2049", "tcp_flags": "26", "mpls_labels": "69/24305", "src_mac": "02:00:00:00:00:01"}},
	}, {
		name: "nfdump event", parse: parseNfdump,
		text: `[{"type":"EVENT","first":"1970-01-01T00:00:00.000","last":"1970-01-01T00:00:00.000","t_event":"2022-10-21T11:07:58.660","proto":17}]`,
		want: []map[string]string{{"flow_start": firstTime, "flow_end": firstTime, "protocol": "17"}},
	}, {
		name: "nfdump CSV", parse: parseNfdumpCSV,
		text: "first,last,proto,src,dst,sport,dport,tcp_flags,packets,src_vlan,dst_vlan\n1666350478.660,1666350481.316,1,10.0.0.1,10.0.0.2,0,3.1,........,2,7,9\n",
		want: []map[string]string{{"flow_start": firstTime, "flow_end": lastTime, "protocol": "1", "src_ip": "10.0.0.1", "dst_ip": "10.0.0.2",
			"src_port": "0", "dst_port": "769", "tcp_flags": "0", "packets": "2", "vlan_id": "7"}},
	}, {
		name: "flow-tools", parse: parseFlowTools,
		text: "#:unix_secs,unix_nsecs,sysuptime,first,last,dpkts,srcaddr,nexthop,nexthop\n1666350481,316000000,5000,2344,5000,3,10.0.0.1,10.0.0.9,10.0.0.8\n",
		want: []map[string]string{{"flow_start": firstTime, "flow_end": lastTime, "packets": "3", "src_ip": "10.0.0.1", "next_hop": "10.0.0.9"}},
	}, {
		name: "pmacct", parse: parsePmacct,
		text: `{"ip_src":"10.0.0.1","tcp_flags":["ACK","SYN"],"mpls_label_stack":["0-69","1-70"],"ip_proto":"udp","timestamp_start":"1666350478.660000","packets":3,"custom_primitives":{"vrf_id_ingress":"7"}}` + "\n" + `{"packets":4,"tcp_flags":[]}`,
		want: []map[string]string{{"flow_start": firstTime, "packets": "3", "src_ip": "10.0.0.1", "tcp_flags": "18", "mpls_labels": "69/70", "protocol": "17", "in_vrf_id": "7"},
			{"packets": "4", "tcp_flags": "0"}},
	}, {
		name: "telegraf", parse: parseTelegraf,
		text: "netflow_options,version=IPFIX app_name=\"an\" 1\n" +
			`netflow,version=IPFIX protocol="tcp",src="10.0.0.1",dst="10.0.0.2",src_port=1u,dst_port=2u,in_packets=78u,note="a, \"b\"",src_tos="0x0a",flow_start_ms=1666350478660u,flow_end_ms=1666350481316u,type_29305_86="0x00000002",type_29305_85="0x50",flow_end_reason="forced end" 1`,
		want: []map[string]string{{"flow_start": firstTime, "flow_end": lastTime, "protocol": "6", "src_ip": "10.0.0.1", "dst_ip": "10.0.0.2", "src_port": "1",
			"dst_port": "2", "packets": "78", "tos": "10", "end_reason_code": "4"},
			{"protocol": "6", "src_ip": "10.0.0.2", "dst_ip": "10.0.0.1", "src_port": "2", "dst_port": "1", "packets": "2", "bytes": "80"}},
	}, {
		name: "logstash", parse: parseLogstash,
		text: `[{"context":"c","expected_events":[{"netflow":{"scope_system":0}},{"netflow":{"ipv4_src_addr":"10.0.0.1","protocol":6,"in_pkts":2,
			"first_switched":"2022-10-21T11:07:58.660Z","flow_start_msec":1666350478660,"in_src_mac":"02:00:00:00:00:01","direction":1}}]}]`,
		want: []map[string]string{{"flow_start": firstTime, "src_ip": "10.0.0.1", "protocol": "6", "packets": "2", "src_mac": "02:00:00:00:00:01", "direction": "egress"}},
	}, {
		name: "ipfixcol", parse: parseIpfixcol,
		text: "Template Record Header:\n\tTemplate ID: 256\n\tIE ID: 7\t\tField Length: 2\n\tIE ID: 1\t\tField Length: 4\n\tIE ID: 27\t\tField Length: 16\n" +
			"\tIE ID: 500\t\tField Length: 4 (PEN:16982)\n\tSet ID: 256 (Data Set)\nData Record (#1):\t\t(network byte order)\n" +
			"\tIE ID: 7\t\tValue: 0x6c07\n\tIE ID: 1\t\tValue: 0x100\n\tIE ID: 27\t\tValue: 0xfe800000000000000000000000000001\n\tIE ID: 500 (PEN:16982)\tValue: 0x1\n",
		want: []map[string]string{{"src_port": "1900", "bytes": "65536", "src_ip": "fe80::1"}},
	}}
}

func TestParseReferences(t *testing.T) {
	for _, test := range parseTests() {
		t.Run(test.name, func(t *testing.T) {
			got, err := test.parse(test.text)
			if err != nil {
				t.Fatal(err)
			}
			expectRecords(t, got.records, test.want)
		})
	}
}

func expectRecords(t *testing.T, got []flowRecord, want []map[string]string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("got %d records, want %d", len(got), len(want))
	}
	for i := range want {
		if !maps.Equal(got[i].cells, want[i]) {
			t.Errorf("record %d: got %v, want %v", i, got[i].cells, want[i])
		}
	}
}

func TestParseReferenceRefuses(t *testing.T) {
	tests := []struct {
		name  string
		parse func(string) (reference, error)
		text  string
	}{
		{"nfdump cut", parseNfdump, `[{"type":"FLOW"`},
		{"nfdump bad time", parseNfdump, `[{"first":"yesterday","last":"2022-10-21T11:08:01.316"}]`},
		{"nfdump CSV bad time", parseNfdumpCSV, "first,last\nx,1\n"},
		{"flow-tools without clock", parseFlowTools, "#:first,last\n1,2\n"},
		{"telegraf open string", parseTelegraf, `netflow,version=IPFIX src="10.0`},
		{"telegraf without value", parseTelegraf, `netflow,version=IPFIX src`},
		{"logstash bad time", parseLogstash, `[{"expected_events":[{"netflow":{"first_switched":"0T"}}]}]`},
		{"tshark bad time", parseTshark, `[{"_source":{"layers":{"cflow":{"pdu 1/1":{"cflow.abstimestart":"?"}}}}}]`},
		{"tshark nested too deep", parseTshark, strings.Repeat("[", 100)},
		{"empty", parseNfdump, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got, err := test.parse(test.text); err == nil {
				t.Errorf("got %v, want an error", got)
			}
		})
	}
}

func TestTotals(t *testing.T) {
	ref, err := parseTotals("Ident: x\nFlows: 3\nFlows_tcp: 1\nPackets: 9\nBytes_icmp: 40\nFirst: 5\n")
	if err != nil {
		t.Fatal(err)
	}
	rows := []flowRecord{sample("protocol=6", "packets=5"), sample("protocol=58", "bytes=40", "packets=3"), sample("packets=2")}
	var c comparison
	e := examiner{}
	e.compareTotals(&c, disagreement{}, &ref, rows)
	if c.fields != 4 || c.equal != 3 || c.byColumn() != "Packets 1" {
		t.Errorf("got %d of %d equal, %s; want 3 of 4, Packets 1", c.equal, c.fields, c.byColumn())
	}
	if _, err := parseTotals("Ident: x\n"); err == nil {
		t.Error("no totals: got no error")
	}
}

func TestReadTreeKeepsMembersOfOneName(t *testing.T) {
	n, err := readTree(json.NewDecoder(strings.NewReader(`{"a":"1","b":{"a":2,"c":[true,null]},"a":"3"}`)))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, leaf := range n.leaves() {
		got = append(got, leaf.name+"="+leaf.text)
	}
	const want = "a=1 a=2 =true = a=3"
	if strings.Join(got, " ") != want {
		t.Errorf("got %q, want %q", strings.Join(got, " "), want)
	}
}

func TestArrange(t *testing.T) {
	const table = "file\tkind\ttruth_files\tderived_truth_files\n" +
		"netflow-raw/x/tpl.dat\tnfv9-raw\tnetflow-raw/x/expected.json\tnetflow-raw/x/nfdump.json\n" +
		"netflow-raw/x/data.dat\tnfv9-raw\tnetflow-raw/x/expected.json\tnetflow-raw/x/nfdump.json;netflow-raw/x/y.nfdump.json\n" +
		"netflow-raw/v5.pcap\tnfv5 datagrams in pcap\t-\tnetflow-raw/v5.tshark-cflow.json.gz;CAPINFOS.tsv\n" +
		"netflow-raw/v5.raw\tnfv5-raw (datagrams one after the other)\t-\tnetflow-raw/v5.tshark-cflow.json.gz\n" +
		"capture/x.pcap\tpcap\t-\t-\n" +
		"nfcapd/a\tnfcapd\t-\t-\n"
	files, err := parseIndex(table)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, trial := range arrange(files) {
		got = append(got, strings.Join(trial.files, "+")+": "+strings.Join(trial.references, "+"))
	}
	want := []string{
		"netflow-raw/x/tpl.dat+netflow-raw/x/data.dat: netflow-raw/x/expected.json+netflow-raw/x/nfdump.json",
		"netflow-raw/x/data.dat: netflow-raw/x/y.nfdump.json",
		"netflow-raw/v5.pcap: netflow-raw/v5.tshark-cflow.json.gz",
		"netflow-raw/v5.raw: netflow-raw/v5.tshark-cflow.json.gz",
		"nfcapd/a: ",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
