package netflow

import (
	"net/netip"

	"netstream/reader/option"
)

// Some exporters send from another port after a restart, or from several at once,
// and a collector that was started late, or a capture that was cut, has the
// templates of one port only. The streams of one exporter and version that differ in
// their port are siblings. A template serves a sibling that never defines it itself,
// provided that all siblings that do define it say the same: two exporters behind
// one translated address rarely do, and then nothing is decoded with the wrong one.

// siblingKey says which templates are the same for siblings.
type siblingKey struct {
	exporter netip.Addr
	version  uint16
	key      templateKey
}

// common gives what the surveyed streams of known exporters agree on; nil where they
// contradict each other.
func common(streams []*stream) map[siblingKey]*template {
	all := make(map[siblingKey]*template)
	for _, s := range streams {
		if !s.key.origin.Exporter.IsValid() {
			continue
		}
		for key, t := range s.learned {
			k := siblingKey{s.key.origin.Exporter, s.key.version, key}
			before, met := all[k]
			switch {
			case !met && t.redefined == 0:
				all[k] = t
			case !met || before != nil && (t.redefined > 0 || before.options != t.options || string(before.octets) != string(t.octets)):
				all[k] = nil
			}
		}
	}
	return all
}

// ofSiblings gives the template that the siblings of the present stream agree on, or
// nil.
func (d *Decoder) ofSiblings(key templateKey) *template {
	return d.siblings[siblingKey{d.stream.key.origin.Exporter, d.stream.key.version, key}]
}

// family is the streams of one exporter and version. What options of any of them
// said last holds for one that has not said anything of it yet: a router that has
// restarted exports flows before it tells its interfaces again.
type family struct {
	latest *option.Store // of the stream that applied options last; nil as long as none did
	told   uint64        // changes when an answer may have changed
}

func (f *family) generation() uint64 {
	if f == nil {
		return 0
	}
	return f.told
}

// familyOf gives the family of a stream; nil if its exporter is not known.
func (d *Decoder) familyOf(key streamKey) *family {
	if !key.origin.Exporter.IsValid() {
		return nil
	}
	key.origin.Port = 0
	if d.families == nil {
		d.families = make(map[streamKey]*family)
	}
	f := d.families[key]
	if f == nil {
		f = new(family)
		d.families[key] = f
	}
	return f
}

// tell notes that options of the present stream were applied.
func (d *Decoder) tell(store *option.Store) {
	if f := d.stream.family; f != nil && d.surveyed {
		f.latest = store
		f.told++
	}
}
