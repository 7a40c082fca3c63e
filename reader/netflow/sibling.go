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
//
// What options of any of them said last holds for one that has not said anything of
// it yet: a router that has restarted exports flows before it tells its interfaces
// again.

// siblingKey says which templates are the same for siblings.
type siblingKey struct {
	exporter netip.Addr // the zero Addr in what all streams of a version agree on
	version  uint16
	key      templateKey
}

// common gives what surveyed streams agree on, nil where they contradict each other:
// those of each known exporter, or, with all, whatever exporter they are from.
func common(streams map[streamKey]*stream, all bool) map[siblingKey]*template {
	agreed := make(map[siblingKey]*template)
	for _, s := range streams {
		exporter := s.key.origin.Exporter
		if all {
			exporter = netip.Addr{}
		} else if !exporter.IsValid() {
			continue
		}
		for key, t := range s.learned {
			k := siblingKey{exporter, s.key.version, key}
			before, met := agreed[k]
			switch {
			case !met && t.redefined == 0:
				agreed[k] = t
			case !met || before != nil && (t.redefined > 0 || before.options != t.options || string(before.octets) != string(t.octets)):
				agreed[k] = nil
			}
		}
	}
	return agreed
}

// tell notes that options of the present stream were applied.
func (d *Decoder) tell(store *option.Store) {
	key := d.stream.key
	if !key.origin.Exporter.IsValid() {
		return
	}
	if d.latest == nil {
		d.latest = map[streamKey]*option.Store{}
	}
	d.latest[key.withoutPort()] = store
}

// latestOf gives the options that a stream or a sibling of it told last; nil if none
// has told any.
func (d *Decoder) latestOf(key streamKey) *option.Store {
	if len(d.latest) == 0 {
		return nil
	}
	return d.latest[key.withoutPort()]
}
