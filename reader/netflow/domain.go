package netflow

import "netstream/reader/option"

// domain keeps answers of a stream's options, and the point, of one observation
// domain, so that records that ask the same need not look them up again.
type domain struct {
	key   domainKey
	point uint32

	// The options in force, of the stream and of its siblings, and when they changed
	// last before the answers were kept; nil where there are none.
	own, kin                     *option.Store
	ownGeneration, kinGeneration uint64
	later                        []*option.Store // what surveys learned: nothing of it changes
	stores                       []*option.Store // all of them, to be asked in turn

	interfaces   table[interfaceAnswer]
	applications table[uint32] // names
	vrfs         table[uint32] // names
	samplers     table[rateAnswer]
	whole        rateAnswer // the domain's own rate
	wholeAsked   bool
	ofTemplate   rateAnswer // the rate of the records of one template
	template     uint16     // the template; 0 if none was asked for
	boot         int64      // ms
	bootKnown    bool
	bootAsked    bool
}

type domainKey struct {
	stream *stream
	id     uint32
}

// maxDomains bounds the domains of all streams that answers are kept for. Nothing
// but time is lost beyond: all are forgotten and looked up again.
const maxDomains = 1 << 12

type interfaceAnswer struct {
	rateAnswer
	name uint32
}

type rateAnswer struct {
	rate  option.Rate // zero if sampling is by time, so that there is none
	known bool        // how was sampled
}

// enterDomain makes the domain of the message the one that is read, if the message
// has any row.
func (d *Decoder) enterDomain() *Error {
	if !d.hasRows() {
		d.domain = nil
		return nil
	}
	key := domainKey{d.stream, d.header.domain}
	if d.lastDomain == nil || d.lastDomain.key != key {
		known := d.domains[key]
		if known == nil {
			number, ok := d.pointNumber(pointKey{key.stream.key.origin.Exporter, key.id})
			if !ok {
				return d.noPoint()
			}
			if len(d.domains) >= maxDomains {
				clear(d.domains)
			}
			if d.domains == nil {
				d.domains = map[domainKey]*domain{}
			}
			known = &domain{key: key, point: number, later: d.laterStores(key)}
			known.list()
			d.domains[key] = known
		}
		d.lastDomain = known
	}
	d.domain = d.lastDomain
	d.refresh()
	return nil
}

// hasRows says whether the message has a record of a flow.
func (d *Decoder) hasRows() bool {
	for i := range d.sets {
		if s := &d.sets[i]; s.kind == setData && !s.template.layout.padded(s.body, 0) {
			return true
		}
	}
	return false
}

// refresh forgets the answers of the domain in use if options in force have changed.
func (d *Decoder) refresh() {
	k := d.domain
	if k == nil {
		return
	}
	own, kin := k.key.stream.options, d.latestOf(k.key.stream.key)
	if kin == own {
		kin = nil
	}
	switch {
	case k.own != own || k.kin != kin:
		k.own, k.kin = own, kin
		k.list()
	case k.ownGeneration == own.Generation() && k.kinGeneration == kin.Generation():
		return
	}
	k.ownGeneration, k.kinGeneration = own.Generation(), kin.Generation()
	clear(k.interfaces)
	clear(k.applications)
	clear(k.vrfs)
	clear(k.samplers)
	k.wholeAsked, k.bootAsked, k.template = false, false, 0
}

// list lists the stores to be asked.
func (k *domain) list() {
	k.stores = k.stores[:0]
	if k.own != nil {
		k.stores = append(k.stores, k.own)
	}
	if k.kin != nil {
		k.stores = append(k.stores, k.kin)
	}
	k.stores = append(k.stores, k.later...)
}

// Bounds of the answers of one kind that a domain keeps.
const (
	leastAnswers = 4
	mostAnswers  = 64
)

// table keeps the latest answers to questions that are asked by number, each in the
// place that the number modulo the table's length gives. It is as long as it needs
// to be to keep the numbers apart, up to mostAnswers.
type table[A any] []answer[A]

