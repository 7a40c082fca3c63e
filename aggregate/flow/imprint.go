package flow

// Imprint tells in which flows packets are, and with which lengths: the sum, modulo
// 2^64, of the hash of each packet's key times a number that its lengths make. It is
// linear, so that the imprint of a flow record is that of its packets, and those of all
// records together make that of all packets, unless one is missing, counted twice, of
// another length, or in the flow of another key. As the hash is keyed with random
// numbers, no packets can be made for which that goes unnoticed; and an imprint means
// nothing outside of its run.
type Imprint uint64

// What one packet and one octet of each length weigh: digits of the square roots of 2, 3,
// 5 and 7 behind the point, the first one made odd.
const (
	packetWeight  = 0x6a09e667f3bcc909
	octetWeight   = 0xbb67ae8584caa73b
	wireWeight    = 0x3c6ef372fe94f82b
	payloadWeight = 0xa54ff53a5f1d36f1
)

// AddPacket adds a packet, whose Hash must be that of its key.
func (i *Imprint) AddPacket(p *Packet) {
	*i += imprintOf(p)
}

// Move takes back what AddPacket has added while the packet had another hash.
func (i *Imprint) Move(p *Packet, before uint64) {
	other := *p
	other.Hash = before
	*i += imprintOf(p) - imprintOf(&other)
}

func imprintOf(p *Packet) Imprint {
	m := &p.Meta
	return Imprint(p.Hash * (packetWeight + octetWeight*m.Octets + wireWeight*uint64(m.WireOctets) + payloadWeight*uint64(m.PayloadOctets)))
}

// Add adds the packets that counters have counted, all of keys with one hash.
func (i *Imprint) Add(hash uint64, c *Counters) {
	*i += Imprint(hash * (packetWeight*c.Packets + octetWeight*c.Octets + wireWeight*c.WireOctets + payloadWeight*c.PayloadOctets))
}

// KeyHasher hashes the keys of records as those of their packets were hashed.
type KeyHasher struct {
	Hasher Hasher
	Points *Points
}

// Record gives the hash of a flow record's key, or the one that both directions of a
// biflow have.
func (h *KeyHasher) Record(r *Record) uint64 {
	if r.Reverse == nil {
		return h.Hasher.Hash(&r.Key)
	}
	return h.shared(&r.Key)
}

// Interval gives the hash of an interval record's key as Record does.
func (h *KeyHasher) Interval(r *IntervalRecord) uint64 {
	if r.Has&FieldReverse == 0 {
		return h.Hasher.Hash(&r.Key)
	}
	return h.shared(&r.Key)
}

func (h *KeyHasher) shared(key *Key) uint64 {
	reverse := key.Reversed()
	point, err := h.Points.Reversed(key.Point)
	if err != nil || key.OneWay() { // all points of biflows have reverses with numbers
		return h.Hasher.Hash(key)
	}
	reverse.Point = point
	if reverse.Leads(key, h.Points) {
		return h.Hasher.Hash(&reverse)
	}
	return h.Hasher.Hash(key)
}
