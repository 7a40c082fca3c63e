package enrich_test

import (
	"net/netip"
	"slices"
	"testing"

	"netstream/aggregate/enrich"
	"netstream/aggregate/flow"
)

func prefix(text string) netip.Prefix { return netip.MustParsePrefix(text) }

// keyOf gives the key of a TCP flow from address to address.
func keyOf(source, destination netip.Addr, ports ...uint16) *flow.Key {
	k := &flow.Key{Source: source.As16(), Destination: destination.As16(), Version: 6, Protocol: 6}
	if source.Is4() {
		k.Version = 4
	}
	if len(ports) == 2 {
		k.SourcePort, k.DestinationPort, k.Shape = ports[0], ports[1], flow.Ports
	}
	return k
}

func addresses(source, destination string, ports ...uint16) *flow.Key {
	return keyOf(netip.MustParseAddr(source), netip.MustParseAddr(destination), ports...)
}

// resolverOf builds what add adds.
func resolverOf(t testing.TB, override bool, add func(*enrich.Builder)) (*enrich.Data, *enrich.Resolver) {
	t.Helper()
	b := enrich.NewBuilder()
	add(b)
	data, err := b.Build(override)
	if err != nil {
		t.Fatal(err)
	}
	return data, data.Resolver(flow.NewPoints(), flow.NewNames())
}

func TestLongestPrefix(t *testing.T) {
	data, r := resolverOf(t, false, func(b *enrich.Builder) {
		for p, as := range map[string]uint32{
			"0.0.0.0/0": 1, "10.0.0.0/8": 2, "10.1.0.0/16": 3, "10.1.2.3/32": 4,
			"2001:db8::/32": 5, "2001:db8::1/128": 6, "::ffff:0:0/96": 7,
		} {
			b.AddRoute(prefix(p), as, 1)
		}
		b.AddCountry(prefix("10.0.0.0/8"), "FR")
		b.AddASName(4, "four")
		labels := b.AddLabels([]string{"site", "customer"})
		labels(prefix("10.1.0.0/16"), []string{"Paris", ""})
		labels(prefix("2001:db8::/32"), []string{"", "ACME"})
		b.AddLabels([]string{"rack"})(prefix("10.1.2.0/24"), []string{"r1"})
	})
	if want := []string{"customer", "rack", "site"}; !slices.Equal(data.LabelNames, want) {
		t.Errorf("got labels %q, want %q", data.LabelNames, want)
	}
	for _, c := range []struct {
		address string
		as      uint32 // 0: none
		mask    uint8
		texts   []string // name, country, labels
	}{
		{"10.1.2.3", 4, 32, []string{"four", "FR", "", "r1", "Paris"}},
		{"10.1.2.4", 3, 16, []string{"", "FR", "", "r1", "Paris"}},
		{"10.1.3.3", 3, 16, []string{"", "FR", "", "", "Paris"}},
		{"10.2.0.0", 2, 8, []string{"", "FR", "", "", ""}},
		{"192.0.2.1", 1, 0, []string{"", "", "", "", ""}},
		{"2001:db8::1", 6, 128, []string{"", "", "ACME", "", ""}},
		{"2001:db8::2", 5, 32, []string{"", "", "ACME", "", ""}},
		{"2001:db9::", 0, 0, []string{"", "", "", "", ""}},
		{"::ffff:10.1.2.3", 7, 96, []string{"", "", "", "", ""}}, // an IPv6 packet is matched by IPv6 routes
	} {
		address := netip.MustParseAddr(c.address)
		for _, a := range []*flow.Attributes{r.Of(keyOf(address, address), nil), r.Of(keyOf(address, address), nil)} { // asked for, and kept
			source := []uint32{a.SourceASName, a.SourceCountry}
			destination := []uint32{a.DestinationASName, a.DestinationCountry}
			source, destination = append(source, a.SourceLabels...), append(destination, a.DestinationLabels...)
			var texts []string
			for _, number := range source {
				texts = append(texts, data.Texts.Text(number))
			}
			want := flow.FieldSourceAS | flow.FieldDestinationAS | flow.FieldSourceMask | flow.FieldDestinationMask
			if c.as == 0 {
				want = 0
			}
			if a.Has != want || a.SourceAS != c.as || a.DestinationAS != c.as || a.SourceMask != c.mask || a.DestinationMask != c.mask ||
				!slices.Equal(texts, c.texts) || !slices.Equal(source, destination) {
				t.Errorf("%s: got %+v, %q, want AS %d, /%d, %q", c.address, a, texts, c.as, c.mask, c.texts)
			}
		}
	}
}

