package option

import (
	"testing"

	"netstream/aggregate/flow"
	"netstream/reader/element"
)

// v9 makes a field a scope of version 9.
func v9(kind uint16, value ...byte) Field {
	return Field{ID: Version9Scope(kind), Scope: true, Value: value}
}

// answer is one question to a store and what it must answer.
type answer struct {
	question string
	id       uint64
	want     string
}

// answers compares what a store answers for a domain.
func answers(t *testing.T, s *Store, names *flow.Names, domain uint32, wanted []answer) {
	t.Helper()
	for _, a := range wanted {
		var rate Rate
		var ok bool
		got := "none"
		switch a.question {
		case "sampler":
			rate, ok = s.Sampler(domain, a.id)
		case "interface":
			rate, ok = s.Interface(domain, uint32(a.id))
		case "domain":
			rate, ok = s.Domain(domain)
		case "template":
			rate, ok = s.Template(domain, uint16(a.id))
		case "name":
			got = names.Name(s.InterfaceName(domain, uint32(a.id)))
		case "vrf":
			got = names.Name(s.VRFName(domain, uint32(a.id)))
		case "application":
			got = names.Name(s.ApplicationName(domain, a.id))
		case "boot":
			if ms, ok := s.BootTime(domain); ok {
				got = string(element.AppendText(nil, element.Signed, octets8(uint64(ms))))
			}
		default:
			t.Fatalf("no question %q", a.question)
		}
		switch {
		case ok && rate == Rate{}:
			got = "by time"
		case ok:
			got = string(element.AppendText(nil, element.Unsigned, octets8(rate.Population))) + "/" +
				string(element.AppendText(nil, element.Unsigned, octets8(rate.Sample)))
		}
		if got != a.want {
			t.Errorf("%s %d of domain %d: %q, want %q", a.question, a.id, domain, got, a.want)
		}
	}
}

func octets8(v uint64) []byte {
	b := make([]byte, 8)
	for i := range b {
		b[i] = byte(v >> (56 - 8*i))
	}
	return b
}

