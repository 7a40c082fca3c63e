package nfcapd

import (
	"net/netip"

	"netstream/aggregate/flow"
)

// MaxPoints bounds the observation points of one file: a quarter of those of a run
// ([flow.MaxPoints]), so that no file takes them all from the others. A file of nfcapd
// has one for each exporter that the collector serves.
const MaxPoints = 1 << 14

// points are the observation points that the records of a file come from.
type points struct {
	numbers map[origin]uint32
	first   uint32 // number of the first one; 0 if there is none

	// The record before. Most records come from where it came from.
	last lastOrigin
}

// origin is where a record comes from.
type origin struct {
	address netip.Addr
	domain  uint32
}

type lastOrigin struct {
	origin
	point    uint32
	numbered bool // the point is that of the origin
	valid    bool
}

// number gives the number of an origin's point, and whether it has one. If there are
// too many points, in the file or in the run, that of the file's first point stands in:
// it is a point of the same collector, and a flow without its exporter is better than
// no flow.
func (p *points) number(from origin, options *Options) (point uint32, numbered bool) {
	if p.last.valid && p.last.origin == from {
		return p.last.point, p.last.numbered
	}
	point, numbered = p.numbers[from]
	if !numbered && len(p.numbers) < MaxPoints {
		var err error
		shown := from.address
		if options.Exporter != nil {
			shown = options.Exporter(shown)
		}
		point, err = options.Points.Number(flow.Point{Exported: true, Exporter: shown, Domain: from.domain})
		if numbered = err == nil; numbered { // else there are flow.ErrTooManyPoints
			p.add(from, point)
		}
	}
	if !numbered {
		point = p.first
	}
	p.last = lastOrigin{from, point, numbered, true}
	return point, numbered
}

func (p *points) add(from origin, point uint32) {
	if len(p.numbers) == 0 {
		p.numbers = make(map[origin]uint32)
		p.first = point
	}
	p.numbers[from] = point
}

// point gives the observation point of a record: its own address of the exporter,
// else that of the exporter's record; and the domain of the exporter's record, else
// the record's own engine.
func (r *Reader) point(s *stored) uint32 {
	from := origin{domain: uint32(s.engine)}
	exporter := r.known.exporters[s.exporter]
	if exporter == nil || exporter.Version == 0 {
		exporter = r.surveyed().exporters[s.exporter]
	}
	if exporter != nil && exporter.Version != 0 {
		from = origin{exporter.Address, exporter.Domain}
	} else {
		r.tally.unknownExporter++
	}
	if s.hasReceivedFrom && !unspecified(s.receivedFrom) {
		from.address = netip.AddrFrom16(s.receivedFrom).Unmap()
	}
	point, numbered := r.points.number(from, &r.options)
	if !numbered {
		r.tally.pointLimit++
	}
	return point
}
