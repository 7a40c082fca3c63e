package netflow

import (
	"math"
	"math/rand/v2"
	"testing"

	"netstream/aggregate/flow"
)

// stamped is a message with one record whose times are uptimes. IPFIX has no uptime in
// its header: there boot is when the exporter started, in milliseconds since 1970, or
// 0 if it does not tell.
type stamped struct {
	version             uint16
	seconds, uptime     uint32
	milliseconds        uint32 // of the header of version 5, less than 1,000
	boot                uint64
	first, last         uint32
	start, end          flow.Timestamp // what is to come of it
	inverted, ahead     uint64         // remarks
	noBoot, outOfBounds uint64
}

func (s *stamped) message() []byte {
	fields := []spec{{number: 8, length: 4}, {number: 22, length: 4}, {number: 21, length: 4}}
	values := cat(ip("192.0.2.1"), u32(s.first), u32(s.last))
	switch s.version {
	case 5:
		return cat(u16(5), u16(1), u32(s.uptime), u32(s.seconds), u32(s.milliseconds*1_000_000), make([]byte, 8),
			record5("192.0.2.1", "192.0.2.2", 1, 100, s.first, s.last, 17))
	case 9:
		return cat(u16(9), u16(2), u32(s.uptime), u32(s.seconds), u32(1), u32(1), setOf(0, definitionOf(256, fields...)), setOf(256, values))
	}
	if s.boot != 0 {
		fields, values = append(fields, spec{number: systemInitTimeMilliseconds, length: 8}), cat(values, u64(s.boot))
	}
	sets := cat(setOf(2, definitionOf(256, fields...)), setOf(256, values))
	return cat(u16(10), u16(uint16(headerIPFIX+len(sets))), u32(s.seconds), u32(1), u32(1), sets)
}

// export is the export time in milliseconds.
func (s *stamped) export() int64 { return int64(s.seconds)*1000 + int64(s.milliseconds) }

const (
	wrap      = 1 << 32 // milliseconds
	tolerance = 100_000 // milliseconds that a stamp may be ahead of its message: docs/exports.md section 4
	inSecond  = 999     // milliseconds that are cut off the export time of IPFIX
)

// place says when a stamp was, by trying one number of wraps after the other.
func (s *stamped) place(stamp uint32) int64 {
	if s.version != 10 {
		at := s.export() - int64(s.uptime) + int64(stamp) - 2*wrap
		for at+wrap < s.export()+tolerance {
			at += wrap
		}
		return at
	}
	at := int64(s.boot) + int64(stamp)
	for at+wrap <= s.export()+inSecond+tolerance {
		at += wrap
	}
	if at > s.export()+inSecond+tolerance && at-wrap <= s.export()+inSecond {
		at -= wrap
	}
	return at
}

// expect fills what is to come of the message.
func (s *stamped) expect() {
	switch {
	case s.version == 10 && s.boot == 0:
		s.noBoot = 1
	case s.version == 10 && s.boot > math.MaxInt64/1_000_000:
		s.outOfBounds = 1
	default:
		s.start, s.end = ms(s.place(s.first)), ms(s.place(s.last))
	}
	if s.noBoot+s.outOfBounds > 0 {
		s.start, s.end = ms(s.export()), ms(s.export())
	}
	if s.end < s.start {
		s.end, s.inverted = s.start, 1
	}
	if s.end > ms(s.export()+60_000) {
		s.ahead = 1
	}
}

// check compares the row of the message with what is to come of it.
func (s *stamped) check(t *testing.T) {
	t.Helper()
	rows, summaries := decode(t, Options{}, s.message())
	if len(rows) != 1 {
		t.Fatalf("%+v: got %d rows", s, len(rows))
	}
	r, remarks := rows[0], &summaries[0].Remarks
	if r.End < r.Start {
		t.Errorf("%+v: ends %d ns before it starts", s, r.Start-r.End)
	}
	if r.Start != s.start || r.End != s.end {
		t.Errorf("%+v: got %d to %d", s, r.Start, r.End)
	}
	if remarks[TimeInverted] != s.inverted || remarks[TimeAhead] != s.ahead || remarks[NoBootTime] != s.noBoot || remarks[TimeOutOfRange] != s.outOfBounds {
		t.Errorf("%+v: got remarks %v", s, remarks)
	}
}