type answer[A any] struct {
	id    uint64
	asked bool
	is    A
}

// find gives the place of the answer to a number, a zeroed one unless the number was
// asked before. The place is valid until the next call.
func (t *table[A]) find(id uint64) (place *A, asked bool) {
	if len(*t) == 0 {
		*t = make(table[A], leastAnswers)
	}
	at := &(*t)[id%uint64(len(*t))]
	for at.asked && at.id != id && len(*t) < mostAnswers {
		longer := make(table[A], 2*len(*t))
		for _, a := range *t {
			if a.asked {
				longer[a.id%uint64(len(longer))] = a
			}
		}
		*t = longer
		at = &longer[id%uint64(len(longer))]
	}
	if !at.asked || at.id != id {
		*at = answer[A]{id: id, asked: true}
		return &at.is, false
	}
	return &at.is, true
}

// interfaceOf gives what options say of an interface.
func (d *Decoder) interfaceOf(ifIndex uint32) *interfaceAnswer {
	a, asked := d.domain.interfaces.find(uint64(ifIndex))
	if asked {
		return a
	}
	for _, s := range d.domain.stores {
		if a.name == 0 {
			a.name = s.InterfaceName(d.domain.key.id, ifIndex)
		}
		if !a.known {
			a.rate, a.known = s.Interface(d.domain.key.id, ifIndex)
		}
	}
	return a
}

// samplerOf gives the rate of a sampler.
func (d *Decoder) samplerOf(id uint64) *rateAnswer {
	a, asked := d.domain.samplers.find(id)
	if asked {
		return a
	}
	for _, s := range d.domain.stores {
		if !a.known {
			a.rate, a.known = s.Sampler(d.domain.key.id, id)
		}
	}
	return a
}

// domainRate gives the rate of the whole domain.
func (d *Decoder) domainRate() *rateAnswer {
	k := d.domain
	if !k.wholeAsked {
		k.whole, k.wholeAsked = rateAnswer{}, true
		for _, s := range k.stores {
			if !k.whole.known {
				k.whole.rate, k.whole.known = s.Domain(k.key.id)
			}
		}
	}
	return &k.whole
}

// templateRate gives the rate of the records of a template, 256 or above.
func (d *Decoder) templateRate(template uint16) rateAnswer {
	k := d.domain
	if k.template != template {
		k.ofTemplate, k.template = rateAnswer{}, template
		for _, s := range k.stores {
			if !k.ofTemplate.known {
				k.ofTemplate.rate, k.ofTemplate.known = s.Template(k.key.id, template)
			}
		}
	}
	return k.ofTemplate
}

// applicationOf gives the name of an application; 0 if there is none.
func (d *Decoder) applicationOf(id uint64) uint32 {
	if len(d.domain.stores) == 0 {
		return 0
	}
	name, asked := d.domain.applications.find(id)
	if !asked {
		for _, s := range d.domain.stores {
			if *name == 0 {
				*name = s.ApplicationName(d.domain.key.id, id)
			}
		}
	}
	return *name
}

// vrfOf gives the name of a VRF; 0 if there is none.
func (d *Decoder) vrfOf(id uint32) uint32 {
	if len(d.domain.stores) == 0 {
		return 0
	}
	name, asked := d.domain.vrfs.find(uint64(id))
	if !asked {
		for _, s := range d.domain.stores {
			if *name == 0 {
				*name = s.VRFName(d.domain.key.id, id)
			}
		}
	}
	return *name
}

// bootTime gives when the exporter started, in milliseconds since the Unix epoch.
func (d *Decoder) bootTime() (ms int64, ok bool) {
	k := d.domain
	if !k.bootAsked {
		k.boot, k.bootKnown, k.bootAsked = 0, false, true
		for _, s := range k.stores {
			if !k.bootKnown {
				k.boot, k.bootKnown = s.BootTime(k.key.id)
			}
		}
	}
	return k.boot, k.bootKnown
}
