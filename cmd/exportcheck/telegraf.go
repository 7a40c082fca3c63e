package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// parseTelegraf reads the flow records of telegraf's tests, in the line protocol of
// InfluxDB: `netflow,tag=value,... field=value,... timestamp`.
func parseTelegraf(text string) (reference, error) {
	r := reference{precision: time.Millisecond}
	for number, line := range strings.Split(text, "\n") {
		if !strings.HasPrefix(line, "netflow,") {
			continue // records of options have another name
		}
		record, err := telegrafRecord(line, fmt.Sprintf("line %d", number+1))
		if err != nil {
			return r, err
		}
		r.records = append(r.records, record)
		if reverse, ok := telegrafReverse(&record); ok {
			r.records = append(r.records, reverse)
		}
	}
	return r, nil
}

func telegrafRecord(line, place string) (flowRecord, error) {
	r := newFlowRecord(place)
	_, fields, _ := strings.Cut(line, " ")
	for fields != "" && fields[0] != ' ' {
		name, rest, ok := strings.Cut(fields, "=")
		if !ok {
			return r, fmt.Errorf("cannot read a field of %s: got no value", place)
		}
		value, rest, err := telegrafValue(rest)
		if err != nil {
			return r, fmt.Errorf("cannot read %s of %s: %w", name, place, err)
		}
		r.other[name] = value
		fields = strings.TrimPrefix(rest, ",")
	}
	for column, names := range map[string][2]string{
		"packets": {"in_packets", "in_total_packets"}, "bytes": {"in_bytes", "in_total_bytes"}, "src_port": {"src_port"},
		"dst_port": {"dst_port"}, "in_if": {"in_snmp"}, "out_if": {"out_snmp"}, "src_as": {"bgp_src_as"}, "dst_as": {"bgp_dst_as"},
		"src_mask": {"src_mask"}, "dst_mask": {"dst_mask"}, "tos": {"src_tos"}, "vlan_id": {"vlan_src"},
	} {
		r.setNumber(column, r.other[names[0]])
		if r.cells[column] == "" {
			r.setNumber(column, r.other[names[1]])
		}
	}
	r.setAddress("src_ip", r.other["src"])
	r.setAddress("dst_ip", r.other["dst"])
	r.setAddress("next_hop", r.other["next_hop"])
	r.set("protocol", protocolNumber(r.other["protocol"]))
	r.set("tcp_flags", tcpFlags(r.other["tcp_flags"]))
	r.set("end_reason_code", telegrafEndReason(r.other["flow_end_reason"]))
	for name, column := range map[string]string{"flow_start_ms": "flow_start", "flow_end_ms": "flow_end"} {
		if milliseconds, err := strconv.ParseInt(r.other[name], 10, 64); err == nil {
			r.setTime(column, time.UnixMilli(milliseconds))
		}
	}
	return r, nil
}

// telegrafValue reads a value at the front of a text: a string in quotes, or a
// number whose type follows as a letter.
func telegrafValue(text string) (value, rest string, err error) {
	if !strings.HasPrefix(text, `"`) {
		end := strings.IndexAny(text, ", ")
		if end < 0 {
			end = len(text)
		}
		return strings.TrimRight(text[:end], "ui"), text[end:], nil
	}
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '"':
			return b.String(), text[i+1:], nil
		case text[i] == '\\' && i+1 < len(text):
			i++
		}
		b.WriteByte(text[i])
	}
	return "", "", fmt.Errorf("cannot read a string: got no closing quote")
}

// telegrafEndReason gives the number of flowEndReason (136) that telegraf names.
func telegrafEndReason(name string) string {
	switch name {
	case "idle timeout":
		return "1"
	case "active timeout":
		return "2"
	case "end of flow":
		return "3"
	case "forced end":
		return "4"
	case "lack of resources":
		return "5"
	}
	return ""
}

// telegrafReverse gives the flow in the other direction of a biflow record: telegraf
// shows elements of enterprise 29305 (RFC 5103) by number.
func telegrafReverse(r *flowRecord) (flowRecord, bool) {
	reversed := r.reversed()
	found := false
	for name, column := range map[string]string{"type_29305_86": "packets", "type_29305_85": "bytes"} {
		if v, err := strconv.ParseUint(r.other[name], 0, 64); err == nil && v > 0 {
			reversed.set(column, strconv.FormatUint(v, 10))
			found = true
		}
	}
	return reversed, found
}
