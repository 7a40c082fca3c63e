package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// parseNfdump reads flow records as `nfdump -o json` writes them: one array, times
// without a zone, here UTC.
func parseNfdump(text string) (reference, error) {
	r := reference{precision: time.Millisecond}
	document, err := readTree(json.NewDecoder(strings.NewReader(text)))
	if err != nil {
		return r, err
	}
	for i := range document.members {
		record, err := nfdumpRecord(&document.members[i], fmt.Sprintf("record %d", i+1))
		if err != nil {
			return r, err
		}
		r.records = append(r.records, record)
		if reverse, ok := nfdumpReverse(&record); ok {
			r.records = append(r.records, reverse)
		}
	}
	return r, nil
}

// nfdumpReverse gives the flow in the other direction, of a record that has counters
// of it. Only key, interfaces and counters are compared of it.
func nfdumpReverse(r *flowRecord) (flowRecord, bool) {
	packets, octets := r.other["out_packets"], r.other["out_bytes"]
	if strings.Trim(packets+octets, "0") == "" {
		return flowRecord{}, false
	}
	reversed := r.reversed()
	reversed.setNumber("packets", packets)
	reversed.setNumber("bytes", octets)
	return reversed, true
}

func nfdumpRecord(n *node, place string) (flowRecord, error) {
	r := newFlowRecord(place)
	for _, m := range n.members {
		r.other[m.name] = m.text
	}
	for name, column := range map[string]string{
		"in_packets": "packets", "in_bytes": "bytes", "proto": "protocol", "src_tos": "tos", "src_port": "src_port",
		"dst_port": "dst_port", "input_snmp": "in_if", "output_snmp": "out_if", "src_mask": "src_mask", "dst_mask": "dst_mask",
		"fwd_status": "forwarding_status", "src_as": "src_as", "dst_as": "dst_as", "src_vlan": "vlan_id",
		"ingress_vrf": "in_vrf_id", "egress_vrf": "out_vrf_id", "src_xlt_port": "nat_src_port", "dst_xlt_port": "nat_dst_port",
		"aggr_flows": "flows",
	} {
		r.setNumber(column, n.value(name))
	}
	// A record of nfdump has both kinds of addresses where its template has: the
	// one of all zeros is not in use.
	for column, names := range map[string][2]string{
		"src_ip": {"src4_addr", "src6_addr"}, "dst_ip": {"dst4_addr", "dst6_addr"}, "next_hop": {"ip4_next_hop", "ip6_next_hop"},
		"bgp_next_hop": {"bgp4_next_hop", "bgp6_next_hop"}, "nat_src_ip": {"src4_xlt_ip", "src6_xlt_ip"}, "nat_dst_ip": {"dst4_xlt_ip", "dst6_xlt_ip"},
	} {
		r.setAddress(column, either(n.value(names[0]), n.value(names[1])))
	}
	for column, names := range map[string][2]string{
		"src_mac": {"in_src_mac", "out_src_mac"}, "dst_mac": {"in_dst_mac", "out_dst_mac"},
	} {
		r.set(column, either(n.value(names[0]), n.value(names[1])))
	}
	r.set("tcp_flags", tcpFlags(n.value("tcp_flags")))
	r.setDirection(n.value("direction"))
	if n.has("icmp_type") {
		r.set("src_port", "0")
		r.set("dst_port", icmpPort(n.value("icmp_type"), n.value("icmp_code")))
	}
	r.set("mpls_labels", nfdumpLabels(n))
	return r, nfdumpTimes(&r, n)
}

func nfdumpTimes(r *flowRecord, n *node) error {
	start, end := n.value("first"), n.value("last")
	if n.value("type") == "EVENT" && strings.HasPrefix(start, "1970-") {
		start, end = n.value("t_event"), n.value("t_event") // an event has no other time
	}
	for column, text := range map[string]string{"flow_start": start, "flow_end": end} {
		if text == "" {
			continue // a record without times
		}
		t, err := time.Parse("2006-01-02T15:04:05.000", text)
		if err != nil {
			return fmt.Errorf("cannot read a time of %s: %w", r.place, err)
		}
		r.setTime(column, t)
	}
	return nil
}

