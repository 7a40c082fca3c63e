package netflow

import (
	"math"
	"testing"

	"netstream/aggregate/flow"
)

func TestPorts(t *testing.T) {
	ports := []spec{{number: 4, length: 1}, {number: 7, length: 2}, {number: 11, length: 2}}
	tests := []struct {
		name                string
		fields              []spec
		values              []byte
		source, destination uint16
		shape               flow.Shape // of what is compared here
	}{
		{"tcp", ports, cat([]byte{6}, u16(1), u16(2)), 1, 2, flow.Ports},
		{"gre without ports", ports, cat([]byte{47}, u16(0), u16(0)), 0, 0, 0},
		{"gre with ports", ports, cat([]byte{47}, u16(0), u16(7)), 0, 7, flow.Ports},
		{"no protocol", ports[1:], cat(u16(0), u16(0)), 0, 0, flow.Ports | flow.NoProtocol},
		{"source only", ports[:2], cat([]byte{17}, u16(5)), 5, 0, flow.Ports | flow.NoDestinationPort},
		{"destination only", []spec{ports[0], ports[2]}, cat([]byte{17}, u16(5)), 0, 5, flow.Ports | flow.NoSourcePort},
		{"icmp of 32", append(ports[:3:3], spec{number: 32, length: 2}), cat([]byte{1}, u16(9), u16(9), u16(0x0301)), 0, 0x0301, flow.Ports},
		{"icmp of 176 and 177", []spec{ports[0], {number: 176, length: 1}, {number: 177, length: 1}}, []byte{1, 3, 1}, 0, 0x0301, flow.Ports},
		{"icmpv6 of 139", []spec{ports[0], {number: 139, length: 2}, {number: 32, length: 2}}, cat([]byte{58}, u16(0x8600), u16(1)), 0, 0x8600, flow.Ports},
		{"icmpv6 of 32", []spec{ports[0], {number: 32, length: 2}}, cat([]byte{58}, u16(0x8600)), 0, 0x8600, flow.Ports},
		{"icmp of the ports", ports, cat([]byte{1}, u16(0), u16(0x0800)), 0, 0x0800, flow.Ports},
		{"32 beside tcp", append(ports[:3:3], spec{number: 32, length: 2}), cat([]byte{6}, u16(9), u16(8), u16(0x0301)), 9, 8, flow.Ports},
		{"32 alone beside tcp", []spec{ports[0], {number: 32, length: 2}}, cat([]byte{6}, u16(0)), 0, 0, 0},
		{"tcp and udp ports, udp", []spec{ports[0], {number: 180, length: 2}, {number: 182, length: 2}, {number: 181, length: 2}, {number: 183, length: 2}},
			cat([]byte{17}, u16(1), u16(2), u16(3), u16(4)), 1, 3, flow.Ports},
		{"tcp and udp ports, tcp", []spec{ports[0], {number: 180, length: 2}, {number: 182, length: 2}, {number: 181, length: 2}, {number: 183, length: 2}},
			cat([]byte{6}, u16(1), u16(2), u16(3), u16(4)), 2, 4, flow.Ports},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			k := oneOf(t, test.fields, test.values).Key
			shape := k.Shape &^ (flow.NoSource | flow.NoDestination | flow.NoClassOfService)
			if k.SourcePort != test.source || k.DestinationPort != test.destination || shape != test.shape {
				t.Errorf("got %d, %d, shape %b; want %d, %d, shape %b", k.SourcePort, k.DestinationPort, shape, test.source, test.destination, test.shape)
			}
		})
	}
}

