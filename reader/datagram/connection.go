package datagram

// connections are the TCP connections and SCTP associations that are followed,
// each direction for itself. If there are too many, or they keep too much, the one
// that was silent for the longest time is forgotten.
type connections struct {
	aged[connectionKey, connection]
	cost int // of all that they keep, in octets
}

type connectionKey struct {
	endpoints
	tag      uint32 // SCTP verification tag
	protocol uint8
}

// connection is one direction of a TCP connection or an SCTP association.
type connection struct {
	carries carries
	pending Frames // while carries is undecided
	cost    int    // as counted in connections
	segments
	chunks
}

// carries says what a connection was found to carry.
type carries uint8

const (
	undecided carries = iota // too few octets so far
	exports                  // IPFIX messages
	otherwise                // something else
)

// follow begins to follow a connection.
func (r *Packets) follow(key connectionKey) *connection {
	c := r.connections.put(key)
	for len(r.connections.entries) > MaxConnections {
		r.evict()
	}
	return c
}

func (r *Packets) evict() {
	if r.connections.oldest.value.carries == exports {
		r.tally.EvictedConnections++
	}
	r.forget(r.connections.oldest)
}

// forget takes what can still be had from a connection and drops it.
func (r *Packets) forget(e *entry[connectionKey, connection]) {
	c := &e.value
	r.closeSegments(&e.key, c)
	r.dropChunks(c)
	r.decide(c, otherwise)
	r.connections.cost -= c.cost
	r.connections.remove(e.key)
}

// decide settles what a connection carries, if it was undecided.
func (r *Packets) decide(c *connection, carries carries) {
	if c.carries != undecided {
		return
	}
	c.carries = carries
	outcome := OutcomeNotExport
	if carries == exports {
		outcome = OutcomeExport
		r.tally.Connections++
	}
	r.fates.add(outcome, 0, c.pending)
	c.pending = Frames{}
}

// account gives frames that carried octets of a connection their outcome, or
// keeps them until it is known.
func (r *Packets) account(c *connection, frames Frames) {
	switch c.carries {
	case undecided:
		c.pending.add(frames)
	case exports:
		r.fates.add(OutcomeExport, 0, frames)
	default:
		r.fates.add(OutcomeNotExport, 0, frames)
	}
}

// weigh counts anew what a connection keeps, and makes room if all keep too much.
func (r *Packets) weigh(key connectionKey, c *connection) {
	cost := c.segments.cost() + c.chunks.cost()
	r.connections.cost += cost - c.cost
	c.cost = cost
	r.connections.renew(key)
	for r.connections.cost > MaxSegmentOctets && r.connections.oldest != r.connections.newest {
		r.evict()
	}
}
