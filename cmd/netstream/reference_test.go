package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"netstream/aggregate/accounting"
	"netstream/aggregate/engine"
	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
	"netstream/aggregate/naive"
	"netstream/aggregate/naive/randomcapture"
	"netstream/aggregate/runs"
	"netstream/aggregate/statistics"
	"netstream/reader"
	"netstream/reader/input"
)

// experiment is one random capture with a way to cut it into files, settings,
// and a way to meter it. The seed decides all of it.
type experiment struct {
	seed     uint64
	packets  []randomcapture.Packet
	format   randomcapture.Format
	settings naive.Options
	layout   layout
	key      string // as --key has it; empty for the 7-tuple

	accounting accounting.Config // settings.Accounting as the engine has it
	flowFilter string            // settings.Keep and KeepPlace in the language of --flow-filter

	interfaces []randomcapture.Interface // of the capture; nil for a pcap file of Ethernet
	blocks     bool                      // with interfaces: it is a pcapng file

	workers    int
	memory     int // octets of rows that are kept; a small number makes the run spill
	bufferSize int
	hashSeed   [16]byte
	tunnels    bool // many packets carry others

	seen func(*naive.Result) // what the reference made of the packets; nil: of no interest
}

// layout says which packet goes into which file. It depends on the packet alone,
// so that packets stay in their files while a capture is shrunk.
type layout struct {
	names []string
	edges []int64 // times at which the next file begins; nil: files overlap
	salt  uint64
}

func (l *layout) fileOf(p *randomcapture.Packet) int {
	if len(l.edges) > 0 {
		n, _ := slices.BinarySearch(l.edges, p.Time+1) // a packet on an edge is of the later file
		return n
	}
	h := fnv.New64a()
	fmt.Fprint(h, l.salt, p.Time, p.WireLength, len(p.Frame))
	return int(h.Sum64() % uint64(len(l.names)))
}

func newExperiment(seed uint64) *experiment {
	random := rand.New(rand.NewPCG(seed, 4711))
	disorder := []randomcapture.Disorder{randomcapture.Calm, randomcapture.Jumbled, randomcapture.Hostile}[seed%3]
	layer := seed / 3 % 8 // from 1 to 3, of captures with tunnels
	tunnels := layer >= 1 && layer <= 3
	e := &experiment{
		seed:       seed,
		packets:    randomPackets(seed, disorder, tunnels),
		format:     randomcapture.Formats()[random.IntN(4)],
		settings:   randomSettings(random),
		workers:    1 + random.IntN(4),
		memory:     []int{0, 700, 700, 1, 8000}[random.IntN(5)],
		bufferSize: []int{0, 4095, 65536}[random.IntN(3)],
		tunnels:    tunnels,
	}
	if tunnels {
		e.settings.Layer = naive.Layer(layer - 1)
	}
	for i := range e.hashSeed {
		e.hashSeed[i] = byte(random.Uint32())
	}
	e.layout = e.randomLayout(random)
	e.selectSome(random)
	e.keySome(random)
	e.pairSome(random)
	e.filterFlows(random)
	e.account(random)
	return e
}

// randomPackets makes the capture of a seed. Most are short, so that much is
// tried; a few are longer than the batches that packets travel in, or have their
// clock set back for more packets than the clock takes for late ones.
func randomPackets(seed uint64, disorder randomcapture.Disorder, tunnels bool) []randomcapture.Packet {
	switch seed % 100 {
	case 98:
		before := randomcapture.New(seed, randomcapture.Options{Packets: 500, Disorder: randomcapture.Jumbled, Tunnels: tunnels})
		after := randomcapture.New(seed+1, randomcapture.Options{Packets: 6000, Disorder: randomcapture.Disorder(seed / 100 % 2), Tunnels: tunnels})
		if back, ok := randomcapture.ShiftTime(after, -7*24*time.Hour); ok {
			after = back
		}
		return slices.Concat(before, after)
	case 99:
		return randomcapture.New(seed, randomcapture.Options{Packets: 6000, Disorder: disorder, Tunnels: tunnels})
	}
	return randomcapture.New(seed, randomcapture.Options{Packets: 200, Disorder: disorder, Tunnels: tunnels})
}

