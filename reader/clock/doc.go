// Package clock puts the packets of one input in order and gives each its
// clock, by docs/metering.md section 2: a stray or late time stamp must not end
// the flows of others, and small disorder is mended.
package clock
