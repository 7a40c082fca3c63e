package table

import (
	"fmt"
	"math"
	"strconv"

	"netstream/aggregate/flow"
)

// flowStatistics declares what --features asks for (docs/features.md).
func flowStatistics(o *Options) []Column[flow.Record] {
	var columns []Column[flow.Record]
	if o.Moments {
		columns = append(columns, momentColumns("", "src_ip to dst_ip", forwardMoments)...)
		if o.Biflows {
			columns = append(columns, momentColumns("rev_", "dst_ip to src_ip", reverseMoments)...)
		}
		columns = append(columns, periodColumns()...)
	}
	if o.Early {
		columns = append(columns, earlyColumns()...)
	}
	return columns
}

// moments is what is known of one direction of a flow.
type moments struct {
	*flow.Moments
	packets, octets uint64
}

// forwardMoments gives those of the forward direction; without packets if the flow has
// no statistics.
func forwardMoments(r *flow.Record) moments {
	if r.Statistics == nil {
		return moments{}
	}
	return moments{&r.Statistics.Forward, r.Counters.Packets, r.Counters.Octets}
}

func reverseMoments(r *flow.Record) moments {
	if r.Statistics == nil || r.Reverse == nil {
		return moments{}
	}
	return moments{&r.Statistics.Reverse, r.Reverse.Counters.Packets, r.Reverse.Counters.Octets}
}

// momentColumns declares the columns of one direction.
func momentColumns(prefix, way string, of func(*flow.Record) moments) []Column[flow.Record] {
	atLeast := func(packets uint64) part[moments] {
		return partOf(of, func(m moments) bool { return m.Moments == nil || m.packets < packets })
	}
	parts := [...]part[moments]{atLeast(0), atLeast(1), atLeast(2)}
	column := func(name string, kind Kind, unit, definition string, least int, get func(moments) int64) Column[flow.Record] {
		few := "there are none"
		if least > 1 {
			few = "there is one at most"
		}
		return parts[least].column(Column[flow.Record]{
			Name: prefix + name, Kind: kind, Unit: unit, Pattern: Varied,
			Definition: definition + " of the packets from " + way + "; NULL if " + few + ", and for exported flows.",
		}, get)
	}
	columns := []Column[flow.Record]{
		column("ip_len_mean", Float64, "octets", "Mean length", 1, func(m moments) int64 { return quotient(m.octets, m.packets) }),
		column("ip_len_stddev", Float64, "octets", "Standard deviation of the lengths (of the sample, n - 1)", 2, func(m moments) int64 {
			return deviation(m.packets, m.octets, m.LengthSquares)
		}),
	}
	bounds := flow.LengthClassBounds()
	for i := range flow.LengthClasses {
		name, lengths := "ip_len_above_1518", "more than 1518"
		switch {
		case i == 0:
			name, lengths = "ip_len_upto_64", "at most 64"
		case i < len(bounds):
			name, lengths = fmt.Sprintf("ip_len_upto_%d", bounds[i]), fmt.Sprintf("%d to %d", bounds[i-1]+1, bounds[i])
		}
		c := column(name, Int64, "packets", "", 0, func(m moments) int64 { return count(m.Classes[i]) })
		c.Definition, c.Pattern = "Number of packets from "+way+" with "+lengths+" octets; NULL for exported flows.", Repetitive
		columns = append(columns, c)
	}
	return append(columns,
		column("iat_min_ns", Int64, "ns", "Least gap", 2, func(m moments) int64 { return count(m.MinGap) }),
		column("iat_mean_ns", Float64, "ns", "Mean gap", 2, func(m moments) int64 { return quotient(m.Gaps, m.packets-1) }),
		column("iat_stddev_ns", Float64, "ns", "Standard deviation of the gaps (of the sample, n - 1; 0 if there is one)", 2, func(m moments) int64 {
			return deviation(m.packets-1, m.Gaps, m.GapSquares)
		}),
		column("iat_max_ns", Int64, "ns", "Greatest gap", 2, func(m moments) int64 { return count(m.MaxGap) }),
	)
}

// part is what a flow has of a kind, and when it has not enough of it for a cell. Columns that show something of the same
// part ask for NULL once for all.
type part[P any] struct {
	of    func(*flow.Record) P
	lacks func(P) bool
	nulls *Nulls[flow.Record]
}

func partOf[P any](of func(*flow.Record) P, lacks func(P) bool) part[P] {
	return part[P]{of, lacks, &Nulls[flow.Record]{Mark: func(null []bool, rows *Rows[flow.Record]) {
		for i := range rows.All {
			null[i] = lacks(of(&rows.All[i]))
		}
	}}}
}

