package duplicate

import (
	"crypto/sha256"
	"hash/maphash"
	"time"

	"netstream/aggregate/flow"
)

// MaxPackets is how many packets a Window remembers: 10 ms of six million packets a
// second, in 3 MiB.
const MaxPackets = 1 << placeBits

// Window remembers the latest packets of one input that were no copies. It is not
// safe for concurrent use.
type Window struct {
	length time.Duration
	seed   maphash.Seed // so that no capture can have all packets ask for the same slots
	packet []packet     // a ring
	next   int          // the place of the next packet, which holds the oldest one
	slots  []slot       // where in the ring packets are; see find
}

// packet is one that is remembered.
type packet struct {
	digest  [16]byte // of its octets: SHA-256, the first half
	octets  uint64   // its length, as its IP header has it
	time    flow.Timestamp
	hash    uint32 // of the digest
	hasSlot bool
}

// New gives a Window. Copies follow or precede by at most length, which is above 0.
func New(length time.Duration) *Window {
	return &Window{length: length, seed: maphash.MakeSeed(), packet: make([]packet, MaxPackets), slots: make([]slot, 1<<homeBits)}
}

// Copy says whether a packet is the copy of one before it. captured is what there is
// of its octets from the IP header on, octets its length by that header, t its time
// stamp. It is compared with the last one of the same octets and length that was no
// copy, if that is among the last MaxPackets which were none: it is a copy if their
// times are no further apart than the window is long. A packet that is no copy is
// remembered.
func (w *Window) Copy(captured []byte, octets uint64, t flow.Timestamp) bool {
	sum := sha256.Sum256(captured)
	p := packet{digest: [16]byte(sum[:16]), octets: octets, time: t, hasSlot: true}
	p.hash = uint32(maphash.Bytes(w.seed, p.digest[:]))
	if i, found := w.find(&p); found {
		same := &w.packet[w.slots[i].place()]
		if apart(same.time, t) <= uint64(w.length) {
			return true
		}
		same.hasSlot = false
		w.remove(i)
	}
	oldest := &w.packet[w.next]
	if oldest.hasSlot {
		w.remove(w.slotOf(w.next))
	}
	*oldest = p
	w.insert(w.next)
	w.next = (w.next + 1) % MaxPackets
	return false
}

// apart is the time between two time stamps, in whatever order, in nanoseconds.
func apart(a, b flow.Timestamp) uint64 {
	if a < b {
		a, b = b, a
	}
	return uint64(a) - uint64(b)
}
