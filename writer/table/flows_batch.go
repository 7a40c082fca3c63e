package table

import "netstream/aggregate/flow"

// flowBatches are those of the columns that every flow has, and of the usual ones.
func flowBatches(o *Options) map[string]batch[flow.Record] {
	type record = flow.Record
	batches := map[string]batch[record]{
		"duration_us": {ints: func(dst []int64, rows *Rows[record]) {
			for i := range rows.All {
				dst[i] = rows.All[i].End.Microseconds() - rows.All[i].Start.Microseconds()
			}
		}},
		"min_ttl": octet[record](minTTLOctet),
		"max_ttl": octet[record](maxTTLOctet),
		"min_ip_len": {ints: func(dst []int64, rows *Rows[record]) {
			for i := range rows.All {
				dst[i] = count(rows.All[i].MinOctets)
			}
		}},
		"max_ip_len": {ints: func(dst []int64, rows *Rows[record]) {
			for i := range rows.All {
				dst[i] = count(rows.All[i].MaxOctets)
			}
		}},
		"first_record":  {nulls: unlike[record](exported, exported)},
		"vlan_id":       {nulls: unmarked[record](flow.MarkVLAN)},
		"inner_vlan_id": {nulls: unmarked[record](flow.MarkInnerVLAN)},
		"mpls_label":    {nulls: unmarked[record](flow.MarkMPLS)},
		"time_source": {
			symbols: func(dst []Symbol, rows *Rows[record]) {
				for i := range rows.All {
					dst[i] = timeSource(&rows.All[i])
				}
			},
			same: func(rows *Rows[record]) bool { return rows.traits.any&exported == 0 },
		},
		"fragments":    rare(fragmentCount, func(r *record) uint64 { return r.Fragments }),
		"late_packets": rare(lateCount, func(r *record) uint64 { return r.LatePackets }),
		"end_reason": {
			symbols: func(dst []Symbol, rows *Rows[record]) {
				for i, o := range rows.octets.each {
					dst[i] = Symbol{Low: o >> endReasonOctet & 0xff}
				}
			},
			same: func(rows *Rows[record]) bool { return rows.octets.same(0xff << endReasonOctet) },
		},
		"end_reason_code": octet[record](endReasonOctet),
	}
	if !o.Nanoseconds {
		batches["flow_start"] = batch[record]{ints: func(dst []int64, rows *Rows[record]) {
			for i := range rows.All {
				dst[i] = rows.All[i].Start.Microseconds()
			}
		}}
		batches["flow_end"] = batch[record]{ints: func(dst []int64, rows *Rows[record]) {
			for i := range rows.All {
				dst[i] = rows.All[i].End.Microseconds()
			}
		}}
	}
	return batches
}

// Places of counts that are 0 in most rows, behind those of the TCP control bits.
const (
	fragmentCount = flow.TCPFlagCount + iota
	lateCount
)

// rare is the batch of a column that shows the count at a place among those.
func rare(place int, of func(*flow.Record) uint64) batch[flow.Record] {
	return batch[flow.Record]{
		ints: func(dst []int64, rows *Rows[flow.Record]) {
			for i := range rows.All {
				dst[i] = count(of(&rows.All[i]))
			}
		},
		same: noneCounted(place),
	}
}

// noneCounted tells whether the count at a place is 0 in all rows.
func noneCounted(place int) func(*Rows[flow.Record]) bool {
	return func(rows *Rows[flow.Record]) bool { return rows.anyCounts[place] == 0 }
}

// tcpBatches are those of the control bits. All counts are NULL in the same rows.
func tcpBatches() map[string]batch[flow.Record] {
	type record = flow.Record
	batches := map[string]batch[record]{
		"tcp_flags": masked[record](flagsOctets, 0xffff).but(unmarked[record](flow.MarkTCP)),
	}
	notCounted := unlike[record](countsNoFlags, 0)
	for bit, b := range tcpBits() {
		batches["tcp_"+b.name] = batch[record]{nulls: notCounted, same: noneCounted(bit), ints: func(dst []int64, rows *Rows[record]) {
			for i := range rows.All {
				dst[i] = count(rows.All[i].TCPFlagCounts[bit])
			}
		}}
	}
	return batches
}

// takeFlows fills in what batches read beside the rows.
func takeFlows(rows *Rows[flow.Record]) {
	keys, counters := rows.beside()
	traits, octets := rows.traits.room(len(keys)), rows.octets.room(len(keys))
	anyTraits, allTraits, anyOctets, allOctets := uint64(0), ^uint64(0), uint64(0), ^uint64(0)
	var counts [rareCounts]uint64
	for i := range keys {
		r := &rows.All[i]
		keys[i], counters[i] = r.Key, r.Counters
		t := keyTraits(&r.Key) | uint64(r.Marks)<<markTrait
		if r.Export != nil {
			t |= exported
		}
		if lacksFlagCounts(r) {
			t |= countsNoFlags
		}
		o := keyOctets(&r.Key) | uint64(r.MinTTL)<<minTTLOctet | uint64(r.MaxTTL)<<maxTTLOctet |
			uint64(r.EndReason)<<endReasonOctet | uint64(r.TCPFlags)<<flagsOctets
		traits[i], octets[i] = t, o
		anyTraits, allTraits = anyTraits|t, allTraits&t
		anyOctets, allOctets = anyOctets|o, allOctets&o
		for bit, n := range &r.TCPFlagCounts {
			counts[bit] |= n
		}
		counts[fragmentCount] |= r.Fragments
		counts[lateCount] |= r.LatePackets
	}
	rows.traits.any, rows.traits.all = anyTraits, allTraits
	rows.octets.any, rows.octets.all = anyOctets, allOctets
	rows.anyCounts = counts
}
