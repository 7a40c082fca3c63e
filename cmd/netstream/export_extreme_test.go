package main

import (
	"bytes"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/reader/netflow/netflowtest"
)

// extremes are values that arithmetic goes wrong with.
var extremes = []uint64{
	0, 1, 2, math.MaxUint8, math.MaxUint16, math.MaxInt32, 1 << 31, math.MaxUint32, 1 << 32, 1 << 40, 1 << 53,
	1<<62 - 1, 1 << 62, math.MaxInt64, 1 << 63, math.MaxUint64 - 1, math.MaxUint64,
}

// extremeRecord is a record by its own lights: an element has a value of 1 to 8 octets.
type extremeRecord struct {
	elements []uint16
	lengths  []uint16
	values   []uint64
}

// newExtremeRecord makes up a record with counters and a sampling rate.
func newExtremeRecord(random *rand.Rand) *extremeRecord {
	r := &extremeRecord{elements: []uint16{1, 2}}
	for _, others := range [][]uint16{{}, {309, 310}, {34}, {50}, {305, 306}, {352, 401}, {23, 24}, {3}} {
		if random.IntN(3) == 0 {
			r.elements = append(r.elements, others...)
		}
	}
	for range r.elements {
		length := uint16(1 + random.IntN(8))
		r.lengths = append(r.lengths, length)
		v := extremes[random.IntN(len(extremes))]
		if length < 8 {
			v &= 1<<(8*length) - 1
		}
		r.values = append(r.values, v)
	}
	return r
}

// file gives a message with the record: in a flow of a random span.
func (r *extremeRecord) file(random *rand.Rand, version uint16) []byte {
	e := &netflowtest.Exporter{Version: version, Domain: 1, Boot: exportEpoch}
	records := randomFlows(random, 4, 1, 24*time.Hour)
	t := netflowtest.Template{ID: 256, Fields: netflowtest.Fields(8, 4, 12, 4, 4, 1, 152, 8, 153, 8)}
	for i, element := range r.elements {
		t.Fields = append(t.Fields, netflowtest.Field{Number: element, Length: r.lengths[i], Octets: netflowtest.Number(r.values[i], int(r.lengths[i]))})
	}
	at := exportEpoch + flow.Timestamp(100*time.Hour)
	return e.Message(at, e.Templates(t), e.Data(at, &t, records))
}

func (r *extremeRecord) value(element uint16) (v uint64, ok bool) {
	i := slices.Index(r.elements, element)
	if i < 0 {
		return 0, false
	}
	return r.values[i], true
}

// rate gives the sampling rate that the record tells: the first that makes sense, with
// no zero and no more taken than there was (docs/exports.md section 5).
func (r *extremeRecord) rate() (population, sample *big.Int, ok bool) {
	var told [][2]*big.Int
	number := func(v uint64) *big.Int { return new(big.Int).SetUint64(v) }
	if all, ok := r.value(310); ok {
		some, _ := r.value(309)
		told = append(told, [2]*big.Int{number(all), number(some)})
	}
	if some, ok := r.value(305); ok {
		between, _ := r.value(306)
		told = append(told, [2]*big.Int{number(some).Add(number(some), number(between)), number(some)})
	}
	for _, element := range []uint16{50, 34} {
		if n, ok := r.value(element); ok {
			told = append(told, [2]*big.Int{number(n), number(1)})
		}
	}
	for _, rate := range told {
		if rate[1].Sign() > 0 && rate[0].Cmp(rate[1]) >= 0 && rate[0].IsUint64() {
			return rate[0], rate[1], true
		}
	}
	return nil, nil, false
}

const (
	mostCounted = 1 << 56 // reader.MaxCounter
	mostScaled  = 1 << 62 // reader.MaxTotal
)

// scaled multiplies a counter with the sampling rate; ok is false if there is none, or
// none that all counters of the record can be multiplied with.
func (r *extremeRecord) scaled(value uint64) (product *big.Int, ok bool) {
	population, sample, ok := r.rate()
	if !ok {
		return nil, false
	}
	multiply := func(v uint64) *big.Int {
		scaled := new(big.Int).SetUint64(v)
		return scaled.Div(scaled.Mul(scaled, population), sample)
	}
	for _, v := range r.values[:2] {
		if v <= mostCounted && multiply(v).Cmp(big.NewInt(mostScaled)) > 0 {
			return nil, false
		}
	}
	return multiply(value), true
}

// N9: no value makes a counter wrap, a law break or the program end.
func TestExtremeCounters(t *testing.T) {
	for seed := range seeds(150) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(seed, 9))
			r := newExtremeRecord(random)
			s := mustSurvive(t, r.file(random, []uint16{9, 10}[seed%2]))
			if len(s.rows) != 1 {
				t.Fatalf("%d rows, want 1", len(s.rows))
			}
			only := row{s.columns, s.rows[0]}
			for i, column := range []string{"bytes", "packets"} {
				mustCount(t, r, only, column, r.values[i])
			}
		})
	}
}

