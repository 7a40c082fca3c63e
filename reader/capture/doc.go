// Package capture reads the framing of capture files: pcap
// (draft-ietf-opsawg-pcap) and pcapng (draft-ietf-opsawg-pcapng). It cuts an
// octet stream into frames and knows nothing of what is in them.
//
// [NewReader] finds out the format by its magic, and [Reader.Next] gives one
// frame after the other without copying and without allocating. Every octet of
// the input is in exactly one counter of [Tally.Octets], whatever the input
// holds: their sum is the length of the input once Next has returned io.EOF.
//
// No length field is trusted before the octets that it speaks of are there. The
// limits are those of libpcap and have names in limits.go. Where a place is
// damaged, everything before it has been delivered:
//
//   - A pcapng block whose two length fields agree but whose content contradicts
//     itself costs only itself. Next reports it and goes on behind it.
//   - Everything else (a length beyond the limits, length fields that disagree,
//     an input that ends inside a record) leaves no place to go on from. Next
//     reports it, counts what is left of the input, and then returns io.EOF.
//
// The package departs from the drafts where files in the field do. The snapshot
// length is a hint, and frames may be longer. The section length of pcapng is
// not used. An if_fcslen of 8, 16 or 32 is taken as bits, of 0 to 4 as octets:
// the draft says bits and shows octets. Trailing NULs of names are cut. Seconds
// in pcap are unsigned and reach to 2106.
package capture
