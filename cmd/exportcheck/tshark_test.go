package main

import "testing"

// tsharkSample has a message of version 5, and one of IPFIX with options, a biflow
// and an uptime in front of its options template, in the shape in which tshark
// prints them.
const tsharkSample = `[{"_source":{"layers":{"frame":{"frame.number":"1"},"ip":{"ip.src":"192.0.2.1"},"cflow":{
	"cflow.version":"9","cflow.sysuptime":"5.000000000","cflow.timestamp_tree":{"cflow.unix_secs":"1666350481","cflow.unix_nsecs":"316000000"},
	"cflow.source_id":"7","cflow.count":"3",
	"FlowSet 1 [id=257] (1 flows)":{"cflow.flowset_id":"257","Flow 1":{"cflow.flowsexp":"1"}},
	"FlowSet 2 [id=0] (Options Template): 257":{"Options Template (Id = 257)":{"cflow.template_id":"257"}},
	"FlowSet 3 [id=256] (1 flows)":{"cflow.flowset_id":"256","Flow 1":{
		"cflow.timedelta_tree":{"cflow.timestart":"2.344000000","cflow.timeend":"5.000000000"},
		"cflow.srcaddr":"10.0.0.1","cflow.dstaddr":"0.0.0.0","cflow.dstaddrv6":"::2","cflow.protocol":"58","cflow.srcport":"0",
		"cflow.icmp_type_code_ipv6":"0x8000","Forwarding Status":{"cflow.forwarding_status":"1","cflow.forwarding_status_forward_code":"2"},
		"cflow.packets":"2","cflow.octets":"80","cflow.packets":"1","cflow.octets":"40","cflow.tcpflags":"0x0010",
		"cflow.appl_id.classification_engine_id":"13","cflow.appl_id.selector_id":"00:02:26",
		"MPLS 1":{"cflow.mpls_label":"5","cflow.mpls_exp":"0","cflow.mpls_bos":"1"},"MPLS 2":{"cflow.mpls_label":"0","cflow.mpls_exp":"0","cflow.mpls_bos":"0"}}}
	},"cflow":{"cflow.version":"5","cflow.samplerate":"100","cflow.sysuptime":"1.000000000","cflow.timestamp_tree":{"cflow.unix_secs":"0"},
		"pdu 1/1":{"cflow.timedelta_tree":{"cflow.timestart":"1.000000000"},"cflow.srcmask":"24"}}}}}]`

func TestParseTshark(t *testing.T) {
	got, err := parseTshark(tsharkSample)
	if err != nil {
		t.Fatal(err)
	}
	if want := (recordCounts{known: true, messages: 2, flow: 2, options: 1, headerCounts: true}); got.counts != want {
		t.Errorf("counts: got %v, want %v", got.counts, want)
	}
	expectRecords(t, got.records, []map[string]string{
		{"observation_domain": "7", "exporter_ip": "192.0.2.1", "flow_start": firstTime, "flow_end": lastTime, "src_ip": "10.0.0.1", "dst_ip": "::2",
			"protocol": "58", "src_port": "0", "dst_port": "32768", "forwarding_status": "66", "packets": "2", "bytes": "80", "tcp_flags": "16",
			"app_id": "13:550", "mpls_labels": "5"},
		{"src_ip": "::2", "dst_ip": "10.0.0.1", "src_port": "0", "dst_port": "32768", "protocol": "58", "packets": "1", "bytes": "40"},
		{"exporter_ip": "192.0.2.1", "flow_start": "0", "src_mask": "24", "sampling_rate": "100"},
	})
}

func TestParseTsharkUptimeOfIPFIX(t *testing.T) {
	got, err := parseTshark(`[{"_source":{"layers":{"cflow":{"cflow.version":"10","cflow.od_id":"3","cflow.timestamp_tree":{"cflow.exporttime":"1666350482"},
		"Set 1 [id=256] (1 flows)":{"cflow.flowset_id":"256","Flow 1":{"cflow.timestart":"2.344000000","cflow.timeend":"5.000000000"}},
		"Set 2 [id=3] (Options Template): 257":{"Options Template (Id = 257)":{"cflow.template_id":"257"}},
		"Set 3 [id=257] (1 flows)":{"cflow.flowset_id":"257","Flow 1":{"cflow.sys_init_time":"Oct 21, 2022 11:07:56.316000000 UTC"}}}}}}]`)
	if err != nil {
		t.Fatal(err)
	}
	if want := (recordCounts{known: true, messages: 1, flow: 1, options: 1, headerCounts: true}); got.counts != want {
		t.Errorf("counts: got %v, want %v", got.counts, want)
	}
	expectRecords(t, got.records, []map[string]string{{"observation_domain": "3", "flow_start": firstTime, "flow_end": lastTime}})
}

func TestUptimeInstant(t *testing.T) {
	tests := []struct {
		name          string
		header, stamp int64
		want          int64 // milliseconds against the header's clock
	}{
		{"same", 5, 5, 0},
		{"before", 5000, 2000, -3000},
		{"wrapped", 1000, 1<<32 - 1000, -2000},
		{"ahead", 1000, 2000, 1000},
		{"100 s ahead", 0, 100_000, -(1<<32 - 100_000)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			export, err := parseSeconds("1666350478.660")
			if err != nil {
				t.Fatal(err)
			}
			if got := uptimeInstant(export, test.header, test.stamp).Sub(export).Milliseconds(); got != test.want {
				t.Errorf("got %d, want %d", got, test.want)
			}
		})
	}
}
