package reader

import (
	"errors"
	"fmt"
	"io"
	"os"

	"netstream/aggregate/flow"
	"netstream/reader/anonymize"
	"netstream/reader/capture"
	"netstream/reader/damage"
	"netstream/reader/datagram"
	"netstream/reader/element"
	"netstream/reader/input"
	"netstream/reader/netflow"
	"netstream/reader/nfcapd"
)

// ExportOptions says how exporters' flow records are read.
type ExportOptions struct {
	Captures  CaptureContent
	Names     *flow.Names       // takes the names of interfaces, VRFs and applications
	Elements  []element.Request // information elements that are wanted by number
	MaskOrder netflow.MaskOrder // of NetFlow version 8

	// DropDuplicates leaves out messages that repeat one of the same stream.
	DropDuplicates bool

	// Ceiling holds the sums of all inputs below what 64 bits can hold; it is common
	// to the inputs of a run.
	Ceiling *Ceiling

	// Spool gives a file that streams are written to, since exports are read twice.
	Spool func() (*os.File, error)
}

// Exports reads the flow records that exporters have metered from one input. It
// reads the input twice: first for templates and options, which may come after
// the data that they describe, then for the records; a file that begins with messages of
// versions without templates once, as long as there are no others. It is not safe for
// concurrent use.
type Exports struct {
	options Options
	source  input.Source
	kind    datagram.Kind
	opened  input.Stat
	spool   *os.File       // the stream's octets; nil for files
	spooled *input.Account // of the stream; nil for files
	cut     error          // fatal damage of the stream, or nil

	decoder *netflow.Decoder
	mask    *anonymize.Mask // nil if addresses stay
	known   *nfcapd.Survey  // of nfcapd files
	start   Start
	ordinal uint32

	// Of the survey.
	whole         bool        // it goes to the end
	taughtNothing int         // messages, if all have
	later         *unsurveyed // where it is made up for; nil if it need not be
	place         int         // there

	// Of the second reading.
	in       *input.Input
	messages messages        // nil for nfcapd files
	frames   *capture.Reader // of captures
	packets  *datagram.Packets
	raw      *datagram.Raw
	nfcapd   *nfcapd.Reader
	message  datagram.Message
	pending  bool          // the message is being decoded
	decoded  *MessageTally // of the messages that were; nil before the first
	stream   *stream       // of the message
	latest   *stream       // that was looked up
	streams  map[streamKey]*stream
	rows     uint64
	points   map[uint32]uint64 // rows of nfcapd files, by observation point
	ended    bool
	finished bool
	failed   error
	account  *Account // apart, since it outlives the reader
}

// messages are export messages, whatever they lie in.
type messages interface {
	Next(*datagram.Message) error
}

// begin begins to read octets from the start. What is damaged there is noted in
// the account.
func (e *Exports) begin(octets io.Reader) error {
	e.forgetReading()
	var err error
	switch e.kind {
	case datagram.CaptureOfExports:
		if e.frames, err = capture.NewReader(octets); err != nil {
			return err
		}
		e.packets = datagram.NewPackets(e.frames, netflow.Length)
		if e.options.Filter != nil {
			chosen, interfaces := &frameFilter{filter: e.options.Filter}, e.frames.Interfaces
			e.packets.Select(func(f *capture.Frame) (bool, error) { return chosen.selects(interfaces(), f) })
		}
		e.messages = e.packets
		e.account.Format = e.frames.Format().String()
	case datagram.Nfcapd:
		e.nfcapd, err = nfcapd.NewReader(upToDamage{octets}, nfcapd.Options{
			Points: e.options.Points, Names: e.options.Exports.Names, Survey: e.known, Exporter: e.options.Anonymize.Addr})
		e.account.Format = "nfcapd"
	default:
		e.raw = datagram.NewRaw(octets, netflow.Length)
		e.messages = e.raw
		e.account.Format = "exports"
	}
	return err
}

// forgetReading gives back what one reading of the octets takes.
func (e *Exports) forgetReading() {
	e.messages, e.frames, e.packets, e.raw, e.nfcapd = nil, nil, nil, nil, nil
	e.message = datagram.Message{} // which lies in a buffer
}

// SetOrdinal gives the input its place among the inputs of the run. It must be
// called before Begin.
func (e *Exports) SetOrdinal(ordinal uint32) { e.ordinal = ordinal }

// Start says when the input's first message was exported.
func (e *Exports) Start() Start { return e.start }

// HasFrames says whether the exports lie in a capture, to which a filter applies.
func (e *Exports) HasFrames() bool { return e.kind == datagram.CaptureOfExports }

// Decoder gives what the survey has learned. It is complete once ReadRecords has given
// io.EOF.
func (e *Exports) Decoder() *netflow.Decoder { return e.decoder }