func randomSettings(random *rand.Rand) naive.Options {
	pick := func(from ...time.Duration) time.Duration { return from[random.IntN(len(from))] }
	s := naive.Options{
		Idle:          pick(30*time.Second, 30*time.Second, 10*time.Second, time.Second, 1),
		Active:        pick(30*time.Minute, 30*time.Minute, 15*time.Second, time.Minute, 0, 1),
		ReorderWindow: pick(time.Second, time.Second, 0, 10*time.Second, time.Hour),
		Interval:      pick(5*time.Minute, 5*time.Minute, time.Second, 7*time.Second, time.Hour),
	}
	s.JoinFragments = random.IntN(4) > 0
	if random.IntN(2) == 0 {
		setAgeing(&s, random)
	}
	idle := s.Idle
	if tcp, ok := s.Protocols[6]; ok {
		idle = tcp.Idle
	}
	s.EndGrace = min(idle, pick(idle, idle, time.Second, 0))
	return s
}

// setAgeing sets some of the rules of ageing that are off unless they are asked for.
func setAgeing(s *naive.Options, random *rand.Rand) {
	pick := func(from ...time.Duration) time.Duration { return from[random.IntN(len(from))] }
	if random.IntN(3) == 0 {
		s.Protocols = make(map[uint8]naive.Timers)
		for _, protocol := range []uint8{6, 17, 1, 58, 132, 50} {
			if random.IntN(2) == 0 {
				s.Protocols[protocol] = naive.Timers{
					Idle: pick(1, time.Second, 10*time.Second, 30*time.Second, time.Hour), Active: pick(0, 1, 15*time.Second, 30*time.Minute)}
			}
		}
	}
	rules := []string{"grace", "immediate", "existing", "ignore"}
	s.Fin, s.Rst = rules[random.IntN(len(rules))], rules[random.IntN(len(rules))]
	s.MaxOctets = []uint64{0, 0, 1, 40, 41, 1000, 1500}[random.IntN(7)]
	s.MaxPackets = []uint64{0, 0, 1, 2, 10}[random.IntN(5)]
	s.CutEvery = pick(0, 0, 0, 1, time.Second, 15*time.Second, 5*time.Minute, math.MaxInt64)
	s.MaxFlows = []int{0, 0, 1, 2, 3, 8}[random.IntN(6)]
}

// meterSettings gives the same rules to the program.
func meterSettings(s *naive.Options) meter.Settings {
	rule := func(name string) meter.EndRule {
		parsed, err := meter.ParseEndRule(cmp.Or(name, "grace"))
		if err != nil {
			panic(err) // the test's own list is wrong
		}
		return parsed
	}
	settings := meter.Settings{
		IdleTimeout: s.Idle, ActiveTimeout: s.Active, EndGrace: s.EndGrace, Interval: s.Interval,
		Fin: rule(s.Fin), Rst: rule(s.Rst), MaxOctets: s.MaxOctets, MaxPackets: s.MaxPackets, CutEvery: s.CutEvery,
		Protocols: make(map[uint8]meter.Timers), Calendar: calendarOf(s),
		Statistics: statistics.Settings{Moments: s.Moments, Early: s.Early},
	}
	for protocol, own := range s.Protocols {
		settings.Protocols[protocol] = meter.Timers(own)
	}
	return settings
}

func (e *experiment) randomLayout(random *rand.Rand) layout {
	files := []int{1, 1, 2, 3, 8}[random.IntN(5)]
	l := layout{salt: random.Uint64()}
	for i := range files { // the order of names is not that of times, and base names repeat
		l.names = append(l.names, fmt.Sprintf("%c/%c.pcap", 'a'+rune(random.IntN(3)), 'a'+rune((i*5+3)%8)))
	}
	if random.IntN(2) == 0 {
		for range files - 1 {
			l.edges = append(l.edges, e.packets[random.IntN(len(e.packets))].Time)
		}
		slices.Sort(l.edges)
	}
	return l
}

