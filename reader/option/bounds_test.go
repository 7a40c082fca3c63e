package option

import (
	"encoding/binary"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"netstream/aggregate/flow"
)

// TestBounds fills each table and goes one beyond.
func TestBounds(t *testing.T) {
	tests := []struct {
		name string
		most uint32
		make func(i uint32) (domain uint32, fields []Field)
		held func(s *Store) int
	}{
		{"samplers", MaxSamplers, func(i uint32) (uint32, []Field) { return i % 3, []Field{scope(u(302, i)), u(34, 9)} },
			func(s *Store) int { return len(s.samplers) }},
		{"interface names", MaxInterfaces, func(i uint32) (uint32, []Field) { return i % 3, []Field{scope(u(10, i)), text(82, "x")} },
			func(s *Store) int { return len(s.interfaces) }},
		{"interface rates", MaxInterfaces, func(i uint32) (uint32, []Field) { return i % 3, []Field{scope(u(10, i+1)), u(34, 9)} },
			func(s *Store) int { return len(s.interfaces) }},
		{"VRFs", MaxVRFs, func(i uint32) (uint32, []Field) { return i % 3, []Field{scope(u(234, i)), text(236, "x")} },
			func(s *Store) int { return len(s.vrfs) }},
		{"applications", MaxApplications, func(i uint32) (uint32, []Field) {
			return i % 3, []Field{raw(95, binary.BigEndian.AppendUint32(nil, i)...), text(96, "x")}
		}, func(s *Store) int { return len(s.applications) }},
		{"domains by rate", MaxDomains, func(i uint32) (uint32, []Field) { return i, []Field{u(34, 9)} },
			func(s *Store) int { return len(s.domains) }},
		{"domains by boot time", MaxDomains, func(i uint32) (uint32, []Field) { return i, []Field{raw(160, 9)} },
			func(s *Store) int { return len(s.domains) }},
		{"line cards", MaxParts, func(i uint32) (uint32, []Field) { return 0, []Field{scope(u(141, i)), u(34, 9)} },
			func(s *Store) int { return len(s.parts) }},
		{"line cards of domains", MaxParts, func(i uint32) (uint32, []Field) { return i, []Field{scope(u(141, 1)), u(34, 9)} },
			func(s *Store) int { return len(s.domains) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := NewStore(flow.NewNames())
			for i := range test.most {
				s.Apply(test.make(i))
			}
			if s.Refused() != 0 || test.held(s) != int(test.most) {
				t.Fatalf("%d held, %d refused, want %d, 0", test.held(s), s.Refused(), test.most)
			}
			generation := s.Generation()
			s.Apply(test.make(test.most))
			if s.Refused() != 1 || test.held(s) != int(test.most) || s.Generation() != generation {
				t.Errorf("one more: %d held, %d refused, want %d, 1", test.held(s), s.Refused(), test.most)
			}
			if got := len(s.Entries()); got < int(test.most) {
				t.Errorf("%d entries, want at least %d", got, test.most)
			}
		})
	}
}

// TestNamesAreBounded: names beyond those of flow.Names count as refused.
func TestNamesAreBounded(t *testing.T) {
	names := flow.NewNames()
	long := make([]byte, 1<<20)
	for i := range flow.MaxNameOctets / len(long) {
		copy(long, fmt.Sprintf("%08d", i))
		for j := 8; j < len(long); j++ {
			long[j] = 'x'
		}
		names.Number(long)
	}
	s := NewStore(names)
	s.Apply(0, []Field{v9(2, 1), text(82, "name")})
	if s.InterfaceName(0, 1) != 0 || s.Refused() != 1 {
		t.Errorf("name %d, %d refused, want 0, 1", s.InterfaceName(0, 1), s.Refused())
	}
}

