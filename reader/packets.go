package reader

import (
	"fmt"
	"io"
	"time"

	"netstream/aggregate/flow"
	"netstream/reader/anonymize"
	"netstream/reader/capture"
	"netstream/reader/clock"
	"netstream/reader/damage"
	"netstream/reader/filter"
	"netstream/reader/header"
	"netstream/reader/input"
	"netstream/reader/interfacemap"
	"netstream/reader/localnet"
)

// Options says how an input is read.
type Options struct {
	Points        *flow.Points // takes the capture interfaces and the exporters
	Hasher        flow.Hasher
	ReorderWindow time.Duration // docs/metering.md section 2; 0 or greater
	WithMAC       bool
	Layer         Layer
	Key           flow.KeyDefinition // the zero value is flow.DefaultKey
	Biflows       bool               // packets of both directions have one key
	JoinFragments bool               // count fragments in the flow that the first one of their datagram names
	Filter        *filter.Filter     // selects the frames of captures; nil selects all
	Interfaces    interfacemap.Map   // gives capture interfaces their indexes
	Directions    Directions
	LocalNetworks *localnet.Networks // for DirectionsOfNetworks
	Anonymize     *anonymize.Key     // replaces addresses once filter and directions have seen them; nil replaces none
	Input         input.Options
	BufferSize    int // octets read at a time; 0 for the default

	// Room is for how many packets ReadPackets will have room, 0 for flow.BatchPackets. With
	// less, the reader takes less memory.
	Room int

	// Glance says of a capture that it is opened to find out how it begins, and closed again:
	// it has no digests, and needs little memory.
	Glance bool

	Select Selection

	Exports ExportOptions
}

func (o *Options) room() int {
	if o.Room > 0 {
		return o.Room
	}
	return flow.BatchPackets
}

// Packets reads the metered packets of one input in the order of their clocks.
// It is not safe for concurrent use.
type Packets struct {
	options Options
	source  *input.Input
	capture *capture.Reader
	orderer *clock.Orderer
	account *Account     // apart, since it outlives the reader
	filter  *frameFilter // nil if all frames are selected
	ordinal uint32

	selection *selection      // nil if all packets are metered that can be
	keys      *keys           // nil if keys are the 7-tuple
	mask      *anonymize.Mask // nil if addresses stay

	plain bool // readPlain has the same meaning as read

	interfaces []observed             // in step with the capture's
	seconds    map[uint64]flow.Packet // by frame, with LayerBoth: what the waiting packets carry
	firsts     *firstFragments        // nil unless fragments are joined
	frame      capture.Frame
	spare      [1]flow.Packet // the place of a packet that has none in order
	ended      bool
	finished   bool
	failed     error // of closing the input
}

// observed is what a capture interface means for its frames.
type observed struct {
	decoder   header.Decoder
	linkType  uint16
	fcsLength int8
	point     uint32 // where frames tell nothing of their own
	mapped    bool   // with the index that the map gives the interface
	cooked    bool   // the frames have headers that tell more
	varies    bool   // the point of a packet is not always point, whatever options its frame has
	spots     spots
}

// Open opens an input. An input that is no capture is a *capture.FormatError. An
// empty or cut one is no error but damage in the account. Errors of the file
// system and of limits are *input.Error.
func Open(source input.Source, stdin io.Reader, options Options) (*Packets, error) {
	opened, err := input.Open(source, stdin, options.Input)
	if err != nil {
		return nil, err
	}
	return openPackets(source.Name, opened, options)
}

