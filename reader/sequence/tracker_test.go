package sequence

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"netstream/aggregate/flow"
)

// message is an observation in short: a data message of ten records if it is none of
// templates.
type message struct {
	sequence  uint32
	seconds   int    // of the export time
	uptime    uint32 // 0 if there is none
	records   uint32
	templates bool
	undecoded bool
}

// report observes messages that all differ in their octets.
func report(version uint16, messages ...message) Report {
	t := NewTracker(version)
	for i, m := range messages {
		o := Observation{
			Sequence: m.sequence, ExportTime: flow.Timestamp(m.seconds) * second,
			Uptime: m.uptime, HasUptime: m.uptime != 0,
			Records: m.records, FlowRecords: m.records, Undecoded: m.undecoded, DataSets: 1,
			Message: binary.BigEndian.AppendUint32(nil, uint32(i)),
		}
		if m.templates {
			o.TemplateSets, o.DataSets = 1, 0
		}
		t.Observe(&o)
	}
	return t.Report()
}

func TestReports(t *testing.T) {
	type numbers struct{ gaps, lost, reordered, stray, resets, restarts, wraps, backwards, jumps uint64 }
	const day = 86400
	for _, c := range []struct {
		name     string
		version  uint16
		messages []message
		rule     Rule
		want     numbers
	}{
		{"version 1 has no numbers", 1, []message{{seconds: 1, uptime: 1000}, {seconds: 2, uptime: 2000}}, None, numbers{}},
		{"version 1 restarts", 1, []message{{seconds: 100, uptime: 900_000}, {seconds: 200, uptime: 5000}}, None, numbers{resets: 1, restarts: 1}},
		{"version 1 clock set forward", 1, []message{{seconds: 100, uptime: 900_000}, {seconds: 2000, uptime: 901_000}}, None, numbers{jumps: 1}},
		{"one message: the standard's rule", 9, []message{{sequence: 7, seconds: 1, records: 3}}, Messages, numbers{}},
		{"constant", 9, []message{{sequence: 5, seconds: 1, records: 2}, {sequence: 5, seconds: 2, records: 2}, {sequence: 5, seconds: 3, records: 2}}, Constant, numbers{}},
		{"gap over 2^32", 5, []message{{sequence: 1<<32 - 10, seconds: 1, records: 5}, {sequence: 20, seconds: 1, records: 5}}, Records,
			numbers{gaps: 1, lost: 25}},
		{"wrap without loss", 5, []message{{sequence: 1<<32 - 5, seconds: 1, records: 5}, {sequence: 0, seconds: 1, records: 5}}, Records, numbers{}},
		{"late message before the first", 10, []message{
			{sequence: 30, seconds: 1, records: 10}, {sequence: 10, seconds: 1, records: 10}, {sequence: 20, seconds: 1, records: 10}, {sequence: 40, seconds: 2, records: 10},
		}, Records, numbers{gaps: 1, reordered: 2}},
		{"number back to 0 without uptime, from over 2^31", 10, []message{
			{sequence: 3_000_000_000, seconds: 1, records: 10}, {sequence: 3_000_000_010, seconds: 1, records: 10}, {sequence: 0, seconds: 1, records: 10},
		}, Records, numbers{resets: 1}},
		{"number back to 0 without uptime, soon after the start", 10, []message{
			{sequence: 0, seconds: 1, records: 10}, {sequence: 10, seconds: 1, records: 10}, {sequence: 0, seconds: 90, records: 10}, {sequence: 10, seconds: 91, records: 10},
		}, Records, numbers{resets: 1}},
		{"restart with a clock that begins in 1970", 10, []message{
			{sequence: 1_000_000, seconds: 1_700_000_000, records: 10}, {sequence: 1_000_010, seconds: 1_700_000_000, records: 10},
			{sequence: 0, seconds: 30, records: 10}, {sequence: 10, seconds: 31, records: 10}, {sequence: 20, seconds: 32, records: 10},
		}, Records, numbers{resets: 1}},
		{"message of long ago", 10, []message{
			{sequence: 1_000_000, seconds: 100, records: 10}, {sequence: 17, seconds: 50, records: 10}, {sequence: 1_000_010, seconds: 100, records: 10},
		}, Records, numbers{stray: 1}},
		{"last message of the run before comes after a restart", 5, []message{
			{sequence: 1_000_000_000, seconds: 1000, uptime: 900_000, records: 10}, {sequence: 1_000_000_010, seconds: 1000, uptime: 900_000, records: 10},
			{sequence: 0, seconds: 1100, uptime: 4000, records: 10}, {sequence: 1_000_000_000 - 10, seconds: 1000, uptime: 899_900, records: 10},
			{sequence: 10, seconds: 1101, uptime: 5000, records: 10},
		}, Records, numbers{resets: 1, restarts: 1, stray: 1}},
		{"clock set forward while the numbers go on", 5, []message{
			{sequence: 0, seconds: 10, uptime: 60_000, records: 10}, {sequence: 10, seconds: 1_700_000_000, uptime: 61_000, records: 10},
		}, Records, numbers{jumps: 1}},
		{"clock set back while the numbers go on", 5, []message{
			{sequence: 0, seconds: 5000, uptime: 60_000, records: 10}, {sequence: 10, seconds: 1000, uptime: 61_000, records: 10},
		}, Records, numbers{jumps: 1, backwards: 1}},
		{"clock set forward with a loss", 5, []message{
			{sequence: 0, seconds: 10, uptime: 60_000, records: 10}, {sequence: 20, seconds: 9000, uptime: 61_000, records: 10},
		}, Records, numbers{gaps: 1, lost: 10, jumps: 1}},
		{"uptime wraps", 9, []message{
			{sequence: 1, seconds: 100, uptime: 1<<32 - 500, records: 1}, {sequence: 2, seconds: 101, uptime: 500, records: 1},
		}, Messages, numbers{wraps: 1}},
		{"silence of 40 days is no restart", 9, []message{
			{sequence: 1, seconds: 0, uptime: 10 * day * 1000, records: 1}, {sequence: 2, seconds: 40 * day, uptime: (50*day*1000)%(1<<32) + 20_000, records: 1},
		}, Messages, numbers{wraps: 1}},
		{"restart that is no break of the rule", 9, []message{
			{sequence: 100, seconds: 1000, uptime: 900_000, records: 1}, {sequence: 101, seconds: 1001, uptime: 901_000, records: 1},
			{sequence: 0, seconds: 1100, uptime: 3000, records: 1}, {sequence: 1, seconds: 1101, uptime: 4000, records: 1},
		}, Messages, numbers{resets: 1, restarts: 1}},
		{"NetStream: every message counts", 10, []message{
			{sequence: 5, seconds: 1, templates: true}, {sequence: 6, seconds: 1, records: 2}, {sequence: 7, seconds: 1, records: 2}, {sequence: 8, seconds: 2, templates: true}, {sequence: 9, seconds: 2, records: 9},
		}, Messages, numbers{}},
		{"NetStream: templates repeat one number", 10, []message{
			{sequence: 77, seconds: 1, templates: true}, {sequence: 6, seconds: 1, records: 2}, {sequence: 7, seconds: 1, records: 2}, {sequence: 77, seconds: 2, templates: true}, {sequence: 8, seconds: 2, records: 9},
		}, MessagesWithoutTemplates, numbers{}},
		{"H3C: records count, templates repeat a number far from theirs", 9, []message{
			{sequence: 1000, seconds: 1, uptime: 1000, records: 22}, {sequence: 1022, seconds: 1, uptime: 1000, records: 22}, {sequence: 7, seconds: 2, uptime: 2000, templates: true},
			{sequence: 7, seconds: 2, uptime: 2000, templates: true}, {sequence: 1044, seconds: 2, uptime: 2000, records: 16}, {sequence: 1060, seconds: 2, uptime: 2000, records: 11},
		}, Records, numbers{}},
		{"softflowd: the records of the message are counted, too", 10, []message{
			{sequence: 19, seconds: 1, records: 19}, {sequence: 47, seconds: 1, records: 28}, {sequence: 47, seconds: 1, templates: true}, {sequence: 72, seconds: 2, records: 25},
		}, FlowRecordsThrough, numbers{}},
		{"softflowd: a message is lost", 10, []message{
			{sequence: 19, seconds: 1, records: 19}, {sequence: 47, seconds: 1, records: 28}, {sequence: 100, seconds: 2, records: 25}, {sequence: 107, seconds: 2, records: 7}, {sequence: 140, seconds: 2, records: 33},
		}, FlowRecordsThrough, numbers{gaps: 1, lost: 28}},
		{"softflowd: records of unknown templates are no loss", 10, []message{
			{sequence: 19, seconds: 1, records: 19}, {sequence: 47, seconds: 1, undecoded: true}, {sequence: 72, seconds: 2, records: 20, undecoded: true}, {sequence: 79, seconds: 2, records: 7}, {sequence: 112, seconds: 2, records: 33},
		}, FlowRecordsThrough, numbers{}},
		{"records of unknown templates are no loss", 10, []message{
			{sequence: 0, seconds: 1, undecoded: true}, {sequence: 12, seconds: 1, records: 4, undecoded: true}, {sequence: 30, seconds: 1, records: 3}, {sequence: 33, seconds: 1, records: 3},
		}, Records, numbers{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := report(c.version, c.messages...)
			got := numbers{r.Gaps, r.Lost, r.Reordered, r.Stray, r.Resets, r.Restarts, r.UptimeWraps, r.ClockBackwards, r.ClockJumps}
			if r.Rule != c.rule || got != c.want {
				t.Errorf("got %s %+v, want %s %+v; scores %+v", r.Rule, got, c.rule, c.want, r.Scores)
			}
			if r.Rule != None {
				checkLaw(t, &r)
			}
		})
	}
}

