package engine

import (
	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
	"netstream/aggregate/runs"
)

// withheld keeps the slices of metered flows back until Config.Keep has judged the
// flow's record, which ends later than most of its slices were handed over. The
// slices that come right in front of the record are at hand, and most flows have no
// others; the rest is sorted by flow, on disk if need be, each rejected flow in front
// of its slices, and read when all flows have ended.
type withheld struct {
	keep       func(*flow.Record) bool
	population uint64 // Config's
	keys       flow.KeyHasher
	rejected   *rejections

	near   [4]meter.Slice // of one flow, the last that handed any over
	filled int
	far    *runs.Sorter[farRow]
	row    farRow // what goes to far is made here, so that it takes no new memory
	out    *runs.Sorter[meter.Slice]
}

// farRow is a slice whose flow is not judged yet, or the rejection of a flow.
type farRow struct {
	flow     flowIdentity
	rejected bool
	slice    meter.Slice // valid unless rejected
}

// flowIdentity is the place of a flow's first packet. Only packets of different
// observation points have the same number: one inside a tunnel, and the one outside.
type flowIdentity struct {
	input  uint32
	number uint64 // from 1
	point  uint32
}

func identityOf(s *meter.Slice) flowIdentity {
	return flowIdentity{s.FirstInput, s.FirstNumber, s.Key.Point}
}

// newWithheld gives nil if all records are kept.
func newWithheld(config *Config, rejected *rejections, out *runs.Sorter[meter.Slice], far runs.Limits) *withheld {
	if config.Keep == nil {
		return nil
	}
	return &withheld{
		keep: config.Keep, population: config.Population, keys: config.keys(), rejected: rejected,
		far: runs.NewSorter(farOrder(), far, config.Spill), out: out,
	}
}

// hold takes a slice.
func (w *withheld) hold(s *meter.Slice) {
	if w.filled == len(w.near) || w.filled > 0 && identityOf(&w.near[0]) != identityOf(s) {
		for i := range w.filled {
			w.row = farRow{flow: identityOf(&w.near[i]), slice: w.near[i]}
			w.far.Add(&w.row)
		}
		w.filled = 0
	}
	w.near[w.filled] = *s
	w.filled++
}

// judge says whether a record is kept, and does the same with its slices. The last
// ones of them are at hand: a flow hands over its current slice when it ends. Slices
// without packets are handed over only then, so those elsewhere have the packets that
// are missing.
func (w *withheld) judge(r *flow.Record) bool {
	r.Population = w.population
	kept := w.keep(r)
	missing := r.Total().Packets
	for i := range w.filled {
		missing -= w.near[i].Total().Packets
		if kept {
			w.out.Add(&w.near[i])
		}
	}
	if !kept {
		w.rejected.add(r, &w.keys)
		if missing > 0 {
			w.row = farRow{flow: identityOf(&w.near[0]), rejected: true}
			w.far.Add(&w.row)
		}
	}
	w.filled = 0
	return kept
}

// settle hands on what was held back of flows that are kept, when all have ended.
func (w *withheld) settle() error {
	if err := w.far.Finish(); err != nil {
		return err
	}
	var rejected flowIdentity // none
	return runs.Merge([]*runs.Sorter[farRow]{w.far}, func(row *farRow) error {
		if row.rejected {
			rejected = row.flow
		} else if row.flow != rejected {
			w.out.Add(&row.slice)
		}
		return w.out.Err()
	})
}
