package carry

import (
	"net/netip"

	"netstream/aggregate/flow"
)

// point codes an observation point by its content.
func (c *Coder) point(p *flow.Point) {
	c.Text(&p.Interface)
	c.Bool(&p.HasIndex)
	Number(c, &p.Index)
	c.Text(&p.IndexName)
	Number(c, &p.Direction)
	c.encapsulation(&p.Inside)
	c.flexible(&p.Flexible)
	c.Bool(&p.Exported)
	exporter := string(p.Exporter.AsSlice())
	c.Text(&exporter)
	if c.decoding && exporter != "" {
		var ok bool
		if p.Exporter, ok = netip.AddrFromSlice([]byte(exporter)); !ok {
			c.fail()
		}
	}
	Number(c, &p.Domain)
}

func (c *Coder) encapsulation(e *flow.Encapsulation) {
	Number(c, &e.Tunnel)
	c.Bool(&e.HasID)
	Number(c, &e.ID)
	Number(c, &e.OuterVersion)
	c.Fixed(e.OuterSource[:])
	c.Fixed(e.OuterDestination[:])
}

func (c *Coder) flexible(f *flow.Flexible) {
	Number(c, &f.Has)
	if f.Has == 0 {
		return
	}
	Number(c, &f.SourceMask)
	Number(c, &f.DestinationMask)
	Number(c, &f.TCPFlags)
	Number(c, &f.VLAN)
	Number(c, &f.InnerVLAN)
	c.Fixed(f.SourceMAC[:])
	c.Fixed(f.DestinationMAC[:])
	Number(c, &f.FlowLabel)
	for i := range f.MPLS {
		Number(c, &f.MPLS[i])
	}
	Number(c, &f.EtherType)
}
