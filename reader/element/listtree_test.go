package element

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// TestRandomLists builds random lists together with what JSON they are, and compares
// that with what AppendList makes of the octets.
func TestRandomLists(t *testing.T) {
	random := rand.New(rand.NewPCG(6, 313))
	depths := [MaxDepth + 1]int{}
	for range 20_000 {
		depth := 1 + random.IntN(MaxDepth)
		depths[depth]++
		typ, value, want := randomList(random, depth)
		text, err := AppendList(nil, typ, value, templates)
		if err != nil {
			t.Fatalf("%x: %v", value, err)
		}
		var got any
		decoder := json.NewDecoder(strings.NewReader(string(text)))
		decoder.UseNumber()
		if err := decoder.Decode(&got); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%x:\ngot  %v\nwant %v", value, got, want)
		}
	}
	for depth, n := range depths[1:] {
		if n < 1000 {
			t.Errorf("only %d lists of depth %d", n, depth+1)
		}
	}
}

// randomList gives a list of at most the given depth.
func randomList(random *rand.Rand, depth int) (typ Type, value []byte, want map[string]any) {
	semantics := []struct {
		code byte
		name string
	}{{0, "noneOf"}, {1, "exactlyOneOf"}, {2, "oneOrMoreOf"}, {3, "allOf"}, {4, "ordered"}, {255, "undefined"}}
	semantic := semantics[random.IntN(len(semantics))]
	value = []byte{semantic.code}
	want = map[string]any{"semantic": semantic.name}
	switch kind := random.IntN(4); {
	case kind == 0 && depth > 1:
		value = append(value, 1, 35, 255, 255)
		values := []any{}
		for range random.IntN(4) {
			inner, object := randomBasic(random, depth-1)
			value = append(append(value, byte(len(inner))), inner...)
			values = append(values, object)
		}
		want["element"], want["values"] = "basicList", values
		return BasicList, value, want
	case kind <= 1:
		inner, object := randomBasic(random, 1)
		return BasicList, inner, object
	case kind == 2:
		octets, records := randomRecords(random, depth)
		want["template"], want["records"] = records.template, records.values
		return SubTemplateList, append(append(value, records.id[:]...), octets...), want
	}
	lists := []any{}
	for range random.IntN(4) {
		octets, records := randomRecords(random, depth)
		value = append(value, records.id[0], records.id[1], byte((len(octets)+4)>>8), byte(len(octets)+4))
		value = append(value, octets...)
		lists = append(lists, map[string]any{"template": records.template, "records": records.values})
	}
	want["lists"] = lists
	return SubTemplateMultiList, value, want
}

// randomBasic gives a short basicList of ports, nested as deep as said.
func randomBasic(random *rand.Rand, depth int) (value []byte, want map[string]any) {
	if depth > 1 {
		inner, object := randomBasic(random, depth-1)
		value = append([]byte{4, 1, 35, 0, byte(len(inner))}, inner...)
		return value, map[string]any{"semantic": "ordered", "element": "basicList", "values": []any{object}}
	}
	value = []byte{3, 0, 7, 0, 2}
	values := []any{}
	for range random.IntN(4) {
		port := uint16(random.Uint32N(10000))
		value = append(value, byte(port>>8), byte(port))
		values = append(values, number(port))
	}
	return value, map[string]any{"semantic": "allOf", "element": "sourceTransportPort", "values": values}
}

type randomValues struct {
	id       [2]byte
	template any
	values   []any
}

// randomRecords gives records of one of the templates 257, 258 and 259.
func randomRecords(random *rand.Rand, depth int) (octets []byte, r randomValues) {
	id := uint16(257 + random.IntN(2))
	if depth > 1 {
		id = 259
	}
	r = randomValues{id: [2]byte{byte(id >> 8), byte(id)}, template: number(id), values: []any{}}
	for range random.IntN(4) {
		switch id {
		case 257:
			name := strings.Repeat("x", random.IntN(300))
			if len(name) < 255 && random.IntN(2) == 0 {
				octets = append(octets, byte(len(name)))
			} else {
				octets = append(octets, 255, byte(len(name)>>8), byte(len(name)))
			}
			count := uint16(random.Uint32N(10000))
			octets = append(octets, name...)
			octets = append(octets, 0, 0, 0, 0, 0, 0, byte(count>>8), byte(count))
			r.values = append(r.values, map[string]any{"applicationName": name, "octetDeltaCount": number(count)})
		case 258:
			octets = append(octets, 1, 2, 3)
			r.values = append(r.values, map[string]any{"ipTTL": number(1), "ipTTL_2": number(2), "ipTTL_3": number(3)})
		case 259:
			inner, records := randomRecords(random, depth-1)
			length := len(inner) + 3
			octets = append(octets, 255, byte(length>>8), byte(length), 3, records.id[0], records.id[1])
			octets = append(octets, inner...)
			r.values = append(r.values, map[string]any{"subTemplateList": map[string]any{
				"semantic": "allOf", "template": records.template, "records": records.values}})
		}
	}
	return octets, r
}

func number(v uint16) json.Number {
	text, _ := json.Marshal(v)
	return json.Number(text)
}
