// Package statefile reads and writes the file in which a run hands over to the next one
// what is open (docs/nightly.md). The file is
//
//	16 octets    netstream.state and a line feed
//	 8 octets    length of the header, big endian
//	header       JSON, [Header]
//	sections     one behind the other, as the header lists them (package carry)
//	32 octets    SHA-256 of all octets before
//
// It is a function of what is handed over, and is read only if all of it is as it was
// written.
package statefile
