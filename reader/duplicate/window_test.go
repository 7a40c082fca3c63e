package duplicate

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"netstream/aggregate/flow"
)

// shown is a packet that is shown to a Window.
type shown struct {
	captured string
	octets   uint64
	time     flow.Timestamp
	copy     bool // what is wanted
}

func TestCopy(t *testing.T) {
	tests := []struct {
		name    string
		length  time.Duration
		packets []shown
	}{
		{"at the edge of the window", 10, []shown{{"a", 1, 100, false}, {"a", 1, 110, true}, {"a", 1, 111, false}}},
		{"earlier ones, too", 10, []shown{{"a", 1, 100, false}, {"a", 1, 90, true}, {"a", 1, 89, false}}},
		{"of an original, not of a copy", 10, []shown{{"a", 1, 0, false}, {"a", 1, 8, true}, {"a", 1, 16, false}, {"a", 1, 24, true}}},
		{"other octets", 10, []shown{{"a", 1, 0, false}, {"b", 1, 0, false}, {"", 1, 0, false}, {"a", 1, 0, true}, {"b", 1, 0, true}}},
		{"other length", 10, []shown{{"a", 1, 0, false}, {"a", 2, 0, false}, {"a", 2, 0, true}, {"a", 1, 0, true}}},
		{"the last of its kind counts", 10, []shown{{"a", 1, 100, false}, {"a", 1, 0, false}, {"a", 1, 101, false}, {"a", 1, 91, true}}},
		{"the ends of the range", math.MaxInt64, []shown{{"a", 1, flow.MinTimestamp, false}, {"a", 1, flow.MaxTimestamp, false}, {"a", 1, 0, true}, {"a", 1, -1, false}}},
	}
	for _, tt := range tests {
		w := New(tt.length)
		for i, p := range tt.packets {
			if got := w.Copy([]byte(p.captured), p.octets, p.time); got != p.copy {
				t.Errorf("%s, packet %d: got %v, want %v", tt.name, i+1, got, p.copy)
			}
		}
	}
}

// numbered is the content of one of many packets.
func numbered(i int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(i)) }

// The oldest packet leaves first: the original is found behind MaxPackets - 1 others,
// and not behind one more.
func TestOldestLeavesFirst(t *testing.T) {
	for _, others := range []int{MaxPackets - 1, MaxPackets} {
		w := New(time.Hour)
		for i := range 1 + others {
			if w.Copy(numbered(i), 4, 0) {
				t.Fatalf("packet %d is taken for a copy", i)
			}
		}
		if got, want := w.Copy(numbered(0), 4, 0), others < MaxPackets; got != want {
			t.Errorf("behind %d others: got %v, want %v", others, got, want)
		}
		if !w.Copy(numbered(others), 4, 0) {
			t.Errorf("behind %d others: the latest is gone", others)
		}
	}
}

// TestAgainstList compares with a list that is searched from its end, around the ring
// several times.
func TestAgainstList(t *testing.T) {
	type original struct {
		content int
		time    flow.Timestamp
	}
	random := rand.New(rand.NewPCG(1, 2))
	w := New(50)
	var list []original
	last := make(map[int]int) // by content: index in list of the last one
	copies := 0
	for step := range 4 * MaxPackets {
		content, at := random.IntN(MaxPackets*5/4), flow.Timestamp(random.IntN(200))
		if step%3 == 0 {
			content = random.IntN(1000)
		}
		i, known := last[content]
		want := known && i >= len(list)-MaxPackets && max(list[i].time, at)-min(list[i].time, at) <= 50
		if got := w.Copy(numbered(content), 4, at); got != want {
			t.Fatalf("step %d: got %v, want %v", step, got, want)
		}
		if want {
			copies++
			continue
		}
		last[content] = len(list)
		list = append(list, original{content, at})
	}
	if copies < 1000 || len(list) < 2*MaxPackets {
		t.Errorf("only %d copies and %d originals", copies, len(list))
	}
}

func TestAllocations(t *testing.T) {
	w := New(time.Second)
	packet := make([]byte, 1500)
	i := 0
	if n := testing.AllocsPerRun(2*MaxPackets, func() {
		binary.BigEndian.PutUint32(packet, uint32(i/2))
		w.Copy(packet, 1500, flow.Timestamp(i))
		i++
	}); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

// However often a packet recurs, it has one slot, so that few are in use.
func TestPacketHasOneSlot(t *testing.T) {
	w := New(1)
	for i := range 1000 {
		w.Copy([]byte("a"), 1, flow.Timestamp(2*i))
	}
	if used := w.used(); used != 1 {
		t.Errorf("it has %d", used)
	}
}

func (w *Window) used() (used int) {
	for _, s := range w.slots {
		if s != 0 {
			used++
		}
	}
	return used
}

// TestSlotsOfFewHashes inserts and removes packets whose hashes are few, at the end of the slots, so that runs become long
// and go on at the front.
func TestSlotsOfFewHashes(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	w := New(1)
	var places []int
	most := 0
	for step := range 20_000 {
		growing := step%500 < 300
		if place := random.IntN(MaxPackets); growing && !w.packet[place].hasSlot {
			hash := uint32(len(w.slots)-1-random.IntN(6)) | uint32(random.IntN(3))<<homeBits
			w.packet[place] = packet{digest: [16]byte(append(numbered(place), make([]byte, 12)...)), hash: hash, hasSlot: true}
			w.insert(place)
			places = append(places, place)
		} else if !growing && len(places) > 0 {
			n := random.IntN(len(places))
			w.remove(w.slotOf(places[n]))
			w.packet[places[n]].hasSlot = false
			places = slices.Delete(places, n, n+1)
		}
		for range min(3, len(places)) {
			place := places[random.IntN(len(places))]
			i, found := w.find(&w.packet[place])
			if !found || w.slots[i].place() != place {
				t.Fatalf("step %d: the packet at %d is not found among %d", step, place, len(places))
			}
		}
		most = max(most, len(places))
		if step%100 == 0 && w.used() != len(places) {
			t.Fatalf("step %d: %d slots are in use, want %d", step, w.used(), len(places))
		}
	}
	if most < 4*far {
		t.Errorf("at most %d packets", most)
	}
}
