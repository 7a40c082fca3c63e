package sequence

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"netstream/aggregate/flow"
)

const second = flow.Timestamp(1_000_000_000)

// sent is a message as the exporter knows it: with the place of its units among all
// units of the run, which does not wrap.
type sent struct {
	Observation
	run     int
	at      uint64 // units of the run before it
	units   uint64
	held    int  // by how many messages it came late
	repeats bool // a copy of a message that came before
}

// scenario is what happens between an exporter and a file.
type scenario struct {
	version  uint16
	rule     Rule
	messages int     // of each run
	runs     int     // one more than the restarts
	origin   uint32  // number of the first message of the first run
	uptime   uint32  // of that message
	loss     float64 // of a message
	repeat   float64
	late     float64
	lateBy   int // messages, at most
	template float64
	outage   int // messages that are lost together, in the middle of each run
}

// ignoresTemplates says whether the number of a message of templates means nothing.
func (s scenario) ignoresTemplates() bool {
	return s.rule == MessagesWithoutTemplates || s.version == 9 && s.rule != Messages
}

// history plays a scenario and gives what arrives.
func (s scenario) history(r *rand.Rand) []sent {
	var arrived []sent
	now := 1_700_000_000 * second
	serial := uint64(0)
	for run := range s.runs {
		var out []sent
		sequence, uptime, at := s.origin, s.uptime, uint64(0)
		if run > 0 {
			sequence, uptime = 0, 3000 // restarted
			now += 300 * second
		}
		for range s.messages {
			m := sent{run: run, at: at}
			m.Sequence, m.ExportTime = sequence, now
			if s.version >= 9 {
				m.ExportTime -= now % second
			}
			m.Uptime, m.HasUptime = uptime, s.version != 10
			m.fill(r, s)
			switch {
			case s.rule == FlowRecordsThrough:
				m.Sequence += uint32(m.units)
			case s.ignoresTemplates() && m.DataSets == 0:
				m.Sequence = 90225 // of another count
			}
			serial++
			m.Message = binary.BigEndian.AppendUint64(nil, serial)
			sequence += uint32(m.units)
			at += m.units
			pause := flow.Timestamp(r.IntN(300)) * 1_000_000
			now += pause
			uptime += uint32(pause / 1_000_000)
			out = append(out, m)
		}
		arrived = append(arrived, s.transport(r, out)...)
	}
	return arrived
}

// fill gives a message its content, and units by the rule.
func (m *sent) fill(r *rand.Rand, s scenario) {
	m.FlowRecords = uint32(1 + r.IntN(30))
	m.Records = m.FlowRecords
	m.DataSets = 1
	if s.version >= 9 {
		switch {
		case r.Float64() < s.template:
			m.Records, m.FlowRecords, m.DataSets, m.TemplateSets = 0, 0, 0, 1
		case r.Float64() < s.template:
			m.Records += 3 // of options
		}
	}
	switch s.rule {
	case Records:
		m.units = uint64(m.Records)
	case FlowRecords, FlowRecordsThrough:
		m.units = uint64(m.FlowRecords)
	case Messages:
		m.units = 1
	case MessagesWithoutTemplates:
		m.units = uint64(m.DataSets)
	}
}

// transport loses, repeats and delays messages of a run.
func (s scenario) transport(r *rand.Rand, out []sent) []sent {
	type delayed struct {
		due int
		sent
	}
	var queue []delayed
	for i, m := range out {
		if r.Float64() < s.loss || i >= len(out)/2 && i < len(out)/2+s.outage {
			continue
		}
		due := i
		if r.Float64() < s.late {
			m.held = 1 + r.IntN(s.lateBy)
			due += m.held
		}
		queue = append(queue, delayed{due, m})
		if r.Float64() < s.repeat {
			copied := m
			copied.repeats = true
			queue = append(queue, delayed{due + r.IntN(3), copied})
		}
	}
	slices.SortStableFunc(queue, func(a, b delayed) int { return a.due - b.due })
	var arrived []sent
	for _, d := range queue {
		arrived = append(arrived, d.sent)
	}
	return arrived
}

// truth is what must be reported, found by marking units one by one.
type truth struct{ counted, lost, duplicates, reordered, gaps, resets, span uint64 }

func truthOf(arrived []sent, ignoresTemplates bool) truth {
	var t truth
	first := 0
	for i := range arrived {
		if i+1 == len(arrived) || arrived[i+1].run != arrived[i].run {
			t.addRun(arrived[first:i+1], ignoresTemplates)
			first = i + 1
		}
	}
	t.resets-- // the first run is none
	return t
}

