package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"netstream/aggregate/engine"
	"netstream/aggregate/flow"
	"netstream/aggregate/runs"
	"netstream/reader"
	"netstream/reader/capture"
	"netstream/reader/datagram"
	"netstream/reader/element"
	"netstream/reader/input"
	"netstream/reader/netflow"
)

// exportSettings are what has influence on the result of a run of exports only.
type exportSettings struct {
	captures     reader.CaptureContent
	kind         datagram.Kind // what the input is taken for; Unknown to recognize it
	distribution flow.Distribution
	stitch       bool
	dedup        bool
	masks        netflow.MaskOrder
	elements     bool // some information elements are requested
	share        bool // templates of one input serve for the other
	split        int  // the octets from there on are a second input; 0 for none
}

// drawExportSettings gives the default settings in half of the cases, and otherwise
// any. Half of the inputs are taken for what they were before damage, so that
// damage to the first message does not keep a decoder from the others.
func drawExportSettings(random *rand.Rand, kind datagram.Kind, octets int) settings {
	s := drawSettings(random)
	// Intervals far shorter than flows would make thousands of rows of each record,
	// as who asks for such intervals wants.
	s.meter.Interval = max(s.meter.Interval, time.Minute)
	s.export.captures = reader.CapturesAsExports
	if random.IntN(2) == 0 {
		kind = datagram.Unknown
	}
	s.export.kind = kind
	if random.IntN(2) == 0 {
		return s
	}
	s.meter.Interval = time.Minute << random.IntN(14)
	s.export = exportSettings{
		kind:         kind,
		captures:     reader.CaptureContent(random.IntN(3)),
		distribution: flow.Distribution(1 + random.IntN(5)),
		stitch:       random.IntN(2) == 0,
		dedup:        random.IntN(2) == 0,
		masks:        netflow.MaskOrder(random.IntN(3)),
		elements:     random.IntN(2) == 0,
		share:        random.IntN(2) == 0,
	}
	if random.IntN(4) == 0 && octets > 1 {
		s.export.split = 1 + random.IntN(octets-1)
	}
	return s
}

// requestedElements are numbers, texts, lists and the second of several values.
func requestedElements() []element.Request {
	var all []element.Request
	for _, number := range []uint16{1, 4, 8, 27, 82, 94, 96, 136, 152, 154, 291, 292, 293, 460, 484} {
		all = append(all, element.Request{ID: element.IANA(number), Occurrence: 1})
	}
	return append(all, element.Request{ID: element.IANA(8), Occurrence: 2},
		element.Request{ID: element.ID{Enterprise: 2011, Number: 1}, Occurrence: 1})
}

// exportRun is a run of exports under way.
type exportRun struct {
	settings *settings
	layout   *layout
	points   *flow.Points
	options  reader.Options
	inputs   []reader.Either // that were not refused
	accounts []*reader.Account
	files    []string // to be removed
}

// runExports surveys and decodes an export file and makes the tables, and checks
// everything that can be checked on one run.
func runExports(content []byte, s *settings, l *layout) (got outcome, err error) {
	r := &exportRun{settings: s, layout: l, points: flow.NewPoints()}
	r.options = reader.Options{
		Points: r.points, Hasher: l.hasher, ReorderWindow: s.reorderWindow, WithMAC: s.withMAC,
		Input: input.Options{ReadAhead: l.readAhead, NoDigests: !l.digest},
		Exports: reader.ExportOptions{
			Captures: s.export.captures, Names: flow.NewNames(), MaskOrder: s.export.masks, DropDuplicates: s.export.dedup,
			Ceiling: new(reader.Ceiling), Spool: spool,
		},
	}
	if s.export.elements {
		r.options.Exports.Elements = requestedElements()
	}
	defer func() { err = errors.Join(err, r.remove()) }()
	parts := [][]byte{content}
	if at := s.export.split; at > 0 {
		parts = [][]byte{content[:at], content[at:]}
	}
	verdict, err := r.open(parts)
	if err != nil || len(r.inputs) == 0 {
		return outcome{verdict: verdict}, err
	}
	result, err := r.engine()
	if err != nil {
		return outcome{}, err
	}
	return r.audit(result, len(content))
}

// spool gives a file without a name, as the program does.
func spool() (*os.File, error) {
	file, err := os.CreateTemp("", "mutate-*.spool")
	if err != nil {
		return nil, fmt.Errorf("cannot create a spool file: %w", err)
	}
	return file, os.Remove(file.Name())
}

