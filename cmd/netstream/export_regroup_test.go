package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/reader/netflow/netflowtest"
)

// regrouping is what an exporter has to tell, which it may put into messages as it
// likes.
type regrouping struct {
	random    *rand.Rand
	version   uint16
	templates []netflowtest.Template
	options   []netflowtest.Options
	rows      [][][]byte // of each options template
	records   []flow.Record
	of        []int // by record: its template
	flags     []string
}

func newRegrouping(seed uint64) *regrouping {
	r := &regrouping{random: rand.New(rand.NewPCG(seed, 13)), version: []uint16{9, 10}[seed%2]}
	var span time.Duration
	r.flags, span = intervalAndDistribution(seed)
	p := newPacking(r.random, 4, nil)
	r.records = randomFlows(r.random, 4, 40+r.random.IntN(80), span)
	for id := range uint16(3) {
		t := p.template(256+id, 152, 8, 153, 8)
		if id > 0 {
			t.Fields = slices.DeleteFunc(t.Fields, func(f netflowtest.Field) bool { return f.Number == 5+id*4 }) // 9 or 13
			t.Fields = append(t.Fields, netflowtest.Field{Number: 48, Length: 1, Octets: []byte{byte(id)}})
		}
		r.templates = append(r.templates, t)
	}
	for range r.records {
		r.of = append(r.of, r.random.IntN(len(r.templates)))
	}
	names, samplers := netflowtest.InterfaceNames(400, r.version), netflowtest.Samplers(401, 1)
	if r.version == 10 {
		samplers = netflowtest.Options{ID: 401, Scopes: 1, Fields: netflowtest.Fields(48, 1, 49, 1, 50, 4)}
	}
	r.options = []netflowtest.Options{names, samplers}
	number := netflowtest.Number
	r.rows = [][][]byte{
		{number(21845, 4), netflowtest.Text("ge-0/0/1", 32), netflowtest.Text("uplink", 64)},
		{number(1, 1), number(2, 1), number(1000, 4)},
	}
	if r.version == 9 {
		r.rows[1] = [][]byte{number(0, 4), number(1, 1), number(2, 1), number(1000, 4)}
	}
	return r
}

// piece is a part of what is told: one set.
type piece struct {
	definition int     // of all; -1: none
	option     int     // whose rows; -1: none
	from, to   int     // records, of one template
	with       []piece // in the same message
}

// definitions gives the pieces that define and describe.
func (r *regrouping) definitions() []piece {
	var all []piece
	for i := range len(r.templates) + len(r.options) {
		all = append(all, piece{definition: i, option: -1})
	}
	for i := range r.options {
		all = append(all, piece{definition: -1, option: i})
	}
	return all
}

// runs cuts the records into runs of one template, of at most some records.
func (r *regrouping) runs(most int) []piece {
	var all []piece
	for from := 0; from < len(r.records); {
		to := from + 1
		for to < len(r.records) && to-from < most && r.of[to] == r.of[from] {
			to++
		}
		all = append(all, piece{definition: -1, option: -1, from: from, to: to})
		from = to
	}
	return all
}

// messages puts pieces into messages of at most some sets each.
func (r *regrouping) messages(pieces []piece, most int) [][]byte {
	e := &netflowtest.Exporter{Version: r.version, Domain: 7, Boot: exportEpoch - 1000*second, Sequence: r.random.Uint32()}
	at := exportEpoch + 100_000*second
	var messages [][]byte
	for len(pieces) > 0 {
		n := min(1+r.random.IntN(most), len(pieces))
		var sets []netflowtest.Set
		for _, p := range pieces[:n] {
			for _, one := range append([]piece{p}, p.with...) {
				sets = append(sets, r.set(e, at, one))
			}
		}
		messages = append(messages, e.Message(at, sets...))
		pieces = pieces[n:]
		at += second
	}
	return messages
}

func (r *regrouping) set(e *netflowtest.Exporter, at flow.Timestamp, p piece) netflowtest.Set {
	switch {
	case p.definition >= len(r.templates):
		return e.OptionsTemplates(r.options[p.definition-len(r.templates)])
	case p.definition >= 0:
		return e.Templates(r.templates[p.definition])
	case p.option >= 0:
		return netflowtest.Rows(&r.options[p.option], r.rows[p.option])
	}
	return e.Data(at, &r.templates[r.of[p.from]], r.records[p.from:p.to])
}

// placed gives pieces with others at random places among them.
func (r *regrouping) placed(pieces []piece, others ...piece) []piece {
	for _, p := range others {
		pieces = slices.Insert(slices.Clone(pieces), r.random.IntN(len(pieces)+1), p)
	}
	return pieces
}

func (r *regrouping) tables(t *testing.T, messages [][]byte, flags ...string) (flows, intervals string) {
	t.Helper()
	return tablesOf(t, slices.Concat(r.flags, flags, []string{saved(t, "exports", netflowtest.Concatenate(messages...))})...)
}

