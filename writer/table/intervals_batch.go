package table

import "netstream/aggregate/flow"

// intervalBatches are those of the columns that every interval row has, and of the usual
// ones.
func intervalBatches(o *Options) map[string]batch[flow.IntervalRecord] {
	type record = flow.IntervalRecord
	batches := map[string]batch[record]{
		"flows_active": {ints: func(dst []int64, rows *Rows[record]) {
			for i := range rows.All {
				dst[i] = count(rows.All[i].FlowsActive)
			}
		}},
		"flows_started": {ints: func(dst []int64, rows *Rows[record]) {
			for i := range rows.All {
				dst[i] = count(rows.All[i].FlowsStarted)
			}
		}},
		"flows_ended": {ints: func(dst []int64, rows *Rows[record]) {
			for i := range rows.All {
				dst[i] = count(rows.All[i].FlowsEnded)
			}
		}},
		"tcp_flags": masked[record](flagsOctets, 0xffff).but(unmarked[record](flow.MarkTCP)),
		"distribution": {
			symbols: func(dst []Symbol, rows *Rows[record]) {
				for i, o := range rows.octets.each {
					dst[i] = Symbol{Low: o >> distributionOctet & 0xff}
				}
			},
			same: func(rows *Rows[record]) bool { return rows.octets.same(0xff << distributionOctet) },
		},
		"complete": octet[record](completeOctet),
	}
	if o.Nanoseconds {
		return batches
	}
	batches["interval_start"] = batch[record]{ints: func(dst []int64, rows *Rows[record]) {
		for i := range rows.All {
			dst[i] = rows.All[i].Start.Microseconds()
		}
	}}
	batches["interval_end"] = batch[record]{ints: func(dst []int64, rows *Rows[record]) {
		for i := range rows.All {
			dst[i] = rows.All[i].End.Microseconds()
		}
	}}
	batches["first_seen"] = batch[record]{ints: func(dst []int64, rows *Rows[record]) {
		for i := range rows.All {
			dst[i] = rows.All[i].First.Microseconds()
		}
	}}
	batches["last_seen"] = batch[record]{ints: func(dst []int64, rows *Rows[record]) {
		for i := range rows.All {
			dst[i] = rows.All[i].Last.Microseconds()
		}
	}}
	return batches
}

// Octets of intervals, in the place of those that only flows have.
const (
	distributionOctet = minTTLOctet
	completeOctet     = maxTTLOctet
)

// takeIntervals fills in what batches read beside the rows.
func takeIntervals(rows *Rows[flow.IntervalRecord]) {
	keys, counters := rows.beside()
	traits, octets := rows.traits.room(len(keys)), rows.octets.room(len(keys))
	anyTraits, allTraits, anyOctets, allOctets := uint64(0), ^uint64(0), uint64(0), ^uint64(0)
	for i := range keys {
		r := &rows.All[i]
		keys[i], counters[i] = r.Key, r.Counters
		t := keyTraits(&r.Key) | uint64(r.Marks)<<markTrait
		o := keyOctets(&r.Key) | uint64(r.Distribution)<<distributionOctet | uint64(truth(r.Complete))<<completeOctet |
			uint64(r.TCPFlags)<<flagsOctets
		traits[i], octets[i] = t, o
		anyTraits, allTraits = anyTraits|t, allTraits&t
		anyOctets, allOctets = anyOctets|o, allOctets&o
	}
	rows.traits.any, rows.traits.all = anyTraits, allTraits
	rows.octets.any, rows.octets.all = anyOctets, allOctets
}
