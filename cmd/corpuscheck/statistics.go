package main

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// observation is a packet of a flow.
type observation struct {
	length int64
	time   int64 // ns
	back   bool  // from the responder
}

// greatestError is how far a statistic may be from the exact one, relative to it.
const greatestError = 1e-12

// checkStatistics compares the statistics of TCP and UDP biflows with exact ones of
// tshark's packets, in captures that are in order of time and on whose packets both
// agree.
func (f *finding) checkStatistics(packets []packet, known []difference) {
	if !f.known.exact() {
		return
	}
	directions := map[key][]observation{}
	both := map[key][]observation{}
	latest := int64(math.MinInt64)
	for i := range packets {
		p := &packets[i]
		r := p.read()
		explain(known, p, &r)
		at, ok := nanoseconds(p.first("frame.time_epoch"))
		if !r.metered {
			continue
		}
		if !ok || at < latest || r.unknown != 0 {
			return
		}
		latest = at
		r.key.tos = 0
		u := r.key.undirected()
		o := observation{length: r.volume.bytes, time: at, back: r.key != u}
		directions[r.key] = append(directions[r.key], o)
		both[u] = append(both[u], o)
	}
	for i := range f.biflows {
		c := &f.biflows[i]
		if c.key.protocol != 6 && c.key.protocol != 17 || c.key == c.reversed().key {
			continue
		}
		f.checkMoments(c, "", directions[c.key])
		f.checkMoments(c, "rev_", directions[c.reversed().key])
		f.checkSequence(c, both[c.key.undirected()])
	}
}

// nanoseconds reads a time of tshark in seconds, with up to nine digits behind the point.
func nanoseconds(text string) (int64, bool) {
	whole, fraction, _ := strings.Cut(text, ".")
	if len(fraction) > 9 || strings.HasPrefix(whole, "-") {
		return 0, false
	}
	n, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", 9-len(fraction)), 10, 64)
	return n, err == nil
}

// checkMoments compares lengths and gaps of a direction.
func (f *finding) checkMoments(c *conversation, prefix string, packets []observation) {
	var lengths, gaps []int64
	for i, o := range packets {
		lengths = append(lengths, o.length)
		if i > 0 {
			gaps = append(gaps, o.time-packets[i-1].time)
		}
	}
	f.checkValues(c, prefix, [4]string{"min_ip_len", "ip_len_mean", "ip_len_stddev", "max_ip_len"}, lengths, false)
	f.checkValues(c, prefix, [4]string{"iat_min_ns", "iat_mean_ns", "iat_stddev_ns", "iat_max_ns"}, gaps, true)
}

// checkValues compares the least, the mean, the deviation and the greatest of some values.
func (f *finding) checkValues(c *conversation, prefix string, columns [4]string, values []int64, deviates bool) {
	want := exactMoments(values, deviates)
	for i, column := range columns {
		cell := c.cells[prefix+column]
		if want[i] == nil || cell == "" {
			f.compare("tshark, statistics", want[i] == nil && cell == "", "", "%v %s%s: got %q of %d values", c.key, prefix, column, cell, len(values))
			continue
		}
		got, err := strconv.ParseFloat(cell, 64)
		exact := *want[i]
		f.compare("tshark, statistics", err == nil && math.Abs(got-exact) <= greatestError*math.Abs(exact), "", "%v %s%s: got %s, want %v", c.key, prefix, column, cell, exact)
		if err == nil && i%3 != 0 {
			f.compare("tshark, means and deviations to the last bit", got == exact, "within 10^-12 of the exact value", "")
		}
	}
}

// exactMoments gives least, mean, deviation of the sample and greatest, rounded once.
// One value has no deviation, or 0.
func exactMoments(values []int64, zero bool) (moments [4]*float64) {
	if len(values) == 0 {
		return moments
	}
	least, greatest := values[0], values[0]
	sum, squares := new(big.Int), new(big.Int)
	for _, v := range values {
		least, greatest = min(least, v), max(greatest, v)
		x := big.NewInt(v)
		sum.Add(sum, x)
		squares.Add(squares, new(big.Int).Mul(x, x))
	}
	n := big.NewInt(int64(len(values)))
	mean, _ := new(big.Rat).SetFrac(sum, n).Float64()
	a, b := float64(least), float64(greatest)
	moments = [4]*float64{&a, &mean, nil, &b}
	if len(values) == 1 {
		if zero {
			moments[2] = new(float64)
		}
		return moments
	}
	const precision = 256
	numerator := new(big.Int).Sub(new(big.Int).Mul(n, squares), new(big.Int).Mul(sum, sum))
	variance := new(big.Rat).SetFrac(numerator, new(big.Int).Mul(n, big.NewInt(int64(len(values)-1))))
	root := new(big.Float).SetPrec(precision).SetRat(variance)
	deviation, _ := root.Sqrt(root).Float64()
	moments[2] = &deviation
	return moments
}

// checkSequence compares the first packets of a biflow.
func (f *finding) checkSequence(c *conversation, packets []observation) {
	var lengths, directions, gaps []string
	turned := c.key != c.key.undirected()
	for i, o := range packets[:min(20, len(packets))] {
		gap, direction := int64(0), 0
		if i > 0 {
			gap = o.time - packets[i-1].time
		}
		if o.back != turned {
			direction = 1
		}
		lengths, gaps, directions = append(lengths, fmt.Sprint(o.length)), append(gaps, fmt.Sprint(gap)), append(directions, fmt.Sprint(direction))
	}
	for column, values := range map[string][]string{"splt_ip_len": lengths, "splt_direction": directions, "splt_iat_ns": gaps} {
		want := "[" + strings.Join(values, ",") + "]"
		f.compare("tshark, first 20 packets", c.cells[column] == want, "", "%v %s: got %s, want %s", c.key, column, c.cells[column], want)
	}
}
