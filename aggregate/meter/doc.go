// Package meter is the metering process (RFC 7011 section 2) of one flow key: a
// state machine that takes the packets of the key in order and gives flow
// records and interval slices. It knows no files, goroutines, clocks or
// outputs, and nothing of other keys, so its records are a function of the
// key's own packets and of the settings. Sharding, spilling and distribution
// rest on that. Evict is the one exception: who bounds the number of open flows must
// call it at a moment that all packets of the run define.
//
// docs/metering.md sections 4 and 5 are the definitions.
package meter
