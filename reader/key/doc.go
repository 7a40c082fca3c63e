// Package key makes the flow keys of metered packets: it keeps of a packet's key
// what the definition of the key has (docs/metering.md section 1), and collects
// what flexible keys hold beyond the 7-tuple.
package key
