package engine

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
	"netstream/aggregate/runs"
)

var errBroken = errors.New("broken")

// flood is a source of packets a millisecond apart, each of a flow of its own.
type flood struct {
	left   int              // packets still to come; then io.EOF, or failure
	then   error            // what comes after them, if not io.EOF
	before func(packet int) // called before a batch, with the number of its first packet
	shut   error            // what Close gives

	packets int
	reading atomic.Bool
	closed  atomic.Int32
	misused atomic.Bool // closed while being read, or read when closed
}

var testHasher = flow.HasherFromSeed([16]byte{7})

func (f *flood) ReadPackets(dst []flow.Packet) ([]flow.Packet, error) {
	f.reading.Store(true)
	defer f.reading.Store(false)
	if f.closed.Load() > 0 {
		f.misused.Store(true)
	}
	if f.before != nil {
		f.before(f.packets)
	}
	if f.left == 0 {
		if f.then != nil {
			return nil, f.then
		}
		return nil, io.EOF
	}
	n := min(f.left, len(dst), 100)
	for i := range dst[:n] {
		p := &dst[i]
		*p = flow.Packet{Number: uint64(f.packets + 1), Key: flow.Key{Version: 4, Protocol: 17, Shape: 1}}
		binary.BigEndian.PutUint32(p.Key.Source[12:], uint32(f.packets))
		p.Time = flow.Timestamp(f.packets) * flow.Timestamp(time.Millisecond)
		p.Clock, p.Hash = p.Time, testHasher.Hash(&p.Key)
		f.packets++
	}
	f.left -= n
	return dst[:n], nil
}

func (f *flood) Close() error {
	if f.reading.Load() {
		f.misused.Store(true)
	}
	f.closed.Add(1)
	return f.shut
}

// inputOf gives a source as an input whose clocks begin at 0.
func inputOf(f *flood) Input {
	return Input{Open: func(int) (Source, error) { return f, nil }}
}

// drawer keeps runs in memory and counts them. Writing fails once it has taken
// room octets, if room is not negative.
type drawer struct {
	room         atomic.Int64
	made, closed atomic.Int32
}

func newDrawer(room int64) *drawer {
	d := new(drawer)
	d.room.Store(room)
	return d
}

func (d *drawer) create() (runs.File, error) {
	d.made.Add(1)
	return &drawn{drawer: d}, nil
}

type drawn struct {
	bytes.Buffer
	drawer *drawer
}

func (f *drawn) Write(p []byte) (int, error) {
	if f.drawer.room.Load() >= 0 && f.drawer.room.Add(-int64(len(p))) < 0 {
		f.drawer.room.Store(0)
		return 0, errBroken
	}
	return f.Buffer.Write(p)
}

func (f *drawn) ReadAt(p []byte, at int64) (int, error) {
	return bytes.NewReader(f.Bytes()).ReadAt(p, at)
}
func (f *drawn) Close() error { f.drawer.closed.Add(1); return nil }

func testConfig(workers int, d *drawer) Config {
	return Config{
		Meter:  meter.Settings{IdleTimeout: time.Second, EndGrace: time.Second, Interval: time.Minute},
		Points: flow.NewPoints(), Workers: workers, Hasher: testHasher, Spill: d.create,
		FlowMemory: 2000, SliceMemory: 2000,
	}
}

func (d *drawer) check(t *testing.T) {
	t.Helper()
	if made, closed := d.made.Load(), d.closed.Load(); made == 0 || made != closed {
		t.Errorf("%d runs made, %d closed", made, closed)
	}
}

// check waits for the source to be closed: on a busy machine that can take longer
// than the patience of a run that is given up.
func (f *flood) check(t *testing.T) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); f.closed.Load() == 0 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	if n := f.closed.Load(); n != 1 || f.misused.Load() {
		t.Errorf("source closed %d times, at the wrong time: %v", n, f.misused.Load())
	}
}

// enough packets are more than are under way between the stages of a run, so that
// some rows are written before the last of them is noticed.
const (
	enough  = 80_000
	endless = 1 << 40
)