// openPackets begins to read an open input, and closes it if it fails.
func openPackets(name string, opened *input.Input, options Options) (*Packets, error) {
	p := &Packets{
		options:   options,
		source:    opened,
		orderer:   clock.NewOrdererOf(options.ReorderWindow, options.room()),
		account:   &Account{Name: name},
		selection: newSelection(&options),
		keys:      newKeys(&options),
		mask:      anonymize.NewMask(options.Anonymize),
	}
	if options.JoinFragments {
		p.firsts = newFirstFragments(options.ReorderWindow, p.keys)
		p.orderer.Fragment = p.placeFragment
	}
	if options.Filter != nil {
		p.filter = &frameFilter{filter: options.Filter}
	}
	p.plain = p.takesPlain()
	size := options.BufferSize
	if size == 0 {
		size = capture.DefaultBufferSize
	}
	var err error
	p.capture, err = capture.NewReaderSize(opened, size)
	if err == nil {
		p.account.HasFrame, p.account.Format = true, p.capture.Format().String()
		return p, nil
	}
	p.capture = nil
	if found, ok := err.(*damage.Error); ok {
		p.account.damaged(found)
		p.account.Capture.Octets.Damaged = found.Length
	} else {
		_ = opened.Close() // the failure is what matters
		return nil, err
	}
	p.end()
	return p, nil
}

// SetOrdinal gives the input its place among the inputs of the run. It must be
// called before the first ReadPackets.
func (p *Packets) SetOrdinal(ordinal uint32) {
	p.ordinal = ordinal
	p.orderer.Each(func(packet *flow.Packet) { packet.Meta.Input = ordinal })
}

// Opened gives what the file system said when the input was opened, zero for
// streams. An input that is closed and opened again later is the same file only
// if this is the same: see input.Options.Expect.
func (p *Packets) Opened() input.Stat { return p.source.Opened() }

// Start says what is needed to put inputs in order before they are metered.
type Start struct {
	Any      bool           // there is a metered packet
	Time     flow.Timestamp // of the first metered packet in the file
	Earliest flow.Timestamp // no packet's clock is before
}

// Start reads as far as it must to say how the input begins. Nothing of it is
// lost for ReadPackets.
func (p *Packets) Start() (Start, error) {
	for !p.orderer.Started() && !p.ended {
		if err := p.read(); err != nil {
			return Start{}, err
		}
	}
	time, earliest, any := p.orderer.Start()
	return Start{Any: any, Time: time, Earliest: earliest}, nil
}

// read reads one frame into the orderer, or notes the damage or the end.
func (p *Packets) read() error {
	f := &p.frame
	err := p.capture.Next(f)
	if err == nil {
		return p.take(f)
	}
	if err == io.EOF {
		p.end()
		return nil
	}
	if found, ok := err.(*damage.Error); ok {
		p.account.damaged(found)
		return nil
	}
	return fmt.Errorf("cannot read %s: %w", p.account.Name, err)
}

// take decodes a frame and gives it to the orderer, or counts why not.
func (p *Packets) take(f *capture.Frame) error {
	if p.selection != nil && p.full() {
		p.beyond(f)
		return nil
	}
	if p.filter != nil {
		selected, err := p.filter.selects(p.capture.Interfaces(), f)
		if err != nil {
			return fmt.Errorf("cannot read %s: %w", p.account.Name, err)
		}
		if !selected {
			p.account.excluded(flow.ReasonFiltered, 0, f, wireOctets(f.Length, f.FCSLength))
			return nil
		}
	}
	for f.Interface >= len(p.interfaces) {
		if err := p.observe(len(p.interfaces)); err != nil {
			return err
		}
	}
	from := &p.interfaces[f.Interface]
	if from.fcsLength != f.FCSLength {
		from.decoder, from.fcsLength = p.decoder(from.linkType, f.FCSLength), f.FCSLength
	}
	if p.options.Layer != LayerOuter {
		return p.takeInner(from, f)
	}
	packet := p.orderer.Slot()
	reason, detail := from.decoder.Decode(packet, f.Data, f.Length)
	if reason != flow.ReasonAccounted && p.takesWithoutIP(from, f, packet, reason) {
		reason = flow.ReasonAccounted
	}
	if reason == flow.ReasonAccounted && !f.TimeValid {
		reason, detail = flow.ReasonTimeOutOfRange, 0
	}
	if reason != flow.ReasonAccounted {
		p.account.excluded(reason, detail, f, packet.Meta.WireOctets)
		return nil
	}
	point := from.point
	if from.varies || f.Direction != capture.DirectionUnknown {
		var err error
		if point, err = p.pointAt(from, p.spotOf(from, f.Data, f.Direction, &packet.Key)); err != nil {
			return err
		}
	}
	if err := p.complete(packet, f, point, false); err != nil {
		return err
	}
	p.offer(f, packet)
	return nil
}

