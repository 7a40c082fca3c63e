package naive

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"netstream/aggregate/flow"
)

// Accounting says by which schemes flows are accounted: docs/accounting.md.
type Accounting struct {
	Schemes        []flow.Scheme
	Minimum        [2]int // least prefix lengths for IPv4 and IPv6
	MinimumGiven   bool   // they hold for known routes, too
	Distinct, Peak bool
}

// part is what a flow amounts to in one interval, and where the flow's cells are from.
type part struct {
	flow  subject
	start flow.Timestamp // of the interval
	end   flow.Timestamp // of the interval
	sums  flow.SchemeSums
	bytes map[flow.Timestamp]uint64 // by second, of packets

	complete bool // the interval is
	silent   bool // the flow has no packet in its direction

	// The key that both directions of a biflow have in the tables, and whether the part
	// is of the other one.
	conversation flow.Key
	reverse      bool
}

// subject is a flow whose cells are looked for.
type subject struct {
	key    flow.Key
	place  Place
	inside flow.Encapsulation
	beyond Beyond
	record *flow.Record // of an exporter; nil for others
	point  flow.Point   // of an exporter
}

// group is a row being summed.
type group struct {
	row                   flow.SchemeRow
	bytes                 map[flow.Timestamp]uint64
	sources, destinations map[string]bool
}

// account makes the tables of all schemes.
func (a *Accounting) account(parts []part) [][]flow.SchemeRow {
	var tables [][]flow.SchemeRow
	for _, scheme := range a.Schemes {
		groups := map[string]*group{}
		for _, p := range parts {
			var key []flow.SchemeValue
			sums := p.sums
			for _, c := range scheme.Columns {
				cell, from := a.cell(&p.flow, c)
				key = append(key, cell)
				switch c.Field {
				case flow.SchemeSourcePrefix:
					sums.SourceRoutes = from
				case flow.SchemeDestinationPrefix:
					sums.DestinationRoutes = from
				}
			}
			name := fmt.Sprintf("%d %q", p.start, fmt.Sprintf("%#v", key))
			g := groups[name]
			if g == nil {
				g = &group{flow.SchemeRow{Start: p.start, End: p.end, Key: key, Complete: true, SchemeSums: flow.SchemeSums{First: math.MaxInt64, Last: math.MinInt64, Has: flow.FieldSampling}},
					map[flow.Timestamp]uint64{}, map[string]bool{}, map[string]bool{}}
				groups[name] = g
			}
			g.add(&p, &sums)
		}
		tables = append(tables, a.rows(groups))
	}
	return tables
}

func (g *group) add(p *part, s *flow.SchemeSums) {
	r := &g.row
	r.First, r.Last = min(r.First, s.First), max(r.Last, s.Last)
	for _, n := range [][2]*uint64{
		{&r.Counters.Packets, &s.Counters.Packets}, {&r.Counters.Octets, &s.Counters.Octets},
		{&r.Counters.WireOctets, &s.Counters.WireOctets}, {&r.Counters.PayloadOctets, &s.Counters.PayloadOctets},
		{&r.FlowsActive, &s.FlowsActive}, {&r.FlowsStarted, &s.FlowsStarted}, {&r.FlowsEnded, &s.FlowsEnded}, {&r.Flows, &s.Flows},
		{&r.Scaled.Packets, &s.Scaled.Packets}, {&r.Scaled.Octets, &s.Scaled.Octets},
	} {
		*n[0] += *n[1]
	}
	r.Complete = r.Complete && p.complete
	r.Metered, r.Reported = r.Metered || s.Metered, r.Reported || s.Reported
	r.ActiveTime = uint64(plus(flow.Timestamp(r.ActiveTime), flow.Timestamp(s.ActiveTime)))
	r.SourceRoutes |= s.SourceRoutes
	r.DestinationRoutes |= s.DestinationRoutes
	r.Has |= s.Has &^ flow.FieldSampling
	if s.Has&flow.FieldSampling == 0 {
		r.Has &^= flow.FieldSampling
	}
	for second, bytes := range p.bytes {
		g.bytes[second] += bytes
	}
	if p.silent {
		return
	}
	if k := &p.flow.key; k.Shape&flow.NoSource == 0 {
		g.sources[fmt.Sprint(k.Version, k.Source)] = true
	}
	if k := &p.flow.key; k.Shape&flow.NoDestination == 0 {
		g.destinations[fmt.Sprint(k.Version, k.Destination)] = true
	}
}

// rows finishes the groups of a scheme and puts them in order.
func (a *Accounting) rows(groups map[string]*group) []flow.SchemeRow {
	var rows []flow.SchemeRow
	for _, g := range groups {
		if g.row.Has&flow.FieldSampling == 0 {
			g.row.Scaled = flow.Scaled{}
		}
		if a.Distinct {
			g.row.DistinctSources, g.row.DistinctDestinations = uint64(len(g.sources)), uint64(len(g.destinations))
		}
		if a.Peak {
			for _, bytes := range g.bytes {
				g.row.HasPeak, g.row.Peak = true, max(g.row.Peak, bytes)
			}
		}
		rows = append(rows, g.row)
	}
	slices.SortFunc(rows, func(x, y flow.SchemeRow) int {
		return cmp.Or(cmp.Compare(x.Start, y.Start), slices.CompareFunc(x.Key, y.Key, compareCells))
	})
	return rows
}

// compareCells gives the order of cells: NULL first.
func compareCells(a, b flow.SchemeValue) int {
	if a.Known != b.Known {
		return compareBool(a.Known, b.Known)
	}
	return cmp.Or(cmp.Compare(a.High, b.High), cmp.Compare(a.Low, b.Low), cmp.Compare(a.Version, b.Version), strings.Compare(a.Text, b.Text))
}

