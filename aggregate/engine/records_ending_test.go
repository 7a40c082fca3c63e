package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"netstream/aggregate/flow"
)

// torrent is a source of records of keys of their own.
type torrent struct {
	left   int           // batches still to come; then io.EOF, or then
	then   error         // what comes after them, if not io.EOF
	before func(int)     // called before a batch, with its number
	total  bool          // of running totals
	shut   error         // what Close gives
	from   *atomic.Int64 // numbers of records

	batches int
	reading atomic.Bool
	closed  atomic.Int32
	misused atomic.Bool // closed while being read, or read when closed
}

func (s *torrent) ReadRecords(b *flow.Batch) error {
	s.reading.Store(true)
	defer s.reading.Store(false)
	if s.closed.Load() > 0 || len(b.Records) > 0 {
		s.misused.Store(true)
	}
	if s.before != nil {
		s.before(s.batches)
	}
	s.batches++
	if s.left--; s.left < 0 {
		if s.then != nil {
			return s.then
		}
		return io.EOF
	}
	for !b.Full() {
		r := b.Next()
		r.FirstNumber = uint64(s.from.Add(1))
		r.Key.SourcePort, r.Key.DestinationPort, r.Key.Version = uint16(r.FirstNumber>>16), uint16(r.FirstNumber), 4
		r.Export.Total = s.total
	}
	return nil
}

func (s *torrent) Close() error {
	if s.reading.Load() {
		s.misused.Store(true)
	}
	s.closed.Add(1)
	return s.shut
}

func (s *torrent) input() RecordInput {
	return RecordInput{Open: func() (RecordSource, error) { return s, nil }}
}

// check waits for the source to be closed, as flood.check does.
func (s *torrent) check(t *testing.T) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); s.closed.Load() == 0 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	if n := s.closed.Load(); n != 1 || s.misused.Load() {
		t.Errorf("source closed %d times, at the wrong time: %v", n, s.misused.Load())
	}
}

// TestRecordSourcesAreGivenBack ends runs of records in every way there is.
func TestRecordSourcesAreGivenBack(t *testing.T) {
	from := new(atomic.Int64)
	tests := []struct {
		name   string
		first  torrent
		second torrent
		room   int64
		opened bool // the second one is
		want   error
	}{
		{"all is well", torrent{left: 3}, torrent{left: 4}, -1, true, nil},
		{"running totals", torrent{left: 3, total: true}, torrent{left: 4}, -1, true, nil},
		{"a source fails", torrent{left: 3}, torrent{left: 4, then: errBroken}, -1, true, errBroken},
		{"a source cannot be closed", torrent{left: 3, shut: errBroken}, torrent{left: endless}, -1, false, errBroken},
		{"the disk is full", torrent{left: endless}, torrent{}, 100_000, false, errBroken},
		{"the disk is full of reports", torrent{left: endless, total: true}, torrent{}, 100_000, false, errBroken},
		{"the disk is full of rows of reports", torrent{left: 10, total: true}, torrent{left: 1, total: true}, 0, true, errBroken},
	}
	for _, workers := range []int{1, 3} {
		for i := range tests {
			tt := &tests[i]
			t.Run(fmt.Sprintf("%s, %d workers", tt.name, workers), func(t *testing.T) {
				first := &torrent{left: tt.first.left, then: tt.first.then, shut: tt.first.shut, total: tt.first.total, from: from}
				second := &torrent{left: tt.second.left, then: tt.second.then, shut: tt.second.shut, from: from}
				d := newDrawer(tt.room)
				config := testConfig(workers, d)
				if tt.room == 0 {
					config.FlowMemory = 4 << 20 // the reports fit
				}
				result, err := Run(context.Background(), nil, []RecordInput{first.input(), second.input()}, config)
				if err != tt.want && !errors.Is(err, tt.want) {
					t.Errorf("got %v, want %v", err, tt.want)
				}
				if err != nil && strings.Count(err.Error(), errBroken.Error()) != 1 {
					t.Errorf("the cause is not said once: %q", err)
				}
				first.check(t)
				if tt.opened {
					second.check(t)
				} else if second.batches > 0 || second.closed.Load() > 0 {
					t.Error("the second source was opened")
				}
				if result != nil {
					result.Close()
				}
				d.check(t)
			})
		}
	}
}

