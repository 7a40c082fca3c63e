package anonymize

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"net/netip"
)

// SecretOctets is the length of a secret: 16 octets of AES key, and 16 that the pad is
// made of.
const SecretOctets = 32

// Key replaces addresses. It is safe for concurrent use. A nil *Key replaces nothing.
type Key struct {
	block cipher.Block
	pad   [2]uint64 // the octets behind the bits of an address, in network byte order
	other [2]uint64 // the same for hardware addresses, which are not to be compared with IPv6
	id    string

	// top are the replacements of the first 16 bits of IPv4 addresses.
	top [1 << topBits]uint16
}

const topBits = 16

// NewKey takes 32 octets of secret as the reference implementation of Crypto-PAn does. It
// takes a few milliseconds.
func NewKey(secret *[SecretOctets]byte) *Key {
	block, err := aes.NewCipher(secret[:16])
	if err != nil {
		panic("bug: 16 octets are a key of AES: " + err.Error())
	}
	k := &Key{block: block, id: identity(secret)}
	var pad [16]byte
	block.Encrypt(pad[:], secret[16:])
	k.pad = words(&pad)
	block.Encrypt(pad[:], pad[:])
	k.other = words(&pad)
	k.fillTop()
	return k
}

// fillTop makes the replacements of n + 1 bits from those of n.
func (k *Key) fillTop() {
	var b scratch
	shorter := []uint16{0}
	for n := range topBits {
		longer := make([]uint16, 0, 2*len(shorter))
		for prefix, changed := range shorter {
			bit := [2]uint64{uint64(prefix) << (63 - n) << 1}
			flip := uint16(k.replace(&b, bit, n, n+1, &k.pad)[0] >> (63 - n) & 1)
			longer = append(longer, changed<<1|flip, changed<<1|(flip^1))
		}
		shorter = longer
	}
	copy(k.top[:], shorter)
}

// identity tells secrets apart, and nothing else of them: it may stand beside the tables.
func identity(secret *[SecretOctets]byte) string {
	mac := hmac.New(sha256.New, secret[:])
	mac.Write([]byte("netstream anonymization key"))
	const octets = 8
	return hex.EncodeToString(mac.Sum(nil)[:octets])
}

// ID names the key without giving it away: 16 hexadecimal digits of an HMAC.
func (k *Key) ID() string { return k.id }

func words(b *[16]byte) [2]uint64 {
	return [2]uint64{binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])}
}

// scratch is room for a block in and out of the cipher, which would be allocated each time
// otherwise.
type scratch struct{ in, out [16]byte }

// replace replaces the bits from one number to another, counted from the top, of a string of
// bits; those in front of them are as they were before they were replaced. Bit i is changed
// by the first bit of the cipher of the i bits in front of it, with the pad behind them.
func (k *Key) replace(b *scratch, original [2]uint64, from, to int, pad *[2]uint64) [2]uint64 {
	changed := original
	for i := from; i < to; i++ {
		high, low := ones(i), ones(i-64)
		binary.BigEndian.PutUint64(b.in[:8], original[0]&high|pad[0]&^high)
		binary.BigEndian.PutUint64(b.in[8:], original[1]&low|pad[1]&^low)
		k.block.Encrypt(b.out[:], b.in[:])
		flip := uint64(b.out[0] >> 7)
		changed[i/64] ^= flip << (63 - i%64)
	}
	return changed
}

// ones gives a word whose first n bits are 1; n may be out of range.
func ones(n int) uint64 {
	if n <= 0 {
		return 0
	}
	return ^uint64(0) << (64 - min(n, 64))
}

// ipv4 replaces an IPv4 address.
func (k *Key) ipv4(b *scratch, address uint32) uint32 {
	prefix := address >> (32 - topBits)
	rest := k.replace(b, [2]uint64{uint64(address) << 32}, topBits, 32, &k.pad)[0] >> 32
	return uint32(k.top[prefix])<<(32-topBits) | uint32(rest)&(1<<(32-topBits)-1)
}

// Addr replaces an address of either version. The zero Addr stays as it is; an IPv4
// address in its IPv4-mapped form is replaced as an IPv4 address.
func (k *Key) Addr(address netip.Addr) netip.Addr {
	if k == nil || !address.IsValid() {
		return address
	}
	var b scratch
	if address = address.Unmap(); address.Is4() {
		octets := address.As4()
		binary.BigEndian.PutUint32(octets[:], k.ipv4(&b, binary.BigEndian.Uint32(octets[:])))
		return netip.AddrFrom4(octets)
	}
	octets := address.As16()
	k.ipv6(&b, &octets)
	return netip.AddrFrom16(octets)
}

// ipv6 replaces the 128 bits of an IPv6 address.
func (k *Key) ipv6(b *scratch, address *[16]byte) {
	changed := k.replace(b, words(address), 0, 128, &k.pad)
	binary.BigEndian.PutUint64(address[:8], changed[0])
	binary.BigEndian.PutUint64(address[8:], changed[1])
}

// Hardware replaces a hardware address.
func (k *Key) Hardware(address [6]byte) [6]byte {
	var b scratch
	k.mac(&b, &address)
	return address
}

// mac replaces the 48 bits of a hardware address, so that those of one vendor (OUI) still
// agree in 24 bits.
func (k *Key) mac(b *scratch, address *[6]byte) {
	var octets [8]byte
	copy(octets[:], address[:])
	binary.BigEndian.PutUint64(octets[:], k.replace(b, [2]uint64{binary.BigEndian.Uint64(octets[:])}, 0, 48, &k.other)[0])
	copy(address[:], octets[:])
}

// Prefix replaces the bits of a prefix; those behind them are 0. Addresses within the
// prefix are replaced by addresses within what comes out.
func (k *Key) Prefix(prefix netip.Prefix) netip.Prefix {
	if k == nil || !prefix.IsValid() {
		return prefix
	}
	bits := prefix.Bits()
	if prefix.Addr().Is4In6() { // which Addr gives back as IPv4
		if bits -= 96; bits < 0 {
			return prefix
		}
	}
	return netip.PrefixFrom(k.Addr(prefix.Addr()), bits).Masked()
}