// parts gives what metered flows amount to in each interval. Of biflows the packets of
// each direction are a part of their own, and the flow is one in that of the initiator.
func (f *meteredFlow) parts(r *Result, all *spans, population uint64, biflow bool) []part {
	var parts []part
	byStart := map[flow.Timestamp]int{}
	reverseByStart := map[flow.Timestamp]int{}
	key := f.record.Key
	of := subject{key: key, place: r.Places[key.Point], inside: r.Insides[key.Point], beyond: r.Points[key.Point]}
	against := of
	against.key, _ = turnedKey(key)
	turned := turnedPoint(point{place: of.place, inside: of.inside, beyond: of.beyond})
	against.place, against.inside, against.beyond = turned.place, turned.inside, turned.beyond
	begin := func(of subject, p *packet) int {
		in := all.of(p.Time)
		parts = append(parts, part{flow: of, conversation: key, start: in.start, end: in.end, sums: flow.SchemeSums{First: p.Time, Last: p.Time, Metered: true}, bytes: map[flow.Timestamp]uint64{}})
		return len(parts) - 1
	}
	for _, p := range f.packets {
		start := all.of(p.Time).start
		i, ok := byStart[start]
		if !ok {
			i = begin(of, p)
			byStart[start] = i
		}
		s := &parts[i].sums
		s.First, s.Last = min(s.First, p.Time), max(s.Last, p.Time)
		if biflow && p.against(f) {
			if i, ok = reverseByStart[start]; !ok {
				i = begin(against, p)
				reverseByStart[start] = i
			}
		}
		count(&parts[i].sums.Counters, p)
		parts[i].bytes[secondOf(p.Time)] += p.Octets
	}
	for start, i := range byStart {
		s := &parts[i].sums
		parts[i].silent = s.Counters.Packets == 0
		s.FlowsActive = 1
		s.ActiveTime = sumTimes(0, s.First, s.Last)
		if start == all.of(f.record.Start).start {
			s.FlowsStarted, s.Flows = 1, 1
		}
		if start == all.of(f.record.End).start {
			s.FlowsEnded = 1
		}
		if j, ok := reverseByStart[start]; ok {
			parts[j].reverse = true
		}
	}
	for i := range parts {
		s := &parts[i].sums
		s.Has = flow.FieldPackets | flow.FieldOctets | flow.FieldWireOctets | flow.FieldPayloadOctets
		if population > 0 {
			s.Has |= flow.FieldSampling
			s.Scaled = flow.Scaled{Packets: s.Counters.Packets * population, Octets: s.Counters.Octets * population}
		}
	}
	return parts
}

// shareTimes gives the parts of reverse directions the times of all biflows of their key
// in the interval.
func shareTimes(parts []part) {
	type place struct {
		key   flow.Key
		start flow.Timestamp
	}
	times := map[place][2]flow.Timestamp{}
	for _, p := range parts {
		at := place{p.conversation, p.start}
		if span, ok := times[at]; ok {
			times[at] = [2]flow.Timestamp{min(span[0], p.sums.First), max(span[1], p.sums.Last)}
		} else {
			times[at] = [2]flow.Timestamp{p.sums.First, p.sums.Last}
		}
	}
	for i := range parts {
		if p := &parts[i]; p.reverse {
			span := times[place{p.conversation, p.start}]
			p.sums.First, p.sums.Last = span[0], span[1]
		}
	}
}

// secondOf numbers the second that holds t.
func secondOf(t flow.Timestamp) flow.Timestamp {
	second := t / 1e9
	if t%1e9 < 0 {
		second--
	}
	return second
}

// Account makes the tables of schemes of flow records that exporters have metered, as
// Spread does the interval table. point gives an observation point by its number.
func (a *Accounting) Account(records []flow.Record, point func(uint32) flow.Point, width time.Duration, method flow.Distribution) [][]flow.SchemeRow {
	const told = flow.FieldPackets | flow.FieldOctets | flow.FieldWireOctets | flow.FieldPayloadOctets | flow.FieldSampling
	all := &spans{width: width}
	var parts []part
	for _, r := range records {
		e := r.Export
		touched, method := touches(&r, all, method)
		for i, in := range touched {
			first, last := max(r.Start, in.start), min(r.End, in.end-1)
			share := func(count uint64) uint64 { return shareOf(count, r.Start, r.End, touched, i, method) }
			s := flow.SchemeSums{First: first, Last: last, FlowsActive: 1, ActiveTime: sumTimes(0, first, last), Has: e.Has & told, Reported: true}
			s.Counters = flow.Counters{Packets: share(r.Counters.Packets), Octets: share(r.Counters.Octets),
				WireOctets: share(r.Counters.WireOctets), PayloadOctets: share(r.Counters.PayloadOctets)}
			if e.Has&flow.FieldSampling != 0 {
				s.Scaled = flow.Scaled{Packets: share(r.Counters.Packets * e.Population / e.Sample), Octets: share(r.Counters.Octets * e.Population / e.Sample)}
			}
			if i == 0 {
				s.FlowsStarted, s.Flows = 1, 1
				if e.Has&flow.FieldFlows != 0 {
					s.Flows = e.Flows
				}
			}
			if i == len(touched)-1 {
				s.FlowsEnded = 1
			}
			parts = append(parts, part{flow: subject{key: r.Key, beyond: NothingBeyond(), record: &r, point: point(r.Key.Point)}, start: in.start, end: in.end, sums: s})
		}
	}
	return a.account(parts)
}