func TestApply(t *testing.T) {
	const nbar = 13<<56 | 479
	tests := []struct {
		name    string
		records [][]Field
		want    []answer
	}{
		{"version 9 sampler table", [][]Field{
			{v9(1, 10, 0, 0, 1), raw(48, 1), raw(49, 2), u(50, 100), text(84, "s1")},
			{v9(1, 10, 0, 0, 1), raw(48, 2), raw(49, 2), u(50, 200), text(84, "s2")},
		}, []answer{{"sampler", 1, "100/1"}, {"sampler", 2, "200/1"}, {"sampler", 3, "none"}, {"domain", 0, "none"}}},
		{"version 9 sampler scoped to an interface", [][]Field{
			{v9(2, 0, 5), raw(48, 1), u(50, 100)},
		}, []answer{{"sampler", 1, "100/1"}, {"interface", 5, "100/1"}, {"domain", 0, "none"}}},
		{"version 9 sampler with element 34", [][]Field{
			{v9(1), raw(48, 7), u(34, 512), raw(35, 2)},
		}, []answer{{"sampler", 7, "512/1"}}},
		{"IPFIX selectors as Cisco has them", [][]Field{
			{scope(u(302, 1)), raw(304, 0, 3), u(305, 1), u(309, 1), u(310, 256), text(335, "random")},
		}, []answer{{"sampler", 1, "256/1"}}},
		{"IPFIX selector that is no scope", [][]Field{
			{scope(u(149, 9)), u(302, 1), u(305, 1), u(306, 999)},
		}, []answer{{"sampler", 1, "1000/1"}, {"domain", 0, "none"}}},
		{"selector of 8 octets", [][]Field{
			{scope(raw(302, 0xff, 0, 0, 0, 0, 0, 0, 1)), u(305, 1), u(306, 9)},
		}, []answer{{"sampler", 0xff00000000000001, "10/1"}}},
		{"sampler of 4 octets", [][]Field{
			{v9(1), u(48, 300), u(50, 9)},
		}, []answer{{"sampler", 300, "9/1"}}},
		{"scope repeated as a field", [][]Field{
			{scope(u(302, 4)), u(302, 4), u(305, 1), u(306, 4)},
			{scope(u(234, 4)), u(234, 4), text(236, "red")},
		}, []answer{{"sampler", 4, "5/1"}, {"vrf", 4, "red"}}},
		{"sampler by time", [][]Field{
			{scope(u(302, 1)), raw(304, 0, 2), u(307, 1), u(308, 999)},
		}, []answer{{"sampler", 1, "by time"}, {"sampler", 2, "none"}}},
		{"sampler by a time of 0", [][]Field{{scope(u(302, 1)), u(307, 0), u(308, 0)}}, []answer{{"sampler", 1, "none"}}},
		{"interface by time", [][]Field{{scope(u(10, 3)), u(307, 1)}}, []answer{{"interface", 3, "by time"}, {"interface", 4, "none"}}},
		{"domain by time", [][]Field{{scope(u(149, 9)), u(308, 1)}}, []answer{{"domain", 0, "by time"}}},
		{"line cards by time", [][]Field{{scope(u(141, 1)), u(307, 1)}, {scope(u(141, 2)), u(307, 5)}}, []answer{{"domain", 0, "by time"}}},
		{"a line card by time", [][]Field{{scope(u(141, 1)), u(307, 1)}, {scope(u(141, 2)), u(34, 5)}}, []answer{{"domain", 0, "none"}}},
		{"report of a selector's totals", [][]Field{
			{scope(u(302, 1)), raw(304, 0, 2), u(307, 1), u(308, 999)},
			{scope(u(302, 1)), u(318, 4000), u(319, 20)},
		}, []answer{{"sampler", 1, "200/1"}}},
		{"totals beside a configuration", [][]Field{
			{scope(u(302, 1)), u(318, 4001), u(319, 20)},
			{scope(u(302, 1)), u(309, 1), u(310, 200)},
		}, []answer{{"sampler", 1, "200/1"}}},
		{"totals of a selection sequence", [][]Field{
			{scope(u(301, 1)), u(318, 4000), u(319, 20)},
		}, []answer{{"sampler", 1, "none"}, {"domain", 0, "none"}}},
		{"sampler changed", [][]Field{
			{v9(1), raw(48, 1), u(34, 100)}, {v9(1), raw(48, 1), u(50, 10)},
		}, []answer{{"sampler", 1, "10/1"}}},
		{"sampler changed to one by time", [][]Field{
			{scope(u(302, 1)), u(305, 1), u(306, 9)}, {scope(u(302, 1)), u(307, 1), u(308, 9)},
		}, []answer{{"sampler", 1, "by time"}}},
		{"system", [][]Field{{v9(1, 0, 0, 0, 0), u(34, 1000), raw(35, 1)}}, []answer{{"domain", 0, "1000/1"}, {"sampler", 0, "none"}}},
		{"domain", [][]Field{{scope(u(149, 9)), u(305, 1), u(306, 63)}}, []answer{{"domain", 0, "64/1"}}},
		{"exporting process", [][]Field{{scope(u(144, 1)), u(34, 64)}}, []answer{{"domain", 0, "64/1"}}},
		{"domain unsampled", [][]Field{{v9(1), u(34, 1)}}, []answer{{"domain", 0, "1/1"}}},
		{"domain with interval 0", [][]Field{{v9(1), u(34, 0)}}, []answer{{"domain", 0, "none"}}},
		{"exporter counters", [][]Field{{v9(1), u(40, 1), u(41, 2), u(42, 3)}}, []answer{{"domain", 0, "none"}}},
		{"line cards that agree", [][]Field{{v9(3, 1), u(34, 100)}, {v9(3, 2), u(34, 100)}}, []answer{{"domain", 0, "100/1"}}},
		{"line cards that do not", [][]Field{{v9(3, 1), u(34, 100)}, {v9(3, 2), u(34, 200)}}, []answer{{"domain", 0, "none"}}},
		{"line cards and system", [][]Field{{v9(3, 1), u(34, 100)}, {v9(3, 2), u(34, 200)}, {v9(1), u(34, 50)}}, []answer{{"domain", 0, "50/1"}}},
		{"line card changed", [][]Field{{v9(3, 1), u(34, 100)}, {v9(3, 2), u(34, 200)}, {v9(3, 2), u(34, 100)}}, []answer{{"domain", 0, "100/1"}}},
		{"line card without a rate", [][]Field{{v9(3, 1), u(34, 100)}, {v9(3, 2), u(34, 0)}}, []answer{{"domain", 0, "none"}}},
		{"cache", [][]Field{{v9(4, 1), u(34, 100)}}, []answer{{"domain", 0, "100/1"}}},
		{"template", [][]Field{{v9(5, 1, 0), u(34, 100)}}, []answer{{"domain", 0, "100/1"}}},
		{"templates that do not agree", [][]Field{
			{scope(u(149, 9)), scope(raw(145, 1, 0)), raw(304, 0, 1), u(305, 1), u(306, 9)}, {scope(u(149, 9)), scope(raw(145, 1, 1)), u(305, 1), u(306, 999)},
		}, []answer{{"template", 256, "10/1"}, {"template", 257, "1000/1"}, {"template", 258, "none"}, {"domain", 0, "none"}}},
		{"line card is no template", [][]Field{{v9(3, 1, 0), u(34, 100)}}, []answer{{"template", 256, "none"}}},
		{"all interfaces, as number 0", [][]Field{{v9(2, 0, 0, 0, 0), u(34, 100), raw(35, 1)}}, []answer{{"interface", 0, "none"}, {"domain", 0, "100/1"}}},
		{"interface 0 beside another", [][]Field{{scope(u(10, 0)), scope(u(14, 3)), u(34, 100)}}, []answer{{"interface", 3, "100/1"}, {"domain", 0, "none"}}},
		{"sampler of interface 0", [][]Field{{v9(2, 0, 0), raw(48, 1), u(50, 100)}}, []answer{{"sampler", 1, "100/1"}, {"domain", 0, "none"}}},
		{"interface", [][]Field{{v9(2, 0, 3), u(34, 100)}, {scope(u(10, 4)), u(305, 1), u(306, 1)}}, []answer{
			{"interface", 3, "100/1"}, {"interface", 4, "2/1"}, {"interface", 5, "none"}, {"domain", 0, "none"}}},
		{"interface that is no scope", [][]Field{{v9(1), u(10, 3), u(34, 100)}}, []answer{{"interface", 3, "100/1"}, {"domain", 0, "none"}}},
		{"interface by element 14", [][]Field{{scope(u(14, 3)), u(34, 100)}}, []answer{{"interface", 3, "100/1"}}},
		{"interface beside a line card", [][]Field{{v9(3, 1), u(10, 3), u(34, 100)}}, []answer{{"interface", 3, "none"}, {"domain", 0, "100/1"}}},
		{"interface, both directions", [][]Field{
			{v9(2, 0, 3), raw(61, 0), u(34, 100)}, {v9(2, 0, 3), raw(61, 1), u(34, 999)},
		}, []answer{{"interface", 3, "100/1"}, {"domain", 0, "none"}}},
		{"interface names of version 9", [][]Field{{v9(2, 0, 1), text(82, "Gi0/1\x00\x00\x00"), text(83, "to core")}},
			[]answer{{"name", 1, "Gi0/1"}, {"name", 2, ""}}},
		{"interface names of Cisco's IPFIX", [][]Field{{scope(u(10, 3)), scope(u(14, 3)), text(83, "to core  \x00x"), text(82, "Te0/3   ")}},
			[]answer{{"name", 3, "Te0/3"}}},
		{"interface name of either index", [][]Field{
			{scope(u(10, 0)), scope(u(14, 3)), text(82, "a")}, {scope(u(10, 4)), scope(u(14, 0)), text(82, "b")}, {scope(u(10, 5)), scope(u(14, 6)), text(82, "c")},
		}, []answer{{"name", 0, ""}, {"name", 3, "a"}, {"name", 4, "b"}, {"name", 5, "c"}, {"name", 6, "c"}}},
		{"interface 0", [][]Field{{v9(2, 0, 0), text(82, "local")}}, []answer{{"name", 0, "local"}}},
		{"both interfaces 0", [][]Field{{scope(u(10, 0)), scope(u(14, 0)), text(82, "local")}}, []answer{{"name", 0, "local"}}},
		{"name rather than description, before", [][]Field{{v9(2, 1), text(82, "Gi1")}, {v9(2, 1), text(83, "uplink")}}, []answer{{"name", 1, "Gi1"}}},
		{"name rather than description, behind", [][]Field{{v9(2, 1), text(83, "uplink")}, {v9(2, 1), text(82, "Gi1")}}, []answer{{"name", 1, "Gi1"}}},
		{"description alone, changed", [][]Field{{v9(2, 1), text(83, "old")}, {v9(2, 1), text(83, "new")}}, []answer{{"name", 1, "new"}}},
		{"name changed", [][]Field{{v9(2, 1), text(82, "old")}, {v9(2, 1), text(82, "new")}}, []answer{{"name", 1, "new"}}},
		{"empty name", [][]Field{{v9(2, 1), text(82, "Gi1")}, {v9(2, 1), text(82, "\x00\x00")}, {v9(2, 1), text(82, "  ")}}, []answer{{"name", 1, "Gi1"}}},
		{"name that is not UTF-8", [][]Field{{v9(2, 1), text(82, "B\xfcro")}}, []answer{{"name", 1, "B\xfcro"}}},
		{"interface index beyond 32 bits", [][]Field{{scope(raw(10, 1, 0, 0, 0, 0)), text(82, "x"), u(34, 9)}}, []answer{{"name", 0, ""}, {"interface", 0, "none"}}},
		{"VRF of version 9", [][]Field{{v9(234, 0, 0, 0, 1), text(236, "blue\x00\x00"), raw(90, 0, 0, 0, 1)}}, []answer{{"vrf", 1, "blue"}, {"vrf", 2, ""}}},
		{"VRFs of Huawei", [][]Field{{scope(u(234, 1)), scope(u(235, 2)), text(236, "red"), raw(60, 4)}}, []answer{{"vrf", 1, "red"}, {"vrf", 2, "red"}}},
		{"VRF renamed", [][]Field{{scope(u(234, 1)), text(236, "red")}, {scope(u(234, 1)), text(236, "blue")}, {scope(u(234, 1))}}, []answer{{"vrf", 1, "blue"}}},
		{"applications of version 9", [][]Field{{v9(1), raw(95, 13, 0, 1, 0xdf), text(96, "zoom"), text(94, "meetings")}}, []answer{{"application", nbar, "zoom"}, {"application", 479, ""}}},
		{"applications of IPFIX", [][]Field{{scope(raw(95, 13, 0, 1, 0xdf)), text(96, "zoom\x00")}}, []answer{{"application", nbar, "zoom"}}},
		{"application with a description alone", [][]Field{{scope(raw(95, 13, 1, 0xdf)), text(94, "meetings")}}, []answer{{"application", nbar, "meetings"}}},
		{"application that cannot be read", [][]Field{{scope(raw(95, 13, 1, 0, 0, 0, 0, 0, 0, 0)), text(96, "zoom")}}, []answer{{"application", 13 << 56, ""}}},
		{"boot time", [][]Field{{scope(u(149, 9)), raw(160, 0, 0, 1, 0x8b, 0xcf, 0xe5, 0x68, 0x7b)}}, []answer{{"boot", 0, "1700000000123"}}},
		{"boot time changed", [][]Field{{raw(160, 100)}, {raw(160, 200)}}, []answer{{"boot", 0, "200"}}},
		{"boot time 0", [][]Field{{raw(160, 0, 0, 0, 0, 0, 0, 0, 0)}}, []answer{{"boot", 0, "none"}}},
		{"boot time beyond flow.Timestamp", [][]Field{{raw(160, 0xff, 0, 0, 0, 0, 0, 0, 0)}}, []answer{{"boot", 0, "none"}}},
		{"softflowd's options of version 9", [][]Field{{v9(2, 0, 0, 0, 0), u(34, 1), raw(35, 1), text(82, "em0\x00\x00")}},
			[]answer{{"domain", 0, "1/1"}, {"name", 0, "em0"}}},
		{"softflowd's options of IPFIX", [][]Field{{scope(u(143, 77)), raw(160, 9), u(305, 1), u(306, 0), raw(304, 0, 1), text(82, "em0")}},
			[]answer{{"domain", 0, "1/1"}, {"boot", 0, "9"}, {"name", 0, ""}}},
		{"options of a Juniper MX", [][]Field{{scope(u(144, 2)), u(41, 1), u(42, 1), raw(160, 9), raw(130, 10, 0, 0, 1), u(34, 1000), raw(36, 0, 60)}},
			[]answer{{"domain", 0, "1000/1"}, {"boot", 0, "9"}}},
		{"interface names of a Cisco ASR 9000", [][]Field{{v9(1, 192, 0, 2, 1), u(10, 74), text(83, "TenGigE0_0_1_0\x00")}},
			[]answer{{"name", 74, "TenGigE0_0_1_0"}}},
		{"nothing", [][]Field{{}, {raw(10)}, {raw(82), raw(48)}}, []answer{{"name", 0, ""}, {"domain", 0, "none"}, {"boot", 0, "none"}}},
		{"elements of an enterprise", [][]Field{{{ID: element.ID{Enterprise: 9, Number: 10}, Scope: true, Value: []byte{1}}, text(82, "x"),
			{ID: element.ID{Enterprise: 9, Number: 34}, Value: []byte{9}}}}, []answer{{"name", 1, ""}, {"domain", 0, "none"}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			names := flow.NewNames()
			s := NewStore(names)
			for _, fields := range test.records {
				s.Apply(9, fields)
			}
			answers(t, s, names, 9, test.want)
			if s.Refused() != 0 {
				t.Errorf("%d refused", s.Refused())
			}
			// What is said again changes nothing.
			before := s.Generation()
			if n := len(test.records); n > 0 {
				s.Apply(9, test.records[n-1])
			}
			if s.Generation() != before {
				t.Error("the last record, said again, is a new generation")
			}
		})
	}
}

