package datagram

import "netstream/aggregate/flow"

// fragments puts IP datagrams together, RFC 791 section 3.2 and RFC 8200 section
// 4.5. Fragments may come in any order and more than once. A datagram is given up
// if octets of it came twice and were different (RFC 5722 has the reason), if it
// contradicts itself, if it is not complete after [FragmentLifetime], or if
// younger ones need the room.
type fragments struct {
	aged[fragmentKey, fragmented]
	cost  int // of all pieces, in octets
	whole []byte
}

// fragmentKey is what the fragments of a datagram have in common.
type fragmentKey struct {
	source, destination [16]byte
	id                  uint32
	version, protocol   uint8 // protocol for IPv4 only
}

// fragmented is a datagram of which not all fragments have come.
type fragmented struct {
	pieces   pieces
	length   int64 // of the whole payload; 0 if the last fragment is missing
	protocol uint8 // of the first fragment
	spoiled  bool  // what still comes is of no use
	first    flow.Timestamp
	frames   Frames // all that carried fragments of it
}

// add takes a fragment and says whether the datagram can now be had from take.
func (f *fragmented) add(p *ipPayload) (complete bool) {
	end := int64(p.offset + p.length)
	switch {
	case p.cut(), p.length <= 0, p.more && p.length%8 != 0, end > MaxMessage:
		return f.spoil()
	case !p.more && f.length != 0 && f.length != end:
		return f.spoil()
	case !p.more:
		f.length = end
	}
	if p.offset == 0 {
		f.protocol = p.protocol
	}
	if !f.pieces.insert(int64(p.offset), p.octets) || f.length != 0 && f.pieces.end() > f.length {
		return f.spoil()
	}
	return f.length != 0 && int64(f.pieces.octets) == f.length
}

// spoil gives up the datagram but remembers it, so that its remaining fragments
// are not taken for those of another one.
func (f *fragmented) spoil() bool {
	f.spoiled, f.pieces = true, pieces{}
	return false
}

// fragment takes a fragment. If it completes its datagram, p becomes the whole
// payload and frames all its frames; else whole is false and the frames are
// accounted for, or will be.
func (r *Packets) fragment(p *ipPayload, frames *Frames) (whole bool) {
	key := fragmentKey{
		source: r.packet.Key.Source, destination: r.packet.Key.Destination, id: p.id, version: r.packet.Key.Version,
	}
	if key.version == 4 {
		key.protocol = p.protocol
	}
	r.expireFragments()
	waiting := r.fragments.get(key)
	if waiting == nil {
		waiting = r.fragments.put(key)
		waiting.first = r.now
	}
	waiting.frames.add(*frames)
	if waiting.spoiled {
		r.fates.add(OutcomeFragment, 0, waiting.frames)
		waiting.frames = Frames{}
		return false
	}
	before := waiting.pieces.cost()
	complete := waiting.add(p)
	r.fragments.cost += waiting.pieces.cost() - before
	switch {
	case waiting.spoiled:
		r.tally.SpoiledDatagrams++
		r.fates.add(OutcomeFragment, 0, waiting.frames)
		waiting.frames = Frames{}
	case complete:
		r.tally.FragmentedDatagrams++
		r.fragments.whole = waiting.pieces.appendTo(r.fragments.whole[:0])
		*p = ipPayload{octets: r.fragments.whole, length: len(r.fragments.whole), protocol: waiting.protocol}
		if key.version == 6 {
			p.extensions()
		}
		*frames = waiting.frames
		r.fragments.cost -= waiting.pieces.cost()
		r.fragments.remove(key)
		return true
	}
	for len(r.fragments.entries) > MaxFragmented || r.fragments.cost > MaxFragmentOctets {
		r.giveUpDatagram(r.fragments.oldest)
	}
	return false
}

// expireFragments gives up the datagrams whose time is over.
func (r *Packets) expireFragments() {
	for oldest := r.fragments.oldest; oldest != nil && r.now.Since(oldest.value.first) > FragmentLifetime; oldest = r.fragments.oldest {
		r.giveUpDatagram(oldest)
	}
}

func (r *Packets) giveUpDatagram(e *entry[fragmentKey, fragmented]) {
	if !e.value.spoiled {
		r.tally.IncompleteDatagrams++
	}
	r.fates.add(OutcomeFragment, 0, e.value.frames)
	r.fragments.cost -= e.value.pieces.cost()
	r.fragments.remove(e.key)
}