// TestKeysWithoutAddress: what is not in the key has no attributes, and a key of
// prefixes those of routes that hold all of it.
func TestKeysWithoutAddress(t *testing.T) {
	b := enrich.NewBuilder()
	b.AddRoute(prefix("10.0.0.0/8"), 1, 1)
	b.AddRoute(prefix("10.0.0.0/25"), 2, 1)
	b.AddLabels([]string{"a"})(prefix("10.0.0.0/8"), []string{"x"})
	data, err := b.Build(false)
	if err != nil {
		t.Fatal(err)
	}
	points := flow.NewPoints()
	number, err := points.Number(flow.Point{Flexible: flow.Flexible{Has: flow.KeySourceMask, SourceMask: 24}})
	if err != nil {
		t.Fatal(err)
	}
	r := data.Resolver(points, flow.NewNames())
	key := addresses("10.0.0.0", "10.0.0.0")
	key.Point = number
	if a := r.Of(key, nil); a.SourceAS != 1 || a.SourceMask != 8 || a.DestinationAS != 2 || a.DestinationMask != 25 {
		t.Errorf("got AS %d /%d and %d /%d, want 1 /8 and 2 /25", a.SourceAS, a.SourceMask, a.DestinationAS, a.DestinationMask)
	}
	// So is the address of an exporter's record that has no bits behind its length.
	export := &flow.Export{Has: flow.FieldSourceMask | flow.FieldDestinationMask, SourceMask: 24, DestinationMask: 24}
	if a := r.Of(addresses("10.0.0.0", "10.0.0.1"), export); a.SourceAS != 1 || a.DestinationAS != 2 {
		t.Errorf("got AS %d and %d, want 1 of 10.0.0.0/24 and 2 of 10.0.0.1", a.SourceAS, a.DestinationAS)
	}
	key.Shape |= flow.NoSource | flow.NoDestination
	if a := r.Of(key, nil); a.Has != 0 || a.SourceLabels[0] != 0 || a.DestinationLabels[0] != 0 {
		t.Errorf("got %+v of a key without addresses", a)
	}
	if a := r.Of(&flow.Key{Source: key.Source}, nil); a.Has != 0 {
		t.Errorf("got %+v of a key without IP version", a)
	}
}

func TestExporterGoesFirst(t *testing.T) {
	add := func(b *enrich.Builder) {
		b.AddRoute(prefix("10.0.0.0/8"), 64500, 1)
		b.AddASName(64500, "route")
		b.AddASName(7, "exporter")
	}
	both := flow.FieldSourceAS | flow.FieldSourceMask
	for _, c := range []struct {
		name     string
		source   string
		export   *flow.Export
		override bool
		as       uint32
		mask     uint8
		has      flow.Fields
		asName   string
	}{
		{"exporter", "10.0.0.1", &flow.Export{Has: both, SourceAS: 7, SourceMask: 20}, false, 7, 20, both, "exporter"},
		{"exporter's 0", "10.0.0.1", &flow.Export{Has: both}, false, 64500, 8, both, "route"},
		{"exporter's 0 without route", "192.0.2.1", &flow.Export{Has: both}, false, 0, 0, both, ""},
		{"not told", "10.0.0.1", &flow.Export{SourceAS: 9}, false, 64500, 8, both, "route"},
		{"one of them", "10.0.0.1", &flow.Export{Has: flow.FieldSourceAS, SourceAS: 7}, false, 7, 8, both, "exporter"},
		{"override", "10.0.0.1", &flow.Export{Has: both, SourceAS: 7, SourceMask: 20}, true, 64500, 8, both, "route"},
		{"override without route", "192.0.2.1", &flow.Export{Has: both, SourceAS: 7, SourceMask: 20}, true, 7, 20, both, "exporter"},
		{"nothing", "192.0.2.1", &flow.Export{}, false, 0, 0, 0, ""},
	} {
		data, r := resolverOf(t, c.override, add)
		a := r.Of(addresses(c.source, "192.0.2.1"), c.export)
		if a.Has != c.has || a.SourceAS != c.as || a.SourceMask != c.mask || data.Texts.Text(a.SourceASName) != c.asName {
			t.Errorf("%s: got %+v named %q", c.name, a, data.Texts.Text(a.SourceASName))
		}
		// The destination's numbers do not get mixed up with the source's.
		mirrored := &flow.Export{DestinationAS: c.export.SourceAS, DestinationMask: c.export.SourceMask}
		if c.export.Has&flow.FieldSourceAS != 0 {
			mirrored.Has |= flow.FieldDestinationAS
		}
		if c.export.Has&flow.FieldSourceMask != 0 {
			mirrored.Has |= flow.FieldDestinationMask
		}
		a = r.Of(addresses("192.0.2.1", c.source), mirrored)
		if a.DestinationAS != c.as || a.DestinationMask != c.mask || data.Texts.Text(a.DestinationASName) != c.asName {
			t.Errorf("%s, destination: got %+v", c.name, a)
		}
	}
}

