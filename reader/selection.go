package reader

import (
	"cmp"
	"slices"
	"time"

	"netstream/aggregate/flow"
	"netstream/reader/capture"
	"netstream/reader/clock"
	"netstream/reader/duplicate"
	"netstream/reader/header"
	"netstream/reader/sample"
)

// Selection says which of the packets that can be metered are (docs/metering.md,
// section Selection). They are judged in the order of the members. The zero
// Selection is all of them.
type Selection struct {
	Time            TimeRange
	DuplicateWindow time.Duration // how far apart copies are at most; 0 if they are not looked for
	Sample          sample.Spec   // must be valid
	Count           Count
}

// TimeRange is the time from From on and before To.
type TimeRange struct {
	From, To       flow.Timestamp
	HasFrom, HasTo bool // where it is not set, the range is open
}

// Contains says whether a time lies in the range.
func (r *TimeRange) Contains(t flow.Timestamp) bool {
	return (!r.HasFrom || t >= r.From) && (!r.HasTo || t < r.To)
}

// Count is how many packets of an input are metered at most.
type Count struct {
	Set     bool // there is a bound
	Packets uint64
}

// selection selects the packets of one input.
type selection struct {
	Selection
	duplicates *duplicate.Window // nil if they are not looked for
	sampler    *sample.Sampler   // nil if all are sampled

	streams     map[streamOf]*sampled
	byInterface [][directions]*sampled // the same, in step with the capture's interfaces; nil where not met yet
	holding     []*sampled             // those that hold a packet

	opened flow.Packet // what opening a frame again gives, and the packet that waits for those held
}

// directions is how many a capture tells apart: unknown, ingress, egress.
const directions = 3

// streamOf says what is sampled apart from all other packets: those of one interface in
// one direction, as far as the capture tells them.
type streamOf struct {
	point uint32 // of the capture interface
	told  header.Cooked
}

// sampled is a stream of packets and the one that it holds.
type sampled struct {
	sample.Stream
	holds  bool
	frame  capture.Frame // its octets are gone, their number is valid
	packet flow.Packet
}

// newSelection gives nil if nothing is to be selected.
func newSelection(options *Options) *selection {
	if options.Select == (Selection{}) {
		return nil
	}
	s := &selection{Selection: options.Select}
	if s.DuplicateWindow > 0 {
		s.duplicates = duplicate.New(s.DuplicateWindow)
	}
	if s.Sample.Method != sample.None {
		s.sampler = sample.New(s.Sample, options.ReorderWindow)
		s.streams = make(map[streamOf]*sampled)
	}
	return s
}

// full says whether no packet more is to be metered.
func (p *Packets) full() bool {
	count := &p.selection.Count
	return count.Set && p.account.Accounted.Packets >= count.Packets
}

// beyond counts a frame behind the last packet that is metered. What it holds is not
// looked at.
func (p *Packets) beyond(f *capture.Frame) {
	length := wireOctets(f.Length, f.FCSLength)
	p.account.unselected(flow.ReasonBeyondCount, f, &flow.Meta{WireOctets: length})
}

// choose gives a packet, which is in the orderer's slot, to the orderer, or counts
// why not.
func (p *Packets) choose(f *capture.Frame, packet *flow.Packet) {
	s := p.selection
	if !s.Time.Contains(packet.Time) {
		p.account.outside(&s.Time, packet.Time)
		p.unselected(flow.ReasonOutOfTimeRange, f, &packet.Meta)
		return
	}
	if s.isCopy(&p.interfaces[f.Interface], f.Data, f.Length, packet.Time) {
		p.unselected(flow.ReasonDuplicate, f, &packet.Meta)
		return
	}
	if s.sampler == nil {
		p.meterSelected(f, packet)
		return
	}
	p.sample(f, packet)
}

// outside notes that a packet was left out whose time is not in a range.
func (a *Account) outside(r *TimeRange, t flow.Timestamp) {
	if r.HasFrom && t < r.From {
		a.Earlier = true
	} else {
		a.Later = true
	}
}

