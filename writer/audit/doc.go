// Package audit checks a finished run directory, from its files alone: that the files
// which run.json lists are there with their digests and no others are, that tables
// have the rows, sums, columns, types and order that they must have, and that they sum
// to each other, to the ledger and to run.json as the conservation laws ask.
//
// Tables are read with code that did not write them (writer/readback, writer/csvfile).
// A table whose octets are not those of its digest is reported and not decoded: what
// it says is nobody's word. All defects are found, not only the first.
package audit
