package element

import (
	"regexp"
	"strings"
	"testing"
)

func TestLookup(t *testing.T) {
	tests := []struct {
		name     string
		id       ID
		want     Element
		unlisted bool
	}{
		{"first", IANA(1), Element{"octetDeltaCount", Unsigned}, false},
		{"address", IANA(8), Element{"sourceIPv4Address", IPv4}, false},
		{"IPv6 address", IANA(28), Element{"destinationIPv6Address", IPv6}, false},
		{"label", IANA(70), Element{"mplsTopLabelStackSection", Octets}, false},
		{"MAC address", IANA(80), Element{"destinationMacAddress", MAC}, false},
		{"name", IANA(82), Element{"interfaceName", Text}, false},
		{"behind the gap at 97", IANA(98), Element{"postIpDiffServCodePoint", Unsigned}, false},
		{"behind the gap at 105", IANA(128), Element{"bgpNextAdjacentAsNumber", Unsigned}, false},
		{"end reason", IANA(136), Element{"flowEndReason", Unsigned}, false},
		{"seconds", IANA(150), Element{"flowStartSeconds", Seconds}, false},
		{"milliseconds", IANA(153), Element{"flowEndMilliseconds", Milliseconds}, false},
		{"microseconds", IANA(154), Element{"flowStartMicroseconds", Microseconds}, false},
		{"nanoseconds", IANA(157), Element{"flowEndNanoseconds", Nanoseconds}, false},
		{"delta is a number", IANA(158), Element{"flowStartDeltaMicroseconds", Unsigned}, false},
		{"padding", IANA(210), Element{"paddingOctets", Octets}, false},
		{"VRF", IANA(236), Element{"VRFname", Text}, false},
		{"boolean", IANA(276), Element{"dataRecordsReliability", Boolean}, false},
		{"lists", IANA(291), Element{"basicList", BasicList}, false},
		{"last of the first table", IANA(299), Element{"responderPackets", Unsigned}, false},
		{"first of the second table", IANA(300), Element{"observationDomainName", Text}, false},
		{"float", IANA(311), Element{"samplingProbability", Float}, false},
		{"signed", IANA(434), Element{"mibObjectValueInteger", Signed}, false},
		{"typed list", IANA(443), Element{"mibObjectValueTable", SubTemplateList}, false},
		{"before the gap at 416", IANA(415), Element{"dot1qCustomerDestinationMacAddress", MAC}, false},
		{"behind the gap at 419", IANA(420), Element{"postLayer2OctetTotalCount", Unsigned}, false},
		{"segment routing", IANA(495), Element{"srhActiveSegmentIPv6", IPv6}, false},
		{"last", IANA(533), Element{"pathDelaySumDeltaMicroseconds", Unsigned}, false},
		{"reverse", Reverse(1), Element{"reverseOctetDeltaCount", Unsigned}, false},
		{"reverse of a time", Reverse(152), Element{"reverseFlowStartMilliseconds", Milliseconds}, false},
		{"Huawei", ID{2011, 1}, Element{"ingressGponGemPortId", Unsigned}, false},
		{"Huawei", ID{2011, 2}, Element{"egressGponGemPortId", Unsigned}, false},
		{"Cisco", ID{9, 12236}, Element{"connectionClientIPv4Address", IPv4}, false},
		{"CERT", ID{6871, 33}, Element{"silkAppLabel", Unsigned}, false},
		{"reverse of CERT", ID{6871, 14 | 0x4000}, Element{"reverseInitialTCPFlags", Unsigned}, false},
		{"CERT has no reverse of it", ID{6871, 33 | 0x4000}, Element{}, true},
		{"not assigned", IANA(0), Element{}, true},
		{"gap", IANA(65), Element{}, true},
		{"without a public meaning", IANA(97), Element{}, true},
		{"gap", IANA(416), Element{}, true},
		{"beyond the last", IANA(534), Element{}, true},
		{"greatest", IANA(65535), Element{}, true},
		{"reverse of none", Reverse(534), Element{}, true},
		{"Huawei, not published", ID{2011, 701}, Element{}, true},
		{"no such vendor", ID{1<<32 - 1, 1}, Element{}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, known := Lookup(test.id)
			if got != test.want || known == test.unlisted {
				t.Errorf("Lookup(%v) = %v, %t, want %v, %t", test.id, got, known, test.want, !test.unlisted)
			}
			if want := test.want.Name; !test.unlisted && Name(test.id) != want {
				t.Errorf("Name(%v) = %q, want %q", test.id, Name(test.id), want)
			}
		})
	}
	if got := Name(ID{2011, 701}); got != "e2011_701" {
		t.Errorf("name of an element that is not known: %q", got)
	}
}

