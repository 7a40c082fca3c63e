package enrich

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
)

// side is what prefixes say of an address.
type side struct {
	route   route
	routed  bool
	country uint32
	labels  []uint32 // one a column of labels
}

// cachedSides is how many addresses a sideCache keeps, a power of two.
const cachedSides = 1 << 12

// sideCache keeps what prefixes say of addresses, each at a place that its hash says,
// where the next address of the same place takes it. Rows of a table have few addresses
// again and again.
type sideCache struct {
	none side // of no address
	kept []cachedSide
	used bool // anything is known of prefixes
}

type cachedSide struct {
	address [16]byte
	version uint8 // 0 if nothing is kept here
	length  uint8
	side    side
}

func (c *sideCache) init(d *Data) {
	c.none.labels = make([]uint32, len(d.LabelNames))
	if c.used = d.routes != nil || d.countries != nil || len(d.labels) > 0; !c.used {
		return
	}
	c.kept = make([]cachedSide, cachedSides)
	labels := make([]uint32, cachedSides*len(d.LabelNames))
	for i := range c.kept {
		c.kept[i].side.labels, labels = labels[:len(d.LabelNames):len(d.LabelNames)], labels[len(d.LabelNames):]
	}
}

// find gives what prefixes say of the address of a key, of which so many leading bits are
// known.
func (c *sideCache) find(d *Data, address *[16]byte, version, length uint8) side {
	if !c.used {
		return c.none
	}
	high, low := binary.BigEndian.Uint64(address[:8]), binary.BigEndian.Uint64(address[8:])
	hash, more := bits.Mul64(low^0xa0761d6478bd642f, high^uint64(version)^0xe7037ed1a0b428db)
	kept := &c.kept[(hash^more)%cachedSides]
	if kept.version == version && kept.length == length && kept.address == *address {
		return kept.side
	}
	kept.address, kept.version, kept.length = *address, version, length
	kept.side.look(d, prefixOf(address, version, length))
	return kept.side
}

// look asks the tables.
func (s *side) look(d *Data, p netip.Prefix) {
	s.route, s.routed, s.country = route{}, false, 0
	clear(s.labels)
	if d.routes != nil {
		s.route, s.routed = longest(d.routes, p)
	}
	if d.countries != nil {
		s.country, _ = longest(d.countries, p)
	}
	for _, l := range d.labels {
		l.find(s.labels, p)
	}
}

// prefixOf gives the prefix of so many leading bits of an address.
func prefixOf(address *[16]byte, version, length uint8) netip.Prefix {
	a := addressOf(address, version)
	return netip.PrefixFrom(a, min(int(length), a.BitLen()))
}

func addressOf(address *[16]byte, version uint8) netip.Addr {
	if version == 4 {
		return netip.AddrFrom4([4]byte(address[12:]))
	}
	return netip.AddrFrom16(*address)
}

// isNetwork says whether an address has no bits behind a prefix length.
func isNetwork(address *[16]byte, version, length uint8) bool {
	p := prefixOf(address, version, length)
	return p == p.Masked()
}
