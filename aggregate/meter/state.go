package meter

import (
	"math/bits"

	"netstream/aggregate/flow"
)

// State is one flow key with its open flow, if any. The zero State with its Key
// set, as Reset makes it, is a key without a flow. Fields are ordered by how often packets touch
// them: a packet that changes nothing but counters stays within the first ones.
type State struct {
	Key flow.Key

	open, ended     bool // ended: FIN or RST was seen whose rule is EndByGrace
	minTTL, maxTTL  uint8
	sliceTCPFlags   uint16
	marks           flow.Mark
	lastClock       flow.Timestamp
	firstClock      flow.Timestamp
	interval        flow.Timestamp // start of the interval of the current slice
	sliceFirst      flow.Timestamp
	sliceLast       flow.Timestamp
	slice           flow.Counters
	minOctets       uint64
	maxOctets       uint64
	tcpFlagCounts   [flow.TCPFlagCount]uint64
	total           flow.Counters // of the slices handed over
	start, end      flow.Timestamp
	fragments, late uint64
	firstNumber     uint64
	firstInput      uint32
	ordinal         uint32
	tcpFlags        uint16
	vlan, innerVLAN uint16
	sourceMAC       [6]byte
	destinationMAC  [6]byte
	mplsTop         uint32
	previousStart   flow.Timestamp // start of the record before, valid iff hasPrevious
	hasPrevious     bool
}

// Reset makes s the state of a key without a flow, whatever it was before. What
// only an open flow has is left as it is, to be set when one begins.
func (s *State) Reset(key *flow.Key) {
	s.Key = *key
	s.open, s.hasPrevious, s.ordinal = false, false, 0
}

// Open says whether the key has an open flow.
func (s *State) Open() bool { return s.open }

// forget makes the record before one that has no say in the next one's ordinal.
func (s *State) forget() { s.ordinal, s.hasPrevious = 0, false }

// flagsRead is set in sliceTCPFlags beside the control bits once a packet of the
// slice had any that could be read: no flags seen is NULL, none set is 0.
const flagsRead uint16 = 1 << 15

// count adds p, which belongs to the open flow and to its current slice. Grace are
// the control bits after which the flow is in its end.
func (s *State) count(p *flow.Packet, grace uint16) {
	m := &p.Meta
	s.lastClock = p.Clock
	s.sliceFirst = min(s.sliceFirst, p.Time)
	s.sliceLast = max(s.sliceLast, p.Time)
	s.slice.Packets++
	s.slice.Octets += m.Octets
	s.slice.WireOctets += uint64(m.WireOctets)
	s.slice.PayloadOctets += uint64(m.PayloadOctets)
	s.minOctets = min(s.minOctets, m.Octets)
	s.maxOctets = max(s.maxOctets, m.Octets)
	s.minTTL = min(s.minTTL, m.TTL)
	s.maxTTL = max(s.maxTTL, m.TTL)
	if m.Marks&(flow.MarkFragment|flow.MarkLate) != 0 {
		if m.Marks&flow.MarkFragment != 0 {
			s.fragments++
		}
		if m.Marks&flow.MarkLate != 0 {
			s.late++
		}
	}
	if m.Marks&flow.MarkTCP != 0 {
		s.marks |= flow.MarkTCP
		set := m.TCPFlags & (1<<flow.TCPFlagCount - 1)
		s.sliceTCPFlags |= set | flagsRead
		for f := set; f != 0; f &= f - 1 {
			s.tcpFlagCounts[bits.TrailingZeros16(f)]++
		}
		s.ended = s.ended || m.TCPFlags&grace != 0
	}
}

// addSlice adds the current slice to the flow's totals.
func (s *State) addSlice() {
	s.start = min(s.start, s.sliceFirst)
	s.end = max(s.end, s.sliceLast)
	s.total.Add(s.slice)
	s.tcpFlags |= s.sliceTCPFlags &^ flagsRead
	s.slice, s.sliceTCPFlags = flow.Counters{}, 0
}
