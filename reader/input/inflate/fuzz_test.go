package inflate

import (
	"compress/flate"
	"math/rand/v2"
	"testing"
)

// FuzzReader compares with compress/flate whatever comes, as long as it does not expand too far.
func FuzzReader(f *testing.F) {
	random := rand.New(rand.NewPCG(13, 14))
	for range 5 {
		stream, _ := randomStream(random)
		f.Add(stream[:min(len(stream), 2000)])
	}
	f.Add(fixedBlock([]byte("fixed codes, fixed codes")))
	for _, level := range []int{flate.NoCompression, flate.BestSpeed, flate.BestCompression} {
		f.Add(compressed(f, []byte("dynamic codes, dynamic codes and stored octets"), level))
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		if len(stream) <= 4<<10 {
			compare(t, stream)
		}
	})
}
