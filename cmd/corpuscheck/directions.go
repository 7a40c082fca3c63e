package main

// compareDirections compares netstream's biflows with the conversations of a program,
// in each direction, where the volume of both directions together is the same; and
// who the initiator is, where both have one conversation of a key.
func (f *finding) compareDirections(p *program, theirs []conversation, first map[key]key) {
	ours, others := p.group(f.biflows), p.group(theirs)
	for k, a := range ours {
		b, both := others[k]
		if !both || a.volumes[0].plus(a.volumes[1]) != b.volumes[0].plus(b.volumes[1]) || k == (conversation{key: k}).reversed().key {
			continue
		}
		f.compare(p.name+", packets and bytes of each direction", a.volumes == b.volumes, "", "%v: got %v, want %v", k, a.volumes, b.volumes)
		if a.count != 1 || b.count != 1 {
			continue
		}
		reason := ""
		switch sender := p.shape(first[portlessZero(k).undirected()]); sender {
		case b.first:
			reason = "it takes the sender of the first packet; here SYN and ACK, or a reply, has the initiator for its receiver"
		case a.first:
			reason = "it turns a flow by its ports"
		}
		f.compare(p.name+", initiator", a.first == b.first, reason, "got %v, want %v", a.first, b.first)
	}
}

// firstSenders gives the key of the first packet of each undirected key, with ports 0
// where there are none.
func firstSenders(packets []packet) map[key]key {
	first := map[key]key{}
	for i := range packets {
		r := packets[i].read()
		if !r.metered {
			continue
		}
		r.key.tos = 0
		k := portlessZero(r.key)
		if _, has := first[k.undirected()]; !has {
			first[k.undirected()] = k
		}
	}
	return first
}

// conversationGroup is the sum of conversations of one undirected key.
type conversationGroup struct {
	volumes [2]volume // from the source of the undirected key, and to it
	first   key       // of the first one, from the initiator
	count   int
}

// group sums conversations by the key that the program has.
func (p *program) group(conversations []conversation) map[key]conversationGroup {
	groups := map[key]conversationGroup{}
	for _, c := range conversations {
		c.key = p.shape(c.key)
		at := c.key.undirected()
		g, has := groups[at]
		if !has {
			g.first = c.key
		}
		if at != c.key {
			c = c.reversed()
		}
		for d := range g.volumes {
			g.volumes[d] = g.volumes[d].plus(p.volume(c.volumes[d]))
		}
		g.count++
		groups[at] = g
	}
	return groups
}
