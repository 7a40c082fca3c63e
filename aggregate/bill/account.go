package bill

import (
	"errors"
	"math/big"
)

// Rule is how samples become what is billed.
type Rule struct {
	Rate      Rate
	Direction Direction
	Missing   Missing
}

// Account keeps the samples of one customer, of which it adds up the figures of one
// series, as an interface is, after the other.
type Account struct {
	calendar *Calendar
	measured []bool // samples in which anybody has a row
	series   series
	present  []bool   // samples in which the customer has a row
	rules    []Choice // whose figures are worked out
	figures  []Figure
}

// Choice is a rule and the samples it is for.
type Choice struct {
	Rule   Rule
	Within func(sample int) bool // nil for all samples
}

// series are the counts of each sample.
type series struct {
	in, out, other []uint64
	present        []bool
	touched        bool
}

// Figure is what a rule makes of a customer's samples.
type Figure struct {
	Series           int      // how many
	Expected, Used   int      // samples of the period, and those that a rate is of, if it is the same for each series
	Rank, Dropped    int      // of the sample that has the rate, and how many are above it; 0 if there is none
	SameUsed         bool     // whether Used, Rank and Dropped are the same for each series
	In, Out, Both    *big.Rat // rates per second by direction, added up over the series; nil if they were not asked for
	VolumeIn         *big.Int // counts by direction in the samples of the choice
	VolumeOut        *big.Int
	VolumeOther      *big.Int
	volumeSampleHigh *big.Int // of each sample the higher one of in and out
}

// NewAccount begins an account. measured says in which samples any customer has a row.
func NewAccount(c *Calendar, measured []bool, rules []Choice) *Account {
	n := c.Samples()
	a := &Account{calendar: c, measured: measured, rules: rules, present: make([]bool, n)}
	a.series = series{in: make([]uint64, n), out: make([]uint64, n), other: make([]uint64, n), present: make([]bool, n)}
	a.Reset()
	return a
}

// Reset begins the next customer.
func (a *Account) Reset() {
	clear(a.present)
	a.series.reset()
	a.figures = make([]Figure, len(a.rules))
	for i := range a.figures {
		a.figures[i] = Figure{SameUsed: true, VolumeIn: new(big.Int), VolumeOut: new(big.Int), VolumeOther: new(big.Int), volumeSampleHigh: new(big.Int)}
	}
}

func (s *series) reset() {
	clear(s.in)
	clear(s.out)
	clear(s.other)
	clear(s.present)
	s.touched = false
}

// ErrCount says that the count of a sample is beyond what can be worked with.
var ErrCount = errors.New("count of a sample is beyond 2^63-1")

// Set gives the counts of a sample of the current series.
func (a *Account) Set(sample int, in, out, other uint64) error {
	if in > maxCount || out > maxCount || other > maxCount || in+out > maxCount || in+out+other > maxCount {
		return ErrCount
	}
	s := &a.series
	s.in[sample], s.out[sample], s.other[sample] = in, out, other
	s.present[sample], a.present[sample], s.touched = true, true, true
	return nil
}

// EndSeries adds the figures of the current series to those of the customer.
func (a *Account) EndSeries() {
	if !a.series.touched {
		return
	}
	for i := range a.rules {
		a.add(&a.rules[i], &a.figures[i])
	}
	a.series.reset()
}

// Present gives in how many samples the customer has a row.
func (a *Account) Present() int {
	n := 0
	for _, present := range a.present {
		if present {
			n++
		}
	}
	return n
}

// Figures gives what each rule makes of the customer.
func (a *Account) Figures() []Figure { return a.figures }

func (a *Account) add(c *Choice, f *Figure) {
	s := &a.series
	var in, out, both []Sample
	expected := 0
	for i := range s.in {
		if c.Within != nil && !c.Within(i) {
			continue
		}
		expected++
		addCount(f.VolumeIn, s.in[i])
		addCount(f.VolumeOut, s.out[i])
		addCount(f.VolumeOther, s.other[i])
		addCount(f.volumeSampleHigh, max(s.in[i], s.out[i]))
		if c.Rule.Missing == MissingAbsent && !s.present[i] || c.Rule.Missing == MissingOutage && !a.measured[i] {
			continue
		}
		length := a.calendar.Length(i)
		in = append(in, Sample{s.in[i], length})
		out = append(out, Sample{s.out[i], length})
		switch c.Rule.Direction {
		case DirectionSum:
			both = append(both, Sample{s.in[i] + s.out[i] + s.other[i], length})
		case DirectionSampleMax:
			both = append(both, Sample{max(s.in[i], s.out[i]), length})
		}
	}
	rank, ranked := c.Rule.Rate.Rank(len(in))
	dropped := 0
	if ranked {
		dropped = len(in) - rank
	}
	if f.Series > 0 && f.Used != len(in) {
		f.SameUsed = false
	}
	f.Series++
	f.Expected, f.Used, f.Rank, f.Dropped = expected, len(in), rank, dropped
	switch c.Rule.Direction {
	case DirectionIn, DirectionOut, DirectionMax:
		f.In, f.Out = plus(f.In, c.Rule.Rate.Of(in)), plus(f.Out, c.Rule.Rate.Of(out))
	default:
		f.Both = plus(f.Both, c.Rule.Rate.Of(both))
	}
}

func addCount(to *big.Int, v uint64) {
	if v > 0 {
		to.Add(to, new(big.Int).SetUint64(v))
	}
}

func plus(a, b *big.Rat) *big.Rat {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return new(big.Rat).Add(a, b)
}

// Billed gives the rate per second that is billed and the direction that has it: in, out,
// sum or sample-max. Where in and out have the same rate, it is in. It is nil if there
// are no samples, and of volumes.
func (f *Figure) Billed(d Direction) (*big.Rat, Direction) {
	switch d {
	case DirectionIn:
		return f.In, d
	case DirectionOut:
		return f.Out, d
	case DirectionMax:
		if f.In != nil && f.Out != nil && f.In.Cmp(f.Out) >= 0 {
			return f.In, DirectionIn
		}
		return f.Out, DirectionOut
	}
	return f.Both, d
}

// Volume gives the volume of a direction: the higher one of in and out for max, and for
// sample-max that of each sample's higher one.
func (f *Figure) Volume(d Direction) *big.Int {
	switch d {
	case DirectionIn:
		return f.VolumeIn
	case DirectionOut:
		return f.VolumeOut
	case DirectionMax:
		if f.VolumeIn.Cmp(f.VolumeOut) >= 0 {
			return f.VolumeIn
		}
		return f.VolumeOut
	case DirectionSampleMax:
		return f.volumeSampleHigh
	}
	sum := new(big.Int).Add(f.VolumeIn, f.VolumeOut)
	return sum.Add(sum, f.VolumeOther)
}
