package main

// settle takes out of the discrepancies with tshark those that come from packets
// of which it does not tell everything: within a group of keys that are the same
// as far as tshark tells, the volumes must be equal in sum, and no more packets
// may be elsewhere in the group than are unknown to that degree.
func settle(found []discrepancy, open []reading) []discrepancy {
	for _, degree := range [...]unknown{unknownPorts, unknownProtocol, unknownAll} {
		groups := map[key]*group{}
		for _, r := range open {
			at := degree.group(r.key)
			if groups[at] == nil {
				groups[at] = &group{}
			}
			groups[at].packets++
			groups[at].reached = groups[at].reached || r.unknown >= degree
			groups[at].volume = groups[at].volume || r.unknown&unknownVolume != 0
			groups[at].metered = groups[at].metered || r.unknown&unknownAll != 0
		}
		for at, g := range groups {
			found = g.settle(found, degree, at)
		}
	}
	return found
}

// group is what is unknown of the packets of keys that are taken together.
type group struct {
	packets int64 // packets of which something is unknown
	reached bool  // one of them to the degree of the group
	volume  bool  // octets are
	metered bool  // whether a packet is metered is
}

// group gives the part of a key that is known.
func (u unknown) group(k key) key {
	switch u {
	case unknownPorts:
		k.sourcePort, k.destinationPort = noPort, noPort
	case unknownProtocol:
		k.protocol, k.sourcePort, k.destinationPort = 0, noPort, noPort
	case unknownAll:
		return key{}
	}
	return k
}

// settle takes out the discrepancies of the group if they cancel each other out.
func (g *group) settle(found []discrepancy, degree unknown, at key) []discrepancy {
	if !g.reached || degree == unknownAll && !g.metered {
		return found
	}
	var rest []discrepancy
	var netstream, oracle volume
	var more int64 // packets that are elsewhere
	for _, d := range found {
		if degree.group(d.key) != at {
			rest = append(rest, d)
			continue
		}
		netstream, oracle = netstream.plus(d.netstream), oracle.plus(d.oracle)
		more += max(0, d.netstream.packets-d.oracle.packets)
	}
	netstream.tcpFlags, oracle.tcpFlags = 0, 0 // no ports, no flags
	if g.volume || g.metered {
		netstream.bytes, netstream.wireBytes, oracle.bytes, oracle.wireBytes = 0, 0, 0, 0
	}
	if g.metered && netstream.packets > oracle.packets {
		oracle.packets = netstream.packets
	}
	if netstream != oracle || more > g.packets {
		return found
	}
	return rest
}
