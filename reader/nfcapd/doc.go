// Package nfcapd reads the binary files of the nfdump tools (nfcapd, nfpcapd,
// sfcapd, nfdump -w): layout 1 of nfdump 1.6 and layout 2 of nfdump 1.7,
// uncompressed or with LZO1X, LZ4, bzip2 or zstd blocks. There is no standard of
// the format; its definition is the source of nfdump (lib/nffile.h of 1.6;
// nffileV2.h and nfxV3.h of 1.7).
//
//	layout 1: file header (140) statistics (136)  block block ...
//	layout 2: file header (40)                    block block ... appendix
//
//	block: records u32, octets u32, type u16, flags u16, then the records
//	record: type u16, octets u16 with this header, then what the type says
//
// The appendix of layout 2 is a block as well, with the file's ident and its
// statistics. A flow record of layout 1 is a fixed part, followed by the
// extensions that an extension map record lists; one of layout 2 is a list of
// elements with a type and a length each.
//
// All numbers are in the byte order of the machine that wrote the file, addresses
// too: an IPv4 address is a 32 bit number, an IPv6 address two of 64 bits. This
// package reads little-endian files; big-endian ones are a [FormatError].
//
// # What the rows hold
//
// Counters are those of the file. nfcapd multiplies them by the sampling rate
// while it writes, where it knows the rate, so a file does not hold what the
// exporter has counted, and no row has a sampling rate.
//
// A file has room for values that the exporter never sent, and has 0 there.
// Interfaces, prefix lengths, autonomous systems and VRFs, for which 0 is a value,
// are known if their extension is there; directions, events, forwarding status,
// translated addresses and ports, end reasons, next hops, MAC addresses, VLANs and
// TTLs are known if they are not 0. In records of events (NSEL, NEL) a counter
// that is 0 is not known.
//
// The out counters (elements 23, 24 and 231, 232, 298, 299 alike) become a second
// row, that of the reverse direction (RFC 5103), if the record is one of NSEL or
// tells a biflow direction (239). Otherwise they stand in for in counters that are
// both 0, as post counters of the egress direction; beside others they are counted
// as a remark only.
//
// # Two readings
//
// Several threads write the blocks of a file, so that an exporter, a name or an
// extension map may come behind the records that need it. [Reader.Survey] learns
// all of them in a first reading; with [Options.Survey] a second reading falls
// back on the first definition for what is not yet defined.
//
// # Accounts and trust
//
// Every octet of a file is in one member of [Octets]. A block that contradicts
// itself, or that does not decompress, costs itself only, and is a *damage.Error.
// Blocks are bounded by [MaxBlock], before and after decompression; no memory is
// taken for a length before its octets are there.
package nfcapd
