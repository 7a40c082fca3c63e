package naive

import (
	"bytes"
	"math/big"
	"slices"
	"time"

	"netstream/aggregate/flow"
)

// Selection says which of the packets that can be metered are: docs/metering.md,
// section Selection. The zero Selection is all of them.
type Selection struct {
	HasFrom, HasTo bool
	From, To       flow.Timestamp // valid as HasFrom and HasTo say

	DuplicateWindow time.Duration // 0: copies are packets as well

	Method  string // "fix-packets", "random-packets", "fix-time", "random-time", "" for all packets
	Packets uint64 // N
	Phase   uint64 // of fix-packets, from 1
	Window  time.Duration
	Seed    uint64

	Count int // of the whole run; 0 for all
}

// rememberedPackets is among how many packets the original of a copy is looked for.
const rememberedPackets = 65536

// judged is a frame and what became of it.
type judged struct {
	packet *packet // means nothing if the frame cannot be metered
	reason flow.Reason
	at     int // index of the frame at which that was decided
}

func accounted(frames []judged) []*packet {
	var packets []*packet
	for _, f := range frames {
		if f.reason == flow.ReasonAccounted {
			packets = append(packets, f.packet)
		}
	}
	return packets
}

func (s *Selection) population() uint64 {
	if s.Method == "fix-packets" || s.Method == "random-packets" {
		return s.Packets
	}
	return 0
}

// judge gives the frames of one file, as they are decoded, with the reasons of
// selection but for the count.
func (o *Options) judge(frames []judged) []judged {
	frames = slices.Clone(frames)
	s := &o.Select
	var candidates []*judged
	for i := range frames {
		f := &frames[i]
		switch t := f.packet.Time; {
		case f.reason != flow.ReasonAccounted:
		case s.HasFrom && t < s.From || s.HasTo && t >= s.To:
			f.reason = flow.ReasonOutOfTimeRange
		default:
			candidates = append(candidates, f)
		}
	}
	if s.DuplicateWindow > 0 {
		candidates = s.withoutCopies(candidates)
	}
	switch s.Method {
	case "fix-packets", "random-packets":
		s.samplePackets(candidates)
	case "fix-time", "random-time":
		o.sampleTime(candidates, len(frames))
	}
	return frames
}

// withoutCopies leaves out packets that are like the last one of their octets.
func (s *Selection) withoutCopies(candidates []*judged) []*judged {
	var originals []*judged
	for _, f := range candidates {
		for i := len(originals) - 1; i >= max(0, len(originals)-rememberedPackets); i-- {
			p, q := f.packet, originals[i].packet
			if p.comparedOctets != q.comparedOctets || !bytes.Equal(p.compared, q.compared) {
				continue
			}
			if minus(max(p.Time, q.Time), min(p.Time, q.Time)) <= flow.Timestamp(s.DuplicateWindow) {
				f.reason = flow.ReasonDuplicate
			}
			break
		}
		if f.reason == flow.ReasonAccounted {
			originals = append(originals, f)
		}
	}
	return originals
}

// samplePackets selects one packet of each N of each place.
func (s *Selection) samplePackets(candidates []*judged) {
	counts := map[Place]uint64{}
	for _, f := range candidates {
		place := f.packet.sampledAt()
		i := counts[place]
		counts[place]++
		chosen := s.Phase - 1
		if s.Method == "random-packets" {
			chosen = upTo(splitMix(place.seed(s.Seed), i/s.Packets), s.Packets)
		}
		if i%s.Packets != chosen {
			f.reason = flow.ReasonNotSampled
		}
	}
}

// sampledAt gives what a packet is sampled by: the interface and direction of its frame.
func (p *packet) sampledAt() Place {
	place := p.told
	place.IndexName = ""
	return place
}

// sampleTime selects one packet of each window of time, at each place.
func (o *Options) sampleTime(candidates []*judged, frames int) {
	s := &o.Select
	tolerated := int64((o.ReorderWindow + s.Window - 1) / s.Window)
	number := func(f *judged) int64 {
		n := int64(f.packet.Time) / int64(s.Window)
		if int64(f.packet.Time)%int64(s.Window) < 0 {
			n--
		}
		return n
	}
	for len(candidates) > 0 {
		window := number(candidates[0])
		n := 1
		for n < len(candidates) && number(candidates[n]) <= window && number(candidates[n]) >= window-tolerated {
			n++
		}
		end := frames
		if n < len(candidates) {
			end = int(candidates[n].packet.number) - 1
		}
		places := map[Place][]*judged{}
		for _, f := range candidates[:n] {
			places[f.packet.sampledAt()] = append(places[f.packet.sampledAt()], f)
		}
		for place, packets := range places {
			s.sampleWindow(packets, splitMix(place.seed(s.Seed), uint64(window)), end)
		}
		candidates = candidates[n:]
	}
}

// sampleWindow selects one packet of a place in a window that the frame end ends.
func (s *Selection) sampleWindow(packets []*judged, seed uint64, end int) {
	chosen := 0
	if s.Method == "random-time" {
		for i := range packets {
			if upTo(splitMix(seed, uint64(i)+1), uint64(i)+1) == 0 {
				chosen = i
			}
		}
		packets[chosen].at = end
	}
	for i, f := range packets {
		if i != chosen {
			f.reason = flow.ReasonNotSampled
		}
	}
}

// cut gives the frames of one file, as they are decoded, with all their reasons,
// when so many packets were accounted in the files before.
func (o *Options) cut(frames []judged, before int) []judged {
	all := o.judge(frames)
	if o.Select.Count == 0 {
		return all
	}
	left, end := o.Select.Count-before, 0 // frames from end on are not looked at
	if left > 0 {
		end = len(frames)
		n := 0
		for _, f := range all {
			if f.reason != flow.ReasonAccounted {
				continue
			}
			if n++; n == left {
				end = min(f.at+1, len(frames))
			}
		}
	}
	all = append(o.judge(frames[:end]), slices.Clone(frames[end:])...)
	n := 0
	for i := range all {
		switch f := &all[i]; {
		case i >= end:
			f.reason = flow.ReasonBeyondCount
		case f.reason != flow.ReasonAccounted:
		case n == left:
			f.reason = flow.ReasonBeyondCount
		default:
			n++
		}
	}
	return all
}

// splitMix gives number i, from 0, of a SplitMix64 generator.
func splitMix(seed, i uint64) uint64 {
	state := seed
	state += 0x9e3779b97f4a7c15 * i
	state += 0x9e3779b97f4a7c15
	state = (state ^ state>>30) * 0xbf58476d1ce4e5b9
	state = (state ^ state>>27) * 0x94d049bb133111eb
	return state ^ state>>31
}

// upTo gives floor(x * n / 2^64).
func upTo(x, n uint64) uint64 {
	product := new(big.Int).Mul(new(big.Int).SetUint64(x), new(big.Int).SetUint64(n))
	return product.Rsh(product, 64).Uint64()
}
