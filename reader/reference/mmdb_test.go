package reference_test

import (
	"bytes"
	"net/netip"
	"slices"
	"testing"

	"netstream/reader/reference"
	"netstream/reader/reference/referencetest"
)

func text(s string) referencetest.Value   { return referencetest.Value{Text: s} }
func number(n uint32) referencetest.Value { return referencetest.Value{Number: n} }
func fields(all ...referencetest.Field) referencetest.Value {
	return referencetest.Value{Map: all}
}

// systems is a database like GeoLite2-ASN.
func systems() []byte {
	record := func(as uint32, name string) referencetest.Value {
		return fields(referencetest.Field{Name: "autonomous_system_number", Value: number(as)},
			referencetest.Field{Name: "autonomous_system_organization", Value: text(name)})
	}
	return referencetest.MMDB("GeoLite2-ASN", []referencetest.Network{
		{Prefix: prefix("192.0.2.0/25"), Record: record(64500, "A long name of more than 28 octets")},
		{Prefix: prefix("192.0.2.128/25"), Record: record(4200000000, "B")},
		{Prefix: prefix("2001:db8::/32"), Record: record(64502, "C")},
	})
}

func TestMMDB(t *testing.T) {
	got, report := routesOf(t, streamOf(systems()))
	if want := "192.0.2.0/25 64500 1\n192.0.2.128/25 4200000000 1\n2001:db8::/32 64502 1"; got != want {
		t.Errorf("got %q, want %q: %s", got, want, faultsOf(report))
	}
	if report.Format != "mmdb" || report.Entries != 3 || report.FaultCount != 0 {
		t.Errorf("got %+v", report)
	}
	var names []string
	if _, err := reference.ReadASNames(streamOf(systems()), func(as uint32, name string) { names = append(names, name) }); err != nil {
		t.Fatal(err)
	}
	if want := []string{"A long name of more than 28 octets", "B", "C"}; !slices.Equal(names, want) {
		t.Errorf("got names %q, want %q", names, want)
	}
}

func TestCountries(t *testing.T) {
	code := func(code string) referencetest.Value {
		return fields(referencetest.Field{Name: "country", Value: fields(referencetest.Field{Name: "iso_code", Value: text(code)})})
	}
	flat := func(name, value string) referencetest.Value {
		return fields(referencetest.Field{Name: name, Value: text(value)})
	}
	database := referencetest.MMDB("Country", []referencetest.Network{
		{Prefix: prefix("192.0.2.0/24"), Record: code("FR")},
		{Prefix: prefix("198.51.100.1/32"), Record: flat("country", "DE")},
		{Prefix: prefix("203.0.113.0/24"), Record: flat("continent", "EU")},
		{Prefix: prefix("2001:db8::/48"), Record: flat("country_code", "NL")},
	})
	for _, c := range []struct {
		content []byte
		want    string
		leftOut uint64
		faults  string
	}{
		{database, "192.0.2.0/24 FR,198.51.100.1/32 DE,2001:db8::/48 NL,", 1, ""},
		{[]byte("prefix,country\n192.0.2.0/24,FR\n10.0.0.0/8,\n"), "192.0.2.0/24 FR,", 0, "line 3: there is no country"},
	} {
		var got string
		report, err := reference.ReadCountries(streamOf(c.content), func(p netip.Prefix, country string) { got += p.String() + " " + country + "," })
		if err != nil || got != c.want || report.LeftOut != c.leftOut || faultsOf(report) != c.faults {
			t.Errorf("got %q, %+v, %v, want %q", got, report, err, c.want)
		}
	}
}

// TestMMDBFaults: a database whose branches meet has more networks than nodes, and is not
// followed for ever; what is no database is told so.
func TestMMDBFaults(t *testing.T) {
	database := systems()
	loop := bytes.Clone(database)
	for at := range 8 * 90 { // both branches of the first nodes lead to the next one
		if at%8 == 0 {
			copy(loop[at:], []byte{0, 0, 0, byte(at/8 + 1), 0, 0, 0, byte(at/8 + 1)})
		}
	}
	_, report := routesOf(t, streamOf(loop))
	if report.FaultCount == 0 {
		t.Errorf("got no fault of branches that meet: %+v", report)
	}
	for _, content := range [][]byte{database[:len(database)/2], {0, 1, 2}, bytes.Repeat([]byte{0}, 5000)} {
		_, report := routesOf(t, streamOf(content))
		if report.Entries != 0 || report.FaultCount == 0 {
			t.Errorf("got %+v of %d octets", report, len(content))
		}
	}
}
