package header

import (
	"encoding/binary"

	"netstream/aggregate/flow"
)

// DecodeInner reads one frame as [Decoder.Decode] does, but for the innermost IP
// packet that can be reached through the tunnels of docs/metering.md section 1,
// and also gives what stands around it. The zero Encapsulation says that the
// packet is the outermost one.
//
// A tunnel is opened if what it carries leads to an IP header that can be
// metered; else the packet is the one that carries it. Key and IP lengths are
// those of the packet that is given; WireOctets, VLAN, MPLS and MAC are of the
// frame's own link. At most [MaxHeaders] headers are opened in front of the metered
// IP header, those of the packets around it included; if there are more, the packet is the innermost one reached and has
// [flow.MarkDepthLimited]. Fragments are not looked into.
func (d *Decoder) DecodeInner(p *flow.Packet, frame []byte, length uint32) (within flow.Encapsulation, reason flow.Reason, detail uint32) {
	if _, ok := d.internetAt(frame); ok {
		if reason, detail = d.Decode(p, frame, length); reason == flow.ReasonAccounted && !mayCarry(p) {
			return flow.Encapsulation{}, reason, detail
		}
	}
	w := d.walk(p, frame, length)
	w.tunnels = true
	return w.innermost(d.first)
}

// mayCarry says whether a packet may have a tunnel in it. Most have none by their protocol, or by ports that no
// tunnel has, as overUDP knows them.
func mayCarry(p *flow.Packet) bool {
	switch k := &p.Key; {
	case k.Shape != flow.Ports:
		return true
	case k.Protocol == protocolTCP, k.Protocol == protocolICMP, k.Protocol == protocolICMPv6:
		return false
	case k.Protocol == protocolUDP:
		return isTunnelPort(k.SourcePort) || isTunnelPort(k.DestinationPort)
	}
	return true
}

// innermost reads a frame from its outermost header on.
func (w *walk) innermost(first protocol) (within flow.Encapsulation, reason flow.Reason, detail uint32) {
	p := w.packet
	if reason, detail = w.run(first); reason != flow.ReasonAccounted {
		if w.stack != 0 { // what a pseudowire carries cannot be metered, as if it were not opened
			return within, flow.ReasonNotIP, uint32(w.stack)
		}
		return within, reason, detail
	}
	within = w.within
	for {
		key, meta := p.Key, p.Meta
		next := w.enter()
		if next == 0 {
			return within, reason, 0
		}
		if w.opened++; w.opened > MaxHeaders { // the IP header that carries the tunnel is one, too
			p.Meta.Marks |= flow.MarkDepthLimited
			return within, reason, 0
		}
		p.Meta.Marks &^= flow.MarkTCP | flow.MarkLengthInferred | flow.MarkTruncated | flow.MarkBadTransport
		p.Meta.TCPFlags = 0
		p.Meta.Sequence, p.Meta.Acknowledgment, p.Meta.Window, p.Meta.HasSegment = 0, 0, 0, false
		if carried, _ := w.run(next); carried != flow.ReasonAccounted {
			p.Key, p.Meta = key, meta
			if w.limited {
				p.Meta.Marks |= flow.MarkDepthLimited
			}
			return within, reason, 0
		}
		within = w.within
	}
}

// enter opens the tunnel that the IP packet at w.at carries, and tells what its
// content begins with; 0 if it carries none that can be opened.
func (w *walk) enter() protocol {
	p := w.packet
	if p.Meta.Marks&flow.MarkFragment != 0 {
		return 0
	}
	w.limit(int(min(p.Meta.Octets, uint64(w.length)-uint64(w.at))))
	number, ok := w.payload()
	if !ok {
		return 0
	}
	w.inside, w.withMAC = true, false
	w.within = flow.Encapsulation{
		OuterVersion: p.Key.Version, OuterSource: p.Key.Source, OuterDestination: p.Key.Destination,
	}
	switch number {
	case protocolIPv4:
		return w.carries(flow.TunnelIPInIP, etherTypeIPv4)
	case protocolIPv6:
		return w.carries(flow.TunnelIPv6InIP, etherTypeIPv6)
	case protocolGRE:
		return w.gre()
	case protocolEtherIP:
		return w.etherIP()
	case protocolL2TP:
		return w.l2tp3()
	case protocolMPLS:
		return w.carries(flow.TunnelMPLS, etherTypeMPLS)
	case protocolUDP:
		return w.overUDP()
	}
	return 0
}

// IP protocols that carry tunnels, IANA Assigned Internet Protocol Numbers.
const (
	protocolIPv4    = 4
	protocolIPv6    = 41
	protocolGRE     = 47
	protocolEtherIP = 97
	protocolL2TP    = 115
	protocolMPLS    = 137
)

// payload moves behind the IP header at w.at, with the extension and
// authentication headers that follow it, and tells the protocol of what is there.
func (w *walk) payload() (number uint8, ok bool) {
	b := w.rest()
	at := ipv6FixedLength
	if b[0]>>4 == 4 {
		number, at = b[9], int(b[0]&0xf)*4
	} else {
		number = b[6]
	}
	for number == nextAuthentication || b[0]>>4 == 6 && isExtension(number) {
		const shortest = 8
		if len(b)-at < shortest {
			return 0, false
		}
		next := b[at]
		at += extensionLength(number, b[at+1])
		number = next
		w.opened++
	}
	if at >= len(b) {
		return 0, false
	}
	w.at += at
	return number, true
}

// carries notes a tunnel without identifier.
func (w *walk) carries(tunnel flow.TunnelType, content protocol) protocol {
	w.within.Tunnel = tunnel
	return content
}

// carriesIn notes a tunnel with its identifier.
func (w *walk) carriesIn(tunnel flow.TunnelType, id uint32, content protocol) protocol {
	w.within.Tunnel, w.within.HasID, w.within.ID = tunnel, true, id
	return content
}

// etherIP opens the header of RFC 3378 section 3: version 3 in the upper nibble of
// two octets.
func (w *walk) etherIP() protocol {
	b := w.take(2)
	if b == nil || b[0]>>4 != 3 {
		return 0
	}
	return w.carries(flow.TunnelEtherIP, linkEthernet)
}

// ipVersion tells IP by its version, where no field says what the content is.
func (w *walk) ipVersion() protocol {
	b := w.rest()
	if len(b) == 0 {
		return 0
	}
	switch b[0] >> 4 {
	case 4:
		return etherTypeIPv4
	case 6:
		return etherTypeIPv6
	}
	return 0
}

// number gives a number of n octets, at most 4, at an offset of b.
func number(b []byte, at, n int) (v uint32) {
	var four [4]byte
	copy(four[4-n:], b[at:at+n])
	return binary.BigEndian.Uint32(four[:])
}
