package option

import (
	"netstream/aggregate/flow"
)

// Bounds of a store. Observation domains and interface indexes have 32 bits, so that
// forged options could fill any memory. The largest routers have some ten thousand
// interfaces with their subinterfaces, and application libraries a few thousand
// entries; a thousand times less are samplers and line cards.
const (
	MaxSamplers     = 1 << 16 // samplers of all domains
	MaxInterfaces   = 1 << 16 // interfaces of all domains
	MaxVRFs         = 1 << 16 // VRFs of all domains
	MaxApplications = 1 << 16 // applications of all domains
	MaxDomains      = 1 << 16 // domains with a rate or a boot time
	MaxParts        = 1 << 12 // line cards, caches and templates with a rate, of all domains
)

// Store keeps what options say of the observation domains of one exporter. Apply must
// not run beside any other method; all others may run beside each other.
type Store struct {
	names      *flow.Names
	first      bool // what comes first stays
	generation uint64
	refused    uint64

	samplers     map[key]*sampler
	interfaces   map[key]*port
	vrfs         map[key]uint32
	applications map[key]uint32
	domains      map[uint32]*domain
	parts        map[partKey]RateFields

	record record // that Apply is at
}

// key is a thing with a number in an observation domain.
type key struct {
	domain uint32
	id     uint64
}

type sampler struct {
	fields RateFields
	name   uint32
}

// port is an interface.
type port struct {
	fields    RateFields
	name      uint32
	described bool // the name is an interfaceDescription
}

type domain struct {
	fields   RateFields
	parts    []partKey
	bootTime int64 // ms
	booted   bool  // bootTime is valid
}

// partKey is a part of a domain that options can speak of: a line card, a cache, a
// template.
type partKey struct {
	domain uint32
	scope  uint16 // number of the scope's element
	id     uint64
}

// NewStore gives a store in which what comes later replaces what came before, as
// RFC 7011 section 3.4.2 has it for options that are sent again. names numbers the
// names.
func NewStore(names *flow.Names) *Store {
	return &Store{
		names:        names,
		samplers:     map[key]*sampler{},
		interfaces:   map[key]*port{},
		vrfs:         map[key]uint32{},
		applications: map[key]uint32{},
		domains:      map[uint32]*domain{},
		parts:        map[partKey]RateFields{},
	}
}

// NewSurvey gives a store in which what comes first stays: the answers for records
// that are in an input before the options about them.
func NewSurvey(names *flow.Names) *Store {
	s := NewStore(names)
	s.first = true
	return s
}

// Generation changes whenever any answer may have changed. As long as it is the
// same, answers can be kept.
func (s *Store) Generation() uint64 {
	if s == nil {
		return 0
	}
	return s.generation
}

// Refused counts what was not kept: entries beyond the bounds, and names beyond
// those of flow.Names.
func (s *Store) Refused() uint64 { return s.refused }

// Sampler gives the rate of a sampler, by its samplerId (48) or selectorId (302). It
// is known, but the zero Rate, if the sampler samples by time (RateFields.Answer):
// then no rate of anything else is that of its records. The same goes for Interface,
// Domain and Template.
func (s *Store) Sampler(domain uint32, id uint64) (rate Rate, known bool) {
	if e := s.samplers[key{domain, id}]; e != nil {
		return e.fields.Answer()
	}
	return Rate{}, false
}

// Interface gives the rate at which packets are sampled that an interface receives.
func (s *Store) Interface(domain, ifIndex uint32) (rate Rate, known bool) {
	if e := s.interfaces[key{domain, uint64(ifIndex)}]; e != nil {
		return e.fields.Answer()
	}
	return Rate{}, false
}

// Domain gives the rate of an observation domain as a whole. Where options tell only
// those of its parts (line cards, caches, templates), it is theirs if they agree.
func (s *Store) Domain(domain uint32) (rate Rate, known bool) {
	d := s.domains[domain]
	if d == nil {
		return Rate{}, false
	}
	if d.fields.Has != 0 {
		return d.fields.Answer()
	}
	for i, part := range d.parts {
		fields := s.parts[part]
		other, known := fields.Answer()
		if !known || i > 0 && other != rate {
			return Rate{}, false
		}
		rate = other
	}
	return rate, len(d.parts) > 0
}

// Template gives the rate of the records of a template, as exporters tell it that
// sample the protocols or directions apart (templateId, 145, as the scope).
func (s *Store) Template(domain uint32, template uint16) (rate Rate, known bool) {
	fields := s.parts[partKey{domain, templateID, uint64(template)}]
	return fields.Answer()
}

// InterfaceName gives the number of an interface's name in flow.Names: of its
// interfaceName (82), or of its interfaceDescription (83) as long as no options tell
// the former. It is 0 if the name is not known.
func (s *Store) InterfaceName(domain, ifIndex uint32) uint32 {
	if e := s.interfaces[key{domain, uint64(ifIndex)}]; e != nil {
		return e.name
	}
	return 0
}

// VRFName gives the number of a VRF's name (236) in flow.Names, 0 if it is not known.
func (s *Store) VRFName(domain, vrf uint32) uint32 {
	return s.vrfs[key{domain, uint64(vrf)}]
}

// ApplicationName gives the number of an application's name in flow.Names: of its
// applicationName (96), or of its applicationDescription (94) where options tell no
// other. application is as element.ParseApplication gives it. The number is 0 if the
// name is not known.
func (s *Store) ApplicationName(domain uint32, application uint64) uint32 {
	return s.applications[key{domain, application}]
}

// BootTime gives when the exporter started, systemInitTimeMilliseconds (160), in
// milliseconds since the Unix epoch.
func (s *Store) BootTime(domain uint32) (ms int64, ok bool) {
	if d := s.domains[domain]; d != nil && d.booted {
		return d.bootTime, true
	}
	return 0, false
}