// readerLayers are those of the reader, by the layers of the reference.
var readerLayers = [...]reader.Layer{naive.Outer: reader.LayerOuter, naive.Inner: reader.LayerInner, naive.Both: reader.LayerBoth}

// files gives the capture files of some of the packets.
func (e *experiment) files(packets []randomcapture.Packet) []naive.File {
	parts := make([][]randomcapture.Packet, len(e.layout.names))
	for i := range packets {
		n := e.layout.fileOf(&packets[i])
		parts[n] = append(parts[n], packets[i])
	}
	files := make([]naive.File, len(parts))
	for i, part := range parts {
		files[i] = naive.File{Name: e.layout.names[i], Content: e.encode(part)}
	}
	return files
}

// difference meters packets both ways and words the first difference; "" if
// there is none.
func (e *experiment) difference(packets []randomcapture.Packet) string {
	files := e.files(packets)
	want, err := naive.Run(files, e.settings)
	if err != nil {
		return err.Error()
	}
	if e.seen != nil {
		e.seen(&want)
	}
	got, err := e.meter(files)
	if err != nil {
		return err.Error()
	}
	return differenceOf(got, want)
}

// cacheMemory gives bounds of the flow cache that most captures exceed, and none.
func (e *experiment) cacheMemory() int { return []int{0, 0, 0, 1, 1500, 4000}[e.hashSeed[0]%6] }

// meter does what netstream run does, on files in memory.
func (e *experiment) meter(files []naive.File) (naive.Result, error) {
	options := reader.Options{
		Points: flow.NewPoints(), Hasher: flow.HasherFromSeed(e.hashSeed), ReorderWindow: e.settings.ReorderWindow,
		WithMAC: true, Biflows: e.settings.Biflow, JoinFragments: e.settings.JoinFragments, Layer: readerLayers[e.settings.Layer], Input: input.Options{NoDigests: true}, BufferSize: e.bufferSize,
	}
	options.Select = selectionOf(&e.settings.Select)
	e.observeBy(&options)
	var err error
	if options.Key, err = e.definition(); err != nil {
		return naive.Result{}, err
	}
	obs, err := openInMemory(files, options)
	if err != nil {
		return naive.Result{}, err
	}
	config := engine.Config{
		Meter: meterSettings(&e.settings), MaxFlows: e.settings.MaxFlows, Biflows: e.settings.Biflow,
		Points: options.Points, Workers: e.workers, Hasher: options.Hasher,
		Spill:      func() (runs.File, error) { return &memoryFile{}, nil },
		FlowMemory: e.memory, SliceMemory: e.memory, CacheMemory: e.cacheMemory(), Population: options.Select.Sample.Population(), Accounting: e.accounting,
	}
	if config.Keep, err = e.keep(options.Points); err != nil {
		return naive.Result{}, err
	}
	if err := config.Meter.Validate(); err != nil {
		return naive.Result{}, err
	}
	metered, err := engine.Run(context.Background(), obs.engineInputs(), nil, config)
	if err != nil {
		return naive.Result{}, err
	}
	var accounts []*reader.Account
	for _, in := range obs.all {
		accounts = append(accounts, in.account)
	}
	metered.Packets = packetCoverage(metered.Clocks, e.settings.ReorderWindow, &options.Select, accounts)
	return collect(metered, obs, options.Points, len(e.accounting.Schemes))
}