func TestTCPFlags(t *testing.T) {
	for _, test := range []struct {
		name   string
		fields []spec
		values []byte
		flags  uint16
		mark   bool
	}{
		{"tcp, none", []spec{{number: 4, length: 1}, {number: 6, length: 1}}, []byte{6, 0}, 0, true},
		{"udp, none", []spec{{number: 4, length: 1}, {number: 6, length: 1}}, []byte{17, 0}, 0, false},
		{"udp, some", []spec{{number: 4, length: 1}, {number: 6, length: 1}}, []byte{17, 2}, 2, true},
		{"no protocol", []spec{{number: 6, length: 1}}, []byte{0}, 0, true},
		{"16 bits", []spec{{number: 6, length: 2}}, u16(0xf112), 0x112, true},
		{"no field", []spec{{number: 4, length: 1}}, []byte{6}, 0, false},
	} {
		r := oneOf(t, test.fields, test.values)
		if r.TCPFlags != test.flags || (r.Marks&flow.MarkTCP != 0) != test.mark {
			t.Errorf("%s: got %#x, marks %b", test.name, r.TCPFlags, r.Marks)
		}
	}
}

func TestTimes(t *testing.T) {
	const now = testSeconds
	tests := []struct {
		name       string
		fields     []spec
		values     []byte
		start, end flow.Timestamp
		source     flow.TimeSource
	}{
		{"nanoseconds before milliseconds", []spec{{number: 152, length: 8}, {number: 153, length: 8}, {number: 156, length: 8}, {number: 157, length: 8}},
			cat(u64(1), u64(2), u64(ntp(now, 0.123456789)), u64(ntp(now, 0.987654321))),
			now*second + 123456789, now*second + 987654321, flow.TimeNanoseconds},
		{"microseconds", []spec{{number: 154, length: 8}, {number: 155, length: 8}}, cat(u64(ntp(now, 0.000001)|0x7ff), u64(ntp(now, 0.999999))),
			now*second + 1000, now*second + 999999000, flow.TimeMicroseconds},
		{"seconds", []spec{{number: 150, length: 4}, {number: 151, length: 4}}, cat(u32(5), u32(7)), 5 * second, 7 * second, flow.TimeSeconds},
		{"delta", []spec{{number: 158, length: 4}, {number: 159, length: 4}}, cat(u32(2_000_000), u32(1)), (now - 2) * second, now*second - 1000, flow.TimeDelta},
		{"event", []spec{{number: 323, length: 8}}, u64(9000), 9 * second, 9 * second, flow.TimeEvent},
		{"start and event", []spec{{number: 152, length: 8}, {number: 323, length: 8}}, cat(u64(8000), u64(9000)), 8 * second, 9 * second, flow.TimeMilliseconds},
		{"start and duration", []spec{{number: 152, length: 8}, {number: 161, length: 4}}, cat(u64(8000), u32(500)), 8 * second, ms(8500), flow.TimeMilliseconds},
		{"end and duration", []spec{{number: 153, length: 8}, {number: 162, length: 4}}, cat(u64(8000), u32(500)), 8*second - 500_000, 8 * second, flow.TimeMilliseconds},
		{"end only", []spec{{number: 153, length: 8}}, u64(8000), 8 * second, 8 * second, flow.TimeMilliseconds},
		{"mixed", []spec{{number: 152, length: 8}, {number: 151, length: 4}}, cat(u64(8500), u32(9)), ms(8500), 9 * second, flow.TimeMilliseconds},
		{"inverted", []spec{{number: 152, length: 8}, {number: 153, length: 8}}, cat(u64(9000), u64(8000)), 9 * second, 9 * second, flow.TimeMilliseconds},
		{"out of range", []spec{{number: 152, length: 8}, {number: 153, length: 8}, {number: 150, length: 4}, {number: 151, length: 4}},
			cat(u64(math.MaxUint64), u64(1), u32(5), u32(6)), 5 * second, 6 * second, flow.TimeSeconds},
		{"none", []spec{{number: 2, length: 4}}, u32(1), now * second, now * second, flow.TimeExport},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := oneOf(t, test.fields, test.values)
			if r.Start != test.start || r.End != test.end || r.Export.TimeSource != test.source {
				t.Errorf("got %d to %d of %v, want %d to %d of %v", r.Start, r.End, r.Export.TimeSource, test.start, test.end, test.source)
			}
		})
	}
}

