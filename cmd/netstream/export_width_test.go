package main

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/reader/netflow/netflowtest"
)

// told are elements with values that tell a sampling rate, each of as many octets.
type told struct {
	elements []uint16
	values   []uint64
	octets   uint16
}

// hostileRates are rates of 0 and of 2^32-1 in all elements that tell one, and such as
// contradict themselves.
var hostileRates = []told{
	{nil, nil, 0},
	{[]uint16{34}, []uint64{0}, 4},
	{[]uint16{34}, []uint64{1}, 1},
	{[]uint16{34}, []uint64{math.MaxUint32}, 4},
	{[]uint16{50}, []uint64{0}, 4},
	{[]uint16{50}, []uint64{math.MaxUint32}, 4},
	{[]uint16{309, 310}, []uint64{0, 0}, 4},
	{[]uint16{309, 310}, []uint64{0, math.MaxUint32}, 4},
	{[]uint16{309, 310}, []uint64{1, math.MaxUint32}, 4},
	{[]uint16{309, 310}, []uint64{math.MaxUint32, 1}, 4},
	{[]uint16{309, 310}, []uint64{math.MaxUint32, math.MaxUint32}, 4},
	{[]uint16{309, 310}, []uint64{1, math.MaxUint64}, 8},
	{[]uint16{309, 310}, []uint64{math.MaxUint64 - 1, math.MaxUint64}, 8},
	{[]uint16{305, 306}, []uint64{0, math.MaxUint32}, 4},
	{[]uint16{305, 306}, []uint64{1, math.MaxUint32}, 4},
	{[]uint16{305, 306}, []uint64{math.MaxUint32, 0}, 4},
	{[]uint16{305, 306}, []uint64{math.MaxUint64, math.MaxUint64}, 8},
}

// everyWidth gives records with all extreme values that fit into 1 to 8 octets, and a
// sampling rate.
func everyWidth(rate told) (all []*extremeRecord) {
	values := append([]uint64{mostCounted - 1, mostCounted, mostCounted + 1}, extremes...)
	for width := uint16(1); width <= 8; width++ {
		for i, v := range values {
			if width < 8 && v >= 1<<(8*width) {
				continue
			}
			other := values[(i+7)%len(values)] & (math.MaxUint64 >> (64 - 8*width))
			all = append(all, &extremeRecord{
				elements: append([]uint16{1, 2}, rate.elements...),
				lengths:  append([]uint16{width, width}, slices.Repeat([]uint16{rate.octets}, len(rate.elements))...),
				values:   append([]uint64{v, other}, rate.values...),
			})
		}
	}
	return all
}

// sums are those of a run, of numbers that cannot wrap: octets and packets.
type sums struct{ counted, scaled [2]big.Int }

// cells gives what the columns bytes, packets, bytes_scaled and packets_scaled hold of a
// record: what it says or, of what is too much for a counter or a sum, nothing.
func (s *sums) cells(r *extremeRecord) (want [4]string) {
	var known [2]*big.Int
	for i, v := range r.values[:2] {
		value := new(big.Int).SetUint64(v)
		sum := new(big.Int).Add(&s.counted[i], value)
		if v <= mostCounted && sum.Cmp(big.NewInt(mostScaled)) <= 0 {
			s.counted[i].Set(sum)
			known[i], want[i] = value, value.String()
		}
	}
	population, sample, ok := r.rate()
	if !ok {
		return want
	}
	var products, grown [2]big.Int
	for i, value := range known {
		if value != nil {
			products[i].Div(products[i].Mul(value, population), sample)
		}
		if grown[i].Add(&s.scaled[i], &products[i]).Cmp(big.NewInt(mostScaled)) > 0 {
			return want
		}
	}
	for i, value := range known {
		s.scaled[i].Set(&grown[i])
		if value != nil {
			want[2+i] = products[i].String()
		}
	}
	return want
}

// N9: counters of every width, up to 2^64-1, and every rate are read as they stand. The
// scaled ones have columns of their own, and neither they nor any sum wraps.
func TestN9EveryWidth(t *testing.T) {
	records, unknown, scaled := 0, 0, 0
	for number, rate := range hostileRates {
		random := rand.New(rand.NewPCG(uint64(number), 99))
		e := &netflowtest.Exporter{Version: []uint16{9, 10}[number%2], Domain: 1, Boot: exportEpoch}
		at := exportEpoch + flow.Timestamp(100*time.Hour)
		var file []byte
		var want []string
		var s sums
		all := everyWidth(rate)
		for i, r := range all {
			source := netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)})
			t := netflowtest.Template{ID: uint16(256 + i), Fields: netflowtest.Fields(12, 4, 4, 1, 152, 8, 153, 8)}
			t.Fields = append(t.Fields, netflowtest.Field{Number: 8, Length: 4, Octets: source.AsSlice()})
			for j, element := range r.elements {
				t.Fields = append(t.Fields, netflowtest.Field{Number: element, Length: r.lengths[j], Octets: netflowtest.Number(r.values[j], int(r.lengths[j]))})
			}
			file = append(file, e.Message(at, e.Templates(t), e.Data(at, &t, randomFlows(random, 4, 1, 24*time.Hour)))...)
			cells := s.cells(r)
			want = append(want, fmt.Sprintf("%s,%s,%s,%s,%s", source, cells[0], cells[1], cells[2], cells[3]))
			for i, cell := range cells {
				switch {
				case i < 2 && cell == "":
					unknown++
				case i >= 2 && cell != "":
					scaled++
				}
			}
		}
		mustList(t, fmt.Sprintf("rate %v", rate), mustSurvive(t, file), want, "src_ip", "bytes", "packets", "bytes_scaled", "packets_scaled")
		records += len(all)
	}
	t.Logf("assertion N9: %d records of 1 to 8 octets a counter and %d sampling rates: 0 wraps; %d counters too large to be believed, %d scaled",
		records, len(hostileRates), unknown, scaled)
}
