package main

import (
	"cmp"
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"netstream/aggregate/engine"
	"netstream/aggregate/flow"
	"netstream/reader"
	"netstream/reader/filter"
	"netstream/reader/input"
)

// observation is one input of the run, put in order with the others.
type observation struct {
	source  input.Source
	ordinal uint32 // among the inputs of all runs that hand over to each other
	start   reader.Start
	packets *reader.Packets // open; nil until it is needed, and for exports
	exports *reader.Exports // surveyed; nil for captures of traffic, and once read
	opened  input.Stat      // what the file was when start was found out
	chosen  uint64          // packets that are selected, at most as many as the run is to have; found out if packets are counted over several inputs
	count   reader.Count    // how many packets of it are to be metered, if they are counted over several inputs
	account *reader.Account // complete once the input was read
}

// observations are all inputs of a run, by ordinal.
type observations struct {
	all     []*observation
	skipped []input.Skipped
	leftOut bool // an input that was named is missing

	keepGoing bool
	counting  bool // packets are counted over several inputs
	options   reader.Options
	stdin     io.Reader

	progress *progress
	stored   int64 // octets of all files
}

// keepOpen is how many inputs stay open between finding out how they begin and
// reading them; each holds some MiB of buffers. More are opened again when their
// turn comes.
const keepOpen = 4

// openInputs finds the inputs, looks at how each begins, and puts them in order.
// Nothing is written yet, so whatever cannot be opened ends the run here, unless
// it is to go on without. Ordinals begin with first.
func openInputs(ctx context.Context, c *console, o *runOptions, args []string, first uint32, options reader.Options, p *progress) (*observations, error) {
	obs := &observations{options: options, stdin: c.in, progress: p, keepGoing: o.keepGoing}
	selection, err := obs.find(c, o, args)
	obs.skipped = selection.Skipped
	if err != nil {
		if !o.keepGoing || len(selection.Sources) == 0 || input.ClassOf(err) == input.Refused {
			return nil, inputFailure(err)
		}
		for _, e := range input.Errors(err) {
			obs.leaveOut(c, e.Name, e.Err.Error())
			obs.leftOut = true
		}
	}
	obs.counting = options.Select.Count.Set && len(selection.Sources) > 1
	// Surveys of exports share bounds: their order must not be that of the arguments.
	slices.SortStableFunc(selection.Sources, func(a, b input.Source) int { return cmp.Compare(a.Name, b.Name) })
	for _, source := range selection.Sources {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := obs.look(ctx, c, o, source); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(obs.skipped, func(a, b input.Skipped) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Why, b.Why))
	})
	if len(obs.all) == 0 {
		return nil, fail(exitUsage, "captures (pcap, pcapng), messages of NetFlow and IPFIX, and nfcapd files can be read, compressed or not",
			"none of the inputs is a capture or holds exports")
	}
	slices.SortStableFunc(obs.all, compareObservations)
	obs.shareCount()
	for i, in := range obs.all {
		in.ordinal = first + uint32(i)
		if in.packets != nil {
			in.packets.SetOrdinal(in.ordinal)
		}
		if in.exports != nil {
			in.exports.SetOrdinal(in.ordinal)
		}
	}
	if err := obs.lend(o.shareTemplates); err != nil {
		return nil, err
	}
	return obs, nil
}

// find gives the inputs that were asked for, or those of the run that is repeated.
func (obs *observations) find(c *console, o *runOptions, args []string) (*input.Selection, error) {
	if o.repeated != nil {
		obs.leftOut = o.repeated.leftOut
		return &o.repeated.selection, nil
	}
	return input.Expand(input.Request{
		Names: append(slices.Clone(o.read), args...), FilesFrom: o.filesFrom, Stdin: c.in, Streams: o.streams, Repeats: o.duplicates == "count",
	})
}

