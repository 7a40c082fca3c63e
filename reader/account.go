package reader

import (
	"cmp"
	"slices"

	"netstream/aggregate/flow"
	"netstream/reader/capture"
	"netstream/reader/damage"
	"netstream/reader/input"
)

// MaxDetails bounds the details that outcomes are told apart by in one input.
// EtherTypes and link types are 16 bits each; frames beyond the bound are
// counted under their outcome without detail.
const MaxDetails = 1 << 10

// MaxDamages bounds the damaged places that are kept one by one; all are counted.
const MaxDamages = 100

// Tally counts packets that have something in common.
type Tally struct {
	Packets        uint64
	WireOctets     uint64 // original frame lengths, without frame check sequence
	CapturedOctets uint64
	Octets         uint64 // IP lengths; 0 where there is no IP header, but for frames that are metered without
	FirstOffset    int64  // of the first one, in the decompressed input
	FirstNumber    uint64 // of the first one; 0 if there is none
}

func (t *Tally) add(f *capture.Frame, m *flow.Meta) {
	if t.Packets == 0 {
		t.FirstOffset, t.FirstNumber = f.Offset, f.Number
	}
	t.addFrame(len(f.Data), m)
}

// addFrame counts a packet but for its place, of which so many octets were captured.
func (t *Tally) addFrame(captured int, m *flow.Meta) {
	t.Packets++
	t.WireOctets += uint64(m.WireOctets)
	t.CapturedOctets += uint64(captured)
	t.Octets += m.Octets
}

// addIf is addFrame if yes is 1, and does nothing if it is 0, without a branch.
func (t *Tally) addIf(yes uint64, captured int, m *flow.Meta) {
	t.Packets += yes
	t.WireOctets += yes * uint64(m.WireOctets)
	t.CapturedOctets += yes * uint64(captured)
	t.Octets += yes * m.Octets
}

// addTally adds packets behind those that are counted.
func (t *Tally) addTally(behind *Tally) {
	if behind.Packets == 0 {
		return
	}
	if t.Packets == 0 {
		t.FirstOffset, t.FirstNumber = behind.FirstOffset, behind.FirstNumber
	}
	t.Packets += behind.Packets
	t.WireOctets += behind.WireOctets
	t.CapturedOctets += behind.CapturedOctets
	t.Octets += behind.Octets
}

// addPacket counts a packet whose frame is gone: without captured octets and offset.
func (t *Tally) addPacket(p *flow.Packet) {
	if t.Packets == 0 {
		t.FirstNumber = p.Number
	}
	t.Packets++
	t.WireOctets += uint64(p.Meta.WireOctets)
	t.Octets += p.Meta.Octets
}

// Outcome is where packets went: a reason, and which EtherType or link type it
// was where the reason has such a detail.
type Outcome struct {
	Reason flow.Reason
	Detail uint32
}

// OutcomeTally is the tally of one outcome.
type OutcomeTally struct {
	Outcome
	Tally
}

// Note is a remark on packets that are accounted.
type Note uint8

// The notes.
const (
	NoteTruncated       Note = iota // the snapshot length cut the IP packet
	NoteBadTransport                // the transport header contradicts itself or its packet
	NoteLengthInferred              // the IP length was 0 and taken from the frame
	NoteFragment                    // a fragment
	NoteLate                        // earlier than the file's clock by more than the reorder window
	NoteStray                       // a time stamp that the packets around it contradict
	NoteShortOriginal               // the file says that the original length is below the captured one
	NoteFractionCarried             // the fraction of the time stamp was a second or more
	NoteWithoutTime                 // a simple packet block: it has the time of the packet before it
	NoteUnnamedFragment             // a later fragment of a datagram whose first one is not there: it has no ports
	NoteDepthLimited                // more headers stand in front of the inner packet than are opened
	NoteSecond                      // a second packet of a frame that is accounted: what its tunnel carries, with LayerBoth

	// NoteCount is the number of notes.
	NoteCount
)

var noteMarks = [...]struct {
	note Note
	mark flow.Mark
}{
	{NoteTruncated, flow.MarkTruncated},
	{NoteBadTransport, flow.MarkBadTransport},
	{NoteLengthInferred, flow.MarkLengthInferred},
	{NoteFragment, flow.MarkFragment},
	{NoteDepthLimited, flow.MarkDepthLimited},
}

const notedMarks = flow.MarkTruncated | flow.MarkBadTransport | flow.MarkLengthInferred | flow.MarkFragment | flow.MarkDepthLimited

