package main

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/reader/netflow/netflowtest"
)

// device is an exporter with a template of its own, and the way that its messages go.
type device struct {
	*netflowtest.Exporter
	path     *netflowtest.Path
	template netflowtest.Template
	records  []flow.Record
}

// frames gives the frames of a device, by message: one of the template, wherever,
// and one for some records each.
func (d *device) frames(random *rand.Rand, at flow.Timestamp) [][]netflowtest.Frame {
	messages := d.Flows(at, &d.template, d.records)
	messages = slices.Insert(messages, random.IntN(len(messages)+1), d.Message(at, d.Templates(d.template)))
	var all [][]netflowtest.Frame
	for _, m := range messages {
		all = append(all, d.path.Datagram(at, m))
	}
	return all
}

// pairOfDevices gives two exporters with one source id and one template number: at two
// addresses, of two IP versions, or behind one address on two ports.
func pairOfDevices(random *rand.Rand, number int) []*device {
	first := netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, byte(number), 0, 1}), 2055)
	second := netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, byte(number), 0, 2}), 2055)
	collector := netip.MustParseAddrPort("198.51.100.1:9995")
	collectors := []netip.AddrPort{collector, collector}
	switch number % 3 {
	case 1:
		second = netip.AddrPortFrom(netip.AddrFrom16([16]byte{0: 0x20, 1: 1, 2: 0xd, 3: 0xb8, 15: byte(number)}), 2055)
		collectors[1] = netip.MustParseAddrPort("[2001:db8:ffff::1]:9995")
	case 2:
		second = netip.AddrPortFrom(first.Addr(), 2056)
	}
	version := []uint16{9, 10}[random.IntN(2)]
	var pair []*device
	for i, address := range []netip.AddrPort{first, second} {
		p := newPacking(random, 4, randomFlows(random, 4, 2+random.IntN(10), time.Minute))
		d := &device{
			Exporter: &netflowtest.Exporter{Version: version, Domain: 1, Boot: exportEpoch, PerMessage: 1 + random.IntN(5)},
			path:     &netflowtest.Path{Exporter: address, Collector: collectors[i], MTU: []int{0, 100, 1280}[random.IntN(3)]},
			template: p.template(256, 152, 8, 153, 8), records: p.records,
		}
		if address.Addr().Is6() {
			d.path.MTU = 0
		}
		if i == 1 && random.IntN(2) == 0 {
			d.template.Fields = append(d.template.Fields, netflowtest.Fields(136, 1, 25, 2)...)
		}
		pair = append(pair, d)
	}
	return pair
}

// N6: what two exporters call alike is not mixed up.
func TestExportersWithOneSourceID(t *testing.T) {
	const pairs = 25
	for seed := range seeds(4) {
		random := rand.New(rand.NewPCG(seed, 6))
		at := exportEpoch + 3600*second
		var streams [][][]netflowtest.Frame
		var want []string
		for number := range pairs {
			for _, d := range pairOfDevices(random, number) {
				streams = append(streams, d.frames(random, at))
				for i := range d.records {
					r := &d.records[i]
					want = append(want, fmt.Sprintf("%s,%s,%s,%d,%d,%d,%s", d.path.Exporter.Addr(), r.Key.SourceAddr(), r.Key.DestinationAddr(),
						r.Counters.Packets, r.Counters.Octets, r.Export.OutIf, r.Start.Time().Format("2006-01-02T15:04:05.000000Z")))
				}
			}
		}
		var frames []netflowtest.Frame
		for _, message := range interleaved(random, streams) {
			frames = append(frames, message...)
		}
		out := outputOf(t, "-o", "csv", saved(t, "a.pcap", netflowtest.Pcap(frames...)))
		mustList(t, fmt.Sprint("seed ", seed), sheetOf(t, readFile(t, out, "flows.csv")), want,
			"exporter_ip", "src_ip", "dst_ip", "packets", "bytes", "out_if", "flow_start")
		if got := len(sheetOf(t, readFile(t, out, "exporters.csv")).rows); got != 2*pairs {
			t.Errorf("seed %d: %d exporters, want %d", seed, got, 2*pairs)
		}
	}
}

// numbered is a message with the place of its units among all that its exporter sent
// since it was started.
type numbered struct {
	octets   []byte
	from, to int
	records  int
}

// journey is what became of a stream between its exporter and the file.
type journey struct {
	domain                                    uint32
	arrived                                   [][]byte
	lost, gaps, duplicates, reordered, resets int
	rows, repeated                            int // all, and those of duplicates
}

