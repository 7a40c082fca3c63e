// Package input goes from names on a command line to octet streams: it finds
// the files, opens them read-only, undoes compression, and keeps account of
// every octet.
//
// [Expand] turns names, globs, directories and name lists into [Source]s;
// [Open] turns one Source into an [Input], an io.Reader of decompressed octets.
//
// Compression is found by its magic number, never by a file's name:
//
//	gzip   RFC 1952, with DEFLATE (RFC 1951) by package inflate
//	zstd   RFC 8878, with skippable frames, without dictionaries
//	lz4    LZ4 Frame Format 1.6.4, and its legacy frame
//	xz     The .xz File Format 1.2.1, LZMA2 without further filters
//	bzip2  as bzip2 1.0.8 writes it
//
// Members, frames and streams of one format that follow each other are one
// stream, and one compressed stream may lie in another ([MaxLayers] deep).
//
// What is wrong with an input never hides what is right with it: all that can
// be decompressed is delivered, then comes a *damage.Error. For each layer
//
//	octets in = decoded + trailing + undecoded
//
// holds exactly, as does: octets out of one layer = octets into the next
// ([Account], [Layer]). Memory does not grow with the input or with any length
// field in it; the limits are the constants of this package.
//
// What is delivered is a function of the input alone: neither the sizes of the
// caller's reads nor [Options].ReadAhead change an octet or an error of it.
package input
