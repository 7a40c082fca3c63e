package main

import (
	"net/netip"
	"sync"

	"netstream/aggregate/accounting"
	"netstream/aggregate/enrich"
	"netstream/aggregate/flow"
)

// schemeLabel is a text that reference data say of a flow, which schemes can have in
// their keys.
type schemeLabel struct {
	name string
	of   func(*flow.Attributes) uint32 // number of the text, 0 if there is none
}

// schemeLabels gives those that there are, by the names of their columns.
func (o *referenceOptions) schemeLabels() []schemeLabel {
	d := o.data
	if d == nil {
		return nil
	}
	var labels []schemeLabel
	add := func(there bool, more ...schemeLabel) {
		if there {
			labels = append(labels, more...)
		}
	}
	add(d.HasASNames(),
		schemeLabel{"src_as_name", func(a *flow.Attributes) uint32 { return a.SourceASName }},
		schemeLabel{"dst_as_name", func(a *flow.Attributes) uint32 { return a.DestinationASName }})
	add(d.HasCountries(),
		schemeLabel{"src_country", func(a *flow.Attributes) uint32 { return a.SourceCountry }},
		schemeLabel{"dst_country", func(a *flow.Attributes) uint32 { return a.DestinationCountry }})
	add(d.HasServices(), schemeLabel{"service", func(a *flow.Attributes) uint32 { return a.Service }})
	add(d.HasClasses(), schemeLabel{"dscp_class", func(a *flow.Attributes) uint32 { return a.Class }})
	for i, name := range d.LabelNames {
		add(true,
			schemeLabel{"src_" + name, func(a *flow.Attributes) uint32 { return a.SourceLabels[i] }},
			schemeLabel{"dst_" + name, func(a *flow.Attributes) uint32 { return a.DestinationLabels[i] }})
	}
	return labels
}

// schemeLookup gives what schemes look up in reference data; nil if there are none.
// Several goroutines may use it at a time.
func (o *referenceOptions) schemeLookup(points *flow.Points, names *flow.Names) accounting.Lookup {
	if o.data == nil {
		return nil
	}
	data, labels := o.data, o.schemeLabels()
	resolvers := sync.Pool{New: func() any { return data.Resolver(points, names) }}
	return func(key *flow.Key, export *flow.Export) *accounting.Attributes {
		resolver := resolvers.Get().(*enrich.Resolver)
		defer resolvers.Put(resolver)
		a := resolver.Of(key, export)
		found := &accounting.Attributes{
			Has: a.Has, SourceAS: a.SourceAS, DestinationAS: a.DestinationAS, SourceMask: a.SourceMask, DestinationMask: a.DestinationMask,
			Labels: make([]string, len(labels)),
		}
		if export != nil { // what the record tells is told by it
			if export.Has&flow.FieldSourceMask != 0 && export.SourceMask == a.SourceMask {
				found.Has &^= flow.FieldSourceMask
			}
			if export.Has&flow.FieldDestinationMask != 0 && export.DestinationMask == a.DestinationMask {
				found.Has &^= flow.FieldDestinationMask
			}
		}
		for i, label := range labels {
			if number := label.of(a); number != 0 {
				found.Labels[i] = data.Texts.Text(number)
			}
		}
		return found
	}
}

// speeds gives what knows the speeds of interfaces; nil if no file tells of interfaces.
func (o *referenceOptions) speeds() func(exporter netip.Addr, index uint32) uint64 {
	if o.data == nil || !o.data.HasInterfaces() {
		return nil
	}
	return o.data.Speed
}
