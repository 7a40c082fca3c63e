package main

import "time"

// facts are what is known of a run as a whole, for the known differences.
type facts struct {
	late         int  // records in front of their template that no known difference has explained so far
	messages     int  // export messages in the files
	unseen       bool // tshark was shown fewer messages than there are in the files
	headerCounts bool // tshark shows no more records than the headers of version 9 tell
	refused      bool // there are sets without a template
	biflows      bool // records have become two rows
	versions     map[string]bool

	firstExport, lastExport time.Time // export times of all messages

	confirmed map[cell]bool // by the cells that tshark shows, whether with the same value
}

// cell is a column of a row of the flow table.
type cell struct {
	row    *flowRecord
	column string
}

func factsOf(r *run) facts {
	f := facts{late: r.sum("decoded_late"), messages: r.sum("messages"), refused: r.sum("undecodable_sets") > 0, biflows: len(r.flows) > r.records, versions: map[string]bool{}, confirmed: map[cell]bool{}}
	for i := range r.streams {
		stream := &r.streams[i]
		f.versions[stream.cells["version"]] = true
		if t, err := time.Parse(time.RFC3339Nano, stream.cells["first_export"]); err == nil && (f.firstExport.IsZero() || t.Before(f.firstExport)) {
			f.firstExport = t
		}
		if t, err := time.Parse(time.RFC3339Nano, stream.cells["last_export"]); err == nil && t.After(f.lastExport) {
			f.lastExport = t
		}
	}
	return f
}

// add notes what the counts of tshark tell.
func (f *facts) add(c *recordCounts) {
	if c.known {
		f.unseen = f.unseen || c.messages < f.messages
		f.headerCounts = f.headerCounts || c.headerCounts
	}
}

// only tells whether all streams are of one version.
func (f *facts) only(version string) bool { return len(f.versions) == 1 && f.versions[version] }
