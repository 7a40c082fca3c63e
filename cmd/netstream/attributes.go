package main

import (
	"sync"

	"netstream/aggregate/enrich"
	"netstream/aggregate/flow"
)

// keptAttributes gives the rows that are collected what reference data say of them. The
// nil pointer gives nothing. It is for one table.
type keptAttributes struct {
	resolver   *enrich.Resolver
	attributes [rowPlaces]flow.Attributes
}

// newAttributes gives nil if there are no reference data.
func (j *job) newAttributes() *keptAttributes {
	if j.options.reference.data == nil {
		return nil
	}
	return &keptAttributes{resolver: j.options.reference.data.Resolver(j.points, j.names)}
}

func (k *keptAttributes) keep(place int, r *flow.Record) {
	if k != nil {
		r.Attributes = &k.attributes[place]
		k.resolver.Fill(r.Attributes, &r.Key, r.Export)
	}
}

func (k *keptAttributes) keepInterval(place int, r *flow.IntervalRecord) {
	if k != nil {
		r.Attributes = &k.attributes[place]
		k.resolver.FillInterval(r.Attributes, r)
	}
}

// withAttributes gives a judgement of flow records that looks at what reference data say
// of them. Several goroutines may use it at a time.
func withAttributes(data *enrich.Data, points *flow.Points, names *flow.Names, keep func(*flow.Record) bool) func(*flow.Record) bool {
	resolvers := sync.Pool{New: func() any { return data.Resolver(points, names) }}
	return func(r *flow.Record) bool {
		resolver := resolvers.Get().(*enrich.Resolver)
		r.Attributes = resolver.Of(&r.Key, r.Export)
		kept := keep(r)
		r.Attributes = nil // the resolver's
		resolvers.Put(resolver)
		return kept
	}
}
