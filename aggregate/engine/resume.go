package engine

import (
	"netstream/aggregate/accounting"
	"netstream/aggregate/balance"
	"netstream/aggregate/carry"
	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
)

// Resume is what the run before has handed over (package carry). Everything is read
// before the first packet.
type Resume struct {
	// Clock is the greatest clock of all packets before. A packet with an earlier one is
	// metered as if it came then: flows that silence has ended cannot come back.
	// There is none if Clock is flow.MinTimestamp.
	Clock flow.Timestamp

	Flows, Slices *carry.Reader
	Accounts      []accounting.Resume // one a scheme
}

// countFlow counts an open flow, by the hash of its key. population is Config's.
func countFlow(c *balance.Carried, hash uint64, s *meter.State, x meter.Extension, population uint64) {
	if !s.Open() {
		return
	}
	all, handedOver := s.Counted(x)
	c.Flows++
	c.Open.AddOf(hash, &all)
	c.HandedOver.AddOf(hash, &handedOver)
	if population > 0 {
		c.HandedOverScaled.Add(handedOver.Scaled(population), true)
	}
}

// countSlice counts a slice.
func countSlice(c *balance.Carried, keys *flow.KeyHasher, s *meter.Slice, population uint64) {
	total := s.Total()
	c.Slices.AddOf(keys.Interval(&s.IntervalRecord), &total)
	c.SliceCount++
	c.Started.Add(s.FlowsStarted)
	c.Ended.Add(s.FlowsEnded)
	switch {
	case isSpread(s):
		c.SlicesScaled.Add(s.Scaled, s.Has&flow.FieldSampling != 0)
	case population > 0:
		c.SlicesScaled.Add(total.Scaled(population), true)
	default:
		c.SlicesScaled.Unknown++
	}
}

// resume takes over what the run before has handed over.
func (ws workers) resume(config *Config, book *accounting.Book) (taken balance.Carried, err error) {
	if err := ws.resumeFlows(config, &taken); err != nil {
		return taken, err
	}
	if err := ws.resumeSlices(config, &taken); err != nil {
		return taken, err
	}
	for i := range config.Resume.Accounts {
		if err := book.Resume(i, &config.Resume.Accounts[i]); err != nil {
			return taken, err
		}
	}
	return taken, nil
}

// resumeFlows puts the states of flow keys back into the tables of their shards.
func (ws workers) resumeFlows(config *Config, taken *balance.Carried) error {
	metering, from := ws.metering(), config.Resume.Flows
	return from.Each(func(c *carry.Coder) error {
		var key flow.Key
		var err error
		if key.Point, err = from.Point(c.ReadKey(&key)); err != nil {
			return err
		}
		hash := config.Hasher.Hash(&key)
		w := metering[shardOf(hash, len(metering))]
		number := w.table.number(hash, &key)
		state, extension := w.table.state(number), w.table.extension(number)
		state.Carry(c, extension)
		*w.table.clockOf(number) = flow.MinTimestamp // it may be older than the last sweep
		if err := c.Finish(); err != nil {
			return err
		}
		taken.Keys++
		countFlow(taken, hash, state, extension, config.Population)
		if w.overflow != nil {
			w.boundResumed(hash, number, config.Resume.Clock)
		}
		return w.err()
	})
}

// resumeSlices gives the slices of intervals that may still grow to the first worker:
// it is where they are sorted that matters, not by whom.
func (ws workers) resumeSlices(config *Config, taken *balance.Carried) error {
	from, keys := config.Resume.Slices, config.keys()
	var slice meter.Slice
	var row []byte
	return from.Each(func(c *carry.Coder) error {
		c.Rest(&row)
		if decodeAnySlice(row, &slice) != nil {
			return carry.ErrDamaged
		}
		var err error
		slice.Key.Point, err = from.Point(slice.Key.Point)
		if err == nil {
			slice.InIfName, err = from.Name(slice.InIfName)
		}
		if err == nil {
			slice.OutIfName, err = from.Name(slice.OutIfName)
		}
		if err != nil {
			return err
		}
		countSlice(taken, &keys, &slice, config.Population)
		ws[0].recorder.tells(config.Points, &slice)
		ws[0].slices.Add(&slice)
		return ws[0].slices.Err()
	})
}
