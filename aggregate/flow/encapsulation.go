package flow

import (
	"bytes"
	"cmp"
)

// TunnelType says which encapsulation carries the metered IP packet.
type TunnelType uint8

// The tunnels that are opened.
const (
	TunnelNone       TunnelType = iota
	TunnelIPInIP                // IP protocol 4, RFC 2003
	TunnelIPv6InIP              // IP protocol 41, RFC 4213 (6in4) and RFC 2473
	TunnelGRE                   // IP protocol 47, RFC 2784, RFC 2890, RFC 1701; over UDP, RFC 8086
	TunnelPPTP                  // GRE version 1, RFC 2637
	TunnelERSPAN                // mirrored frames in GRE, types I to III, draft-foschiano-erspan
	TunnelL2TP                  // RFC 2661, RFC 3931
	TunnelEtherIP               // IP protocol 97, RFC 3378
	TunnelMPLS                  // MPLS in IP, GRE or UDP, RFC 4023, RFC 7510
	TunnelPseudowire            // Ethernet over MPLS, RFC 4448
	TunnelTeredo                // RFC 4380
	TunnelVXLAN                 // RFC 7348
	TunnelVXLANGPE              // draft-ietf-nvo3-vxlan-gpe
	TunnelGeneve                // RFC 8926
	TunnelGTPU                  // 3GPP TS 29.281
)

// String gives the stable name of the tunnel, as the column tunnel_type has it.
func (t TunnelType) String() string {
	switch t {
	case TunnelNone:
		return "none"
	case TunnelIPInIP:
		return "ip-in-ip"
	case TunnelIPv6InIP:
		return "ipv6-in-ip"
	case TunnelGRE:
		return "gre"
	case TunnelPPTP:
		return "pptp"
	case TunnelERSPAN:
		return "erspan"
	case TunnelL2TP:
		return "l2tp"
	case TunnelEtherIP:
		return "etherip"
	case TunnelMPLS:
		return "mpls"
	case TunnelPseudowire:
		return "pseudowire"
	case TunnelTeredo:
		return "teredo"
	case TunnelVXLAN:
		return "vxlan"
	case TunnelVXLANGPE:
		return "vxlan-gpe"
	case TunnelGeneve:
		return "geneve"
	case TunnelGTPU:
		return "gtp-u"
	}
	return "unknown"
}

// Encapsulation is what stands around a metered IP packet that is not the
// outermost one of its frame. It belongs to the observation point: packets with
// equal inner headers are of different flows if they run in different tunnels, as
// customers of one network may use the same private addresses. The zero
// Encapsulation is that of outermost packets. It is comparable with ==.
type Encapsulation struct {
	Tunnel TunnelType

	// HasID says that ID is valid, which numbers the tunnel or what runs in it: the
	// VNI of VXLAN and Geneve (24 bits), the TEID of GTP-U, the key of GRE, the call
	// of PPTP, the session of ERSPAN (10 bits) and L2TP version 3, tunnel * 65536 +
	// session of L2TP version 2, the bottom label of MPLS and pseudowires (20 bits).
	HasID bool
	ID    uint32

	// OuterVersion is the version of the IP header that carries the tunnel, 4 or 6; 0
	// if there is none, as in front of a pseudowire. OuterSource and
	// OuterDestination are its addresses, in the form of [Key].
	OuterVersion                  uint8
	OuterSource, OuterDestination [16]byte
}

// Compare gives the order of encapsulations in tables: none first, then by tunnel
// type, identifier (unknown first), outer source, outer destination and version.
func (e *Encapsulation) Compare(other *Encapsulation) int {
	return cmp.Or(cmp.Compare(e.Tunnel, other.Tunnel),
		cmp.Compare(e.identifier(), other.identifier()),
		bytes.Compare(e.OuterSource[:], other.OuterSource[:]),
		bytes.Compare(e.OuterDestination[:], other.OuterDestination[:]),
		cmp.Compare(e.OuterVersion, other.OuterVersion))
}

// identifier gives 0 for an unknown identifier, else it plus 1.
func (e *Encapsulation) identifier() uint64 {
	if !e.HasID {
		return 0
	}
	return uint64(e.ID) + 1
}
