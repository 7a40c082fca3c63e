package main

import "slices"

// innerDifference is a known difference between tshark and docs/metering.md on which
// IP header is the innermost one that is reached. Like a [difference] it is told by
// what tshark shows of a packet.
type innerDifference struct {
	name    string
	reason  string
	applies func(*packet, *innerReading) bool
	correct func(*packet, *innerReading)
}

// innerDifferences are all known differences, in the order in which they are looked
// for.
func innerDifferences() []innerDifference {
	return []innerDifference{{
		name:    "inner_version",
		reason:  "a header in a tunnel has another version than the tunnel says; the version field decides, tshark shows what the tunnel says",
		applies: (*packet).hasOtherVersion,
		correct: leaveOpen,
	}, {
		name:    "inner_not_opened",
		reason:  "tshark shows IP headers in what is no tunnel here: in messages that quote or report packets (PIM, NHRP, OpenFlow, sFlow), compressed (IPComp), or carried by LISP, CAPWAP, NSH and 802.11 in GRE",
		applies: func(p *packet, r *innerReading) bool { return p.leavesAt(p.notOpened(), r) },
		correct: func(p *packet, r *innerReading) { p.stopAt(p.notOpened(), r) },
	}, {
		name:    "inner_fragment",
		reason:  "tshark looks into first fragments; they are not opened",
		applies: func(p *packet, r *innerReading) bool { return p.leavesAt(p.behindFragment(), r) },
		correct: func(p *packet, r *innerReading) { p.stopAt(p.behindFragment(), r) },
	}, {
		name:    "inner_by_source_port",
		reason:  "tshark takes the source port, too, for that of Geneve or VXLAN; only the destination port tells them",
		applies: func(p *packet, r *innerReading) bool { return p.leavesAt(p.bySourcePort(), r) },
		correct: func(p *packet, r *innerReading) { p.stopAt(p.bySourcePort(), r) },
	}, {
		name:    "inner_vxlan_gpe",
		reason:  "tshark opens VXLAN-GPE by either port and whatever its flags say, and shows no layer of it; here the flags of VNI and next protocol must be set",
		applies: (*packet).isIPInUDP,
		correct: leaveOpen,
	}, {
		name:    "inner_length_zero",
		reason:  "IPv4 Total Length or IPv6 Payload Length 0 is inferred from the frame here; tshark takes such a packet for empty and opens nothing in it",
		applies: (*packet).hasLengthZero,
		correct: leaveOpen,
	}, {
		name:    "inner_control_word",
		reason:  "tshark does not take for a pseudowire's control word what has a sequence number; here it is one if IP follows behind it",
		applies: func(p *packet, _ *innerReading) bool { return p.outermost() < 0 && p.has("pwethnocw", "pwethcw") },
		correct: leaveOpen,
	}}
}

func leaveOpen(_ *packet, r *innerReading) { *r = innerReading{open: true} }

// leavesAt tells whether the innermost header is behind a layer, which is none if at
// is -1.
func (p *packet) leavesAt(at int, r *innerReading) bool {
	return r.metered && at >= 0 && slices.ContainsFunc(p.layers[at:], func(layer string) bool { return layer == "ip" || layer == "ipv6" })
}

// stopAt takes the innermost header in front of a layer.
func (p *packet) stopAt(at int, r *innerReading) {
	p.layers = p.layers[:at]
	r.ends, r.metered = p.innermost()
}

// notOpened gives the place of the first layer behind the outermost IP header that
// is not opened, -1 if there is none.
func (p *packet) notOpened() int {
	first := p.outermost()
	for at := first + 1; first >= 0 && at < len(p.layers); at++ {
		switch p.layers[at] {
		case "pim", "nhrp", "openflow", "sflow", "ipcomp", "lisp", "lisp-data", "capwap.data", "nsh", "wlan":
			return at
		}
	}
	return -1
}

// behindFragment gives the place behind the first IP header of a fragment, -1 if
// there is none or nothing behind it.
func (p *packet) behindFragment() int {
	seen := 0 // IPv4 headers
	for at, layer := range p.layers[:len(p.layers)-1] {
		switch layer {
		case "ip":
			if p.at("ip.flags.mf", seen) == "1" || !slices.Contains([]string{"", "0"}, p.at("ip.frag_offset", seen)) {
				return at + 1
			}
			seen++
		case "ipv6.fraghdr":
			if p.first("ipv6.fraghdr.more") == "1" || !slices.Contains([]string{"", "0"}, p.first("ipv6.fraghdr.offset")) {
				return at + 1
			}
		}
	}
	return -1
}

// at gives the value of a field in the header with a place among those that have it,
// empty if there are not as many.
func (p *packet) at(field string, place int) string {
	if values := p.fields[field]; place < len(values) {
		return values[place]
	}
	return ""
}

// bySourcePort gives the place of a tunnel header whose port is not the destination
// port, -1 if there is none.
func (p *packet) bySourcePort() int {
	seen := 0 // UDP headers
	for at, layer := range p.layers {
		switch layer {
		case "udp":
			seen++
		case "geneve", "vxlan":
			to := p.at("udp.dstport", seen-1)
			if seen > 0 && to != "4789" && to != "8472" && to != "4790" && to != "6081" {
				return at
			}
		}
	}
	return -1
}

// hasLengthZero tells whether one of the IP headers has a length of 0, or one that
// tshark shows longer than the field is.
func (p *packet) hasLengthZero(r *innerReading) bool {
	for _, length := range p.fields["ip.len"] {
		if length == "0" || len(length) > len("65535") || len(length) == 5 && length > "65535" {
			return r.metered
		}
	}
	return r.metered && slices.Contains(p.fields["ipv6.plen"], "0")
}

// hasOtherVersion tells whether the versions of the IP headers are not those of the
// layers that tshark shows for them; ip.version is the field of both.
func (p *packet) hasOtherVersion(r *innerReading) bool {
	var shown []string
	for _, layer := range p.layers {
		switch layer {
		case "ip":
			shown = append(shown, "4")
		case "ipv6":
			shown = append(shown, "6")
		}
	}
	versions := p.fields["ip.version"]
	return r.metered && (len(versions) > len(shown) || !slices.Equal(versions, shown[:len(versions)]))
}

// isIPInUDP tells whether an IP header is shown right behind one of UDP.
func (p *packet) isIPInUDP(r *innerReading) bool {
	for at := 1; at < len(p.layers); at++ {
		if p.layers[at-1] == "udp" && (p.layers[at] == "ip" || p.layers[at] == "ipv6") {
			return r.metered
		}
	}
	return false
}
