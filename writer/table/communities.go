package table

import (
	"encoding/binary"

	"netstream/aggregate/flow"
	"netstream/writer/oneblock"
)

// communities gives the Community IDs of many flows. Of those of an IPv4 conversation in the same rows, only one is
// hashed: its two directions have the same, and are mostly near each other in the table.
type communities struct {
	hashed *oneblock.Messages
	rows   []int32                   // of each message that is to be hashed, its row
	kept   [keptCommunities]keptFlow // each at a place that its message gives
	same   []sameCommunity
}

// keptCommunities are few, so that they are never far from the processor: many rows of the same conversation are within
// some hundred, of which writers take some hundred together, and where there are none it must cost nothing to look.
const (
	keptCommunities = 1 << keptBits
	keptBits        = 8
)

// keptFlow is an IPv4 flow of the rows. The zero value is of none: a message of zeros has protocol 0, whose message is
// marked as one without ports.
type keptFlow struct {
	message ipv4Community
	row     int32
}

// sameCommunity tells that a row has the Community ID of one above it.
type sameCommunity struct{ row, as int32 }

// ipv4Community is what the Community ID of an IPv4 flow is the hash of, as big endian
// words. If there are no ports, it ends behind the 0 octet, which is 1 here.
type ipv4Community struct{ high, low uint64 }

// withoutPorts is that bit of the 0 octet.
const withoutPorts = 1 << 32

func newCommunities() *communities { return &communities{hashed: oneblock.NewSHA1()} }

// of gives the Community ID of each key, as communitySymbol does.
func (c *communities) of(dst []Symbol, keys []flow.Key) {
	clear(c.kept[:])
	for i := range keys {
		if k := &keys[i]; k.Version != 4 {
			c.hashed.End(appendCommunity(c.hashed.Begin(), k))
		} else {
			m := ipv4CommunityOf(k)
			kept := &c.kept[m.place()]
			if kept.message == m {
				c.same = append(c.same, sameCommunity{row: int32(i), as: kept.row})
				continue
			}
			*kept = keptFlow{message: m, row: int32(i)}
			c.hashed.End(m.appendTo(c.hashed.Begin()))
		}
		if c.rows = append(c.rows, int32(i)); c.hashed.Full() {
			c.give(dst)
		}
	}
	c.give(dst)
	for _, s := range c.same {
		dst[s.row] = dst[s.as]
	}
	c.same = c.same[:0]
}

// give has the messages hashed.
func (c *communities) give(dst []Symbol) {
	for i, sum := range c.hashed.Sums() {
		dst[c.rows[i]] = Symbol{High: sum.High, Low: sum.Low, Class: sum.Last}
	}
	c.rows = c.rows[:0]
}

// place says where the flow is kept.
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
