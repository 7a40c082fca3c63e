package audit

import (
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"

	"netstream/writer/manifest"
	"netstream/writer/outdir"
	"netstream/writer/table"
)

// metered is what the flow table holds of captures and of exporters.
type metered struct {
	captured [3]uint64 // packets, bytes, wire_bytes of the flows that were metered from packets, modulo 2^64
	exported uint64    // rows of exporters
	ends     map[string]uint64
	places   map[string]int
}

// add adds a row of the flow table.
func (m *metered) add(columns []column, row []cell) {
	if m.ends == nil {
		m.ends, m.places = make(map[string]uint64), placesOf(columns)
	}
	get := func(name string) *cell { return at(m.places, row, name) }
	if reason := get("end_reason"); !reason.null {
		m.ends[reason.text]++
	}
	if get("first_packet").null {
		m.exported++
		return
	}
	for i, name := range counters[:len(m.captured)] {
		for _, n := range [...]string{name, "rev_" + name} {
			if c := get(n); !c.null {
				m.captured[i] += uint64(c.number)
			}
		}
	}
}

func placesOf(columns []column) map[string]int {
	places := make(map[string]int)
	for i := range columns {
		places[columns[i].name] = i
	}
	return places
}

// at gives a cell by the name of its column, NULL if there is none.
func at(places map[string]int, row []cell, name string) *cell {
	if i, ok := places[name]; ok {
		return &row[i]
	}
	return &cell{null: true}
}

// entry is what the ledger says of one outcome.
type entry struct{ input, kind, outcome, detail string }

// amounts are what an outcome came to.
type amounts struct{ packets, wire, captured, bytes, octets, messages, records uint64 }

// books is what the ledger holds, its rows of one outcome added up.
type books struct {
	entries map[entry]amounts
	totals  map[entry]amounts // by input and kind
	places  map[string]int
}

func newBooks() books {
	return books{entries: make(map[entry]amounts), totals: make(map[entry]amounts)}
}

func (b *books) add(columns []column, row []cell) {
	if b.places == nil {
		b.places = placesOf(columns)
	}
	text := func(name string) string { return at(b.places, row, name).text }
	number := func(name string) uint64 {
		if c := at(b.places, row, name); !c.null {
			return uint64(c.number)
		}
		return 0
	}
	e := entry{text("input"), text("kind"), text("outcome"), text("detail")}
	n := amounts{
		packets: number("packets"), wire: number("wire_bytes"), captured: number("captured_bytes"), bytes: number("bytes"),
		octets: number("octets"), messages: number("messages"), records: number("records"),
	}
	b.entries[e] = b.entries[e].plus(n)
	e.outcome, e.detail = "", ""
	b.totals[e] = b.totals[e].plus(n)
}

func (n amounts) plus(more amounts) amounts {
	n.packets += more.packets
	n.wire += more.wire
	n.captured += more.captured
	n.bytes += more.bytes
	n.octets += more.octets
	n.messages += more.messages
	n.records += more.records
	return n
}

// total gives what an input has of a kind.
func (b *books) total(input string, kind table.LedgerKind) amounts {
	return b.totals[entry{input: input, kind: kind.String()}]
}

// ledgerOfInputs compares the ledger with what run.json says of the inputs: laws C1,
// C3, C4, C8 and C8c.
func (a *auditor) ledgerOfInputs(b *books) {
	m := a.report.Manifest
	file := a.file(a.tables[table.LedgerTable])
	for _, id := range [...]string{"C1", "C3", "C4", "C8", "C8c", "C11"} {
		a.law(id)
	}
	want := make(map[entry]amounts)
	named := make(map[string]*manifest.Input) // a file may be an input several times
	for i := range m.Inputs {
		in := &m.Inputs[i]
		wantedOf(want, in)
		if first := named[in.Name]; first != nil {
			first.ContentSize, first.Messages, first.Records = first.ContentSize+in.ContentSize, first.Messages+in.Messages, first.Records+in.Records
			continue
		}
		sum := *in
		named[in.Name] = &sum
	}
	for _, name := range slices.Sorted(maps.Keys(named)) {
		in := named[name]
		octets, messages, records := b.total(in.Name, table.LedgerOctets), b.total(in.Name, table.LedgerMessage), b.total(in.Name, table.LedgerRecord)
		compare(a, file, "law C1, octets of "+in.Name, octets.octets, uint64(in.ContentSize))
		compare(a, file, "law C8, messages of "+in.Name, messages.messages, in.Messages)
		compare(a, file, "law C8c, records of "+in.Name, records.records, in.Records)
	}
	got := make(map[entry]amounts)
	for e, n := range b.entries {
		if e.kind == table.LedgerPacket.String() || e.kind == table.LedgerInput.String() {
			got[e] = amounts{packets: n.packets, wire: n.wire, captured: n.captured, bytes: n.bytes}
		}
	}
	for _, s := range m.Skipped {
		want[entry{s.Name, table.LedgerInput.String(), "left_out", s.Why}] = amounts{}
	}
	all := maps.Clone(want)
	maps.Copy(all, got)
	for _, e := range slices.SortedFunc(maps.Keys(all), func(x, y entry) int {
		return slices.Compare([]string{x.input, x.kind, x.outcome, x.detail}, []string{y.input, y.kind, y.outcome, y.detail})
	}) {
		g, there := got[e]
		w, wanted := want[e]
		if there != wanted || g != w {
			a.defect(file, fmt.Sprintf("law C3, %s %s %s of %s", e.kind, e.outcome, e.detail, e.input), g.words(there), w.words(wanted))
		}
	}
}

