package netflow

import (
	"net/netip"

	"netstream/aggregate/flow"
	"netstream/reader/option"
)

// Origin is where a message comes from, as far as the container tells: the zero
// Origin if it does not.
type Origin struct {
	Exporter netip.Addr
	Port     uint16
}

// streamKey tells streams apart: an exporter's transport session, as far as it can
// be known, and a version, since no exporter shares definitions between versions.
type streamKey struct {
	origin  Origin
	version uint16
}

// stream is what is known of one stream.
type stream struct {
	key       streamKey
	templates map[templateKey]*template // in force
	options   *option.Store             // in force; nil as long as there are none

	// What the survey learned; not written after it, so that other decoders can read
	// it at the same time.
	learned          map[templateKey]*template // the first definition of each
	learnedOptions   *option.Store             // nil if there are none
	sourceFirst      uint64                    // version 8 records that agree with one order of masks only
	destinationFirst uint64

	family  *family         // the streams of the same exporter and version; nil if the exporter is not known
	lenders []*stream       // streams of other inputs whose definitions serve where there are none
	stores  []*option.Store // to be asked in turn: options, those of the family, learnedOptions, those of lenders
	told    uint64          // of the family when stores was set
	domains map[uint32]*domain
}

// maxDomains bounds the domains of a stream that answers are kept for. Nothing but
// time is lost beyond: the answers are looked up again.
const maxDomains = 1 << 12

func newStream(key streamKey) *stream {
	return &stream{
		key:       key,
		templates: map[templateKey]*template{},
		learned:   map[templateKey]*template{},
		domains:   map[uint32]*domain{},
	}
}

// setStores lists the stores to be asked after one has come or gone.
func (s *stream) setStores() {
	s.stores = s.stores[:0]
	if s.options != nil {
		s.stores = append(s.stores, s.options)
	}
	if s.family != nil && s.family.latest != nil && s.family.latest != s.options {
		s.stores = append(s.stores, s.family.latest)
	}
	if s.learnedOptions != nil {
		s.stores = append(s.stores, s.learnedOptions)
	}
	for _, l := range s.lenders {
		if l.learnedOptions != nil {
			s.stores = append(s.stores, l.learnedOptions)
		}
	}
	s.told = s.family.generation()
	s.domains = map[uint32]*domain{}
}

// lender is another decoder whose survey serves this one.
type lender struct {
	decoder          *Decoder
	sameExporterOnly bool
}

// lend adds the streams of a lender that may serve s: of the same version, and of
// the same exporter as far as both are known.
func (s *stream) lend(l lender) {
	known := s.key.origin.Exporter
	for _, other := range l.decoder.order {
		theirs := other.key.origin.Exporter
		same := known == theirs
		switch {
		case other.key.version != s.key.version:
			continue
		case l.sameExporterOnly && (!same || !known.IsValid()):
			continue
		case !same && known.IsValid() && theirs.IsValid():
			continue
		}
		s.lenders = append(s.lenders, other)
	}
}

// domain keeps answers of a stream's options, and the point, of one observation
// domain, so that records that ask the same need not look them up again.
type domain struct {
	id         uint32
	generation uint64 // of the stream's options when the answers were kept
	point      uint32
	hasPoint   bool // there is a number for the point

	interfaces   [answers]interfaceAnswer
	applications [answers]nameAnswer
	vrfs         [answers]nameAnswer
	samplers     [answers]rateAnswer
	whole        rateAnswer // the domain's own rate
	boot         int64      // ms
	bootKnown    bool
	bootAsked    bool
}

// answers is how many answers of one kind a domain keeps, each in the place that
// its number modulo answers gives.
const answers = 64

type interfaceAnswer struct {
	ifIndex uint32
	asked   bool
	name    uint32
	rate    rateAnswer
}

type nameAnswer struct {
	id    uint64
	asked bool
	name  uint32
}

type rateAnswer struct {
	id    uint64
	asked bool
	known bool
	rate  option.Rate
}

