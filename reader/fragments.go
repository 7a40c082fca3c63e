package reader

import (
	"cmp"
	"hash/maphash"
	"iter"
	"sort"
	"time"

	"netstream/aggregate/flow"
)

// Fragments of a datagram are counted in the flow that the first one names
// (docs/metering.md section 3). The table of first fragments is one input's own, so
// that what a fragment is counted in does not hang on other inputs.
const (
	// MaxFragmented is how many datagrams the table holds; the one that began longest
	// ago makes room. A flood of fragments cannot make it grow.
	MaxFragmented = 1 << 16

	// FragmentLifetime is how long a first fragment names others: the 30 s of RFC 1122
	// section 3.3.2 and less than the 60 s of RFC 8200 section 4.5, after which the
	// identification can be in use again.
	FragmentLifetime = 30 * time.Second

	// recentFirsts is how many first fragments with the same identification can name a
	// later one: of those in front of it in the file the last ones, of those behind it
	// the first ones. More of them are kept while later fragments wait that they can name.
	recentFirsts = 4

	// chunkDatagrams is how many datagrams the table has room for at a time. Chunks stay
	// where they are: copies of a table that grows would take as much memory again.
	chunkDatagrams = 64
)

// fragmented is what tells the fragments of a datagram from others: RFC 791 section
// 3.2, RFC 8200 section 4.5.
type fragmented struct {
	source, destination [16]byte
	point               uint32
	id                  uint32
	version             uint8
	protocol            uint8 // 0 for IPv6, where the first fragment's can differ
}

func fragmentedOf(p *flow.Packet) fragmented {
	d := fragmented{p.Key.Source, p.Key.Destination, p.Key.Point, p.FragmentID, p.Key.Version, 0}
	if d.version == 4 {
		d.protocol = p.Key.Protocol
	}
	return d
}

// firstFragment is the first fragment of a datagram.
type firstFragment struct {
	key    flow.Key
	turned bool // key was turned around
	clock  flow.Timestamp
	number uint64         // of its frame; 0 if there is no such fragment
	high   flow.Timestamp // the highest accepted time when it had its clock
}

// identified is what is remembered of the datagrams with one identification.
type identified struct {
	identity fragmented
	behind   uint32                      // the next one in its chain, as chains has it
	recent   [recentFirsts]firstFragment // the latest one first
}

// firstFragments remembers the keys of first fragments. It takes 336 octets a datagram, 22 MB
// at most, and what awaits says.
type firstFragments struct {
	window time.Duration // how far behind another fragment the first one may come
	keys   *keys         // what makes flow keys of full ones; nil if they are the same
	awaits awaits        // the later fragments that have not left yet
	chunks []*[chunkDatagrams]identified
	count  uint32       // datagrams that are remembered
	next   uint32       // place of the one to be replaced, once there are MaxFragmented: that which began first
	chains []uint32     // by hash of the identity: place plus 1; 0 ends the chain
	seed   maphash.Seed // so that no capture can make all datagrams fall into one chain
}

func newFirstFragments(window time.Duration, keys *keys) *firstFragments {
	return &firstFragments{window: window, keys: keys, awaits: awaits{waiting: make(map[fragmented]await)}, seed: maphash.MakeSeed()}
}

// remember takes a first fragment when it has its clock, and with it the flow key
// that it leaves with.
func (t *firstFragments) remember(p *flow.Packet, high flow.Timestamp) {
	identity, key, turned := fragmentedOf(p), p.Key, false
	if t.keys != nil {
		key, turned = t.keys.of(p)
	}
	d := t.find(identity)
	if d == nil {
		d = t.begin(identity)
	}
	if oldest := &d.recent[recentFirsts-1]; oldest.number != 0 {
		t.awaits.keep(identity, oldest)
	}
	copy(d.recent[1:], d.recent[:])
	d.recent[0] = firstFragment{key, turned, p.Clock, p.Number, high}
}

// begin gives a datagram its place.
func (t *firstFragments) begin(identity fragmented) *identified {
	place := t.next
	if t.count < MaxFragmented {
		place = t.count
		t.grow()
	} else {
		t.unlink(place)
		t.next = (t.next + 1) % MaxFragmented
	}
	d := t.at(place)
	*d = identified{identity: identity}
	t.link(place)
	return d
}

// grow makes room for one more datagram.
func (t *firstFragments) grow() {
	if t.count%chunkDatagrams == 0 {
		t.chunks = append(t.chunks, new([chunkDatagrams]identified))
	}
	if int(t.count) == len(t.chains) {
		t.chains = make([]uint32, max(chunkDatagrams, 2*len(t.chains)))
		for place := range t.count {
			t.link(place)
		}
	}
	t.count++
}

func (t *firstFragments) at(place uint32) *identified {
	return &t.chunks[place/chunkDatagrams][place%chunkDatagrams]
}

// chain gives where the chain of an identity begins.
func (t *firstFragments) chain(identity fragmented) *uint32 {
	return &t.chains[maphash.Comparable(t.seed, identity)%uint64(len(t.chains))]
}

