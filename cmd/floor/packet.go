package main

import (
	"encoding/binary"
	"math/bits"
)

// key is the 5-tuple in five words: addresses in two words each, of which IPv4
// uses one half of the first two pairs, then ports, IP version and protocol.
type key [5]uint64

// packet is what level 2 takes from a frame.
type packet struct {
	key     key
	hash    uint64
	entry   uint64 // index entry that the hash points to
	time    uint64
	octets  uint32
	control uint8
}

const (
	etherTypeIPv4 = 0x0800
	etherTypeIPv6 = 0x86dd
	etherTypeVLAN = 0x8100
	etherTypeQinQ = 0x88a8

	protocolICMP   = 1
	protocolTCP    = 6
	protocolUDP    = 17
	protocolICMPv6 = 58
)

// parse fills the packet from a frame. It gives false for what is not IP.
func (p *packet) parse(frame []byte) bool {
	if len(frame) < 14 {
		return false
	}
	etherType, b := binary.BigEndian.Uint16(frame[12:]), frame[14:]
	for etherType == etherTypeVLAN || etherType == etherTypeQinQ {
		if len(b) < 4 {
			return false
		}
		etherType, b = binary.BigEndian.Uint16(b[2:]), b[4:]
	}
	switch {
	case etherType == etherTypeIPv4 && len(b) >= 20:
		p.parseIPv4(b)
	case etherType == etherTypeIPv6 && len(b) >= 40:
		p.parseIPv6(b)
	default:
		return false
	}
	p.hash = p.key.hash()
	return true
}

func (p *packet) parseIPv4(b []byte) {
	protocol := b[9]
	p.octets = uint32(binary.BigEndian.Uint16(b[2:]))
	p.key = key{uint64(binary.LittleEndian.Uint32(b[12:])), 0, uint64(binary.LittleEndian.Uint32(b[16:])), 0, 4<<8 | uint64(protocol)}
	p.control = 0
	header, offset := int(b[0]&15)*4, binary.BigEndian.Uint16(b[6:])&0x1fff
	if offset == 0 && header <= len(b) {
		p.parseTransport(protocol, b[header:])
	}
}

func (p *packet) parseIPv6(b []byte) {
	protocol := b[6]
	p.octets = 40 + uint32(binary.BigEndian.Uint16(b[4:]))
	p.key = key{
		binary.LittleEndian.Uint64(b[8:]), binary.LittleEndian.Uint64(b[16:]),
		binary.LittleEndian.Uint64(b[24:]), binary.LittleEndian.Uint64(b[32:]),
		6<<8 | uint64(protocol),
	}
	p.control = 0
	p.parseTransport(protocol, b[40:])
}

// parseTransport puts ports, or type and code, above the protocol.
func (p *packet) parseTransport(protocol byte, b []byte) {
	switch {
	case len(b) < 4:
	case protocol == protocolTCP || protocol == protocolUDP:
		p.key[4] |= uint64(binary.LittleEndian.Uint32(b)) << 32
		if protocol == protocolTCP && len(b) >= 14 {
			p.control = b[13]
		}
	case protocol == protocolICMP || protocol == protocolICMPv6:
		p.key[4] |= uint64(binary.BigEndian.Uint16(b)) << 32
	}
}

// hash folds 128-bit products, after wyhash. It resists no attacker: floor only
// reads what its user measures with.
func (k *key) hash() uint64 {
	const a, b, c = 0x9e3779b97f4a7c15, 0xd6e8feb86659fd93, 0xa0761d6478bd642f
	return fold(fold(k[0]^a, k[1]^b)^k[4]^c, fold(k[2]^b, k[3]^c)^a)
}

func fold(x, y uint64) uint64 {
	high, low := bits.Mul64(x, y)
	return high ^ low
}
