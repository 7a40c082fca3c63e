package option

import (
	"math"

	"netstream/reader/element"
)

// Rate is a sampling rate: of Population packets Sample are metered. Both are above
// 0, Sample is not above Population, and they have no common divisor.
type Rate struct{ Population, Sample uint64 }

// RateField is a set of the elements that a sampling rate can follow from.
type RateField uint16

// The elements.
const (
	HasInterval       RateField = 1 << iota // samplingInterval (34)
	HasRandomInterval                       // samplerRandomInterval (50)
	HasPacketInterval                       // samplingPacketInterval (305)
	HasPacketSpace                          // samplingPacketSpace (306)
	HasTimeInterval                         // samplingTimeInterval (307)
	HasTimeSpace                            // samplingTimeSpace (308)
	HasSize                                 // samplingSize (309)
	HasPopulation                           // samplingPopulation (310)
	HasProbability                          // samplingProbability (311)
	HasObserved                             // selectorIdTotalPktsObserved (318)
	HasSelected                             // selectorIdTotalPktsSelected (319)

	hasTotals     = HasObserved | HasSelected
	hasConfigured = (HasSelected<<1 - 1) &^ hasTotals
)

// RateFields are the elements of one record that tell a sampling rate. Members are
// valid as Has says. The algorithms (35, 49, 304) do not belong to them: they have
// three lists of values that contradict each other, and the rate does not depend on
// them.
type RateFields struct {
	Has RateField

	Interval       uint64  // 34: one packet in so many
	RandomInterval uint64  // 50: one packet in so many
	PacketInterval uint64  // 305: packets taken in a row
	PacketSpace    uint64  // 306: packets then left out
	TimeInterval   uint64  // 307: microseconds in which packets are taken
	TimeSpace      uint64  // 308: microseconds in which they then are left out
	Size           uint64  // 309: packets taken of each population
	Population     uint64  // 310
	Probability    float64 // 311: above 0, at most 1
	Observed       uint64  // 318: packets that the selector has met so far
	Selected       uint64  // 319: packets that it took of them

	// Single says that Probability came as a float32, which tells it less exactly.
	Single bool
}

// Set takes the value of an element of IANA's registry. It is false if the element
// does not tell of sampling rates or its value cannot be read: a number of no octets
// or beyond 64 bits, a float of neither 4 nor 8 octets or that is no number.
func (f *RateFields) Set(number uint16, value []byte) bool {
	if number == 311 {
		v, ok := element.FloatValue(value)
		ok = ok && !math.IsNaN(v)
		if ok {
			f.Has |= HasProbability
			f.Probability, f.Single = v, len(value) == 4
		}
		return ok
	}
	v, ok := element.Uint(value)
	return ok && f.SetUint(number, v)
}

// SetUint takes the number that an element of IANA's registry says, any but
// samplingProbability (311). It is false if the element does not tell of sampling
// rates.
func (f *RateFields) SetUint(number uint16, v uint64) bool {
	switch number {
	case 34:
		f.Has |= HasInterval
		f.Interval = v
	case 50:
		f.Has |= HasRandomInterval
		f.RandomInterval = v
	case 305:
		f.Has |= HasPacketInterval
		f.PacketInterval = v
	case 306:
		f.Has |= HasPacketSpace
		f.PacketSpace = v
	case 307:
		f.Has |= HasTimeInterval
		f.TimeInterval = v
	case 308:
		f.Has |= HasTimeSpace
		f.TimeSpace = v
	case 309:
		f.Has |= HasSize
		f.Size = v
	case 310:
		f.Has |= HasPopulation
		f.Population = v
	case 318:
		f.Has |= HasObserved
		f.Observed = v
	case 319:
		f.Has |= HasSelected
		f.Selected = v
	default:
		return false
	}
	return true
}

