// Package naive computes the flow and the interval table of pcap files in the
// most obvious way: everything is held in memory, sorted, and looked at in
// order. It is the second implementation of docs/metering.md, which the tests
// compare the engine with; it is imported by tests only.
//
// It shares no code with the readers and the engine: package frames, which is
// as plain, reads the files and decodes the frames. From aggregate/flow it takes
// the types of its results and none of their methods.
package naive
