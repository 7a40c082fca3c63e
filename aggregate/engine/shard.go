package engine

import (
	"math"
	"time"

	"netstream/aggregate/accounting"
	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
	"netstream/aggregate/runs"
)

// sweepsPerTimeout is how often in the shortest idle timeout of the packets' time a
// shard looks for silent flows. At 2, a flow stays in the table for at most half as
// long again as it must.
const sweepsPerTimeout = 2

// shard meters the keys that fall into it.
type shard struct {
	process *meter.Process // gives its records to the shard
	pause   flow.Timestamp // between two sweeps
	uneven  bool           // it is right for some flows only
	least   time.Duration  // of silence that can end a flow; below 0 if flows can end without
	cache   *cache         // of a bounded number of flows; nil if there is no bound
	hasher  flow.Hasher
	table   *table
	singles bool // flows of one packet can be kept as singles
	odds    odds
	flows   *runs.Sorter[flow.Record]
	slices  *runs.Sorter[meter.Slice]
	open    *runs.Sorter[keyState] // nil unless open flows are handed over

	keep     extensions
	overflow *overflow // nil if the flow cache has no bound
	spilled  Overflow

	seconds  *accounting.Seconds // nil unless peaks are asked for
	withheld *withheld           // nil if all records are kept
	rejected rejections

	freed     int // octets of states that are over, which rows have not taken yet
	records   uint64
	withoutIP bool // some of them are of frames without IP packet
	nextSweep flow.Timestamp
	swept     bool
	since     uint64 // packets metered since the last sweep
	left      uint64 // states that it left
	near      nearby // used while packets are metered only
	touched   uint64 // keeps the reads of touch alive
}

// Record and Slice take what the metering process gives.
func (s *shard) Record(r *flow.Record) {
	if s.withheld != nil && !s.withheld.judge(r) {
		return
	}
	s.records++
	s.withoutIP = s.withoutIP || r.Key.Version == 0
	s.flows.Add(r)
}

// Whole is Record and Slice for a flow whose packets all lie in one interval, whose two rows are laid out together.
func (s *shard) Whole(r *flow.Record, interval flow.Timestamp, place uint64) {
	s.records++
	s.withoutIP = s.withoutIP || r.Key.Version == 0
	before := s.flows.Room()
	if isSingle(r, interval, place) {
		s.flows.Took(appendSingle(before, r))
		s.slices.Took(appendSingleSlice(s.slices.Room(), r, interval, place))
		return
	}
	after := appendMetered(before, r)
	s.flows.Took(after)
	s.slices.Took(appendWholeSlice(s.slices.Room(), after[len(before):], r, interval, place))
}

func (s *shard) Slice(slice *meter.Slice) {
	if s.withheld != nil {
		s.withheld.hold(slice)
		return
	}
	s.slices.Add(slice)
}

// err gives the failure of a sorter, if one failed.
func (s *shard) err() error {
	if err := s.flows.Err(); err != nil {
		return err
	}
	if s.seconds != nil && s.seconds.Err() != nil {
		return s.seconds.Err()
	}
	if s.withheld != nil {
		if err := s.withheld.far.Err(); err != nil {
			return err
		}
	}
	if s.overflow != nil && s.overflow.err != nil {
		return s.overflow.err
	}
	return s.slices.Err()
}

// meterSome takes those of the packets, in order of their clocks, that have the given
// numbers.
func (s *shard) meterSome(packets []flow.Packet, numbers []uint16) {
	if len(numbers) == 0 {
		return
	}
	if s.seconds != nil {
		s.seconds.Add(packets, numbers)
	}
	if s.cache != nil {
		s.meterBounded(packets, numbers)
		return
	}
	s.meterMine(packets, numbers)
}

// meterMine takes packets as meterSome does, but for those that are set aside.
func (s *shard) meterMine(packets []flow.Packet, numbers []uint16) {
	if s.overflow != nil {
		now := packets[numbers[len(numbers)-1]].Clock
		defer s.bound(now)
		if numbers = s.overflow.divert(packets, numbers); len(numbers) == 0 {
			return
		}
	}
	s.since += uint64(len(numbers))
	now := packets[numbers[len(numbers)-1]].Clock
	s.table.reached = packets[numbers[0]].Clock
	near := &s.near
	for len(numbers) > 0 {
		few := numbers[:min(touchedAtATime, len(numbers))]
		s.touched += s.table.touch(packets, few, near, s.singles && !s.odds.low)
		for n, i := range few {
			p := &packets[i]
			state, number, found := near.of(n, p)
			if !found {
				if state, number = s.stateOf(p); state == nil {
					continue
				}
			}
			if !s.process.Continue(state, p) {
				s.process.Add(state, s.table.extension(number), p)
			}
		}
		numbers = numbers[len(few):]
	}
	clear(near.states[:]) // which may be given back, and the memory they are in
	s.expire(now)
}