func TestEnds(t *testing.T) {
	r := report(10, message{sequence: 20, seconds: 9, records: 10}, message{sequence: 10, seconds: 8, records: 10}, message{sequence: 30, seconds: 12, records: 3})
	if r.FirstSequence != 10 || r.NextExpected != 33 || r.FirstExport != 8*second || r.LastExport != 12*second || r.Counted != 23 || r.Messages != 3 {
		t.Errorf("got %+v", r)
	}
}

// TestDuplicatesWithinWindow finds a repeated message exactly as long as it is among
// the last Window ones.
func TestDuplicatesWithinWindow(t *testing.T) {
	octets := func(i int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(i)) }
	for _, count := range []int{1, 3, 4, 5, 100, Window - 1, Window, Window + 1, 3 * Window} {
		tracker := NewTracker(1)
		for i := range count {
			tracker.Observe(&Observation{Message: octets(i)})
		}
		for i := range count {
			if got, want := tracker.Repeated(octets(i)), i >= count-Window; got != want {
				t.Errorf("%d messages: message %d is repeated: %v, want %v", count, i, got, want)
			}
		}
		if tracker.Repeated(octets(count)) {
			t.Errorf("%d messages: a new one is taken for repeated", count)
		}
		tracker.Observe(&Observation{Message: octets(count - 1)})
		if r := tracker.Report(); r.Duplicates != 1 || r.Messages != uint64(count) {
			t.Errorf("%d messages: report has %d and %d duplicates, want 1", count, r.Messages, r.Duplicates)
		}
	}
}

