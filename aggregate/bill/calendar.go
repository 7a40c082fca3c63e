package bill

import (
	"fmt"
	"math"
	"sort"
	"time"
)

// MaxSamples is how many samples a period may have.
const MaxSamples = 4 << 20

// Calendar are the samples of a period: each day is cut into samples of one width from
// its begin on. If the width does not divide the day, as on a day on which the clocks
// are put forward by half a sample, the last one ends with the day.
type Calendar struct {
	Period Period
	Width  time.Duration
	starts []int64 // of each sample, and the end of the last, in ns since the Unix epoch
}

// NewCalendar gives the samples of a period. The width must divide 24 hours.
func NewCalendar(p Period, width time.Duration) (*Calendar, error) {
	const day = 24 * time.Hour
	if width <= 0 || day%width != 0 {
		return nil, fmt.Errorf("samples of %v do not divide a day", width)
	}
	begin, end := p.First.begin(p.Zone), p.End.begin(p.Zone)
	if p.First.year < 1678 || p.End.year > 2261 {
		return nil, fmt.Errorf("the period %v is out of the range of time stamps", p)
	}
	if samples := end.Sub(begin) / width; samples > MaxSamples {
		return nil, fmt.Errorf("%d samples, there can be %d at most", samples, MaxSamples)
	}
	c := &Calendar{Period: p, Width: width}
	for d := p.First; d.before(p.End); d = d.next(0, 0, 1) {
		next := d.next(0, 0, 1).begin(p.Zone).UnixNano()
		for at := d.begin(p.Zone).UnixNano(); at < next; at += int64(width) {
			c.starts = append(c.starts, at)
		}
	}
	c.starts = append(c.starts, end.UnixNano())
	return c, nil
}

// Samples gives the number of samples.
func (c *Calendar) Samples() int { return len(c.starts) - 1 }

// Begin and End give the bounds of the period in nanoseconds since the Unix epoch.
func (c *Calendar) Begin() int64 { return c.starts[0] }

// End is the first nanosecond behind the period.
func (c *Calendar) End() int64 { return c.starts[len(c.starts)-1] }

// Start gives the start of a sample in nanoseconds since the Unix epoch.
func (c *Calendar) Start(sample int) int64 { return c.starts[sample] }

// Length gives the length of a sample in nanoseconds.
func (c *Calendar) Length(sample int) int64 { return c.starts[sample+1] - c.starts[sample] }

// Place says where an interval lies.
type Place uint8

// The places.
const (
	Inside  Place = iota // in one sample
	Outside              // past the period
	Across               // over the bound of a sample
)

// Find gives the sample in which the interval from start up to end lies, times being in
// nanoseconds since the Unix epoch.
func (c *Calendar) Find(start, end int64) (sample int, place Place) {
	if end <= c.Begin() || start >= c.End() {
		return 0, Outside
	}
	if start < c.Begin() {
		return 0, Across
	}
	i := sort.Search(len(c.starts), func(i int) bool { return c.starts[i] > start }) - 1
	if end > c.starts[i+1] {
		return i, Across
	}
	return i, Inside
}

// Sample is what was counted in one sample. Its rate is Count / Length.
type Sample struct {
	Count  uint64
	Length int64 // in ns, above 0
}

// maxCount is the greatest count of a sample: rates are compared by products of 128
// bits.
const maxCount = math.MaxInt64
