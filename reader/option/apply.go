package option

import (
	"math"

	"netstream/aggregate/flow"
	"netstream/reader/element"
)

// record is an options data record, its fields sorted by what they are for.
type record struct {
	domain    uint32
	rate      RateFields
	sampler   uint64
	ingress   uint32
	egress    uint32
	part      partKey
	direction uint64
	has       recordHas
	vrfs      []uint32
	app       uint64
	bootTime  uint64

	interfaceName, interfaceDescription, samplerName []byte
	vrfName, applicationName, applicationDescription []byte
}

// recordHas is a set of what a record has.
type recordHas uint16

const (
	hasSampler recordHas = 1 << iota
	hasIngress
	hasEgress
	hasInterfaceScope
	hasPart
	hasOtherScope // what the rate is of cannot be told in a record of a flow
	hasDirection
	hasApplication
	hasBootTime
)

// Apply takes in one options data record of an observation domain. Elements of
// enterprises, elements that say nothing that is asked for and values that cannot be
// read are passed over. A record whose scope is another domain
// (observationDomainId, 149) is one of that domain; 0 is none (RFC 7011 section 3.1).
//
// A sampling rate belongs to the sampler if the record has one (48, 302), and to the
// interface if that is the scope, or if there is neither sampler nor other scope
// (10, else 14; not of flowDirection egress, since rates are asked for by ingress
// interface); else to the line card, cache or template that is the scope, and else
// to the domain. Interface 0 is none: some exporters that sample all interfaces alike
// have it as the scope. A rate that is only of a selection sequence (301) is not kept, nor
// one of something whose number cannot be read, as an interface beyond 32 bits.
func (s *Store) Apply(domain uint32, fields []Field) {
	r := &s.record
	*r = record{domain: domain, vrfs: r.vrfs[:0]}
	for i := range fields {
		if f := &fields[i]; f.ID.Enterprise == element.EnterpriseIANA && len(f.Value) > 0 {
			r.add(f)
		}
	}
	s.applyNames(r)
	s.applyRate(r)
	if r.has&hasBootTime != 0 {
		s.applyBootTime(r)
	}
	*r = record{vrfs: r.vrfs[:0]} // it refers to the caller's octets
}

// add sorts a field in.
func (r *record) add(f *Field) {
	switch f.ID.Number {
	case interfaceName:
		r.interfaceName = f.Value
	case interfaceDescription:
		r.interfaceDescription = f.Value
	case samplerName, selectorName:
		r.samplerName = f.Value
	case vrfName:
		r.vrfName = f.Value
	case applicationName:
		r.applicationName = f.Value
	case applicationDescription:
		r.applicationDescription = f.Value
	case applicationID:
		if app, ok := element.ParseApplication(f.Value); ok {
			r.app = app
			r.has |= hasApplication
		}
	default:
		v, ok := element.Uint(f.Value)
		switch {
		case !ok:
			r.addUnreadable(f)
		case !r.addNumber(f, v):
			r.rate.Set(f.ID.Number, f.Value)
		}
	}
}

// addUnreadable sorts a field in whose value is no number. If it says what a rate is of,
// the rate is not that of more than this.
func (r *record) addUnreadable(f *Field) {
	switch f.ID.Number {
	case samplerID, selectorID, ingressInterface, egressInterface:
		r.has |= hasOtherScope
	case lineCardID, meteringProcessID, templateID, observationDomainID:
		if f.Scope {
			r.has |= hasOtherScope
		}
	}
}

