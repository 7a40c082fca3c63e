// Package distribute spreads the volume of a flow record over accounting
// intervals, as RFC 7015 section 5 has it: an exporter tells when a flow began
// and ended and what it amounted to, not when its packets were.
//
// All arithmetic is of integers, and the shares of a record sum exactly to its
// counters, whatever the method.
package distribute
