package main

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strconv"
	"testing"

	"netstream/aggregate/flow"
	"netstream/reader/capture/capturetest"
)

// lyingLength is an IP packet whose header tells another length than the capture.
type lyingLength struct {
	name   string
	packet []byte
	wire   uint32 // octets on the wire, of which len(packet) were captured
	octets uint64 // of the IP packet by docs/metering.md section 3; 0 if its header is bad
}

// lyingIPv4 gives UDP packets of 60 octets, whole and cut by a snapshot length.
func lyingIPv4() (all []lyingLength) {
	for _, wire := range []uint32{60, 100} {
		for _, c := range []struct{ words, total int }{
			{5, 0}, {5, 1}, {5, 19}, {5, 20}, {5, 21}, {5, 27}, {5, 28}, {5, 59}, {5, 60}, {5, 61}, {5, 1500}, {5, 65535},
			{4, 60}, {0, 60}, {15, 59}, {15, 60}, {15, 0}, {6, 23},
		} {
			p := lyingLength{name: fmt.Sprintf("IPv4, total length %d, %d words, %d on the wire", c.total, c.words, wire), packet: make([]byte, 60), wire: wire, octets: uint64(c.total)}
			copy(p.packet, []byte{0x40 | byte(c.words), 0, byte(c.total >> 8), byte(c.total), 0, 0, 0, 0, 64, 17})
			if c.total == 0 { // left to the network card
				p.octets = uint64(wire)
			}
			if c.words < 5 || p.octets < uint64(4*c.words) {
				p.octets = 0
			}
			all = append(all, p)
		}
	}
	return all
}

// lyingIPv6 gives TCP packets of 100 octets, whole and cut, and jumbograms.
func lyingIPv6() (all []lyingLength) {
	for _, wire := range []uint32{100, 130} {
		for _, payload := range []int{0, 1, 7, 8, 19, 20, 59, 60, 61, 1500, 65535} {
			p := lyingLength{name: fmt.Sprintf("IPv6, payload length %d, %d on the wire", payload, wire), packet: make([]byte, 100), wire: wire, octets: 40 + uint64(payload)}
			copy(p.packet, []byte{0x60, 0, 0, 0, byte(payload >> 8), byte(payload), 6, 64})
			if payload == 0 { // left to the network card
				p.octets = uint64(wire)
			}
			all = append(all, p)
		}
		for _, jumbo := range []uint32{0, 1, 60, 65535, 65536, 1<<32 - 1} {
			p := lyingLength{name: fmt.Sprintf("jumbogram of %d, %d on the wire", jumbo, wire), packet: make([]byte, 100), wire: wire, octets: 40 + uint64(jumbo)}
			copy(p.packet, []byte{0x60, 0, 0, 0, 0, 0, 0, 64})
			copy(p.packet[40:], []byte{6, 0, 0xc2, 4})
			binary.BigEndian.PutUint32(p.packet[44:], jumbo)
			all = append(all, p)
		}
	}
	return all
}

// TestP9Lengths (P9): each length that an IP header can lie about is counted by one rule, and
// what cannot be a packet is in the ledger as bad_ip_header.
func TestP9Lengths(t *testing.T) {
	fixtures := append(lyingIPv4(), lyingIPv6()...)
	packets := make([]capturetest.Packet, len(fixtures))
	rows := make(map[string]int) // by source address: index in fixtures
	bad := uint64(0)
	for i, f := range fixtures {
		var source netip.Addr
		if f.packet[0]>>4 == 4 {
			copy(f.packet[12:], []byte{10, 9, 0, byte(i), 10, 0, 0, 2})
			source = netip.AddrFrom4([4]byte(f.packet[12:]))
		} else {
			copy(f.packet[8:], []byte{0x20, 0x01, 0x0d, 0xb8, 15: byte(i)})
			copy(f.packet[24:], []byte{0x20, 0x01, 0x0d, 0xb8, 1, 15: 2})
			source = netip.AddrFrom16([16]byte(f.packet[8:]))
		}
		if rows[source.String()] = i; f.octets == 0 {
			bad++
			delete(rows, source.String())
		}
		packets[i] = capturetest.Packet{Time: 1_700_000_000e9 + flow.Timestamp(i), Data: f.packet, Length: f.wire}
	}
	out := outputOf(t, "-o", "csv", saved(t, "lengths.pcap", pcap(t, capturetest.Options{LinkType: 101}, packets)))
	flows := sheetOf(t, readFile(t, out, "flows.csv"))
	for _, cells := range flows.rows {
		r := row{flows.columns, cells}
		i, ok := rows[*r.cell("src_ip")]
		if !ok {
			t.Fatalf("a row of %s, which has none or two", *r.cell("src_ip"))
		}
		delete(rows, *r.cell("src_ip"))
		if f := fixtures[i]; *r.cell("bytes") != strconv.FormatUint(f.octets, 10) || number(t, r, "wire_bytes") != int(f.wire) || number(t, r, "packets") != 1 {
			t.Errorf("%s: %s bytes and %s on the wire, want %d and %d", f.name, *r.cell("bytes"), *r.cell("wire_bytes"), f.octets, f.wire)
		}
	}
	in := manifestOf(t, out).Inputs[0]
	if got := outcomeOf(in, "bad_ip_header").Packets; got != bad || len(rows) > 0 {
		t.Errorf("%d packets are bad_ip_header, want %d; without a row: %v", got, bad, rows)
	}
	t.Logf("assertion P9: %d lengths of IP headers through the program: %d counted by their rule, %d as bad_ip_header", len(fixtures), uint64(len(fixtures))-bad, bad)
}