// addNumber sorts a field in that is a number and no part of a sampling rate.
func (r *record) addNumber(f *Field, v uint64) bool {
	small := v <= math.MaxUint32
	switch f.ID.Number {
	case samplerID, selectorID:
		r.sampler = v
		r.has |= hasSampler
	case ingressInterface, egressInterface:
		if !small {
			r.addUnreadable(f)
			break
		}
		r.addInterface(f, uint32(v))
	case flowDirection:
		r.direction = v
		r.has |= hasDirection
	case ingressVRFID, egressVRFID:
		if small {
			r.vrfs = append(r.vrfs, uint32(v))
		}
	case systemInitTimeMilliseconds:
		r.bootTime = v
		r.has |= hasBootTime
	case observationDomainID:
		switch {
		case !small:
			r.addUnreadable(f)
		case f.Scope && v != 0:
			r.domain = uint32(v)
		}
	case lineCardID, meteringProcessID, templateID:
		if f.Scope && r.has&hasPart == 0 {
			r.part = partKey{scope: f.ID.Number, id: v}
			r.has |= hasPart
		}
	case selectionSequenceID:
		if f.Scope {
			r.has |= hasOtherScope
		}
	default:
		return false
	}
	return true
}

func (r *record) addInterface(f *Field, ifIndex uint32) {
	if f.ID.Number == ingressInterface {
		r.ingress = ifIndex
		r.has |= hasIngress
	} else {
		r.egress = ifIndex
		r.has |= hasEgress
	}
	if f.Scope {
		r.has |= hasInterfaceScope
	}
}

func (s *Store) applyNames(r *record) {
	described := len(r.interfaceName) == 0
	name := r.interfaceName
	if described {
		name = r.interfaceDescription
	}
	if n := s.number(name); n != 0 {
		// Of the two one may be 0, where the other is the interface that is named.
		if r.has&hasIngress != 0 && (r.ingress != 0 || r.has&hasEgress == 0 || r.egress == 0) {
			s.nameInterface(key{r.domain, uint64(r.ingress)}, n, described)
		}
		if r.has&hasEgress != 0 && (r.egress != 0 || r.has&hasIngress == 0) {
			s.nameInterface(key{r.domain, uint64(r.egress)}, n, described)
		}
	}
	if len(r.vrfs) > 0 {
		n := s.number(r.vrfName)
		for _, vrf := range r.vrfs {
			s.put(s.vrfs, key{r.domain, uint64(vrf)}, n, MaxVRFs)
		}
	}
	if r.has&hasApplication != 0 {
		n := s.number(r.applicationName)
		if n == 0 {
			n = s.number(r.applicationDescription)
		}
		s.put(s.applications, key{r.domain, r.app}, n, MaxApplications)
	}
}

// number gives the number of a name.
func (s *Store) number(name []byte) uint32 {
	n := s.names.Number(name)
	if n == 0 && len(flow.TrimName(name)) > 0 {
		s.refused++
	}
	return n
}

// put keeps a name.
func (s *Store) put(names map[key]uint32, k key, name uint32, most int) {
	before, ok := names[k]
	switch {
	case name == 0 || ok && (s.first || before == name):
		return
	case !ok && len(names) == most:
		s.refused++
		return
	}
	names[k] = name
	s.generation++
}

func (s *Store) nameInterface(k key, name uint32, described bool) {
	p := s.port(k)
	if p == nil {
		return
	}
	known := p.name != 0
	if known && (s.first || described && !p.described) {
		return
	}
	p.described = described
	if p.name != name {
		p.name = name
		s.generation++
	}
}

// port gives the entry of an interface, a new one if need be, and nil beyond the
// bound.
func (s *Store) port(k key) *port {
	p := s.interfaces[k]
	if p == nil {
		if len(s.interfaces) == MaxInterfaces {
			s.refused++
			return nil
		}
		p = &port{}
		s.interfaces[k] = p
	}
	return p
}

func (s *Store) applyBootTime(r *record) {
	if r.bootTime == 0 || r.bootTime > uint64(flow.MaxTimestamp)/1e6 {
		return
	}
	d := s.domain(r.domain)
	if d == nil || d.booted && s.first {
		return
	}
	ms := int64(r.bootTime)
	if !d.booted || d.bootTime != ms {
		d.bootTime, d.booted = ms, true
		s.generation++
	}
}

// domain gives the entry of a domain, a new one if need be, and nil beyond the bound.
func (s *Store) domain(id uint32) *domain {
	d := s.domains[id]
	if d == nil {
		if len(s.domains) == MaxDomains {
			s.refused++
			return nil
		}
		d = &domain{}
		s.domains[id] = d
	}
	return d
}
