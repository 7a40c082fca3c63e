package frames

import (
	"encoding/binary"

	"netstream/aggregate/flow"
)

// maxHeaders is how many headers are opened in front of the metered IP header.
const maxHeaders = 32

// DecodeInner reads the headers of the innermost packet of a frame that can be
// reached: docs/metering.md section 1, "Tunnels". The reason is as in [Decode].
// limited says that the packet carries a tunnel behind the headers that are opened.
func DecodeInner(f Frame) (p Packet, reason flow.Reason, limited bool) {
	p, reason = Decode(f)
	if reason == flow.ReasonNotIP && len(p.content.octets) > 0 {
		o := opening{around: p, headers: p.headers}
		if p, reason = o.pseudowire(p.content, p.bottomLabel); reason != flow.ReasonAccounted {
			reason = flow.ReasonNotIP // as if it were not opened
		}
	}
	if reason != flow.ReasonAccounted {
		return p, reason, false
	}
	for {
		inner, reason := p.open()
		if reason != flow.ReasonAccounted {
			return p, flow.ReasonAccounted, inner.limited
		}
		p = inner
	}
}

// opening is a tunnel that is being opened. Its methods read what it carries; they
// give a reason other than flow.ReasonAccounted if that is no IP packet that can be
// metered.
type opening struct {
	around  Packet // the packet that carries the tunnel
	within  flow.Encapsulation
	headers int // opened so far
}

// nothing is what a tunnel gives that cannot be opened.
func nothing() (Packet, flow.Reason) { return Packet{}, flow.ReasonNotIP }

// open gives the packet in the tunnel that p carries.
func (p *Packet) open() (Packet, flow.Reason) {
	if p.Fragment {
		return nothing()
	}
	o := opening{around: *p, headers: p.headers + 1}
	o.within = flow.Encapsulation{OuterVersion: p.Key.Version, OuterSource: p.Key.Source, OuterDestination: p.Key.Destination}
	protocol, c := p.carried, p.content
	for p.Key.Version == 4 && protocol == 51 { // authentication, RFC 4302
		if len(c.octets) < 2 || len(c.octets) < int(c.octets[1])*4+8 {
			return nothing()
		}
		protocol, c = c.octets[0], c.from(int(c.octets[1])*4+8)
		o.headers++
	}
	if len(c.octets) == 0 {
		return nothing()
	}
	switch protocol {
	case 4:
		o.within.Tunnel = flow.TunnelIPInIP
		return o.ip(c)
	case 41:
		o.within.Tunnel = flow.TunnelIPv6InIP
		return o.ip(c)
	case 47:
		return o.gre(c)
	case 97: // RFC 3378
		if len(c.octets) >= 2 && c.octets[0]>>4 == 3 {
			o.within.Tunnel = flow.TunnelEtherIP
			return o.ethernet(c.from(2))
		}
	case 115:
		return o.l2tp3(c)
	case 137:
		o.within.Tunnel = flow.TunnelMPLS
		return o.labels(c)
	case 17:
		if len(c.octets) >= 8 {
			return o.udp(binary.BigEndian.Uint16(c.octets), binary.BigEndian.Uint16(c.octets[2:]), c.from(8))
		}
	}
	return nothing()
}

// ip gives the IP packet that c begins with. What is said of the link is that of
// the frame.
func (o *opening) ip(c chunk) (Packet, flow.Reason) {
	if o.headers > maxHeaders {
		return Packet{limited: true}, flow.ReasonNotIP
	}
	a := &o.around
	inner := Packet{
		Time: a.Time, WireOctets: a.WireOctets, Link: a.Link, VLAN: a.VLAN, InnerVLAN: a.InnerVLAN, MPLSTop: a.MPLSTop,
		SourceMAC: a.SourceMAC, DestinationMAC: a.DestinationMAC, Labels: a.Labels, EtherType: a.EtherType, Inside: o.within, headers: o.headers,
	}
	reason := inner.ip(c)
	return inner, reason
}

// versioned is ip where nothing but the version field says that it is IP.
func (o *opening) versioned(c chunk) (Packet, flow.Reason) {
	if len(c.octets) == 0 || c.octets[0]>>4 != 4 && c.octets[0]>>4 != 6 {
		return nothing()
	}
	return o.ip(c)
}

// ethernet gives the IP packet of the Ethernet frame that c begins with.
func (o *opening) ethernet(c chunk) (Packet, flow.Reason) {
	link := Packet{headers: o.headers}
	if link.tooDeep() || len(c.octets) < 14 {
		return link, flow.ReasonNotIP
	}
	content, reason := link.link(c.from(12))
	return o.behind(&link, content, reason)
}

// typed gives the IP packet behind a field that holds an EtherType.
func (o *opening) typed(etherType uint16, c chunk) (Packet, flow.Reason) {
	if etherType == 0x6558 { // bridged Ethernet
		return o.ethernet(c)
	}
	link := Packet{headers: o.headers}
	content, reason := link.ofType(etherType, c)
	return o.behind(&link, content, reason)
}

// labels gives the IP packet below the MPLS labels that c begins with.
func (o *opening) labels(c chunk) (Packet, flow.Reason) { return o.typed(0x8847, c) }

// behind gives the IP packet that link headers have led to.
func (o *opening) behind(link *Packet, content chunk, reason flow.Reason) (Packet, flow.Reason) {
	o.headers = link.headers
	switch {
	case reason == flow.ReasonAccounted:
		return o.ip(content)
	case reason == flow.ReasonNotIP && len(content.octets) > 0:
		return o.pseudowire(content, link.bottomLabel)
	}
	return *link, reason
}

// pseudowire gives the IP packet below an MPLS stack that has none right below it:
// RFC 4448.
func (o *opening) pseudowire(c chunk, label uint32) (Packet, flow.Reason) {
	if c.octets[0]>>4 == 0 && leadsToIP(c.from(4)) { // control word, RFC 4385
		c = c.from(4)
	}
	if !leadsToIP(c) {
		return nothing()
	}
	o.within.Tunnel, o.within.HasID, o.within.ID = flow.TunnelPseudowire, true, label
	return o.ethernet(c)
}

// leadsToIP says whether the Ethernet frame that c may begin with does.
func leadsToIP(c chunk) bool {
	if len(c.octets) < 14 {
		return false
	}
	switch binary.BigEndian.Uint16(c.octets[12:]) {
	case 0x0800, 0x86dd, 0x8100, 0x88a8, 0x8847, 0x8864:
		return true
	}
	return false
}

// ppp gives the IP packet of a PPP frame, RFC 1661 and RFC 1662.
func (o *opening) ppp(c chunk) (Packet, flow.Reason) {
	link := Packet{headers: o.headers}
	if link.tooDeep() {
		return link, flow.ReasonNotIP
	}
	if len(c.octets) >= 2 && c.octets[0] == 0xff && c.octets[1] == 3 { // address and control
		c = c.from(2)
	}
	if len(c.octets) < 2 {
		return nothing()
	}
	protocol, own := binary.BigEndian.Uint16(c.octets), 2
	if c.octets[0]&1 == 1 { // compressed to one octet
		protocol, own = uint16(c.octets[0]), 1
	}
	o.headers++
	switch protocol {
	case 0x0021, 0x0057:
		return o.ip(c.from(own))
	case 0x0281, 0x0283:
		return o.labels(c.from(own))
	}
	if o.headers == maxHeaders {
		return Packet{limited: true}, flow.ReasonNotIP
	}
	return nothing()
}
