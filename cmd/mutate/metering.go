package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"netstream/aggregate/balance"
	"netstream/aggregate/engine"
	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
	"netstream/aggregate/runs"
	"netstream/cmd/internal/books"
	"netstream/reader"
	"netstream/reader/capture"
	"netstream/reader/input"
)

// layout is what must have no influence on the result of a run.
type layout struct {
	bufferSize int // of the capture reader; 0 for the default
	workers    int
	rowMemory  int // octets of rows kept in memory, of each table; 0 for the defaults
	hasher     flow.Hasher
	readAhead  bool
	atATime    int // packets taken from the reader at a time at most; 0 for as many as the engine asks for
}

// settings is what has.
type settings struct {
	meter         meter.Settings
	reorderWindow time.Duration
	withMAC       bool
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
	return settings{
		meter: meter.Settings{
			IdleTimeout:   idle,
			ActiveTimeout: time.Duration(random.Int64N(int64(4 * time.Second))),
			EndGrace:      time.Duration(random.Int64N(int64(idle) + 1)),
			Interval:      time.Microsecond << random.IntN(40),
		},
		reorderWindow: time.Duration(random.Int64N(int64(2 * time.Second))),
		withMAC:       true,
	}
}

// outcome is what became of a capture.
type outcome struct {
	verdict string // "metered", "damaged", "foreign" or "refused"
	packets uint64 // accounted
	tables  [sha256.Size]byte
	account [sha256.Size]byte
}

// run meters a capture and checks everything that can be checked on one run.
func run(content []byte, s *settings, l *layout) (outcome, error) {
	points := flow.NewPoints()
	packets, err := reader.Open(input.Source{Name: input.StandardInput, Stream: true}, bytes.NewReader(content), reader.Options{
		Points: points, Hasher: l.hasher, ReorderWindow: s.reorderWindow, WithMAC: s.withMAC,
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
			[]engine.Input{{Earliest: earliest, Open: func() (engine.Source, error) { return source, nil }}}, nil,
			engine.Config{
				Meter: s.meter, Points: points, Workers: l.workers, Hasher: l.hasher, FlowMemory: l.rowMemory, SliceMemory: l.rowMemory,
				Spill: func() (runs.File, error) { return new(memoryFile), nil },
			})
		if err == nil {
			return audit(packets.Account(), result, points)
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
	if errors.As(err, &foreign) {
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

func (g *guarded) ReadPackets(dst []flow.Packet) (n int, err error) {
	defer recovered(&err)
	if g.atATime > 0 {
		dst = dst[:min(g.atATime, len(dst))]
	}
	return g.packets.ReadPackets(dst)
}

// recovered turns a panic into an error with the stack.
func recovered(err *error) {
	if cause := recover(); cause != nil {
		*err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
	}
}

// audit reads the tables of a run, and checks their order and the conservation
// laws.
func audit(account *reader.Account, result *engine.Result, points *flow.Points) (outcome, error) {
	b := balance.Books{EndReasons: make(map[flow.EndReason]uint64)}
	rows := sha256.New()
	if err := auditFlows(&b, result, points, rows); err != nil {
		return outcome{}, err
	}
	if b.FlowRecords != result.Records {
		return outcome{}, fmt.Errorf("got %d flow records, want the %d that the engine counted", b.FlowRecords, result.Records)
	}
	if err := auditIntervals(&b, result, points, rows); err != nil {
		return outcome{}, err
	}
	books.AddAccount(&b, account)
	for _, law := range b.Check() {
		if !law.Holds {
			return outcome{}, fmt.Errorf("law %s (%s) does not hold: %s", law.ID, law.Text, law.Failure)
		}
	}
	accounts := sha256.New()
	for _, o := range account.Outcomes() {
		fmt.Fprintln(accounts, o)
	}
	fmt.Fprintln(accounts, account.Notes, account.DamageCount, account.Damages, account.FirstTime, account.LastTime)
	verdict := "metered"
	if !account.Complete() {
		verdict = "damaged"
	}
	return outcome{verdict, account.Accounted.Packets, [sha256.Size]byte(rows.Sum(nil)), [sha256.Size]byte(accounts.Sum(nil))}, nil
}

func auditFlows(b *balance.Books, result *engine.Result, points *flow.Points, rows hash.Hash) error {
	var last flow.Record
	return result.Flows(func(r *flow.Record) error {
		if b.FlowRecords > 0 && (r.Start < last.Start || r.Start == last.Start && (r.End < last.End ||
			r.End == last.End && r.Key.Compare(&last.Key, points) < 0)) {
			return fmt.Errorf("flow record %+v comes behind %+v", r, last)
		}
		if r.End < r.Start || r.Counters.Packets == 0 {
			return fmt.Errorf("flow record %+v ends before it begins, or is of no packet", r)
		}
		b.Flows.Add(&r.Counters)
		b.FlowRecords++
		b.EndReasons[r.EndReason]++
		last = *r
		return addRow(rows, r)
	})
}

// addRow adds a row to a digest.
func addRow[R flow.Record | flow.IntervalRecord](rows hash.Hash, r *R) error {
	_, err := fmt.Fprintln(rows, *r)
	return err
}

func auditIntervals(b *balance.Books, result *engine.Result, points *flow.Points, rows hash.Hash) error {
	var last flow.IntervalRecord
	count := 0
	return result.Intervals(func(r *flow.IntervalRecord) error {
		if count > 0 && (r.Start < last.Start || r.Start == last.Start && r.Key.Compare(&last.Key, points) <= 0) {
			return fmt.Errorf("interval record %+v comes behind %+v", r, last)
		}
		if r.First < r.Start || r.Last < r.First || r.FlowsActive == 0 || r.FlowsActive < r.FlowsStarted || r.FlowsActive < r.FlowsEnded {
			return fmt.Errorf("interval record %+v contradicts itself", r)
		}
		b.Intervals.Add(&r.Counters)
		b.FlowsStarted.Add(r.FlowsStarted)
		b.FlowsEnded.Add(r.FlowsEnded)
		count++
		last = *r
		return addRow(rows, r)
	})
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
