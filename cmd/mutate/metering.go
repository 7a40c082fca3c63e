package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"netstream/aggregate/engine"
	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
	"netstream/aggregate/runs"
	"netstream/reader"
	"netstream/reader/capture"
	"netstream/reader/input"
	"netstream/reader/nfcapd"
	"netstream/reader/sample"
)

// layout is what must have no influence on the result of a run.
type layout struct {
	bufferSize int // of the capture reader; 0 for the default
	workers    int
	rowMemory  int // octets of rows kept in memory, of each table; 0 for the defaults
	hasher     flow.Hasher
	readAhead  bool
	atATime    int  // packets taken from the reader at a time at most; 0 for as many as the engine asks for
	stream     bool // exports come as a stream rather than as a file
	digest     bool // rows and account of exports are made a digest of
}

// settings is what has.
type settings struct {
	meter         meter.Settings
	reorderWindow time.Duration
	withMAC       bool
	selection     reader.Selection // of packets
	export        exportSettings
	arguments     []string // of a process
}

// drawSettings gives the default settings in half of the cases, and in the others
// timers so short that damaged times meet every rule.
func drawSettings(random *rand.Rand) settings {
	if random.IntN(2) == 0 {
		return settings{
			meter: meter.Settings{
				IdleTimeout: 30 * time.Second, ActiveTimeout: 30 * time.Minute, EndGrace: 30 * time.Second, Interval: 5 * time.Minute},
			reorderWindow: time.Second,
		}
	}
	idle := time.Duration(1 + random.Int64N(int64(2*time.Second)))
	rules := []meter.EndRule{meter.EndByGrace, meter.EndByGrace, meter.EndAtOnce, meter.EndIfOpen, meter.EndIgnored}
	return settings{
		meter: meter.Settings{
			IdleTimeout:   idle,
			ActiveTimeout: time.Duration(random.Int64N(int64(4 * time.Second))),
			EndGrace:      time.Duration(random.Int64N(int64(idle) + 1)),
			Protocols:     map[uint8]meter.Timers{17: {Idle: idle * 2, Active: idle}},
			Fin:           rules[random.IntN(len(rules))],
			Rst:           rules[random.IntN(len(rules))],
			MaxOctets:     []uint64{0, 0, 100, 1500}[random.IntN(4)],
			MaxPackets:    []uint64{0, 0, 1, 10}[random.IntN(4)],
			CutEvery:      []time.Duration{0, 0, time.Second, time.Minute}[random.IntN(4)],
			Interval:      time.Microsecond << random.IntN(40),
		},
		reorderWindow: time.Duration(random.Int64N(int64(2 * time.Second))),
		withMAC:       true,
		selection:     drawSelection(random),
	}
}

// drawSelection leaves out some packets by each rule in turn.
func drawSelection(random *rand.Rand) (s reader.Selection) {
	if random.IntN(4) == 0 {
		s.DuplicateWindow = time.Duration(1 + random.Int64N(int64(time.Second)))
	}
	if random.IntN(4) == 0 {
		s.Time = reader.TimeRange{HasFrom: true, From: flow.Timestamp(random.Int64())} // until 2262
	}
	s.Sample = sample.Spec{
		Method: sample.Method(random.IntN(int(sample.RandomTime) + 1)), Packets: 1 + random.Uint64N(5), Phase: 1,
		Window: time.Microsecond << random.IntN(30), Seed: random.Uint64(),
	}
	if random.IntN(4) == 0 {
		s.Count = reader.Count{Set: true, Packets: 1 + random.Uint64N(100)}
	}
	return s
}

// outcome is what became of a capture or an export file.
type outcome struct {
	verdict   string // "metered", "decoded", "damaged", "foreign" or "refused"
	packets   uint64 // accounted
	messages  uint64 // read from export files; blocks of nfcapd files
	rows      uint64 // of exporters
	intervals uint64 // rows of the interval table
	tables    [sha256.Size]byte
	account   [sha256.Size]byte
}

// run meters a capture and checks everything that can be checked on one run.
func run(content []byte, s *settings, l *layout) (outcome, error) {
	points := flow.NewPoints()
	packets, err := reader.Open(input.Source{Name: input.StandardInput, Stream: true}, bytes.NewReader(content), reader.Options{
		Points: points, Hasher: l.hasher, ReorderWindow: s.reorderWindow, WithMAC: s.withMAC, Select: s.selection,
		BufferSize: l.bufferSize, Input: input.Options{ReadAhead: l.readAhead},
	})
	if verdict := refusal(err); verdict != "" {
		return outcome{verdict: verdict}, nil
	}
	if err != nil {
		return outcome{}, err
	}
	start, err := packets.Start()
	if err == nil {
		earliest := start.Earliest
		if !start.Any {
			earliest = flow.MaxTimestamp
		}
		source := &guarded{packets: packets, atATime: l.atATime}
		var result *engine.Result
		result, err = engine.Run(context.Background(),
			[]engine.Input{{Earliest: earliest, Open: func(int) (engine.Source, error) { return source, nil }}}, nil,
			engine.Config{
				Meter: s.meter, Points: points, Workers: l.workers, Hasher: l.hasher, FlowMemory: l.rowMemory, SliceMemory: l.rowMemory,
				Population: s.selection.Sample.Population(),
				Spill:      func() (runs.File, error) { return new(memoryFile), nil },
			})
		if err == nil {
			return auditCapture(packets.Account(), result, points)
		}
	}
	closing := packets.Close()
	if verdict := refusal(err); verdict != "" {
		return outcome{verdict: verdict}, closing
	}
	return outcome{}, errors.Join(err, closing)
}

// refusal gives the verdict on inputs that are not read for a legitimate reason:
// they are no captures any more, or ask for more than the limits allow.
func refusal(err error) string {
	var foreign *capture.FormatError
	var foreignCollector *nfcapd.FormatError
	if errors.As(err, &foreign) || errors.As(err, &foreignCollector) {
		return "foreign"
	}
	if class := input.ClassOf(err); class == input.Refused || class == input.LimitReached {
		return "refused"
	}
	return ""
}

// guarded turns panics of the reader, which the engine calls in a goroutine of its
// own, into errors.
type guarded struct {
	packets *reader.Packets
	atATime int
}

func (g *guarded) Close() error { return g.packets.Close() }

func (g *guarded) ReadPackets(room []flow.Packet) (packets []flow.Packet, err error) {
	defer recovered(&err)
	if g.atATime > 0 {
		room = room[:min(g.atATime, len(room))]
	}
	return g.packets.ReadPackets(room)
}

// recovered turns a panic into an error with the stack.
func recovered(err *error) {
	if cause := recover(); cause != nil {
		*err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
	}
}

// memoryFile is a sorted run in memory.
type memoryFile struct{ bytes.Buffer }

func (f *memoryFile) ReadAt(p []byte, offset int64) (int, error) {
	return bytes.NewReader(f.Bytes()).ReadAt(p, offset)
}

// Close gives the space back.
func (f *memoryFile) Close() error {
	f.Reset()
	return nil
}

var _ io.ReaderAt = (*memoryFile)(nil)
