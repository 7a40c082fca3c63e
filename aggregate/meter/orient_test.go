package meter

import (
	"testing"

	"netstream/aggregate/flow"
)

// ping is the key of ICMP messages of a type between two hosts, as the lower one sends it.
func ping(kind uint16) flow.Key {
	return flow.Key{Version: 4, Protocol: 1, Source: flow.MappedIPv4([4]byte{10, 0, 0, 1}), Destination: flow.MappedIPv4([4]byte{10, 0, 0, 2}),
		DestinationPort: kind << 8, Shape: flow.Ports}
}

// sent is a packet with a key; against says that it ran against it.
func sent(key flow.Key, against bool, flags uint16) *flow.Packet {
	p := &flow.Packet{Key: key}
	if flags != 0 {
		p.Meta.Marks, p.Meta.TCPFlags = flow.MarkTCP, flags
	}
	if against {
		p.Meta.Marks |= flow.MarkReversed
	}
	return p
}

// The role of a sender is told by the packet as it ran, whichever way its key runs: an echo
// request against the key of the replies is a request.
func TestRole(t *testing.T) {
	const request, reply = 8, 0
	for _, tt := range []struct {
		what string
		p    *flow.Packet
		want flow.Role
	}{
		{"request", sent(ping(request), false, 0), flow.RoleInitiator},
		{"reply against the key of the request", sent(ping(request), true, 0), flow.RoleResponder},
		{"reply", sent(ping(reply), false, 0), flow.RoleResponder},
		{"request against the key of the reply", sent(ping(reply), true, 0), flow.RoleInitiator},
		{"SYN against the key", sent(flow.Key{Protocol: 6, Version: 4}, true, flow.TCPSyn), flow.RoleInitiator},
		{"SYN and ACK", sent(flow.Key{Protocol: 6, Version: 4}, false, flow.TCPSyn|flow.TCPAck), flow.RoleResponder},
		{"ACK", sent(flow.Key{Protocol: 6, Version: 4}, false, flow.TCPAck), flow.RoleUnknown},
	} {
		if got := role(tt.p); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.what, got, tt.want)
		}
	}
}

// biflows is a process of biflows at points that are their own reverses.
func biflows() *Process {
	m := NewProcess(settings, new(discard))
	m.MeterBiflows(func(point uint32) uint32 { return point })
	return m
}

// An end that talks to itself is the initiator, whatever was known before and whatever the
// packet says.
func TestOneEndedFlows(t *testing.T) {
	home := flow.MappedIPv4([4]byte{127, 0, 0, 1})
	key := flow.Key{Version: 4, Protocol: 6, Source: home, Destination: home, SourcePort: 9, DestinationPort: 9, Shape: flow.Ports}
	for _, before := range []State{{Key: key}, {Key: key, turned: true, oriented: true}, {Key: key, turned: true, tentative: true}} {
		for _, flags := range []uint16{flow.TCPSyn, flow.TCPSyn | flow.TCPAck, flow.TCPAck} {
			for _, against := range []bool{false, true} {
				s := before
				biflows().orient(&s, sent(key, against, flags))
				if s.turned || !s.oriented || s.tentative {
					t.Errorf("%+v with flags %#x, against %v: got turned %v, oriented %v, tentative %v", before, flags, against, s.turned, s.oriented, s.tentative)
				}
			}
		}
	}
}

// The first packet says who the initiator is, or it is the sender until the second packet,
// of the same time and the other way, says otherwise: then its headers decide, or the key.
func TestSecondPacketConfirms(t *testing.T) {
	key := flow.Key{Version: 4, Protocol: 6, Source: flow.MappedIPv4([4]byte{10, 0, 0, 1}), Destination: flow.MappedIPv4([4]byte{10, 0, 0, 2}), SourcePort: 5, DestinationPort: 80, Shape: flow.Ports}
	const none = 0xffff
	for _, tt := range []struct {
		what          string
		firstAgainst  bool
		firstFlags    uint16
		secondFlags   uint16 // none: there is no second packet
		secondAgainst bool
		later         bool
		turned        bool
	}{
		{"SYN", false, flow.TCPSyn, none, false, false, false},
		{"SYN against the key", true, flow.TCPSyn, none, false, false, true},
		{"SYN and ACK", false, flow.TCPSyn | flow.TCPAck, none, false, false, true},
		{"SYN and ACK against the key", true, flow.TCPSyn | flow.TCPAck, none, false, false, false},
		{"ACK", false, flow.TCPAck, none, false, false, false},
		{"ACK against the key", true, flow.TCPAck, none, false, false, true},
		{"ACK, then SYN the other way", false, flow.TCPAck, flow.TCPSyn, true, false, true},
		{"ACK, then SYN and ACK the other way", false, flow.TCPAck, flow.TCPSyn | flow.TCPAck, true, false, false},
		{"ACK against the key, then SYN with it", true, flow.TCPAck, flow.TCPSyn, false, false, false},
		{"ACK against the key, then SYN and ACK with it", true, flow.TCPAck, flow.TCPSyn | flow.TCPAck, false, false, true},
		{"ACK both ways", false, flow.TCPAck, flow.TCPAck, true, false, false},
		{"ACK both ways, against the key first", true, flow.TCPAck, flow.TCPAck, false, false, false},
		{"ACK, later SYN the other way", false, flow.TCPAck, flow.TCPSyn, true, true, false},
		{"ACK against the key, later ACK with it", true, flow.TCPAck, flow.TCPAck, false, true, true},
		{"ACK against the key, then SYN and ACK the same way", true, flow.TCPAck, flow.TCPSyn | flow.TCPAck, true, false, true},
	} {
		s := State{Key: key}
		m := biflows()
		m.orient(&s, sent(key, tt.firstAgainst, tt.firstFlags))
		if told := tt.firstFlags&flow.TCPSyn != 0; s.tentative == told || !s.oriented {
			t.Errorf("%s: tentative is %v, oriented %v", tt.what, s.tentative, s.oriented)
		}
		if tt.secondFlags != none {
			second := sent(key, tt.secondAgainst, tt.secondFlags)
			if tt.later {
				second.Clock++
			}
			s.confirm(second)
			if s.tentative {
				t.Errorf("%s: still tentative", tt.what)
			}
		}
		if s.turned != tt.turned {
			t.Errorf("%s: turned is %v, want %v", tt.what, s.turned, tt.turned)
		}
	}
}