func TestEntries(t *testing.T) {
	names := flow.NewNames()
	records := []struct {
		domain uint32
		fields []Field
	}{
		{2, []Field{v9(2, 7), text(82, "Gi7"), u(34, 8)}},
		{1, []Field{v9(1), raw(48, 2), u(50, 20), text(84, "two")}},
		{1, []Field{v9(1), raw(48, 1), u(307, 1)}},
		{1, []Field{v9(1), raw(160, 99)}},
		{1, []Field{v9(4, 3), u(34, 30)}},
		{1, []Field{v9(3, 3), u(34, 30)}},
		{1, []Field{v9(234, 5), text(236, "red")}},
		{1, []Field{raw(95, 3, 80), text(96, "http")}},
	}
	want := []string{
		"1 domain 0 0 \"\" {0 0} false 99 true",
		"1 part 141 3 \"\" {30 1} true 0 false",
		"1 part 143 3 \"\" {30 1} true 0 false",
		"1 sampler 0 1 \"\" {0 0} false 0 false",
		"1 sampler 0 2 \"two\" {20 1} true 0 false",
		"1 vrf 0 5 \"red\" {0 0} false 0 false",
		"1 application 0 216172782113783888 \"http\" {0 0} false 0 false",
		"2 interface 0 7 \"Gi7\" {8 1} true 0 false",
	}
	for range 20 { // in any order of records and maps
		s := NewStore(names)
		for _, r := range records {
			s.Apply(r.domain, r.fields)
		}
		var got []string
		for _, e := range s.Entries() {
			got = append(got, fmt.Sprintf("%d %v %d %d %q %v %t %d %t", e.Domain, e.Kind, e.Scope, e.ID,
				names.Name(e.Name), e.Rate, e.HasRate, e.BootTime, e.HasBootTime))
		}
		if !slices.Equal(got, want) {
			t.Fatalf("entries\n%q\nwant\n%q", got, want)
		}
		records = append(records[1:], records[0])
	}
	if got := (KindApplication + 1).String(); got != "unknown" {
		t.Errorf("a kind beyond the last is %q", got)
	}
}

