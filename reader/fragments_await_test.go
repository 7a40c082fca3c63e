package reader

import (
	"testing"
	"time"

	"netstream/aggregate/flow"
)

// TestFirstsInWait has one identification in use again with every datagram, and fragments
// that leave many packets after they got their clock: each has the name of its own
// datagram, whether it is in the file in front of the first fragment or behind, and
// nothing of it is kept in the end.
func TestFirstsInWait(t *testing.T) {
	for _, wait := range []int{0, 1, 3, 4, 5, 100, 1500} {
		for _, reversed := range []bool{false, true} {
			apart := 500 * time.Millisecond
			if reversed {
				apart = FragmentLifetime + time.Second // else the first fragment in front goes before that behind
			}
			firsts := newFirstFragments(time.Second, nil)
			var waiting []*flow.Packet
			var want []uint16
			number, most := uint64(0), 0
			leave := func() {
				p := waiting[0]
				if named := firsts.name(p); !named || p.Key.SourcePort != want[0] {
					t.Fatalf("wait %d, reversed %v, frame %d: named %v by port %d, want %d", wait, reversed, p.Number, named, p.Key.SourcePort, want[0])
				}
				waiting, want = waiting[1:], want[1:]
			}
			for datagram := range 6000 {
				port := uint16(datagram + 1)
				at := time.Duration(datagram) * apart
				pair := []*flow.Packet{fragmentAt(7, number+1, at, port), fragmentAt(7, number+2, at+time.Millisecond, 0)}
				if reversed {
					pair = []*flow.Packet{fragmentAt(7, number+1, at, 0), fragmentAt(7, number+2, at+time.Millisecond, port)}
				}
				number += 2
				for _, p := range pair {
					if p.Key.SourcePort != 0 {
						p.Meta.Marks = flow.MarkFragment
					} else {
						p.Meta.Marks = flow.MarkFragment | flow.MarkLaterFragment
						waiting, want = append(waiting, p), append(want, port)
					}
					firsts.place(p, p.Clock)
				}
				most = max(most, len(firsts.awaits.waiting[fragmentedOf(pair[0])].older))
				for len(waiting) > wait {
					leave()
				}
			}
			for len(waiting) > 0 {
				leave()
			}
			if len(firsts.awaits.waiting) != 0 || most > 2*wait+recentFirsts {
				t.Errorf("wait %d, reversed %v: %d identities are kept, %d first fragments at most", wait, reversed, len(firsts.awaits.waiting), most)
			}
		}
	}
}

// TestFirstsOfNobody: without fragments that wait no more first ones are kept than ever.
func TestFirstsOfNobody(t *testing.T) {
	firsts := newFirstFragments(time.Second, nil)
	for n := range uint64(100) {
		firsts.remember(fragmentAt(7, n+1, time.Duration(n), uint16(n+1)), flow.Timestamp(n))
	}
	if len(firsts.awaits.waiting) != 0 {
		t.Errorf("%d identities wait", len(firsts.awaits.waiting))
	}
	other := fragmentAt(8, 101, 100, 0)
	firsts.expect(other)
	firsts.name(other)
	firsts.name(other) // which nobody has expected
	if len(firsts.awaits.waiting) != 0 {
		t.Errorf("%d identities wait", len(firsts.awaits.waiting))
	}
}

// TestFragmentsDoNotAllocate: in the steady state a datagram takes no memory anew.
func TestFragmentsDoNotAllocate(t *testing.T) {
	firsts := newFirstFragments(time.Second, nil)
	number := uint64(0)
	first, later := fragmentAt(7, 0, 0, 9), fragmentAt(7, 0, 0, 0)
	original := later.Key
	next := func() {
		first.Number, later.Number = number+1, number+2
		number += 2
		firsts.remember(first, 0)
		firsts.expect(later)
		later.Key = original
		if !firsts.name(later) {
			t.Fatal("not named")
		}
		later.Key = original
	}
	for range 1000 {
		next()
	}
	if n := testing.AllocsPerRun(1000, next); n != 0 {
		t.Errorf("got %v allocations, want none", n)
	}
}