func collect(metered *engine.Result, obs *observations, points *flow.Points, schemes int) (naive.Result, error) {
	result := naive.Result{NotAccounted: map[flow.Reason]uint64{}}
	err := metered.Flows(func(r *flow.Record) error {
		result.Flows = append(result.Flows, *r)
		if r.Reverse != nil {
			result.Reverses = append(result.Reverses, *r.Reverse)
			result.Flows[len(result.Flows)-1].Reverse = nil
		}
		if r.Statistics != nil {
			result.Statistics = append(result.Statistics, fmt.Sprintf("%+v", *r.Statistics))
			result.Flows[len(result.Flows)-1].Statistics = nil
		}
		return nil
	})
	if err != nil {
		return result, err
	}
	err = metered.Intervals(func(r *flow.IntervalRecord) error {
		result.Intervals = append(result.Intervals, *r)
		return nil
	})
	if err == nil {
		result.Schemes, err = schemesOf(metered, schemes)
	}
	if err == nil {
		err = numberInOrder(&result, points)
	}
	for _, in := range obs.all {
		result.Second += in.account.Notes[reader.NoteSecond].Packets
		result.DepthLimited += in.account.Notes[reader.NoteDepthLimited].Packets
		for _, o := range in.account.Outcomes() {
			if o.Reason == flow.ReasonAccounted {
				result.Accounted += o.Packets
			} else {
				result.NotAccounted[o.Reason] += o.Packets
			}
		}
	}
	rejected := metered.AllRejected()
	result.Rejected, result.LeftOut = rejected.Records, countersOf(&rejected.Totals)
	if metered.Records != uint64(len(result.Flows)) {
		err = fmt.Errorf("%d records are announced, %d came", metered.Records, len(result.Flows))
	}
	return result, err
}

// numberInOrder numbers the observation points of a run's rows in the order of
// points, as the reference does, and notes what the points are.
func numberInOrder(r *naive.Result, points *flow.Points) error {
	order := []uint32{0}
	for i := range r.Flows {
		order = append(order, r.Flows[i].Key.Point)
	}
	slices.SortFunc(order, points.Compare)
	order = slices.Compact(order)
	numbers := make(map[uint32]uint32)
	for at, n := range order {
		point := points.Point(n)
		if point.Exported {
			return fmt.Errorf("observation point %+v should not be", point)
		}
		r.Places = append(r.Places, placeOf(&point))
		r.Insides = append(r.Insides, point.Inside)
		r.Points = append(r.Points, beyondOf(&point.Flexible))
		numbers[n] = uint32(at)
	}
	for i := range r.Flows {
		r.Flows[i].Key.Point = numbers[r.Flows[i].Key.Point]
	}
	for i := range r.Intervals {
		r.Intervals[i].Key.Point = numbers[r.Intervals[i].Key.Point]
	}
	return nil
}

// memoryFile is a sorted run that lies in memory.
type memoryFile struct{ octets []byte }

func (f *memoryFile) Write(p []byte) (int, error) {
	f.octets = append(f.octets, p...)
	return len(p), nil
}

func (f *memoryFile) ReadAt(p []byte, offset int64) (int, error) {
	return bytes.NewReader(f.octets).ReadAt(p, offset)
}

func (f *memoryFile) Close() error { return nil }

func differenceOf(got, want naive.Result) string {
	if got.Accounted != want.Accounted || !reflect.DeepEqual(got.NotAccounted, want.NotAccounted) {
		return fmt.Sprintf("got %d packets accounted, %v not; want %d, %v", got.Accounted, got.NotAccounted, want.Accounted, want.NotAccounted)
	}
	if got.Second != want.Second || got.DepthLimited != want.DepthLimited {
		return fmt.Sprintf("got %d second packets and %d too deep, want %d and %d", got.Second, got.DepthLimited, want.Second, want.DepthLimited)
	}
	if text := firstDifference("place of point", got.Places, want.Places); text != "" {
		return text
	}
	if text := firstDifference("tunnel of point", got.Insides, want.Insides); text != "" {
		return text
	}
	if text := firstDifference("key field of point", got.Points, want.Points); text != "" {
		return text
	}
	if got.Rejected != want.Rejected || got.LeftOut != want.LeftOut {
		return fmt.Sprintf("got %d flow records left out, %+v; want %d, %+v", got.Rejected, got.LeftOut, want.Rejected, want.LeftOut)
	}
	if text := firstDifference("flow record", got.Flows, want.Flows); text != "" {
		return text
	}
	if text := firstDifference("reverse of flow record", got.Reverses, want.Reverses); text != "" {
		return text
	}
	if text := firstDifference("statistics of flow record", got.Statistics, want.Statistics); text != "" {
		return text
	}
	if text := firstDifference("interval record", got.Intervals, want.Intervals); text != "" {
		return text
	}
	return schemeDifference(got.Schemes, want.Schemes)
}

