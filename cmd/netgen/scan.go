package main

const (
	scanners = 16 // source hosts of a scan

	// recentConversations is how many of the latest conversations may repeat
	// their SYN.
	recentConversations = 200_000
)

// scan writes a network scan: 16 sources; of the flows, 80% are SYNs without an
// answer and the others pairs of a SYN and the answer to it. Packets that are
// left over repeat one of the latest SYNs. Packets are evenly spread in time.
func (c *capture) scan(o options) {
	pairs := o.flows / 10
	conversations := o.flows - pairs
	repeats := o.packets - o.flows
	recent := make([]conversation, min(conversations, recentConversations))
	answered, repeated := 0, 0
	now := func() uint64 { return c.truth.Packets * microseconds(o) / uint64(o.packets) }
	for i := range conversations {
		v := &recent[i%len(recent)]
		*v = newProbe(c.random, uint32(i))
		c.stepSYN(now(), v)
		if i%9 == 8 && answered < pairs {
			answered++
			answer := byte(syn | ack)
			if c.random.below(4) != 0 {
				answer = rst | ack
			}
			c.send(now(), v, 1, answer, 0)
		}
		for repeated < repeats && repeated*conversations < repeats*i {
			c.stepSYN(now(), &recent[c.random.below(uint32(min(i+1, len(recent))))])
			repeated++
		}
	}
	for c.truth.Packets < uint64(o.packets) {
		c.stepSYN(now(), &recent[c.random.below(uint32(len(recent)))])
	}
}

// newProbe makes the scan's conversation of that number. Destinations follow a
// permutation of 2^24 addresses, so that they do not repeat before all are used.
func newProbe(r *random, number uint32) conversation {
	v := conversation{protocol: protocolTCP, pattern: synOnly, packets: 1}
	v.ipv6 = r.oneIn(20)
	const goldenRatio = 2654435761 // 2^32 / phi, odd
	destination := number * goldenRatio & 0xffffff
	source := r.below(scanners) + 1
	if v.ipv6 {
		v.setIPv6(0, 3, source)
		v.setIPv6(1, 4, destination)
	} else {
		v.setIPv4(0, 0xc0000200+source)      // 192.0.2.0/24, RFC 5737
		v.setIPv4(1, 0x0a000000+destination) // 10.0.0.0/8
	}
	v.port[0] = uint16(1024 + r.below(64000))
	v.port[1] = uint16(1 + r.below(1000))
	v.sequence[0] = uint32(r.next())
	return v
}
