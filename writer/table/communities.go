package table

import (
	"crypto/sha1"
	"encoding/binary"

	"netstream/aggregate/flow"
)

// communities gives the Community IDs of many flows. It keeps those of the IPv4 flows
// before: the two directions of a conversation have the same, and are mostly near each
// other in the table.
type communities struct {
	hash *blockHash
	kept [keptCommunities]community // each at a place that its message gives
}

// keptCommunities are few, so that they are never far from the processor: most answers
// are within some hundred rows of what they answer, and where there are none it must cost
// nothing to look.
const (
	keptCommunities = 1 << keptBits
	keptBits        = 8
)

// community is a Community ID and what it is the hash of. The zero value is of no flow.
type community struct {
	message ipv4Community
	symbol  Symbol
}

// ipv4Community is what the Community ID of an IPv4 flow is the hash of, as big endian
// words. If there are no ports, it ends behind the 0 octet, which is 1 here.
type ipv4Community struct{ high, low uint64 }

// withoutPorts is that bit of the 0 octet.
const withoutPorts = 1 << 32

func newCommunities() *communities { return &communities{hash: newBlockHash(sha1.New())} }

// of gives the Community ID of a key, as communitySymbol does.
func (c *communities) of(k *flow.Key) Symbol {
	if k.Version != 4 {
		return symbolOfHash(c.hash.sum(appendCommunity(c.hash.begin(), k)))
	}
	m := ipv4CommunityOf(k)
	kept := &c.kept[m.place()]
	if kept.message != m {
		*kept = community{m, symbolOfHash(c.hash.sum(m.appendTo(c.hash.begin())))}
	}
	return kept.symbol
}

// place says where the Community ID is kept.
func (m ipv4Community) place() uint64 {
	return (m.high*0x9e3779b97f4a7c15 ^ m.low) * 0x9e3779b97f4a7c15 >> (64 - keptBits)
}

// ipv4CommunityOf says what appendCommunity says, of an IPv4 flow.
func ipv4CommunityOf(k *flow.Key) ipv4Community {
	source, destination := binary.BigEndian.Uint32(k.Source[12:]), binary.BigEndian.Uint32(k.Destination[12:])
	sourcePort, destinationPort, oneWay := communityPorts(k)
	from, to := uint64(source)<<16|uint64(sourcePort), uint64(destination)<<16|uint64(destinationPort)
	if from > to && !oneWay {
		from, to = to, from
	}
	m := ipv4Community{
		high: from>>16<<16 | to>>32,
		low:  to>>16<<48 | uint64(k.Protocol)<<40 | from&0xffff<<16 | to&0xffff,
	}
	if !hasCommunityPorts(k) {
		m.low |= withoutPorts
	}
	return m
}

// appendTo appends the octets.
func (m ipv4Community) appendTo(b []byte) []byte {
	b = binary.BigEndian.AppendUint64(b, m.high)
	if m.low&withoutPorts == 0 {
		return binary.BigEndian.AppendUint64(b, m.low)
	}
	return binary.BigEndian.AppendUint32(b, uint32(m.low>>32)&^1)
}