// TestDomainsAreApart: the same numbers in two domains are two things, and a scope of
// another domain is heeded.
func TestDomainsAreApart(t *testing.T) {
	names := flow.NewNames()
	s := NewStore(names)
	for domain, rate := range map[uint32]uint32{1: 10, 2: 20} {
		s.Apply(domain, []Field{v9(1), raw(48, 1), u(50, rate)})
		s.Apply(domain, []Field{v9(2, 1), u(50, rate+1)})
		s.Apply(domain, []Field{v9(1), u(50, rate+2)})
	}
	s.Apply(1, []Field{scope(u(149, 3)), u(34, 30)})
	s.Apply(1, []Field{u(149, 4), raw(160, 5)})
	s.Apply(6, []Field{scope(u(149, 0)), raw(160, 7)})
	answers(t, s, names, 1, []answer{{"sampler", 1, "10/1"}, {"interface", 1, "11/1"}, {"domain", 0, "12/1"}, {"boot", 0, "5"}})
	answers(t, s, names, 2, []answer{{"sampler", 1, "20/1"}, {"interface", 1, "21/1"}, {"domain", 0, "22/1"}})
	answers(t, s, names, 3, []answer{{"domain", 0, "30/1"}, {"boot", 0, "none"}})
	answers(t, s, names, 4, []answer{{"boot", 0, "none"}})
	answers(t, s, names, 6, []answer{{"boot", 0, "7"}})
	answers(t, s, names, 0, []answer{{"boot", 0, "none"}})
}