// mustCount says that a counter is what the record has or, if it cannot be, unknown;
// and that the scaled one is the exact product, cut to an integer, or unknown if that
// of any counter is too large.
func mustCount(t *testing.T, r *extremeRecord, only row, column string, value uint64) {
	t.Helper()
	want, wantScaled := fmt.Sprint(value), ""
	if value > mostCounted {
		want = ""
	}
	if scaled, ok := r.scaled(value); ok && want != "" {
		wantScaled = scaled.String()
	}
	if got := *only.cell(column); got != want {
		t.Errorf("%s is %q, want %q: %+v", column, got, want, r)
	}
	if got := *only.cell(column + "_scaled"); got != wantScaled {
		t.Errorf("%s_scaled is %q, want %q: %+v", column, got, wantScaled, r)
	}
}

// mustSurvive runs a file of exports, checks that laws hold and that no counter is
// below 0, and gives its flow table.
func mustSurvive(t *testing.T, content []byte) sheet {
	t.Helper()
	out := saved(t, "parent", nil) + ".out"
	got := netstream("run", "-o", "csv", "-w", out, saved(t, "exports", content))
	if got.code != exitOK && got.code != exitDamaged {
		t.Fatalf("exit code %d: %s", got.code, got.errors)
	}
	if manifest := readFile(t, out, "run.json"); strings.Contains(manifest, `"holds": false`) || !strings.Contains(manifest, `"holds": true`) {
		t.Error("a law does not hold, or none was checked")
	}
	flows, intervals := sheetOf(t, readFile(t, out, "flows.csv")), sheetOf(t, readFile(t, out, "intervals.csv"))
	everything := func(row) string { return "all" }
	counters := []string{"packets", "bytes", "wire_bytes", "payload_bytes"}
	mustEqual(t, "sums", summed(t, intervals, everything, counters...), summed(t, flows, everything, counters...)) // fails below 0, too
	if len(flows.rows) == 1 {
		mustEqual(t, "scaled sums", summed(t, intervals, everything, "packets_scaled", "bytes_scaled"),
			summed(t, flows, everything, "packets_scaled", "bytes_scaled"))
	}
	summed(t, intervals, everything, "packets_scaled", "bytes_scaled", "flows_active")
	return flows
}

// Fixed formats whose octets are all ones, or whose counters are, are read as they
// stand.
func TestAllOnes(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 99))
	for _, version := range []uint16{1, 5, 6, 7} {
		e := &netflowtest.Exporter{Version: version, Boot: exportEpoch, Sampling: 0xffff, Sequence: math.MaxUint32}
		records := randomFlows(random, 4, 20, time.Hour)
		for i := range records {
			records[i].Counters = flow.Counters{Packets: math.MaxUint32, Octets: math.MaxUint32}
		}
		at := exportEpoch + 4*3600*second
		message := e.Fixed(at, records)[0]
		if got := len(mustSurvive(t, message).rows); got != 20 {
			t.Errorf("version %d: %d rows, want 20", version, got)
		}
		const header = 24 // of version 5; those of the others are no longer
		ones := slices.Concat(message[:header], bytes.Repeat([]byte{0xff}, len(message)-header))
		if got := len(mustSurvive(t, ones).rows); got != 20 {
			t.Errorf("version %d, all ones: %d rows, want 20", version, got)
		}
	}
}

// Many records whose sums are beyond 64 bits leave sums that are below.
func TestSumsBeyondTheCeiling(t *testing.T) {
	for seed := range seeds(10) {
		random := rand.New(rand.NewPCG(seed, 62))
		e := &netflowtest.Exporter{Version: 10, Domain: 1}
		records := randomFlows(random, 4, 50, time.Hour)
		for i := range records {
			records[i].Counters = flow.Counters{Packets: random.Uint64() >> random.IntN(8), Octets: extremes[random.IntN(len(extremes))]}
			records[i].Export.Population, records[i].Export.Sample = math.MaxUint32, 1
		}
		t300 := netflowtest.Template{ID: 300, Fields: netflowtest.Fields(8, 4, 12, 4, 1, 8, 2, 8, 152, 8, 153, 8, 309, 4, 310, 4)}
		at := exportEpoch + 4*3600*second
		s := mustSurvive(t, e.Message(at, e.Templates(t300), e.Data(at, &t300, records)))
		if len(s.rows) != len(records) {
			t.Errorf("seed %d: %d rows, want %d", seed, len(s.rows), len(records))
		}
		unknown := s.where(func(r row) bool { return *r.cell("packets") == "" || *r.cell("bytes") == "" })
		if len(unknown.rows) == 0 {
			t.Errorf("seed %d: no counter is left out", seed)
		}
	}
}
