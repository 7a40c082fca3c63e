package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/reader/netflow/netflowtest"
)

// action is what a set of a template history does.
type action uint8

const (
	define action = iota
	withdraw
	withdrawAll
	tell // data
)

// event is one set of a history. Numbers of layouts are those of templateHistory.
type event struct {
	action  action
	id      uint16
	layout  int
	options bool // withdrawAll: of options templates
	records []flow.Record
}

// templateHistory is what one observation domain sends. Layouts up to flowLayouts are
// of flows, the last one is of options.
type templateHistory struct {
	version uint16
	domain  uint32
	layouts []netflowtest.Template
	options netflowtest.Options
	events  []event
}

const flowLayouts = 4

// truth is what must come of a history.
type historyTruth struct {
	rows                                 []string
	templates, optionTemplates           int
	redefinitions, withdrawals           int
	undecodable, late, records, optional int
}

// historyColumns are the columns of exporters.csv that numbers gives.
var historyColumns = []string{"observation_domain", "templates", "option_templates", "redefinitions", "withdrawals",
	"undecodable_sets", "decoded_late", "records", "option_records"}

func (w *historyTruth) numbers(domain uint32) string {
	return fmt.Sprintf("%d,%d,%d,%d,%d,%d,%d,%d,%d", domain, w.templates, w.optionTemplates, w.redefinitions, w.withdrawals,
		w.undecodable, w.late, w.records, w.optional)
}

const (
	undefined = -1 - iota
	withdrawn
)

// truth is the model: a number means what its latest definition says, nothing once
// that was withdrawn, and before there was any what the first one will say.
func (h *templateHistory) truth() historyTruth {
	var w historyTruth
	current := make(map[uint16]int)
	for i, e := range h.events {
		layout, known := current[e.id]
		if !known {
			layout = undefined
		}
		switch e.action {
		case define:
			if e.layout == flowLayouts {
				w.optionTemplates++
			} else {
				w.templates++
			}
			if layout >= 0 && layout != e.layout {
				w.redefinitions++
			}
			current[e.id] = e.layout
		case withdraw:
			w.withdrawals++
			current[e.id] = withdrawn
		case withdrawAll:
			w.withdrawals++
			for id, layout := range current {
				if layout >= 0 && (layout == flowLayouts) == e.options {
					current[id] = withdrawn
				}
			}
		case tell:
			late := layout == undefined
			if late {
				layout = h.first(i, e.id)
			}
			w.tell(h, &e, layout, late)
		}
	}
	return w
}

// first gives the first definition of a number behind an event.
func (h *templateHistory) first(behind int, id uint16) int {
	for _, e := range h.events[behind+1:] {
		if e.action == define && e.id == id {
			return e.layout
		}
	}
	return undefined
}

// tell counts a set of data that is read by a layout.
func (w *historyTruth) tell(h *templateHistory, e *event, layout int, late bool) {
	count := len(e.records)
	switch {
	case layout < 0:
		w.undecodable++
		return
	case layout == flowLayouts:
		count = 1
		w.optional++
	default:
		w.records += count
		for i := range e.records {
			w.rows = append(w.rows, h.row(&e.records[i]))
		}
	}
	if late {
		w.late += count
	}
}

var historyRow = []string{"observation_domain", "src_ip", "dst_ip", "packets", "bytes", "in_if", "flow_start"}

func (h *templateHistory) row(r *flow.Record) string {
	return fmt.Sprintf("%d,%s,%s,%d,%d,%d,%s", h.domain, r.Key.SourceAddr(), r.Key.DestinationAddr(), r.Counters.Packets, r.Counters.Octets,
		r.Export.InIf, r.Start.Time().Format("2006-01-02T15:04:05.000000Z"))
}

// newTemplateHistory makes up what a domain sends. What a number means at a set of
// data is told by the model, and the data are written so.
func newTemplateHistory(random *rand.Rand, version uint16, domain uint32) *templateHistory {
	h := &templateHistory{version: version, domain: domain, options: netflowtest.InterfaceNames(0, version)}
	p := newPacking(random, 4, nil)
	for range flowLayouts {
		t := p.template(0, 152, 8, 153, 8)
		if random.IntN(2) == 0 {
			t.Fields = append(t.Fields, netflowtest.Fields(136, 1)...)
		}
		for i, f := range t.Fields {
			if f.Number == 1 || f.Number == 16 { // records of other lengths under the same id
				t.Fields[i].Length += uint16(random.IntN(5))
			}
		}
		h.layouts = append(h.layouts, t)
	}
	defined := make(map[uint16]bool)
	for range 5 + random.IntN(25) {
		e := event{id: uint16(256 + random.IntN(4))}
		switch n := random.IntN(10); {
		case n < 3:
			e.action, e.layout = define, random.IntN(flowLayouts+1)
			defined[e.id] = true
		case n == 3 && version == 10 && defined[e.id]:
			e.action = withdraw
		case n == 4 && version == 10 && random.IntN(3) == 0:
			e.action, e.options = withdrawAll, random.IntN(3) == 0
		default:
			e.action, e.records = tell, randomFlows(random, 4, 1+random.IntN(5), time.Minute)
		}
		h.events = append(h.events, e)
	}
	return h
}

