package meter

import (
	"math/bits"

	"netstream/aggregate/flow"
)

// side counts the packets of an open flow, or those of one direction of it.
type side struct {
	minTTL, maxTTL  uint8
	sliceTCPFlags   uint16
	marks           flow.Mark
	tcpFlags        uint16
	slice           flow.Counters // of the current slice
	minOctets       uint64
	maxOctets       uint64
	tcpFlagCounts   [flow.TCPFlagCount]uint64
	total           flow.Counters // of the slices handed over
	vlan, innerVLAN uint16
	sourceMAC       [6]byte
	destinationMAC  [6]byte
	mplsTop         uint32
}

// flagsRead is set in sliceTCPFlags beside the control bits once a packet of the
// slice had any that could be read: no flags seen is NULL, none set is 0.
const flagsRead uint16 = 1 << 15

// firstMarks are the marks of its first packet that a side keeps.
const firstMarks = flow.MarkTCP | flow.MarkVLAN | flow.MarkInnerVLAN | flow.MarkMPLS | flow.MarkMAC

// begin makes s the side of a flow whose first packet is p, which it does not count.
// It sets the fields one by one: states are large, and making a new one to copy it
// over the old one took a tenth of the metering.
func (s *side) begin(p *flow.Packet) {
	s.minTTL, s.maxTTL = p.Meta.TTL, p.Meta.TTL
	s.marks = p.Meta.Marks & firstMarks
	s.sliceTCPFlags, s.slice = 0, flow.Counters{}
	s.minOctets, s.maxOctets = p.Meta.Octets, p.Meta.Octets
	s.tcpFlags, s.tcpFlagCounts = 0, [flow.TCPFlagCount]uint64{}
	s.total = flow.Counters{}
	s.vlan, s.innerVLAN, s.mplsTop = p.Meta.VLAN, p.Meta.InnerVLAN, p.Meta.MPLSTop
	s.sourceMAC, s.destinationMAC = p.Meta.SourceMAC, p.Meta.DestinationMAC
}

// count counts a packet of the current slice.
func (s *side) count(m *flow.Meta) {
	s.slice.Packets++
	s.slice.Octets += m.Octets
	s.slice.WireOctets += uint64(m.WireOctets)
	s.slice.PayloadOctets += uint64(m.PayloadOctets)
	s.minOctets = min(s.minOctets, m.Octets)
	s.maxOctets = max(s.maxOctets, m.Octets)
	s.minTTL = min(s.minTTL, m.TTL)
	s.maxTTL = max(s.maxTTL, m.TTL)
	if m.Marks&flow.MarkTCP != 0 {
		s.marks |= flow.MarkTCP
		set := m.TCPFlags & (1<<flow.TCPFlagCount - 1)
		s.sliceTCPFlags |= set | flagsRead
		for f := set; f != 0; f &= f - 1 {
			s.tcpFlagCounts[bits.TrailingZeros16(f)]++
		}
	}
}

// packets gives how many packets were counted.
func (s *side) packets() uint64 { return s.total.Packets + s.slice.Packets }

// endSlice adds the current slice to the totals.
func (s *side) endSlice() {
	s.total.Add(s.slice)
	s.tcpFlags |= s.sliceTCPFlags &^ flagsRead
	s.slice, s.sliceTCPFlags = flow.Counters{}, 0
}

// fill sets what a flow record says of the side, whose slices are all handed over.
func (s *side) fill(r *flow.Record) {
	// One by one, as they were just written: to copy them all would wait for that.
	to := &r.Counters
	to.Packets, to.Octets, to.WireOctets, to.PayloadOctets = s.total.Packets, s.total.Octets, s.total.WireOctets, s.total.PayloadOctets
	r.TCPFlagCounts = s.tcpFlagCounts // alone: assigned with others, it goes through a copy
	r.TCPFlags, r.Marks = s.tcpFlags, s.marks
	r.MinOctets, r.MaxOctets, r.MinTTL, r.MaxTTL = s.minOctets, s.maxOctets, s.minTTL, s.maxTTL
	r.VLAN, r.InnerVLAN, r.MPLSTop = s.vlan, s.innerVLAN, s.mplsTop
	r.SourceMAC, r.DestinationMAC = s.sourceMAC, s.destinationMAC
}
