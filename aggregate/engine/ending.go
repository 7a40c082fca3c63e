package engine

import (
	"runtime"

	"netstream/aggregate/flow"
)

// endAll ends all flows, or hands them over, those of parts that were set aside, too.
func (s *shard) endAll(end flow.Timestamp) error {
	s.table.slots = nil // nothing is looked up any more
	s.table.each(func(numbers []uint32) {
		s.reuse(int(numbers[0]) / chunkStates)
		if s.table.isSingle(numbers[0]) { // and so none is handed over
			s.end(numbers, end)
			return
		}
		over := numbers[:0]
		for _, number := range numbers {
			if state := s.table.state(number); s.open == nil || s.process.Expired(state, end) {
				over = append(over, number)
			} else if state.Remembered() {
				s.open.Add(&keyState{state, s.table.extension(number)})
			}
		}
		s.end(over, end)
	})
	s.table = nil
	return s.endOverflow(end)
}

// reuse has rows take the memory of chunks before the given one, whose flows have all ended: runs stay
// there that would go to files otherwise. If parts were set aside, their states need it first.
func (s *shard) reuse(before int) {
	if s.overflow != nil && s.overflow.level+uint(s.overflow.aside) > 0 {
		return
	}
	t := s.table
	for ; t.given < before; t.given++ {
		s.freed += t.chunks[t.given].octets()
		t.chunks[t.given] = chunk{}
	}
	if run := s.flows.Limit() + s.slices.Limit(); s.freed >= run {
		s.freed -= run
		runtime.GC() // which has hardly anything to look at; without it, chunks would be there beside the runs
		s.flows.Keep()
		s.slices.Keep()
	}
}
