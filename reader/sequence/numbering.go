package sequence

import "netstream/aggregate/flow"

const (
	// half tells what is ahead from what is behind, modulo 2^32 (RFC 1982).
	half = 1 << 31

	// startSpan is how far from 0 the first number after a restart may be, and half
	// of how far ahead such a number must seem to be if it is no loss: a number that
	// wraps with a loss below that is no restart.
	startSpan = 1 << 16

	// maxRecords is an upper limit of the records of one message: 65,535 octets.
	maxRecords = 1<<16 - 1
)

// numbering follows the numbers of a stream under the assumption that they obey one
// rule. Between resets they are a run: all units from first to next are either
// counted or missing.
//
// Six of them are most of what a stream costs, so their size counts.
type numbering struct {
	rule    Rule
	loose   bool   // the message before has more units than are known
	largest uint16 // most units of one message, at least 1; 0 before the first message
	before  uint32 // next number of the run before

	first, next uint32         // of the run
	length      uint64         // units from first to next, which can be more than 2^32
	missing     uint64         // of these
	latest      flow.Timestamp // latest export time in the run
	from        flow.Timestamp // export time of the run's first message

	// The runs before.
	origin     uint32 // first of the first run
	closed     uint32 // sum of next - first, modulo 2^32
	closedLost uint64
	ended      flow.Timestamp // latest export time of the run before; valid if resets > 0

	// suspect is the latest stray message. If the next one continues it, the two
	// begin a new run: RFC 3550 appendix A.1 takes two in a row for a restart, too.
	suspect strayMessage

	clock clock

	counted, gaps, reordered, stray, strayUnits, resets, restarts uint64
}

// strayMessage is what a new run needs of a message that had no place in the one before.
type strayMessage struct {
	time             flow.Timestamp
	sequence, uptime uint32
	units            uint32
	exact            bool // units are all of them
	hasUptime        bool
	valid            bool // there is one
}

// breaks counts what the rule does not explain. Restarts that the uptime shows are
// no fault of the rule.
func (n *numbering) breaks() uint64 {
	return n.gaps + n.reordered + n.stray + n.resets - n.restarts
}

func (n *numbering) lost() uint64 { return n.closedLost + n.missing }

func (n *numbering) span() uint32 { return n.closed + n.next - n.first }

func (n *numbering) firstOfAll() uint32 {
	if n.resets == 0 {
		return n.first
	}
	return n.origin
}

// reach is how many units behind a message may come late: those of [Window]
// messages of the largest size, and as many that were lost among them.
func (n *numbering) reach() uint32 {
	return uint32(min(uint64(n.largest)*Window*2, half-1))
}

func (n *numbering) observe(o *Observation) {
	if n.rule.ignores(o) {
		return
	}
	units, exact := n.rule.units(o)
	begun := n.largest > 0
	n.largest = max(n.largest, uint16(min(units, maxRecords)), 1)
	if n.rule == None {
		n.withoutNumbers(o, begun)
		return
	}
	if n.rule == FlowRecordsThrough {
		// Before the message are as many less as are in it. What is not known of them is
		// missing in front of it, and not behind it as elsewhere.
		before := *o
		before.Sequence -= units
		o, n.loose, exact = &before, !exact, true
	}
	if !begun {
		n.begin(o, units, exact)
		return
	}
	step := o.Sequence - n.next
	drift := n.clock.drift(o)
	switch {
	case n.restarted(o, step, drift):
		n.restarts++
		n.reset(o, units, exact)
	case n.loose && step <= maxRecords:
		n.counted += uint64(step) // the units that were not known
		n.length += uint64(step)
		n.accept(o, units, exact, drift)
	case step == 0:
		n.accept(o, units, exact, drift)
	case n.outlived(o):
		n.stray++
		n.strayUnits += uint64(units)
	case step < half && !(o.Sequence < startSpan && step >= 2*startSpan):
		n.gaps++
		n.missing += uint64(step)
		n.length += uint64(step)
		n.accept(o, units, exact, drift)
	case step < half:
		n.reset(o, units, exact)
	default:
		n.behind(o, units, exact, -step)
	}
}