// String gives the stable name of the note, as the ledger has it.
func (n Note) String() string {
	//exhaustive:enforce
	switch n {
	case NoteTruncated:
		return "truncated_payload"
	case NoteBadTransport:
		return "bad_l4_header"
	case NoteLengthInferred:
		return "length_inferred"
	case NoteFragment:
		return "fragment"
	case NoteLate:
		return "late"
	case NoteStray:
		return "stray_time"
	case NoteShortOriginal:
		return "original_below_captured"
	case NoteFractionCarried:
		return "fraction_carried"
	case NoteWithoutTime:
		return "without_time"
	case NoteUnnamedFragment:
		return "fragment_unnamed"
	case NoteDepthLimited:
		return "depth_limited"
	case NoteSecond:
		return "second_packet"
	}
	return "unknown"
}

// Account says where every packet and octet of one input went.
type Account struct {
	Name     string
	Format   string // stable name of the format
	HasFrame bool   // the input was recognised

	Accounted Tally // packets that were metered
	Notes     [NoteCount]Tally
	Capture   capture.Tally
	Input     input.Account

	Interfaces []capture.Interface

	Exports *ExportAccount // nil for captures of traffic

	// Imprint is that of all packets and rows that are given.
	Imprint flow.Imprint

	FirstTime, LastTime flow.Timestamp // least and greatest time of the metered packets; valid iff there are any
	Earlier, Later      bool           // packets were left out whose time is before the range that was asked for, behind it
	ClockSteps          uint64         // times that the capture's clock was set back

	Damages     []damage.Error // the first MaxDamages that were reported
	DamageCount uint64         // of all damaged places, reported or not

	others   map[Outcome]*Tally
	latest   *Tally // of others, that was asked for last; nil at first
	latestOf Outcome
}

// Complete says whether the input was read to its end without damage.
func (a *Account) Complete() bool { return a.DamageCount == 0 }

// Packets is the number of packets that the input holds.
func (a *Account) Packets() uint64 { return a.Capture.Packets }

// Outcomes gives the tallies of all outcomes that occurred, by reason and detail.
// Their packets add up to Packets less Capture.LostPackets.
func (a *Account) Outcomes() []OutcomeTally {
	var all []OutcomeTally
	if a.Accounted.Packets > 0 {
		all = append(all, OutcomeTally{Outcome{Reason: flow.ReasonAccounted}, a.Accounted})
	}
	for outcome, tally := range a.others {
		all = append(all, OutcomeTally{outcome, *tally})
	}
	slices.SortFunc(all, func(a, b OutcomeTally) int {
		return cmp.Or(cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Detail, b.Detail))
	})
	return all
}

// excluded counts a packet that is not metered.
func (a *Account) excluded(reason flow.Reason, detail uint32, f *capture.Frame, wire uint32) {
	a.other(Outcome{reason, detail}).add(f, &flow.Meta{WireOctets: wire})
}

// unselected counts a packet that could be metered but was not selected. Packets
// that are held come behind others of higher numbers.
func (a *Account) unselected(reason flow.Reason, f *capture.Frame, m *flow.Meta) {
	tally := a.other(Outcome{Reason: reason})
	tally.add(f, m)
	if f.Number < tally.FirstNumber {
		tally.FirstNumber, tally.FirstOffset = f.Number, f.Offset
	}
}

// other gives the tally of an outcome, that without its detail if there are too many. Most packets that are
// not metered have the outcome of the one before, and need no look into the map, which would be half of what they cost.
func (a *Account) other(key Outcome) *Tally {
	if a.latest != nil && key.Reason == a.latestOf.Reason && key.Detail == a.latestOf.Detail {
		return a.latest
	}
	a.latest, a.latestOf = a.lookUp(key), key
	return a.latest
}

func (a *Account) lookUp(key Outcome) *Tally {
	tally := a.others[key]
	if tally == nil {
		if len(a.others) >= MaxDetails {
			key.Detail = 0
			tally = a.others[key]
		}
		if tally == nil {
			tally = new(Tally)
			if a.others == nil {
				a.others = make(map[Outcome]*Tally)
			}
			a.others[key] = tally
		}
	}
	return tally
}

// metered counts a packet that is.
func (a *Account) metered(f *capture.Frame, p *flow.Packet) {
	if a.Accounted.Packets == 0 {
		a.FirstTime, a.LastTime = p.Time, p.Time
	}
	a.FirstTime, a.LastTime = min(a.FirstTime, p.Time), max(a.LastTime, p.Time)
	a.Accounted.add(f, &p.Meta)
	a.note(f, p)
}

// note counts the remarks on a packet.
func (a *Account) note(f *capture.Frame, p *flow.Packet) {
	switch p.Meta.Marks & notedMarks {
	case 0:
		return
	case flow.MarkTruncated: // every long packet of a capture with a short snapshot length
		a.Notes[NoteTruncated].add(f, &p.Meta)
		return
	}
	for _, n := range noteMarks {
		if p.Meta.Marks&n.mark != 0 {
			a.Notes[n.note].add(f, &p.Meta)
		}
	}
}

func (a *Account) damaged(e *damage.Error) {
	a.DamageCount++
	if len(a.Damages) < MaxDamages {
		a.Damages = append(a.Damages, *e)
	}
}
