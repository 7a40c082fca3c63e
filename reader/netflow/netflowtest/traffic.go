package netflowtest

import (
	"encoding/binary"
	"net/netip"

	"netstream/aggregate/flow"
)

// Traffic gives a number of flow records of an IP version, the same ones for the same
// arguments. The i-th of them, from 0, starts i seconds after first; addresses are
// from the ranges for documentation (RFC 5737, RFC 3849), times are whole
// milliseconds and counters fit into 32 bits, so that all formats can tell them.
// Every member has a value that differs from those beside it. Export.Has and
// the marks are not set: what a format tells is up to it.
func Traffic(count int, version uint8, first flow.Timestamp) []flow.Record {
	records := make([]flow.Record, count)
	exports := make([]flow.Export, count)
	for i := range records {
		r := &records[i]
		r.Export = &exports[i]
		n := uint64(i)
		r.Key = flow.Key{
			Source: host(version, 1, i), Destination: host(version, 2, i),
			SourcePort: uint16(40000 + i), DestinationPort: 443,
			Protocol: [3]uint8{6, 17, 6}[i%3], ClassOfService: [4]uint8{0, 0x28, 0xb8, 0x02}[i%4],
			Version: version, Shape: flow.Ports,
		}
		r.Start = first + flow.Timestamp(i)*1_000_000_000
		r.End = r.Start + flow.Timestamp(1+i%7)*250_000_000
		r.Counters = flow.Counters{Packets: 10 + n, Octets: 1000 + 100*n}
		r.Counters.WireOctets = r.Counters.Octets + 18*r.Counters.Packets
		r.Counters.PayloadOctets = r.Counters.Octets / 2
		if r.Key.Protocol == 6 {
			r.TCPFlags = flow.TCPSyn | flow.TCPAck | flow.TCPFin
		}
		r.MinOctets, r.MaxOctets, r.MinTTL, r.MaxTTL = 40, 1400+n%100, 60, 62
		r.VLAN, r.InnerVLAN = uint16(100+i%10), uint16(200+i%10)
		r.SourceMAC, r.DestinationMAC = [6]byte{0, 0, 0x5e, 0, 0x53, byte(i)}, [6]byte{0, 0, 0x5e, 0, 0x53, byte(128 + i)}
		r.EndReason = flow.EndReason(1 + i%5)
		fill(r.Export, version, i)
	}
	return records
}

// fill gives what [Traffic] tells of the device.
func fill(x *flow.Export, version uint8, i int) {
	n := uint32(i)
	*x = flow.Export{
		InIf: 1 + n%4, OutIf: 11 + n%4, ForwardingStatus: 0x40, NATEvent: 1, FirewallEvent: 1,
		SourceMask: 24, DestinationMask: 25, NextHop: host(version, 3, 1), BGPNextHop: host(version, 3, 2),
		NATSource: host(version, 3, 10+i), NATDestination: host(version, 2, i),
		NATSourcePort: uint16(50000 + i), NATDestinationPort: 443,
		OuterSource: host(10-version, 1, 200), OuterDestination: host(10-version, 2, 201),
		SourceAS: 64496 + n%4, DestinationAS: 64500 + n%4, IngressVRF: 1, EgressVRF: 2,
		Application: 13<<56 | uint64(100+i), Flows: uint64(1 + i%3), Population: 100, Sample: 1,
		LabelCount: 2, Labels: [flow.MaxLabels]uint32{16 + n, 1000 + n},
	}
	if version == 6 {
		x.SourceMask, x.DestinationMask = 64, 48
	}
}

// host gives an address of one of three networks.
func host(version uint8, network, i int) [16]byte {
	if version == 4 {
		third := [4][4]byte{1: {192, 0, 2}, {198, 51, 100}, {203, 0, 113}}[network]
		third[3] = byte(1 + i%250)
		return flow.MappedIPv4(third)
	}
	a := netip.MustParseAddr("2001:db8::").As16()
	binary.BigEndian.PutUint16(a[4:], uint16(network))
	binary.BigEndian.PutUint16(a[14:], uint16(1+i))
	return a
}

// Cut gives records with their addresses cut to prefixes of their masks, as version 8
// tells them.
func Cut(records []flow.Record) []flow.Record {
	all := Copy(records)
	for i := range all {
		k, x := &all[i].Key, all[i].Export
		offset := 0
		if k.Version == 4 {
			offset = 96
		}
		k.Source = prefix(k.Source, offset+int(x.SourceMask))
		k.Destination = prefix(k.Destination, offset+int(x.DestinationMask))
	}
	return all
}

func prefix(a [16]byte, bits int) [16]byte {
	for i := bits; i < 128; i++ {
		a[i/8] &^= 0x80 >> (i % 8)
	}
	return a
}

// Copy gives records that share nothing with others.
func Copy(records []flow.Record) []flow.Record {
	all := make([]flow.Record, len(records))
	for i, r := range records {
		x := *r.Export
		all[i], all[i].Export = r, &x
	}
	return all
}
