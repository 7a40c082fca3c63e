package main

import "net/netip"

// trait is a property of packets for which flow programs differ on purpose: one
// opens tunnels, another puts fragments together.
type trait uint8

// The traits.
const (
	traitTunnel      trait = 1 << iota // an IP header in front of or behind another one
	traitFragment                      // a piece of an IP packet
	traitBadChecksum                   // of the IP header or the header behind it
	traitCut                           // captured in part
	traitTooLong                       // an IP length beyond the end of the frame
	traitExtension                     // an IPv6 extension header
	traitTime                          // a time stamp beyond int64 nanoseconds
	traitMalformed                     // not metered, or without the ports of its protocol
)

// hosts are the two addresses of a packet, the smaller one first.
type hosts [2]netip.Addr

func (k key) hosts() hosts {
	k = k.undirected()
	return hosts{k.source, k.destination}
}

// traitsOf collects the traits of a capture's packets by the addresses of all
// their IP headers.
func traitsOf(packets []packet) map[hosts]trait {
	traits := map[hosts]trait{}
	for i := range packets {
		p := &packets[i]
		pairs := p.addressPairs()
		t := p.traits()
		if t == 0 {
			continue
		}
		for _, pair := range pairs {
			traits[pair] |= t
		}
	}
	return traits
}

// addressPairs gives the addresses of all IP headers of the packet.
func (p *packet) addressPairs() []hosts {
	var pairs []hosts
	for _, fields := range [...][2]string{{"ip.src", "ip.dst"}, {"ipv6.src", "ipv6.dst"}} {
		sources, destinations := p.fields[fields[0]], p.fields[fields[1]]
		for i := range min(len(sources), len(destinations)) {
			source, err1 := netip.ParseAddr(sources[i])
			destination, err2 := netip.ParseAddr(destinations[i])
			if err1 == nil && err2 == nil {
				pairs = append(pairs, key{source: source, destination: destination}.hosts())
			}
		}
	}
	return pairs
}

// tunneled tells whether an IP packet is in another one. The packet that an ICMP
// error quotes is not.
func (p *packet) tunneled() bool {
	headers := 0
	for _, layer := range p.layers {
		switch layer {
		case "ip", "ipv6":
			headers++
		case "icmp", "icmpv6":
			return headers > 1
		}
	}
	return headers > 1
}

func (p *packet) traits() trait {
	var t trait
	if p.tunneled() {
		t |= traitTunnel
	}
	if p.laterFragment() || p.first("ip.flags.mf") == "1" || p.first("ipv6.fraghdr.more") == "1" {
		t |= traitFragment
	}
	for _, field := range checksumFields {
		if p.first(field) == "0" { // bad; 1 is good, 2 unverified
			t |= traitBadChecksum
		}
	}
	if p.captured < p.length {
		t |= traitCut
	}
	if p.timeOutOfRange() {
		t |= traitTime
	}
	for _, field := range extensionFields {
		if p.first(field) != "" {
			t |= traitExtension
		}
	}
	r := p.read()
	if !r.metered || r.key.sourcePort == noPort && hasPorts(r.key.protocol) {
		t |= traitMalformed
	}
	length := int64(p.length)
	if p.layers[0] == "eth" {
		const ethernetHeader = 14
		length -= ethernetHeader
	}
	if r.volume.bytes > length {
		t |= traitTooLong
	}
	return t
}

var checksumFields = [...]string{
	"ip.checksum.status", "tcp.checksum.status", "udp.checksum.status",
	"icmp.checksum.status", "icmpv6.checksum.status", "sctp.checksum.status",
}

// hasPorts tells whether packets of a protocol have ports in netstream's tables.
func hasPorts(protocol int) bool {
	_, has := portFields[protocol]
	return has
}