// TestSurvey: what comes first stays, each kind for itself.
func TestSurvey(t *testing.T) {
	names := flow.NewNames()
	s := NewSurvey(names)
	for _, i := range []byte{1, 2} {
		s.Apply(0, []Field{v9(1), raw(48, 1), u(50, 10*uint32(i)), text(84, "s"+string('0'+i))})
		s.Apply(0, []Field{v9(1), raw(48, 1), u(318, 10*uint32(i)), u(319, 1)})
		s.Apply(0, []Field{v9(2, 1), u(34, 100*uint32(i)), text(82, "i"+string('0'+i))})
		s.Apply(0, []Field{v9(1), u(34, 7*uint32(i)), raw(160, i)})
		s.Apply(0, []Field{v9(234, 1), text(236, "v"+string('0'+i))})
		s.Apply(0, []Field{v9(1), raw(95, 0, 1), text(96, "a"+string('0'+i))})
		s.Apply(0, []Field{v9(3, 1), u(34, 3*uint32(i))})
	}
	answers(t, s, names, 0, []answer{{"sampler", 1, "10/1"}, {"interface", 1, "100/1"}, {"domain", 0, "7/1"}, {"name", 1, "i1"},
		{"boot", 0, "1"}, {"vrf", 1, "v1"}, {"application", 1, "a1"}})
	for _, e := range s.Entries() {
		if e.Kind == KindSampler && (names.Name(e.Name) != "s1" || e.Told.Observed != 10) {
			t.Errorf("sampler %s has observed %d packets, want s1, 10", names.Name(e.Name), e.Told.Observed)
		}
		if e.Kind == KindPart && e.Rate != (Rate{3, 1}) {
			t.Errorf("line card has rate %v, want 3/1", e.Rate)
		}
	}
}

func TestVersion9Scope(t *testing.T) {
	want := [...]uint16{0, 144, 10, 141, 143, 145, 6}
	for kind, number := range want {
		if got := Version9Scope(uint16(kind)); got != element.IANA(number) {
			t.Errorf("scope type %d is %v, want element %d", kind, got, number)
		}
	}
	if got := Version9Scope(234); got != element.IANA(234) {
		t.Errorf("scope type 234 is %v", got)
	}
}
