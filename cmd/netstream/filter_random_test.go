package main

import (
	"math/rand/v2"
	"testing"
)

func newRandom(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 15)) }

// randomFilter gives a filter made of primitives that read nothing beyond the octets that the
// capture of the laboratory has of every packet.
func randomFilter(random *rand.Rand, depth int) string {
	if depth > 0 {
		a, b := randomFilter(random, depth-1-random.IntN(2)), randomFilter(random, depth-1-random.IntN(2))
		switch random.IntN(4) {
		case 0:
			return "not (" + a + ")"
		case 1:
			return "(" + a + ") and (" + b + ")"
		default:
			return "(" + a + ") or (" + b + ")"
		}
	}
	primitives := []string{
		"ip", "ip6", "arp", "tcp", "udp", "icmp", "icmp6", "vlan", "greater 100", "less 90", "broadcast", "multicast",
		"port 53", "tcp port 80", "src port 443", "dst portrange 1000-40000", "net 10.0.0.0/8", "src net 172.16.0.0/12",
		"ip[8] = 64", "ip[1] & 3 != 0", "tcp[tcpflags] & tcp-syn != 0", "ip6[7] > 1", "ether[12:2] = 0x86dd", "len & 1 = 0",
	}
	return primitives[random.IntN(len(primitives))]
}

// M15, random filters: what one selects and what its negation selects sum to the whole.
func TestRandomFilterComplement(t *testing.T) {
	file := fixturePath("lab.pcapng")
	all := booksOf(t, outputOf(t, "-o", "csv", file))
	split := 0
	for seed := range figure(15, 200) {
		text := randomFilter(newRandom(seed), 1+int(seed%3))
		a := booksOf(t, outputOf(t, "-o", "csv", "-f", text, file))
		b := booksOf(t, outputOf(t, "-o", "csv", "-f", "not ("+text+")", file))
		if got := a.accounted.plus(b.accounted); got != all.accounted {
			t.Errorf("%q and its negation account for %v, want %v", text, got, all.accounted)
		}
		if got := a.others.plus(b.others); got != all.others {
			t.Errorf("%q and its negation leave out %v for other reasons, want %v", text, got, all.others)
		}
		if a.accounted.Packets > 0 && b.accounted.Packets > 0 {
			split++
		}
	}
	if split < int(figure(5, 70)) {
		t.Errorf("only %d filters select a part", split)
	}
}
