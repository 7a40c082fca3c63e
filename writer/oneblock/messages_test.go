package oneblock

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"hash"
	"math/rand/v2"
	"testing"
)

// opaque is a digest that does not tell its state.
type opaque struct{ hash.Hash }

// ways are all ways in which messages are hashed on any machine, and the digests that they must agree with.
func ways() map[string]func() (m *Messages, reference hash.Hash) {
	return map[string]func() (*Messages, hash.Hash){
		"SHA-1":                    func() (*Messages, hash.Hash) { return NewSHA1(), sha1.New() },
		"SHA-256":                  func() (*Messages, hash.Hash) { return NewSHA256(), sha256.New() },
		"SHA-1 without a state":    func() (*Messages, hash.Hash) { return newMessages(opaque{sha1.New()}, nil), sha1.New() },
		"SHA-256 without a state":  func() (*Messages, hash.Hash) { return newMessages(opaque{sha256.New()}, nil), sha256.New() },
		"SHA-1 of the library":     func() (*Messages, hash.Hash) { return newMessages(sha1.New(), nil), sha1.New() },
		"SHA-256 of the library":   func() (*Messages, hash.Hash) { return newMessages(sha256.New(), nil), sha256.New() },
		"SHA-224, of other places": func() (*Messages, hash.Hash) { return newMessages(sha256.New224(), nil), sha256.New224() },
	}
}

// check has messages hashed together and compares each with the reference.
func check(t *testing.T, m *Messages, reference hash.Hash, messages [][]byte) {
	t.Helper()
	for _, message := range messages {
		if m.Full() {
			t.Fatalf("full, with fewer than %d messages", together)
		}
		m.End(append(m.Begin(), message...))
	}
	sums := m.Sums()
	if len(sums) != len(messages) {
		t.Fatalf("%d sums of %d messages", len(sums), len(messages))
	}
	for i, message := range messages {
		reference.Reset()
		reference.Write(message)
		if want := sumOf(reference.Sum(nil)); sums[i] != want {
			t.Fatalf("message %d of %d, of %d octets: %x, want %x", i, len(messages), len(message), sums[i], want)
		}
	}
}

// TestMessages hashes messages of all lengths up to several blocks, alone and many together in random order.
func TestMessages(t *testing.T) {
	for name, way := range ways() {
		t.Run(name, func(t *testing.T) {
			m, reference := way()
			check(t, m, reference, nil)
			for length := range 300 {
				check(t, m, reference, [][]byte{bytes.Repeat([]byte{byte(length) | 1}, length)})
			}
			random := rand.New(rand.NewPCG(1, 2))
			for range 200 {
				messages := make([][]byte, random.IntN(together+1))
				most := []int{longest + 1, 40, 200}[random.IntN(3)]
				for i := range messages {
					messages[i] = make([]byte, random.IntN(most))
					for j := range messages[i] {
						messages[i][j] = byte(random.Uint32())
					}
				}
				check(t, m, reference, messages)
			}
		})
	}
}

// TestFull tells that they are full with the last message that there is room for.
func TestFull(t *testing.T) {
	m := NewSHA1()
	for n := range together {
		if m.Full() {
			t.Fatalf("full with %d", n)
		}
		m.End(m.Begin())
	}
	if !m.Full() {
		t.Fatalf("not full with %d", together)
	}
	if m.Sums(); m.Full() {
		t.Fatal("full after Sums")
	}
}

// TestStateTells says of which digests the state tells the hash: the ways above would pass if it never did.
func TestStateTells(t *testing.T) {
	for name, test := range map[string]struct {
		digest hash.Hash
		want   bool
	}{
		"SHA-1":   {sha1.New(), true},
		"SHA-256": {sha256.New(), true},
		"SHA-512": {sha512.New(), false}, // of other blocks
		"MD5":     {md5.New(), false},    // of another order of octets
		"opaque":  {opaque{sha1.New()}, false},
	} {
		if got := newDigestBlocks(test.digest).state != nil; got != test.want {
			t.Errorf("%s: state tells the hash: %t, want %t", name, got, test.want)
		}
	}
}

// TestNoAllocations hashes messages of one block and of a little more.
func TestNoAllocations(t *testing.T) {
	for name, way := range ways() {
		m, _ := way()
		var message [100]byte
		sum := uint64(0)
		n := testing.AllocsPerRun(10, func() {
			for i := range together {
				m.End(append(m.Begin(), message[:i+i/2]...))
			}
			sum += m.Sums()[0].High
		})
		if n != 0 {
			t.Errorf("%s: %.0f allocations", name, n)
		}
	}
}

// BenchmarkMessages hashes messages of 28 octets, as many as fit, by each way.
func BenchmarkMessages(b *testing.B) {
	for name, way := range ways() {
		b.Run(name, func(b *testing.B) {
			m, _ := way()
			var message [28]byte
			for b.Loop() {
				for i := range together {
					message[0] = byte(i)
					m.End(append(m.Begin(), message[:]...))
				}
				m.Sums()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/together, "ns/message")
		})
	}
}