// domainOf gives what is kept for a domain.
func (d *Decoder) domainOf(s *stream, id uint32) *domain {
	if s.told != s.family.generation() {
		s.setStores()
	}
	known := s.domains[id]
	if known == nil {
		if len(s.domains) >= maxDomains {
			clear(s.domains)
		}
		known = &domain{id: id, generation: s.options.Generation()}
		known.point, known.hasPoint = d.pointNumber(flow.Point{Exported: true, Exporter: s.key.origin.Exporter, Domain: id})
		s.domains[id] = known
	}
	if known.generation != s.options.Generation() {
		*known = domain{id: id, point: known.point, hasPoint: known.hasPoint, generation: s.options.Generation()}
	}
	return known
}

// pointNumber gives the number of a point, as far as there are numbers.
func (d *Decoder) pointNumber(p flow.Point) (number uint32, ok bool) {
	if p == d.lastPoint.point && d.lastPoint.known {
		return d.lastPoint.number, true
	}
	number, err := d.options.Points.Number(p)
	if err != nil {
		return 0, false
	}
	d.lastPoint.point, d.lastPoint.number, d.lastPoint.known = p, number, true
	return number, true
}

// interfaceOf gives what options say of an interface.
func (d *Decoder) interfaceOf(ifIndex uint32) *interfaceAnswer {
	a := &d.domain.interfaces[ifIndex%answers]
	if a.asked && a.ifIndex == ifIndex {
		return a
	}
	*a = interfaceAnswer{ifIndex: ifIndex, asked: true}
	for _, s := range d.stream.stores {
		if a.name == 0 {
			a.name = s.InterfaceName(d.domain.id, ifIndex)
		}
		if !a.rate.known {
			a.rate.rate, a.rate.known = s.Interface(d.domain.id, ifIndex)
		}
	}
	return a
}

// samplerOf gives the rate of a sampler.
func (d *Decoder) samplerOf(id uint64) *rateAnswer {
	a := &d.domain.samplers[id%answers]
	if a.asked && a.id == id {
		return a
	}
	*a = rateAnswer{id: id, asked: true}
	for _, s := range d.stream.stores {
		if !a.known {
			a.rate, a.known = s.Sampler(d.domain.id, id)
		}
	}
	return a
}

// domainRate gives the rate of the whole domain.
func (d *Decoder) domainRate() *rateAnswer {
	a := &d.domain.whole
	if a.asked {
		return a
	}
	a.asked = true
	for _, s := range d.stream.stores {
		if !a.known {
			a.rate, a.known = s.Domain(d.domain.id)
		}
	}
	return a
}

// applicationOf gives the name of an application.
func (d *Decoder) applicationOf(id uint64) uint32 {
	a := &d.domain.applications[id%answers]
	if !a.asked || a.id != id {
		*a = nameAnswer{id: id, asked: true}
		for _, s := range d.stream.stores {
			if a.name == 0 {
				a.name = s.ApplicationName(d.domain.id, id)
			}
		}
	}
	return a.name
}

// vrfOf gives the name of a VRF.
func (d *Decoder) vrfOf(id uint32) uint32 {
	a := &d.domain.vrfs[id%answers]
	if !a.asked || a.id != uint64(id) {
		*a = nameAnswer{id: uint64(id), asked: true}
		for _, s := range d.stream.stores {
			if a.name == 0 {
				a.name = s.VRFName(d.domain.id, id)
			}
		}
	}
	return a.name
}

// bootTime gives when the exporter started, in milliseconds since the Unix epoch.
func (d *Decoder) bootTime() (ms int64, ok bool) {
	if !d.domain.bootAsked {
		d.domain.bootAsked = true
		for _, s := range d.stream.stores {
			if !d.domain.bootKnown {
				d.domain.boot, d.domain.bootKnown = s.BootTime(d.domain.id)
			}
		}
	}
	return d.domain.boot, d.domain.bootKnown
}
