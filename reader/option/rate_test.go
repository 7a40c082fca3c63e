package option

import (
	"encoding/binary"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"netstream/reader/element"
)

// u gives a field of IANA's registry with an unsigned value of 4 octets.
func u(number uint16, v uint32) Field {
	return Field{ID: element.IANA(number), Value: binary.BigEndian.AppendUint32(nil, v)}
}

// scope makes a field the scope.
func scope(f Field) Field {
	f.Scope = true
	return f
}

// text gives a field with a text.
func text(number uint16, s string) Field {
	return Field{ID: element.IANA(number), Value: []byte(s)}
}

// raw gives a field with the octets as they are.
func raw(number uint16, octets ...byte) Field {
	return Field{ID: element.IANA(number), Value: octets}
}

func float64Field(p float64) Field {
	return raw(311, binary.BigEndian.AppendUint64(nil, math.Float64bits(p))...)
}

func float32Field(p float32) Field {
	return raw(311, binary.BigEndian.AppendUint32(nil, math.Float32bits(p))...)
}

func TestRateOf(t *testing.T) {
	none := Rate{}
	tests := []struct {
		name   string
		fields []Field
		want   Rate
	}{
		{"nothing", nil, none},
		{"nothing of sampling", []Field{u(1, 1000)}, none},
		{"population and size", []Field{u(309, 1), u(310, 256)}, Rate{256, 1}},
		{"several of a population", []Field{u(309, 10), u(310, 1000)}, Rate{100, 1}},
		{"three of ten", []Field{u(309, 3), u(310, 10)}, Rate{10, 3}},
		{"all of them", []Field{u(309, 7), u(310, 7)}, Rate{1, 1}},
		{"size 0", []Field{u(309, 0), u(310, 256)}, none},
		{"population 0", []Field{u(309, 1), u(310, 0)}, none},
		{"more than the population", []Field{u(309, 2), u(310, 1)}, none},
		{"population alone", []Field{u(310, 256)}, none},
		{"trap 10: Cisco's 305 of 1 beside 309 and 310", []Field{u(304, 3), u(305, 1), u(309, 1), u(310, 256)}, Rate{256, 1}},
		{"interval and space", []Field{u(305, 1), u(306, 99)}, Rate{100, 1}},
		{"several in a row", []Field{u(305, 10), u(306, 15)}, Rate{5, 2}},
		{"no space", []Field{u(305, 1), u(306, 0)}, Rate{1, 1}},
		{"no interval", []Field{u(305, 0), u(306, 99)}, none},
		{"space alone", []Field{u(306, 99)}, none},
		{"wrapping sum", []Field{raw(305, 255, 255, 255, 255, 255, 255, 255, 255), u(306, 2)}, none},
		{"interval alone", []Field{u(305, 1000)}, Rate{1000, 1}},
		{"interval 0", []Field{u(305, 0)}, none},
		{"probability", []Field{float64Field(0.001)}, Rate{1000, 1}},
		{"probability as float32", []Field{float32Field(0.001)}, Rate{1000, 1}},
		{"probability 0.3", []Field{float64Field(0.3)}, Rate{10, 3}},
		{"probability 0.3 as float32", []Field{float32Field(0.3)}, Rate{10, 3}},
		{"probability 1", []Field{float64Field(1)}, Rate{1, 1}},
		{"probability 1/3", []Field{float64Field(1.0 / 3)}, Rate{3, 1}},
		{"probability 2^-32", []Field{float64Field(1.0 / (1 << 32))}, Rate{1 << 32, 1}},
		{"probability below 2^-32", []Field{float64Field(1e-10)}, none},
		{"probability 0", []Field{float64Field(0)}, none},
		{"probability above 1", []Field{float64Field(1.5)}, none},
		{"negative probability", []Field{float64Field(-0.5)}, none},
		{"probability NaN", []Field{float64Field(math.NaN())}, none},
		{"infinite probability", []Field{float64Field(math.Inf(1))}, none},
		{"probability of 2 octets", []Field{raw(311, 0x3c, 0)}, none},
		{"version 9 sampler", []Field{u(48, 1), raw(49, 2), u(50, 100)}, Rate{100, 1}},
		{"version 9 interval", []Field{u(34, 1000), raw(35, 1)}, Rate{1000, 1}},
		{"interval 0 is none", []Field{u(34, 0), raw(35, 0)}, none},
		{"unsampled", []Field{u(34, 1)}, Rate{1, 1}},
		{"trap 26: by time", []Field{u(307, 1), u(308, 999)}, none},
		{"by time, with totals", []Field{u(307, 1), u(308, 999), u(318, 5000), u(319, 10)}, Rate{500, 1}},
		{"totals of none", []Field{u(318, 5000), u(319, 0)}, none},
		{"more selected than observed", []Field{u(318, 5), u(319, 6)}, none},
		{"observed alone", []Field{u(318, 5)}, none},
		{"one octet", []Field{raw(34, 100)}, Rate{100, 1}},
		{"eight octets", []Field{raw(34, 0, 0, 0, 1, 0, 0, 0, 0)}, Rate{1 << 32, 1}},
		{"ten octets", []Field{raw(34, 0, 0, 0, 0, 0, 0, 0, 0, 0, 64)}, Rate{64, 1}},
		{"beyond 64 bits", []Field{raw(34, 1, 0, 0, 0, 0, 0, 0, 0, 0)}, none},
		{"no octets", []Field{raw(34)}, none},
		{"element of an enterprise", []Field{{ID: element.ID{Enterprise: 9, Number: 34}, Value: []byte{100}}}, none},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, ok := rateOf(test.fields)
			if got != test.want || ok != (test.want != none) {
				t.Errorf("rate %v, %t, want %v", got, ok, test.want)
			}
		})
	}
}

