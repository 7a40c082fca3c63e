package option

import (
	"cmp"
	"maps"
	"slices"
)

// Kind says what an entry is about.
type Kind uint8

// The kinds, in the order in which Entries lists them.
const (
	KindDomain      Kind = iota // the domain as a whole
	KindPart                    // a line card, cache or template; Scope tells which
	KindSampler                 // samplerId (48), selectorId (302)
	KindInterface               // ifIndex (10, 14)
	KindVRF                     // ingressVRFID (234), egressVRFID (235)
	KindApplication             // applicationId (95)
)

// String gives the name of the kind in lower case.
func (k Kind) String() string {
	switch k {
	case KindDomain:
		return "domain"
	case KindPart:
		return "part"
	case KindSampler:
		return "sampler"
	case KindInterface:
		return "interface"
	case KindVRF:
		return "vrf"
	case KindApplication:
		return "application"
	}
	return "unknown"
}

// Entry is what a store knows of one thing.
type Entry struct {
	Domain uint32 // observation domain
	Kind   Kind
	Scope  uint16 // number of the element that tells which part it is; 0 for all other kinds
	ID     uint64 // number of the thing; 0 for domains

	Name    uint32     // number in flow.Names; 0 if there is none
	Told    RateFields // what options tell of its sampling
	Rate    Rate       // what follows from it
	HasRate bool       // Rate is valid

	BootTime    int64 // of domains: milliseconds since the Unix epoch
	HasBootTime bool  // BootTime is valid
}

// Domains lists the observation domains that the store knows anything of, in
// ascending order.
func (s *Store) Domains() []uint32 {
	known := map[uint32]bool{}
	for id := range s.domains {
		known[id] = true
	}
	for k := range s.parts {
		known[k.domain] = true
	}
	for k := range s.samplers {
		known[k.domain] = true
	}
	for k := range s.interfaces {
		known[k.domain] = true
	}
	for k := range s.vrfs {
		known[k.domain] = true
	}
	for k := range s.applications {
		known[k.domain] = true
	}
	return slices.Sorted(maps.Keys(known))
}

// Entries lists all that the store knows, ordered by domain, kind, scope and number.
func (s *Store) Entries() []Entry {
	var all []Entry
	add := func(e Entry) {
		e.Rate, e.HasRate = e.Told.Rate()
		all = append(all, e)
	}
	for id, d := range s.domains {
		add(Entry{Domain: id, Kind: KindDomain, Told: d.fields, BootTime: d.bootTime, HasBootTime: d.booted})
	}
	for k, fields := range s.parts {
		add(Entry{Domain: k.domain, Kind: KindPart, Scope: k.scope, ID: k.id, Told: fields})
	}
	for k, e := range s.samplers {
		add(Entry{Domain: k.domain, Kind: KindSampler, ID: k.id, Name: e.name, Told: e.fields})
	}
	for k, e := range s.interfaces {
		add(Entry{Domain: k.domain, Kind: KindInterface, ID: k.id, Name: e.name, Told: e.fields})
	}
	for k, name := range s.vrfs {
		add(Entry{Domain: k.domain, Kind: KindVRF, ID: k.id, Name: name})
	}
	for k, name := range s.applications {
		add(Entry{Domain: k.domain, Kind: KindApplication, ID: k.id, Name: name})
	}
	slices.SortFunc(all, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.Domain, b.Domain), cmp.Compare(a.Kind, b.Kind),
			cmp.Compare(a.Scope, b.Scope), cmp.Compare(a.ID, b.ID))
	})
	return all
}
