package accounting

import "netstream/aggregate/flow"

// The busiest second of a group is found by sorting its seconds behind its key: the
// seconds since the Unix epoch, 64 bits.

const secondTail = 8

// addOctets adds the octets of a second that were summed in two places.
func addOctets(octets, other *uint64) { *octets += *other }

// takeSecond keeps the busiest second of a row's group.
func takeSecond(row *flow.SchemeRow, _ []byte, octets *uint64) {
	row.HasPeak, row.Peak = true, max(row.Peak, *octets)
}
