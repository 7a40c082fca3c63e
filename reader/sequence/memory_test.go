package sequence

import (
	"encoding/binary"
	"reflect"
	"runtime"
	"testing"
)

// TestMemory counts what streams cost. The limits are those of the package's
// description; the last one is of as many streams as an input may have.
func TestMemory(t *testing.T) {
	for _, c := range []struct {
		name              string
		streams, messages int
		limit             uint64 // octets of all streams
	}{
		{"no message", 1 << 12, 0, 500 << 12},
		{"one message", 1 << 12, 1, 500 << 12},
		{"two messages", 1 << 12, 2, 2048 << 12},
		{"eight messages", 1 << 12, 8, 2048 << 12},
		{"four messages of the most streams", 1 << 14, 4, 24 << 20},
	} {
		t.Run(c.name, func(t *testing.T) {
			trackers := make([]*Tracker, c.streams)
			before := heap()
			for i := range trackers {
				trackers[i] = NewTracker(10)
				for j := range c.messages {
					o := Observation{Sequence: uint32(j), Records: 3, Message: binary.BigEndian.AppendUint32(make([]byte, 1400), uint32(j))}
					trackers[i].Repeated(o.Message)
					trackers[i].Observe(&o)
				}
			}
			if octets := heap() - before; octets > c.limit {
				t.Errorf("%d octets a stream, want at most %d", octets/uint64(c.streams), c.limit/uint64(c.streams))
			} else {
				t.Logf("%d octets a stream", octets/uint64(c.streams))
			}
			runtime.KeepAlive(trackers)
		})
	}
}

// heap gives the octets in use.
func heap() uint64 {
	runtime.GC()
	runtime.GC() // what pools gave up in the first
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestReportOfFewMessages has reports before there are numberings. To ask for them
// changes nothing.
func TestReportOfFewMessages(t *testing.T) {
	for _, version := range []uint16{1, 5, 6, 7, 8, 9, 10} {
		asked, silent := NewTracker(version), NewTracker(version)
		units := uint64(6)
		switch Standard(version) {
		case Messages:
			units = 1
		case None:
			units = 0
		}
		for i := range 5 {
			report := asked.Report()
			if report.Rule != Standard(version) || report.Messages != uint64(i) || report.Counted != uint64(i)*units || len(report.Scores) != len(candidates(version)) {
				t.Errorf("version %d, %d messages: %+v", version, i, report)
			}
			if units > 0 && i > 0 && (report.FirstSequence != 7 || report.NextExpected != 7+uint32(report.Counted) || report.FirstExport != 9*second) {
				t.Errorf("version %d, %d messages: %+v", version, i, report)
			}
			checkLaw(t, &report)
			o := Observation{Sequence: 7 + uint32(units)*uint32(i), ExportTime: (9 + 60*60) * second, Records: 6, FlowRecords: 6, DataSets: 1, Message: []byte{byte(i)}}
			if i == 0 {
				o.ExportTime = 9 * second
			}
			asked.Observe(&o)
			silent.Observe(&o)
			asked.Observe(&o) // repeated
			silent.Observe(&o)
		}
		if a, b := asked.Report(), silent.Report(); !reflect.DeepEqual(a, b) || a.Duplicates != 5 {
			t.Errorf("version %d: %+v, and without reports in between %+v", version, a, b)
		}
	}
}
