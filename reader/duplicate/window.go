package duplicate

import (
	"crypto/sha256"
	"hash/maphash"
	"time"

	"netstream/aggregate/flow"
)

// MaxPackets is how many packets a Window remembers: 10 ms of six million packets a
// second, in 4 MiB.
const MaxPackets = 1 << 16

// chainsPerPacket makes most chains empty: to follow one takes longer than all else, since packets lie anywhere in the memory.
const chainsPerPacket = 4

// Window remembers the latest packets of one input that were no copies. It is not
// safe for concurrent use.
type Window struct {
	length time.Duration
	seed   maphash.Seed // so that no capture can make all packets fall into one chain
	packet []packet     // a ring
	next   int          // the place of the next packet, which holds the oldest one
	chains []int32      // by hash of the digest: a place in packet plus 1; 0 ends the chain
}

// packet is one that is remembered.
type packet struct {
	digest [16]byte // of its octets: SHA-256, the first half
	octets uint64   // its length, as its IP header has it
	time   flow.Timestamp
	chain  uint32
	behind int32 // the next one in its chain, as chains has it
	linked bool  // it is in its chain
}

// New gives a Window. Copies follow or precede by at most length, which is above 0.
func New(length time.Duration) *Window {
	return &Window{
		length: length, seed: maphash.MakeSeed(),
		packet: make([]packet, MaxPackets), chains: make([]int32, chainsPerPacket*MaxPackets),
	}
}

// Copy says whether a packet is the copy of one before it. captured is what there is
// of its octets from the IP header on, octets its length by that header, t its time
// stamp. It is compared with the last one of the same octets and length that was no
// copy, if that is among the last MaxPackets which were none: it is a copy if their
// times are no further apart than the window is long. A packet that is no copy is
// remembered.
func (w *Window) Copy(captured []byte, octets uint64, t flow.Timestamp) bool {
	sum := sha256.Sum256(captured)
	digest := [16]byte(sum[:16])
	chain := uint32(maphash.Bytes(w.seed, digest[:]) % uint64(len(w.chains)))
	if at := w.find(chain, digest, octets); at > 0 {
		if apart(w.packet[at-1].time, t) <= uint64(w.length) {
			return true
		}
		w.unlink(at)
	}
	if w.packet[w.next].linked {
		w.unlink(int32(w.next + 1))
	}
	w.packet[w.next] = packet{digest: digest, octets: octets, time: t, chain: chain, behind: w.chains[chain], linked: true}
	w.next++
	w.chains[chain] = int32(w.next)
	if w.next == len(w.packet) {
		w.next = 0
	}
	return false
}

// find gives the place of a packet in the ring plus 1, 0 if it is not there. A chain
// has no two packets of equal digest and length.
func (w *Window) find(chain uint32, digest [16]byte, octets uint64) int32 {
	at := w.chains[chain]
	for at > 0 {
		p := &w.packet[at-1]
		if p.digest == digest && p.octets == octets {
			break
		}
		at = p.behind
	}
	return at
}

// unlink takes a packet out of its chain.
func (w *Window) unlink(at int32) {
	p := &w.packet[at-1]
	link := &w.chains[p.chain]
	for *link != at {
		link = &w.packet[*link-1].behind
	}
	*link, p.linked = p.behind, false
}

// apart is the time between two time stamps, in whatever order, in nanoseconds.
func apart(a, b flow.Timestamp) uint64 {
	if a < b {
		a, b = b, a
	}
	return uint64(a) - uint64(b)
}
