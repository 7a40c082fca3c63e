package reader

import (
	"netstream/aggregate/flow"
	"netstream/reader/clock"
)

// takesPlain says whether nothing is asked for that readPlain leaves out.
func (p *Packets) takesPlain() bool {
	return (p.selection == nil || p.selection.sampler == nil) && (p.keys == nil || !p.keys.varies) && p.mask == nil
}

// readPlain does what read does for at most so many frames, as long as nothing about them
// is odd, and gives their number: most packets of most captures then cost no decisions
// that are the same for all, and are counted together. What it leaves, read takes.
func (p *Packets) readPlain(most int) (read int) {
	records, ok := p.capture.Plain()
	if !ok {
		return 0
	}
	way := plainWay{index: -1}
	sums := plainSums{keyed: p.keys != nil, records: &records}
	var number uint64
	sums.offset, number = p.capture.Place()
	run := p.orderer.Run()
	packets, ordered := p.places(&run)
	taken := 0
	for ; read < most && taken < len(packets); read++ {
		frame, length, at, ok := records.Next()
		if !ok {
			break
		}
		if index := records.Interface(); index != way.index {
			way = p.plainWay(index)
		}
		if way.matches != nil && !way.matches.Match(frame, length) {
			sums.exclude(flow.ReasonFiltered, len(frame), &flow.Meta{WireOctets: wireOctets(length, way.fcsLength)}, number+uint64(read))
			continue
		}
		packet := &packets[taken]
		plain := false
		if way.short {
			reason, _ := way.from.decoder.Decode(packet, frame, length)
			plain = reason == flow.ReasonAccounted && packet.Meta.Marks&oddMarks == 0
			packet.Key.Point, packet.Hash = way.point, uint64(way.prepared)
		} else {
			plain = p.decodePlain(&way, packet, frame, length, records.Direction())
		}
		if plain && p.selection != nil && !p.selection.Time.Contains(at) {
			sums.exclude(flow.ReasonOutOfTimeRange, len(frame), &packet.Meta, number+uint64(read))
			p.account.outside(&p.selection.Time, at)
			continue
		}
		if !plain || !ordered || !run.Follows(at) {
			records.Back(len(frame), length)
			break
		}
		if p.selection != nil && p.selection.isCopy(way.from, frame, length, at) {
			sums.exclude(flow.ReasonDuplicate, len(frame), &packet.Meta, number+uint64(read))
			continue
		}
		run.Reach(at)
		packet.Time, packet.Clock, packet.Number, packet.Meta.Input = at, at, number+uint64(read), p.ordinal
		if !sums.keyed {
			packet.Hash = p.options.Hasher.Hash(&packet.Key)
		}
		sums.meter(packet, len(frame))
		taken++
	}
	p.orderer.PutRun(&run, taken, sums.marks)
	p.capture.Taken(&records)
	p.account.addPlain(&sums)
	return read
}

// places gives the places in a run for packets that are metered, as many as there may be of them. If the next one hangs on
// others in order, it says that these are none, and gives one for packets that are found not to be metered.
func (p *Packets) places(run *clock.Run) (packets []flow.Packet, ordered bool) {
	packets, ordered = run.Packets, true
	if len(packets) == 0 {
		packets, ordered = p.spare[:], false
	}
	if p.selection != nil && p.selection.Count.Set {
		left := p.selection.Count.Packets - min(p.selection.Count.Packets, p.account.Accounted.Packets)
		packets = packets[:min(uint64(len(packets)), left)]
	}
	return packets, ordered
}
