package main

import (
	"net/netip"
	"strconv"
)

// reading is a packet as docs/metering.md would have it, as far as tshark's
// fields tell.
type reading struct {
	metered bool // it has a flow
	key     key
	volume  volume
	unknown unknown
}

// unknown says what tshark does not tell of a packet.
type unknown uint8

// The bits.
const (
	unknownPorts    unknown = 1 << iota
	unknownProtocol         // and ports
	unknownVolume           // octets
	unknownAll              // everything, also whether it is metered
)

// read takes tshark's fields at their word: addresses, length and protocol of
// the outermost IP header and the ports of the header behind it.
func (p *packet) read() reading {
	at := p.outermost()
	if at < 0 {
		return reading{}
	}
	r := reading{volume: volume{packets: 1, wireBytes: int64(max(p.length, p.captured))}}
	if p.layers[at] == "ip" {
		r.metered = p.readIPv4(&r)
	} else {
		r.metered = p.readIPv6(&r)
	}
	if !r.metered {
		return reading{}
	}
	r.key.sourcePort, r.key.destinationPort = noPort, noPort
	if !p.laterFragment() {
		p.readPorts(&r.key)
		if r.key.protocol == 6 {
			const flags = 0x1ff // the other three bits are reserved
			r.volume.tcpFlags, _ = p.integer("tcp.flags")
			r.volume.tcpFlags &= flags
		}
	}
	return r
}

// readIPv4 reads the IPv4 header and tells whether it is all there.
func (p *packet) readIPv4(r *reading) bool {
	length, hasLength := p.integer("ip.len")
	protocol, hasProtocol := p.integer("ip.proto")
	source, err1 := netip.ParseAddr(p.first("ip.src"))
	destination, err2 := netip.ParseAddr(p.first("ip.dst"))
	if !hasLength || !hasProtocol || err1 != nil || err2 != nil {
		return false
	}
	r.volume.bytes = int64(length)
	r.key = key{source: source, destination: destination, protocol: protocol}
	r.key.tos, _ = p.integer("ip.dsfield")
	return true
}

// readIPv6 reads the IPv6 header and the Next Headers of its extension headers.
func (p *packet) readIPv6(r *reading) bool {
	length, hasLength := p.integer("ipv6.plen")
	source, err1 := netip.ParseAddr(p.first("ipv6.src"))
	destination, err2 := netip.ParseAddr(p.first("ipv6.dst"))
	if !hasLength || err1 != nil || err2 != nil {
		return false
	}
	if jumbo, has := p.integer("ipv6.opt.jumbo"); has && length == 0 {
		length = jumbo
	}
	r.volume.bytes = 40 + int64(length)
	protocol, _ := p.chain()
	r.key = key{source: source, destination: destination, protocol: protocol}
	r.key.tos, _ = p.integer("ipv6.tclass")
	return true
}

// extensionFields are the Next Header fields of the IPv6 extension headers that
// docs/metering.md section 1 has, by the protocol number of the header.
var extensionFields = map[int]string{
	0: "ipv6.hopopts.nxt", 43: "ipv6.routing.nxt", protocolFragment: "ipv6.fraghdr.nxt",
	51: "ah.next_header", 60: "ipv6.dstopts.nxt", 140: "shim6.nxt",
}

const protocolFragment = 44

// chain follows the chain of extension headers and gives the last Next Header and
// whether the packet is a later fragment. A field that occurs several times has
// its values in the order of the chain.
func (p *packet) chain() (protocol int, later bool) {
	taken := map[int]int{}
	next, _ := p.integer("ipv6.nxt")
	for {
		values := p.fields[extensionFields[next]]
		if taken[next] >= len(values) {
			return next, false
		}
		value, err := strconv.ParseInt(values[taken[next]], 0, 32)
		if err != nil {
			return next, false
		}
		if next == protocolFragment {
			if offset, _ := p.integer("ipv6.fraghdr.offset"); offset != 0 {
				return int(value), true
			}
		}
		taken[next]++
		next = int(value)
	}
}

// portFields are the fields of the ports by protocol.
var portFields = map[int][2]string{
	1: {"icmp.type", "icmp.code"}, 6: {"tcp.srcport", "tcp.dstport"}, 17: {"udp.srcport", "udp.dstport"},
	33: {"dccp.srcport", "dccp.dstport"}, 58: {"icmpv6.type", "icmpv6.code"},
	132: {"sctp.srcport", "sctp.dstport"}, 136: {"udp.srcport", "udp.dstport"},
}

// readPorts reads the ports of the key's protocol.
func (p *packet) readPorts(k *key) {
	pair, ok := portFields[k.protocol]
	if !ok {
		return
	}
	source, has1 := p.integer(pair[0])
	destination, has2 := p.integer(pair[1])
	if !has1 || !has2 {
		return
	}
	if k.protocol == 1 || k.protocol == 58 {
		source, destination = 0, source*256+destination
	}
	k.sourcePort, k.destinationPort = source, destination
}