// restarted says whether the uptime shows that the exporter was restarted: it is
// less than expected by more than [MaxClockError]. If the numbers just go on, it was
// the clock that was set.
func (n *numbering) restarted(o *Observation, step uint32, drift int32) bool {
	if drift >= -MaxClockError || step == 0 {
		return false
	}
	goesOn := int32(o.Uptime-n.clock.uptime) > 0 && step <= n.reach()
	return !goesOn
}

// outlived says whether a message is one of the run before the last reset: exported
// before that one's end and before this run, with a number near the end of the other.
func (n *numbering) outlived(o *Observation) bool {
	behind := n.before - o.Sequence
	return n.resets > 0 && o.ExportTime < n.from && o.ExportTime <= n.ended && behind <= n.reach()
}

// behind places a message whose number is less than the expected one by back units.
// What is exported later than all messages before it, but numbered as an earlier
// one, is no late message.
func (n *numbering) behind(o *Observation, units uint32, exact bool, back uint32) {
	newer := o.ExportTime > n.latest && o.ExportTime.Since(n.latest) > exportResolution
	switch {
	case newer:
		n.reset(o, units, exact)
	case back <= n.reach():
		n.late(o, units, exact, uint64(back))
	case o.ExportTime >= n.latest:
		n.reset(o, units, exact)
	default:
		n.strayed(o, units, exact)
	}
}

// late gives a message its place within the run, or before its first one.
func (n *numbering) late(o *Observation, units uint32, exact bool, back uint64) {
	if back > n.length {
		lead := back - n.length
		if uint64(units) > lead {
			n.strayed(o, units, exact)
			return
		}
		n.first = o.Sequence
		n.length += lead
		n.missing += lead
		if lead > uint64(units) {
			n.gaps++
		}
	}
	if uint64(units) > n.missing {
		n.strayed(o, units, exact)
		return
	}
	n.missing -= uint64(units)
	n.counted += uint64(units)
	n.reordered++
}

// strayed leaves a message out of the numbering, unless it continues a stray message
// before it: then the numbering was begun anew with that one.
func (n *numbering) strayed(o *Observation, units uint32, exact bool) {
	s := n.suspect
	if s.valid && s.exact && s.units > 0 && o.Sequence == s.sequence+s.units {
		n.stray--
		n.strayUnits -= uint64(s.units)
		n.reset(&Observation{Sequence: s.sequence, ExportTime: s.time, Uptime: s.uptime, HasUptime: s.hasUptime}, s.units, s.exact)
		n.accept(o, units, exact, n.clock.drift(o))
		return
	}
	n.stray++
	n.strayUnits += uint64(units)
	n.suspect = strayMessage{time: o.ExportTime, sequence: o.Sequence, uptime: o.Uptime, units: units, exact: exact, hasUptime: o.HasUptime, valid: true}
}

// begin begins a run with a message.
func (n *numbering) begin(o *Observation, units uint32, exact bool) {
	n.first, n.next = o.Sequence, o.Sequence
	n.missing, n.length = 0, 0
	n.latest, n.from = o.ExportTime, o.ExportTime
	n.clock.set(o)
	n.accept(o, units, exact, 0)
}

// accept takes a message whose number is the expected one, or ahead of it.
func (n *numbering) accept(o *Observation, units uint32, exact bool, drift int32) {
	n.next = o.Sequence + units
	n.loose = !exact
	n.counted += uint64(units)
	n.length += uint64(units)
	n.latest = max(n.latest, o.ExportTime)
	n.suspect.valid = false
	n.clock.advance(o, drift)
}

// reset ends the run and begins another.
func (n *numbering) reset(o *Observation, units uint32, exact bool) {
	if n.resets == 0 {
		n.origin = n.first
	}
	n.resets++
	n.closed += n.next - n.first
	n.closedLost += n.missing
	n.before, n.ended = n.next, n.latest
	n.begin(o, units, exact)
}

// withoutNumbers follows a stream that has clocks only.
func (n *numbering) withoutNumbers(o *Observation, begun bool) {
	if !begun {
		n.clock.set(o)
		return
	}
	drift := n.clock.drift(o)
	if drift < -MaxClockError && int32(o.Uptime-n.clock.uptime) < 0 {
		n.resets++
		n.restarts++
		n.clock.set(o)
		return
	}
	n.clock.advance(o, drift)
}
