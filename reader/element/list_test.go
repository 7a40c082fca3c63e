package element

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// templates is what the tests' lists refer to.
func templates(template uint16) ([]Field, bool) {
	switch template {
	case 256:
		return []Field{{IANA(8), 4}, {IANA(12), 4}, {IANA(7), 2}}, true
	case 257: // of variable length
		return []Field{{IANA(96), Variable}, {IANA(1), 8}}, true
	case 258: // the element of a tunnel's two headers
		return []Field{{IANA(192), 1}, {IANA(192), 1}, {IANA(192), 1}}, true
	case 259: // lists in lists
		return []Field{{IANA(292), Variable}}, true
	case 260: // no octets
		return []Field{{IANA(210), 0}}, true
	case 261:
		return []Field{{ID{2011, 701}, 2}, {IANA(276), 1}, {IANA(311), 8}, {IANA(434), 1}, {IANA(56), 6}}, true
	case 262: // many values of no octets
		return append(make([]Field, 30), Field{IANA(4), 1}), true
	case 264: // more fields than are looked through
		fields := make([]Field, 40)
		for i := range fields {
			fields[i] = Field{IANA(uint16(1 + i%39)), 1}
		}
		return fields, true
	case 263: // no fields
		return nil, true
	}
	return nil, false
}

