package main

// intervalWidth is the width of the intervals of the truth, in microseconds.
const intervalWidth = 300 * second

// captureTruth is what a capture holds.
type captureTruth struct {
	Kind          string            `json:"kind"`
	Packets       uint64            `json:"packets"`
	Octets        uint64            `json:"l3_bytes"`   // sum of IPv4 Total Length and 40 + IPv6 Payload Length
	WireOctets    uint64            `json:"wire_bytes"` // sum of the frames' original lengths
	Conversations uint64            `json:"conversations"`
	Flows         uint64            `json:"unidirectional_flows"` // conversations, each direction that was used for itself
	TCP           uint64            `json:"tcp"`                  // packets, and so all below
	UDP           uint64            `json:"udp"`
	ICMP          uint64            `json:"icmp"`
	IPv6          uint64            `json:"ipv6"`
	VLAN          uint64            `json:"vlan"`
	FullSize      uint64            `json:"full_size"` // IP packets of 1,500 octets or more
	Intervals     []captureInterval `json:"interval_300s"`
}

type captureInterval struct {
	Packets uint64 `json:"packets"`
	Octets  uint64 `json:"l3_bytes"`
}

func (t *captureTruth) kind() string { return t.Kind }

// count adds one packet of a conversation.
func (t *captureTruth) count(microsecond uint64, c *conversation, octets, wireOctets int) {
	t.Packets++
	t.Octets += uint64(octets)
	t.WireOctets += uint64(wireOctets)
	switch c.protocol {
	case protocolTCP:
		t.TCP++
	case protocolUDP:
		t.UDP++
	default:
		t.ICMP++
	}
	if c.ipv6 {
		t.IPv6++
	}
	if c.vlan != 0 {
		t.VLAN++
	}
	if octets >= 1500 {
		t.FullSize++
	}
	i := int(microsecond / intervalWidth)
	for len(t.Intervals) <= i {
		t.Intervals = append(t.Intervals, captureInterval{})
	}
	t.Intervals[i].Packets++
	t.Intervals[i].Octets += uint64(octets)
}

// countDirection notes that a conversation sends in a direction.
func (t *captureTruth) countDirection(c *conversation, direction int) {
	if c.seen[direction] {
		return
	}
	if !c.seen[1-direction] {
		t.Conversations++
	}
	c.seen[direction] = true
	t.Flows++
}

// exportTruth is what an export holds.
type exportTruth struct {
	Kind      string           `json:"kind"`
	Records   uint64           `json:"records"`
	IPv6      uint64           `json:"v6_records"`
	Datagrams uint64           `json:"data_datagrams"` // those with templates alone not counted
	Packets   uint64           `json:"packets"`
	Octets    uint64           `json:"bytes"`
	Intervals []exportInterval `json:"start_interval_300s"` // by the flows' start; starts before the first are counted there
}

type exportInterval struct {
	Records uint64 `json:"records"`
	Packets uint64 `json:"packets"`
	Octets  uint64 `json:"bytes"`
}

func (t *exportTruth) kind() string { return t.Kind }
