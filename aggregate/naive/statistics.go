package naive

import (
	"math/big"
	"slices"

	"netstream/aggregate/flow"
)

// statistics sums up the lengths and times of a flow's packets: docs/features.md.
func (f *meteredFlow) statistics(opts Options) *flow.Statistics {
	s := &flow.Statistics{HasMoments: opts.Moments, HasEarly: opts.Early > 0, Early: []flow.EarlyPacket{}}
	back := func(p *packet) bool { return opts.Biflow && p.against(f) }
	gaps := gapsOf(f.packets)
	for i, p := range f.packets[:min(opts.Early, len(f.packets))] {
		s.Early = append(s.Early, flow.EarlyPacket{Octets: p.Octets, Gap: gaps[i], Reverse: back(p)})
	}
	if !opts.Moments {
		return s
	}
	s.Forward = moments(slices.DeleteFunc(slices.Clone(f.packets), back))
	s.Reverse = moments(slices.DeleteFunc(slices.Clone(f.packets), func(p *packet) bool { return !back(p) }))
	var active, idle []uint64
	since := f.packets[0].Time
	for i, p := range f.packets {
		if gaps[i] > 5_000_000_000 {
			active = append(active, uint64(latest(f.packets[:i])-since))
			idle = append(idle, gaps[i])
			since = p.Time
		}
	}
	active = append(active, uint64(latest(f.packets)-since))
	s.Active, s.Idle = periods(active), periods(idle)
	return s
}

// latest gives the greatest time of packets.
func latest(packets []*packet) flow.Timestamp {
	greatest := packets[0].Time
	for _, p := range packets {
		greatest = max(greatest, p.Time)
	}
	return greatest
}

// gapsOf gives for each packet the time since the latest one before it, 0 for the first
// and for those that are earlier.
func gapsOf(packets []*packet) []uint64 {
	gaps := make([]uint64, len(packets))
	for i, p := range packets {
		if i > 0 && p.Time > latest(packets[:i]) {
			gaps[i] = uint64(p.Time) - uint64(latest(packets[:i]))
		}
	}
	return gaps
}

// moments sums up the packets of one direction.
func moments(packets []*packet) (m flow.Moments) {
	lengths, squares := new(big.Int), new(big.Int)
	square := func(v uint64) *big.Int {
		n := new(big.Int).SetUint64(v)
		return n.Mul(n, n)
	}
	gaps := gapsOf(packets)
	for i, p := range packets {
		lengths.Add(lengths, square(p.Octets))
		class := 6
		for n, bound := range slices.Backward([]uint64{64, 128, 256, 512, 1024, 1518}) {
			if p.Octets <= bound {
				class = n
			}
		}
		m.Classes[class]++
		if i > 0 {
			m.Gaps += gaps[i]
			squares.Add(squares, square(gaps[i]))
		}
	}
	if len(packets) > 1 {
		m.MinGap, m.MaxGap = slices.Min(gaps[1:]), slices.Max(gaps[1:])
	}
	m.LengthSquares, m.GapSquares = halves(lengths), halves(squares)
	return m
}

// halves cuts a number of up to 128 bits in two.
func halves(n *big.Int) flow.Squares {
	octets := n.FillBytes(make([]byte, 16))
	return flow.Squares{High: new(big.Int).SetBytes(octets[:8]).Uint64(), Low: new(big.Int).SetBytes(octets[8:]).Uint64()}
}

func periods(lengths []uint64) (p flow.Periods) {
	if len(lengths) == 0 {
		return p
	}
	for _, length := range lengths {
		p.Sum += length
	}
	p.Count, p.Min, p.Max = uint64(len(lengths)), slices.Min(lengths), slices.Max(lengths)
	return p
}
