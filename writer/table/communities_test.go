package table

import (
	"math/rand/v2"
	"testing"

	"netstream/aggregate/flow"
)

// TestCommunities has what is kept say what is calculated, of few addresses and ports in
// both directions, so that flows come again and displace each other.
func TestCommunities(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	c := newCommunities()
	protocols := []uint8{protocolICMP, protocolTCP, protocolUDP, protocolICMPv6, protocolSCTP, 33, 0, 255}
	address := func() [16]byte {
		return flow.MappedIPv4([4]byte{byte(random.IntN(2)) * 255, byte(random.IntN(3)), 0, byte(random.IntN(20))})
	}
	for range 200_000 {
		k := flow.Key{
			Source: address(), Destination: address(), Version: 4, Protocol: protocols[random.IntN(len(protocols))],
			SourcePort: uint16(random.IntN(3)) * 0x7fff, DestinationPort: uint16(random.IntN(20)) << (8 * random.IntN(2)),
			Shape: flow.Shape(random.IntN(2)) * flow.Ports,
		}
		if random.IntN(10) == 0 {
			k.Version = 6
		}
		if got, want := c.of(&k), communitySymbol(&k); got != want {
			t.Fatalf("%+v has the Community ID %s, want %s", k, spellCommunityID(nil, got), spellCommunityID(nil, want))
		}
	}
}
