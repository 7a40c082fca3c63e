package main

import (
	"strconv"
	"strings"
)

// tsharkFields are the fields of a record as tshark names them, all values of a
// name in their order.
type tsharkFields map[string][]string

// first gives the first value of the first of the names that has one.
func (f tsharkFields) first(names ...string) string {
	for _, name := range names {
		if texts := f[name]; len(texts) > 0 {
			return texts[0]
		}
	}
	return ""
}

// fill notes what tshark shows of a record, by the rules of docs/exports.md.
func (f tsharkFields) fill(r *flowRecord) {
	for column, names := range map[string][]string{
		"packets":  {"cflow.packets", "cflow.permanent_packets", "cflow.initiator_packets"},
		"bytes":    {"cflow.octets", "cflow.permanent_octets", "cflow.initiator_octets"},
		"protocol": {"cflow.protocol"}, "tos": {"cflow.tos"}, "in_if": {"cflow.inputint"}, "out_if": {"cflow.outputint"},
		"src_as": {"cflow.srcas"}, "dst_as": {"cflow.dstas"}, "flows": {"cflow.flows"}, "tcp_flags": {"cflow.tcpflags"},
		"src_port": {"cflow.srcport"}, "dst_port": {"cflow.dstport"}, "vlan_id": {"cflow.vlanid", "cflow.dot1q_vlan_id"},
		"in_vrf_id": {"cflow.ingress_vrfid"}, "out_vrf_id": {"cflow.egress_vrfid"}, "min_ip_len": {"cflow.length_min"}, "max_ip_len": {"cflow.length_max"},
		"nat_src_port": {"cflow.post_naptsource_transport_port"}, "nat_dst_port": {"cflow.post_naptdestination_transport_port"},
		"firewall_event": {"cflow.firewall_event"}, "nat_event": {"cflow.nat_event"}, "inner_vlan_id": {"cflow.dot1q_customer_vlan_id"},
		"min_ttl": {"cflow.ttl_min", "cflow.ip_ttl"}, "max_ttl": {"cflow.ttl_max", "cflow.ip_ttl"}, "end_reason_code": {"cflow.flow_end_reason"},
	} {
		r.setNumber(column, f.first(names...))
	}
	r.setDirection(f.first("cflow.direction"))
	r.set("src_mac", f.first("cflow.srcmac", "cflow.post_srcmac"))
	r.set("dst_mac", f.first("cflow.dstmac", "cflow.post_dstmac"))
	for column, names := range map[string][]string{
		"next_hop": {"cflow.nexthop", "cflow.nexthopv6"}, "bgp_next_hop": {"cflow.bgpnexthop", "cflow.bgpnexthopv6"},
		"nat_src_ip": {"cflow.post_natsource_ipv4_address"}, "nat_dst_ip": {"cflow.post_natdestination_ipv4_address"},
		"src_ip": {"cflow.srcaddr", "cflow.srcaddrv6", "cflow.srcnet", "cflow.srcnetv6"},
		"dst_ip": {"cflow.dstaddr", "cflow.dstaddrv6", "cflow.dstnet", "cflow.dstnetv6"},
	} {
		text := ""
		for _, name := range names {
			if text = either(text, f.first(name)); text != "" && !isZeroAddress(text) {
				break
			}
		}
		r.setAddress(column, text)
	}
	six := strings.Contains(r.cells["src_ip"], ":")
	if six {
		r.setNumber("src_mask", f.first("cflow.srcmaskv6", "cflow.srcmask"))
		r.setNumber("dst_mask", f.first("cflow.dstmaskv6", "cflow.dstmask"))
	} else {
		r.setNumber("src_mask", f.first("cflow.srcmask", "cflow.srcmaskv6"))
		r.setNumber("dst_mask", f.first("cflow.dstmask", "cflow.dstmaskv6"))
	}
	r.set("forwarding_status", f.forwardingStatus())
	r.set("app_id", f.application())
	r.set("mpls_labels", f.labels())
	f.fillICMP(r)
}

// fillICMP gives ICMP's type and code the place of the ports.
func (f tsharkFields) fillICMP(r *flowRecord) {
	port := ""
	if both := f.first("cflow.icmp_type_code_ipv4", "cflow.icmp_type_code_ipv6"); both != "" {
		if v, err := strconv.ParseUint(both, 0, 16); err == nil {
			port = strconv.FormatUint(v, 10)
		}
	} else if kind := f.first("cflow.icmp_ipv4_type", "cflow.icmp_ipv6_type"); kind != "" {
		port = icmpPort(kind, f.first("cflow.icmp_ipv4_code", "cflow.icmp_ipv6_code"))
	}
	if isICMP(r.cells["protocol"]) && port != "" {
		r.set("src_port", "0")
		r.set("dst_port", port)
	}
}

// forwardingStatus puts the octet of forwardingStatus (89) together: two bits of
// status and six of a code, or the status alone in exports with another width.
func (f tsharkFields) forwardingStatus() string {
	status, err := strconv.Atoi(f.first("cflow.forwarding_status"))
	if err != nil {
		return ""
	}
	for _, kind := range [...]string{"unknown", "forward", "drop", "consume"} {
		if code, err := strconv.Atoi(f.first("cflow.forwarding_status_" + kind + "_code")); err == nil {
			return strconv.Itoa(status<<6 | code)
		}
	}
	return ""
}

// application gives applicationId (95) as engine:selector.
func (f tsharkFields) application() string {
	engine, selector := f.first("cflow.appl_id.classification_engine_id"), f.first("cflow.appl_id.selector_id")
	if v, err := strconv.ParseUint(strings.ReplaceAll(selector, ":", ""), 16, 64); err == nil && engine != "" {
		return engine + ":" + strconv.FormatUint(v, 10)
	}
	return ""
}

// labels gives the MPLS labels from the top to the first entry of zeros.
func (f tsharkFields) labels() string {
	var labels []string
	for i, label := range f["cflow.mpls_label"] {
		at := func(name string) string {
			if texts := f[name]; i < len(texts) {
				return texts[i]
			}
			return ""
		}
		if i > 0 && label == "0" && at("cflow.mpls_exp") == "0" && at("cflow.mpls_bos") == "0" {
			break
		}
		labels = append(labels, label)
	}
	return strings.Join(labels, "/")
}

// reverse gives the flow in the other direction of a biflow record, of which tshark
// shows the counters as second values of the same names. Only key, interfaces and
// counters are compared of it.
func (f tsharkFields) reverse(r *flowRecord) (flowRecord, bool) {
	second := func(name string) string {
		if texts := f[name]; len(texts) > 1 {
			return texts[1]
		}
		return ""
	}
	packets, octets := second("cflow.packets"), second("cflow.octets")
	if packets == "" {
		packets = second("cflow.permanent_packets") + f.first("cflow.responder_packets")
	}
	if octets == "" {
		octets = second("cflow.permanent_octets") + f.first("cflow.responder_octets")
	}
	if strings.Trim(packets+octets, "0") == "" {
		return flowRecord{}, false
	}
	reversed := r.reversed()
	reversed.setNumber("packets", packets)
	reversed.setNumber("bytes", octets)
	return reversed, true
}
