package meter

import "netstream/aggregate/flow"

// side counts the packets of an open flow, or those of one direction of it. Each packet
// changes some of the first 64 octets, and seldom others.
type side struct {
	minTTL, maxTTL  uint8
	sliceTCPFlags   uint16
	marks           flow.Mark
	settled         bool          // tcpFlags, total and flagCounts are valid, else all are 0
	slice           flow.Counters // of the current slice
	minOctets       uint64
	maxOctets       uint64
	flagLanes       uint64 // what flagCounts lacks of the first eight bits, an octet for each
	vlan, innerVLAN uint16
	sourceMAC       [6]byte
	destinationMAC  [6]byte
	mplsTop         uint32
	tcpFlags        uint16                    // of the slices handed over
	total           flow.Counters             // likewise
	flagCounts      [flow.TCPFlagCount]uint64 // see settle
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
	s.sliceTCPFlags = 0
	s.slice = flow.Counters{}
	s.minOctets, s.maxOctets = p.Meta.Octets, p.Meta.Octets
	s.settled, s.flagLanes = false, 0
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
	// Without a branch: TCP and other packets come in no order.
	tcp := m.Marks & flow.MarkTCP
	set := m.TCPFlags & (1<<flow.TCPFlagCount - 1) & -uint16(tcp/flow.MarkTCP)
	s.marks |= tcp
	s.sliceTCPFlags |= set | uint16(tcp/flow.MarkTCP)*flagsRead
	s.flagLanes += lanesOf(uint8(set))
	if set&flow.TCPAe != 0 {
		s.validate()
		s.flagCounts[flow.TCPFlagCount-1]++
	}
	if s.slice.Packets%lanePackets == 0 {
		s.settle()
	}
}

// lanePackets is after how many packets lanes are added to the counts, long before an
// octet is full.
const lanePackets = 128

// lanesOf gives an octet for each bit, the lowest one first, that is 1 if the bit is set.
// It takes no branch for each bit that packets have or have not.
func lanesOf(set uint8) uint64 {
	const (
		every = 0x0101010101010101 // the octets
		own   = 0x8040201008040201 // bit i of octet i
		carry = 0x00406070787c7e7f // what carries a bit i that is set to bit 7
	)
	return (uint64(set)*every&own + carry) >> 7 & every
}

// validate makes tcpFlags, total and flagCounts valid, which most flows do without.
func (s *side) validate() {
	if s.settled {
		return
	}
	s.settled, s.tcpFlags = true, 0
	s.total = flow.Counters{}
	s.flagCounts = [flow.TCPFlagCount]uint64{} // alone: with others it would go through a copy
}

// settle adds the lanes to the counts.
func (s *side) settle() {
	s.validate()
	for i := range s.flagCounts[:flow.TCPFlagCount-1] {
		s.flagCounts[i] += s.flagLanes >> (8 * i) & 0xff
	}
	s.flagLanes = 0
}

// handedOver gives what the slices before the current one have counted.
func (s *side) handedOver() flow.Counters {
	if !s.settled {
		return flow.Counters{}
	}
	return s.total
}

// packets gives how many packets were counted.
func (s *side) packets() uint64 { return s.handedOver().Packets + s.slice.Packets }

// endSlice adds the current slice to the totals.
func (s *side) endSlice() {
	s.settle()
	s.total.Add(s.slice)
	s.tcpFlags |= s.sliceTCPFlags &^ flagsRead
	s.slice = flow.Counters{}
	s.sliceTCPFlags = 0
}

// fill sets what a flow record says of the side, whose slices are all handed over.
func (s *side) fill(r *flow.Record) {
	r.TCPFlagCounts = s.flagCounts // alone: assigned with others, it goes through a copy
	s.fillRest(r, &s.total, s.tcpFlags)
	s.fillTags(r)
}

// fillWhole sets what fill sets of a side whose packets are all in the current slice. It reads only what
// it must: flows end long after their last packets, so that each line of memory is a cache miss.
// Members of the record that no mark says to be valid stay what they were.
func (s *side) fillWhole(r *flow.Record) {
	flags := s.sliceTCPFlags &^ flagsRead
	for i := range s.flagCounts[:flow.TCPFlagCount-1] {
		r.TCPFlagCounts[i] = s.flagLanes >> (8 * i) & 0xff
	}
	r.TCPFlagCounts[flow.TCPFlagCount-1] = 0
	if s.settled {
		for i, n := range s.flagCounts {
			r.TCPFlagCounts[i] += n
		}
	}
	s.fillRest(r, &s.slice, flags)
	if s.marks&(firstMarks&^flow.MarkTCP) != 0 {
		s.fillTags(r)
	}
}

func (s *side) fillRest(r *flow.Record, from *flow.Counters, flags uint16) {
	// One by one, as they were just written: to copy them all would wait for that.
	to := &r.Counters
	to.Packets, to.Octets, to.WireOctets, to.PayloadOctets = from.Packets, from.Octets, from.WireOctets, from.PayloadOctets
	r.TCPFlags, r.Marks = flags, s.marks
	r.MinOctets, r.MaxOctets, r.MinTTL, r.MaxTTL = s.minOctets, s.maxOctets, s.minTTL, s.maxTTL
}

func (s *side) fillTags(r *flow.Record) {
	r.VLAN, r.InnerVLAN, r.MPLSTop = s.vlan, s.innerVLAN, s.mplsTop
	r.SourceMAC, r.DestinationMAC = s.sourceMAC, s.destinationMAC
}