// Begin begins the second reading.
func (e *Exports) Begin() error {
	e.mask = anonymize.NewMask(e.options.Anonymize)
	octets := e.again()
	if e.spool != nil {
		if _, err := e.spool.Seek(0, io.SeekStart); err != nil {
			return fmt.Errorf("cannot read %s again: %w", e.source.Name, err)
		}
	} else {
		options := e.options.Input
		options.Expect = &e.opened
		opened, err := input.Open(e.source, nil, options)
		if err != nil {
			return err
		}
		e.in, octets = opened, opened
	}
	return e.begin(octets)
}

// ReadRecords adds flow records to an empty batch, at least one, or gives an
// error; io.EOF is the end of the input, be it whole or damaged: see Account.
func (e *Exports) ReadRecords(b *flow.Batch) error {
	for !e.ended {
		before := len(b.Records)
		if err := e.fill(b); err != nil {
			return err
		}
		e.number(b.Records[before:])
		if len(b.Records) >= flow.BatchRecords-1 || e.pending {
			return nil
		}
	}
	if len(b.Records) > 0 {
		return nil
	}
	e.finish()
	if e.failed != nil {
		return e.failed
	}
	return io.EOF
}

// fill adds records of the next message, or notes the damage or the end.
func (e *Exports) fill(b *flow.Batch) error {
	var err error
	switch {
	case e.nfcapd != nil:
		err = e.nfcapd.Read(b)
	case e.pending:
		e.decode(b)
	default:
		if err = e.messages.Next(&e.message); err != nil {
			break
		}
		if err := e.makeUp(e.message.Data); err != nil {
			return err
		}
		e.receive(b)
	}
	if err == nil {
		return nil
	}
	var found *damage.Error
	switch {
	case err == io.EOF:
		e.ended = true
	case errors.As(err, &found):
		e.account.damaged(e.unit(found))
		// Behind fatal damage messages give what waits for fragments and segments, and
		// account for it, before they end.
		e.ended = found.Fatal && e.nfcapd != nil
	default:
		return fmt.Errorf("cannot read %s: %w", e.source.Name, err)
	}
	return nil
}

// unit says what the number of a damage in the container counts.
func (e *Exports) unit(found *damage.Error) *damage.Error {
	switch {
	case e.nfcapd != nil:
		found.Unit = damage.Record
	case e.raw != nil:
		found.Unit = damage.Message
	}
	return found
}

// finish completes the account. It closes the input.
func (e *Exports) finish() {
	if e.finished {
		return
	}
	e.finished = true
	a := e.account
	a.Exports.Streams = e.report()
	switch {
	case e.frames != nil:
		a.Capture = e.frames.Tally()
		a.DamageCount += a.Capture.Unreported
		a.Interfaces = append([]capture.Interface(nil), e.frames.Interfaces()...)
		a.Exports.Frames = &FrameTally{Outcomes: e.packets.Outcomes(), PacketTally: e.packets.Tally()}
		if n := a.Exports.Frames.BadChecksums; n > 0 {
			a.Exports.Remarks[remarkBadChecksum] += n
		}
	case e.nfcapd != nil:
		tally, info := e.nfcapd.Tally(), e.nfcapd.Info()
		a.Exports.Nfcapd, a.Exports.Info = &tally, &info
		a.Exports.Streams = e.collected()
		for remark, n := range tally.Remarks {
			a.Exports.Remarks[remark] += n
		}
	default:
		tally := e.raw.Tally()
		a.Exports.Raw = &tally
		a.DamageCount += tally.Unreported
	}
	if e.spooled != nil {
		a.Input = *e.spooled
	} else if err := e.in.Close(); err != nil {
		e.failed = fmt.Errorf("cannot close %s: %w", a.Name, err)
	} else {
		a.Input = e.in.Account()
	}
	for _, found := range a.Input.Damage {
		if !found.Fatal || e.nfcapd != nil { // the reader of messages has passed on what ended the input
			a.damaged(found)
		}
	}
}

// overflowed notes that counters of the latest row were dropped.
func (e *Exports) overflowed(counters uint64) {
	e.account.Exports.Remarks["counter_overflow"] += counters
	found := &damage.Error{Kind: damage.BadCounter, Number: e.rows, Unit: damage.Record,
		Detail: "a counter that is too large counts as unknown"}
	if e.nfcapd == nil {
		found.Offset, found.Number, found.Unit = e.message.Offset, e.message.Number, damage.Message
	}
	e.account.damaged(found)
}

// Account gives the account of the input. It is complete once ReadRecords has
// given io.EOF.
func (e *Exports) Account() *Account { return e.account }

// Close gives up the input, read or not.
func (e *Exports) Close() error {
	var errs []error
	if e.in != nil {
		errs = append(errs, e.in.Close())
	}
	if e.spool != nil {
		errs = append(errs, e.spool.Close())
		e.spool = nil
	}
	return errors.Join(errs...)
}

func (e *Exports) kindHasNoTemplates() bool { return e.kind == datagram.Nfcapd }
