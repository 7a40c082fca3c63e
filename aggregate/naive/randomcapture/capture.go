package randomcapture

import (
	"math/rand/v2"
	"slices"
)

// Packet is a frame of a capture.
type Packet struct {
	Time       int64  // nanoseconds since the Unix epoch, within what pcap can say
	Frame      []byte // an Ethernet frame without check sequence, perhaps cut
	WireLength uint32 // its length on the wire; a lying capture has less than len(Frame)
	Interface  int    // which of the capture's interfaces it was captured at: see [Observe]
	Flags      uint32 // epb_flags, 0 if there are none

	// Where the IP header and the ports begin in Frame, 0 if there are none or
	// they must not be touched. Either may lie behind the cut.
	network, ports int
}

// Disorder says how the times of a capture run.
type Disorder int

// The degrees of disorder.
const (
	Calm    Disorder = iota // never backwards
	Jumbled                 // backwards by at most a second from the highest time before
	Hostile                 // beyond that, with strays and clocks that are set back
)

// Options say what capture to make.
type Options struct {
	Packets  int // largest number of packets; the least is 1
	Disorder Disorder
	Tunnels  bool // many packets carry others
}

// MaxHeaders is the most octets that the headers of a packet have, link headers
// included, so that frames cut to it or to more keep their headers whole.
const MaxHeaders = 128

// conversation is what a few packets have in common.
type conversation struct {
	version     byte
	hosts       [2][]byte // addresses
	ports       [2]uint16
	protocol    byte
	tos         byte
	ttl         byte
	vlans       []uint16
	labels      []uint32
	extensions  []byte    // IPv6 extension headers by number
	tunnel      *tunnel   // nil if it carries none
	whole       bool      // no fragments
	step        int       // in the script of a TCP connection
	sent        [2]uint32 // next sequence number of each side
	said        [2]uint32 // last acknowledgment number of each side
	scan        bool      // nothing but SYN and RST
	first, last int64     // times of its packets, 0 if none yet
}

// generator holds the state of one capture in the making.
type generator struct {
	random        *rand.Rand
	conversations []*conversation
	timers        []int64 // those that the capture is after
	cursor        int64   // time of the next packet, without disorder
	highest       int64   // highest time so far, strays apart
	tunnels       bool    // of the options

	// identifications is how many datagrams that are in fragments are told apart between
	// two hosts: few, so that many fragments meet their first one, or so few that it has
	// many others before it leaves.
	identifications int
}

// New makes a capture. The seed and the options decide it alone.
func New(seed uint64, opts Options) []Packet {
	g := &generator{random: rand.New(rand.NewPCG(seed, uint64(opts.Disorder))), tunnels: opts.Tunnels}
	g.identifications = []int{250, 8, 1}[seed%3] // and not by what random gives, so that all else is as with any other number
	g.cursor = baseTime + g.random.Int64N(int64(600e9))
	if g.one(4) {
		g.cursor = baseTime // on the edge of an interval
	}
	for range 1 + g.random.IntN(2) {
		g.timers = append(g.timers, pick(g.random, allTimers()))
	}
	hosts := 2 + g.random.IntN(7)
	for range 1 + g.random.IntN(8) {
		g.conversations = append(g.conversations, g.conversation(hosts))
	}
	packets := make([]Packet, 1+g.random.IntN(opts.Packets))
	for i := range packets {
		c := pick(g.random, g.conversations)
		p := g.packet(c)
		p.Time = g.time(c, opts.Disorder)
		packets[i] = p
	}
	return packets
}

// one is true once in n times.
func (g *generator) one(n int) bool { return g.random.IntN(n) == 0 }

func pick[T any](random *rand.Rand, from []T) T { return from[random.IntN(len(from))] }

// conversation chooses two of the hosts and what they speak. Hosts have an IPv4
// address, an IPv6 address, and its IPv4 address as an IPv4-mapped one.
func (g *generator) conversation(hosts int) *conversation {
	c := &conversation{
		version:  pick(g.random, []byte{4, 4, 6}),
		protocol: pick(g.random, []byte{6, 6, 6, 17, 17, 1, 58, 132, 136, 33, 47, 50, 51, 59, 2}),
		tos:      pick(g.random, []byte{0, 0, 0, 0xb8, 1}),
		ttl:      pick(g.random, []byte{64, 255, 1}),
	}
	if c.version == 6 && c.protocol == 51 {
		c.protocol = 135 // an authentication header would be one more extension header, and its payload the next
	}
	c.scan = g.one(8)
	c.sent = [2]uint32{g.random.Uint32(), pick(g.random, []uint32{0, 1<<32 - 100, 1 << 31})}
	mapped := g.one(4)
	for side := range c.hosts {
		n := byte(g.random.IntN(hosts))
		switch {
		case c.version == 4:
			c.hosts[side] = []byte{10, 0, 0, n}
		case mapped:
			c.hosts[side] = slices.Concat(make([]byte, 10), []byte{0xff, 0xff, 10, 0, 0, n})
		default:
			c.hosts[side] = slices.Concat([]byte{0x20, 1, 0xd, 0xb8}, make([]byte, 11), []byte{n})
		}
		c.ports[side] = pick(g.random, []uint16{0, 53, 443, 1024, 65535})
	}
	for range pick(g.random, []int{0, 0, 0, 1, 2}) {
		c.vlans = append(c.vlans, uint16(g.random.IntN(4096)))
	}
	for range pick(g.random, []int{0, 0, 0, 1, 2}) {
		c.labels = append(c.labels, uint32(g.random.IntN(1<<20)))
	}
	if c.version == 6 {
		for range pick(g.random, []int{0, 0, 1, 2}) {
			c.extensions = append(c.extensions, pick(g.random, []byte{0, 43, 60, 51, 140}))
		}
	}
	if g.tunnels && !g.one(3) {
		g.carry(c, hosts)
	}
	return c
}
