package bill

import (
	"cmp"
	"fmt"
	"math/big"
	"math/bits"
	"slices"
	"strconv"
	"strings"
)

// Rate says which rate of the samples is billed.
type Rate struct {
	Name        string // as it was asked for: p95, mean, max or volume
	kind        rateKind
	numerator   int64 // of the percentage: 95 / 1
	denominator int64
}

type rateKind uint8

const (
	ratePercentile rateKind = iota
	rateMean
	rateMax
	rateVolume
)

// ParseRate reads p95, p98, p99.9 and the like, mean, max or volume.
func ParseRate(text string) (Rate, error) {
	switch text {
	case "mean":
		return Rate{Name: text, kind: rateMean}, nil
	case "max":
		return Rate{Name: text, kind: rateMax}, nil
	case "volume":
		return Rate{Name: text, kind: rateVolume}, nil
	}
	digits, ok := strings.CutPrefix(text, "p")
	whole, fraction, point := strings.Cut(digits, ".")
	if ok && whole != "" && len(fraction) <= 6 && (fraction != "" || !point) {
		n, err := strconv.ParseUint(whole+fraction, 10, 32)
		r := Rate{Name: text, numerator: int64(n), denominator: 1}
		for range fraction {
			r.denominator *= 10
		}
		if err == nil && n > 0 && r.numerator <= 100*r.denominator {
			return r, nil
		}
	}
	return Rate{}, fmt.Errorf("%q is none of p95, p98 and other percentiles, mean, max and volume", text)
}

// IsVolume says whether the volume is billed, and no rate.
func (r Rate) IsVolume() bool { return r.kind == rateVolume }

// Rank gives which of n samples in ascending order has the rate that is billed, counted
// from 1: nearest rank, ceil(n * p / 100), and n for max. ok is false if there is none.
func (r Rate) Rank(n int) (rank int, ok bool) {
	switch {
	case n == 0 || r.kind == rateMean || r.kind == rateVolume:
		return 0, false
	case r.kind == rateMax:
		return n, true
	}
	product := int64(n) * r.numerator
	divisor := 100 * r.denominator
	return int((product + divisor - 1) / divisor), true
}

// Of gives the rate of samples, counts per second; nil if there are none, and of
// volumes. It sorts the samples. Samples of one rate need no rule: whichever of them
// has the rank, the rate is the same.
func (r Rate) Of(samples []Sample) *big.Rat {
	if r.kind == rateVolume || len(samples) == 0 {
		return nil
	}
	if r.kind == rateMean {
		count, length := new(big.Int), new(big.Int)
		for _, s := range samples {
			count.Add(count, new(big.Int).SetUint64(s.Count))
			length.Add(length, big.NewInt(s.Length))
		}
		return perSecond(count, length)
	}
	slices.SortFunc(samples, compareRates)
	rank, _ := r.Rank(len(samples))
	s := samples[rank-1]
	return perSecond(new(big.Int).SetUint64(s.Count), big.NewInt(s.Length))
}

func perSecond(count, length *big.Int) *big.Rat {
	return new(big.Rat).SetFrac(count.Mul(count, big.NewInt(1e9)), length)
}

// compareRates compares a.Count / a.Length with b.Count / b.Length.
func compareRates(a, b Sample) int {
	highA, lowA := bits.Mul64(a.Count, uint64(b.Length))
	highB, lowB := bits.Mul64(b.Count, uint64(a.Length))
	return cmp.Or(cmp.Compare(highA, highB), cmp.Compare(lowA, lowB))
}