func TestServices(t *testing.T) {
	data, r := resolverOf(t, false, func(b *enrich.Builder) {
		b.AddService(6, 80, "http")
		b.AddService(6, 8080, "http-alt")
		b.AddService(6, 443, "https")
		b.AddService(17, 53, "domain")
	})
	for _, c := range []struct {
		protocol            uint8
		source, destination uint16
		shape               flow.Shape
		want                string
		side                flow.Side
	}{
		{6, 40000, 80, flow.Ports, "http", flow.DestinationSide},
		{6, 80, 40000, flow.Ports, "http", flow.SourceSide},
		{6, 8080, 443, flow.Ports, "https", flow.DestinationSide},
		{6, 80, 443, flow.Ports, "http", flow.SourceSide},
		{6, 80, 80, flow.Ports, "http", flow.DestinationSide},
		{6, 79, 8080, flow.Ports, "http-alt", flow.DestinationSide}, // 79 has no name
		{6, 1, 2, flow.Ports, "", flow.NoSide},
		{17, 80, 53, flow.Ports, "domain", flow.DestinationSide},
		{136, 53, 4000, flow.Ports, "domain", flow.SourceSide}, // UDP-Lite has the ports of UDP
		{132, 80, 53, flow.Ports, "", flow.NoSide},
		{1, 0, 53, flow.Ports, "", flow.NoSide}, // type and code
		{6, 80, 80, 0, "", flow.NoSide},
		{6, 80, 80, flow.Ports | flow.NoProtocol, "", flow.NoSide},
		{6, 80, 0, flow.Ports | flow.NoDestinationPort, "http", flow.SourceSide},
		{6, 0, 443, flow.Ports | flow.NoSourcePort, "https", flow.DestinationSide},
	} {
		key := addresses("192.0.2.1", "192.0.2.2")
		key.Protocol, key.SourcePort, key.DestinationPort, key.Shape = c.protocol, c.source, c.destination, c.shape
		a := r.Of(key, nil)
		if got := data.Texts.Text(a.Service); got != c.want || a.ServiceSide != c.side {
			t.Errorf("%+v: got %q, %v", c, got, a.ServiceSide)
		}
	}
}

func TestInterfaces(t *testing.T) {
	b := enrich.NewBuilder()
	exporter, other := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	b.AddInterface(exporter, 1, "ge-1", 1e9)
	b.AddInterface(exporter, 2, "", 1e10)
	b.AddInterface(netip.Addr{}, 1, "any-1", 5)
	data, err := b.Build(false)
	if err != nil {
		t.Fatal(err)
	}
	points, names := flow.NewPoints(), flow.NewNames()
	told := names.Number([]byte("told"))
	r := data.Resolver(points, names)
	for _, c := range []struct {
		exporter netip.Addr
		export   flow.Export
		in, out  string
		speeds   [2]uint64
	}{
		{exporter, flow.Export{Has: flow.FieldInIf | flow.FieldOutIf, InIf: 1, OutIf: 2}, "ge-1", "", [2]uint64{1e9, 1e10}},
		{exporter, flow.Export{Has: flow.FieldInIf | flow.FieldOutIf, InIf: 1, OutIf: 1, InIfName: told}, "told", "ge-1", [2]uint64{1e9, 1e9}},
		{other, flow.Export{Has: flow.FieldOutIf, InIf: 1, OutIf: 1}, "", "any-1", [2]uint64{0, 5}},
		{netip.Addr{}, flow.Export{Has: flow.FieldInIf | flow.FieldOutIf, InIf: 1, OutIf: 3}, "any-1", "", [2]uint64{5, 0}},
	} {
		number, err := points.Number(flow.Point{Exported: true, Exporter: c.exporter})
		if err != nil {
			t.Fatal(err)
		}
		key := addresses("10.0.0.1", "10.0.0.2")
		key.Point = number
		a := r.Of(key, &c.export)
		if names.Name(a.InIfName) != c.in || names.Name(a.OutIfName) != c.out || a.InSpeed != c.speeds[0] || a.OutSpeed != c.speeds[1] {
			t.Errorf("%+v: got %q and %q, %d and %d", c, names.Name(a.InIfName), names.Name(a.OutIfName), a.InSpeed, a.OutSpeed)
		}
		record := flow.IntervalRecord{Key: *key, Has: c.export.Has, InIf: c.export.InIf, OutIf: c.export.OutIf, InIfName: c.export.InIfName}
		var interval flow.Attributes
		r.FillInterval(&interval, &record)
		if interval.InIfName != a.InIfName || interval.OutIfName != a.OutIfName || interval.InSpeed != a.InSpeed {
			t.Errorf("%+v: got %+v of the interval", c, interval)
		}
	}
}