// touchedAtATime is of how many packets the states are touched before they are metered:
// enough for cache misses to overlap, and few enough for the states to be still in the
// first-level cache.
const touchedAtATime = 64

// setPace says how often the shard looks for silent flows. If only some of them can be
// over so soon, the others may be many more: a sweep then waits for as many packets as
// the last one left states, too.
func (s *shard) setPace(settings *meter.Settings) {
	least := settings.LeastPatience()
	s.pause, s.uneven = flow.Timestamp(least/sweepsPerTimeout), least != settings.IdleTimeout
	if s.least = least; settings.CutEvery > 0 { // which asks when a flow began
		s.least = -1
	}
}

// expire forgets the flows that silence has ended, from time to time.
func (s *shard) expire(now flow.Timestamp) {
	if s.swept && (now < s.nextSweep || s.uneven && s.since < s.left) {
		return
	}
	s.sweep(now)
}

// sweep forgets the flows that silence has ended.
func (s *shard) sweep(now flow.Timestamp) {
	s.swept, s.since = true, 0
	if now <= flow.MaxTimestamp-s.pause {
		s.nextSweep = now + s.pause
	} else {
		s.nextSweep = flow.MaxTimestamp
	}
	s.table.sweep(func(numbers []uint32) []uint32 {
		since := s.table.clockOf(numbers[0])
		if now.Since(*since) <= s.least {
			return nil
		}
		over := s.expired(numbers, now, since)
		s.end(over, now)
		return over
	})
	s.left = uint64(s.table.states)
}

// expired gives the numbers of those states that have expired, in the place of all. It sets since so that the others
// are looked at again when the first of them can have expired, which is no sooner than s.least from now on unless
// it is so by now.
func (s *shard) expired(numbers []uint32, now flow.Timestamp, since *flow.Timestamp) []uint32 {
	least := max(s.least, 0)
	n, soonest := 0, uint64(0)
	if s.table.isSingle(numbers[0]) {
		n, soonest = s.expiredSingles(numbers, now)
	} else {
		n, soonest = s.expiredStates(numbers, now)
	}
	*since = max(now, flow.MinTimestamp+flow.Timestamp(least)) - flow.Timestamp(uint64(least)-min(soonest, uint64(least)))
	return numbers[:n]
}

// expiredStates puts the numbers of those states that have expired, as many as it says, in front, and gives the
// shortest time until another one has. No branch depends on a state, so that the cache misses of many overlap.
func (s *shard) expiredStates(numbers []uint32, now flow.Timestamp) (n int, soonest uint64) {
	soonest = math.MaxUint64
	for _, number := range numbers {
		wait := uint64(s.process.Wait(s.table.state(number), now)) // beyond all others if it is below 0
		numbers[n] = number
		n += int(wait >> 63)
		soonest = min(soonest, wait)
	}
	return n, soonest
}

// end ends the flows of at most touchedAtATime states, as Process.Flush does. Their cache
// misses overlap.
func (s *shard) end(numbers []uint32, end flow.Timestamp) {
	if len(numbers) > 0 && s.table.isSingle(numbers[0]) {
		s.endSingles(numbers, end)
		return
	}
	for _, number := range numbers {
		s.touched += s.table.state(number).TouchAll()
	}
	for _, number := range numbers {
		s.process.Flush(s.table.state(number), s.table.extension(number), end)
	}
}

// flush ends all flows. end is the largest clock of the whole input.
func (s *shard) flush(end flow.Timestamp) error {
	err := s.endAll(end)
	if err == nil {
		err = s.err()
	}
	if err != nil || s.withheld == nil {
		return err
	}
	return s.withheld.settle()
}

// sort makes the rows ready to be read, when none is left to come.
func (s *shard) sort() error {
	if err := s.flows.Finish(); err != nil {
		return err
	}
	return s.slices.Finish()
}
