package main

import (
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// difference is a known difference between tshark and docs/metering.md. It is
// told by what tshark shows of a packet, never by the name of a file, and corrects
// the packet's reading.
type difference struct {
	name    string
	reason  string
	applies func(*packet, *reading) bool
	correct func(*packet, *reading)
}

// differences are all known differences, in the order in which they are looked
// for; each sees the reading as those before it have corrected it.
func differences() []difference {
	return []difference{{
		name:    "time_beyond_2262",
		reason:  "the time stamp does not fit into nanoseconds since 1970 in 64 bits; the packet is ts_out_of_range",
		applies: func(p *packet, r *reading) bool { return r.metered && p.timeOutOfRange() },
		correct: unmetered,
	}, {
		name:    "link_type_not_opened",
		reason:  "tshark opens Juniper capture headers; the packet is unsupported_linktype",
		applies: func(p *packet, r *reading) bool { return r.metered && p.layers[0] == "juniper" },
		correct: unmetered,
	}, {
		name:    "tunnel_below_ip",
		reason:  "tshark opens pseudowires, FabricPath, NSH, MACsec without encryption in front of IP; the packet is not_ip",
		applies: func(p *packet, r *reading) bool { return r.metered && slices.ContainsFunc(p.inFront(), tunnelBelowIP) },
		correct: unmetered,
	}, {
		name:    "version_6_as_ipv4",
		reason:  "the header in front announces IPv4 but the version field is 6, which decides; tshark shows the IPv6 header behind an empty IPv4 layer",
		applies: (*packet).isVersion6AsIPv4,
		correct: func(p *packet, r *reading) {
			p.layers = slices.Delete(p.layers, p.outermost(), p.outermost()+1)
			*r = p.read()
		},
	}, {
		name:    "source_route",
		reason:  "tshark shows the last address of an IPv4 source route option as the destination; the header's is the next hop",
		applies: func(p *packet, r *reading) bool { return r.metered && r.key.source.Is4() && p.currentRoute().IsValid() },
		correct: func(p *packet, r *reading) { r.key.destination = p.currentRoute() },
	}, {
		name:    "broken_extension_chain",
		reason:  "an IPv6 extension header reaches beyond the packet or the capture; tshark shows its Next Header all the same, here it is the protocol",
		applies: (*packet).hasBrokenChain,
		correct: func(_ *packet, r *reading) { r.unknown |= unknownProtocol },
	}, {
		name:   "no_transport_layer",
		reason: "tshark stops at a malformed IP option or at a transport header that is cut; the ports are read where their octets are there",
		applies: func(p *packet, r *reading) bool {
			return r.metered && r.key.sourcePort == noPort && hasPorts(r.key.protocol) && !p.laterFragment()
		},
		correct: func(_ *packet, r *reading) { r.unknown |= unknownPorts },
	}, {
		name:    "length_above_2_31",
		reason:  "tshark holds lengths in 31 bits; the sum of the frames is checked with capinfos",
		applies: func(p *packet, r *reading) bool { return r.metered && p.length == math.MaxInt32 },
		correct: func(_ *packet, r *reading) { r.unknown |= unknownVolume },
	}, {
		name:    "ipv6_length_zero",
		reason:  "Payload Length 0 of a segment that the network card was to cut is inferred from the frame here, and taken for an empty packet by tshark",
		applies: (*packet).isUncutSegment,
		correct: func(_ *packet, r *reading) { r.unknown |= unknownPorts | unknownVolume },
	}, {
		name:    "slip",
		reason:  "tshark opens SLIP only where the header says so in full",
		applies: func(p *packet, _ *reading) bool { return p.link == "3" && len(p.layers) == 1 && p.layers[0] == "data" },
		correct: func(_ *packet, r *reading) { *r = reading{unknown: unknownAll} },
	}}
}

// explain corrects the reading of a packet by the known differences that apply to
// it and gives their names.
func explain(known []difference, p *packet, r *reading) []string {
	var names []string
	for _, d := range known {
		if d.applies(p, r) {
			d.correct(p, r)
			names = append(names, d.name)
		}
	}
	return names
}

func unmetered(_ *packet, r *reading) { *r = reading{} }

// timeOutOfRange tells whether the time of capture is not within int64
// nanoseconds since the Unix epoch.
func (p *packet) timeOutOfRange() bool {
	whole, _, _ := strings.Cut(p.first("frame.time_epoch"), ".")
	seconds, err := strconv.ParseInt(whole, 10, 64)
	const last = math.MaxInt64 / 1_000_000_000
	return err == nil && (seconds > last || seconds < -last)
}

func tunnelBelowIP(layer string) bool {
	switch layer {
	case "pwethheuristic", "pwethcw", "pwethnocw", "cfp", "nsh", "macsec":
		return true
	}
	return false
}

func (p *packet) isVersion6AsIPv4(*reading) bool {
	at := p.outermost()
	return at >= 0 && p.layers[at] == "ip" && p.first("ip.version") == "6" && p.layers[min(at+1, len(p.layers)-1)] == "ipv6"
}

// isUncutSegment tells whether docs/metering.md section 3 has the length of an
// IPv6 packet inferred: TCP or UDP, length 0, and a frame that is not padding.
func (p *packet) isUncutSegment(r *reading) bool {
	const longestPadding = 60
	next, _ := p.integer("ipv6.nxt")
	return r.metered && r.key.source.Is6() && r.volume.bytes == 40 && p.length > longestPadding && (next == 6 || next == 17)
}

// currentRoute gives the destination that the IPv4 header of a source routed
// packet has; the zero Addr for another one.
func (p *packet) currentRoute() netip.Addr {
	address, err := netip.ParseAddr(p.first("ip.cur_rt"))
	if err != nil {
		return netip.Addr{}
	}
	return address
}

// hasBrokenChain tells whether the layers end with an extension header that
// reaches beyond the payload, or of which tshark shows no length.
func (p *packet) hasBrokenChain(r *reading) bool {
	if !r.metered || !r.key.source.Is6() {
		return false
	}
	length, shown, last := 0, 0, p.layers[len(p.layers)-1]
	for _, header := range [...]string{"hopopts", "routing", "dstopts"} {
		octets, has := p.integer("ipv6." + header + ".len_oct")
		if has {
			length += octets
			shown++
		} else if last == "ipv6."+header {
			return true
		}
	}
	if p.has("ipv6.fraghdr") {
		length += 8
	}
	return shown > 0 && int64(length)+40 > r.volume.bytes
}

// laterFragment tells whether the outermost IP packet is a fragment but not the
// first one.
func (p *packet) laterFragment() bool {
	at := p.outermost()
	switch {
	case at < 0:
		return false
	case p.layers[at] == "ip":
		offset, _ := p.integer("ip.frag_offset")
		return offset != 0
	}
	_, later := p.chain()
	return later
}