// messages gives the sets of the history in messages.
func (h *templateHistory) messages(random *rand.Rand) [][]byte {
	e := &netflowtest.Exporter{Version: h.version, Domain: h.domain, Boot: exportEpoch - 1000*second, Sequence: random.Uint32()}
	at := exportEpoch + 3600*second
	meaning := h.meanings()
	var messages [][]byte
	var sets []netflowtest.Set
	for i, event := range h.events {
		sets = append(sets, h.set(e, at, &event, meaning[i]))
		if i+1 == len(h.events) || random.IntN(2) == 0 {
			messages = append(messages, e.Message(at, sets...))
			sets, at = nil, at+second
		}
	}
	return messages
}

// meanings gives the layouts that the events with data are to be read by, any where
// they cannot be read.
func (h *templateHistory) meanings() []int {
	all := make([]int, len(h.events))
	for i, e := range h.events {
		latest := -1
		for j, before := range h.events[:i] {
			if before.action == define && before.id == e.id {
				latest = j
			}
		}
		if latest >= 0 {
			all[i] = h.events[latest].layout
		} else {
			all[i] = max(0, h.first(i, e.id))
		}
	}
	return all
}

func (h *templateHistory) set(e *netflowtest.Exporter, at flow.Timestamp, event *event, layout int) netflowtest.Set {
	options := h.options
	options.ID = event.id
	switch event.action {
	case define:
		if event.layout == flowLayouts {
			return e.OptionsTemplates(options)
		}
		t := h.layouts[event.layout]
		t.ID = event.id
		return e.Templates(t)
	case withdraw:
		return netflowtest.Withdrawal(layout == flowLayouts, event.id)
	case withdrawAll:
		if event.options {
			return netflowtest.Withdrawal(true, 3)
		}
		return netflowtest.Withdrawal(false, 2)
	}
	if layout == flowLayouts {
		return netflowtest.Rows(&options, [][]byte{netflowtest.Number(99999, 4), netflowtest.Text("nowhere", 32), netflowtest.Text("", 64)})
	}
	t := h.layouts[layout]
	t.ID = event.id
	return e.Data(at, &t, event.records)
}

// before counts the sets of data that lie in front of another definition of their
// template than the one that they are read by: it must not be applied backwards.
func (h *templateHistory) before() (count int64) {
	meaning := h.meanings()
	for i, e := range h.events {
		if e.action == tell && slices.ContainsFunc(h.events[i+1:], func(later event) bool {
			return later.action == define && later.id == e.id && later.layout != meaning[i]
		}) {
			count++
		}
	}
	return count
}

// N5: a template holds from where it is defined until it is defined otherwise or
// withdrawn, for its own domain.
func TestTemplateHistories(t *testing.T) {
	const domains, together = 3, 20
	var histories, redefinitions, withdrawals, late, before atomic.Int64
	t.Cleanup(func() { // when all batches have ended
		t.Logf("assertion N5: %d histories of templates, with %d redefinitions, %d withdrawals, %d records in front of their template and %d sets of data in front of another definition: all rows as the model has them",
			histories.Load(), redefinitions.Load(), withdrawals.Load(), late.Load(), before.Load())
	})
	for batch := range seeds(17) {
		t.Run(fmt.Sprint("batch ", batch), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(batch, 55))
			dir := t.TempDir()
			code := exitOK
			var rows, numbers []string
			for file := range uint32(together) {
				var streams [][][]byte
				for domain := range uint32(domains) {
					h := newTemplateHistory(random, []uint16{9, 10}[file%2], 1+file*domains+domain)
					streams = append(streams, h.messages(random))
					want := h.truth()
					rows, numbers = append(rows, want.rows...), append(numbers, want.numbers(h.domain))
					if want.undecodable > 0 {
						code = exitDamaged
					}
					histories.Add(1)
					redefinitions.Add(int64(want.redefinitions))
					withdrawals.Add(int64(want.withdrawals))
					late.Add(int64(want.late))
					before.Add(h.before())
				}
				name := filepath.Join(dir, fmt.Sprintf("%02d", file))
				if err := os.WriteFile(name, netflowtest.Concatenate(interleaved(random, streams)...), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			out := filepath.Join(t.TempDir(), "out")
			if got := netstream("run", dir, "-o", "csv", "-w", out); got.code != code {
				t.Fatalf("exit code %d, want %d: %s", got.code, code, got.errors)
			}
			mustList(t, "exporters", sheetOf(t, readFile(t, out, "exporters.csv")), numbers, historyColumns...)
			mustList(t, "flows", sheetOf(t, readFile(t, out, "flows.csv")), rows, historyRow...)
			if strings.Contains(readFile(t, out, "run.json"), `"holds": false`) {
				t.Error("a law does not hold")
			}
		})
	}
}

// interleaved mixes streams of messages, keeping the order of each.
func interleaved[Message any](random *rand.Rand, streams [][]Message) []Message {
	var all []Message
	streams = slices.Clone(streams)
	for len(streams) > 0 {
		i := random.IntN(len(streams))
		if len(streams[i]) == 0 {
			streams = slices.Delete(streams, i, i+1)
			continue
		}
		all = append(all, streams[i][0])
		streams[i] = streams[i][1:]
	}
	return all
}