// TestRecordsCanceled cancels before, in the middle of reading and while a read
// hangs.
func TestRecordsCanceled(t *testing.T) {
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	unopened := &torrent{left: endless, from: new(atomic.Int64)}
	if _, err := Run(canceled, nil, []RecordInput{unopened.input()}, testConfig(2, newDrawer(-1))); err != context.Canceled || unopened.batches > 0 {
		t.Errorf("canceled before: got %v after %d batches, want %v and no input opened", err, unopened.batches, context.Canceled)
	}

	ctx, signal := context.WithCancelCause(context.Background())
	d := newDrawer(-1)
	reading := &torrent{left: endless, from: new(atomic.Int64), before: func(n int) {
		if d.made.Load() > 0 {
			signal(errors.New("a signal"))
		}
	}}
	if _, err := Run(ctx, nil, []RecordInput{reading.input()}, testConfig(2, d)); err != context.Canceled {
		t.Errorf("canceled while it runs: got %v, want %v", err, context.Canceled)
	}
	reading.check(t)
	d.check(t)

	ctx, stop := context.WithCancel(context.Background())
	hang := make(chan struct{})
	var once sync.Once
	hanging := &torrent{left: endless, from: new(atomic.Int64), before: func(n int) {
		if n == 2 {
			once.Do(stop)
			<-hang
		}
	}}
	if _, err := Run(ctx, nil, []RecordInput{hanging.input()}, testConfig(2, newDrawer(-1))); err != context.Canceled {
		t.Errorf("a read hangs: got %v, want %v", err, context.Canceled)
	}
	if n := hanging.closed.Load(); n != 0 {
		t.Errorf("the source was closed %d times while it is being read", n)
	}
	close(hang)
	hanging.check(t)
}

// TestPacketsAndRecords: both kinds go into the same tables, metered rows as
// without the others.
func TestPacketsAndRecords(t *testing.T) {
	for _, workers := range []int{1, 3} {
		d := newDrawer(-1)
		config := testConfig(workers, d)
		point, err := config.Points.Number(flow.Point{Exported: true})
		if err != nil {
			t.Fatal(err)
		}
		source := &numbered{left: 500, point: point}
		result, err := Run(context.Background(), []Input{inputOf(&flood{left: 3000})},
			[]RecordInput{{Open: func() (RecordSource, error) { return source, nil }}}, config)
		if err != nil {
			t.Fatal(err)
		}
		if want := flow.MeteredFields | flow.FieldInIf; result.Present != want || result.Records != 3500 || result.Exported.Rows != 500 {
			t.Errorf("got fields %b, %d rows, %d exported", result.Present, result.Records, result.Exported.Rows)
		}
		if result.Common != flow.FieldPackets { // metered rows have no interface, the exported ones only that besides
			t.Errorf("got common fields %b", result.Common)
		}
		metered, exported := 0, 0
		err = result.Flows(func(r *flow.Record) error {
			switch {
			case r.Export == nil && r.Key.Point == 0 && r.Counters.Packets == 1 && r.Key.Version == 4:
				metered++
			case r.Export != nil && r.Key.Point == point && r.Export.InIf == uint32(r.Counters.Packets):
				exported++
			default:
				t.Errorf("got %+v", r)
			}
			return nil
		})
		if err != nil || metered != 3000 || exported != 500 {
			t.Errorf("got %d metered and %d exported rows, %v", metered, exported, err)
		}
		var packets uint64
		err = result.Intervals(func(r *flow.IntervalRecord) error {
			direct := r.Distribution == flow.DistributionDirect && r.Has == flow.MeteredFields
			if (r.Key.Point == 0) != direct {
				t.Errorf("got %+v", r)
			}
			packets += r.Counters.Packets
			return nil
		})
		if want := uint64(3000 + 500*501/2); err != nil || packets != want {
			t.Errorf("got %d packets in intervals, %v, want %d", packets, err, want)
		}
		d.check(t)
	}
}

// numbered gives records of as many packets as the number of their interface, one
// at a time.
type numbered struct {
	left  uint64
	point uint32
}

func (n *numbered) ReadRecords(b *flow.Batch) error {
	if n.left == 0 {
		return io.EOF
	}
	r := b.Next()
	r.Key.Point, r.FirstNumber, r.Counters.Packets = n.point, n.left, n.left
	r.Export.Has, r.Export.InIf = flow.FieldInIf|flow.FieldPackets, uint32(n.left)
	n.left--
	return nil
}

func (n *numbered) Close() error { return nil }