// TestRateOrder gives for each pair of ways to tell a rate both at once: the earlier
// one counts, in whatever order the fields come.
func TestRateOrder(t *testing.T) {
	ways := []struct {
		name   string
		fields []Field
		want   Rate
	}{
		{"310/309", []Field{u(309, 1), u(310, 2)}, Rate{2, 1}},
		{"305+306", []Field{u(305, 1), u(306, 2)}, Rate{3, 1}},
		{"311", []Field{float64Field(0.2)}, Rate{5, 1}},
		{"50", []Field{u(50, 7)}, Rate{7, 1}},
		{"34", []Field{u(34, 11)}, Rate{11, 1}},
		{"318/319", []Field{u(318, 13), u(319, 1)}, Rate{13, 1}},
		{"305", []Field{u(305, 17)}, Rate{17, 1}},
	}
	for i, first := range ways {
		for _, second := range ways[i+1:] {
			if first.name == "305+306" && second.name == "305" {
				continue // the same element
			}
			ahead := append(append([]Field{}, first.fields...), second.fields...)
			behind := append(append([]Field{}, second.fields...), first.fields...)
			for _, fields := range [][]Field{ahead, behind} {
				if got, ok := rateOf(fields); got != first.want || !ok {
					t.Errorf("%s and %s: %v, want %v", first.name, second.name, got, first.want)
				}
			}
		}
	}
}

// TestProbability: every ratio of small integers comes back from its float, and the
// rate of any float is that float again.
func TestProbability(t *testing.T) {
	for n := uint64(1); n <= 70_000; n++ {
		if got, ok := ofProbability(1/float64(n), false); !ok || got != (Rate{n, 1}) {
			t.Fatalf("one in %d: %v", n, got)
		}
		if got, ok := ofProbability(float64(1/float32(n)), true); !ok || n <= 2000 && got != (Rate{n, 1}) {
			t.Fatalf("one in %d as float32: %v", n, got)
		}
	}
	random := rand.New(rand.NewPCG(3, 11))
	for range 100_000 {
		p := math.Exp(-22 * random.Float64())
		got, ok := ofProbability(p, false)
		if !ok || got.Sample == 0 || got.Sample > got.Population {
			t.Fatalf("%v: %v, %t", p, got, ok)
		}
		ratio := new(big.Rat).SetFrac(new(big.Int).SetUint64(got.Sample), new(big.Int).SetUint64(got.Population))
		exact := new(big.Rat)
		exact.SetFloat64(p)
		difference, _ := ratio.Sub(ratio, exact).Float64()
		if math.Abs(difference) > 1.0/(1<<62) && math.Abs(difference) > p/(1<<52) {
			t.Fatalf("%v: %v differs by %v", p, got, difference)
		}
	}
}

// TestRatioIsReduced compares with big.Rat.
func TestRatioIsReduced(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 10))
	for range 100_000 {
		sample := random.Uint64() >> random.IntN(64)
		population := random.Uint64() >> random.IntN(64)
		got, ok := ratio(population, sample)
		if ok != (sample != 0 && population >= sample) {
			t.Fatalf("%d of %d: %t", sample, population, ok)
		}
		if !ok {
			continue
		}
		want := new(big.Rat).SetFrac(new(big.Int).SetUint64(population), new(big.Int).SetUint64(sample))
		if want.Num().Uint64() != got.Population || want.Denom().Uint64() != got.Sample {
			t.Fatalf("%d of %d: %v, want %v", sample, population, got, want)
		}
	}
}

func TestSet(t *testing.T) {
	var f RateFields
	for _, number := range []uint16{34, 50, 305, 306, 307, 308, 309, 310, 318, 319} {
		before := f.Has
		if !f.Set(number, []byte{1, 0}) || f.Has == before {
			t.Errorf("element %d is not taken", number)
		}
		if f.Set(number, nil) || f.Set(number, []byte{1, 0, 0, 0, 0, 0, 0, 0, 0}) {
			t.Errorf("element %d is taken with a value that cannot be read", number)
		}
	}
	if !f.Set(311, make([]byte, 8)) || f.Set(311, make([]byte, 5)) {
		t.Error("probability: want 8 octets taken, 5 refused")
	}
	if f.Has != hasConfigured|hasTotals {
		t.Errorf("has %b, want all of %b", f.Has, hasConfigured|hasTotals)
	}
	for _, number := range []uint16{0, 35, 48, 49, 302, 304, 312} {
		if f.Set(number, []byte{1}) {
			t.Errorf("element %d is taken", number)
		}
	}
	if n := testing.AllocsPerRun(100, func() {
		f.Set(311, []byte{0x3e, 0x99, 0x99, 0x9a})
		f.Rate()
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// rateOf gives the sampling rate that the fields of one record tell.
func rateOf(fields []Field) (Rate, bool) {
	var f RateFields
	for i := range fields {
		if fields[i].ID.Enterprise == element.EnterpriseIANA {
			f.Set(fields[i].ID.Number, fields[i].Value)
		}
	}
	return f.Rate()
}
