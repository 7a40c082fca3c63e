package main

import (
	"fmt"
	"net/netip"

	"netstream/aggregate/flow"
	"netstream/reader/netflow/netflowtest"
	"netstream/reader/nfcapd/nfcapdtest"
)

// templateFiles are files of version 9 and IPFIX.
func templateFiles() map[string]*messageFile {
	named := netflowtest.IPv4(ipv4ID)
	named.Fields = append(named.Fields, netflowtest.Field{Number: 48, Length: 1, Octets: []byte{7}})
	selected := netflowtest.IPv4Milliseconds(ipv4ID)
	selected.Fields = append(selected.Fields, netflowtest.Field{Number: 302, Length: 4, Octets: number(3, 4)}, netflowtest.Field{Number: 95, Length: 4})
	uptime := netflowtest.Template{ID: ipv4ID, Fields: netflowtest.Fields(8, 4, 12, 4, 2, 8, 1, 8, 22, 4, 21, 4)}
	totals := netflowtest.Template{ID: ipv4ID, Fields: netflowtest.Fields(8, 4, 12, 4, 7, 2, 11, 2, 4, 1, 86, 8, 85, 8, 152, 8, 153, 8, 136, 1)}
	applications := netflowtest.Options{ID: innerID, Scopes: 1, Fields: netflowtest.Fields(95, 4, 96, 24, 94, 55)}

	both := *biflow()
	both.Fields = append(netflowtest.Tunnel(ipv4ID).Fields, both.Fields...)
	late := exporter(9).export(&named, traffic(6, 4))
	late.options(netflowtest.Samplers(optionsID, 1), [][]byte{number(0, 4), {7}, {2}, number(64, 4)}).defined(named, traffic(6, 4))
	withdrawn := exporter(10).defined(selected, traffic(8, 4)).send(netflowtest.Withdrawal(false, ipv4ID)).send(netflowtest.Withdrawal(true, 3))
	return map[string]*messageFile{
		"version 9, IPv4": exporter(9).options(netflowtest.InterfaceNames(optionsID, 9), interfaceRow(1), interfaceRow(2)).
			defined(netflowtest.IPv4(ipv4ID), traffic(20, 4)),
		"version 9, IPv6": exporter(9).options(netflowtest.DomainSampling(optionsID), [][]byte{number(0, 4), number(500, 4), {1}}).
			defined(netflowtest.IPv6(ipv6ID), traffic(20, 6)),
		"version 9, egress":  exporter(9).defined(netflowtest.Egress(ipv4ID), traffic(12, 4)),
		"version 9, late":    late,
		"IPFIX, IPv6":        exporter(10).defined(netflowtest.IPv6Milliseconds(ipv6ID), traffic(20, 6)),
		"IPFIX, withdrawal":  withdrawn.defined(netflowtest.IPv6Milliseconds(ipv6ID), traffic(6, 6)),
		"IPFIX, tunnel":      exporter(10).defined(netflowtest.Tunnel(ipv4ID), traffic(12, 4)),
		"IPFIX, biflow":      exporter(10).defined(netflowtest.Biflow(ipv4ID), traffic(1, 4)).export(biflow(), traffic(16, 4)),
		"IPFIX, both":        exporter(10).defined(both, traffic(1, 4)).export(&both, traffic(16, 4)),
		"IPFIX, NetStream":   exporter(10).defined(netflowtest.NetStream(ipv4ID), traffic(12, 4)),
		"IPFIX, totals":      exporter(10).defined(totals, traffic(6, 4)).defined(totals, longer(traffic(6, 4))),
		"IPFIX, lists":       exporter(10).send().defined(structured(), traffic(12, 4)),
		"IPFIX, boot time":   exporter(10).options(netflowtest.BootTime(optionsID), [][]byte{number(0x0102, 4), number(uint64(booted/1e6), 8)}).defined(uptime, traffic(12, 4)),
		"IPFIX, selector":    exporter(10).options(netflowtest.Selectors(optionsID), [][]byte{number(3, 4), number(3, 2), number(1, 4), number(1, 4), number(256, 4)}).defined(selected, traffic(12, 4)),
		"IPFIX, application": exporter(10).options(applications, [][]byte{{13, 0, 0, 100}, netflowtest.Text("https", 24), netflowtest.Text("web", 55)}).defined(selected, traffic(12, 4)),
	}
}

func biflow() *netflowtest.Template {
	t := netflowtest.Biflow(ipv4ID)
	return &t
}

// longer has flows go on and their running totals grow.
func longer(records []flow.Record) []flow.Record {
	for i := range records {
		records[i].End += 60 * second
		records[i].Counters.Packets *= 3
		records[i].Counters.Octets *= 3
	}
	return records
}

// structured is a template with fields of variable length and of structured data
// (RFC 6313).
func structured() netflowtest.Template {
	list := func(element uint16, value []byte) netflowtest.Field {
		return netflowtest.Field{Number: element, Length: netflowtest.Variable, Octets: value, LongLength: element == 236}
	}
	record := []byte{192, 0, 2, 1, 0, 5}
	t := netflowtest.IPv4Milliseconds(ipv4ID)
	t.Fields = append(t.Fields,
		list(96, []byte("https")), list(94, []byte{}), list(236, []byte("red")), list(460, make([]byte, 300)),
		list(291, netflowtest.BasicList(4, 82, netflowtest.Variable, []byte("eth0"), []byte("eth1"))),
		list(484, netflowtest.BasicList(0, 483, 4, number(64496<<16|1, 4))),
		list(292, netflowtest.SubTemplateList(1, innerID, record, record)),
		list(293, netflowtest.SubTemplateMultiList(4, netflowtest.SubTemplates{Template: innerID, Records: [][]byte{record}})))
	return t
}

// addNfcapd adds nfcapd files of both layouts and all compressions.
func addNfcapd(files map[string][]byte) error {
	points, names := flow.NewPoints(), flow.NewNames()
	point, err := points.Number(flow.Point{Exported: true, Exporter: netip.MustParseAddr("192.0.2.254"), Domain: 7})
	if err != nil {
		return fmt.Errorf("cannot build nfcapd files: %w", err)
	}
	records := append(traffic(16, 4), traffic(8, 6)...)
	for i := range records {
		r := &records[i]
		r.Key.Point = point
		r.Export.Has = flow.FieldPackets | flow.FieldOctets | flow.FieldInIf | flow.FieldOutIf | flow.FieldSourceAS |
			flow.FieldDestinationAS | flow.FieldSourceMask | flow.FieldDestinationMask | flow.FieldNextHop
	}
	for _, compression := range []nfcapdtest.Compression{nfcapdtest.None, nfcapdtest.LZO, nfcapdtest.LZ4, nfcapdtest.Zstd} {
		for layout := 1; layout <= 2; layout++ {
			if layout == 1 && compression == nfcapdtest.Zstd {
				continue
			}
			files[fmt.Sprintf("nfcapd, layout %d, compression %d", layout, compression)] = nfcapdtest.File(records, nfcapdtest.Options{
				Layout1: layout == 1, Compression: compression, Points: points, Names: names, BlockRecords: 3, Repeat: layout == 2})
		}
	}
	return nil
}