func TestAppendList(t *testing.T) {
	tests := []struct {
		name  string
		typ   Type
		value string
		want  string
	}{
		{"multicast interfaces", BasicList, "03 000e 0004 00000001 00000004 00000008",
			`{"semantic":"allOf","element":"egressInterface","values":[1,4,8]}`},
		{"reduced size", BasicList, "00 01e3 0002 0001", `{"semantic":"noneOf","element":"bgpCommunity","values":[1]}`},
		{"of an enterprise", BasicList, "01 82bd 0002 000007db 0102 0304",
			`{"semantic":"exactlyOneOf","element":"e2011_701","values":["0102","0304"]}`},
		{"of variable length", BasicList, "04 0060 ffff 03 646e73 00 ff0004 68747470",
			`{"semantic":"ordered","element":"applicationName","values":["dns","","http"]}`},
		{"no values", BasicList, "02 000e 0004", `{"semantic":"oneOrMoreOf","element":"egressInterface","values":[]}`},
		{"no values of no octets", BasicList, "ff 000e 0000", `{"semantic":"undefined","element":"egressInterface","values":[]}`},
		{"semantic that is not assigned", BasicList, "07 000e 0004", `{"semantic":"7","element":"egressInterface","values":[]}`},
		{"nothing at all", BasicList, "", `null`},
		{"texts", BasicList, "03 0060 0006 226120620000 5c000000ffff 0a1b7fc3bc00",
			`{"semantic":"allOf","element":"applicationName","values":["\"a b","\\","\u000a\u001b\u007fü"]}`},
		{"records", SubTemplateList, "03 0100 c0000201 c0000202 0050 c0000203 c0000204 0051",
			`{"semantic":"allOf","template":256,"records":[{"sourceIPv4Address":"192.0.2.1","destinationIPv4Address":"192.0.2.2",` +
				`"sourceTransportPort":80},{"sourceIPv4Address":"192.0.2.3","destinationIPv4Address":"192.0.2.4","sourceTransportPort":81}]}`},
		{"no records", SubTemplateList, "03 0100", `{"semantic":"allOf","template":256,"records":[]}`},
		{"records of variable length", SubTemplateList, "04 0101 01 61 0000000000000001 00 0000000000000002",
			`{"semantic":"ordered","template":257,"records":[{"applicationName":"a","octetDeltaCount":1},{"applicationName":"","octetDeltaCount":2}]}`},
		{"repeated element", SubTemplateList, "03 0102 403f3e",
			`{"semantic":"allOf","template":258,"records":[{"ipTTL":64,"ipTTL_2":63,"ipTTL_3":62}]}`},
		{"unknown template", SubTemplateList, "03 0fff 0102", `{"semantic":"allOf","template":4095,"hex":"0102"}`},
		{"all types", SubTemplateList, "03 0105 0001 01 3fd0000000000000 ff 0200000000ff 0002 02 7ff8000000000001 01 000000000000",
			`{"semantic":"allOf","template":261,"records":[{"e2011_701":"0001","dataRecordsReliability":true,"samplingProbability":0.25,` +
				`"mibObjectValueInteger":-1,"sourceMacAddress":"02:00:00:00:00:ff"},{"e2011_701":"0002","dataRecordsReliability":false,` +
				`"samplingProbability":"NaN","mibObjectValueInteger":1,"sourceMacAddress":"00:00:00:00:00:00"}]}`},
		{"several templates", SubTemplateMultiList, "03 0102 0007 010203 0fff 0005 aa 0100 0004 0100 0000",
			`{"semantic":"allOf","lists":[{"template":258,"records":[{"ipTTL":1,"ipTTL_2":2,"ipTTL_3":3}]},{"template":4095,"hex":"aa"},` +
				`{"template":256,"records":[]},{"template":256,"records":[]}]}`},
		{"no lists", SubTemplateMultiList, "ff", `{"semantic":"undefined","lists":[]}`},
		{"list in list", SubTemplateList, "03 0103 06 03 0102 010203",
			`{"semantic":"allOf","template":259,"records":[{"subTemplateList":{"semantic":"allOf","template":258,"records":[` +
				`{"ipTTL":1,"ipTTL_2":2,"ipTTL_3":3}]}}]}`},
		{"list of lists", BasicList, "04 0123 ffff 07 03 000a 0002 0001 00",
			`{"semantic":"ordered","element":"basicList","values":[{"semantic":"allOf","element":"ingressInterface","values":[1]},null]}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			value := octets(t, test.value)
			got, err := AppendList([]byte("before "), test.typ, value, templates)
			if err != nil || string(got) != "before "+test.want {
				t.Errorf("%s: %v\ngot  %s\nwant before %s", test.value, err, got, test.want)
			}
			if !json.Valid([]byte(test.want)) {
				t.Errorf("%s is no JSON", test.want)
			}
			if err := CheckList(test.typ, value, templates); err != nil {
				t.Errorf("CheckList: %v", err)
			}
		})
	}
}

func TestBadLists(t *testing.T) {
	tests := []struct {
		name  string
		typ   Type
		value string
		want  string // part of the error
	}{
		{"no list", Unsigned, "01", "octet 0: unsigned is no structured data"},
		{"short basicList", BasicList, "03 000a 00", "octet 0: basicList has 4 octets, want at least 5"},
		{"cut enterprise number", BasicList, "03 800a 0004 0000", "octet 5: enterprise number has 2 octets, want 4"},
		{"values of no octets", BasicList, "03 000a 0000 01", "octet 5: values of no octets in 1 octets"},
		{"cut value", BasicList, "03 000a 0004 00000001 0000", "octet 9: value of e0_10 has length 4, want at most 2"},
		{"cut length", BasicList, "03 0060 ffff ff00", "octet 5: length of a value is cut"},
		{"length beyond the list", BasicList, "03 0060 ffff 02 61", "octet 6: value of e0_96 has length 2, want at most 1"},
		{"long length beyond the list", BasicList, "03 0060 ffff ffffff 61", "octet 8: value of e0_96 has length 65535, want at most 1"},
		{"short subTemplateList", SubTemplateList, "03 01", "octet 0: subTemplateList has 2 octets, want at least 3"},
		{"octets behind the last record", SubTemplateList, "03 0102 010203 04", "octet 7: value of e0_192 has length 1, want at most 0"},
		{"records of no octets", SubTemplateList, "03 0104 01", "octet 3: records of template 260 have no octets, 1 octets are left"},
		{"records of no fields", SubTemplateList, "03 0107 01", "octet 3: records of template 263 have no octets, 1 octets are left"},
		{"cut block", SubTemplateMultiList, "03 0100 00", "octet 1: 3 octets are left, want 4"},
		{"short block", SubTemplateMultiList, "03 0100 0003", "octet 3: records of length 3, want 4 to 4"},
		{"block beyond the list", SubTemplateMultiList, "03 0102 0008 010203", "octet 3: records of length 8, want 4 to 7"},
		{"bad list within", SubTemplateList, "03 0103 02 03 01", "octet 4: subTemplateList has 2 octets, want at least 3"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			value := octets(t, test.value)
			got, err := AppendList([]byte("before"), test.typ, value, templates)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%s: error %v, want one with %q", test.value, err, test.want)
			}
			if string(got) != "before" {
				t.Errorf("%s: %s was appended", test.value, got)
			}
			if check := CheckList(test.typ, value, templates); check == nil || check.Error() != err.Error() {
				t.Errorf("CheckList: %v, want %v", check, err)
			}
		})
	}
}

// nested gives a list of lists of ... of the given depth, the innermost one empty.
func nested(depth int) []byte {
	value := []byte{3, 1, 2}
	for range depth - 1 {
		value = append([]byte{3, 1, 3, 255, byte(len(value) >> 8), byte(len(value))}, value...)
	}
	return value
}

// TestDepth is reliability rule N10: lists 100 deep are refused, not followed.
func TestDepth(t *testing.T) {
	for depth := 1; depth <= 100; depth++ {
		text, err := AppendList(nil, SubTemplateList, nested(depth), templates)
		if depth <= MaxDepth {
			if n := strings.Count(string(text), "semantic"); err != nil || n != depth {
				t.Errorf("depth %d: %d lists, %v", depth, n, err)
			}
		} else if err == nil || !strings.Contains(err.Error(), "at depth 5, want at most 4") {
			t.Errorf("depth %d: error %v", depth, err)
		}
	}
	t.Logf("assertion N10: lists 1 to 100 deep, read to a depth of %d", MaxDepth)
}

// TestEmptyValues: a template of many fields without octets cannot make a short list
// a long text.
func TestEmptyValues(t *testing.T) {
	for _, test := range []struct {
		records int
		want    string
	}{
		{1, ""}, {2, ""}, {3, "octet 5: more than 70 values in 6 octets"},
	} {
		value := append([]byte{3, 1, 6}, make([]byte, test.records)...)
		text, err := AppendList(nil, SubTemplateList, value, templates)
		if test.want == "" {
			if n := bytes.Count(text, []byte(`"e0_0_30":null,"protocolIdentifier":0}`)); err != nil || n != test.records || !json.Valid(text) {
				t.Errorf("%d records of thirty empty fields: %v, %s", test.records, err, text)
			}
		} else if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%d records: error %v, want one with %q", test.records, err, test.want)
		}
	}
	longest := append([]byte{3, 0, 4, 0, 1}, make([]byte, 65530)...)
	if text, err := AppendList(nil, BasicList, longest, nil); err != nil || bytes.Count(text, []byte("0")) != 65530 {
		t.Errorf("the longest basicList: %v, %d octets", err, len(text))
	}
}

func TestCheckListAllocates(t *testing.T) {
	value := octets(t, "03 0103 06 03 0102 010203")
	if n := testing.AllocsPerRun(100, func() {
		if err := CheckList(SubTemplateList, value, noTemplates); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestManyFields: repeated elements are numbered alike in templates of few fields and
// of many.
func TestManyFields(t *testing.T) {
	text, err := AppendList(nil, SubTemplateList, append([]byte{3, 1, 8}, make([]byte, 80)...), templates)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`{"octetDeltaCount":0,`, `,"octetDeltaCount_2":0}`, `"engineId":0,`} {
		if n := bytes.Count(text, []byte(want)); n != 2 {
			t.Errorf("%s is there %d times, want 2: %s", want, n, text)
		}
	}
}

func noTemplates(uint16) ([]Field, bool) { return nil, false }

func FuzzList(f *testing.F) {
	for _, seed := range []string{
		"03 000e 0004 00000001 00000004", "01 82bd 0002 000007db 0102", "04 0060 ffff 03646e73 00 ff000468747470",
		"04 0123 ffff 07 03000a00020001 00", "03 0060 0004 ff0a1b22", "03 8137 0008 00000000 7ff8000000000001",
	} {
		f.Add(uint8(BasicList), octets(f, seed))
	}
	for _, seed := range []string{
		"03 0100 c0000201 c0000202 0050", "04 0101 01 61 0000000000000001", "03 0103 06 03 0102 010203", "03 0106 0102",
		"03 0105 0001 01 3fd0000000000000 ff 0200000000ff", "03 0104 01",
	} {
		f.Add(uint8(SubTemplateList), octets(f, seed))
	}
	f.Add(uint8(SubTemplateMultiList), octets(f, "03 0102 0007 010203 0fff 0005 aa 0100 0004 0100 0000"))
	f.Add(uint8(SubTemplateList), nested(5))
	f.Add(uint8(SubTemplateList), []byte("\x03\x01\x06\v\x11a\x1d\xb1\xb9\x03\x03\x02\x01\x01\x02\x03"))
	f.Add(uint8(SubTemplateList), append([]byte{3, 1, 8}, make([]byte, 40)...))
	f.Fuzz(func(t *testing.T, typ uint8, value []byte) {
		got, err := AppendList([]byte{0xff}, Type(typ), value, templates)
		check := CheckList(Type(typ), value, templates)
		if (err == nil) != (check == nil) || err != nil && err.Error() != check.Error() {
			t.Fatalf("AppendList: %v, CheckList: %v", err, check)
		}
		if err != nil {
			if len(got) != 1 {
				t.Errorf("%s was appended in spite of %v", got[1:], err)
			}
			return
		}
		if got[0] != 0xff || !json.Valid(got[1:]) {
			t.Errorf("no JSON: %s", got[1:])
		}
		if most := 100 * (len(value) + MaxEmptyValues + 1); len(got) > most {
			t.Errorf("%d octets give a text of %d", len(value), len(got))
		}
		again, err := AppendList(got[:1:1], Type(typ), value, templates)
		if err != nil || !bytes.Equal(again, got) {
			t.Errorf("again: %v, %s, want %s", err, again, got)
		}
	})
}