func firstDifference[R comparable](what string, got, want []R) string {
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			return fmt.Sprintf("%s %d:\n got %+v\nwant %+v", what, i, got[i], want[i])
		}
	}
	if len(got) != len(want) {
		return fmt.Sprintf("got %d %ss, want %d", len(got), what, len(want))
	}
	return ""
}

// report words a failure so that it can be done again: the seed, the settings
// and the fewest packets that still fail.
func (e *experiment) report() string {
	few := randomcapture.Shrink(e.packets, func(p []randomcapture.Packet) bool { return e.difference(p) != "" })
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d, key %q, %+v, flow filter %q, interfaces %v, files %v, %d workers, %d octets of rows\n%s\n", e.seed, e.key, e.settings, e.flowFilter, e.interfaces, e.layout, e.workers, e.memory, e.difference(few))
	for i := range few {
		fmt.Fprintf(&b, "file %d, interface %d, flags %x, time %d, wire length %d: %x\n", e.layout.fileOf(&few[i]), few[i].Interface, few[i].Flags, few[i].Time, few[i].WireLength, few[i].Frame)
	}
	fmt.Fprintf(&b, "again: NETSTREAM_SEED=%d go test ./cmd/netstream -run TestReference", e.seed)
	return b.String()
}

// TestReference compares the program with the second implementation of
// docs/metering.md, field by field and row by row, on NETSTREAM_CAPTURES random captures,
// or on that of NETSTREAM_SEED alone. The captures and settings together meet every rule by
// which flows end.
func TestReference(t *testing.T) {
	t.Parallel()
	if seed := os.Getenv("NETSTREAM_SEED"); seed != "" {
		n, err := strconv.ParseUint(seed, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		if e := newExperiment(n); e.difference(e.packets) != "" {
			t.Error(e.report())
		}
		return
	}
	captures := uint64(4_000)
	if testing.Short() {
		captures = 600
	}
	if number := os.Getenv("NETSTREAM_CAPTURES"); number != "" {
		n, err := strconv.ParseUint(number, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		captures = n
	}
	met := make(map[string]int)
	tryAllSeeing(t, captures, newExperiment, func(e *experiment, r *naive.Result) { countEnds(met, e, r) })
	if captures < 2600 { // too few to meet all
		return
	}
	if len(met) != 15 {
		t.Errorf("only these rules are met: %v", met)
	}
	for what, n := range met {
		if n < int(captures)/520 {
			t.Errorf("%s: met %d times only", what, n)
		}
	}
}

// tryAllSeeing is tryAll, and shows what the reference makes of each experiment.
func tryAllSeeing(t *testing.T, seeds uint64, experimentOf func(seed uint64) *experiment, see func(*experiment, *naive.Result)) {
	var mu sync.Mutex
	tryAll(t, seeds, func(seed uint64) *experiment {
		e := experimentOf(seed)
		e.seen = func(r *naive.Result) {
			mu.Lock()
			defer mu.Unlock()
			see(e, r)
		}
		return e
	})
}

// tryAll compares the experiments of all seeds below a bound.
func tryAll(t *testing.T, seeds uint64, experimentOf func(seed uint64) *experiment) {
	var next, failures atomic.Uint64
	var running sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		running.Go(func() {
			for seed := next.Add(1) - 1; seed < seeds && failures.Load() < 3; seed = next.Add(1) - 1 {
				if e := experimentOf(seed); e.difference(e.packets) != "" {
					failures.Add(1)
					t.Error(e.report())
				}
			}
		})
	}
	running.Wait()
}

// countEnds counts the rules by which flows end.
func countEnds(met map[string]int, e *experiment, result *naive.Result) {
	s := &e.settings
	for i := range result.Flows {
		f := &result.Flows[i]
		met[f.EndReason.String()]++
		_, own := s.Protocols[f.Key.Protocol]
		for what, is := range map[string]bool{
			"own timers":          own && (f.EndReason == flow.EndIdleTimeout || f.EndReason == flow.EndActiveTimeout),
			"evicted":             f.EndReason == flow.EndLackOfResources && s.MaxOctets == 0 && s.MaxPackets == 0,
			"byte limit":          f.EndReason == flow.EndLackOfResources && s.MaxFlows == 0 && s.MaxPackets == 0,
			"packet limit":        f.EndReason == flow.EndLackOfResources && s.MaxFlows == 0 && s.MaxOctets == 0,
			"immediate":           f.EndReason == flow.EndOfFlow && s.Fin == "immediate" && s.Rst == "immediate",
			"existing":            f.EndReason == flow.EndOfFlow && s.Fin == "existing" && s.Rst == "existing",
			"different rules":     f.EndReason == flow.EndOfFlow && s.Fin != s.Rst,
			"cut":                 f.EndReason == flow.EndForced && s.CutEvery > 0 && s.CutEvery < time.Hour,
			"ordinals":            f.Ordinal > 0,
			"ordinals of evicted": f.Ordinal > 0 && s.MaxFlows > 0 && s.MaxOctets == 0 && s.MaxPackets == 0,
		} {
			if is {
				met[what]++
			}
		}
	}
}

// TestReferenceFullWait has as many packets within the reorder window as may wait
// for their order, or one more, and then packets that come back to the time at
// which the first of them had to leave.
func TestReferenceFullWait(t *testing.T) {
	t.Parallel()
	const most = 65536
	for _, c := range []struct {
		name    string
		waiting int
		then    []int64
		late    uint64 // packets that come after their turn
	}{
		{"none has left", most, []int64{999}, 0},
		{"one has left, one more with each", most + 1, []int64{999, 1000, 1001}, 3},
		{"the clock of the last one that left is in time", most + 1, []int64{1000, 1000, 1001, 1000}, 1},
		{"the newcomer itself leaves", most, []int64{999, 998}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := newExperiment(0)
			e.key, e.flowFilter, e.accounting = "", "", accounting.Config{}
			e.settings = naive.Options{
				Idle: 30 * time.Second, EndGrace: 30 * time.Second, ReorderWindow: time.Hour, Interval: 5 * time.Minute}
			e.layout = layout{names: []string{"a.pcap"}}
			e.format = randomcapture.Format{Order: binary.LittleEndian, Nanoseconds: true}
			var packets []randomcapture.Packet
			for i := range int64(c.waiting) {
				packets = append(packets, alienAt(1000+i))
			}
			for _, when := range c.then {
				packets = append(packets, alienAt(when))
			}
			if text := e.difference(packets); text != "" {
				t.Error(text)
			}
			result, err := e.meter(e.files(packets))
			if err != nil || len(result.Flows) != 1 || result.Flows[0].LatePackets != c.late {
				t.Errorf("got %+v, %v, want %d late packets", result.Flows, err, c.late)
			}
		})
	}
}