// M13: how an exporter puts what it tells into messages does not matter, nor does how
// often or where it says what its templates are, as long as they mean one thing.
func TestRegroupedMessages(t *testing.T) {
	for seed := range seeds(figure(25, 170)) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			r := newRegrouping(seed)
			definitions := r.definitions()
			flows, intervals := r.tables(t, r.messages(slices.Concat(definitions, r.runs(30)), 1))
			if s := sheetOf(t, flows); len(s.rows) != len(r.records) || len(s.where(func(r row) bool { return *r.cell("in_if_name") != "" }).rows) == 0 {
				t.Fatalf("%d rows of %d records, or no names", len(s.rows), len(r.records))
			}
			mustStay := func(what string, messages [][]byte, flags ...string) {
				t.Helper()
				gotFlows, gotIntervals := r.tables(t, messages, flags...)
				mustBeSame(t, what+", flows", gotFlows, flows)
				mustBeSame(t, what+", intervals", gotIntervals, intervals)
			}
			again := slices.Concat(definitions, definitions, definitions)
			mustStay("definitions repeated", r.messages(r.placed(slices.Concat(definitions, r.runs(30)), again...), 1))
			mustStay("several sets a message", r.messages(slices.Concat(definitions, r.runs(3)), 9))
			mustStay("one record a set", r.messages(slices.Concat(definitions, r.runs(1)), 3), "-j", "1")
			mustStay("definitions anywhere", r.messages(r.placed(r.runs(5), definitions...), 4), "-j", "8")
			mustStay("definitions at the end", r.messages(slices.Concat(r.runs(30), definitions), 2), "-j", "2")
			mustStayInFiles(t, r, flows, intervals)
		})
	}
}

// mustStayInFiles cuts messages into files, which need not have the templates of
// their own data. What options say is in one message.
func mustStayInFiles(t *testing.T, r *regrouping, flows, intervals string) {
	t.Helper()
	definitions := r.definitions()
	described := definitions[len(r.templates)]
	described.with = definitions[len(r.templates)+1:]
	templates := definitions[:len(r.templates)]
	messages := r.messages(r.placed(r.runs(5), slices.Concat(templates, templates, []piece{described})...), 4)
	dir := t.TempDir()
	var names []string
	for len(messages) > 0 {
		n := min(len(messages)/8+1+r.random.IntN(len(messages)), len(messages))
		name := filepath.Join(dir, fmt.Sprintf("%02d", len(names)))
		if err := os.WriteFile(name, netflowtest.Concatenate(messages[:n]...), 0o600); err != nil {
			t.Fatal(err)
		}
		names, messages = append(names, name), messages[n:]
	}
	r.random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	gotFlows, gotIntervals := tablesOf(t, slices.Concat(r.flags, []string{"--share-templates"}, names)...)
	mustBeSame(t, fmt.Sprintf("%d files, flows", len(names)), gotFlows, flows)
	mustBeSame(t, fmt.Sprintf("%d files, intervals", len(names)), gotIntervals, intervals)
}

// N4: five messages that define two templates and use them are the same rows in each
// of their 120 orders.
func TestAllOrdersOfFiveMessages(t *testing.T) {
	for _, version := range []uint16{9, 10} {
		dir := t.TempDir()
		random := rand.New(rand.NewPCG(4, uint64(version)))
		p := newPacking(random, 4, randomFlows(random, 4, 12, time.Hour))
		a, b := p.template(256, 152, 8, 153, 8), p.template(257, 22, 4, 21, 4, 160, 8)
		domain := uint32(0)
		permute([]int{0, 1, 2, 3, 4}, func(order []int) {
			domain++
			e := &netflowtest.Exporter{Version: version, Domain: domain, Boot: exportEpoch - second}
			messages := [][]byte{
				e.Message(p.at, e.Templates(a)), e.Message(p.at, e.Templates(b)), e.Message(p.at, e.Data(p.at, &a, p.records[:3])),
				e.Message(p.at, e.Data(p.at, &b, p.records[3:8])), e.Message(p.at, e.Data(p.at, &a, p.records[8:])),
			}
			var file []byte
			for _, i := range order {
				file = append(file, messages[i]...)
			}
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprint(domain)), file, 0o600); err != nil {
				t.Fatal(err)
			}
		})
		flows, intervals := tablesOf(t, dir)
		flowRows, intervalRows := sheetOf(t, flows), sheetOf(t, intervals)
		if domain != 120 || len(flowRows.rows) != 120*len(p.records) {
			t.Fatalf("%d rows of %d orders", len(flowRows.rows), domain)
		}
		for i := range domain {
			what := fmt.Sprintf("version %d, order %d", version, i+1)
			mustEqual(t, what+", flows", flowRows.ofDomain(i+1).sorted(), flowRows.ofDomain(1).sorted())
			mustEqual(t, what+", intervals", intervalRows.ofDomain(i+1), intervalRows.ofDomain(1))
		}
	}
}

// permute calls use with all orders of items.
func permute(items []int, use func([]int)) { permuteFrom(items, 0, use) }

func permuteFrom(items []int, fixed int, use func([]int)) {
	if fixed == len(items) {
		use(items)
	}
	for i := fixed; i < len(items); i++ {
		items[fixed], items[i] = items[i], items[fixed]
		permuteFrom(items, fixed+1, use)
		items[fixed], items[i] = items[i], items[fixed]
	}
}
