package enrich

import (
	"net/netip"

	"netstream/aggregate/flow"
)

// Resolver answers what reference data say of flows, for one goroutine. It keeps what it
// was asked of late, and allocates nothing once it has met an observation point.
type Resolver struct {
	data   *Data
	points *flow.Points
	names  map[interfaceKey]uint32 // of interfaces, as the run numbers them

	known []pointFacts // by number of the observation point
	sides sideCache
	own   flow.Attributes
}

// pointFacts are what matters of an observation point.
type pointFacts struct {
	known                       bool
	exporter                    netip.Addr
	masks                       flow.KeyFields // whether the key has prefixes
	sourceMask, destinationMask uint8

	// captured are the interfaces of a point of captures, whose index no row tells; nil if it has none.
	captured *device
}

// Resolver gives a resolver for the flows of a run, whose observation points and names
// are these. Names of interfaces become names of the run.
func (d *Data) Resolver(points *flow.Points, names *flow.Names) *Resolver {
	r := &Resolver{data: d, points: points, names: make(map[interfaceKey]uint32, len(d.interfaces))}
	for key, entry := range d.interfaces {
		r.names[key] = names.Number([]byte(d.Texts.Text(entry.name)))
	}
	r.sides.init(d)
	return r
}

// Of gives the attributes of a flow; export is what its exporter tells, nil for metered
// flows. They are valid until the next call.
func (r *Resolver) Of(key *flow.Key, export *flow.Export) *flow.Attributes {
	r.Fill(&r.own, key, export)
	return &r.own
}

// Fill puts the attributes of a flow into a, whose slices it uses again.
func (r *Resolver) Fill(a *flow.Attributes, key *flow.Key, export *flow.Export) {
	r.fillKey(a, key, r.lengths(key, export))
	if export != nil {
		r.fillExport(a, export)
		r.fillInterfaces(a, key, &device{export.Has, export.InIf, export.OutIf, export.InIfName, export.OutIfName})
	} else if place := r.point(key.Point).captured; place != nil {
		r.fillInterfaces(a, key, place)
	}
	r.nameSystems(a)
}

// FillInterval puts the attributes of an interval record into a. Autonomous systems and
// prefix lengths that exporters tell are not part of such records.
func (r *Resolver) FillInterval(a *flow.Attributes, record *flow.IntervalRecord) {
	r.fillKey(a, &record.Key, r.lengths(&record.Key, nil))
	place := r.point(record.Key.Point).captured
	if place == nil {
		place = &device{record.Has, record.InIf, record.OutIf, record.InIfName, record.OutIfName}
	}
	r.fillInterfaces(a, &record.Key, place)
	r.nameSystems(a)
}

// lengths are how many bits of a key's addresses are known: fewer than all where the key
// or an exporter has prefixes.
type lengths struct{ source, destination uint8 }

// wholeAddress is the length of addresses of either version.
const wholeAddress = 128

// lengths gives them for a key. An exporter's address without bits behind the prefix
// length that it tells is that prefix, as in records that routers have aggregated.
func (r *Resolver) lengths(key *flow.Key, export *flow.Export) lengths {
	l := lengths{wholeAddress, wholeAddress}
	if facts := r.point(key.Point); facts.masks != 0 {
		if facts.masks&flow.KeySourceMask != 0 {
			l.source = facts.sourceMask
		}
		if facts.masks&flow.KeyDestinationMask != 0 {
			l.destination = facts.destinationMask
		}
	}
	if export == nil {
		return l
	}
	if export.Has&flow.FieldSourceMask != 0 && isNetwork(&key.Source, key.Version, export.SourceMask) {
		l.source = export.SourceMask
	}
	if export.Has&flow.FieldDestinationMask != 0 && isNetwork(&key.Destination, key.Version, export.DestinationMask) {
		l.destination = export.DestinationMask
	}
	return l
}

