package xxh128

import (
	"encoding/binary"
	"encoding/hex"
	"hash"
	"math/rand/v2"
	"testing"

	"github.com/zeebo/xxh3"
)

// pseudorandom gives octets that have no order.
func pseudorandom(n int) []byte {
	octets := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(octets) // never fails
	return octets
}

// plainBlocks is accumulate as the specification has it.
func plainBlocks(sums *[lanes]uint64, blocks []byte) {
	for ; len(blocks) >= blockOctets; blocks = blocks[blockOctets:] {
		for i := range blockOctets / stripeOctets {
			addStripe(sums, blocks[stripeOctets*i:], secret[8*i:])
		}
		for i, sum := range sums {
			sums[i] = (sum ^ sum>>47 ^ binary.LittleEndian.Uint64(secret[len(secret)-stripeOctets+8*i:])) * prime32Of1
		}
	}
}

// hashes gives all hashes there are on this machine.
func hashes() map[string]hash.Hash {
	return map[string]hash.Hash{"of the processor": New(), "in Go": newInPlace(plainBlocks), "of the library": &copying{*xxh3.New()}}
}

// TestVectors has what the program xxhsum -H2 (xxHash 0.8) prints.
func TestVectors(t *testing.T) {
	ascending := make([]byte, 1<<20+77)
	for i := range ascending {
		ascending[i] = byte(i * 7 / 3)
	}
	for _, c := range []struct {
		n    int
		want string
	}{
		{0, "99aa06d3014798d86001c324468d497f"},
		{1, "a6cd5e9392000f6ac44bdff4074eecdb"},
		{3, "2d9c0519b8d7d7b1d32c34a2b3d17336"},
		{4, "9fa6439de7fad2a97866890e5a91d9be"},
		{8, "fd015645ecb79e268fe4f557bd1dda2c"},
		{9, "a5fbeda21d172ab7dac426b761f457b2"},
		{16, "26aa20a59ac18a2dda63bf0ac6bf48f2"},
		{17, "9b9fac3ee99fed44d5c7db72be36922e"},
		{128, "63116773f0f3179b27e2cfa22c683d9f"},
		{129, "93beed989f366eaedf1b584905612bd4"},
		{240, "2a5a3ebf7897bac518015bce8fe886f0"},
		{241, "93a16ef1d6a3fb4994202fb1345807ed"},
		{1024, "ec7d7b33e37332f2d0f7fd1197d91cba"},
		{1025, "d94777b00d0f571766f8d98f993e18d4"},
		{1087, "6fe8e2fed64ae72429e0a6fdcb709129"},
		{1088, "4383369b54d870903eaff5f3918cbb38"},
		{2048, "4ff9eb2e23ef4afe373958cc5bb46147"},
		{2049, "a4e0409471f58336b9d24be10e6ad54e"},
		{262144, "258331e90d48c1b8f6ed84cea399a4b8"},
		{len(ascending), "9c75bb664407bb1ade36cf064d780659"},
	} {
		for name, h := range hashes() {
			h.Write(ascending[:c.n])
			if got := hex.EncodeToString(h.Sum(nil)); got != c.want || h.Size() != len(c.want)/2 {
				t.Errorf("the hash %s of %d octets: got %s, want %s", name, c.n, got, c.want)
			}
		}
	}
}

// TestLengths compares with the library in one piece, at all lengths about the borders of blocks and stripes.
func TestLengths(t *testing.T) {
	octets := pseudorandom(5*blockOctets + 1)
	for name, h := range hashes() {
		for n := range octets {
			h.Reset()
			h.Write(octets[:n])
			if got, want := [Size]byte(h.Sum(nil)), xxh3.Hash128(octets[:n]).Bytes(); got != want {
				t.Fatalf("the hash %s of %d octets: got %x, want %x", name, n, got, want)
			}
		}
	}
}

// TestPieces cuts octets in many ways, and looks at the sum between, which changes nothing.
func TestPieces(t *testing.T) {
	octets := pseudorandom(9*blockOctets + 5)
	random := rand.New(rand.NewPCG(1, 2))
	pieces := []int{0, 1, 63, 64, 65, 959, 960, 1023, 1024, 1025, 1088, 2047, 2048, 2049, 4096}
	for name, h := range hashes() {
		for range 2_000 {
			h.Reset()
			for n := 0; n < len(octets); {
				piece := min(pieces[random.IntN(len(pieces))], len(octets)-n)
				if written, err := h.Write(octets[n:][:piece]); written != piece || err != nil {
					t.Fatalf("the hash %s: Write gave %d, %v, want %d", name, written, err, piece)
				}
				n += piece
				if got, want := [Size]byte(h.Sum(nil)), xxh3.Hash128(octets[:n]).Bytes(); got != want {
					t.Fatalf("the hash %s of %d octets behind a piece of %d: got %x, want %x", name, n, piece, got, want)
				}
			}
		}
	}
}

// BenchmarkHash hashes pieces of 256 KiB in turn, as they are read.
func BenchmarkHash(b *testing.B) {
	pieces := pseudorandom(4 * 256 << 10)
	for name, h := range hashes() {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(256 << 10)
			for i := range b.N {
				h.Write(pieces[i%4*256<<10:][:256<<10])
			}
		})
	}
}