// TestInterfacesOfCaptures names the interface at which packets were captured: no row
// tells its index, which its point has.
func TestInterfacesOfCaptures(t *testing.T) {
	b := enrich.NewBuilder()
	b.AddInterface(netip.MustParseAddr("192.0.2.1"), 7, "of an exporter", 1e9)
	b.AddInterface(netip.Addr{}, 7, "any-7", 5)
	data, err := b.Build(false)
	if err != nil {
		t.Fatal(err)
	}
	points, names := flow.NewPoints(), flow.NewNames()
	r := data.Resolver(points, names)
	for _, c := range []struct {
		point   flow.Point
		in, out string
		speeds  [2]uint64
	}{
		{flow.Point{}, "", "", [2]uint64{}},
		{flow.Point{Index: 7}, "", "", [2]uint64{}},
		{flow.Point{HasIndex: true, Index: 8}, "", "", [2]uint64{}},
		{flow.Point{HasIndex: true, Index: 7}, "any-7", "", [2]uint64{5, 0}},
		{flow.Point{HasIndex: true, Index: 7, Direction: flow.DirectionEgress}, "", "any-7", [2]uint64{0, 5}},
	} {
		key := addresses("10.0.0.1", "10.0.0.2")
		if key.Point, err = points.Number(c.point); err != nil {
			t.Fatal(err)
		}
		var interval flow.Attributes
		r.FillInterval(&interval, &flow.IntervalRecord{Key: *key})
		for _, a := range []*flow.Attributes{r.Of(key, nil), &interval} {
			if names.Name(a.InIfName) != c.in || names.Name(a.OutIfName) != c.out || a.InSpeed != c.speeds[0] || a.OutSpeed != c.speeds[1] {
				t.Errorf("%+v: got %q and %q, %d and %d", c, names.Name(a.InIfName), names.Name(a.OutIfName), a.InSpeed, a.OutSpeed)
			}
		}
	}
}

func TestClasses(t *testing.T) {
	data, r := resolverOf(t, false, func(b *enrich.Builder) { b.AddClass(46, "voice") })
	key := addresses("10.0.0.1", "10.0.0.2")
	for tos, want := range map[uint8]string{46 << 2: "voice", 46<<2 | 3: "voice", 0: "other"} {
		key.ClassOfService = tos
		if got := data.Texts.Text(r.Of(key, nil).Class); got != want {
			t.Errorf("tos %d: got %q, want %q", tos, got, want)
		}
	}
	if key.Shape |= flow.NoClassOfService; r.Of(key, nil).Class != 0 {
		t.Errorf("got a class of a key without ToS")
	}
}

func TestNothingAllocated(t *testing.T) {
	_, r := resolverOf(t, false, func(b *enrich.Builder) {
		b.AddRoute(prefix("10.0.0.0/8"), 1, 1)
		b.AddCountry(prefix("10.0.0.0/8"), "FR")
		b.AddASName(1, "one")
		b.AddLabels([]string{"a", "b"})(prefix("10.0.0.0/9"), []string{"x", "y"})
		b.AddInterface(netip.Addr{}, 1, "eth0", 1)
		b.AddService(6, 80, "http")
		b.AddClass(0, "best effort")
	})
	key, export := addresses("10.0.0.1", "2001:db8::1", 80, 81), &flow.Export{Has: flow.FieldInIf | flow.FieldSourceAS, InIf: 1}
	r.Of(key, export)
	next := byte(0)
	if n := testing.AllocsPerRun(1000, func() {
		next++
		key.Source[15], key.Destination[0] = next, next
		r.Of(key, export)
	}); n != 0 {
		t.Errorf("got %v allocations a flow, want none", n)
	}
}
