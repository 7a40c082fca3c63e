package main

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/aggregate/naive"
	"netstream/aggregate/naive/randomcapture"
	"netstream/reader"
	"netstream/reader/input"
	"netstream/reader/sample"
)

// selectSome has packets selected in half of the experiments, in any combination.
func (e *experiment) selectSome(random *rand.Rand) {
	if random.IntN(2) == 0 {
		return
	}
	s := &e.settings.Select
	moment := func() flow.Timestamp {
		return flow.Timestamp(e.packets[random.IntN(len(e.packets))].Time + random.Int64N(3) - 1)
	}
	switch random.IntN(6) {
	case 0:
		s.HasFrom, s.From = true, moment()
	case 1:
		s.HasTo, s.To = true, moment()
	case 2:
		s.HasFrom, s.From, s.HasTo, s.To = true, moment(), true, moment()
	}
	if random.IntN(3) == 0 {
		s.DuplicateWindow = []time.Duration{1, time.Millisecond, time.Second, time.Hour}[random.IntN(4)]
		e.packets = randomcapture.Mirror(e.packets, random, 2*s.DuplicateWindow)
	}
	switch s.Method = []string{"", "fix-packets", "random-packets", "fix-time", "random-time"}[random.IntN(5)]; s.Method {
	case "fix-packets", "random-packets":
		s.Packets = []uint64{1, 2, 3, 10, 1000}[random.IntN(5)]
		s.Phase = 1
		if s.Method == "fix-packets" {
			s.Phase += random.Uint64N(s.Packets)
		}
	case "fix-time", "random-time":
		s.Window = []time.Duration{time.Microsecond, 5 * time.Millisecond, time.Second, 30 * time.Second, time.Hour}[random.IntN(5)]
	}
	s.Seed = random.Uint64() >> random.IntN(64)
	if random.IntN(3) == 0 {
		s.Count = 1 + random.IntN(len(e.packets))
	}
}

// selectionOf says the same to the reader.
func selectionOf(s *naive.Selection) reader.Selection {
	selection := reader.Selection{
		Time:            reader.TimeRange{HasFrom: s.HasFrom, From: s.From, HasTo: s.HasTo, To: s.To},
		DuplicateWindow: s.DuplicateWindow,
		Count:           reader.Count{Set: s.Count > 0, Packets: uint64(s.Count)},
	}
	if s.Method != "" {
		selection.Sample = sample.Spec{Packets: s.Packets, Window: s.Window, Seed: s.Seed}
		for selection.Sample.Method.String() != s.Method {
			selection.Sample.Method++
		}
		if s.Method == "fix-packets" {
			selection.Sample.Phase = s.Phase
		}
	}
	return selection
}

// openInMemory does what openInputs does, on files in memory. Where packets are
// counted over several files it opens them twice, as that does.
func openInMemory(files []naive.File, options reader.Options) (*observations, error) {
	obs := &observations{options: options, counting: options.Select.Count.Set && len(files) > 1}
	open := func(content []byte, options reader.Options) (*reader.Packets, error) {
		return reader.Open(input.Source{Name: input.StandardInput, Stream: true}, bytes.NewReader(content), options)
	}
	contents := make(map[*observation][]byte)
	rules := options.Interfaces
	for _, file := range files {
		options.Interfaces = rulesFor(rules, file.Name)
		packets, err := open(file.Content, options)
		if err != nil {
			return nil, err
		}
		start, err := packets.Start()
		if err != nil {
			return nil, err
		}
		in := &observation{source: input.Source{Name: file.Name}, start: start, packets: packets}
		if obs.counting {
			if in.chosen, err = packets.Selected(options.Select.Count.Packets); err != nil {
				return nil, err
			}
		}
		obs.all, contents[in] = append(obs.all, in), file.Content
	}
	slices.SortStableFunc(obs.all, compareObservations)
	obs.shareCount()
	for i, in := range obs.all {
		if obs.counting {
			options.Select.Count, options.Interfaces = in.count, rulesFor(rules, in.source.Name)
			var err error
			if in.packets, err = open(contents[in], options); err != nil {
				return nil, err
			}
		}
		in.packets.SetOrdinal(uint32(i))
	}
	return obs, nil
}

// TestReferenceSelects looks whether the experiments meet every rule of selection.
func TestReferenceSelects(t *testing.T) {
	t.Parallel()
	met := make(map[string]uint64)
	for seed := range uint64(800) {
		e := newExperiment(seed)
		result, err := e.meter(e.files(e.packets))
		if err != nil {
			t.Fatal(err)
		}
		for reason, n := range result.NotAccounted {
			met[reason.String()] += n
			met[reason.String()+" by "+e.settings.Select.Method] += n
		}
	}
	for _, want := range []string{
		"out_of_time_range", "duplicate", "beyond_count", "beyond_count by random-time", "not_sampled by fix-packets",
		"not_sampled by random-packets", "not_sampled by fix-time", "not_sampled by random-time",
	} {
		if met[want] < 20 {
			t.Errorf("only %d packets are %s", met[want], want)
		}
	}
}
