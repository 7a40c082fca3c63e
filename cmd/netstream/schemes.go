package main

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"netstream/aggregate/balance"
	"netstream/aggregate/engine"
	"netstream/aggregate/flow"
	"netstream/reader"
	"netstream/writer/table"
)

// schemeSums is what is counted while the table of a scheme is written.
type schemeSums struct {
	balance.Scheme
	unknown unknownCounters
	records uint64
}

func (s *schemeSums) add(r *flow.SchemeRow) {
	s.Totals.Add(&r.Counters)
	s.Scaled.Add(r.Scaled, r.Has&flow.FieldSampling != 0)
	s.unknown.add(r.Has)
	s.records++
	s.Started.Add(r.FlowsStarted)
	s.Ended.Add(r.FlowsEnded)
}

// writeScheme writes the table of a scheme, by its place among those of the run.
func (j *job) writeScheme(ctx context.Context, to *target, place int, options table.Options, result *engine.Result) (*schemeSums, error) {
	scheme := &j.options.accounting.schemes[place]
	sums := &schemeSums{Scheme: balance.Scheme{Name: scheme.Name}}
	rows, err := newRows(to, table.Scheme(options, scheme), schemeTime, countGroup)
	if err == nil {
		var kept keptKeys
		err = writeRows(ctx, rows, false, copied(func(yield func(*flow.SchemeRow) error) error { return result.Scheme(place, yield) }),
			func(at int, r *flow.SchemeRow) {
				sums.add(r)
				kept.keep(at, r)
			})
	}
	if err != nil {
		return nil, fmt.Errorf("cannot write the table of scheme %s: %w", scheme.Name, err)
	}
	return sums, nil
}

// keptKeys holds the keys of the rows that are collected.
type keptKeys struct {
	keys [rowPlaces][]flow.SchemeValue
}

// keep makes a row independent of where it came from.
func (k *keptKeys) keep(place int, r *flow.SchemeRow) {
	k.keys[place] = append(k.keys[place][:0], r.Key...)
	r.Key = k.keys[place]
}

// writeSchemes writes the tables of all schemes, some at a time, when the interval
// table is written.
func (j *job) writeSchemes(ctx context.Context, to []*target, options table.Options, result *engine.Result) error {
	j.perScheme = make([]*schemeSums, len(to))
	errs := make([]error, len(to))
	free := make(chan struct{}, j.options.workers)
	var writing sync.WaitGroup
	for i, scheme := range to {
		free <- struct{}{}
		writing.Go(func() {
			j.perScheme[i], errs[i] = j.writeScheme(ctx, scheme, i, options, result)
			<-free
		})
	}
	writing.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// warnOfSchemes says which columns are NULL for packets, since the flow key has not got
// them.
func (j *job) warnOfSchemes() {
	o := j.options
	fields, tunnel := o.accounting.notInKey(o.keys.definition.Fields, o.packets.layer != reader.LayerOuter)
	if j.meteredPackets() == 0 || o.quiet {
		return
	}
	if len(fields) > 0 {
		j.console.warn("the flow key has no %s, which is NULL for packets in the tables of -A; %s has it",
			strings.Join(fields, ", "), o.keys.with(fields))
	}
	if tunnel {
		j.console.warn("tunnels are not looked into and so NULL for packets in the tables of -A; --meter inner does")
	}
}