// TestVendors lists all elements of vendors that have a name.
func TestVendors(t *testing.T) {
	want := map[uint32]map[uint16]Type{
		EnterpriseCisco: {8233: Text, 8236: Text, 12232: Text, 12233: Text, 12234: Text, 12235: Octets,
			12236: IPv4, 12237: IPv4, 12240: Unsigned, 12241: Unsigned, 12242: Unsigned},
		EnterpriseHuawei:  {1: Unsigned, 2: Unsigned},
		EnterpriseJuniper: {137: Unsigned},
		EnterpriseCERT: {14: Unsigned, 15: Unsigned, 18: Octets, 21: Unsigned, 33: Unsigned, 35: Unsigned, 36: Text,
			37: Text, 38: Octets, 39: Octets, 40: Unsigned, 0x400e: Unsigned, 0x400f: Unsigned, 0x4012: Octets,
			0x4023: Unsigned, 0x4024: Text, 0x4025: Text, 0x4026: Octets, 0x4027: Octets, 0x4028: Unsigned},
	}
	for enterprise, elements := range want {
		for number := range uint16(0xffff) {
			e, known := Lookup(ID{enterprise, number})
			if typ, listed := elements[number]; known != listed || e.Type != typ {
				t.Errorf("e%d_%d is %+v, %t", enterprise, number, e, known)
			}
		}
	}
}