// Rate gives the sampling rate. Of what a record tells, the first of these counts
// that makes sense (no zero, and no more taken than there was):
//
//  1. samplingPopulation / samplingSize (310, 309; RFC 5477 section 8.2);
//  2. samplingPacketInterval and samplingPacketSpace (305, 306):
//     (interval + space) / interval;
//  3. 1 / samplingProbability (311);
//  4. samplerRandomInterval (50), then samplingInterval (34): one in so many;
//  5. selectorIdTotalPktsObserved / selectorIdTotalPktsSelected (318, 319), which is
//     behind the configured rates because it wavers with each report, and the only
//     one that fits sampling by time;
//  6. samplingPacketInterval alone, as one in so many: that is not what RFC 5477
//     says, but what exporters mean that leave the space out. It is last because
//     others send it as 1 beside 309 and 310.
//
// Sampling by time (307, 308) has no rate in packets: what share of packets was in
// the windows depends on the traffic.
func (f *RateFields) Rate() (rate Rate, ok bool) {
	if f.Has == 0 {
		return Rate{}, false
	}
	if f.has(HasSize | HasPopulation) {
		if rate, ok := ratio(f.Population, f.Size); ok {
			return rate, true
		}
	}
	if f.has(HasPacketInterval | HasPacketSpace) {
		if rate, ok := ratio(f.PacketInterval+f.PacketSpace, f.PacketInterval); ok {
			return rate, true
		}
	}
	if f.has(HasProbability) {
		if rate, ok := ofProbability(f.Probability, f.Single); ok {
			return rate, true
		}
	}
	if f.has(HasRandomInterval) && f.RandomInterval > 0 {
		return Rate{f.RandomInterval, 1}, true
	}
	if f.has(HasInterval) && f.Interval > 0 {
		return Rate{f.Interval, 1}, true
	}
	if f.has(hasTotals) {
		if rate, ok := ratio(f.Observed, f.Selected); ok {
			return rate, true
		}
	}
	if f.has(HasPacketInterval) && f.Has&HasPacketSpace == 0 && f.PacketInterval > 0 {
		return Rate{f.PacketInterval, 1}, true
	}
	return Rate{}, false
}

// Answer gives what the elements tell of the rate. It is known if there is one, and
// also if they tell of sampling by time (307 or 308 is not 0), of which no rate
// follows: then the rate is the zero Rate. Elements that contradict themselves, or are
// 0, tell nothing.
func (f *RateFields) Answer() (rate Rate, known bool) {
	rate, known = f.Rate()
	return rate, known || f.has(HasTimeInterval) && f.TimeInterval != 0 || f.has(HasTimeSpace) && f.TimeSpace != 0
}

func (f *RateFields) has(fields RateField) bool { return f.Has&fields == fields }

// ratio makes a rate of two numbers if they can be one. A sum that has wrapped is
// below its part and so refused.
func ratio(population, sample uint64) (Rate, bool) {
	if sample == 0 || population < sample {
		return Rate{}, false
	}
	divisor := gcd(population, sample)
	return Rate{population / divisor, sample / divisor}, true
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// ofProbability gives the rate of a probability: the first convergent of its
// continued fraction that is the same float again. So 0.001, which no float is
// exactly, is one in 1000, and 0.3 is three in ten. Probabilities below 2^-32 are
// refused as those that are 0, above 1 or no numbers: no sampler has such a rate.
func ofProbability(p float64, single bool) (Rate, bool) {
	if !(p >= 1.0/(1<<32) && p <= 1) {
		return Rate{}, false
	}
	// p is a / b within 2^-63.
	a, b := uint64(math.Ldexp(p, 63)), uint64(1)<<63
	// s / n are the convergents of a / b.
	s, n := uint64(1), uint64(0)
	sBefore, nBefore := uint64(0), uint64(1)
	for b != 0 {
		digit := a / b
		a, b = b, a%b
		s, sBefore = digit*s+sBefore, s
		n, nBefore = digit*n+nBefore, n
		q := float64(s) / float64(n)
		if q == p || single && float32(q) == float32(p) {
			break
		}
	}
	return Rate{n, s}, true
}
