package nfcapd

import (
	"encoding/json"
	"fmt"
	"math"
	"net"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"

	"netstream/aggregate/flow"
)

// TestCorpusAgainstNfdumpJSON compares every member of nfdump's JSON that has a
// column, over flows of NetFlow 5, 9 and IPFIX with NSEL, NAT, MPLS, VRFs, MAC
// addresses and VLANs.
func TestCorpusAgainstNfdumpJSON(t *testing.T) {
	folder := filepath.Join(corpus(t), "nfdump-1.7.1")
	var want []map[string]any
	if err := json.Unmarshal(unpacked(t, filepath.Join(folder, "mixed.nfdump.json.gz")), &want); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"mixed.none.nfcapd", "mixed.lzo.nfcapd", "mixed.lz4.nfcapd", "mixed.bz2.nfcapd"} {
		t.Run(name, func(t *testing.T) {
			rows, r := readFile(t, filepath.Join(folder, name))
			if tally := r.Tally(); tally.Records.Flow != uint64(len(want)) || tally.Rows != uint64(len(rows)) {
				t.Fatalf("%d flows, nfdump has %d", tally.Records.Flow, len(want))
			}
			next := 0
			for i, w := range want {
				compareJSON(t, fmt.Sprintf("flow %d", i), &rows[next].record, w)
				next++
				if out := w["out_bytes"]; w["event_id"] != nil && out != nil && out != 0.0 {
					compareReverse(t, &rows[next-1].record, &rows[next].record, uint64(out.(float64)))
					next++
				}
				if t.Failed() {
					t.FailNow()
				}
			}
		})
	}
}

// compareReverse compares the second row of an event with its first.
func compareReverse(t *testing.T, first, second *flow.Record, octets uint64) {
	t.Helper()
	port := first.Key.SourcePort
	if isICMP(first.Key.Protocol) { // type and code stay
		port = first.Key.DestinationPort
	}
	if second.Counters.Octets != octets || second.Key.Source != first.Key.Destination ||
		second.Key.DestinationPort != port || second.Export.InIf != first.Export.OutIf {
		t.Errorf("the reverse row is %+v", second)
	}
}

func compareJSON(t *testing.T, name string, r *flow.Record, w map[string]any) {
	t.Helper()
	got := members(r)
	for member, want := range w {
		text := fmt.Sprint(want)
		if number, ok := want.(float64); ok && number == math.Trunc(number) {
			text = fmt.Sprintf("%.0f", number)
		}
		if strings.HasPrefix(member, "mpls_") {
			text, _, _ = strings.Cut(text, "-")
		}
		if member == "direction" && text == "255" { // neither ingress nor egress (61)
			text = "0"
		}
		if strings.HasSuffix(member, "_addr") && text == "0.0.0.0" || text == "::" { // of the IP version that is not used
			continue
		}
		if first := w["first"].(string); member == "last" && text < first { // a negative duration
			text = first
		}
		if strings.HasPrefix(text, "1970-01-01T00:00:00.000") { // nfdump has no time for it
			if r.Export.TimeSource == flow.TimeReceived {
				continue
			}
			text = fmt.Sprint(w["t_event"])
		}
		have, ok := got[member]
		if ok && have != text && !(have == "" && (text == "0" || text == "0.0.0.0" || text == "00:00:00:00:00:00")) {
			t.Errorf("%s: %s is %s, nfdump has %s", name, member, have, text)
		}
	}
}

// members gives what nfdump would say of a row, "" for what is not known.
func members(r *flow.Record) map[string]string {
	e := r.Export
	known := func(field flow.Fields, value any) string {
		if e.Has&field == 0 {
			return ""
		}
		return fmt.Sprint(value)
	}
	address := func(field flow.Fields, a [16]byte) string { return known(field, netip.AddrFrom16(a).Unmap()) }
	stamp := func(at flow.Timestamp) string { return at.Time().Format("2006-01-02T15:04:05.000") }
	m := map[string]string{
		"first": stamp(r.Start), "last": stamp(r.End),
		"in_packets": known(flow.FieldPackets, r.Counters.Packets), "in_bytes": known(flow.FieldOctets, r.Counters.Octets),
		"proto": fmt.Sprint(r.Key.Protocol), "src_tos": fmt.Sprint(r.Key.ClassOfService),
		"tcp_flags": flags(r.TCPFlags), "src_port": fmt.Sprint(r.Key.SourcePort), "dst_port": fmt.Sprint(r.Key.DestinationPort),
		"icmp_type": fmt.Sprint(r.Key.DestinationPort >> 8), "icmp_code": fmt.Sprint(r.Key.DestinationPort & 0xff),
		"input_snmp": known(flow.FieldInIf, e.InIf), "output_snmp": known(flow.FieldOutIf, e.OutIf),
		"src_mask": known(flow.FieldSourceMask, e.SourceMask), "dst_mask": known(flow.FieldDestinationMask, e.DestinationMask),
		"fwd_status": known(flow.FieldForwardingStatus, e.ForwardingStatus), "direction": known(flow.FieldDirection, e.Direction),
		"src_as": known(flow.FieldSourceAS, e.SourceAS), "dst_as": known(flow.FieldDestinationAS, e.DestinationAS),
		"ip4_next_hop": address(flow.FieldNextHop, e.NextHop), "bgp4_next_hop": address(flow.FieldBGPNextHop, e.BGPNextHop),
		"ingress_vrf": known(flow.FieldIngressVRF, e.IngressVRF), "egress_vrf": known(flow.FieldEgressVRF, e.EgressVRF),
		"src4_xlt_ip": address(flow.FieldNATSource, e.NATSource), "dst4_xlt_ip": address(flow.FieldNATDestination, e.NATDestination),
		"src_xlt_port": known(flow.FieldNATSourcePort, e.NATSourcePort), "dst_xlt_port": known(flow.FieldNATDestinationPort, e.NATDestinationPort),
		"event_id":   known(flow.FieldFirewallEvent, e.FirewallEvent),
		"in_src_mac": known(flow.FieldSourceMAC, net.HardwareAddr(r.SourceMAC[:])),
		"in_dst_mac": known(flow.FieldDestinationMAC, net.HardwareAddr(r.DestinationMAC[:])),
		"src_vlan":   fmt.Sprint(r.VLAN), "aggr_flows": known(flow.FieldFlows, e.Flows),
	}
	if r.Key.Version == 4 {
		m["src4_addr"], m["dst4_addr"] = r.Key.SourceAddr().String(), r.Key.DestinationAddr().String()
	} else {
		m["src6_addr"], m["dst6_addr"] = r.Key.SourceAddr().String(), r.Key.DestinationAddr().String()
	}
	for i := range flow.MaxLabels {
		m[fmt.Sprintf("mpls_%d", i+1)] = fmt.Sprint(e.Labels[i])
	}
	return m
}