// look opens one input and finds out how it begins.
func (obs *observations) look(ctx context.Context, c *console, o *runOptions, source input.Source) error {
	if obs.counting && source.Stream {
		return fail(exitUsage, "name files, or this input alone",
			"cannot read %s: with --count several inputs are read twice, which a stream cannot be", source.Name)
	}
	in, err := obs.begin(ctx, source)
	switch {
	case reader.IsForeign(err) && (source.Found || o.keepGoing):
		obs.leaveOut(c, source.Name, err.Error())
		obs.leftOut = obs.leftOut || !source.Found || namedAsInput(source.Name)
		return nil
	case reader.IsForeign(err):
		return fail(exitUsage, "'netstream inspect' says what a file is", "cannot read %s: %w", source.Name, err)
	case err != nil && o.keepGoing && input.ClassOf(err) == input.Unreadable:
		obs.leaveOut(c, source.Name, err.Error())
		obs.leftOut = true
		return nil
	case err != nil:
		return inputFailure(err)
	}
	if in.exports != nil {
		if err := o.refuseExports(source.Name); err != nil {
			in.close() // it was only looked at
			return err
		}
	}
	obs.progress.expect(source)
	obs.stored += sizeOf(source)
	if in.packets != nil && obs.closes(source) {
		in.opened = in.packets.Opened()
		if err := in.packets.Close(); err != nil {
			return inputFailure(err)
		}
		in.packets = nil
	}
	obs.all = append(obs.all, in)
	return nil
}

// closes says whether a capture is closed again once it is known how it begins.
func (obs *observations) closes(source input.Source) bool {
	return !source.Stream && (len(obs.all) >= keepOpen || obs.counting)
}

