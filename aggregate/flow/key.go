package flow

import (
	"bytes"
	"cmp"
	"net/netip"
)

// Key is the flow key: packets with equal keys belong to the same flow. It is
// the 7-tuple of NetStream, with the observation point in the place of the
// interface. Key is comparable with == and holds no pointer.
type Key struct {
	// Source and Destination are in network byte order. IPv4 addresses are kept
	// in their IPv4-mapped form (::ffff:a.b.c.d, RFC 4291 section 2.5.5.2);
	// Version tells them from IPv6 packets that carry such addresses.
	Source, Destination [16]byte

	// SourcePort and DestinationPort are valid as Shape says. For ICMP and
	// ICMPv6, SourcePort is 0 and DestinationPort is type*256+code, as
	// icmpTypeCodeIPv4 (32) and icmpTypeCodeIPv6 (139) have it.
	SourcePort, DestinationPort uint16

	// Point numbers the observation point in the run's [Points]. Directions, tunnels and
	// what flexible keys hold beyond the 7-tuple are part of it.
	Point uint32

	Protocol       uint8 // protocolIdentifier (4): the last next-header after the IPv6 extension chain
	ClassOfService uint8 // ipClassOfService (5): the whole ToS or Traffic Class octet, DSCP and ECN
	Version        uint8 // ipVersion (60): 4 or 6; 0 if an exporter does not tell, and of frames without IP packet
	Shape          Shape // which members are known
}

// Shape says which members of a key are known. Keys of captured packets have all
// members, or all but the ports: [Ports] or 0, unless another key is asked for (see
// [KeyDefinition]). Exporters leave out what they like: records of NetFlow version 8
// by autonomous system have no address. What is not known is 0.
type Shape uint8

// The shapes, to be combined.
const (
	Ports             Shape = 1 << iota // the ports are known; unset for later fragments and protocols without ports
	NoSource                            // no source address
	NoDestination                       // no destination address
	NoProtocol                          // no protocol
	NoClassOfService                    // no class of service
	NoSourcePort                        // with Ports: no source port; without: the key of metered packets has none
	NoDestinationPort                   // likewise for the destination port
)

// SourceAddr is the source address as a netip.Addr of its own IP version.
func (k *Key) SourceAddr() netip.Addr { return k.addr(&k.Source) }

// DestinationAddr is the destination address as a netip.Addr of its own IP
// version.
func (k *Key) DestinationAddr() netip.Addr { return k.addr(&k.Destination) }

func (k *Key) addr(a *[16]byte) netip.Addr {
	if k.Version == 4 {
		return netip.AddrFrom4([4]byte(a[12:]))
	}
	return netip.AddrFrom16(*a)
}

// Compare gives the total order of keys in every table: source, destination,
// source port, destination port, protocol, class of service, IP version,
// its shape, and last the observation point. It returns
// -1, 0 or +1.
func (k *Key) Compare(other *Key, points *Points) int {
	if c := bytes.Compare(k.Source[:], other.Source[:]); c != 0 {
		return c
	}
	if c := bytes.Compare(k.Destination[:], other.Destination[:]); c != 0 {
		return c
	}
	if c := cmp.Compare(k.tail(), other.tail()); c != 0 {
		return c
	}
	return points.Compare(k.Point, other.Point)
}

// Equal says what == says. It is inlined, as == is not.
func (k *Key) Equal(other *Key) bool {
	return k.Source == other.Source && k.Destination == other.Destination && k.equalTail(other)
}

func (k *Key) equalTail(other *Key) bool {
	return k.SourcePort == other.SourcePort && k.DestinationPort == other.DestinationPort && k.Point == other.Point &&
		k.Protocol == other.Protocol && k.ClassOfService == other.ClassOfService && k.Version == other.Version && k.Shape == other.Shape
}

// tail packs what follows the addresses so that its integer order is the order
// of the fields.
func (k *Key) tail() uint64 {
	return uint64(k.SourcePort)<<48 | uint64(k.DestinationPort)<<32 |
		uint64(k.Protocol)<<24 | uint64(k.ClassOfService)<<16 | uint64(k.Version)<<8 | uint64(k.Shape)
}

// MappedIPv4 gives the IPv4-mapped form in which a [Key] holds an address.
func MappedIPv4(a [4]byte) [16]byte {
	return [16]byte{10: 0xff, 11: 0xff, 12: a[0], 13: a[1], 14: a[2], 15: a[3]}
}
