package table_test

import (
	"crypto/sha256"
	"encoding/hex"
	"math/big"
	"net/netip"
	"strings"
	"testing"

	"netstream/aggregate/flow"
	"netstream/writer/table"
)

// TestFlowID compares with the hash of an encoding written out by hand.
func TestFlowID(t *testing.T) {
	v4 := key(t, "192.0.2.1", "198.51.100.2", 6, true, 0x1234, 443)
	v4.ClassOfService = 0x2e
	v6 := key(t, "2001:db8::1", "::ffff:198.51.100.2", 89, false, 0, 0)
	tunnel := flow.Encapsulation{
		Tunnel: flow.TunnelVXLAN, HasID: true, ID: 0xabcdef, OuterVersion: 4,
		OuterSource: flow.MappedIPv4([4]byte{192, 0, 2, 1}), OuterDestination: flow.MappedIPv4([4]byte{192, 0, 2, 2}),
	}
	for _, c := range []struct {
		name    string
		key     flow.Key
		point   flow.Point
		start   flow.Timestamp
		ordinal uint32
		encoded string
	}{
		{"IPv4", v4, flow.Point{Interface: "eth0"}, -2, 7, "04 c0000201 c6336402 01 1234 01bb 06 2e fffffffffffffffe 00000007 65746830"},
		{"IPv6", v6, flow.Point{}, 1, 0, "06 20010db8000000000000000000000001 00000000000000000000ffffc6336402 00 0000 0000 59 00 0000000000000001 00000000"},
		{"in a tunnel", v6, flow.Point{Interface: "eth0", Inside: tunnel}, 1, 0,
			"46 20010db8000000000000000000000001 00000000000000000000ffffc6336402 00 0000 0000 59 00 0000000000000001 00000000" +
				"0b 01 00abcdef 04 00000000000000000000ffffc0000201 00000000000000000000ffffc0000202 65746830"},
	} {
		t.Run(c.name, func(t *testing.T) {
			encoded, err := hex.DecodeString(strings.ReplaceAll(c.encoded, " ", ""))
			if err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256(encoded)
			want := new(big.Int).SetBytes(sum[:8])
			want.SetBit(want, 63, 0)
			if got := table.FlowID(&c.key, &c.point, c.start, c.ordinal); got != want.Int64() {
				t.Errorf("got %d, want %d", got, want)
			}
		})
	}
}

// TestFlowIDFields changes one field after the other: no two identifiers may be
// equal.
func TestFlowIDFields(t *testing.T) {
	seen := map[int64]string{}
	identify := func(what string, k flow.Key, point flow.Point, start flow.Timestamp, ordinal uint32) {
		id := table.FlowID(&k, &point, start, ordinal)
		if id < 0 {
			t.Errorf("%s: %d is negative", what, id)
		}
		if other, ok := seen[id]; ok {
			t.Errorf("%s and %s have the same identifier", what, other)
		}
		seen[id] = what
	}
	check := func(what string, k flow.Key, point string, start flow.Timestamp, ordinal uint32) {
		identify(what, k, flow.Point{Interface: point}, start, ordinal)
	}
	base := key(t, "192.0.2.1", "198.51.100.2", 6, true, 1, 2)
	for name, inside := range map[string]flow.Encapsulation{
		"tunnel":                   {Tunnel: flow.TunnelGRE},
		"tunnel with identifier 0": {Tunnel: flow.TunnelGRE, HasID: true},
		"tunnel of another type":   {Tunnel: flow.TunnelVXLAN},
		"tunnel in IPv4":           {Tunnel: flow.TunnelGRE, OuterVersion: 4},
		"other outer source":       {Tunnel: flow.TunnelGRE, OuterVersion: 4, OuterSource: [16]byte{15: 1}},
		"other outer destination":  {Tunnel: flow.TunnelGRE, OuterVersion: 4, OuterDestination: [16]byte{15: 1}},
	} {
		identify(name, base, flow.Point{Interface: "eth0", Inside: inside}, 0, 0)
	}
	check("base", base, "eth0", 0, 0)
	check("point", base, "eth1", 0, 0)
	check("nameless point", base, "", 0, 0)
	check("start", base, "eth0", 1, 0)
	check("ordinal", base, "eth0", 0, 1)
	for name, change := range map[string]func(*flow.Key){
		"source":           func(k *flow.Key) { k.Source[15]++ },
		"destination":      func(k *flow.Key) { k.Destination[15]++ },
		"source port":      func(k *flow.Key) { k.SourcePort++ },
		"destination port": func(k *flow.Key) { k.DestinationPort++ },
		"protocol":         func(k *flow.Key) { k.Protocol++ },
		"ToS":              func(k *flow.Key) { k.ClassOfService++ },
		"version":          func(k *flow.Key) { k.Version = 6 },
		"ports known":      func(k *flow.Key) { k.Shape = 0 },
	} {
		k := base
		change(&k)
		check(name, k, "eth0", 0, 0)
	}
	k := base
	k.Point = 5
	if point := (flow.Point{Interface: "eth0"}); table.FlowID(&k, &point, 0, 0) != table.FlowID(&base, &point, 0, 0) {
		t.Error("the number of the observation point shows")
	}
}