// column gives a column that shows what get gives of the part.
func (p part[P]) column(c Column[flow.Record], get func(P) int64) Column[flow.Record] {
	c.Null = func(r *flow.Record) bool { return p.lacks(p.of(r)) }
	c.Int = func(r *flow.Record) int64 { return get(p.of(r)) }
	c.Nulls = p.nulls
	c.Ints = func(dst []int64, rows *Rows[flow.Record]) {
		for i := range rows.All {
			if has := p.of(&rows.All[i]); !p.lacks(has) {
				dst[i] = get(has)
			}
		}
	}
	return c
}

// quotient gives the cell of a / b, both rounded to binary64 first, which changes
// nothing below 2^53.
func quotient(a, b uint64) int64 { return int64(math.Float64bits(float64(a) / float64(b))) }

// deviation gives the cell of the standard deviation of a sample of n values, from
// their sum and the sum of their squares: the square root of (n*squares - sum^2) /
// (n*(n-1)), of which numerator and denominator are exact integers that are rounded to
// binary64 before they are divided; 0 if n is 1. All three operations are those of IEEE
// 754, so that it is the same number everywhere.
func deviation(n, sum uint64, squares flow.Squares) int64 {
	if n < 2 {
		return int64(math.Float64bits(0))
	}
	above := product(squares.High, squares.Low, n).less(product(0, sum, sum))
	below := product(0, n, n-1)
	return int64(math.Float64bits(math.Sqrt(above.nearest() / below.nearest())))
}

// periodColumns declares the periods with packets and those without.
func periodColumns() []Column[flow.Record] {
	const (
		ofActive = "of the periods without a gap of more than 5 s between packets of either direction; NULL for exported flows."
		ofIdle   = "of the gaps of more than 5 s between packets of either direction; NULL if there are none, and for exported flows."
	)
	active := func(s *flow.Statistics) *flow.Periods { return &s.Active }
	idle := func(s *flow.Statistics) *flow.Periods { return &s.Idle }
	return append(columnsOfPeriods("active_", "Number "+ofActive, ofActive, active),
		columnsOfPeriods("idle_", "Number of the gaps of more than 5 s between packets of either direction; NULL for exported flows.", ofIdle, idle)...)
}

// columnsOfPeriods declares one kind of periods: what their number is, and of what the lengths are.
func columnsOfPeriods(prefix, number, ofWhat string, of func(*flow.Statistics) *flow.Periods) []Column[flow.Record] {
	ofRow := func(r *flow.Record) *flow.Periods {
		if r.Statistics == nil {
			return nil
		}
		return of(r.Statistics)
	}
	known := partOf(ofRow, func(p *flow.Periods) bool { return p == nil })
	some := partOf(ofRow, func(p *flow.Periods) bool { return p == nil || p.Count == 0 })
	column := func(name string, kind Kind, unit, definition string) Column[flow.Record] {
		return Column[flow.Record]{Name: prefix + name, Kind: kind, Unit: unit, Pattern: Varied, Definition: definition}
	}
	return []Column[flow.Record]{
		known.column(column("periods", Int64, "periods", number), func(p *flow.Periods) int64 { return count(p.Count) }),
		some.column(column("min_ns", Int64, "ns", "Least length "+ofWhat), func(p *flow.Periods) int64 { return count(p.Min) }),
		some.column(column("mean_ns", Float64, "ns", "Mean length "+ofWhat), func(p *flow.Periods) int64 { return quotient(p.Sum, p.Count) }),
		some.column(column("max_ns", Int64, "ns", "Greatest length "+ofWhat), func(p *flow.Periods) int64 { return count(p.Max) }),
	}
}

// earlyColumns declares the first packets of a flow, each column as a JSON array.
func earlyColumns() []Column[flow.Record] {
	lacks := func(r *flow.Record) bool { return r.Statistics == nil }
	nulls := partOf(func(r *flow.Record) *flow.Record { return r }, lacks).nulls
	column := func(name, definition string, get func(*flow.EarlyPacket) uint64) Column[flow.Record] {
		return Column[flow.Record]{
			Name: name, Kind: Text, Pattern: Varied,
			Definition: definition + " of the first packets of the flow, in order, as a JSON array; NULL for exported flows.",
			Null:       lacks, Nulls: nulls,
			Text: func(dst []byte, r *flow.Record) []byte {
				dst = append(dst, '[')
				for i := range r.Statistics.Early {
					if i > 0 {
						dst = append(dst, ',')
					}
					dst = strconv.AppendUint(dst, get(&r.Statistics.Early[i]), 10)
				}
				return append(dst, ']')
			},
		}
	}
	return []Column[flow.Record]{
		column("splt_ip_len", "Lengths in octets", func(e *flow.EarlyPacket) uint64 { return e.Octets }),
		column("splt_direction", "Directions (0 from src_ip to dst_ip, 1 from dst_ip to src_ip)", func(e *flow.EarlyPacket) uint64 {
			if e.Reverse {
				return 1
			}
			return 0
		}),
		column("splt_iat_ns", "Times in nanoseconds since the packet before (0 for the first)", func(e *flow.EarlyPacket) uint64 { return e.Gap }),
	}
}