// link puts a datagram in front of its chain.
func (t *firstFragments) link(place uint32) {
	d := t.at(place)
	chain := t.chain(d.identity)
	d.behind, *chain = *chain, place+1
}

// unlink takes a datagram out of its chain.
func (t *firstFragments) unlink(place uint32) {
	d := t.at(place)
	link := t.chain(d.identity)
	for *link != place+1 {
		link = &t.at(*link - 1).behind
	}
	*link = d.behind
}

// find gives what is remembered of an identity, nil if there is nothing.
func (t *firstFragments) find(identity fragmented) *identified {
	if t.count == 0 {
		return nil
	}
	for place := *t.chain(identity); place > 0; {
		d := t.at(place - 1)
		if d.identity == identity {
			return d
		}
		place = d.behind
	}
	return nil
}

// expect notes that a later fragment has its clock, and waits for its turn.
func (t *firstFragments) expect(p *flow.Packet) { t.awaits.begin(fragmentedOf(p), p.Number) }

// name gives a later fragment whose turn has come the key of its datagram's first one:
// the nearest in front of it in the order of packets, else the nearest behind. It says
// whether there is one.
func (t *firstFragments) name(p *flow.Packet) bool {
	identity := fragmentedOf(p)
	defer t.awaits.end(identity, p.Number)
	var before, behind *firstFragment
	for f := range t.about(identity, p.Number) {
		if f.precedes(p) {
			if p.Clock.Since(f.clock) <= FragmentLifetime && (before == nil || before.order(f) < 0) {
				before = f
			}
		} else if (f.number < p.Number || f.high.Since(p.Clock) <= t.window) && (behind == nil || behind.order(f) > 0) {
			behind = f
		}
	}
	found := cmp.Or(before, behind)
	if found == nil {
		return false
	}
	p.Key = found.key
	if found.turned {
		p.Meta.Marks |= flow.MarkReversed
	}
	return true
}

// about gives the first fragments that can name a later one, which is the frame of a
// number: recentFirsts in front of it in the file, and as many behind it.
func (t *firstFragments) about(identity fragmented, number uint64) iter.Seq[*firstFragment] {
	return func(yield func(*firstFragment) bool) {
		older, recent := t.awaits.waiting[identity].older, t.find(identity)
		count := len(older)
		for recent != nil && count < len(older)+recentFirsts && recent.recent[count-len(older)].number != 0 {
			count++
		}
		at := func(i int) *firstFragment { // in the order of the file
			if i < len(older) {
				return &older[i]
			}
			return &recent.recent[count-1-i]
		}
		split := sort.Search(count, func(i int) bool { return at(i).number > number })
		for i := max(0, split-recentFirsts); i < min(count, split+recentFirsts); i++ {
			if !yield(at(i)) {
				return
			}
		}
	}
}

func (f *firstFragment) precedes(p *flow.Packet) bool {
	return cmp.Or(cmp.Compare(f.clock, p.Clock), cmp.Compare(f.number, p.Number)) < 0
}

// order gives the order of packets (docs/metering.md section 2).
func (f *firstFragment) order(other *firstFragment) int {
	return cmp.Or(cmp.Compare(f.clock, other.clock), cmp.Compare(f.number, other.number))
}

// isFirstFragment says whether a packet is the first fragment of its datagram.
func isFirstFragment(p *flow.Packet) bool {
	return p.Meta.Marks&(flow.MarkFragment|flow.MarkLaterFragment) == flow.MarkFragment
}

// placeFragment takes a fragment that has its clock, and the one that a tunnel in it
// carries.
func (p *Packets) placeFragment(packet flow.Packet, high flow.Timestamp) {
	if packet.Meta.Marks&flow.MarkFragment != 0 {
		p.firsts.place(&packet, high)
	}
	if packet.Meta.Marks&flow.MarkCarriesFragment != 0 {
		second := p.seconds[packet.Number]
		second.Clock = packet.Clock
		p.firsts.place(&second, high)
	}
}

// place takes a fragment that has its clock.
func (t *firstFragments) place(p *flow.Packet, high flow.Timestamp) {
	if isFirstFragment(p) {
		t.remember(p, high)
	} else {
		t.expect(p)
	}
}

// joinFragment gives a later fragment that leaves the reorder window the flow key of
// its datagram's first one and says so, or notes it if there is none.
func (p *Packets) joinFragment(packet *flow.Packet) bool {
	if p.firsts.name(packet) {
		packet.Hash = p.options.Hasher.Hash(&packet.Key)
		return true
	}
	if hasPorts(packet.Key.Protocol) {
		p.account.Notes[NoteUnnamedFragment].addPacket(packet)
	}
	return false
}

// hasPorts says whether the packets of a protocol that are no later fragments have
// ports in their key.
func hasPorts(protocol uint8) bool {
	switch protocol {
	case 1, 6, 17, 33, 58, 132, 136: // ICMP, TCP, UDP, DCCP, ICMPv6, SCTP, UDP-Lite
		return true
	}
	return false
}