func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for rule := range RuleCount {
		name := rule.String()
		if seen[name] || name == "unknown" {
			t.Errorf("rule %d has the name %q", rule, name)
		}
		seen[name] = true
	}
	if RuleCount.String() != "unknown" {
		t.Errorf("a rule that there is not has the name %q", RuleCount)
	}
	for _, version := range []uint16{1, 5, 6, 7, 8, 9, 10} {
		if rules := candidates(version); rules[0] != Standard(version) {
			t.Errorf("version %d: ties go to %s, want %s", version, rules[0], Standard(version))
		}
	}
}

// TestSteadyPath observes without allocations once the window is full.
func TestSteadyPath(t *testing.T) {
	tracker := NewTracker(9)
	o := Observation{Records: 10, FlowRecords: 10, DataSets: 1, HasUptime: true, Message: make([]byte, 1400)}
	next := func() {
		o.Sequence++
		binary.BigEndian.PutUint32(o.Message, o.Sequence)
		tracker.Repeated(o.Message)
		tracker.Observe(&o)
	}
	for range Window {
		next()
	}
	if n := testing.AllocsPerRun(100, next); n != 0 {
		t.Errorf("got %v allocations per message, want none", n)
	}
}

func BenchmarkObserve(b *testing.B) {
	tracker := NewTracker(9)
	o := Observation{Records: 10, FlowRecords: 10, DataSets: 1, HasUptime: true, Message: make([]byte, 1400)}
	b.SetBytes(int64(len(o.Message)))
	for b.Loop() {
		o.Sequence++
		binary.BigEndian.PutUint32(o.Message, o.Sequence)
		tracker.Observe(&o)
	}
}

// FuzzLaw feeds any numbers and times: nothing may break the law of [Report], and
// every message is either counted once or a duplicate.
func FuzzLaw(f *testing.F) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		seed := make([]byte, 300)
		for i := range seed {
			seed[i] = byte(r.IntN(256) & r.IntN(256))
		}
		f.Add(uint8(r.IntN(8)), seed)
	}
	f.Fuzz(func(t *testing.T, version uint8, octets []byte) {
		tracker := NewTracker(uint16(version%10) + 1)
		observed := uint64(0)
		for ; len(octets) >= 15; octets = octets[15:] {
			o := Observation{
				Sequence:   binary.BigEndian.Uint32(octets),
				ExportTime: flow.Timestamp(int64(binary.BigEndian.Uint64(octets[2:]))),
				Uptime:     binary.LittleEndian.Uint32(octets[5:]), HasUptime: octets[9]&1 != 0,
				Records: uint32(binary.BigEndian.Uint16(octets[10:])), FlowRecords: uint32(octets[12]),
				Undecoded: octets[13]&1 != 0, DataSets: int(octets[13] >> 7), TemplateSets: int(octets[14] & 1),
				Message: octets[:15],
			}
			if octets[13]&2 != 0 {
				o.Sequence &= 0xff // near enough to meet
				o.ExportTime &= 0xf_ffff_ffff
			}
			tracker.Observe(&o)
			observed++
			report := tracker.Report()
			if report.Messages+report.Duplicates != observed {
				t.Fatalf("%d messages, %d duplicates, want %d in all", report.Messages, report.Duplicates, observed)
			}
			for i := range tracker.numberings {
				if n := &tracker.numberings[i]; n.rule != None && n.span() != uint32(n.counted)+uint32(n.lost()) {
					t.Fatalf("%s: span is %d, want counted %d + lost %d", n.rule, n.span(), n.counted, n.lost())
				}
			}
			if report.Resets == 0 && report.Rule != None {
				checkLaw(t, &report)
			}
		}
	})
}