// TestRegistry checks what holds of the whole of IANA's registry: 502 of its entries
// have a meaning, each name is there once, and names tell types by their ends, since
// RFC 7013 section 4.1 asks for that.
func TestRegistry(t *testing.T) {
	form := regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]{2,}$`)
	suffixes := []struct {
		end   string
		types []Type
	}{
		{"IPv4Address", []Type{IPv4, Unsigned}}, // Unsigned: distinctCountOf...
		{"IPv6Address", []Type{IPv6, Unsigned}},
		{"MacAddress", []Type{MAC}},
		{"DeltaCount", []Type{Unsigned}},
		{"TotalCount", []Type{Unsigned}},
		{"Name", []Type{Text}},
		{"Description", []Type{Text}},
		{"Milliseconds", []Type{Milliseconds, Unsigned}}, // Unsigned: durations
		{"Nanoseconds", []Type{Nanoseconds, Unsigned}},
		{"Seconds", []Type{Seconds, Milliseconds, Unsigned}}, // Milliseconds: monitoringInterval...MilliSeconds
		{"AsNumber", []Type{Unsigned}},
		{"Section", []Type{Octets}},
		{"BasicList", []Type{BasicList}},
	}
	seen := map[string]uint16{}
	for number := range uint16(1000) {
		e, known := Lookup(IANA(number))
		if !known {
			continue
		}
		if before, twice := seen[e.Name]; twice {
			t.Errorf("%d and %d are both %q", before, number, e.Name)
		}
		seen[e.Name] = number
		if !form.MatchString(e.Name) {
			t.Errorf("%d has the name %q", number, e.Name)
		}
		for _, s := range suffixes {
			if !strings.HasSuffix(e.Name, s.end) {
				continue
			}
			fits := false
			for _, want := range s.types {
				fits = fits || e.Type == want
			}
			if !fits {
				t.Errorf("%d %s is of type %v", number, e.Name, e.Type)
			}
		}
		for id, name := range map[ID]string{IANA(number): e.Name, Reverse(number): Name(Reverse(number))} {
			r, err := ParseRequest(name)
			if err != nil || r.ID != id || r.Occurrence != 1 || r.Name != id.String() {
				t.Errorf("ParseRequest(%q) = %+v, %v, want %v", name, r, err, id)
			}
		}
	}
	if len(seen) != 502 {
		t.Errorf("the registry has %d elements, want 502", len(seen))
	}
}

func TestTypeNames(t *testing.T) {
	seen := map[string]Type{}
	for typ := Octets; typ <= SubTemplateMultiList; typ++ {
		name := typ.String()
		if before, twice := seen[name]; twice || name == "unknown" {
			t.Errorf("type %d has the name %q, as type %d", typ, name, before)
		}
		seen[name] = typ
	}
	if got := (SubTemplateMultiList + 1).String(); got != "unknown" {
		t.Errorf("a type beyond the last has the name %q", got)
	}
}

func TestParseRequest(t *testing.T) {
	tests := []struct {
		text string
		want Request
	}{
		{"e0_136", Request{IANA(136), 1, "e0_136"}},
		{"e2011_701", Request{ID{2011, 701}, 1, "e2011_701"}},
		{"e0_8_2", Request{IANA(8), 2, "e0_8_2"}},
		{"e0_8_1", Request{IANA(8), 1, "e0_8"}},
		{"e0_8_64", Request{IANA(8), 64, "e0_8_64"}},
		{"e4294967295_65535", Request{ID{1<<32 - 1, 65535}, 1, "e4294967295_65535"}},
		{"e29305_1", Request{Reverse(1), 1, "e29305_1"}},
		{"flowEndReason", Request{IANA(136), 1, "e0_136"}},
		{"egressInterface", Request{IANA(14), 1, "e0_14"}},
		{"reverseOctetDeltaCount", Request{Reverse(1), 1, "e29305_1"}},
		{"reverseVRFname", Request{Reverse(236), 1, "e29305_236"}},
	}
	for _, test := range tests {
		got, err := ParseRequest(test.text)
		if err != nil || got != test.want {
			t.Errorf("ParseRequest(%q) = %+v, %v, want %+v", test.text, got, err, test.want)
		}
	}
	for _, text := range []string{
		"", "e", "e0", "e0_", "e0_0", "e_1", "0_136", "e0_136_", "e0_136_0", "e0_136_65", "e0_136_1_1", "e0_65536",
		"e4294967296_1", "e-1_1", "e+1_1", "e00_1", "e0_01", "e0_1_01", "e0_136 ", " e0_136", "E0_136", "e0_1e2",
		"flowendreason", "reverse", "reverseflowEndReason", "flowEndReason_2", "e18446744073709551616_1",
	} {
		if got, err := ParseRequest(text); err == nil {
			t.Errorf("ParseRequest(%q) = %+v, want an error", text, got)
		} else if !strings.HasPrefix(err.Error(), "cannot read element ") {
			t.Errorf("ParseRequest(%q): %v", text, err)
		}
	}
}

func FuzzParseRequest(f *testing.F) {
	for _, seed := range []string{"e0_136", "e0_8_2", "e2011_701", "flowEndReason", "e0_8_02", "reverseVRFname", "e0__1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := ParseRequest(text)
		if err != nil {
			return
		}
		if r.Occurrence < 1 || r.Occurrence > MaxOccurrence || r.ID.Number == 0 {
			t.Errorf("ParseRequest(%q) = %+v", text, r)
		}
		if again, err := ParseRequest(r.Name); err != nil || again != r {
			t.Errorf("ParseRequest(%q) = %+v, %v, want %+v", r.Name, again, err, r)
		}
	})
}