// TestN8Traces has the four errors of collectors that are known best: flows of 49.7
// days, ends 49.7 days before starts, starts 49.7 days ahead, and seconds that are
// taken for milliseconds.
func TestN8Traces(t *testing.T) {
	const export = testSeconds * 1000
	for _, version := range []uint16{5, 9, 10} {
		for _, s := range []stamped{
			// It ends 58 ms before it starts: 4,294,967.238 s after it, if that is taken modulo 2^32.
			{uptime: 700_000, first: 600_058, last: 600_000, start: ms(export - 99_942), end: ms(export - 99_942), inverted: 1},
			// It starts 4,967,296 ms before the wrap and ends 296 ms after it, 4,290,000 s less by the numbers.
			{uptime: 10_000, first: 4_290_000_296, last: 296, start: ms(export - 10_000 - 4_967_000), end: ms(export - 9_704)},
			// The uptime has wrapped since the flow: from the header's alone, it is 49.7 days ahead.
			{uptime: 5000, first: 4_294_960_000, last: 4_294_961_000, start: ms(export - 12_296), end: ms(export - 11_296)},
		} {
			s.version, s.seconds = version, testSeconds
			s.boot = export - uint64(s.uptime)
			if version == 10 && s.first > s.uptime {
				s.boot -= wrap
			}
			s.check(t)
		}
	}
	for _, test := range []struct {
		fields     []spec
		values     []byte
		start, end flow.Timestamp
	}{
		{[]spec{{number: 22, length: 4}, {number: 21, length: 4}}, cat(u32(3000), u32(4500)), ms(export - 2000), ms(export - 500)}, // at an uptime of 5 s
		{[]spec{{number: 150, length: 4}, {number: 151, length: 4}}, cat(u32(testSeconds-3), u32(testSeconds-2)), ms(export - 3000), ms(export - 2000)},
		{[]spec{{number: 152, length: 8}, {number: 153, length: 8}}, cat(u64(export-3000), u64(export-1500)), ms(export - 3000), ms(export - 1500)},
	} {
		r := one(t, message9(1, 2, setOf(0, definitionOf(256, test.fields...)), setOf(256, test.values)))
		if r.Start != test.start || r.End != test.end {
			t.Errorf("elements %d: got %d to %d, want %d to %d", test.fields[0].number, r.Start, r.End, test.start, test.end)
		}
	}
	t.Log("assertion N8: 4 traces, 3 of them in versions 5, 9 and 10")
}

// trueHistory gives a message of an exporter whose clocks are right, which has run for
// up to 200 days, with a flow of up to 40 days that ended at most 99 s after it.
// What is to come of it is what was.
func trueHistory(random *rand.Rand, version uint16) *stamped {
	s := &stamped{version: version, seconds: testSeconds + random.Uint32N(1<<28)}
	if version == 5 {
		s.milliseconds = random.Uint32N(1000)
	}
	const day = 86_400_000
	boot := s.export() - random.Int64N(200*day)
	end := s.export() + tolerance - 1000 - random.Int64N([]int64{3 * tolerance, 9 * day}[random.IntN(2)])
	start := end - random.Int64N([]int64{100_000, 40 * day}[random.IntN(2)])
	boot = min(boot, start) // nothing is seen before the start
	s.uptime, s.boot = uint32(s.export()-boot), uint64(boot)
	s.first, s.last = uint32(start-boot), uint32(end-boot)
	s.start, s.end = ms(start), ms(end)
	if end > s.export()+60_000 {
		s.ahead = 1
	}
	return s
}

// anyHistory gives a message whose numbers are anything: the start of the exporter
// jumps, flows end before they start and start after their export.
func anyHistory(random *rand.Rand, version uint16) *stamped {
	s := &stamped{version: version, seconds: random.Uint32(), uptime: random.Uint32(), first: random.Uint32(), last: random.Uint32()}
	switch random.IntN(4) {
	case 0:
		s.last = s.first + random.Uint32N(2001) - 1000
	case 1: // about the bounds
		s.last = s.uptime + tolerance + random.Uint32N(5) - 2
	case 2:
		s.last = s.uptime + 60_000 + random.Uint32N(3) - 1
	}
	if version == 5 {
		s.milliseconds = random.Uint32N(1000)
	}
	near := s.export() - int64(s.uptime)
	switch random.IntN(8) {
	case 0:
		s.boot = 0
	case 1:
		s.boot = random.Uint64()
	case 2:
		s.boot = random.Uint64N(math.MaxInt64/1_000_000) + 1
	case 3:
		s.boot = uint64(max(1, near+inSecond))
	default:
		s.boot = uint64(max(1, near+(random.Int64N(5)-2)*wrap))
	}
	s.expect()
	return s
}

// TestN8RandomTimes: no flow ends before it starts, none is 49.7 days away from where it
// was, and each that ends more than 60 s after its export is remarked.
func TestN8RandomTimes(t *testing.T) {
	const half = 5_000
	random := rand.New(rand.NewPCG(8, 8))
	var wrapped, inverted, ahead int
	for i := range half {
		version := []uint16{5, 9, 10}[i%3]
		for _, s := range []*stamped{trueHistory(random, version), anyHistory(random, version)} {
			s.check(t)
			if s.last < s.first && s.inverted == 0 || s.first > s.uptime {
				wrapped++
			}
			inverted += int(s.inverted)
			ahead += int(s.ahead)
		}
		if t.Failed() {
			t.FailNow()
		}
	}
	if wrapped < half/10 || inverted < half/10 || ahead < half/10 {
		t.Errorf("only %d have wrapped, %d are inverted, %d ahead", wrapped, inverted, ahead)
	}
	t.Logf("assertion N8: %d random messages, half of them of exporters that are right: %d with a wrap between, %d ends before starts, %d ends more than 60 s after the export; 0 negative durations",
		2*half, wrapped, inverted, ahead)
}
