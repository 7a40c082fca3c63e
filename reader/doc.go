// Package reader turns input files into metered packets: it opens them, finds
// out their format, walks their records, decodes headers, and keeps account of
// every octet and packet on the way.
//
// Its parts know nothing of each other: input gives a decompressed octet
// stream, capture cuts it into frames, header reads a frame's headers.
package reader
