package main

import "math"

const (
	portDNS = 53

	// sizeExponent shapes the sizes of conversations: the one of rank r has
	// about r^-0.9 of the packets of the first, as measured on many networks.
	sizeExponent = -0.9

	// shortConversation is the number of packets from which on a conversation
	// has room for a handshake, data and close.
	shortConversation = 8
)

// servicePorts are the well-known ends of conversations, by frequency.
var servicePorts = [16]uint16{443, 443, 443, 443, 80, 80, 22, 25, 993, 3306, 5432, 8080, 8443, 1194, 5060, 123}

// schedule is the conversations of a workload and when each sends first.
type schedule struct {
	conversations []conversation
	pending       agenda
}

// mix plays a schedule in order of time, and at equal times of conversation.
func (c *capture) mix(s *schedule) {
	s.pending.build()
	for len(s.pending) > 0 {
		now := s.pending[0].at
		v := &s.conversations[s.pending[0].number]
		c.step(now, v)
		if v.sent >= v.packets {
			s.pending.drop()
			continue
		}
		s.pending.postpone(now + uint64(v.gap/2) + uint64(c.random.below(v.gap+1)))
	}
}

// newMix makes everyday traffic. Of the conversations, 10% are IPv6 and 10% carry
// an 802.1Q tag. Those of eight packets and more are TCP (80%, of which 5% end by
// RST), UDP (18%) and ICMP echo (2%); shorter ones UDP (75%), ICMP (8%), and SYNs
// without answer or refused (17%). Every 5-tuple is used once. The gap between two
// packets is at most 6 s, and a conversation lasts at most about 40% of the
// duration, so timeouts beyond that leave every conversation whole.
func newMix(r *random, o options) *schedule {
	s := newSchedule(sizes(o))
	for i := range s.conversations {
		v := &s.conversations[i]
		s.begin(r, i)
		v.choosePattern(r, r.below(100))
		budget := microseconds(o) * 2 / 5
		scale := uint32(4_000_000)
		if r.below(8) != 0 {
			scale = 60_000
		}
		gap := 500 + uint64(r.below(scale))
		length := uint64(v.packets)
		if gap*length > budget {
			gap = budget / length
		}
		gap = max(gap, 1)
		v.gap = uint32(gap)
		room := microseconds(o) - (gap*length + gap*length/4)
		s.pending = append(s.pending, appointment{uint64(r.fraction() * float64(room)), uint32(i)})
	}
	return s
}

// newElephants makes equal conversations that are alive from start to end, 85%
// of them TCP. One packet of five is full, with 1,500 octets.
func newElephants(r *random, o options) *schedule {
	length := make([]uint32, o.flows)
	for i := range length {
		length[i] = uint32(o.packets / o.flows)
	}
	s := newSchedule(spread(length, o.packets))
	for i := range s.conversations {
		v := &s.conversations[i]
		s.begin(r, i)
		v.pattern, v.protocol = elephantUDP, protocolUDP
		if r.below(100) < 85 {
			v.pattern, v.protocol = elephantTCP, protocolTCP
		}
		budget := microseconds(o) * 98 / 100
		v.gap = uint32(max(budget/uint64(v.packets), 1))
		room := microseconds(o) - budget
		s.pending = append(s.pending, appointment{uint64(r.fraction() * float64(room/2)), uint32(i)})
	}
	return s
}

func microseconds(o options) uint64 { return uint64(o.duration.Microseconds()) }

func newSchedule(length []uint32) *schedule {
	s := &schedule{
		conversations: make([]conversation, len(length)),
		pending:       make(agenda, 0, len(length)),
	}
	for i, n := range length {
		s.conversations[i].packets = n
	}
	return s
}

// sizes gives the packets of each conversation: rank^sizeExponent, scaled to the
// packets of all, at least 1.
func sizes(o options) []uint32 {
	length := make([]uint32, o.flows)
	sum := 0.0
	for i := range length {
		sum += math.Pow(float64(i)+1, sizeExponent)
	}
	rest := float64(o.packets - o.flows)
	for i := range length {
		length[i] = uint32(rest*math.Pow(float64(i)+1, sizeExponent)/sum) + 1
	}
	return spread(length, o.packets)
}

// spread corrects lengths until they sum up to packets, by one packet at a time
// from the first on.
func spread(length []uint32, packets int) []uint32 {
	total := 0
	for _, n := range length {
		total += int(n)
	}
	for i := 0; total < packets; i = (i + 1) % len(length) {
		length[i]++
		total++
	}
	for i := 0; total > packets; i = (i + 1) % len(length) {
		if length[i] > shortConversation {
			length[i]--
			total--
		}
	}
	return length
}

// begin draws what does not depend on the pattern: version, tag, direction of
// the data, sequence numbers, addresses and ports.
func (s *schedule) begin(r *random, i int) {
	v := &s.conversations[i]
	v.ipv6 = r.oneIn(10)
	if r.oneIn(10) {
		v.vlan = uint16(100 + r.below(16))
	}
	v.upload = r.oneIn(5)
	v.sequence[0], v.sequence[1] = uint32(r.next()), uint32(r.next())
	// Forty conversations share a client address, each within its own range of
	// ports, so that no pair of client address and port comes twice.
	const perClient, portRange = 40, 1600
	client := uint32(i)/perClient + 1
	server := uint32(0)
	if r.below(200) < 150 {
		server = r.below(2000)
	} else {
		server = r.below(60000)
	}
	if v.ipv6 {
		v.setIPv6(0, 1, client)
		v.setIPv6(1, 2, server+1)
	} else {
		v.setIPv4(0, 0x0a000000+client) // 10.0.0.0/8
		v.setIPv4(1, 0xc6120000+server) // 198.18.0.0/15, RFC 2544
	}
	v.port[0] = uint16(1024 + uint32(i)%perClient*portRange + r.below(portRange))
	v.port[1] = servicePorts[r.below(16)]
}

// choosePattern sets pattern and protocol from a number below 100.
func (v *conversation) choosePattern(r *random, percent uint32) {
	switch {
	case v.packets >= shortConversation && percent < 76:
		v.pattern = tcpClosed
	case v.packets >= shortConversation && percent < 80:
		v.pattern = tcpReset
	case v.packets >= shortConversation && percent < 98:
		v.pattern = udp
	case v.packets >= shortConversation:
		v.pattern = echo
	case percent < 75:
		v.pattern = udp
	case percent < 83:
		v.pattern = echo
	case percent < 92:
		v.pattern = synOnly
	default:
		v.pattern = synReset
	}
	switch v.pattern {
	case udp:
		v.protocol = protocolUDP
		if v.packets < shortConversation && r.below(10) < 8 {
			v.port[1] = portDNS
		}
	case echo:
		v.protocol = protocolICMP
		if v.ipv6 {
			v.protocol = protocolICMPv6
		}
		v.port[1] = 0
	default:
		v.protocol = protocolTCP
	}
}
