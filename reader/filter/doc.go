// Package filter compiles filters in the language of pcap-filter(7), which
// tcpdump made the field's habit, and decides frame by frame whether one is
// selected.
//
// The verdicts are those of libpcap 1.10.3 reading a file; docs/filters.md has
// the language and the few places where they differ. A filter goes through four
// hands: the lexer and the parser make an expression of the text (Parse), which
// knows no link types; lowering turns it into a tree of loads and comparisons
// for one link type, with the offsets and protocol checks that libpcap would
// use; folding does of libpcap's optimiser what a verdict can show; and the
// tree becomes functions that call each other (Compile).
//
// A load beyond the captured octets rejects the frame, whatever stands around
// it: so a frame that was cut by the snapshot length can be refused both by a
// filter and by its negation.
package filter
