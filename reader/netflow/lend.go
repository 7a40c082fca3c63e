package netflow

import (
	"net/netip"
	"sync"

	"netstream/reader/option"
)

// findings are what a survey has learned, for the own decoding and for those of
// other inputs, which may run at the same time: they are not written any more. What
// most inputs never ask is worked out when it is asked first.
type findings struct {
	streams map[streamKey]*stream       // those that have taught anything
	latest  map[streamKey]*option.Store // by exporter and version: of the port that told options last

	siblings func() map[siblingKey]*template        // what the ports of each exporter agree on
	everyone func() map[siblingKey]*template        // what all streams of each version agree on
	only     func() map[versionDomain]*option.Store // options of domains that only one exporter tells of
}

// versionDomain is an observation domain of whatever exporter.
type versionDomain struct {
	version uint16
	domain  uint32
}

// findingsOf gives the findings of a survey that has met streams.
func findingsOf(streams map[streamKey]*stream, latest map[streamKey]*option.Store) *findings {
	f := &findings{streams: map[streamKey]*stream{}, latest: latest}
	for key, s := range streams {
		if s.taught() {
			s.templates, s.recent = nil, [recently]*template{}
			f.streams[key] = s
		}
	}
	kept := f.streams
	f.siblings = sync.OnceValue(func() map[siblingKey]*template { return common(kept, false) })
	f.everyone = sync.OnceValue(func() map[siblingKey]*template { return common(kept, true) })
	f.only = sync.OnceValue(func() map[versionDomain]*option.Store { return undisputed(kept, latest) })
	return f
}

// undisputed gives the options of each observation domain that one exporter only has
// told of: those of the port that told last, if that has told of the domain. The
// value is nil where there are several exporters.
func undisputed(streams map[streamKey]*stream, latest map[streamKey]*option.Store) map[versionDomain]*option.Store {
	stores := map[versionDomain]*option.Store{}
	tellers := map[versionDomain]netip.Addr{}
	for _, s := range sorted(streams) {
		if s.learnedOptions == nil {
			continue
		}
		exporter := s.key.origin.Exporter
		for _, domain := range s.learnedOptions.Domains() {
			k := versionDomain{s.key.version, domain}
			teller, met := tellers[k]
			switch {
			case !met:
				tellers[k], stores[k] = exporter, s.learnedOptions
			case teller != exporter:
				stores[k] = nil
			case stores[k] != nil && s.learnedOptions == latest[s.key.withoutPort()]:
				stores[k] = s.learnedOptions
			}
		}
	}
	return stores
}

// agreed gives the template that the siblings of a stream agree on, or nil.
func (f *findings) agreed(of streamKey, key templateKey) *template {
	if !of.origin.Exporter.IsValid() {
		return nil
	}
	return f.siblings()[siblingKey{of.origin.Exporter, of.version, key}]
}

// lender is the survey of another decoder that serves this one.
type lender struct {
	findings         *findings
	sameExporterOnly bool
}

// template gives the definition that serves a stream, or nil.
func (l *lender) template(of streamKey, key templateKey) *template {
	f, known := l.findings, of.origin.Exporter.IsValid()
	if l.sameExporterOnly && !known {
		return nil
	}
	if s := f.streams[of]; s != nil && s.learned[key] != nil {
		return s.learned[key]
	}
	switch t := f.agreed(of, key); {
	case t != nil || l.sameExporterOnly:
		return t
	case !known:
		return f.everyone()[siblingKey{version: of.version, key: key}]
	}
	if s := f.streams[streamKey{version: of.version}]; s != nil {
		return s.learned[key]
	}
	return nil
}

// stores adds the options that serve a domain of a stream to list.
func (l *lender) stores(list []*option.Store, of domainKey) []*option.Store {
	key, f := of.stream.key, l.findings
	known := key.origin.Exporter.IsValid()
	if l.sameExporterOnly && !known {
		return list
	}
	list = f.append(list, key)
	switch {
	case known:
		list = appendNew(list, f.latest[key.withoutPort()])
		if !l.sameExporterOnly {
			list = f.append(list, streamKey{version: key.version})
		}
	default:
		list = appendNew(list, f.only()[versionDomain{key.version, of.id}])
	}
	return list
}

// append adds the options of a stream to list, if it has any.
func (f *findings) append(list []*option.Store, key streamKey) []*option.Store {
	if s := f.streams[key]; s != nil {
		return appendNew(list, s.learnedOptions)
	}
	return list
}

// appendNew adds a store to list unless it is nil or the last one already.
func appendNew(list []*option.Store, store *option.Store) []*option.Store {
	if store == nil || len(list) > 0 && list[len(list)-1] == store {
		return list
	}
	return append(list, store)
}

// laterStores lists the options that come later in the input, and those of lenders,
// that serve a domain.
func (d *Decoder) laterStores(key domainKey) (list []*option.Store) {
	list = appendNew(list, key.stream.learnedOptions)
	for i := range d.lenders {
		list = d.lenders[i].stores(list, key)
	}
	return list
}