func TestLinkAndLabels(t *testing.T) {
	r := oneOf(t, []spec{{number: 56, length: 6}, {number: 80, length: 6}, {number: 57, length: 6}, {number: 243, length: 2}, {number: 245, length: 2},
		{number: 70, length: 3}, {number: 71, length: 4}, {number: 72, length: 3}, {number: 73, length: 3}},
		[]byte{2, 0, 0, 0, 0, 1}, make([]byte, 6), []byte{2, 0, 0, 0, 0, 3}, u16(100), u16(0),
		[]byte{0x00, 0x01, 0x00}, []byte{0x00, 0x02, 0x01, 64}, make([]byte, 3), []byte{0, 3, 0})
	e := r.Export
	if r.SourceMAC != [6]byte{2, 0, 0, 0, 0, 1} || e.Has&flow.FieldSourceMAC == 0 || e.Has&flow.FieldDestinationMAC != 0 {
		t.Errorf("got MAC %v, %v", r.SourceMAC, r.DestinationMAC)
	}
	if r.VLAN != 100 || r.Marks&flow.MarkVLAN == 0 || r.Marks&flow.MarkInnerVLAN != 0 {
		t.Errorf("got VLAN %d, marks %b", r.VLAN, r.Marks)
	}
	if e.LabelCount != 2 || e.Labels[0] != 16 || e.Labels[1] != 32 || r.MPLSTop != 16 || r.Marks&flow.MarkMPLS == 0 {
		t.Errorf("got labels %v, %d of them", e.Labels, e.LabelCount)
	}
}

func TestAddresses(t *testing.T) {
	both := []spec{{number: 8, length: 4}, {number: 12, length: 4}, {number: 27, length: 16}, {number: 28, length: 16}}
	four, six := make([]byte, 8), make([]byte, 32)
	tests := []struct {
		name                string
		fields              []spec
		values              []byte
		source, destination string
		version             uint8
		shape               flow.Shape
	}{
		{"both families, IPv6 used", both, cat(four, ip("2001:db8::1"), ip("2001:db8::2")), "2001:db8::1", "2001:db8::2", 6, 0},
		{"both families, IPv4 used", both, cat(ip("192.0.2.1"), ip("192.0.2.2"), six), "192.0.2.1", "192.0.2.2", 4, 0},
		{"both families, only an IPv6 destination", both, cat(four, make([]byte, 16), ip("ff02::1")), "::", "ff02::1", 6, 0},
		{"both families, none", both, cat(four, six), "0.0.0.0", "0.0.0.0", 4, 0},
		{"both families, none, 60 says 6", append(both[:4:4], spec{number: 60, length: 1}), cat(four, six, []byte{6}), "::", "::", 6, 0},
		{"prefixes", []spec{{number: 44, length: 4}, {number: 45, length: 4}}, cat(ip("10.0.0.0"), ip("10.1.0.0")), "10.0.0.0", "10.1.0.0", 4, 0},
		{"IPv6 prefixes", []spec{{number: 170, length: 16}, {number: 169, length: 16}}, cat(ip("2001:db8::"), ip("2001:db9::")), "2001:db8::", "2001:db9::", 6, 0},
		{"source only", both[:1], ip("192.0.2.1"), "192.0.2.1", "0.0.0.0", 4, flow.NoDestination},
		{"destination only", both[3:], ip("2001:db8::1"), "::", "2001:db8::1", 6, flow.NoSource},
		{"none, 60 says 4", []spec{{number: 60, length: 1}}, []byte{4}, "", "", 4, flow.NoSource | flow.NoDestination},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			k := oneOf(t, test.fields, test.values).Key
			shape := k.Shape & (flow.NoSource | flow.NoDestination)
			if k.Version != test.version || shape != test.shape {
				t.Errorf("got version %d, shape %b", k.Version, shape)
			}
			if shape&flow.NoSource == 0 && k.SourceAddr().String() != test.source || shape&flow.NoDestination == 0 && k.DestinationAddr().String() != test.destination {
				t.Errorf("got %v to %v", k.SourceAddr(), k.DestinationAddr())
			}
		})
	}
}

