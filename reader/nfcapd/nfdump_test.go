package nfcapd

import (
	"path/filepath"
	"testing"

	"netstream/aggregate/flow"
)

// ownRecords are the records of the files in testdata/nfcapd, which see.
func ownRecords(t *testing.T) (*sample, []flow.Record) {
	s := newSample(11, true)
	records := s.records(t, 40)
	for i := range records {
		records[i].Counters.Packets &= 1<<31 - 1
		records[i].Counters.Octets &= 1<<31 - 1
	}
	return s, records
}

// TestFilesOfNfdump reads what nfdump 1.7.1 has made of our records, in all the
// compressions it has. Its statistics count flows (3) rather than records.
func TestFilesOfNfdump(t *testing.T) {
	s, want := ownRecords(t)
	flows := uint64(0)
	for i := range want {
		flows += max(want[i].Export.Flows, 1)
	}
	for _, c := range []Compression{LZO, LZ4, Bzip2} {
		t.Run(c.String(), func(t *testing.T) {
			rows, r := readFile(t, filepath.Join("..", "..", "testdata", "nfcapd", "nfdump-"+c.String()+".nfcapd"))
			got := reading{rows: rows, points: r.options.Points}
			got.compare(t, want, s)
			info := r.Info()
			if info.Compression != c || info.Layout != 2 || info.CreatorVersion != "1.7.1" || info.Ident != "edge" || info.Flows != flows {
				t.Errorf("%+v, want %d flows", info, flows)
			}
			if remarks := r.Tally().Remarks; len(remarks) > 0 {
				t.Errorf("remarks %v", remarks)
			}
			if n := len(r.Exporters()); n != 8 {
				t.Errorf("%d exporters, want 8", n)
			}
		})
	}
}
