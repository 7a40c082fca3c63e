package netflow

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"netstream/aggregate/flow"
	"netstream/reader/element"
)

// throughSlots lets the message that was begun be read without direct plans.
func throughSlots(d *Decoder) {
	for i := range d.sets {
		if t := d.sets[i].template; t != nil && !t.options {
			t.plan = compile(t.fields, &t.layout, d.options.Elements)
			t.plan.direct = nil
		}
	}
}

// drainInto reads the message that was begun with a batch that other messages were read
// with before.
func drainInto(d *Decoder, b *flow.Batch) (rows []row) {
	for done := false; !done; {
		b.Reset()
		done = d.Read(b)
		for _, r := range b.Records {
			kept := row{Record: r, Export: *r.Export}
			kept.Record.Export = nil
			kept.Export.Elements = slices.Clone(kept.Export.Elements)
			rows = append(rows, kept)
		}
	}
	return rows
}

// usualElements are those that most templates have, rareElements some of those of which
// there is no direct plan.
var (
	usualElements = []spec{
		{number: 1, length: 8}, {number: 2, length: 8}, {number: 4, length: 1}, {number: 5, length: 1}, {number: 6, length: 2}, {number: 7, length: 2},
		{number: 9, length: 1}, {number: 10, length: 4}, {number: 11, length: 2}, {number: 13, length: 1}, {number: 14, length: 4}, {number: 16, length: 4},
		{number: 17, length: 4}, {number: 29, length: 1}, {number: 30, length: 1}, {number: 61, length: 1}, {number: 136, length: 1},
		{number: 89, length: 1}, {number: 52, length: 1}, {number: 53, length: 1}, {number: 25, length: 2}, {number: 26, length: 2}, {number: 3, length: 4},
		{number: 230, length: 1}, {number: 233, length: 1}, {number: 352, length: 8}, {number: 401, length: 8}, {number: 60, length: 1}, {number: 210, length: 3},
		{number: 23, length: 8}, {number: 24, length: 8}, {number: 85, length: 8}, {number: 86, length: 8}, {number: 192, length: 1}, {number: 32, length: 2},
		{number: 48, length: 1},
	}
	rareElements = []spec{
		{number: 8, length: 4}, {number: 27, length: 16}, {number: 56, length: 6}, {number: 58, length: 2}, {number: 70, length: 3}, {number: 95, length: 4},
		{number: 225, length: 4}, {number: 234, length: 4}, {number: 34, length: 4}, {number: 130, length: 4}, {number: 180, length: 2},
		{number: 176, length: 1}, {number: 7, length: 4}, {number: 1, length: 8, enterprise: element.EnterpriseReverse}, {number: 96, length: 6},
	}
	usualTimes = [][]spec{
		{{number: 22, length: 4}, {number: 21, length: 4}}, {{number: 152, length: 8}, {number: 153, length: 8}}, {{number: 150, length: 4}, {number: 151, length: 4}},
		{{number: 154, length: 8}, {number: 155, length: 8}}, {{number: 152, length: 8}}, {}, {{number: 158, length: 4}, {number: 159, length: 4}},
		{{number: 22, length: 8}, {number: 21, length: 8}}, {{number: 323, length: 8}, {number: 150, length: 8}, {number: 151, length: 8}},
	}
	hops = [][]spec{
		{}, {{number: 15, length: 4}}, {{number: 62, length: 16}}, {{number: 18, length: 4}, {number: 15, length: 4}}, {{number: 63, length: 16}},
		{{number: 15, length: 4}, {number: 62, length: 16}},
	}
)