// newJourney sends messages, and restarts the exporter now and then. The first two and
// the last message of each run arrive in their order: what was lost in front of all
// others cannot be known, nor by one message of templates what the numbers count.
func newJourney(random *rand.Rand, version uint16, domain uint32) *journey {
	j := &journey{domain: domain}
	at := exportEpoch + 3600*second
	p := newPacking(random, 4, nil)
	template := p.template(256, 152, 8, 153, 8)
	for run := range 1 + random.IntN(3) {
		e := &netflowtest.Exporter{Version: version, Domain: domain, Boot: at - 3*second}
		if run == 0 {
			e.Boot, e.Sequence = at-1800*second, []uint32{0, 4_294_967_290, 1_000_000_000 + random.Uint32N(1<<28)}[random.IntN(3)]
		}
		var sent []numbered
		place := 0
		send := func(octets []byte, records int) {
			units := records
			if version == 9 {
				units = 1
			}
			sent = append(sent, numbered{octets, place, place + units, records})
			place += units
			at += second
		}
		if version >= 9 {
			send(e.Message(at, e.Templates(template)), 0)
		}
		for range 20 + random.IntN(40) {
			records := randomFlows(random, 4, 1+random.IntN(9), time.Minute)
			send(e.Flows(at, &template, records)[0], len(records))
		}
		j.travel(random, sent)
		j.resets += min(run, 1)
		at += 400 * second
	}
	return j
}

// travel has messages arrive, but some not, some twice and some behind the next one.
func (j *journey) travel(random *rand.Rand, sent []numbered) {
	last := len(sent) - 1
	order := slices.Clone(sent[:2])
	for i := 2; i < last; i++ {
		switch n := random.IntN(30); {
		case n == 0:
			j.lost += sent[i].to - sent[i].from
		case n == 1:
			order = append(order, sent[i], sent[i])
			j.duplicates++
			j.repeated += sent[i].records
		case n == 2 && i+1 < last:
			order = append(order, sent[i+1], sent[i])
			j.reordered++
			i++
		default:
			order = append(order, sent[i])
		}
	}
	next := 0
	for i, m := range append(order, sent[last]) {
		j.rows += m.records
		if i > 0 && m.from > next {
			j.gaps++
		}
		next = max(next, m.to)
		j.arrived = append(j.arrived, m.octets)
	}
}

// N7: loss, repetition and restarts are told apart and counted exactly.
func TestSequenceHistories(t *testing.T) {
	var lost, duplicates, reordered, resets, histories int
	for _, version := range []uint16{5, 9, 10} {
		for seed := range seeds(figure(2, 14)) {
			random := rand.New(rand.NewPCG(seed, uint64(version)))
			var streams [][][]byte
			var want, wantDropped []string
			rows, repeated := 0, 0
			for domain := range uint32(5) {
				j := newJourney(random, version, 1+domain)
				streams = append(streams, j.arrived)
				figures := fmt.Sprintf("%d,%d,%d,%d,%d,%d,", j.domain, j.lost, j.gaps, j.duplicates, j.reordered, j.resets)
				want, wantDropped = append(want, figures+"0"), append(wantDropped, figures+fmt.Sprint(j.duplicates))
				rows, repeated = rows+j.rows, repeated+j.repeated
				lost, duplicates, reordered, resets = lost+j.lost, duplicates+j.duplicates, reordered+j.reordered, resets+j.resets
				histories++
			}
			what := fmt.Sprintf("version %d, seed %d", version, seed)
			file := saved(t, "exports", netflowtest.Concatenate(interleaved(random, streams)...))
			columns := []string{"observation_domain", "lost", "sequence_gaps", "duplicates", "reordered", "resets", "duplicates_dropped"}
			out := outputOf(t, "-o", "csv", file)
			mustList(t, what, sheetOf(t, readFile(t, out, "exporters.csv")), want, columns...)
			if got := len(sheetOf(t, readFile(t, out, "flows.csv")).rows); got != rows {
				t.Errorf("%s: %d rows, want %d", what, got, rows)
			}
			out = outputOf(t, "-o", "csv", "--dedup", file)
			mustList(t, what+" --dedup", sheetOf(t, readFile(t, out, "exporters.csv")), wantDropped, columns...)
			if got := len(sheetOf(t, readFile(t, out, "flows.csv")).rows); got != rows-repeated {
				t.Errorf("%s --dedup: %d rows, want %d", what, got, rows-repeated)
			}
		}
	}
	t.Logf("assertion N7: %d histories through the program, versions 5, 9 and IPFIX: %d units lost, %d duplicates, %d reordered, %d resets, each stream exact",
		histories, lost, duplicates, reordered, resets)
}