func (n amounts) words(there bool) string {
	if !there {
		return "no row"
	}
	return fmt.Sprintf("%d packets, %d octets on the wire, %d captured, %d IP", n.packets, n.wire, n.captured, n.bytes)
}

// wantedOf adds what run.json says of the packets of an input.
func wantedOf(want map[entry]amounts, in *manifest.Input) {
	add := func(outcome, detail string, n amounts) {
		e := entry{in.Name, table.LedgerPacket.String(), outcome, detail}
		want[e] = want[e].plus(n)
	}
	for _, o := range in.Outcomes {
		add(o.Name, o.Detail, amounts{packets: o.Packets, wire: o.WireBytes, captured: o.Captured, bytes: o.Bytes})
	}
	if in.LostPackets > 0 {
		add("bad_block", "", amounts{packets: in.LostPackets})
	}
}

// ledgerOfFlows is law C5 for flows that were metered from packets: what the ledger has
// as accounted is in the flow table, or was filtered out of it.
func (a *auditor) ledgerOfFlows(b *books, flows *content) {
	m := a.report.Manifest
	var accounted, filtered [3]uint64
	var filteredFlows, exported uint64
	exporters := make(map[string]bool) // all inputs by name
	for i := range m.Inputs {
		in := &m.Inputs[i]
		exporters[in.Name] = in.FirstRecord > 0
		for j := range in.Streams {
			exported += in.Streams[j].Rows
		}
	}
	for e, n := range b.entries {
		volume := [3]uint64{n.packets, n.bytes, n.wire}
		switch {
		case e.kind == table.LedgerFlow.String() && exporters[e.input]:
			filteredFlows += n.records
		case e.kind == table.LedgerFlow.String():
			addTo(&filtered, volume)
		case e.kind == table.LedgerPacket.String() && e.outcome == "accounted" && !exporters[e.input],
			e.kind == table.LedgerNote.String() && e.outcome == "second_packet":
			addTo(&accounted, volume)
		}
	}
	rows := flows.metered.captured
	addTo(&rows, filtered)
	known := len(rows)
	if a.carries() { // run.json has their packets alone
		rows[0] += number(m.State.Given.FlowPackets)
		accounted[0] += number(m.State.Taken.FlowPackets)
		known = 1
	}
	for i, counter := range counters[:known] {
		compare(a, a.file(flows), "law C5, "+counter+" of flows of captures with those filtered out, and ledger", rows[i], accounted[i])
	}
	a.law("C5b")
	compare(a, a.file(flows), "law C5b, rows of exporters with those stitched and filtered out, by run.json", flows.metered.exported+m.Totals.Stitched+filteredFlows, exported)
	read := new(big.Int)
	for name := range exporters {
		read.Add(read, new(big.Int).SetUint64(b.total(name, table.LedgerPacket).packets))
	}
	compare(a, outdir.ManifestName, "law C11, packets read and ledger", string(m.Totals.PacketsRead), read.String())
}

// number gives a number of run.json modulo 2^64.
func number(text manifest.Number) uint64 {
	n, _ := new(big.Int).SetString(string(text), 10)
	if n == nil {
		return 0
	}
	return n.And(n, new(big.Int).SetUint64(math.MaxUint64)).Uint64()
}

func addTo(sum *[3]uint64, n [3]uint64) {
	for i := range sum {
		sum[i] += n[i]
	}
}
