package sequence

import (
	"netstream/aggregate/flow"
)

// Observation is what one message of a stream says.
type Observation struct {
	Sequence   uint32 // of the header; without meaning in version 1
	ExportTime flow.Timestamp
	Uptime     uint32 // of the header, in milliseconds
	HasUptime  bool   // the version has an uptime: 1 to 9

	Records     uint32 // data records of flows and of options; flow records in versions 1 to 8
	FlowRecords uint32 // data records of flows only
	Undecoded   bool   // there are more records, of templates that are not known

	DataSets     int // sets of data, decoded or not
	TemplateSets int // sets of templates and of options templates

	// Message is all octets of the message. It is not kept.
	Message []byte
}

// Tracker follows one stream. It is not safe for concurrent use.
type Tracker struct {
	version    uint16
	seen       window
	duplicates uint64
	messages   uint64
	first      flow.Timestamp
	last       flow.Timestamp

	// One message breaks no rule, so there are no numberings before the second: a file
	// can name very many streams of one message.
	opening    Observation // the first message, without its octets
	numberings []numbering
}

// NewTracker gives a tracker of a stream of messages of a version: 1, 5 to 10.
func NewTracker(version uint16) *Tracker {
	return &Tracker{version: version, seen: newWindow()}
}

// Repeated says whether a message has the same octets, its sequence number and
// export time among them, as one of the last [Window] messages that were observed.
// It notes nothing: a message that is dropped for it can still be given to Observe,
// which needs no more of it than Message.
func (t *Tracker) Repeated(message []byte) bool {
	return t.seen.has(t.seen.seed.of(message))
}

// Observe takes the next message of the stream in the order of the input. A
// repeated one counts as a duplicate and as nothing else.
func (t *Tracker) Observe(o *Observation) {
	d := t.seen.seed.of(o.Message)
	if t.seen.has(d) {
		t.duplicates++
		return
	}
	t.seen.add(d)
	t.messages++
	if t.messages == 1 {
		t.first, t.last = o.ExportTime, o.ExportTime
		t.opening = *o
		t.opening.Message = nil // it is the caller's
		return
	}
	t.first, t.last = min(t.first, o.ExportTime), max(t.last, o.ExportTime)
	if t.numberings == nil {
		t.numberings = t.begun()
	}
	for i := range t.numberings {
		t.numberings[i].observe(o)
	}
}

// begun gives numberings of all rules that have seen the first message, if there was
// one.
func (t *Tracker) begun() []numbering {
	rules := candidates(t.version)
	numberings := make([]numbering, len(rules))
	for i, r := range rules {
		numberings[i].rule = r
		if t.messages > 0 {
			numberings[i].observe(&t.opening)
		}
	}
	return numberings
}

// Score says how well a rule fits a stream.
type Score struct {
	Rule   Rule
	Breaks uint64 // messages whose number is not what the rule lets expect
	Gaps   uint64 // of these, the ones that were ahead
	Lost   uint64 // units that are missing
}

// Report says what is known of a stream. Units are what Rule counts: records or
// messages.
//
// The law of it, modulo 2^32, holds for every stream and rule but None:
//
//	Span = Counted + Lost
//
// where Span comes from nothing but the first and the next sequence number of each
// run of numbers. If there was no reset, it is NextExpected - FirstSequence.
type Report struct {
	Rule   Rule
	Scores []Score // of all rules that were followed, the standard's first

	Messages   uint64 // without duplicates
	Duplicates uint64 // messages with the same octets as one of the Window messages before

	Counted    uint64 // units of the messages that have a place in the numbering
	Gaps       uint64 // messages whose number was ahead, be it that the missing ones came later
	Lost       uint64 // units that are missing, without those that came late
	Reordered  uint64 // messages that came after one with a later number, and fill a gap
	Stray      uint64 // messages whose number is behind, but fills no gap
	StrayUnits uint64 // units of these, which are not in Counted
	Resets     uint64 // new starts of the numbering, which are no loss
	Span       uint32 // sum over the runs between resets: next number - first number

	Restarts       uint64 // of the resets, those that the exporter's uptime shows
	UptimeWraps    uint64 // times that the uptime went over 2^32 ms, which is 49.7 days
	ClockBackwards uint64 // messages exported before the message before them in the numbering
	ClockJumps     uint64 // times that the clock was set by more than MaxClockError against the uptime

	FirstSequence uint32 // lowest number of the first run, of what its messages begin with
	NextExpected  uint32 // number of what the message after the last one begins with

	FirstExport, LastExport flow.Timestamp // earliest and latest export time
}

// Report gives what was found so far. The rule is the one with the fewest breaks,
// and of several the standard's.
func (t *Tracker) Report() Report {
	numberings := t.numberings
	if numberings == nil {
		numberings = t.begun()
	}
	best := &numberings[0]
	scores := make([]Score, len(numberings))
	for i := range numberings {
		n := &numberings[i]
		scores[i] = Score{Rule: n.rule, Breaks: n.breaks(), Gaps: n.gaps, Lost: n.lost()}
		if n.breaks() < best.breaks() {
			best = n
		}
	}
	return Report{
		Rule: best.rule, Scores: scores,
		Messages: t.messages, Duplicates: t.duplicates,
		Counted: best.counted, Gaps: best.gaps, Lost: best.lost(), Reordered: best.reordered,
		Stray: best.stray, StrayUnits: best.strayUnits, Resets: best.resets, Span: best.span(),
		Restarts: best.restarts, UptimeWraps: best.clock.wraps,
		ClockBackwards: best.clock.backwards, ClockJumps: best.clock.jumps,
		FirstSequence: best.firstOfAll(), NextExpected: best.next,
		FirstExport: t.first, LastExport: t.last,
	}
}