// randomTemplate gives a template of which there is a direct plan, mostly.
func randomTemplate(r *rand.Rand) (list []spec) {
	if r.IntN(3) > 0 {
		list = append(list, spec{number: 8, length: 4}, spec{number: 12, length: 4})
	} else {
		list = append(list, spec{number: 27, length: 16}, spec{number: 28, length: 16})
	}
	list = append(list, usualTimes[min(r.IntN(len(usualTimes)), r.IntN(len(usualTimes)))]...)
	list = append(list, hops[min(r.IntN(len(hops)), r.IntN(len(hops)))]...)
	for _, s := range usualElements {
		if r.IntN(2) == 0 {
			continue
		}
		if r.IntN(40) == 0 {
			s.length = uint16(1 << r.IntN(4))
		}
		list = append(list, s)
	}
	if r.IntN(6) == 0 {
		list = append(list, rareElements[r.IntN(len(rareElements))])
	}
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

// randomRecord gives values of a template, many of them small or zero.
func randomRecord(r *rand.Rand, list []spec) (record []byte) {
	for _, s := range list {
		value := make([]byte, s.length)
		switch r.IntN(4) {
		case 0:
		case 1:
			value[len(value)-1] = byte(r.IntN(64))
		default:
			for i := range value {
				value[i] = byte(r.Uint32())
			}
		}
		switch {
		case s.number == 4 && r.IntN(3) > 0:
			value[len(value)-1] = []byte{protocolICMP, protocolTCP, protocolUDP, protocolICMPv6}[r.IntN(4)]
		case s.length == 8 && s.number >= 150 && s.number <= 153 && r.IntN(8) > 0:
			value = u64(testSeconds*1000 + uint64(r.IntN(200_000)))
		}
		record = append(record, value...)
	}
	return record
}

// TestDirectRowsAreThoseOfSlots compares the rows of direct plans with those of the plans
// that they stand for, in batches that had rows of others before.
func TestDirectRowsAreThoseOfSlots(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	batches := [2]*flow.Batch{flow.NewBatch(), flow.NewBatch()}
	options := setOf(256, u32(1), []byte{5}, u16(100), []byte("eth1"))
	const trials = 1200
	direct := 0
	for trial := range trials {
		list := randomTemplate(r)
		var records [][]byte
		for range 1 + r.IntN(40) {
			records = append(records, randomRecord(r, list))
		}
		data := bytes.Join(records, nil)
		data = data[:min(len(data), 60_000)]
		var messages [][]byte
		if trial%2 == 0 {
			messages = [][]byte{message9(1, 1, setOf(0, definitionOf(257, list...))), message9(1, 1, setOf(257, data))}
			if trial%8 == 0 {
				messages = append([][]byte{message9(1, 2, setOf(1, options9(256, spec{number: 2, length: 4}, spec{number: 48, length: 1},
					spec{number: 34, length: 2}, spec{number: 82, length: 4})), options)}, messages...)
			}
		} else {
			messages = [][]byte{messageIPFIX(1, setOf(2, definitionOf(257, list...))), messageIPFIX(1, setOf(257, data))}
		}
		var got [2][]row
		var summaries [2]Summary
		for i := range got {
			d := NewDecoder(Options{})
			for _, m := range messages {
				if err := d.Begin(Origin{}, 0, false, m); err != nil {
					t.Fatal(err)
				}
				if i == 1 {
					throughSlots(d)
				}
				got[i] = append(got[i], drainInto(d, batches[i])...)
			}
			summaries[i] = *d.Summary()
			if i == 0 && d.stream.templates[templateKey{1, 257}].plan.direct != nil {
				direct++
			}
		}
		if !reflect.DeepEqual(got[0], got[1]) || summaries[0] != summaries[1] {
			for i := range got[0] {
				if !reflect.DeepEqual(got[0][i], got[1][i]) {
					t.Fatalf("trial %d, row %d of template %v: got\n%+v, want\n%+v", trial, i, list, got[0][i], got[1][i])
				}
			}
			t.Fatalf("trial %d, template %v: got\n%+v, want\n%+v", trial, list, summaries[0], summaries[1])
		}
	}
	if direct < trials/4 || direct > 3*trials/4 {
		t.Errorf("%d of %d templates have a direct plan", direct, trials)
	}
}

// TestFixedRowsAreThoseOfSlots is the same for versions 1 and 5 to 8.
func TestFixedRowsAreThoseOfSlots(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 3))
	batches := [2]*flow.Batch{flow.NewBatch(), flow.NewBatch()}
	for trial := range 2000 {
		version, scheme := []uint16{1, 5, 6, 7, 8}[r.IntN(5)], uint8(1+r.IntN(schemes))
		octets := recordOctets(version, scheme)
		count := r.IntN(40)
		data := make([]byte, count*octets+r.IntN(2))
		for i := range data {
			if r.IntN(3) > 0 {
				data[i] = byte(r.Uint32())
			}
		}
		tail := cat(u32(7), []byte{1, 2, scheme, byte(r.IntN(2))})
		if version == 1 {
			tail = nil
		}
		message := append(headerFixed(version, uint16(count), r.Uint32(), tail), data...)
		var got [2][]row
		var summaries [2]Summary
		for i := range got {
			d := NewDecoder(Options{})
			if err := d.Begin(Origin{}, 0, false, slices.Clip(message)); err != nil {
				t.Fatal(err)
			}
			if i == 1 {
				throughSlots(d)
			}
			got[i] = drainInto(d, batches[i])
			summaries[i] = *d.Summary()
		}
		if len(got[0]) != count || !reflect.DeepEqual(got[0], got[1]) || summaries[0] != summaries[1] {
			t.Fatalf("trial %d, version %d: got\n%+v\n%+v, want\n%+v\n%+v", trial, version, got[0], summaries[0], got[1], summaries[1])
		}
	}
}
