package report

import (
	"math"
	"time"

	"netstream/aggregate/flow"
)

// MaxOverlap is by how much the next record of a flow may begin before the one
// before it ends. Exporters give times in whole seconds (flowStartSeconds, 150,
// and flowEndSeconds, 151), so that the end of one record and the start of the
// next can be taken for each other within that.
const MaxOverlap = time.Second

// counted are the fields whose sums make sense only if both records have them.
const counted = flow.FieldPackets | flow.FieldOctets | flow.FieldWireOctets | flow.FieldPayloadOctets

// joins says whether r goes on with the joined record: the same identity, the
// joined record ended by the active timeout or for a reason that is not known, a
// pause of at most the idle timeout, and volumes that can be added.
func (j *Joiner) joins(r *flow.Record) bool {
	p, e := &j.joined, r.Export
	if identityOf(p) != identityOf(r) || r.Start < j.last {
		return false
	}
	if pause := r.Start.Since(p.End); pause > j.settings.IdleTimeout || pause < -MaxOverlap {
		return false
	}
	const same = counted | flow.FieldSampling
	if j.export.Has&same != e.Has&same || j.export.Population != e.Population || j.export.Sample != e.Sample {
		return false
	}
	return cut(p, r) && fits(p.Counters.Packets, r.Counters.Packets) && fits(p.Counters.Octets, r.Counters.Octets) &&
		fits(p.Counters.WireOctets, r.Counters.WireOctets) && fits(p.Counters.PayloadOctets, r.Counters.PayloadOctets)
}

// cut says whether the flow of p can go on in r. Where no reason is told, a SYN
// after FIN or RST is another connection, as it is to the metering process
// (docs/metering.md section 4).
func cut(p, r *flow.Record) bool {
	if p.Export.Has&flow.FieldEndReason != 0 {
		return p.EndReason == flow.EndActiveTimeout
	}
	return p.TCPFlags&(flow.TCPFin|flow.TCPRst) == 0 || r.TCPFlags&flow.TCPSyn == 0
}

// fits says whether a sum stays within what tables hold.
func fits(a, b uint64) bool { return a <= math.MaxInt64 && b <= math.MaxInt64-a }

// keep makes r the joined record.
func (j *Joiner) keep(r *flow.Record) {
	j.joined, j.export = *r, *r.Export
	j.elements = append(j.elements[:0], r.Export.Elements...)
	j.export.Elements = j.elements
	j.joined.Export = &j.export
	j.last, j.open = r.Start, true
}

// join adds r to the joined record, which keeps its start and its attributes and
// ends as r does. Minima and maxima are known only if both records tell them.
func (j *Joiner) join(r *flow.Record) {
	p, has := &j.joined, r.Export.Has
	const extremes = flow.FieldMinTTL | flow.FieldMaxTTL | flow.FieldMinOctets | flow.FieldMaxOctets |
		flow.FieldTCPFlagCounts | flow.FieldFragments
	j.last = r.Start
	p.End = max(p.End, r.End)
	p.Counters.Add(r.Counters)
	p.TCPFlags |= r.TCPFlags
	p.Marks |= r.Marks & flow.MarkTCP
	for i, n := range r.TCPFlagCounts {
		p.TCPFlagCounts[i] += n
	}
	p.Fragments += r.Fragments
	p.LatePackets += r.LatePackets
	p.MinTTL, p.MaxTTL = min(p.MinTTL, r.MinTTL), max(p.MaxTTL, r.MaxTTL)
	p.MinOctets, p.MaxOctets = min(p.MinOctets, r.MinOctets), max(p.MaxOctets, r.MaxOctets)
	p.EndReason = r.EndReason

	// The pieces of one flow each say how many flows they stand for: the same ones.
	j.export.Flows = max(j.export.Flows, r.Export.Flows)

	e := &j.export
	e.Has = e.Has&^(extremes|flow.FieldEndReason) | e.Has&has&extremes | has&flow.FieldEndReason | has&flow.FieldFlows
}