// TestApplyAllocates: options are sent again every few seconds; what is known costs
// no memory.
func TestApplyAllocates(t *testing.T) {
	s := NewStore(flow.NewNames())
	records := [][]Field{
		{v9(1), raw(48, 1), u(50, 100), text(84, "sampler")},
		{v9(2, 1), text(82, "GigabitEthernet0/0/1\x00\x00\x00"), text(83, "to core")},
		{v9(3, 1), u(34, 100)},
		{v9(1), u(34, 100), raw(160, 9)},
		{scope(u(234, 1)), scope(u(235, 1)), text(236, "red")},
		{scope(raw(95, 3, 80)), text(96, "http")},
	}
	apply := func() {
		for _, fields := range records {
			s.Apply(1, fields)
		}
	}
	apply()
	if n := testing.AllocsPerRun(100, apply); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzApply reads octets as records: fields of number, scope bit, length, value.
func FuzzApply(f *testing.F) {
	f.Add([]byte{0, 48, 1, 1, 0, 50, 4, 0, 0, 0, 100, 255})
	f.Add([]byte{128, 10, 2, 0, 1, 0, 82, 3, 'G', 'i', 0, 255, 128, 10, 2, 0, 1, 0, 83, 2, 0xff, 'x'})
	f.Add([]byte{128, 234, 1, 1, 128, 235, 1, 2, 0, 236, 3, 'r', 'e', 'd', 255, 0, 95, 2, 3, 80, 0, 96, 1, 'h'})
	f.Add([]byte{128, 149, 1, 2, 0, 160, 3, 1, 0, 0, 255, 128, 141, 1, 1, 0, 34, 1, 5, 255, 1, 55, 8, 0x3f, 0xd0, 0, 0, 0, 0, 0, 0})
	f.Add([]byte{129, 46, 1, 1, 1, 62, 1, 9, 1, 63, 1, 3, 255, 129, 46, 1, 1, 1, 49, 1, 1, 1, 50, 1, 9})
	f.Fuzz(func(t *testing.T, octets []byte) {
		names := flow.NewNames()
		s, survey := NewStore(names), NewSurvey(names)
		records := 0
		for len(octets) > 0 {
			var fields []Field
			for len(octets) > 0 && octets[0] != 255 {
				number := binary.BigEndian.Uint16(append(octets[:min(2, len(octets)):2], 0))
				octets = octets[min(2, len(octets)):]
				length := 0
				if len(octets) > 0 {
					length = min(int(octets[0]), len(octets)-1)
					octets = octets[1:]
				}
				field := raw(number&0x7fff, octets[:length]...)
				field.Scope = number&0x8000 != 0
				fields = append(fields, field)
				octets = octets[length:]
			}
			octets = octets[min(1, len(octets)):]
			records++
			s.Apply(uint32(records%2), fields)
			survey.Apply(uint32(records%2), fields)
			checkRate(t, fields)
		}
		checkStore(t, s)
		checkStore(t, survey)
	})
}

func checkRate(t *testing.T, fields []Field) {
	t.Helper()
	rate, ok := rateOf(fields)
	if ok && (rate.Sample == 0 || rate.Sample > rate.Population) || !ok && rate != (Rate{}) {
		t.Errorf("rate %v, %t of %v", rate, ok, fields)
	}
}

// checkStore checks that all ways to ask agree.
func checkStore(t *testing.T, s *Store) {
	t.Helper()
	entries := s.Entries()
	if !reflect.DeepEqual(entries, s.Entries()) {
		t.Error("entries differ from time to time")
	}
	for _, e := range entries {
		var rate Rate
		_, known := e.Told.Answer() // also of sampling by time, which has no rate
		ok, name := known, e.Name
		switch e.Kind {
		case KindDomain:
			ms, booted := s.BootTime(e.Domain)
			if ms != e.BootTime || booted != e.HasBootTime {
				t.Errorf("boot time %d, %t, want %d, %t", ms, booted, e.BootTime, e.HasBootTime)
			}
			continue
		case KindPart:
			if e.Scope != templateID || e.ID > 0xffff {
				continue
			}
			rate, ok = s.Template(e.Domain, uint16(e.ID))
		case KindSampler:
			rate, ok = s.Sampler(e.Domain, e.ID)
		case KindInterface:
			rate, ok = s.Interface(e.Domain, uint32(e.ID))
			name = s.InterfaceName(e.Domain, uint32(e.ID))
		case KindVRF:
			name = s.VRFName(e.Domain, uint32(e.ID))
		case KindApplication:
			name = s.ApplicationName(e.Domain, e.ID)
		}
		if rate != e.Rate || ok != known || name != e.Name {
			t.Errorf("rate %v, %t, name %d, want %+v", rate, ok, name, e)
		}
	}
}

// TestDomains names each kind of thing that a store can know of a domain.
func TestDomains(t *testing.T) {
	s := NewStore(flow.NewNames())
	if got := s.Domains(); len(got) != 0 {
		t.Errorf("an empty store has domains %v", got)
	}
	s.Apply(7, []Field{u(34, 10)})
	s.Apply(6, []Field{scope(u(141, 1)), u(34, 10)})
	s.Apply(5, []Field{scope(u(302, 1)), u(34, 10)})
	s.Apply(4, []Field{scope(u(10, 1)), text(82, "name")})
	s.Apply(3, []Field{scope(u(234, 1)), text(236, "name")})
	s.Apply(2, []Field{scope(raw(95, 13, 0, 0, 1)), text(96, "name")})
	s.Apply(2, []Field{scope(u(10, 1)), text(82, "name")})
	s.Apply(1, []Field{u(40, 10)})
	if got, want := s.Domains(), []uint32{2, 3, 4, 5, 6, 7}; !reflect.DeepEqual(got, want) {
		t.Errorf("got domains %v, want %v", got, want)
	}
}