// begin opens an input and reads as far as is needed to put it in order. It does
// not wait for a stream that gives nothing once ctx is canceled.
func (obs *observations) begin(ctx context.Context, source input.Source) (*observation, error) {
	type beginning struct {
		in  *observation
		err error
	}
	begun := make(chan beginning) // nobody may be there to take it
	go func() {
		in, err := obs.firstLook(source)
		select {
		case begun <- beginning{in, err}:
		case <-ctx.Done():
			if in != nil {
				in.close() // it was only looked at
			}
		}
	}()
	select {
	case b := <-begun:
		return b.in, b.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// firstLook opens an input for the first time and finds out how it begins.
func (obs *observations) firstLook(source input.Source) (*observation, error) {
	options := obs.options
	options.Glance = obs.closes(source)
	recognized, err := reader.OpenEither(source, obs.stdin, options)
	if err != nil {
		return nil, err
	}
	if exports := recognized.Exports; exports != nil {
		return &observation{source: source, exports: exports, start: exports.Start()}, nil
	}
	packets := recognized.Packets
	start, err := packets.Start()
	if err != nil {
		_ = packets.Close() // the failure is what matters
		return nil, err
	}
	in := &observation{source: source, packets: packets, start: start}
	if obs.counting {
		if in.chosen, err = packets.Selected(obs.options.Select.Count.Packets); err != nil {
			_ = packets.Close() // the failure is what matters
			return nil, err
		}
	}
	return in, nil
}

// shareCount says how many packets of each input are metered, if the run is to have
// a number of them: inputs are counted in their order. All of them are opened again.
func (obs *observations) shareCount() {
	if !obs.counting {
		return
	}
	left := obs.options.Select.Count.Packets
	for _, in := range obs.all {
		in.count = reader.Count{Set: true, Packets: left}
		left -= min(left, in.chosen)
	}
}

func (obs *observations) leaveOut(c *console, name, why string) {
	obs.skipped = append(obs.skipped, input.Skipped{Name: name, Why: why})
	if namedAsInput(name) || obs.keepGoing {
		obs.progress.clear()
		c.warn("left out: %s: %s", name, why)
	}
}

// namedAsInput says whether a file in a directory claims by its name to be a capture
// or to hold exports. What a file is, is decided by its content; but an hour of
// accounting whose file was ruined must not be left out in silence.
func namedAsInput(name string) bool {
	base := strings.ToLower(filepath.Base(name))
	for _, ending := range []string{".gz", ".zst", ".lz4", ".xz", ".bz2"} {
		base = strings.TrimSuffix(base, ending)
	}
	switch filepath.Ext(base) {
	case ".pcap", ".pcapng", ".cap", ".dmp", ".ntar", ".ipfix", ".nfcapd", ".netflow", ".raw":
		return true
	}
	return strings.HasPrefix(base, "nfcapd.")
}

// compareObservations is the order of ordinals (docs/metering.md section 2):
// by first metered packet, those without any last, then by name.
func compareObservations(a, b *observation) int {
	if a.start.Any != b.start.Any {
		if a.start.Any {
			return -1
		}
		return 1
	}
	return cmp.Or(
		cmp.Compare(a.start.Time, b.start.Time),
		cmp.Compare(filepath.Base(a.source.Name), filepath.Base(b.source.Name)),
		cmp.Compare(a.source.Name, b.source.Name))
}

// engineInputs gives the captures as the engine wants them.
func (obs *observations) engineInputs() []engine.Input {
	var inputs []engine.Input
	for _, in := range obs.all {
		if in.exports != nil {
			continue
		}
		earliest := in.start.Earliest
		if !in.start.Any {
			earliest = flow.MaxTimestamp
		}
		inputs = append(inputs, engine.Input{Earliest: earliest, Open: func(room int) (engine.Source, error) {
			return obs.open(in, room)
		}})
	}
	return inputs
}

// frugalBuffer is how many octets of an input are read at a time if there is not room for
// a whole batch of its packets.
const frugalBuffer = 32 << 10

// open opens an input for so many packets at a time.
func (obs *observations) open(in *observation, room int) (engine.Source, error) {
	packets := in.packets
	in.packets = nil // the engine's from now on
	if packets == nil {
		options := obs.options
		options.Input.Expect = &in.opened
		if room < flow.BatchPackets {
			options.Room, options.BufferSize = room, frugalBuffer
			options.Input.ReadAhead, options.Input.Frugal = false, true
		}
		if obs.counting {
			options.Select.Count = in.count
		}
		var err error
		packets, err = reader.Open(in.source, obs.stdin, options)
		if reader.IsForeign(err) {
			return nil, fail(exitDamaged, "", "cannot read %s: it was a capture a moment ago: %w", in.source.Name, err)
		}
		if err != nil {
			return nil, inputFailure(err)
		}
		packets.SetOrdinal(in.ordinal)
	}
	return &accounted{in: in, packets: packets, progress: obs.progress}, nil
}

// close closes the inputs that the engine did not come to.
func (obs *observations) close() {
	for _, in := range obs.all {
		in.close() // it was only looked at
	}
}

func (in *observation) close() {
	if in.packets != nil {
		_ = in.packets.Close()
	}
	if in.exports != nil {
		_ = in.exports.Close()
	}
	in.packets, in.exports = nil, nil
}

// accounted reads an input and keeps its account when it ends.
type accounted struct {
	in       *observation
	packets  *reader.Packets
	progress *progress
}

func (a *accounted) ReadPackets(room []flow.Packet) ([]flow.Packet, error) {
	packets, err := a.packets.ReadPackets(room)
	a.progress.addPackets(len(packets))
	if err == io.EOF {
		a.in.account = a.packets.Account()
	} else if err != nil {
		return packets, inputFailure(err)
	}
	return packets, err
}

// Close gives the input's buffers back, too.
func (a *accounted) Close() error {
	packets := a.packets
	a.packets = nil
	return packets.Close()
}

// inputFailure gives an error of the inputs its exit code and hint.
func inputFailure(err error) error {
	code, hint := exitFailed, ""
	switch input.ClassOf(err) {
	case input.Unreadable:
		code, hint = exitDamaged, "--keep-going does without inputs that cannot be opened"
	case input.LimitReached:
		code = exitLimit
	case input.Refused:
		code = exitUsage
	}
	for _, e := range input.Errors(err) {
		if e.Hint != "" {
			hint = e.Hint
		}
	}
	var refused *filter.Error // the link type does not have what the filter asks for
	if errors.As(err, &refused) {
		code, hint = exitUsage, refused.Hint
	}
	return &failure{code: code, err: err, hint: hint}
}
