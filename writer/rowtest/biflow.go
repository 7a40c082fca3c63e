package rowtest

import (
	"math/rand/v2"

	"netstream/aggregate/flow"
)

// Pair makes biflows of most of the rows that are metered ones, with reverse directions
// drawn from everything that their types allow.
func Pair(rows []flow.Record, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 3))
	segments := func() flow.Segments {
		return flow.Segments{Retransmitted: wild(r), OutOfOrder: wild(r), DuplicateACKs: wild(r), ZeroWindows: wild(r), Missing: wild(r)}
	}
	for i := range rows {
		if rows[i].Export != nil || r.IntN(8) == 0 {
			continue
		}
		x := &flow.Reverse{
			Start: wildTime(r), End: wildTime(r), TCPFlags: uint16(r.IntN(1 << 16)), Marks: flow.Mark(r.IntN(2)) * flow.MarkTCP,
			Counters:  flow.Counters{Packets: wild(r), Octets: wild(r), WireOctets: wild(r), PayloadOctets: wild(r)},
			MinOctets: wild(r), MaxOctets: wild(r), MinTTL: uint8(r.IntN(256)), MaxTTL: uint8(r.IntN(256)),
			TCP: flow.TCPConversation{
				State: flow.ConnState(r.IntN(int(flow.ConnOTH) + 1)), SynRTT: r.Int64N(1000) - 500, AckRTT: r.Int64N(1000) - 500,
				Forward: segments(), Reverse: segments(),
			},
		}
		for bit := range x.TCPFlagCounts {
			x.TCPFlagCounts[bit] = wild(r)
		}
		if r.IntN(8) == 0 {
			rows[i].Counters = flow.Counters{}
		}
		rows[i].Reverse = x
	}
}
