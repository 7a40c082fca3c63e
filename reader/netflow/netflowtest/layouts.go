package netflowtest

// Fields gives fields of IANA elements from numbers and lengths in turn.
func Fields(numbersAndLengths ...uint16) []Field {
	all := make([]Field, 0, len(numbersAndLengths)/2)
	for i := 0; i+1 < len(numbersAndLengths); i += 2 {
		all = append(all, Field{Number: numbersAndLengths[i], Length: numbersAndLengths[i+1]})
	}
	return all
}

// IPv4 is a template of what version 5 has, with times by uptime.
func IPv4(id uint16) Template {
	return Template{ID: id, Fields: Fields(
		8, 4, 12, 4, 15, 4, 10, 2, 14, 2, 2, 4, 1, 4, 22, 4, 21, 4,
		7, 2, 11, 2, 6, 1, 4, 1, 5, 1, 16, 2, 17, 2, 9, 1, 13, 1)}
}

// IPv6 is a template of IPv6 flows with counters of 64 bits and times by uptime.
func IPv6(id uint16) Template {
	return Template{ID: id, Fields: Fields(
		27, 16, 28, 16, 62, 16, 10, 4, 14, 4, 2, 8, 1, 8, 22, 4, 21, 4,
		7, 2, 11, 2, 6, 1, 4, 1, 5, 1, 16, 4, 17, 4, 29, 1, 30, 1, 61, 1)}
}

// IPv4Milliseconds and IPv6Milliseconds are templates of IPFIX: times in
// milliseconds since 1970, TCP flags of 16 bits, flow end reason.
func IPv4Milliseconds(id uint16) Template {
	return Template{ID: id, Fields: Fields(
		8, 4, 12, 4, 7, 2, 11, 2, 4, 1, 5, 1, 6, 2, 10, 4, 14, 4,
		2, 8, 1, 8, 152, 8, 153, 8, 136, 1, 61, 1, 52, 1, 53, 1, 25, 2, 26, 2)}
}

// IPv6Milliseconds is described with [IPv4Milliseconds].
func IPv6Milliseconds(id uint16) Template {
	t := IPv4Milliseconds(id)
	t.Fields[0], t.Fields[1] = Field{Number: 27, Length: 16}, Field{Number: 28, Length: 16}
	return t
}

// NetStream is an IPFIX template after that of a NetStream router: boot time and
// padding in each record, times by uptime, counters of 4 octets, elements of the
// vendor's own.
func NetStream(id uint16) Template {
	const vendor = 2011
	standard := Fields(
		8, 4, 12, 4, 15, 4, 10, 4, 14, 4, 2, 4, 1, 4, 22, 4, 21, 4, 160, 8,
		7, 2, 11, 2, 6, 1, 4, 1, 5, 1, 210, 1, 16, 2, 17, 2, 9, 1, 13, 1, 61, 1, 136, 1, 89, 1, 210, 3)
	return Template{ID: id, Fields: append(standard,
		Field{Enterprise: vendor, Number: 232, Length: 2, Octets: []byte{0, 1}},
		Field{Enterprise: vendor, Number: 701, Length: 4, Octets: []byte{}})}
}

// Egress is a version 9 template of devices that meter what leaves an interface in
// post counters (23, 24) and name no direction.
func Egress(id uint16) Template {
	return Template{ID: id, Fields: Fields(
		8, 4, 12, 4, 15, 4, 10, 4, 14, 4, 24, 4, 23, 4, 22, 4, 21, 4,
		7, 2, 11, 2, 6, 1, 4, 1, 5, 1, 16, 4, 17, 4, 9, 1, 13, 1)}
}

// Tunnel is an IPFIX template with two headers: an outer IPv6 one and an inner IPv4
// one (RFC 7011 section 8: the first occurrence of an element is the outer one).
// The outer header's ports, protocol and class are what an IPv4-in-IPv6 packet has.
func Tunnel(id uint16) Template {
	outer := []Field{
		{Number: 27, Length: 16, Outer: true}, {Number: 28, Length: 16, Outer: true},
		{Number: 7, Length: 2, Octets: []byte{0, 0}}, {Number: 11, Length: 2, Octets: []byte{0, 0}},
		{Number: 4, Length: 1, Octets: []byte{4}}, {Number: 5, Length: 1, Octets: []byte{0}},
	}
	inner := Fields(8, 4, 12, 4, 7, 2, 11, 2, 4, 1, 5, 1, 6, 1, 2, 4, 1, 4, 152, 8, 153, 8)
	return Template{ID: id, Fields: append(outer, inner...)}
}

// Biflow is an IPFIX template of flows with their reverse (RFC 5103).
func Biflow(id uint16) Template {
	t := Template{ID: id, Biflow: true, Fields: Fields(
		8, 4, 12, 4, 7, 2, 11, 2, 4, 1, 2, 8, 1, 8, 6, 1, 152, 8, 153, 8)}
	for _, f := range Fields(2, 8, 1, 8, 6, 1, 152, 8, 153, 8) {
		f.Enterprise = Reverse
		t.Fields = append(t.Fields, f)
	}
	return t
}

// Samplers is the options template of sampler tables in version 9: scope interface, then sampler id, mode and interval.
func Samplers(id, identifierLength uint16) Options {
	return Options{ID: id, Scopes: 1, Fields: Fields(2, 4, 48, identifierLength, 49, 1, 50, 4)}
}

// Selectors is the options template of samplers in IPFIX as routers of Cisco send it:
// scope selectorId, then algorithm, packet interval, size and population.
func Selectors(id uint16) Options {
	return Options{ID: id, Scopes: 1, Fields: Fields(302, 4, 304, 2, 305, 4, 309, 4, 310, 4)}
}

// DomainSampling is the options template of one rate for all: scope system in version
// 9, then interval and algorithm.
func DomainSampling(id uint16) Options {
	return Options{ID: id, Scopes: 1, Fields: Fields(1, 4, 34, 4, 35, 1)}
}

// InterfaceNames is the options template of interface names with 32 octets of name
// and 64 of description: scope interface in version 9, ingressInterface in IPFIX.
func InterfaceNames(id, version uint16) Options {
	scope := uint16(2)
	if version == 10 {
		scope = 10
	}
	return Options{ID: id, Scopes: 1, Fields: Fields(scope, 4, 82, 32, 83, 64)}
}

// BootTime is the options template of systemInitTimeMilliseconds (160) of a domain.
func BootTime(id uint16) Options {
	return Options{ID: id, Scopes: 1, Fields: Fields(149, 4, 160, 8)}
}