// open recognizes and surveys the inputs. It gives the verdict on those that are
// refused.
func (r *exportRun) open(parts [][]byte) (verdict string, err error) {
	for _, part := range parts {
		source := input.Source{Name: input.StandardInput, Stream: true}
		if !r.layout.stream {
			if source, err = r.file(part); err != nil {
				return "", err
			}
		}
		in, err := r.recognize(source, part)
		if refused := refusal(err); refused != "" {
			verdict = refused
			continue
		}
		if err != nil {
			return "", errors.Join(err, r.close())
		}
		r.inputs = append(r.inputs, in)
	}
	return verdict, nil
}

// recognize opens an input as what it is, or is said to be.
func (r *exportRun) recognize(source input.Source, part []byte) (reader.Either, error) {
	kind := r.settings.export.kind
	if kind == datagram.Unknown {
		return reader.OpenEither(source, bytes.NewReader(part), r.options)
	}
	opened, err := input.Open(source, bytes.NewReader(part), r.options.Input)
	if err != nil {
		return reader.Either{}, err
	}
	if kind == datagram.CaptureOfExports && reader.Recognize(opened, reader.CapturesAsExports) != kind {
		return reader.Either{}, errors.Join(&capture.FormatError{}, opened.Close())
	}
	exports, err := reader.OpenExports(source, opened, kind, r.options)
	return reader.Either{Exports: exports}, err
}

// file writes an input to a file.
func (r *exportRun) file(part []byte) (input.Source, error) {
	file, err := os.CreateTemp("", "mutate-*.exports")
	if err != nil {
		return input.Source{}, fmt.Errorf("cannot create an input: %w", err)
	}
	r.files = append(r.files, file.Name())
	_, err = file.Write(part)
	return input.Source{Name: file.Name()}, errors.Join(err, file.Close())
}

func (r *exportRun) remove() error {
	var errs []error
	for _, name := range r.files {
		errs = append(errs, os.Remove(name))
	}
	return errors.Join(errs...)
}

// close gives up inputs that the engine did not come to.
func (r *exportRun) close() error {
	var errs []error
	for _, in := range r.inputs {
		if in.Exports != nil {
			errs = append(errs, in.Exports.Close())
		} else {
			errs = append(errs, in.Packets.Close())
		}
	}
	return errors.Join(errs...)
}

// engine meters and decodes all inputs.
func (r *exportRun) engine() (*engine.Result, error) {
	var captures []engine.Input
	var records []engine.RecordInput
	var exports []*reader.Exports
	for i, in := range r.inputs {
		if in.Exports == nil {
			in.Packets.SetOrdinal(uint32(i))
			start, err := in.Packets.Start()
			if err != nil {
				return nil, errors.Join(err, r.close())
			}
			earliest := start.Earliest
			if !start.Any {
				earliest = flow.MaxTimestamp
			}
			source := &guarded{packets: in.Packets, atATime: r.layout.atATime}
			captures = append(captures, engine.Input{Earliest: earliest, Open: func(int) (engine.Source, error) { return source, nil }})
			r.accounts = append(r.accounts, in.Packets.Account())
			continue
		}
		in.Exports.SetOrdinal(uint32(i))
		exports = append(exports, in.Exports)
		records = append(records, engine.RecordInput{Open: func() (engine.RecordSource, error) {
			if err := in.Exports.Begin(); err != nil {
				return nil, errors.Join(err, in.Exports.Close())
			}
			return &guardedExports{in.Exports}, nil
		}})
		r.accounts = append(r.accounts, in.Exports.Account())
	}
	if err := reader.Lend(exports, r.settings.export.share); err != nil {
		return nil, err
	}
	return engine.Run(context.Background(), captures, records, engine.Config{
		Meter: r.settings.meter, Points: r.points, Workers: r.layout.workers, Hasher: r.layout.hasher,
		FlowMemory: r.layout.rowMemory, SliceMemory: r.layout.rowMemory,
		Spill:        func() (runs.File, error) { return new(memoryFile), nil },
		Distribution: r.settings.export.distribution, Stitch: r.settings.export.stitch,
	})
}

// guardedExports turns panics of the reader, which the engine calls in a goroutine
// of its own, into errors.
type guardedExports struct{ exports *reader.Exports }

func (g *guardedExports) Close() error { return g.exports.Close() }

func (g *guardedExports) ReadRecords(b *flow.Batch) (err error) {
	defer recovered(&err)
	before := len(b.Records)
	err = g.exports.ReadRecords(b)
	if got := len(b.Records) - before; (err == nil) != (got > 0) {
		return fmt.Errorf("reading gave %d records and the error %v", got, err) //nolint:errorlint // there may be none
	}
	for i := range b.Records {
		if b.Records[i].Export == nil {
			return fmt.Errorf("record %d of %d is not an exported one", i, len(b.Records))
		}
	}
	return err
}