// offer gives a complete packet, which is in the orderer's slot, to the orderer if it
// is selected.
func (p *Packets) offer(f *capture.Frame, packet *flow.Packet) {
	if p.selection != nil {
		p.choose(f, packet)
		return
	}
	p.put(f, packet)
}

// put gives a packet that is metered, in the orderer's slot, to the orderer.
func (p *Packets) put(f *capture.Frame, packet *flow.Packet) {
	if p.options.Layer == LayerBoth {
		p.noteSecond(f)
	}
	p.account.metered(f, packet)
	if p.keys == nil {
		p.account.Imprint.AddPacket(packet)
	}
	packet.Meta.Input = p.ordinal
	p.orderer.Put()
}

// complete sets what the decoder leaves alone. inner says that it was DecodeInner.
func (p *Packets) complete(packet *flow.Packet, f *capture.Frame, point uint32, inner bool) error {
	packet.Time = f.Time
	packet.Number = f.Number
	packet.Key.Point = point
	if p.mask != nil {
		p.mask.Packet(packet)
	}
	if p.keys != nil {
		return p.prepare(packet, f, inner)
	}
	packet.Hash = p.options.Hasher.Hash(&packet.Key)
	return nil
}

// number gives the number of an observation point. If there are too many, the hint
// says what can be done.
func (p *Packets) number(point flow.Point, hint string) (uint32, error) {
	n, err := p.options.Points.Number(point)
	if err != nil {
		return 0, p.tooManyPoints(err, hint)
	}
	return n, nil
}

func (p *Packets) tooManyPoints(err error, hint string) error {
	return &input.Error{Class: input.LimitReached, Op: "read", Name: p.account.Name, Err: err, Hint: hint}
}

func (p *Packets) decoder(linkType uint16, fcsLength int8) header.Decoder {
	withMAC := p.options.WithMAC || p.keys != nil && p.keys.NeedsMAC()
	return header.NewDecoder(linkType, header.Options{WithMAC: withMAC, FCSLength: int(fcsLength)})
}

// end is reached once, when no frame is left.
func (p *Packets) end() {
	p.ended = true
	if p.selection != nil {
		p.release()
	}
	p.orderer.Close()
}

// finish completes the account. It closes the input.
func (p *Packets) finish() {
	if p.finished {
		return
	}
	p.finished = true
	a := p.account
	if p.capture != nil {
		a.Capture = p.capture.Tally()
		a.DamageCount += a.Capture.Unreported
		a.Interfaces = append([]capture.Interface(nil), p.capture.Interfaces()...)
	}
	a.ClockSteps = p.orderer.Steps()
	a.Notes[NoteStray].Packets = p.orderer.Strays
	a.Notes[NoteShortOriginal].Packets = a.Capture.ShortOriginals
	a.Notes[NoteFractionCarried].Packets = a.Capture.CarriedFractions
	a.Notes[NoteWithoutTime].Packets = a.Capture.WithoutTime
	if err := p.source.Close(); err != nil && p.failed == nil {
		p.failed = fmt.Errorf("cannot close %s: %w", a.Name, err)
	}
	a.Input = p.source.Account()
	for _, found := range a.Input.Damage {
		if !found.Fatal { // the capture reader has passed on what ended the stream
			a.damaged(found)
		}
	}
}

// Account gives the account of the input. It is complete once ReadPackets has
// given io.EOF.
func (p *Packets) Account() *Account { return p.account }

// Close gives up an input that was not read to its end.
func (p *Packets) Close() error { return p.source.Close() }
