// Package frames reads captures and decodes their frames in the most obvious
// way, for the reference in package naive: it derives from each frame what
// docs/metering.md sections 1 and 3 say of a packet. It is imported by package
// naive and by tests only.
//
// DecodeInner does so for the packet in the tunnels of a frame.
//
// It shares no code with the readers and the engine. From aggregate/flow it
// takes the types of its results and none of their methods. It reads pcap files
// and simple pcapng files in either byte order, with microseconds or nanoseconds, of
// Ethernet and Linux cooked frames; frames of every other link type go under
// unsupported_linktype.
package frames
