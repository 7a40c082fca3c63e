package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/reader/netflow/netflowtest"
)

// cutFlows cuts flow records as an active timeout does: the parts have their counters
// and flags together, a silence of up to gap between one and the next, and say that the
// flow went on.
func cutFlows(random *rand.Rand, records []flow.Record, gap time.Duration) (parts []flow.Record) {
	within := func(span time.Duration) flow.Timestamp { // whole milliseconds from 1 up
		return (1 + flow.Timestamp(random.Int64N(int64(span/time.Millisecond)))) * millisecond
	}
	for i := range records {
		rest := records[i]
		for range random.IntN(4) {
			if left := rest.End.Since(rest.Start); left > 2*gap {
				piece := netflowtest.Copy([]flow.Record{rest})[0]
				piece.End, piece.EndReason = rest.Start+within(left-gap), flow.EndActiveTimeout
				piece.Counters = flow.Counters{Packets: random.Uint64N(rest.Counters.Packets + 1), Octets: random.Uint64N(rest.Counters.Octets + 1)}
				piece.TCPFlags &= uint16(random.Uint32())
				parts = append(parts, piece)
				rest.Start = piece.End + within(gap)
				rest.Counters.Packets -= piece.Counters.Packets
				rest.Counters.Octets -= piece.Counters.Octets
			}
		}
		parts = append(parts, rest)
	}
	return parts
}

// Joined, the parts that an active timeout has cut are the flows that they were, in
// whatever order they came; neither they nor anything else is joined without being asked,
// or across a silence longer than the idle timeout.
func TestStitchedRecords(t *testing.T) {
	const gap = 30 * time.Second
	for seed := range seeds(25) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(seed, 136))
			records := randomFlows(random, 4, 20, time.Hour)
			for i := range records {
				records[i].Key.Protocol, records[i].Key.SourcePort = 6, uint16(1+i) // no two of one key
			}
			parts := cutFlows(random, records, gap)
			random.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
			p := newPacking(random, 4, slices.Concat(records, parts))
			template := p.template(256, 152, 8, 153, 8)
			template.Fields = append(template.Fields, netflowtest.Fields(136, 1)...)
			file := func(records []flow.Record) string {
				e := &netflowtest.Exporter{Version: 10, Domain: 1}
				messages := append([][]byte{e.Message(p.at, e.Templates(template))}, e.Flows(p.at, &template, records)...)
				return saved(t, "a.ipfix", netflowtest.Concatenate(messages...))
			}
			whole, _ := tablesOf(t, file(records))
			cut := file(parts)
			if len(parts) <= len(records) {
				t.Fatal("nothing was cut")
			}
			want := sheetOf(t, whole).without("first_record")
			joined, intervals := tablesOf(t, "--stitch", "--idle-timeout", gap.String(), cut)
			mustEqual(t, "joined", sheetOf(t, joined).without("first_record"), want)
			everything := func(row) string { return "all" }
			mustEqual(t, "sums", summed(t, sheetOf(t, intervals), everything, "packets", "bytes", "flows_started"),
				summed(t, sheetOf(t, intervalsOf(t, cut, "--stitch")), everything, "packets", "bytes", "flows_started"))
			apart, _ := tablesOf(t, cut)
			if got := len(sheetOf(t, apart).rows); got != len(parts) {
				t.Errorf("%d rows that nobody asked to join, want %d", got, len(parts))
			}
			mustPart(t, parts, cut)
		})
	}
}

func intervalsOf(t *testing.T, args ...string) string {
	t.Helper()
	_, intervals := tablesOf(t, args...)
	return intervals
}

// mustPart says that with an idle timeout of a second just the silences up to that are
// joined over.
func mustPart(t *testing.T, parts []flow.Record, file string) {
	t.Helper()
	ordered := slices.Clone(parts)
	slices.SortStableFunc(ordered, func(a, b flow.Record) int {
		if a.Key != b.Key {
			return int(a.Key.SourcePort) - int(b.Key.SourcePort)
		}
		return int(a.Start.Since(b.Start))
	})
	want := 0
	for i := range ordered {
		before := &ordered[max(0, i-1)]
		if i == 0 || before.Key != ordered[i].Key || ordered[i].Start.Since(before.End) > time.Second {
			want++
		}
	}
	flows, _ := tablesOf(t, "--stitch", "--idle-timeout", "1s", file)
	if got := len(sheetOf(t, flows).rows); got != want {
		t.Errorf("%d rows with an idle timeout of 1 s, want %d", got, want)
	}
}
