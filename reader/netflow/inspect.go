package netflow

import (
	"cmp"
	"maps"
	"slices"

	"netstream/aggregate/flow"
	"netstream/reader/element"
	"netstream/reader/option"
)

// TemplateInfo is what the survey has learned of one template.
type TemplateInfo struct {
	Origin  Origin
	Version uint16
	Domain  uint32
	ID      uint16

	Options bool // an options template, whose first Scopes fields are its scope
	Scopes  int

	Fields    []element.Field // of the first definition, in the order of the record
	Defined   uint64          // how often it was defined, the first time included
	Redefined uint64          // how often it was defined differently than at first
	First     flow.Timestamp  // export time of the first definition
}

// Templates lists the templates that the survey has learned, ordered by exporter,
// port, version, domain and id.
func (d *Decoder) Templates() []TemplateInfo {
	var list []TemplateInfo
	for _, s := range d.sortedStreams() {
		from := len(list)
		for key, t := range s.learned {
			list = append(list, TemplateInfo{
				Origin: s.key.origin, Version: s.key.version, Domain: key.domain, ID: key.id,
				Options: t.options, Scopes: t.scopes, Fields: t.fields,
				Defined: t.defined, Redefined: t.redefined, First: t.first,
			})
		}
		slices.SortFunc(list[from:], func(a, b TemplateInfo) int {
			return cmp.Or(cmp.Compare(a.Domain, b.Domain), cmp.Compare(a.ID, b.ID))
		})
	}
	return list
}

// OptionInfo is what the survey has learned from the options of one stream.
type OptionInfo struct {
	Origin  Origin
	Version uint16
	Entries []option.Entry
	Refused uint64 // what the bounds of option.Store did not let in
}

// OptionData lists what the survey has learned from options, ordered by exporter,
// port and version.
func (d *Decoder) OptionData() []OptionInfo {
	var list []OptionInfo
	for _, s := range d.sortedStreams() {
		if o := s.learnedOptions; o != nil {
			list = append(list, OptionInfo{Origin: s.key.origin, Version: s.key.version, Entries: o.Entries(), Refused: o.Refused()})
		}
	}
	return list
}

func (d *Decoder) sortedStreams() []*stream {
	streams := d.streams
	if d.surveyed {
		streams = d.findings.streams
	}
	return sorted(streams)
}

// sorted gives streams ordered by exporter, port and version.
func sorted(streams map[streamKey]*stream) []*stream {
	return slices.SortedFunc(maps.Values(streams), func(a, b *stream) int {
		return cmp.Or(
			a.key.origin.Exporter.Compare(b.key.origin.Exporter),
			cmp.Compare(a.key.origin.Port, b.key.origin.Port),
			cmp.Compare(a.key.version, b.key.version),
		)
	})
}
