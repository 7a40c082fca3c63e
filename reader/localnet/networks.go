package localnet

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"netstream/aggregate/flow"
)

// MaxNetworks bounds the networks of a set.
const MaxNetworks = 1 << 16

// Networks is a set of networks. It is not changed by its use and may be shared. The
// zero Networks is empty.
type Networks struct {
	prefixes []netip.Prefix // as they were given, sorted
	ipv4     []span[uint32]
	ipv6     []span[[16]byte]
}

// span is a run of addresses, both ends included.
type span[A any] struct{ first, last A }

// Parse reads lists of networks with commas between them: prefixes in the notation of
// RFC 4632 or RFC 4291 section 2.3, whose host bits are 0, or single addresses.
func Parse(lists []string) (*Networks, error) {
	n := &Networks{}
	for _, list := range lists {
		for entry := range strings.SplitSeq(list, ",") {
			prefix, err := parsePrefix(strings.TrimSpace(entry))
			if err != nil {
				return nil, err
			}
			if len(n.prefixes) == MaxNetworks {
				return nil, fmt.Errorf("there are more than %d networks", MaxNetworks)
			}
			n.prefixes = append(n.prefixes, prefix)
		}
	}
	slices.SortFunc(n.prefixes, func(a, b netip.Prefix) int { return a.Compare(b) })
	n.prefixes = slices.Compact(n.prefixes)
	n.compile()
	return n, nil
}

func parsePrefix(text string) (netip.Prefix, error) {
	if address, err := netip.ParseAddr(text); err == nil && address.Zone() == "" {
		return netip.PrefixFrom(address, address.BitLen()), nil
	}
	prefix, err := netip.ParsePrefix(text)
	switch {
	case err != nil:
		return netip.Prefix{}, fmt.Errorf("%q is no network, such as 10.0.0.0/8 or 2001:db8::/32", text)
	case prefix != prefix.Masked():
		return netip.Prefix{}, fmt.Errorf("%q has bits behind its prefix, want %v", text, prefix.Masked())
	}
	return prefix, nil
}

// compile makes spans of the prefixes, which are sorted by their first addresses.
// Prefixes lie in each other or apart, so the spans do not overlap if those that lie in
// the one before are left out.
func (n *Networks) compile() {
	for _, prefix := range n.prefixes {
		first := prefix.Addr().As16()
		last := lastOf(first, prefix.Bits()+128-prefix.Addr().BitLen())
		if prefix.Addr().Is4() {
			s := span[uint32]{binary.BigEndian.Uint32(first[12:]), binary.BigEndian.Uint32(last[12:])}
			if k := len(n.ipv4); k == 0 || n.ipv4[k-1].last < s.first {
				n.ipv4 = append(n.ipv4, s)
			}
			continue
		}
		if k := len(n.ipv6); k == 0 || bytes.Compare(n.ipv6[k-1].last[:], first[:]) < 0 {
			n.ipv6 = append(n.ipv6, span[[16]byte]{first, last})
		}
	}
}

// lastOf gives the last address of a prefix of so many bits.
func lastOf(first [16]byte, bits int) [16]byte {
	for bit := bits; bit < 128; bit++ {
		first[bit/8] |= 0x80 >> (bit % 8)
	}
	return first
}

// String gives the networks in order, with commas between them.
func (n *Networks) String() string {
	var b []byte
	for i, prefix := range n.prefixes {
		if i > 0 {
			b = append(b, ',')
		}
		b = prefix.AppendTo(b)
	}
	return string(b)
}

// Direction gives the direction of a packet of IP version 4 or 6 from the addresses of
// its key: out of the networks, into them, inside, or past them. It allocates nothing.
func (n *Networks) Direction(k *flow.Key) flow.Direction {
	source, destination := n.contains(&k.Source, k.Version), n.contains(&k.Destination, k.Version)
	switch {
	case source && destination:
		return flow.DirectionInternal
	case source:
		return flow.DirectionEgress
	case destination:
		return flow.DirectionIngress
	}
	return flow.DirectionExternal
}

// contains says whether an address, IPv4 in IPv4-mapped form, is in one of the networks
// of its version.
func (n *Networks) contains(address *[16]byte, version uint8) bool {
	if version == 4 {
		a, at := binary.BigEndian.Uint32(address[12:]), 0
		for end := len(n.ipv4); at < end; { // the first span that begins behind the address
			if middle := int(uint(at+end) / 2); n.ipv4[middle].first <= a {
				at = middle + 1
			} else {
				end = middle
			}
		}
		return at > 0 && a <= n.ipv4[at-1].last
	}
	at := 0
	for end := len(n.ipv6); at < end; {
		if middle := int(uint(at+end) / 2); bytes.Compare(n.ipv6[middle].first[:], address[:]) <= 0 {
			at = middle + 1
		} else {
			end = middle
		}
	}
	return at > 0 && bytes.Compare(address[:], n.ipv6[at-1].last[:]) <= 0
}