// isCopy says whether a packet is the copy of one before. Copies are told by the octets of
// the frame's outermost IP packet as captured, and its length; of a frame without one, whose
// packet runs in a pseudowire, by those of the frame.
func (s *selection) isCopy(from *observed, frame []byte, length uint32, at flow.Timestamp) bool {
	if s.duplicates == nil {
		return false
	}
	captured, reason, _ := from.decoder.Open(&s.opened, frame, length)
	octets := s.opened.Meta.Octets
	if reason != flow.ReasonAccounted {
		captured, octets = frame, uint64(wireOctets(length, from.fcsLength))
	}
	return s.duplicates.Copy(captured, octets, at)
}

// sample does with a packet what the sampler says.
func (p *Packets) sample(f *capture.Frame, packet *flow.Packet) {
	s := p.selection
	stream := p.stream(f)
	if s.sampler.Turn(packet.Time) && len(s.holding) > 0 {
		s.opened = *packet // its slot is needed
		p.release()
		packet = p.orderer.Slot()
		*packet = s.opened
	}
	switch s.sampler.Take(&stream.Stream) {
	case sample.Selected:
		p.meterSelected(f, packet)
	case sample.Left:
		p.unselected(flow.ReasonNotSampled, f, &packet.Meta)
	case sample.Held:
		if stream.holds {
			p.unselected(flow.ReasonNotSampled, &stream.frame, &stream.packet.Meta)
		} else {
			s.holding = append(s.holding, stream)
		}
		stream.holds, stream.frame, stream.packet = true, *f, *packet
	}
}

// stream gives the stream that a frame belongs to.
func (p *Packets) stream(f *capture.Frame) *sampled {
	s := p.selection
	from := &p.interfaces[f.Interface]
	told := from.told(f.Data, f.Direction)
	for f.Interface >= len(s.byInterface) {
		s.byInterface = append(s.byInterface, [directions]*sampled{})
	}
	if known := s.byInterface[f.Interface][told.Direction]; known != nil && !told.HasIndex {
		return known
	}
	of := streamOf{from.point, told}
	stream := s.streams[of]
	if stream == nil {
		point := p.options.Points.Point(from.point)
		place := sample.Place{Interface: point.Interface, HasIndex: point.HasIndex, Index: point.Index, Direction: told.Direction}
		if told.HasIndex {
			place.HasIndex, place.Index = true, told.Index
		}
		stream = &sampled{Stream: s.sampler.Stream(place)}
		s.streams[of] = stream
	}
	if !told.HasIndex {
		s.byInterface[f.Interface][told.Direction] = stream
	}
	return stream
}

// release gives the packets that are held to the orderer, in file order.
func (p *Packets) release() {
	s := p.selection
	slices.SortFunc(s.holding, func(a, b *sampled) int { return cmp.Compare(a.frame.Number, b.frame.Number) })
	for _, stream := range s.holding {
		slot := p.orderer.Slot()
		*slot = stream.packet
		p.meterSelected(&stream.frame, slot)
		stream.holds = false
	}
	s.holding = s.holding[:0]
}

// meterSelected gives a selected packet, which is in the orderer's slot, to the
// orderer.
func (p *Packets) meterSelected(f *capture.Frame, packet *flow.Packet) {
	if p.full() {
		p.forgetSecond(f)
		p.beyond(f)
		return
	}
	p.put(f, packet)
}

// unselected counts a packet that is left out.
func (p *Packets) unselected(reason flow.Reason, f *capture.Frame, m *flow.Meta) {
	p.forgetSecond(f)
	p.account.unselected(reason, f, m)
}

// Selected reads the input until so many packets are selected, or to its end, and
// gives how many were, at most so many. Nothing else but Close may be called
// afterwards.
func (p *Packets) Selected(most uint64) (uint64, error) {
	var gone [framesAtATime]flow.Packet
	for !p.ended && p.account.Accounted.Packets < most {
		if err := p.read(); err != nil {
			return 0, err
		}
		if p.orderer.Waiting() > clock.MaxWaiting {
			for _, packet := range gone[:p.orderer.Take(gone[:])] {
				delete(p.seconds, packet.Number) // what it carries
			}
		}
	}
	return min(p.account.Accounted.Packets, most), nil
}