func TestBiflow(t *testing.T) {
	reverse := func(n, length uint16) spec { return spec{number: n, length: length, enterprise: 29305} }
	fields := []spec{{number: 8, length: 4}, {number: 12, length: 4}, {number: 7, length: 2}, {number: 11, length: 2}, {number: 4, length: 1},
		{number: 10, length: 4}, {number: 6, length: 1}, {number: 2, length: 4}, {number: 1, length: 4}, reverse(2, 4), reverse(1, 4), reverse(6, 1)}
	key := cat(ip("192.0.2.1"), ip("192.0.2.2"), u16(1024), u16(80), []byte{6}, u32(3), []byte{2})
	m := messageIPFIX(1, setOf(2, definitionOf(256, fields...)),
		setOf(256, key, u32(5), u32(500), u32(4), u32(400), []byte{0x12}, key, u32(1), u32(40), u32(0), u32(0), []byte{0}))
	rows, summaries := decode(t, Options{}, m)
	if len(rows) != 3 || summaries[0].DataRecords != 2 || summaries[0].Rows != 3 {
		t.Fatalf("got %d rows: %+v", len(rows), summaries[0])
	}
	f, r := rows[0], rows[1]
	if f.Counters.Packets != 5 || f.Counters.Octets != 500 || f.TCPFlags != 2 || f.Export.InIf != 3 {
		t.Errorf("forward: got %+v", f)
	}
	if r.Counters.Packets != 4 || r.Counters.Octets != 400 || r.TCPFlags != 0x12 || r.Key.SourceAddr().String() != "192.0.2.2" ||
		r.Key.SourcePort != 80 || r.Key.DestinationPort != 1024 || r.Export.OutIf != 3 || r.Export.Has&(flow.FieldInIf|flow.FieldOutIf) != flow.FieldOutIf {
		t.Errorf("reverse: got %+v", r)
	}
	rows, _ = decode(t, Options{}, messageIPFIX(1,
		setOf(2, definitionOf(256, spec{number: 8, length: 4}, spec{number: 12, length: 4}, spec{number: 231, length: 8}, spec{number: 232, length: 8})),
		setOf(256, ip("192.0.2.1"), ip("192.0.2.2"), u64(10), u64(20))))
	if len(rows) != 2 || rows[0].Counters.Octets != 10 || rows[1].Counters.Octets != 20 || rows[1].Key.SourceAddr().String() != "192.0.2.2" {
		t.Errorf("initiator and responder: got %+v", rows)
	}
}

func TestSamplingSources(t *testing.T) {
	flows := setOf(2, definitionOf(256, spec{number: 302, length: 4}, spec{number: 10, length: 4}, spec{number: 34, length: 4}))
	option := func(id uint16, scope spec, value []byte, rate uint32) []byte {
		return cat(setOf(3, optionsIPFIX(id, scope, spec{number: 34, length: 4})), setOf(id, value, u32(rate)))
	}
	domain := option(300, spec{number: 149, length: 4}, u32(1), 10)
	port := option(301, spec{number: 10, length: 4}, u32(3), 20)
	sampler := option(302, spec{number: 302, length: 4}, u32(7), 30)
	tests := []struct {
		name       string
		options    []byte
		own        uint32
		population uint64
		source     flow.SamplingSource
	}{
		{"domain", domain, 0, 10, flow.SamplingDomain},
		{"interface", cat(domain, port), 0, 20, flow.SamplingInterface},
		{"sampler", cat(domain, port, sampler), 0, 30, flow.SamplingSampler},
		{"record", cat(domain, port, sampler), 40, 40, flow.SamplingRecord},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := one(t, messageIPFIX(1, flows, test.options, setOf(256, u32(7), u32(3), u32(test.own)))).Export
			if e.Population != test.population || e.Sample != 1 || e.SamplingSource != test.source {
				t.Errorf("got %d / %d of %v, want %d of %v", e.Population, e.Sample, e.SamplingSource, test.population, test.source)
			}
		})
	}
}
