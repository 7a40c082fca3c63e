package reference_test

import (
	"net/netip"
	"testing"

	"netstream/reader/reference"
	"netstream/reader/reference/referencetest"
)

// checkReport: faults are counted and described up to a bound.
func checkReport(t *testing.T, report reference.Report, err error, added uint64, content []byte) {
	t.Helper()
	switch {
	case err != nil:
		t.Fatalf("got %v of a content that can be read", err)
	case added < report.Entries:
		t.Fatalf("got %d entries, want at most the %d that were added", report.Entries, added)
	case uint64(len(report.Faults)) != min(report.FaultCount, reference.MaxFaults):
		t.Fatalf("got %d faults described, %d counted", len(report.Faults), report.FaultCount)
	}
	for _, f := range report.Faults {
		if f.Text == "" || f.Offset < 0 || f.Offset > int64(len(content)) || f.Line < 0 || f.Line > int64(len(content))+1 {
			t.Fatalf("got fault %+v", f)
		}
	}
}

// FuzzRoutes: whatever the content is, prefixes are sound, origins are not 0, and every
// fault has a place.
func FuzzRoutes(f *testing.F) {
	f.Add([]byte("192.0.2.0/24,64500\n"))
	f.Add([]byte("prefix;asn\n\"192.0.2.0/24\";AS1.10\n"))
	f.Add([]byte("1.0.0.0\t24\t13335_2,3\n"))
	f.Add(systems())
	peer := referencetest.Peer{Path: []referencetest.Segment{{Type: 2, Members: []uint32{1, 2}}, {Type: 1, Members: []uint32{4, 3}}}, Wide: referencetest.Sequence(70000)}
	f.Add(append(referencetest.PeerIndex(2), referencetest.RIB(prefix("10.0.0.0/9"), false, peer, peer)...))
	f.Add(referencetest.RIB(prefix("2001:db8::/33"), true, peer))
	f.Add(referencetest.Dump(prefix("10.0.0.0/8"), peer))
	f.Add(referencetest.Dump(prefix("2001:db8::/32"), peer))
	f.Fuzz(func(t *testing.T, content []byte) {
		var added uint64
		report, err := reference.ReadRoutes(streamOf(content), func(r reference.Route) {
			added++
			if !r.Prefix.IsValid() || r.Prefix != r.Prefix.Masked() || r.Origin == 0 || r.Votes == 0 {
				t.Fatalf("got route %+v", r)
			}
		})
		checkReport(t, report, err, added, content)
	})
}

// FuzzTexts does the same for the other formats of text.
func FuzzTexts(f *testing.F) {
	for _, text := range []string{
		"prefix,a,b\n10.0.0.0/8,x,\"y, \"\"z\"\"\"\n", "exporter,if_index,if_name,speed_bps\n192.0.2.1,1,x,10G\n",
		"http 80/tcp www # x\n", "port,protocol,name\n80,tcp,http\n", "dscp,class\nEF,voice\n", "1|A\nAS2 \"B\"\n", "prefix,country\n10.0.0.0/8,FR\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		var added uint64
		sound := func(p netip.Prefix) {
			added++
			if !p.IsValid() || p != p.Masked() {
				t.Fatalf("got prefix %v", p)
			}
		}
		columns := 0
		report, err := reference.ReadLabels(streamOf(content), func(names []string) { columns = len(names) }, func(p netip.Prefix, texts []string) {
			if sound(p); len(texts) != columns || columns == 0 {
				t.Fatalf("got %d texts of %d columns", len(texts), columns)
			}
		})
		checkReport(t, report, err, added, content)
		added = 0
		report, err = reference.ReadCountries(streamOf(content), func(p netip.Prefix, _ string) { sound(p) })
		checkReport(t, report, err, added, content)
		added = 0
		report, err = reference.ReadInterfaces(streamOf(content), func(reference.Interface) { added++ })
		checkReport(t, report, err, added, content)
		added = 0
		report, err = reference.ReadServices(streamOf(content), func(uint8, uint16, string) { added++ })
		checkReport(t, report, err, added+report.LeftOut, content)
		added = 0
		report, err = reference.ReadClasses(streamOf(content), func(dscp uint8, class string) {
			if added++; dscp > 63 || class == "" {
				t.Fatalf("got %d %q", dscp, class)
			}
		})
		checkReport(t, report, err, added, content)
		added = 0
		report, err = reference.ReadASNames(streamOf(content), func(as uint32, name string) {
			if added++; as == 0 || name == "" {
				t.Fatalf("got %d %q", as, name)
			}
		})
		checkReport(t, report, err, added, content)
	})
}
