package header

import "netstream/aggregate/flow"

// DecodeWithoutIP reads one frame for which [Decoder.Decode] or [Decoder.DecodeInner]
// says [flow.ReasonNotIP] as a packet of the link alone (docs/metering.md section 3): no
// member of the key is known, and its octets are those behind the headers that could be
// opened, to the end of the frame. Of p.Meta the lengths, VLAN, MPLS and MAC are set.
func (d *Decoder) DecodeWithoutIP(p *flow.Packet, frame []byte, length uint32) {
	w := d.walk(p, frame, length)
	w.run(d.first)
	p.Key = flow.Key{
		Point: p.Key.Point,
		Shape: flow.NoSource | flow.NoDestination | flow.NoProtocol | flow.NoClassOfService | flow.NoSourcePort | flow.NoDestinationPort,
	}
	p.Meta.Octets = uint64(w.length) - uint64(w.at)
}