// alienAt is a packet of one and the same flow.
func alienAt(when int64) randomcapture.Packet {
	return randomcapture.InsertAlien(nil, 0, time.Unix(0, when))[0]
}

// TestReferenceEqualClocks has two files whose packets have equal clocks. The
// stray packet at the front of the second makes it the later one, though it is
// opened first.
func TestReferenceEqualClocks(t *testing.T) {
	const at = 1_800_000_000_000_000_000
	var files []naive.File
	for i, times := range [][]int64{{at, at, at + 1e9}, {1<<32*1e9 - 1, at - 1e9, at, at, at + 1e9}} {
		var packets []randomcapture.Packet
		for _, when := range times {
			packets = append(packets, alienAt(when))
		}
		files = append(files, naive.File{Name: string(rune('a' + i)), Content: encoded(packets)})
	}
	for _, window := range []time.Duration{0, time.Second} {
		for _, active := range []time.Duration{0, 1} {
			e := newExperiment(0)
			e.settings.Select, e.settings.Key, e.key, e.flowFilter, e.settings.Keep = naive.Selection{}, naive.Key{}, "", "", nil
			e.settings.ReorderWindow, e.settings.Active = window, active
			want, err := naive.Run(files, e.settings)
			if err != nil {
				t.Fatal(err)
			}
			got, err := e.meter(files)
			if err != nil {
				t.Fatal(err)
			}
			if text := differenceOf(got, want); text != "" {
				t.Errorf("window %v, active timeout %v: %s", window, active, text)
			}
		}
	}
}