func (t *truth) addRun(arrived []sent, ignoresTemplates bool) {
	t.resets++
	marked := map[uint64]bool{}
	var low, high uint64
	begun := false
	for _, m := range arrived {
		switch {
		case m.repeats:
			t.duplicates++
			continue
		case ignoresTemplates && m.DataSets == 0:
			continue
		}
		if begun && m.at < high {
			t.reordered++
		}
		if begun && (m.at > high || m.at+m.units < low) {
			t.gaps++
		}
		if !begun {
			low, high, begun = m.at, m.at+m.units, true
		}
		low, high = min(low, m.at), max(high, m.at+m.units)
		for unit := m.at; unit < m.at+m.units; unit++ {
			marked[unit] = true
		}
	}
	for unit := low; unit < high; unit++ {
		if marked[unit] {
			t.counted++
		} else {
			t.lost++
		}
	}
	t.span += high - low
}

func (s scenario) play(t *testing.T, r *rand.Rand) (want truth, held int) {
	t.Helper()
	arrived := s.history(r)
	for i := range arrived {
		held = max(held, arrived[i].held)
	}
	want = truthOf(arrived, s.ignoresTemplates())
	tracker := NewTracker(s.version)
	for i := range arrived {
		if got := tracker.Repeated(arrived[i].Message); got != arrived[i].repeats {
			t.Errorf("message %d: repeated is %v, want %v", i, got, arrived[i].repeats)
		}
		tracker.Observe(&arrived[i].Observation)
	}
	report := tracker.Report()
	if report.Rule != s.rule {
		t.Fatalf("%+v: rule is %s, want %s; scores %+v", s, report.Rule, s.rule, report.Scores)
	}
	got := truth{
		counted: report.Counted, lost: report.Lost, duplicates: report.Duplicates, reordered: report.Reordered,
		gaps: report.Gaps, resets: report.Resets, span: uint64(report.Span),
	}
	if got != want || report.Stray != 0 {
		t.Errorf("%+v:\n got %+v, stray %d\nwant %+v", s, got, report.Stray, want)
	}
	if s.version != 10 && report.Restarts != want.resets {
		t.Errorf("%+v: %d restarts, want %d", s, report.Restarts, want.resets)
	}
	checkLaw(t, &report)
	return want, held
}

// checkLaw checks what [Report] promises.
func checkLaw(t *testing.T, r *Report) {
	t.Helper()
	if r.Span != uint32(r.Counted)+uint32(r.Lost) {
		t.Errorf("span is %d, want counted %d + lost %d", r.Span, r.Counted, r.Lost)
	}
	if r.Resets == 0 && r.NextExpected != r.FirstSequence+r.Span {
		t.Errorf("next is %d, want first %d + span %d", r.NextExpected, r.FirstSequence, r.Span)
	}
}

// TestHistories compares what is reported with what happened, in histories with
// loss, duplicates, reordering within 1 to 1,000 messages, restarts and numbers
// that wrap.
func TestHistories(t *testing.T) {
	kinds := []struct {
		version uint16
		rule    Rule
	}{
		{5, Records}, {7, Records}, {8, Records}, {5, Messages},
		{9, Messages}, {9, Records}, {9, FlowRecords}, {9, MessagesWithoutTemplates},
		{10, Records}, {10, Messages}, {10, MessagesWithoutTemplates}, {10, FlowRecords}, {10, FlowRecordsThrough},
	}
	r := rand.New(rand.NewPCG(1, 2))
	var sum truth
	wraps, most := 0, 0
	const histories = 200
	for i := range histories {
		kind := kinds[i%len(kinds)]
		s := scenario{
			version: kind.version, rule: kind.rule, messages: 200 + r.IntN(1500), runs: 1 + i%3,
			origin: r.Uint32(), uptime: r.Uint32N(1 << 31), template: 0.1,
			loss: 0.02 * r.Float64(), repeat: 0.02 * r.Float64(), late: 0.02 * r.Float64(), lateBy: 1 + r.IntN(1000),
		}
		if i%10 == 9 {
			s.messages, s.late, s.lateBy = 1700, 0.02, 1000
		}
		if i%3 == 1 {
			s.outage = r.IntN(s.messages / 3)
		}
		if i%4 == 0 {
			s.origin = -r.Uint32N(2000) // wraps soon
		}
		if s.runs > 1 {
			s.origin = r.Uint32N(1<<32 - 1<<20) // from just before 2^32 to 0 is a loss, not a restart
		}
		want, held := s.play(t, r)
		sum.lost, sum.duplicates, sum.reordered, sum.resets = sum.lost+want.lost, sum.duplicates+want.duplicates, sum.reordered+want.reordered, sum.resets+want.resets
		most = max(most, held)
		if s.runs == 1 && uint64(s.origin)+want.span > math.MaxUint32 {
			wraps++
		}
	}
	if sum.lost == 0 || sum.duplicates == 0 || sum.reordered == 0 || sum.resets == 0 || wraps == 0 || most < 980 {
		t.Errorf("%+v, %d wraps, messages late by up to %d: something is not there", sum, wraps, most)
	}
	t.Logf("assertion N7: %d histories of versions 5 and 7 to 10: %d units lost, %d duplicates, %d reordered by up to %d messages, %d resets, %d wraps, all counts exact",
		histories, sum.lost, sum.duplicates, sum.reordered, most, sum.resets, wraps)
}
