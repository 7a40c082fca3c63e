package table

import (
	"encoding/base64"
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"netstream/aggregate/flow"
)

// TestCommunities has what is found in other rows say what is calculated, of few addresses and ports in
// both directions, so that flows come again and displace each other.
func TestCommunities(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	c := newCommunities()
	protocols := []uint8{protocolICMP, protocolTCP, protocolUDP, protocolICMPv6, protocolSCTP, 33, 0, 255}
	address := func() [16]byte {
		return flow.MappedIPv4([4]byte{byte(random.IntN(2)) * 255, byte(random.IntN(3)), 0, byte(random.IntN(20))})
	}
	shared := 0
	for range 1000 {
		keys := make([]flow.Key, random.IntN(600))
		for i := range keys {
			keys[i] = flow.Key{
				Source: address(), Destination: address(), Version: 4, Protocol: protocols[random.IntN(len(protocols))],
				SourcePort: uint16(random.IntN(3)) * 0x7fff, DestinationPort: uint16(random.IntN(20)) << (8 * random.IntN(2)),
				Shape: flow.Shape(random.IntN(2)) * flow.Ports,
			}
			if random.IntN(10) == 0 {
				keys[i].Version = 6
			}
		}
		got := make([]Symbol, len(keys))
		c.of(got, keys)
		for i := range keys {
			if want := communitySymbol(&keys[i]); got[i] != want {
				t.Fatalf("%+v has the Community ID %s, want %s", keys[i], spellCommunityID(nil, got[i]), spellCommunityID(nil, want))
			}
		}
		seen := make(map[Symbol]bool)
		for _, symbol := range got {
			if seen[symbol] {
				shared++
			}
			seen[symbol] = true
		}
	}
	if shared == 0 {
		t.Error("no two rows were of the same conversation")
	}
}

// TestSpellBase64 compares with the standard library.
func TestSpellBase64(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range 100000 {
		v := rng.Uint64() >> 16
		if n < 64 {
			v = uint64(n) * 0o101010101010101 // each character in each place
		}
		var octets, got [8]byte
		binary.BigEndian.PutUint64(octets[:], v<<16)
		binary.LittleEndian.PutUint64(got[:], spellBase64(v))
		if want := base64.StdEncoding.EncodeToString(octets[:6]); string(got[:]) != want {
			t.Fatalf("%x is spelled %q, want %q", v, got, want)
		}
	}
}
