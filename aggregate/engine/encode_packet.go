package engine

import (
	"netstream/aggregate/carry"
	"netstream/aggregate/flow"
)

// appendPacket lays out a packet of a part: its key, then the rest in numbers, of which
// most are small. Clocks, which only rise, are told by how far.
func (a *part) appendPacket(dst []byte, p *flow.Packet) []byte {
	dst = appendMeteredPoint(appendKey(dst, &p.Key), p.Key.Point)
	c := carry.NewEncoder(dst)
	a.codePacket(c, p)
	return c.Octets()
}

// decodePacket reads a packet back, but for its hash. Packets come in the order in which
// they were appended.
func (a *part) decodePacket(src []byte, p *flow.Packet) error {
	*p = flow.Packet{}
	d := decoder{src: src}
	d.key(&p.Key)
	d.point(&p.Key)
	if d.failed {
		return errRowCut
	}
	c := carry.NewDecoder(d.src[d.at:])
	a.codePacket(c, p)
	return c.Finish()
}

func (a *part) codePacket(c *carry.Coder, p *flow.Packet) {
	rise, early := uint64(p.Clock)-uint64(a.clock), p.Clock-p.Time
	carry.Number(c, &rise)
	a.clock = flow.Timestamp(uint64(a.clock) + rise)
	p.Clock = a.clock
	carry.Signed(c, &early)
	p.Time = p.Clock - early
	carry.Number(c, &p.Number)
	m := &p.Meta
	carry.Number(c, &m.Marks)
	carry.Number(c, &m.Octets)
	carry.Number(c, &m.WireOctets)
	carry.Number(c, &m.PayloadOctets)
	carry.Number(c, &m.Input)
	carry.Number(c, &m.TTL)
	carry.Number(c, &m.TCPFlags)
	if m.Marks&flow.MarkFragment != 0 {
		carry.Number(c, &p.FragmentID)
	}
	if m.Marks&flow.MarkMPLS != 0 {
		carry.Number(c, &m.MPLSTop)
	}
	if m.Marks&(flow.MarkVLAN|flow.MarkInnerVLAN) != 0 {
		carry.Number(c, &m.VLAN)
		carry.Number(c, &m.InnerVLAN)
	}
	if m.Marks&flow.MarkMAC != 0 {
		c.Fixed(m.SourceMAC[:])
		c.Fixed(m.DestinationMAC[:])
	}
	if c.Bool(&m.HasSegment); m.HasSegment {
		carry.Number(c, &m.Sequence)
		carry.Number(c, &m.Acknowledgment)
		carry.Number(c, &m.Window)
	}
}