// fillKey sets what the key alone decides.
func (r *Resolver) fillKey(a *flow.Attributes, key *flow.Key, known lengths) {
	d := r.data
	*a = flow.Attributes{SourceLabels: a.SourceLabels[:0], DestinationLabels: a.DestinationLabels[:0]}
	source, destination := r.sides.none, r.sides.none
	if key.Version != 0 && key.Shape&flow.NoSource == 0 {
		source = r.sides.find(d, &key.Source, key.Version, known.source)
	}
	a.SourceAS, a.SourceMask, a.SourceCountry = source.route.origin, source.route.bits, source.country
	a.SourceLabels = append(a.SourceLabels, source.labels...)
	if source.routed {
		a.Has |= flow.FieldSourceAS | flow.FieldSourceMask
	}
	if key.Version != 0 && key.Shape&flow.NoDestination == 0 {
		destination = r.sides.find(d, &key.Destination, key.Version, known.destination)
	}
	a.DestinationAS, a.DestinationMask, a.DestinationCountry = destination.route.origin, destination.route.bits, destination.country
	a.DestinationLabels = append(a.DestinationLabels, destination.labels...)
	if destination.routed {
		a.Has |= flow.FieldDestinationAS | flow.FieldDestinationMask
	}
	if d.services != nil {
		a.Service, a.ServiceSide = d.findService(key)
	}
	if d.classes != nil && key.Shape&flow.NoClassOfService == 0 {
		a.Class = d.classes[key.ClassOfService>>2]
	}
}

// fillExport lets the exporter's numbers count: those that are not 0 before those of
// routes, or with override behind them.
func (r *Resolver) fillExport(a *flow.Attributes, e *flow.Export) {
	counts := func(field flow.Fields, zero bool) bool {
		routed := a.Has&field != 0
		return e.Has&field != 0 && (!routed || !zero && !r.data.override)
	}
	if counts(flow.FieldSourceAS, e.SourceAS == 0) {
		a.SourceAS, a.Has = e.SourceAS, a.Has|flow.FieldSourceAS
	}
	if counts(flow.FieldDestinationAS, e.DestinationAS == 0) {
		a.DestinationAS, a.Has = e.DestinationAS, a.Has|flow.FieldDestinationAS
	}
	if counts(flow.FieldSourceMask, e.SourceMask == 0) {
		a.SourceMask, a.Has = e.SourceMask, a.Has|flow.FieldSourceMask
	}
	if counts(flow.FieldDestinationMask, e.DestinationMask == 0) {
		a.DestinationMask, a.Has = e.DestinationMask, a.Has|flow.FieldDestinationMask
	}
}

// device is what is told of the interfaces of a row: by the exporter, or by the point at
// which packets were captured, whose own names the tables have before all others.
type device struct {
	has             flow.Fields
	in, out         uint32
	inName, outName uint32
}

func (r *Resolver) fillInterfaces(a *flow.Attributes, key *flow.Key, d *device) {
	a.InIfName, a.OutIfName = d.inName, d.outName
	if r.data.interfaces == nil {
		return
	}
	exporter := r.point(key.Point).exporter
	if d.has&flow.FieldInIf != 0 {
		name, speed := r.findInterface(exporter, d.in)
		if a.InSpeed = speed; a.InIfName == 0 {
			a.InIfName = name
		}
	}
	if d.has&flow.FieldOutIf != 0 {
		name, speed := r.findInterface(exporter, d.out)
		if a.OutSpeed = speed; a.OutIfName == 0 {
			a.OutIfName = name
		}
	}
}

// findInterface gives the name of an interface as the run numbers it, and its speed.
func (r *Resolver) findInterface(exporter netip.Addr, index uint32) (name uint32, speed uint64) {
	entry, key := r.data.findInterface(interfaceKey{exporter, index})
	return r.names[key], entry.speed
}

// nameSystems sets the names of the autonomous systems that count in the end.
func (r *Resolver) nameSystems(a *flow.Attributes) {
	if r.data.asNames == nil {
		return
	}
	if a.Has&flow.FieldSourceAS != 0 {
		a.SourceASName = r.data.asNames[a.SourceAS]
	}
	if a.Has&flow.FieldDestinationAS != 0 {
		a.DestinationASName = r.data.asNames[a.DestinationAS]
	}
}

// point gives what matters of an observation point.
func (r *Resolver) point(number uint32) *pointFacts {
	for uint64(number) >= uint64(len(r.known)) {
		r.known = append(r.known, pointFacts{})
	}
	facts := &r.known[number]
	if !facts.known {
		p := r.points.Point(number)
		*facts = pointFacts{true, p.Exporter.Unmap().WithZone(""), p.Flexible.Has, p.Flexible.SourceMask, p.Flexible.DestinationMask, nil}
		if p.HasIndex && !p.Exported {
			facts.captured = capturedAt(&p)
		}
	}
	return facts
}

// capturedAt gives the interface of a point of captures: the way in, or the way out.
func capturedAt(p *flow.Point) *device {
	d := new(device)
	if index, ok := p.InIf(); ok {
		d.has, d.in = flow.FieldInIf, index
	} else {
		d.has, d.out = flow.FieldOutIf, p.Index
	}
	return d
}