// TestFilesAndSourcesAreGivenBack ends runs in every way there is.
func TestFilesAndSourcesAreGivenBack(t *testing.T) {
	canceled, cancel := context.WithCancelCause(context.Background())
	cancel(errors.New("a signal"))
	for _, workers := range []int{1, 3} {
		tests := []struct {
			name    string
			sources []*flood
			room    int64
			want    error
		}{
			{"all is well", []*flood{{left: 9000}, {left: 20000}}, -1, nil},
			{"a source fails", []*flood{{left: endless}, {left: enough, then: errBroken}}, -1, errBroken},
			{"a source cannot be closed", []*flood{{left: endless}, {left: enough, shut: errBroken}}, -1, errBroken},
			{"the disk is full", []*flood{{left: endless}, {left: endless}}, 100_000, errBroken},
		}
		for _, tt := range tests {
			t.Run(fmt.Sprintf("%s, %d workers", tt.name, workers), func(t *testing.T) {
				d := newDrawer(tt.room)
				var inputs []Input
				for _, f := range tt.sources {
					inputs = append(inputs, inputOf(f))
				}
				result, err := Run(context.Background(), inputs, nil, testConfig(workers, d))
				if err != tt.want && !errors.Is(err, tt.want) {
					t.Errorf("got %v, want %v", err, tt.want)
				}
				if err != nil && strings.Count(err.Error(), errBroken.Error()) != 1 {
					t.Errorf("the cause is not said once: %q", err)
				}
				for _, f := range tt.sources {
					f.check(t)
				}
				if result != nil {
					result.Close()
				}
				d.check(t)
			})
		}
		t.Run(fmt.Sprintf("canceled before, %d workers", workers), func(t *testing.T) {
			f := &flood{left: endless}
			_, err := Run(canceled, []Input{inputOf(f)}, nil, testConfig(workers, newDrawer(-1)))
			if err != context.Canceled || f.closed.Load() != 0 {
				t.Errorf("got %v, closed %d times, want %v and no input opened", err, f.closed.Load(), context.Canceled)
			}
		})
		t.Run(fmt.Sprintf("canceled while it runs, %d workers", workers), func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(context.Background())
			d := newDrawer(-1)
			f := &flood{left: endless, before: func(int) {
				if d.made.Load() > 0 {
					cancel(errors.New("a signal"))
				}
			}}
			if _, err := Run(ctx, []Input{inputOf(f)}, nil, testConfig(workers, d)); err != context.Canceled {
				t.Errorf("got %v, want %v", err, context.Canceled)
			}
			f.check(t)
			d.check(t)
		})
		t.Run(fmt.Sprintf("an input cannot be opened, %d workers", workers), func(t *testing.T) {
			f := &flood{left: endless}
			d := newDrawer(-1)
			inputs := []Input{inputOf(f), {Earliest: enough * flow.Timestamp(time.Millisecond), Open: func(int) (Source, error) { return nil, errBroken }}}
			if _, err := Run(context.Background(), inputs, nil, testConfig(workers, d)); err != errBroken {
				t.Errorf("got %v, want %v", err, errBroken)
			}
			f.check(t)
			d.check(t)
		})
	}
}

// TestFullDiskIsSpillError: whoever runs the engine can tell it from bad input.
func TestFullDiskIsSpillError(t *testing.T) {
	var spilling *runs.SpillError
	_, err := Run(context.Background(), []Input{inputOf(&flood{left: endless})}, nil, testConfig(8, newDrawer(0)))
	if !errors.As(err, &spilling) || spilling.Action != "write" {
		t.Errorf("got %v, want a SpillError", err)
	}

	// The last rows are written when the run has seen all packets.
	config := testConfig(1, newDrawer(0))
	config.Meter.IdleTimeout = time.Hour
	if _, err = Run(context.Background(), []Input{inputOf(&flood{left: 1000})}, nil, config); !errors.As(err, &spilling) {
		t.Errorf("at the end: got %v, want a SpillError", err)
	}
}

// TestHangingSource cancels a run while a source gives nothing: Run comes back,
// and the source is closed when its read does.
func TestHangingSource(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	hang := make(chan struct{})
	var hanging sync.WaitGroup
	hanging.Add(1)
	var once sync.Once
	f := &flood{left: 1000, before: func(packet int) {
		if packet == 500 {
			once.Do(hanging.Done)
			<-hang
		}
	}}
	go func() {
		hanging.Wait()
		cancel()
	}()
	if _, err := Run(ctx, []Input{inputOf(f)}, nil, testConfig(2, newDrawer(-1))); err != context.Canceled {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	if n := f.closed.Load(); n != 0 {
		t.Errorf("the source was closed %d times while it is being read", n)
	}
	close(hang)
	f.check(t)
}

// TestResultClose: a result holds files until its tables are read or it is closed,
// and says so if they are asked for later.
func TestResultClose(t *testing.T) {
	for _, read := range []struct{ flows, intervals bool }{{false, false}, {true, false}, {false, true}, {true, true}} {
		t.Run(fmt.Sprintf("%+v", read), func(t *testing.T) {
			d := newDrawer(-1)
			result, err := Run(context.Background(), []Input{inputOf(&flood{left: 5000})}, nil, testConfig(3, d))
			if err != nil {
				t.Fatal(err)
			}
			if d.made.Load() == d.closed.Load() {
				t.Fatal("no file is open: the test tests nothing")
			}
			flows := func() error { return result.Flows(func(*flow.Record) error { return nil }) }
			intervals := func() error { return result.Intervals(func(*flow.IntervalRecord) error { return nil }) }
			if read.flows {
				err = flows()
			}
			if read.intervals {
				err = errors.Join(err, intervals())
			}
			if err := errors.Join(err, result.Close(), result.Close()); err != nil {
				t.Error(err)
			}
			d.check(t)
			if flows() == nil || intervals() == nil {
				t.Error("a table that was read or closed could be read again")
			}
		})
	}
}

// TestLimits: no number of workers makes runs tiny or opens files without bound.
func TestLimits(t *testing.T) {
	tests := []struct {
		memory, workers int
		want            runs.Limits
	}{
		{DefaultFlowMemory, 1, runs.Limits{Octets: DefaultFlowMemory, Runs: mostRuns}},
		{DefaultFlowMemory, 8, runs.Limits{Octets: DefaultFlowMemory / 8, Runs: 48}},
		{DefaultFlowMemory, 1024, runs.Limits{Octets: leastShare, Runs: leastRuns}},
		{700, 2, runs.Limits{Octets: 700, Runs: mostRuns}},
		{1, 1, runs.Limits{Octets: 1, Runs: mostRuns}},
	}
	for _, tt := range tests {
		if got := limits(tt.memory, tt.workers); got != tt.want {
			t.Errorf("%d octets, %d workers: got %+v, want %+v", tt.memory, tt.workers, got, tt.want)
		}
	}
}
