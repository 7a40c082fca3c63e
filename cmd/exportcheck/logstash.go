package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// parseLogstash reads the events that the tests of logstash's netflow codec quote:
// an array of contexts, each with some of the events it expects. Field names are
// those of NetFlow version 9 or of IPFIX, as the record has them.
func parseLogstash(text string) (reference, error) {
	r := reference{precision: time.Millisecond, partial: true}
	document, err := readTree(json.NewDecoder(strings.NewReader(text)))
	if err != nil {
		return r, err
	}
	for i := range document.members {
		context := &document.members[i]
		for j, event := range context.get("expected_events").members {
			record, isFlow, err := logstashRecord(event.get("netflow"), fmt.Sprintf("%s, event %d", context.value("context"), j+1))
			if err != nil {
				return r, err
			}
			if isFlow {
				r.records = append(r.records, record)
			}
		}
	}
	return r, nil
}

// logstashRecord reads an event; those without protocol and counters are records of
// options.
func logstashRecord(n *node, place string) (r flowRecord, isFlow bool, err error) {
	r = newFlowRecord(place)
	for _, m := range n.leaves() {
		r.other[m.name] = m.text
	}
	for column, names := range logstashNames() {
		for _, name := range names {
			text := n.value(name)
			if strings.HasSuffix(column, "_ip") || strings.HasSuffix(column, "_hop") {
				r.setAddress(column, either(r.cells[column], text))
			} else if r.cells[column] == "" {
				r.setNumber(column, text)
			}
		}
	}
	r.setDirection(n.value("direction") + n.value("flowDirection"))
	for column, names := range map[string][3]string{
		"flow_start": {"first_switched", "flowStartMilliseconds", "flow_start_msec"},
		"flow_end":   {"last_switched", "flowEndMilliseconds"},
	} {
		for _, name := range names {
			text := n.value(name)
			if text == "" || !strings.Contains(text, "T") {
				continue
			}
			t, err := time.Parse(time.RFC3339Nano, text)
			if err != nil {
				return r, false, fmt.Errorf("cannot read %s of %s: %w", name, place, err)
			}
			r.setTime(column, t)
		}
	}
	if kind := n.value("icmp_type"); kind != "" && isICMP(r.cells["protocol"]) {
		r.set("src_port", "0")
		r.set("dst_port", icmpPort(kind, n.value("icmp_code")))
	}
	return r, r.cells["protocol"] != "" && r.cells["src_ip"] != "", nil
}

// logstashNames gives the field names for each column, those of NetFlow version 9
// and of IPFIX.
func logstashNames() map[string][]string {
	return map[string][]string{
		"src_ip":       {"ipv4_src_addr", "sourceIPv4Address", "sourceIPv6Address"},
		"dst_ip":       {"ipv4_dst_addr", "destinationIPv4Address", "destinationIPv6Address"},
		"src_port":     {"l4_src_port", "sourceTransportPort"},
		"dst_port":     {"l4_dst_port", "destinationTransportPort"},
		"protocol":     {"protocol", "protocolIdentifier"},
		"tos":          {"src_tos", "ipClassOfService"},
		"packets":      {"in_pkts", "packetDeltaCount", "packetTotalCount"},
		"bytes":        {"in_bytes", "octetDeltaCount", "octetTotalCount", "in_permanent_bytes"},
		"tcp_flags":    {"tcp_flags", "tcpControlBits"},
		"in_if":        {"input_snmp", "ingressInterface"},
		"out_if":       {"output_snmp", "egressInterface"},
		"src_mask":     {"src_mask"},
		"dst_mask":     {"dst_mask"},
		"src_as":       {"src_as", "bgpSourceAsNumber"},
		"dst_as":       {"dst_as", "bgpDestinationAsNumber"},
		"flows":        {"flows"},
		"vlan_id":      {"src_vlan", "vlanId"},
		"src_mac":      {"in_src_mac", "sourceMacAddress", "out_src_mac"},
		"dst_mac":      {"in_dst_mac", "out_dst_mac"},
		"next_hop":     {"ipv4_next_hop", "ipNextHopIPv4Address", "ipNextHopIPv6Address"},
		"bgp_next_hop": {"bgp_ipv4_next_hop"},
		"nat_src_ip":   {"xlate_src_addr_ipv4", "postNATSourceIPv4Address"},
		"nat_dst_ip":   {"xlate_dst_addr_ipv4", "postNATDestinationIPv4Address"},
		"nat_src_port": {"xlate_src_port"}, "nat_dst_port": {"xlate_dst_port"},
		"firewall_event": {"fw_event", "firewallEvent"},
		"in_vrf_id":      {"ingressVRFID"}, "out_vrf_id": {"egressVRFID"},
		"end_reason_code": {"flowEndReason"},
		"max_ttl":         {"maximumTTL"},
	}
}
