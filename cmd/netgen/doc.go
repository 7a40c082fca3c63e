// Netgen writes workloads: packet captures and NetFlow exports of any size whose
// contents are known. They are what `make bench` measures on, and an oracle for
// tests, because netgen counts what it writes and prints that truth as JSON.
//
//	netgen mix   [flags] -w FILE    everyday traffic with a long tail of conversation sizes
//	netgen scan  [flags] -w FILE    a network scan: nearly every packet is a new flow
//	netgen eleph [flags] -w FILE    a few conversations that last the whole time
//	netgen nf5   [flags] -w FILE    NetFlow version 5 datagrams
//	netgen nf9   [flags] -w FILE    NetFlow version 9 datagrams (RFC 3954)
//	netgen ipfix [flags] -w FILE    IPFIX messages (RFC 7011)
//
// Everything is a function of the arguments: one seeded generator of random
// numbers, and a clock of whole microseconds that begins at
// 2024-01-01T00:00:00Z. The same arguments give the same octets on every machine.
//
// Captures are little-endian pcap files of Ethernet frames with microseconds.
// Frames have at least 60 octets, as on a wire, without frame check sequence.
// Checksums of IPv4, TCP, UDP and ICMP are right, but for the one UDP checksum in
// 65,536 that comes out as 0 and is not replaced by ones. Payload is zeros. There
// are no fragments and no options but those of TCP.
//
// Exports are written as UDP datagrams in a capture, or, with --format raw, one
// after the other with nothing in between.
package main
