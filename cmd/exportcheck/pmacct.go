package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// parsePmacct reads what nfacctd prints as JSON, an object a line: sums over records
// of the same aggregation keys. One of these is the time of arrival, so that there
// is a line for each record. Times are cut to seconds.
func parsePmacct(text string) (reference, error) {
	r := reference{precision: time.Second}
	d := json.NewDecoder(strings.NewReader(text))
	for {
		n, err := readTree(d)
		if err == io.EOF {
			return r, nil
		}
		if err != nil {
			return r, err
		}
		record, err := pmacctRecord(&n, fmt.Sprintf("line %d", len(r.records)+1))
		if err != nil {
			return r, err
		}
		r.records = append(r.records, record)
	}
}

func pmacctRecord(n *node, place string) (flowRecord, error) {
	r := newFlowRecord(place)
	for _, m := range n.leaves() {
		r.other[m.name] = m.text
	}
	for name, column := range map[string]string{
		"packets": "packets", "bytes": "bytes", "iface_in": "in_if", "iface_out": "out_if", "port_src": "src_port", "port_dst": "dst_port",
		"tos": "tos", "mask_src": "src_mask", "mask_dst": "dst_mask",
	} {
		r.setNumber(column, n.value(name))
	}
	custom := n.get("custom_primitives")
	r.setNumber("in_vrf_id", custom.value("vrf_id_ingress"))
	r.setNumber("out_vrf_id", custom.value("vrf_id_egress"))
	r.setAddress("src_ip", n.value("ip_src"))
	r.setAddress("dst_ip", n.value("ip_dst"))
	r.set("protocol", protocolNumber(n.value("ip_proto")))
	r.set("src_mac", n.value("mac_src"))
	r.set("dst_mac", n.value("mac_dst"))
	r.set("in_if_name", n.value("iface_name_in"))
	r.set("out_if_name", n.value("iface_name_out"))
	r.set("in_vrf", n.value("ingress_vrf_name"))
	if n.has("tcp_flags") {
		r.set("tcp_flags", pmacctFlags(n.get("tcp_flags")))
	}
	if n.has("mpls_label_stack") {
		var labels []string
		for _, entry := range n.get("mpls_label_stack").members {
			_, label, _ := strings.Cut(entry.text, "-")
			labels = append(labels, label)
		}
		r.set("mpls_labels", strings.Join(labels, "/"))
	}
	for name, column := range map[string]string{"timestamp_start": "flow_start", "timestamp_end": "flow_end"} {
		if !n.has(name) {
			continue
		}
		t, err := parseSeconds(n.value(name))
		if err != nil {
			return r, fmt.Errorf("cannot read %s of %s: %w", name, place, err)
		}
		r.setTime(column, t)
	}
	return r, nil
}

func pmacctFlags(n *node) string {
	bits := 0
	for _, m := range n.members {
		i := slices.Index([]string{"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECN", "CWR"}, m.text)
		if i < 0 {
			return m.text
		}
		bits |= 1 << i
	}
	return strconv.Itoa(bits)
}
