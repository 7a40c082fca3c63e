package engine

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"netstream/aggregate/flow"
)

// floodingKeys is how many keys an attacker makes, and floodedSlots the capacity of the table that
// holds them.
const (
	floodingKeys = 1_000_000
	floodedSlots = 1 << 21
)

// probes gives how many slots are looked at to insert all keys, as number and insert do.
func probes(hasher flow.Hasher, keys []flow.Key) (looked int) {
	t := &table{slots: make([]slot, floodedSlots)}
	for i := range keys {
		at := t.home(tag(hasher.Hash(&keys[i])))
		for ; t.slots[at] != 0; at = (at + 1) & (floodedSlots - 1) {
			looked++
		}
		t.slots[at] = 1
		looked++
	}
	return looked
}

// udp gives a key of 64 bits that an attacker chooses: both addresses.
func udp(chosen uint64) flow.Key {
	k := flow.Key{Version: 4, Protocol: 17, SourcePort: 53, DestinationPort: 53, Shape: flow.Ports}
	var source, destination [4]byte
	binary.BigEndian.PutUint32(source[:], uint32(chosen>>32))
	binary.BigEndian.PutUint32(destination[:], uint32(chosen))
	k.Source, k.Destination = flow.MappedIPv4(source), flow.MappedIPv4(destination)
	return k
}

// underFNV gives keys whose addresses have the same lower 16 bits of FNV-1a, by which a table of
// 65,536 places would choose one: the last two octets are such that they make them so.
func underFNV(random *rand.Rand) []flow.Key {
	const basis, prime = 0xcbf29ce484222325, 0x100000001b3
	step := func(hash uint64, octet byte) uint64 { return (hash ^ uint64(octet)) * prime }
	var lastOf [1 << 16]byte // the octet that leads from a state of 16 bits to 0, if any does
	var leads [1 << 16]bool
	for state := range uint64(1 << 16) {
		for octet := range 256 {
			if uint16(step(state, byte(octet))) == 0 {
				lastOf[state], leads[state] = byte(octet), true
			}
		}
	}
	keys := make([]flow.Key, 0, floodingKeys)
	for len(keys) < floodingKeys {
		first, hash := random.Uint64()<<16, uint64(basis)
		for shift := 56; shift >= 16; shift -= 8 {
			hash = step(hash, byte(first>>shift))
		}
		for octet := range 256 {
			if state := uint16(step(hash, byte(octet))); leads[state] {
				keys = append(keys, udp(first|uint64(octet)<<8|uint64(lastOf[state])))
				break
			}
		}
	}
	return keys
}

// underSeed0 gives keys that a table with a known hash key has in one part of 32.
func underSeed0(random *rand.Rand) []flow.Key {
	known, t := flow.HasherFromSeed([16]byte{}), &table{slots: make([]slot, floodedSlots)}
	keys := make([]flow.Key, 0, floodingKeys)
	for len(keys) < floodingKeys {
		if k := udp(random.Uint64()); t.home(tag(known.Hash(&k))) < floodedSlots/32 {
			keys = append(keys, k)
		}
	}
	return keys
}

// P11: keys that are chosen to collide under FNV-1a, or under a hash key that was guessed, take no more
// work than random ones, as the key is drawn anew for each run.
func TestP11HashFlooding(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 11))
	plain := make([]flow.Key, floodingKeys)
	for i := range plain {
		plain[i] = udp(random.Uint64())
	}
	chosen := underSeed0(random)
	const some = 1 << 17 // twice as many as the homes for which they were chosen
	if known := flow.HasherFromSeed([16]byte{}); probes(known, chosen[:some]) < 2*probes(known, plain[:some]) {
		t.Error("the chosen keys do not collide under the hash key for which they were chosen")
	}
	for name, keys := range map[string][]flow.Key{"FNV-1a": underFNV(random), "hash key 0": chosen} {
		most := 0.0
		for range 5 {
			hasher, err := flow.NewHasher()
			if err != nil {
				t.Fatal(err)
			}
			got, want := probes(hasher, keys), probes(hasher, plain)
			most = max(most, float64(got)/float64(want))
		}
		if most > 1.5 {
			t.Errorf("%s: %d keys that collide under it take %.2f of the work of random ones, want 1.5 at most", name, len(keys), most)
		}
		t.Logf("assertion P11: %s, %d keys that collide under it take at most %.2f of the work of random ones, with 5 keys of the hash", name, len(keys), most)
	}
}