// TestExportedFlowID compares with the hash of an encoding written out by hand.
func TestExportedFlowID(t *testing.T) {
	v4 := flow.Record{
		Key: key(t, "192.0.2.1", "198.51.100.2", 6, true, 0x1234, 443), Start: -2, End: 3, Ordinal: 7,
		Export: &flow.Export{Has: flow.FieldInIf | flow.FieldOutIf | flow.FieldDirection, InIf: 10, OutIf: 1 << 31, Direction: 1},
	}
	unknown := flow.Record{
		Key:    flow.Key{Shape: flow.NoSource | flow.NoDestination | flow.NoProtocol | flow.NoClassOfService},
		Export: &flow.Export{InIf: 10, OutIf: 11, Direction: 1}, // what is not known does not show
	}
	zeros := strings.Repeat("00", 16)
	for _, c := range []struct {
		name    string
		record  flow.Record
		point   flow.Point
		encoded string
	}{
		{"IPv4", v4, flow.Point{Exported: true, Exporter: netip.MustParseAddr("192.0.2.254"), Domain: 258},
			"84 c0000201 c6336402 01 1234 01bb 06 00 fffffffffffffffe 0000000000000003 00000007 0f 0000000a 80000000 01 00000102 c00002fe"},
		{"IPv6 exporter, named interface", v4, flow.Point{Exported: true, Exporter: netip.MustParseAddr("2001:db8::1"), Interface: "a"},
			"84 c0000201 c6336402 01 1234 01bb 06 00 fffffffffffffffe 0000000000000003 00000007 17 0000000a 80000000 01 00000000 20010db8000000000000000000000001 61"},
		{"unknown", unknown, flow.Point{Exported: true},
			"80" + zeros + zeros + "1e 0000 0000 00 00 0000000000000000 0000000000000000 00000000 00 00000000 00000000 00 00000000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			encoded, err := hex.DecodeString(strings.ReplaceAll(c.encoded, " ", ""))
			if err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256(encoded)
			want := new(big.Int).SetBytes(sum[:8])
			want.SetBit(want, 63, 0)
			if got := table.ExportedFlowID(&c.record, &c.point); got != want.Int64() {
				t.Errorf("got %d, want %d", got, want)
			}
		})
	}
}

// TestExportedFlowIDFields changes one field after the other: no two identifiers
// may be equal.
func TestExportedFlowIDFields(t *testing.T) {
	seen := map[int64]string{}
	check := func(what string, change func(*flow.Record, *flow.Point)) {
		export := flow.Export{Has: flow.FieldInIf | flow.FieldOutIf | flow.FieldDirection, InIf: 1, OutIf: 2}
		r := flow.Record{Key: key(t, "192.0.2.1", "198.51.100.2", 6, true, 1, 2), Start: 1000, End: 2000, Export: &export}
		point := flow.Point{Exported: true, Exporter: netip.MustParseAddr("192.0.2.254")}
		change(&r, &point)
		id := table.ExportedFlowID(&r, &point)
		if other, ok := seen[id]; ok {
			t.Errorf("%s and %s have the same identifier", what, other)
		}
		seen[id] = what
	}
	check("base", func(*flow.Record, *flow.Point) {})
	check("source", func(r *flow.Record, _ *flow.Point) { r.Key.Source[15]++ })
	check("destination", func(r *flow.Record, _ *flow.Point) { r.Key.Destination[15]++ })
	check("source port", func(r *flow.Record, _ *flow.Point) { r.Key.SourcePort++ })
	check("destination port", func(r *flow.Record, _ *flow.Point) { r.Key.DestinationPort++ })
	check("protocol", func(r *flow.Record, _ *flow.Point) { r.Key.Protocol++ })
	check("ToS", func(r *flow.Record, _ *flow.Point) { r.Key.ClassOfService++ })
	check("shape", func(r *flow.Record, _ *flow.Point) { r.Key.Shape |= flow.NoClassOfService })
	check("start", func(r *flow.Record, _ *flow.Point) { r.Start++ })
	check("end", func(r *flow.Record, _ *flow.Point) { r.End++ })
	check("ordinal", func(r *flow.Record, _ *flow.Point) { r.Ordinal++ })
	check("ingress interface", func(r *flow.Record, _ *flow.Point) { r.Export.InIf++ })
	check("egress interface", func(r *flow.Record, _ *flow.Point) { r.Export.OutIf++ })
	check("direction", func(r *flow.Record, _ *flow.Point) { r.Export.Direction = 1 })
	check("unknown ingress interface", func(r *flow.Record, _ *flow.Point) { r.Export.Has &^= flow.FieldInIf })
	check("unknown direction", func(r *flow.Record, _ *flow.Point) { r.Export.Has &^= flow.FieldDirection })
	check("exporter", func(_ *flow.Record, p *flow.Point) { p.Exporter = p.Exporter.Next() })
	check("IPv6 exporter", func(_ *flow.Record, p *flow.Point) { p.Exporter = netip.MustParseAddr("2001:db8::1") })
	check("unknown exporter", func(_ *flow.Record, p *flow.Point) { p.Exporter = netip.Addr{} })
	check("domain", func(_ *flow.Record, p *flow.Point) { p.Domain++ })
	check("interface name", func(_ *flow.Record, p *flow.Point) { p.Interface = "eth0" })
}
