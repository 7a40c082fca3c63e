package anonymize

import (
	"math/bits"
	"math/rand/v2"
	"net/netip"
	"testing"
)

// sample is the key of the reference implementation's sample trace.
func sample() *Key {
	return NewKey(&[SecretOctets]byte{21, 34, 23, 141, 51, 164, 207, 128, 19, 10, 91, 22, 73, 144, 125, 16,
		216, 152, 143, 131, 121, 121, 101, 39, 98, 87, 76, 45, 42, 132, 34, 2})
}

// D7: the IPv4 pairs are of the sample trace of the reference implementation, the IPv6 pairs of nfanon.
func TestPublishedVectors(t *testing.T) {
	k := sample()
	for _, pair := range [][2]string{
		{"128.11.68.132", "135.242.180.132"},
		{"129.118.74.4", "134.136.186.123"},
		{"130.132.252.244", "133.68.164.234"},
		{"141.223.7.43", "141.167.8.160"},
		{"2001:db8::1", "4401:2bc:603f:d91d:27f:ff8e:e6f1:dc1e"},
		{"2001:db8::2", "4401:2bc:603f:d91d:27f:ff8e:e6f1:dc1c"},
	} {
		if got := k.Addr(netip.MustParseAddr(pair[0])); got != netip.MustParseAddr(pair[1]) {
			t.Errorf("%s: got %v, want %s", pair[0], got, pair[1])
		}
	}
	mapped := netip.MustParseAddr("::ffff:128.11.68.132")
	if got := k.Addr(mapped); got != netip.MustParseAddr("135.242.180.132") {
		t.Errorf("%v: got %v", mapped, got)
	}
	if got := k.Addr(netip.Addr{}); got.IsValid() {
		t.Errorf("no address: got %v", got)
	}
}

// V4: addresses that agree in n bits are replaced by addresses that agree in n bits and no more.
func TestPrefixesArePreserved(t *testing.T) {
	k := sample()
	r := rand.New(rand.NewPCG(6, 235))
	for range 20_000 {
		a, b := r.Uint32(), r.Uint32()
		b ^= (a ^ b) &^ (1<<(32-r.IntN(33)) - 1) // agrees in some bits
		x, y := k.v4(a), k.v4(b)
		if got, want := bits.LeadingZeros32(x^y), bits.LeadingZeros32(a^b); got != want {
			t.Fatalf("%08x and %08x agree in %d bits, their replacements %08x and %08x in %d", a, b, want, x, y, got)
		}
		var six, other [16]byte
		for i := range six {
			six[i] = byte(r.Uint32())
		}
		other = six
		n := r.IntN(128)
		other[n/8] ^= 1 << (7 - n%8)
		for i := n/8 + 1; i < 16; i++ {
			other[i] = byte(r.Uint32())
		}
		u, v := k.Addr(netip.AddrFrom16(six)), k.Addr(netip.AddrFrom16(other))
		if got := agree(u.As16(), v.As16()); got != n {
			t.Fatalf("%v and %v agree in %d bits, their replacements %v and %v in %d", netip.AddrFrom16(six), netip.AddrFrom16(other), n, u, v, got)
		}
	}
	t.Logf("40000 pairs of addresses agree in as many bits as before")
}

func (k *Key) v4(address uint32) uint32 {
	var b scratch
	return k.ipv4(&b, address)
}

func agree(a, b [16]byte) (n int) {
	for i := range a {
		n += bits.LeadingZeros8(a[i] ^ b[i])
		if a[i] != b[i] {
			break
		}
	}
	return n
}

// A prefix is replaced by the prefix of what its addresses are replaced by.
func TestPrefix(t *testing.T) {
	k := sample()
	r := rand.New(rand.NewPCG(1, 2))
	for range 5_000 {
		var octets [16]byte
		for i := range octets {
			octets[i] = byte(r.Uint32())
		}
		address := netip.AddrFrom16(octets)
		if r.IntN(2) == 0 {
			address = netip.AddrFrom4([4]byte(octets[:4]))
		}
		prefix := netip.PrefixFrom(address, r.IntN(address.BitLen()+1)).Masked()
		if got := k.Prefix(prefix); !got.Contains(k.Addr(address)) || got.Bits() != prefix.Bits() || got != got.Masked() {
			t.Fatalf("%v of %v: got %v, which has not %v", prefix, address, got, k.Addr(address))
		}
	}
	four := netip.MustParsePrefix("::ffff:128.11.0.0/112")
	if got, want := k.Prefix(four), k.Prefix(netip.MustParsePrefix("128.11.0.0/16")); got != want {
		t.Errorf("%v: got %v, want %v", four, got, want)
	}
	var none *Key
	if got := none.Prefix(four); got != four {
		t.Errorf("without a key: got %v", got)
	}
}

// The whole of a replacement may not depend on what is remembered of others, and hardware
// addresses of one vendor stay so.
func TestHardwareAddresses(t *testing.T) {
	k := sample()
	var b scratch
	seen := make(map[[6]byte]bool)
	vendor := [3]byte{}
	for i := range 1000 {
		address := [6]byte{0x00, 0x1b, 0x21, byte(i >> 8), byte(i), byte(i * 7)}
		k.mac(&b, &address)
		if i == 0 {
			vendor = [3]byte(address[:3])
		}
		if [3]byte(address[:3]) != vendor || seen[address] {
			t.Fatalf("address %d became %x: not of one vendor %x, or there twice", i, address, vendor)
		}
		seen[address] = true
	}
	if vendor == [3]byte{0x00, 0x1b, 0x21} {
		t.Error("the vendor was not replaced")
	}
}

func TestIdentity(t *testing.T) {
	secret := [SecretOctets]byte{1}
	first := NewKey(&secret).ID()
	secret[31] = 1
	if second := NewKey(&secret).ID(); first == second || len(first) != 16 {
		t.Errorf("got %s and %s, want two names of 16 digits", first, second)
	}
}