// nfdumpLabels gives the labels of mpls_1 to mpls_10, each label-EXP-bottom of
// stack, from the top to the first entry of zeros.
func nfdumpLabels(n *node) string {
	var labels []string
	for i := 1; i <= 10; i++ {
		entry := n.value("mpls_" + strconv.Itoa(i))
		if entry == "" || entry == "0-0-0" && i > 1 {
			break
		}
		label, _, _ := strings.Cut(entry, "-")
		labels = append(labels, label)
	}
	return strings.Join(labels, "/")
}

// either gives the second text if the first is missing or is an address of zeros
// only, and there is a second one.
func either(first, second string) string {
	if second != "" && (first == "" || isZeroAddress(first)) {
		return second
	}
	return first
}

// isZeroAddress tells whether a text is an IP or MAC address of zeros only.
func isZeroAddress(text string) bool { return text != "" && strings.Trim(text, "0.:") == "" }

// parseNfdumpCSV reads flow records of the columns that the header names, of
// `nfdump -o fmt:...` with commas between them.
func parseNfdumpCSV(text string) (reference, error) {
	r := reference{precision: time.Millisecond}
	rows := csv.NewReader(strings.NewReader(text))
	header, err := rows.Read()
	if err != nil {
		return r, err
	}
	for {
		cells, err := rows.Read()
		if err == io.EOF {
			return r, nil
		}
		if err != nil {
			return r, err
		}
		record, err := nfdumpRow(header, cells, fmt.Sprintf("record %d", len(r.records)+1))
		if err != nil {
			return r, err
		}
		r.records = append(r.records, record)
	}
}

func nfdumpRow(header, cells []string, place string) (flowRecord, error) {
	r := newFlowRecord(place)
	for i, name := range header {
		cell := cells[i]
		r.other[name] = cell
		switch name {
		case "src", "dst":
			r.setAddress(name+"_ip", cell)
		case "next_hop", "bgp_next_hop":
			r.setAddress(name, cell)
		case "proto":
			r.setNumber("protocol", cell)
		case "sport", "dport":
			kind, code, icmp := strings.Cut(cell, ".")
			if icmp {
				cell = icmpPort(kind, code)
			}
			r.setNumber(map[string]string{"sport": "src_port", "dport": "dst_port"}[name], cell)
		case "tcp_flags":
			r.set(name, tcpFlags(cell))
		case "src_vlan":
			r.setNumber("vlan_id", cell)
		case "first", "last":
			t, err := parseSeconds(cell)
			if err != nil {
				return r, fmt.Errorf("cannot read a time of %s: %w", place, err)
			}
			r.setTime(map[string]string{"first": "flow_start", "last": "flow_end"}[name], t)
		case "dst_vlan":
		default:
			r.setNumber(name, cell)
		}
	}
	return r, nil
}

// parseSeconds reads seconds since the Unix epoch with up to nine decimals.
func parseSeconds(text string) (time.Time, error) {
	whole, decimals, _ := strings.Cut(text, ".")
	seconds, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || len(decimals) > 9 {
		return time.Time{}, fmt.Errorf("cannot read %q as seconds", text)
	}
	nanoseconds, err := strconv.ParseInt((decimals + "000000000")[:9], 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("cannot read %q as seconds", text)
	}
	return time.Unix(seconds, nanoseconds), nil
}

// parseNanoseconds reads nanoseconds since the Unix epoch.
func parseNanoseconds(text string) (time.Time, error) {
	nanoseconds, err := strconv.ParseInt(text, 10, 64)
	return time.Unix(0, nanoseconds), err
}
